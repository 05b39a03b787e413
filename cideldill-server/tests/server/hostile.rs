//! Bad input and bad company: each gets an answer with a stable code, nothing is stored, and the
//! server goes on.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Ipv4Addr;
use std::time::Duration;

use cideldill::Store;
use cideldill::transport::client::Http;
use cideldill::transport::{RequestLimits, Sender, Serializer};
use cideldill_server::{Config, Port, ServeError, Server};
use serde_json::json;

use crate::support::{
    Answer, connect, get, may_open, notice, raw, read_answer, request, send_json, start,
    start_with, texts,
};

/// The server still answers, and its store is as it was.
fn assert_unharmed(running: &cideldill_server::Running, store: &Store, blocks: u64) {
    assert_eq!(get(running, "/v1/health").status, 200);
    assert_eq!(store.blocks().stats().blocks, blocks);
}

#[test]
fn what_is_no_offer_is_refused_with_its_code() {
    let store = Store::in_memory();
    let running = start(&store);
    let cid = "0".repeat(128);
    let good = Serializer::default().to_json_dict(&texts(0, 2)).unwrap();
    let (key, component) = good["components"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    let stray = json!({"cid": component["cid"], "data": component["data"], "components": good["components"]});
    for (body, code) in [
        ("not json".to_owned(), "invalid_json"),
        ("[]".to_owned(), "invalid_request"),
        (r#"{"cid":"00"}"#.to_owned(), "invalid_cid"),
        (format!(r#"{{"cid":"{cid}","data":"?"}}"#), "invalid_base64"),
        (
            format!(r#"{{"cid":"{cid}","data":"EKFuxcA="}}"#),
            "cid_mismatch",
        ),
        (format!(r#"{{"cid":"{cid}"}}"#), "cid_not_found"),
        (format!(r#"{{"cid":"{cid}","more":1}}"#), "unknown_key"),
        (
            format!(r#"{{"cid":"{cid}","cid":"{cid}"}}"#),
            "duplicate_key",
        ),
        ("{}".to_owned(), "missing_key"),
        (stray.to_string(), "unlinked_component"),
        (
            json!({"cid": cid, "components": {key: {"cid": cid, "data": ""}}}).to_string(),
            "component_key",
        ),
    ] {
        let answer = send_json(&running, "POST", "/v1/objects", &body);
        assert_eq!(answer.code(), code, "{body}");
    }
    let headers = [("content-type", "application/msgpack")];
    let binary = raw(
        running.address(),
        &request("POST", "/v1/objects", &headers, b"\xc1"),
    );
    assert_eq!(binary.status, 400);
    for media in ["", "text/plain", "application/x-www-form-urlencoded"] {
        let headers = [("content-type", media)];
        let answer = raw(
            running.address(),
            &request("POST", "/v1/objects", &headers, b"{}"),
        );
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (415, "unsupported_media_type")
        );
    }
    assert_unharmed(&running, &store, 0);
}

#[test]
fn a_request_of_a_gigabyte_is_refused_before_it_is_read() {
    let store = Store::in_memory();
    let running = start(&store);
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "1073741824"),
    ];
    // Only the head is sent.
    let answer = raw(
        running.address(),
        &request("POST", "/v1/objects", &headers, &[]),
    );
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    assert_eq!(answer.headers["connection"], "close");
    assert_unharmed(&running, &store, 0);
}

#[test]
fn a_body_of_unknown_length_is_read_no_further_than_the_limit() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| {
        config.limits = RequestLimits::default().with_body_bytes(100_000);
    });
    let headers = [
        ("content-type", "application/json"),
        ("transfer-encoding", "chunked"),
    ];
    let mut stream = connect(running.address());
    stream
        .write_all(&request("POST", "/v1/objects", &headers, &[]))
        .unwrap();
    let chunk = [b"4000\r\n".to_vec(), vec![b' '; 0x4000], b"\r\n".to_vec()].concat();
    // Exactly as many as are read before it is too much.
    for _ in 0..7 {
        let _ = stream.write_all(&chunk);
    }
    assert_eq!(read_answer(&mut stream).code(), "too_large");
    assert_unharmed(&running, &store, 0);
}

#[test]
fn bodies_together_take_no_more_than_they_may() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| {
        config.limits = RequestLimits::default().with_body_bytes(100_000);
        config.bodies_bytes = 100_000;
        config.body_timeout = Duration::from_millis(200);
    });
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "90000"),
    ];
    // More than every connection may have without asking.
    let begun = [
        request("POST", "/v1/objects", &headers, &[]),
        vec![b' '; 50_000],
    ]
    .concat();
    let mut first = connect(running.address());
    first.write_all(&begun).unwrap();
    let mut second = connect(running.address());
    second.write_all(&begun).unwrap();
    let mut codes = [
        read_answer(&mut first).code(),
        read_answer(&mut second).code(),
    ];
    codes.sort();
    // One has the room and sends no more; the other waits for it as long as it may.
    assert!(
        ["busy", "timeout"].contains(&codes[0].as_str()),
        "{codes:?}"
    );
    assert_eq!(codes[1], "timeout");
    let sender = Sender::new(Http::new(&running.url(), None).unwrap());
    sender.send(&texts(0, 2)).unwrap();
}

#[test]
fn who_claims_much_and_sends_little_keeps_nobody_waiting() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| {
        config.body_timeout = Duration::from_secs(600);
    });
    let claims = [
        ("content-length", "16777216"),
        ("transfer-encoding", "chunked"),
    ];
    let _claims: Vec<_> = (0..40)
        .map(|n| {
            let headers = [("content-type", "application/json"), claims[n % 2]];
            let mut stream = connect(running.address());
            let head = request("POST", "/v1/objects", &headers, &[]);
            stream.write_all(&head).unwrap();
            stream.write_all(b"1\r\n{\r\n").unwrap();
            stream
        })
        .collect();
    let sender = Sender::new(Http::new(&running.url(), None).unwrap());
    sender.send(&texts(0, 2)).unwrap();
    let long: Vec<String> = (0..100).map(|n| format!("{n} ").repeat(1_000)).collect();
    sender.send(&long).unwrap();
}

