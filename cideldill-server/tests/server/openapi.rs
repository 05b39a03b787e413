//! The description that the server serves, held against what it does.

use std::collections::{BTreeMap, BTreeSet};

use cideldill::transport::{Code, RefUpdate, Serializer};
use cideldill::transport::{client::Http, write_frame};
use cideldill::{Store, compute_cid};
use cideldill_server::{ROUTES, Running};
use serde_json::{Value as Json, json};

use crate::support::{Answer, get, raw, request, start, texts};

fn description(running: &Running) -> Json {
    get(running, "/v1/openapi.json").json()
}

/// Asserts that a value has the form of a schema, and nothing besides.
fn check(doc: &Json, schema: &Json, value: &Json, place: &str) {
    if let Err(why) = conforms(doc, schema, value, place) {
        panic!("{why}");
    }
}

fn conforms(doc: &Json, schema: &Json, value: &Json, place: &str) -> Result<(), String> {
    let fail = |why: &str| Err(format!("{place}: {why}: {value} against {schema}"));
    if let Some(named) = schema["$ref"].as_str() {
        let schema = doc.pointer(named.strip_prefix('#').unwrap());
        return conforms(doc, schema.expect(named), value, place);
    }
    if let Some(all) = schema["oneOf"].as_array() {
        let fits = all
            .iter()
            .filter(|schema| conforms(doc, schema, value, place).is_ok());
        return if fits.count() == 1 {
            Ok(())
        } else {
            fail("not one of these")
        };
    }
    let is_of_type = match schema["type"].as_str() {
        None => true,
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some(other) => return fail(other),
    };
    if !is_of_type {
        return fail("another type");
    }
    if let Some(known) = schema["enum"].as_array()
        && !known.contains(value)
    {
        return fail("not one of these");
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        // All patterns here are so many hexadecimal digits.
        let digits = pattern
            .trim_start_matches("^[0-9a-f]{")
            .trim_end_matches("}$");
        let is_hex = text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if text.len().to_string() != digits || !is_hex {
            return fail("does not match");
        }
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        if value.get(required.as_str().unwrap()).is_none() {
            return fail("a key is not there");
        }
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Json::Null, Json::Bool(false)) => return fail("a key that is not described"),
            (Json::Null, Json::Null | Json::Bool(true)) => {}
            (Json::Null, schema) | (schema, _) => conforms(doc, schema, value, &place)?,
        }
    }
    for item in value.as_array().into_iter().flatten() {
        if !schema["items"].is_null() {
            conforms(doc, &schema["items"], item, place)?;
        }
    }
    Ok(())
}

#[test]
fn every_route_is_described_and_every_described_route_is_there() {
    let running = start(&Store::in_memory());
    let doc = description(&running);
    let mut described = BTreeSet::new();
    for (path, methods) in doc["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let routes = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(described, BTreeSet::from(routes));

    for path in doc["paths"].as_object().unwrap().keys() {
        let concrete = path
            .replace("{cid}", &"0".repeat(128))
            .replace("{name}", "main");
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = raw(running.address(), &request(method, &concrete, &[], &[]));
            let is_described = described.contains(&(method.to_owned(), path.clone()));
            let is_known = answer.status != 405;
            assert_eq!(is_known, is_described, "{method} {path}: {answer:?}");
            if !is_known {
                assert_eq!(answer.code(), "method_not_allowed");
            }
        }
    }
}

#[test]
fn every_code_is_described() {
    let running = start(&Store::in_memory());
    let doc = description(&running);
    let described = doc["components"]["schemas"]["Refusal"]["properties"]["error"]["enum"]
        .as_array()
        .unwrap();
    let described: BTreeSet<&str> = described.iter().filter_map(Json::as_str).collect();
    let codes = Code::ALL.iter().filter(|code| **code != Code::Unknown);
    assert_eq!(described, codes.map(|code| code.as_str()).collect());
}

