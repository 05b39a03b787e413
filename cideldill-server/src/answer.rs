//! Answers, and which form they have.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use cideldill::transport::{BodyForm, Code, Refusal};

/// A request that is refused; the status is the code's unless something is asked for by name.
pub(crate) struct Refused {
    refusal: Refusal,
    is_by_name: bool,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            is_by_name: false,
        }
    }
}

impl Refused {
    /// What the request names is not there.
    pub(crate) fn by_name(refusal: Refusal) -> Self {
        Self {
            is_by_name: refusal.code() == Code::CidNotFound,
            refusal,
        }
    }

    pub(crate) fn answer(&self, form: BodyForm) -> Response<Body> {
        let status = match self.refusal.code() {
            _ if self.is_by_name => StatusCode::NOT_FOUND,
            code => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST),
        };
        let mut answer = ok(form.media_type(), self.refusal.to_body(form));
        *answer.status_mut() = status;
        // What is left of a body is not read; who comes too often shall go.
        if matches!(
            self.refusal.code(),
            Code::TooLarge | Code::Timeout | Code::Busy
        ) {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        if self.refusal.code() == Code::Unauthorized {
            let scheme = HeaderValue::from_static("Bearer");
            answer.headers_mut().insert("www-authenticate", scheme);
        }
        answer
    }
}

pub(crate) fn ok(media_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    let media_type = HeaderValue::from_static(media_type);
    answer.headers_mut().insert(CONTENT_TYPE, media_type);
    let guess = HeaderValue::from_static("nosniff");
    answer.headers_mut().insert("x-content-type-options", guess);
    answer
}

/// The form of an answer: that of the request, else what `Accept` asks for first, else JSON.
pub(crate) fn form_of_answer(headers: &HeaderMap) -> BodyForm {
    content_form(headers)
        .or_else(|| accepted(headers).find_map(BodyForm::from_media_type))
        .unwrap_or_default()
}

/// The form of a request's body, if it is one we know.
pub(crate) fn content_form(headers: &HeaderMap) -> Option<BodyForm> {
    let named = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    BodyForm::from_media_type(named)
}

/// The media types that `Accept` names, in its order.
pub(crate) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(ACCEPT).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',').map(str::trim))
}