#[test]
fn slow_clients_are_given_up() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| {
        config.head_timeout = Duration::from_millis(100);
        config.body_timeout = Duration::from_millis(100);
    });
    // Half a head, no head at all, and none after a first request.
    for begun in [
        "GET /v1/health HTTP/1.1\r\nho",
        "",
        "GET /v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        let mut stream = connect(running.address());
        stream.write_all(begun.as_bytes()).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
    }
    // Half a body.
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "100"),
    ];
    let answer = raw(
        running.address(),
        &request("POST", "/v1/objects", &headers, b"{"),
    );
    assert_eq!((answer.status, answer.code().as_str()), (408, "timeout"));
    assert_unharmed(&running, &store, 0);
}

#[test]
fn a_client_that_sends_a_little_now_and_then_is_given_up_too() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| {
        config.head_timeout = Duration::from_millis(100);
        config.body_timeout = Duration::from_millis(100);
    });
    // A body, and a head, that would take far longer than the test; a byte comes every millisecond.
    let headers = [
        ("content-type", "application/json"),
        ("content-length", "10000000"),
    ];
    let body = request("POST", "/v1/objects", &headers, &[]);
    for begun in [&body[..], b"GET /"] {
        let mut stream = connect(running.address());
        stream.write_all(begun).unwrap();
        let mut slow = stream.try_clone().unwrap();
        let dripping = std::thread::spawn(move || {
            while slow.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let mut all = Vec::new();
        if let Err(error) = stream.read_to_end(&mut all) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "not given up");
        }
        let answer = String::from_utf8_lossy(&all);
        assert!(
            all.is_empty() || answer.starts_with("HTTP/1.1 408"),
            "{answer}"
        );
        let _ = stream.shutdown(std::net::Shutdown::Both);
        dripping.join().unwrap();
    }
    assert_unharmed(&running, &store, 0);
}

#[test]
fn a_client_that_takes_nothing_is_given_up() {
    let store = Store::in_memory();
    let value: Vec<String> = texts(0, 1_000).iter().map(|text| text.repeat(20)).collect();
    let cid = store.put(&value).unwrap();
    let running = start_with(&store, |config| {
        config.stall_timeout = Duration::from_millis(100);
        config.streams = 1;
    });
    let mut idle = connect(running.address());
    idle.write_all(&request("GET", &format!("/v1/values/{cid}"), &[], &[]))
        .unwrap();
    let mut first = [0];
    idle.read_exact(&mut first).unwrap();
    // It reads no more. Its place is free again when the server has given it up.
    let mut tried = 0;
    let value_path = format!("/v1/values/{cid}");
    loop {
        let answer = raw(running.address(), &request("GET", &value_path, &[], &[]));
        if answer.status == 200 {
            break;
        }
        assert_eq!(answer.code(), "busy");
        tried += 1;
        assert!(tried < 100_000);
        std::thread::yield_now();
    }
}

