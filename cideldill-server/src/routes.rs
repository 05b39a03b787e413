//! The routes of docs/protocol.md section 11, and what each does.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::routing::{MethodFilter, on};
use cideldill::transport::{BodyForm, Code, Handshake, Refusal, StoreStats};

use crate::answer::{Refused, form_of_answer, ok};
use crate::app::App;
use crate::{guard, objects, refs, values};

/// One thing that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Handshake,
    Offer,
    Missing,
    Blocks,
    Block,
    Value,
    Refs,
    Ref,
    SetRef,
    Stats,
    Health,
    OpenApi,
}

/// Method and path of every route, as the description has them.
pub const ROUTES: [(&str, &str); 12] = {
    let mut routes = [("", ""); 12];
    let mut at = 0;
    while at < routes.len() {
        let route = Route::ALL[at];
        routes[at] = (route.method(), route.path());
        at += 1;
    }
    routes
};

/// The description of the routes, in the terms of `OpenAPI` 3.1.
pub const OPENAPI: &str = include_str!("openapi.json");

impl Route {
    const ALL: [Self; 12] = [
        Self::Handshake,
        Self::Offer,
        Self::Missing,
        Self::Blocks,
        Self::Block,
        Self::Value,
        Self::Refs,
        Self::Ref,
        Self::SetRef,
        Self::Stats,
        Self::Health,
        Self::OpenApi,
    ];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Handshake => "/v1/handshake",
            Self::Offer => "/v1/objects",
            Self::Missing => "/v1/missing",
            Self::Blocks => "/v1/blocks",
            Self::Block => "/v1/blocks/{cid}",
            Self::Value => "/v1/values/{cid}",
            Self::Refs => "/v1/refs",
            Self::Ref | Self::SetRef => "/v1/refs/{name}",
            Self::Stats => "/v1/stats",
            Self::Health => "/v1/health",
            Self::OpenApi => "/v1/openapi.json",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Offer | Self::Missing | Self::Blocks => "POST",
            Self::SetRef => "PUT",
            _ => "GET",
        }
    }

    fn filter(self) -> MethodFilter {
        match self.method() {
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            _ => MethodFilter::GET,
        }
    }

    async fn answer(self, app: &Arc<App>, request: Request) -> Result<Response<Body>, Refused> {
        let form = form_of_answer(request.headers());
        match self {
            Self::Handshake => {
                let handshake = Handshake::of(app.blocks(), app.config.limits);
                Ok(ok(form.media_type(), handshake.to_body(form)))
            }
            Self::Offer => objects::offer(app, request).await,
            Self::Missing => objects::missing(app, request).await,
            Self::Blocks => objects::blocks(app, request).await,
            Self::Block => values::block(app, request).await,
            Self::Value => values::value(app, request).await,
            Self::Refs => refs::list(app, form).await,
            Self::Ref => refs::get(app, request, form).await,
            Self::SetRef => refs::set(app, request).await,
            Self::Stats => {
                let stats = StoreStats::of(app.blocks());
                Ok(ok(form.media_type(), stats.to_body(form)))
            }
            Self::Health => Ok(ok("application/json", r#"{"status":"ok"}"#)),
            Self::OpenApi => Ok(ok("application/json", OPENAPI)),
        }
    }
}

/// Answers requests that the guard let pass.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in Route::ALL {
        let app = Arc::clone(app);
        let handler = move |request: Request| {
            let app = Arc::clone(&app);
            async move {
                let form = form_of_answer(request.headers());
                let answer = route.answer(&app, request).await;
                answer.unwrap_or_else(|refused| refused.answer(form))
            }
        };
        router = router.route(route.path(), on(route.filter(), handler));
    }
    router
        .fallback(async |request: Request| refuse(&request, guard::unknown_route()))
        .method_not_allowed_fallback(async |request: Request| {
            let refusal = Refusal::new(Code::MethodNotAllowed, "this path has other methods");
            refuse(&request, refusal)
        })
}

fn refuse(request: &Request, refusal: Refusal) -> Response<Body> {
    let form: BodyForm = form_of_answer(request.headers());
    Refused::from(refusal).answer(form)
}
