//! Names of roots.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use cideldill::is_reference_name;
use cideldill::transport::{BodyForm, Code, RefCid, RefList, RefUpdate, Refusal};

use crate::answer::{Refused, ok};
use crate::app::App;
use crate::body;

/// `GET /v1/refs`
pub(crate) async fn list(app: &Arc<App>, form: BodyForm) -> Result<Response<Body>, Refused> {
    let list = |app: &App| app.blocks().refs().map_err(|error| app.failed(&error));
    let refs = app.work(list).await??;
    Ok(ok(form.media_type(), RefList { refs }.to_body(form)))
}

/// `GET /v1/refs/{name}`
pub(crate) async fn get(
    app: &Arc<App>,
    request: Request,
    form: BodyForm,
) -> Result<Response<Body>, Refused> {
    let name = named(&request)?;
    let find = move |app: &App| {
        app.blocks()
            .get_ref(&name)
            .map_err(|error| app.failed(&error))
    };
    match app.work(find).await?? {
        None => {
            let refusal = Refusal::new(Code::CidNotFound, "no reference has this name");
            Err(Refused::by_name(refusal))
        }
        cid => Ok(ok(form.media_type(), RefCid { cid }.to_body(form))),
    }
}

/// `PUT /v1/refs/{name}`
pub(crate) async fn set(app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
    let name = named(&request)?;
    let received = body::read(app, request).await?;
    let form = received.form;
    let set = move |app: &App| {
        let update = RefUpdate::parse(form, &received.bytes, &app.config.limits)?;
        let set = match update.expected {
            Some(expected) => app
                .blocks()
                .compare_and_set_ref(&name, expected, update.cid),
            None => app.blocks().set_ref(&name, update.cid),
        };
        set.map_err(|error| app.failed(&error))?;
        Ok::<_, Refusal>(update.cid)
    };
    let cid = app.work(set).await??;
    Ok(ok(form.media_type(), RefCid { cid }.to_body(form)))
}

/// The name in the path.
fn named(request: &Request) -> Result<String, Refusal> {
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    let refusal = || Refusal::new(Code::InvalidRef, "not a name of a reference");
    decode_percent(text)
        .filter(|name| is_reference_name(name))
        .ok_or_else(refusal)
}

fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let [high, low] = digits else { return None };
        bytes.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::decode_percent;

    #[test]
    fn names_are_percent_encoded_utf8() {
        for (text, name) in [
            ("main", Some("main")),
            ("a%2Fb%2e%2E", Some("a/b..")),
            ("%c3%a9", Some("\u{e9}")),
            ("", Some("")),
            ("%", None),
            ("%2", None),
            ("%+1", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decode_percent(text).as_deref(), name, "{text}");
        }
    }
}