#[test]
fn a_thousand_connections_at_once_are_answered() {
    if !may_open(2_100) {
        notice("this process may not open 2,100 files");
        return;
    }
    let store = Store::in_memory();
    let running = start(&store);
    let mut streams: Vec<_> = (0..1_000).map(|_| connect(running.address())).collect();
    for stream in &mut streams {
        stream
            .write_all(&request("GET", "/v1/stats", &[], &[]))
            .unwrap();
    }
    for stream in &mut streams {
        assert_eq!(read_answer(stream).status, 200);
    }
    // All of them are still there.
    for stream in &mut streams {
        stream
            .write_all(&request("GET", "/v1/health", &[], &[]))
            .unwrap();
    }
    for stream in &mut streams {
        assert_eq!(read_answer(stream).status, 200);
    }
    assert_unharmed(&running, &store, 0);
}

#[test]
fn connections_beyond_the_limit_are_told_to_come_later() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| config.connections = 3);
    let mut held: Vec<_> = (0..3).map(|_| connect(running.address())).collect();
    for stream in &mut held {
        stream
            .write_all(&request("GET", "/v1/health", &[], &[]))
            .unwrap();
        assert_eq!(read_answer(stream).status, 200);
    }
    let answer = get(&running, "/v1/health");
    assert_eq!((answer.status, answer.code().as_str()), (503, "busy"));
    assert_eq!(answer.headers["connection"], "close");
    // Those that are there go on.
    held[0]
        .write_all(&request("GET", "/v1/health", &[], &[]))
        .unwrap();
    assert_eq!(read_answer(&mut held[0]).status, 200);
}

#[test]
fn a_token_is_asked_for_and_compared() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| config.token = Some("secret".into()));
    let with = |path: &str, shown: &[(&str, &str)]| {
        raw(running.address(), &request("GET", path, shown, &[]))
    };
    for shown in [
        &[][..],
        &[("authorization", "Bearer wrong")],
        &[("authorization", "Bearer secrets")],
        &[("authorization", "Basic secret")],
        &[("authorization", "secret")],
        &[
            ("authorization", "Bearer secret"),
            ("authorization", "Bearer secret"),
        ],
    ] {
        for path in [
            "/v1/stats",
            "/v1/nothing",
            "/v1/refs/main",
            "/v1/openapi.json",
        ] {
            let answer = with(path, shown);
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (401, "unauthorized")
            );
        }
    }
    assert_eq!(
        with("/v1/stats", &[("authorization", "Bearer secret")]).status,
        200
    );
    assert_eq!(with("/v1/health", &[]).status, 200, "health needs none");
    let sender = |token| Sender::new(Http::new(&running.url(), token).unwrap());
    assert!(sender(None).send(&1).is_err());
    assert!(sender(Some("wrong")).send(&1).is_err());
    sender(Some("secret")).send(&1).unwrap();
}

#[test]
fn others_than_this_machine_need_a_token() {
    let mut config = Config::default();
    config.address = Ipv4Addr::UNSPECIFIED.into();
    config.port = Port::Exactly(0);
    let bind = |config: &Config| Server::bind(Store::in_memory(), config.clone());
    assert!(matches!(bind(&config), Err(ServeError::NoToken { .. })));
    config.token = Some(String::new());
    assert!(matches!(bind(&config), Err(ServeError::EmptyToken)));
    config.token = Some("secret".into());
    bind(&config).unwrap();
}

#[test]
fn a_foreign_host_or_origin_is_refused() {
    let store = Store::in_memory();
    let running = start_with(&store, |config| {
        config.hosts.push("blocks.example".into());
        config.origins.push("http://pages.example".into());
    });
    let with = |headers: &[(&str, &str)]| {
        let answer = raw(
            running.address(),
            &request("GET", "/v1/stats", headers, &[]),
        );
        (answer.status, answer.code())
    };
    let ok = (200, "none".to_owned());
    let forbidden = |code: &str| (403, code.to_owned());
    for host in [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "",
    ] {
        assert_eq!(
            with(&[("host", host)]),
            forbidden("forbidden_host"),
            "{host}"
        );
    }
    let two = [("host", "localhost"), ("host", "evil.example")];
    assert_eq!(with(&two), forbidden("forbidden_host"));
    let none = raw(running.address(), b"GET /v1/stats HTTP/1.1\r\n\r\n");
    assert_eq!(none.code(), "forbidden_host");
    let whole = b"GET http://evil.example/v1/stats HTTP/1.1\r\nhost: localhost\r\n\r\n";
    assert_eq!(raw(running.address(), whole).code(), "forbidden_host");
    for host in ["localhost:1", "127.0.0.1", "[::1]:80", "blocks.example"] {
        assert_eq!(with(&[("host", host)]), ok);
    }
    for origin in ["http://evil.example", "null", "http://localhost", ""] {
        assert_eq!(
            with(&[("origin", origin)]),
            forbidden("forbidden_origin"),
            "{origin}"
        );
    }
    assert_eq!(with(&[("origin", "http://pages.example")]), ok);
    let answer = get(&running, "/v1/stats");
    assert!(
        !answer
            .headers
            .keys()
            .any(|name| name.starts_with("access-control"))
    );
}

