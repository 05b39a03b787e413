//! What the routes answer beyond a round trip.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cideldill::transport::client::Http;
use cideldill::transport::{BodyForm, CidList, StoreStats, read_frame};
use cideldill::{Block, Cid, MemoryStore, Store, compute_cid, encode};

use crate::support::{get, raw, request, send_json, start, start_with, texts};

#[test]
fn a_whole_value_comes_leaves_first_each_block_once() {
    let store = Store::in_memory();
    let value = (texts(0, 30), texts(10, 40));
    let cid = store.put(&value).unwrap();
    let running = start(&store);
    let answer = get(&running, &format!("/v1/values/{cid}"));
    let cids: Vec<Cid> = read_frame(&answer.body)
        .unwrap()
        .into_iter()
        .map(Cid::of)
        .collect();
    let encoded = encode(&value).unwrap();
    assert_eq!(cids.len(), encoded.blocks().count());
    assert_eq!(cids.last(), Some(&cid));
    let into = MemoryStore::new();
    Http::new(&running.url(), None)
        .unwrap()
        .fetch_into(cid, &into)
        .unwrap();
    assert_eq!(
        Store::new(into)
            .load::<(Vec<String>, Vec<String>)>(cid)
            .unwrap(),
        value
    );
}

/// A store takes a block that holds no value: it does not decode.
#[test]
fn what_is_no_value_is_said_to_be_none_and_the_store_is_not_blamed() {
    let store = Store::in_memory();
    let failures = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&failures);
    let running = start_with(&store, |config| {
        config.on_failure = Some(Arc::new(move |_| {
            heard.fetch_add(1, Ordering::Relaxed);
        }));
    });
    let block = Block::new(*b"\x10\xa2zz\x90\xa1x");
    store
        .blocks()
        .put_many(std::slice::from_ref(&block))
        .unwrap();
    let path = format!("/v1/values/{}", block.cid());
    let accept = [("accept", "Application/JSON")];
    let answer = raw(running.address(), &request("GET", &path, &accept, &[]));
    assert_eq!((answer.status, &*answer.code()), (422, "invalid_value"));
    assert_eq!(failures.load(Ordering::Relaxed), 0);
    assert_eq!(get(&running, &path).status, 200, "its blocks are there");
}

#[test]
fn blocks_come_in_the_order_asked_each_once() {
    let store = Store::in_memory();
    let cids: Vec<Cid> = texts(0, 150)
        .iter()
        .map(|text| store.put(text).unwrap())
        .collect();
    let running = start(&store);
    let mut asked: Vec<Cid> = cids.iter().rev().copied().collect();
    asked.extend(&cids);
    let body = CidList { cids: asked }.to_body(BodyForm::MessagePack);
    let headers = [("content-type", "application/msgpack")];
    let answer = raw(
        running.address(),
        &request("POST", "/v1/blocks", &headers, &body),
    );
    let found: Vec<Cid> = read_frame(&answer.body)
        .unwrap()
        .into_iter()
        .map(Cid::of)
        .collect();
    assert!(found.iter().eq(cids.iter().rev()));

    let absent = [
        compute_cid(&"a").unwrap(),
        cids[0],
        compute_cid(&"b").unwrap(),
    ];
    let body = CidList {
        cids: absent.to_vec(),
    }
    .to_body(BodyForm::Json);
    let answer = send_json(
        &running,
        "POST",
        "/v1/blocks",
        &String::from_utf8(body).unwrap(),
    );
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (404, "cid_not_found")
    );
    let missing = [absent[0].to_string(), absent[2].to_string()];
    assert_eq!(answer.json()["missing_cids"], serde_json::json!(missing));

    let nothing = send_json(&running, "POST", "/v1/blocks", r#"{"cids":[]}"#);
    assert_eq!(nothing.code(), "invalid_request");
}

#[test]
fn one_block_is_its_bytes() {
    let store = Store::in_memory();
    let cid = store.put(&7).unwrap();
    let running = start(&store);
    let answer = get(&running, &format!("/v1/blocks/{cid}"));
    assert_eq!(Cid::of(&answer.body), cid);
}

#[test]
fn people_see_a_value_as_json() {
    let store = Store::in_memory();
    let cid = store.put(&("tea", Some(100), texts(0, 2))).unwrap();
    let running = start(&store);
    let accept = [("accept", "text/html, application/json;q=0.9, */*")];
    let answer = raw(
        running.address(),
        &request("GET", &format!("/v1/values/{cid}"), &accept, &[]),
    );
    let json = answer.json();
    assert_eq!(json["cid"], cid.to_string());
    assert_eq!(json["value"][0], "tea");
    assert_eq!(json["value"][1], 100);
    assert_eq!(json["value"][2][1], texts(1, 2)[0]);
    assert_eq!(json["complete"], true);
}

#[test]
fn an_answer_has_the_form_that_is_asked_for() {
    let store = Store::in_memory();
    store.put(&7).unwrap();
    let running = start(&store);
    let accept = [(
        "accept",
        "text/plain, application/msgpack, application/json",
    )];
    let answer = raw(
        running.address(),
        &request("GET", "/v1/stats", &accept, &[]),
    );
    let stats = StoreStats::parse(BodyForm::MessagePack, &answer.body).unwrap();
    assert_eq!(stats, StoreStats::of(store.blocks()));
    let refused = raw(
        running.address(),
        &request("GET", "/v1/nothing", &accept, &[]),
    );
    assert_eq!(refused.headers["content-type"], "application/msgpack");
}
