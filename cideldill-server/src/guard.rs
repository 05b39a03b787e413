//! Who may ask: `Host`, `Origin`, the token, and the versions (docs/protocol.md section 12).

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Uri, request::Parts};
use cideldill::Cid;
use cideldill::transport::{Code, Refusal, check_versions};

use crate::config::Config;
use crate::origin::is_preflight;
use crate::routes::Route;

const PROTOCOL: HeaderName = HeaderName::from_static("cideldill-protocol");
const FORMAT: HeaderName = HeaderName::from_static("cideldill-format");

/// Lets a request pass, or says why not. `local` is the address its connection came in at.
pub(crate) fn check(config: &Config, parts: &Parts, local: SocketAddr) -> Result<(), Refusal> {
    check_host(config, parts, local)?;
    check_origin(config, &parts.headers)?;
    let path = parts.uri.path();
    if path != Route::Health.path() && !is_preflight(parts) {
        check_token(config, &parts.headers)?;
    }
    check_versions_of(&parts.headers)?;
    check_path(path)
}

/// A name that was made to point at this machine does not reach the server.
fn check_host(config: &Config, parts: &Parts, local: SocketAddr) -> Result<(), Refusal> {
    let forbidden = || Refusal::new(Code::ForbiddenHost, "this server has another name");
    let mut headers = parts.headers.get_all(HOST).iter();
    let header = match (headers.next(), headers.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| forbidden())?),
        (None, _) => None,
        (Some(_), Some(_)) => return Err(forbidden()),
    };
    let target = parts
        .uri
        .authority()
        .map(axum::http::uri::Authority::as_str);
    let mut hosts = header.into_iter().chain(target).peekable();
    if hosts.peek().is_none() {
        return Err(forbidden());
    }
    if hosts.all(|host| is_own(config, host, local.ip())) {
        Ok(())
    } else {
        Err(forbidden())
    }
}

fn is_own(config: &Config, host: &str, local: IpAddr) -> bool {
    let Some(name) = without_port(host) else {
        return false;
    };
    let address: Option<IpAddr> = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name)
        .parse()
        .ok();
    if let Some(address) = address {
        let address = address.to_canonical();
        return address.is_loopback()
            || address == local.to_canonical()
            || address == config.address;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut known = config.hosts.iter().map(String::as_str).chain(["localhost"]);
    known.any(|known| known.eq_ignore_ascii_case(name))
}

/// The name before the port; nothing if what stands there is not a host.
fn without_port(host: &str) -> Option<&str> {
    let uri: Uri = host.parse().ok()?;
    let authority = uri.authority().filter(|all| all.as_str() == host)?;
    if host.contains('@') {
        return None;
    }
    host.get(..authority.host().len())
}

fn check_origin(config: &Config, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut origins = headers.get_all(ORIGIN).iter();
    if origins.all(|origin| is_allowed(config, origin)) {
        return Ok(());
    }
    let message = "pages of this origin may not ask";
    Err(Refusal::new(Code::ForbiddenOrigin, message))
}

fn is_allowed(config: &Config, origin: &HeaderValue) -> bool {
    let mut origins = config.origins.iter();
    origins.any(|allowed| allowed.as_bytes() == origin.as_bytes())
}

/// The origin of the page that asks, if pages of it may.
pub(crate) fn allowed_origin(config: &Config, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    is_allowed(config, origin).then(|| origin.clone())
}

fn check_token(config: &Config, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(token) = &config.token else {
        return Ok(());
    };
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let is_right = match (shown.next(), shown.next()) {
        (Some(shown), None) => bearer(shown.as_bytes()).is_some_and(|shown| is_same(shown, token)),
        _ => false,
    };
    if is_right {
        return Ok(());
    }
    let message = "`Authorization: Bearer <token>` with the right token is needed";
    Err(Refusal::new(Code::Unauthorized, message))
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

/// Compares digests, all bytes of them: the time says nothing about the token.
fn is_same(shown: &[u8], token: &str) -> bool {
    let (shown, token) = (Cid::of(shown), Cid::of(token.as_bytes()));
    let pairs = shown.as_bytes().iter().zip(token.as_bytes());
    std::hint::black_box(pairs.fold(0, |differing, (a, b)| differing | (a ^ b))) == 0
}

fn check_versions_of(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    // What is no number is no version we know.
    let protocol = text(PROTOCOL).map(|version| version.parse().unwrap_or(0));
    check_versions(protocol, text(FORMAT))
}

/// Paths are compared as they come: none is made shorter first.
fn check_path(path: &str) -> Result<(), Refusal> {
    let mut segments = path.split('/').skip(1);
    if segments.any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(unknown_route());
    }
    Ok(())
}

pub(crate) fn unknown_route() -> Refusal {
    Refusal::new(Code::UnknownRoute, "no such path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_hosts() {
        let mut config = Config::default();
        config.hosts.push("blocks.example".into());
        let local = "10.1.2.3".parse().unwrap();
        for own in [
            "localhost",
            "LOCALHOST:5174",
            "localhost.",
            "127.0.0.1:80",
            "127.9.9.9",
            "[::1]:5174",
            "10.1.2.3:5174",
            "[::ffff:10.1.2.3]",
            "Blocks.Example:1",
        ] {
            assert!(is_own(&config, own, local), "{own}");
        }
        for foreign in [
            "",
            "evil.example",
            "localhost.evil.example",
            "evil.example#localhost",
            "localhost@evil.example",
            "evil@localhost",
            "10.1.2.4",
            "localhost:5174/",
            "localhost, evil.example",
            "[::2]",
            "0x7f000001",
        ] {
            assert!(!is_own(&config, foreign, local), "{foreign}");
        }
    }

    #[test]
    fn only_the_whole_token_is_right() {
        assert!(is_same(b"secret", "secret"));
        for wrong in ["", "secre", "secret ", "Secret", "secretsecret"] {
            assert!(!is_same(wrong.as_bytes(), "secret"));
        }
        assert_eq!(bearer(b"bearer x"), Some(&b"x"[..]));
        assert_eq!(bearer(b"Basic x"), None);
    }
}