#[test]
fn a_page_of_an_allowed_origin_is_heard_by_its_browser() {
    let running = start_with(&Store::in_memory(), |config| {
        config.token = Some("secret".into());
        config.origins.push("http://pages.example".into());
    });
    let with = |method: &str, headers: &[(&str, &str)]| {
        let request = request(method, "/v1/stats", headers, &[]);
        raw(running.address(), &request)
    };
    let origin = ("origin", "http://pages.example");
    let asks = ("access-control-request-method", "GET");
    let header = |answer: &Answer, name: &str| answer.headers.get(name).cloned();
    // What a browser asks before it shows the token.
    let before = with("OPTIONS", &[origin, asks]);
    assert_eq!(before.status, 204);
    let allowed = header(&before, "access-control-allow-headers").unwrap();
    assert!(allowed.contains("authorization") && allowed.contains("content-type"));
    assert!(
        header(&before, "access-control-allow-methods")
            .unwrap()
            .contains("PUT")
    );
    let answers = [
        before,
        with("GET", &[origin, ("authorization", "Bearer secret")]),
        // The page may read why it is refused.
        with("GET", &[origin]),
    ];
    assert_eq!(
        answers.each_ref().map(|answer| answer.status),
        [204, 200, 401]
    );
    for answer in answers {
        let named = header(&answer, "access-control-allow-origin");
        assert_eq!(named.as_deref(), Some(origin.1));
        assert_eq!(header(&answer, "vary").as_deref(), Some("origin"));
    }
    let foreign = with("OPTIONS", &[("origin", "http://evil.example"), asks]);
    assert_eq!(foreign.code(), "forbidden_origin");
    assert_eq!(header(&foreign, "access-control-allow-origin"), None);
    let nobody = with("OPTIONS", &[asks]);
    assert_eq!(nobody.code(), "unauthorized");
}

#[test]
fn paths_are_compared_as_they_come() {
    let store = Store::in_memory();
    let running = start(&store);
    for path in [
        "/",
        "/v1",
        "/v1/",
        "//v1/stats",
        "/v1//stats",
        "/v1/stats/",
        "/v1/./stats",
        "/v1/../v1/stats",
        "/v1/refs/../stats",
        "/v1/%2e%2e/v1/stats",
        "/v1/%73tats",
        "/V1/stats",
        "/v2/stats",
        "/v1/blocks/..%2f..%2fetc/passwd",
        "/v1/refs/a/b",
        "/etc/passwd",
    ] {
        let answer = get(&running, path);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "unknown_route"),
            "{path}"
        );
    }
    for path in [
        "/v1/blocks/..%2f..%2fetc%2fpasswd",
        "/v1/values/%00",
        "/v1/blocks/ABC",
    ] {
        assert_eq!(get(&running, path).code(), "invalid_cid", "{path}");
    }
    // As a name it is a name.
    assert_eq!(
        get(&running, "/v1/refs/..%2f..%2fetc%2fpasswd").code(),
        "cid_not_found"
    );
    for name in ["%", "%ff", "%0a", &"x".repeat(256)] {
        assert_eq!(
            get(&running, &format!("/v1/refs/{name}")).code(),
            "invalid_ref"
        );
    }
    assert_eq!(get(&running, "/v1/stats?x=/../").status, 200);
}

#[test]
fn another_version_is_refused_before_anything_is_stored() {
    let store = Store::in_memory();
    let running = start(&store);
    let offer = Serializer::default().to_json_dict(&1).unwrap().to_string();
    for (name, value, code) in [
        ("cideldill-protocol", "2", "unsupported_protocol"),
        ("cideldill-protocol", "x", "unsupported_protocol"),
        ("cideldill-format", "00", "unsupported_format"),
    ] {
        let headers = [("content-type", "application/json"), (name, value)];
        let request = request("POST", "/v1/objects", &headers, offer.as_bytes());
        assert_eq!(raw(running.address(), &request).code(), code);
    }
    assert_unharmed(&running, &store, 0);
}

#[test]
fn what_is_not_http_harms_nobody() {
    let store = Store::in_memory();
    let running = start(&store);
    let long = [b"GET /".to_vec(), vec![b'x'; 1 << 20]].concat();
    for bytes in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        &long,
    ] {
        let mut stream = connect(running.address());
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut all = Vec::new();
        match stream.read_to_end(&mut all) {
            Ok(_) => assert!(all.is_empty() || all.starts_with(b"HTTP/1.1 4"), "{all:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
    assert_unharmed(&running, &store, 0);
}