/// One request of each kind that can be answered, and one that cannot.
#[test]
fn every_route_answers_as_it_is_described() {
    let store = Store::in_memory();
    let cid = store.put(&texts(0, 3)).unwrap();
    let running = start(&store);
    let doc = description(&running);
    let http = Http::new(&running.url(), None).unwrap();
    let expected = None;
    http.set_ref(
        "main",
        RefUpdate {
            cid: Some(cid),
            expected,
        },
    )
    .unwrap();

    let absent = compute_cid(&"absent").unwrap();
    let offer = Serializer::default().to_json_dict(&texts(5, 9)).unwrap();
    let broken = json!({"cid": absent.to_string(), "data": "EKFu"});
    let missing = json!({"objects": [{"cid": absent.to_string()}, {"cid": cid.to_string()}]});
    let list = |cid: cideldill::Cid| json!({"cids": [cid.to_string()]});
    let conflict = json!({"cid": cid.to_string(), "expected": null});
    let frame = "application/vnd.cideldill.blocks";
    let value = format!("/v1/values/{cid}");
    let no_value = format!("/v1/values/{absent}");
    let block = format!("/v1/blocks/{cid}");
    let no_block = format!("/v1/blocks/{absent}");
    let none = Json::Null;
    let asked: &[(&str, &str, &str, &Json, u16)] = &[
        ("GET", "/v1/handshake", "", &none, 200),
        ("POST", "/v1/objects", "", &offer, 200),
        ("POST", "/v1/objects", "", &broken, 400),
        ("POST", "/v1/objects", "", &missing, 409),
        ("POST", "/v1/missing", "", &list(absent), 200),
        ("POST", "/v1/missing", "", &none, 415),
        ("POST", "/v1/blocks", "", &list(cid), 200),
        ("POST", "/v1/blocks", "", &list(absent), 404),
        ("GET", &block, "", &none, 200),
        ("GET", &no_block, "", &none, 404),
        ("GET", "/v1/blocks/xyz", "", &none, 400),
        ("GET", &value, "", &none, 200),
        ("GET", &value, frame, &none, 200),
        ("GET", &value, "application/json", &none, 200),
        ("GET", &value, "text/css", &none, 415),
        ("GET", &no_value, "application/json", &none, 404),
        ("GET", &no_value, frame, &none, 404),
        ("GET", "/v1/refs", "", &none, 200),
        ("GET", "/v1/refs/main", "", &none, 200),
        ("GET", "/v1/refs/other", "", &none, 404),
        ("GET", "/v1/refs/%00", "", &none, 400),
        (
            "PUT",
            "/v1/refs/main",
            "",
            &json!({"cid": cid.to_string()}),
            200,
        ),
        ("PUT", "/v1/refs/main", "", &conflict, 409),
        ("PUT", "/v1/refs/main", "", &json!({"cid": null}), 200),
        ("GET", "/v1/stats", "", &none, 200),
        ("GET", "/v1/health", "", &none, 200),
        ("GET", "/v1/openapi.json", "", &none, 200),
    ];
    let mut answered = BTreeMap::new();
    for (method, path, accept, body, status) in asked {
        let mut headers = Vec::new();
        if !accept.is_empty() {
            headers.push(("accept", *accept));
        }
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        if !body.is_null() {
            headers.push(("content-type", "application/json"));
        }
        let answer = raw(
            running.address(),
            &request(method, path, &headers, text.as_bytes()),
        );
        assert_eq!(answer.status, *status, "{method} {path}: {answer:?}");
        let route = hold(&doc, method, path, body, &answer);
        answered
            .entry(route)
            .or_insert_with(BTreeSet::new)
            .insert(*status);
    }
    assert_eq!(
        answered.len(),
        ROUTES.len(),
        "every route was asked: {answered:?}"
    );
}

/// Holds one answer against the description, and says which route it was.
fn hold(doc: &Json, method: &str, path: &str, body: &Json, answer: &Answer) -> String {
    let paths = doc["paths"].as_object().unwrap();
    let matches = |template: &&String| {
        let (template, path) = (template.split('/'), path.split('/'));
        template.clone().count() == path.clone().count()
            && template
                .zip(path)
                .all(|(t, p)| t == p || t.starts_with('{'))
    };
    let template = paths.keys().find(matches).expect(path);
    let operation = &doc["paths"][template][method.to_lowercase()];
    if !body.is_null() && answer.status == 200 {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        check(doc, schema, body, "request");
    }
    let described = &operation["responses"][answer.status.to_string()]["content"];
    let schema = &described[&answer.headers["content-type"]]["schema"];
    assert!(
        !schema.is_null(),
        "{method} {path}: {answer:?} is not described"
    );
    if answer.headers["content-type"] == "application/json" {
        check(doc, schema, &answer.json(), path);
    } else if answer.headers["content-type"].ends_with("blocks") {
        assert!(write_frame(cideldill::transport::read_frame(&answer.body).unwrap()).is_ok());
    }
    format!("{method} {template}")
}
