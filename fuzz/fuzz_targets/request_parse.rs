//! Requests: whatever comes, a whole offer is kept or nothing of it, and each has an answer.
#![no_main]

use std::collections::BTreeSet;

use cideldill::transport::{
    Answer, BodyForm, CidList, Code, Offer, Offered, RefUpdate, RequestLimits, leaves_first,
    read_frame, receive, receive_body, write_frame,
};
use cideldill::{BlockStore, Cid, MemoryStore};
use cideldill_fuzz::Graph;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    match choice % 4 {
        0 => body(BodyForm::Json, data),
        1 => body(BodyForm::MessagePack, data),
        2 => graph(choice / 4, data),
        _ => frame(data),
    }
});

fn limits() -> RequestLimits {
    RequestLimits::default().with_missing(3).with_objects(9)
}

/// Any bytes as the body of a request.
fn body(form: BodyForm, body: &[u8]) {
    let store = MemoryStore::new();
    let answer = receive_body(&store, form, body, &limits());
    check(&store, &answer);
    if let Ok(offer) = Offer::parse(form, body, &limits()) {
        // What was read is written so that it is read again, in either form.
        for form in [BodyForm::Json, BodyForm::MessagePack] {
            let again = Offer::parse(form, &offer.to_body(form), &limits());
            assert_eq!(again.as_ref(), Ok(&offer));
        }
        assert_eq!(
            Answer::from(receive(&MemoryStore::new(), &offer, &limits())).status(),
            answer.status()
        );
    }
    let _ = CidList::parse(form, body, &limits());
    let _ = RefUpdate::parse(form, body, &limits());
    let _ = Answer::parse(form, body);
}

/// Blocks under their true names, without one of them.
fn graph(without: u8, data: &[u8]) {
    let Some(graph) = Graph::parse(data) else {
        return;
    };
    let root = graph.root();
    let mut components: Vec<_> = graph
        .blocks()
        .iter()
        .map(|(cid, bytes)| (*cid, bytes.clone()))
        .collect();
    components.retain(|(cid, _)| *cid != root);
    if usize::from(without) < components.len() {
        components.remove(without.into());
    }
    let mut object = Offered {
        cid: root,
        data: graph.block(&root).cloned(),
        components,
    };
    let store = MemoryStore::new();
    let answer = receive(&store, &object.clone().into(), &limits()).into();
    check(&store, &answer);
    let Answer::Refused(refusal) = answer else {
        return;
    };
    if refusal.code() == Code::UnlinkedComponent {
        let unlinked = refusal.cid().expect("it is named");
        object.components.retain(|(cid, _)| *cid != unlinked);
        assert_ne!(
            receive(&store, &object.into(), &limits())
                .err()
                .and_then(|refusal| refusal.cid()),
            Some(unlinked)
        );
    } else if refusal.code() == Code::CidNotFound {
        let carried: BTreeSet<Cid> = object.components.iter().map(|(cid, _)| *cid).collect();
        assert!(!refusal.missing().is_empty());
        assert!(refusal.missing().iter().all(|cid| !carried.contains(cid)));
    }
}

/// Any bytes as a frame: read and written again they are the same.
fn frame(data: &[u8]) {
    if let Ok(blocks) = read_frame(data) {
        assert_eq!(write_frame(blocks).as_deref(), Ok(data));
    }
}

fn check(store: &MemoryStore, answer: &Answer) {
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        assert_eq!(
            Answer::parse(form, &answer.to_body(form)).as_ref(),
            Ok(answer)
        );
    }
    match answer {
        Answer::Accepted(accepted) => {
            // All of it, with everything below, and nothing else.
            let blocks = leaves_first(store, accepted.cids.iter().copied());
            let reached = blocks
                .map(|block| block.expect("closed under links"))
                .count();
            assert_eq!(reached as u64, store.stats().blocks);
            assert_eq!(accepted.report.new_blocks, store.stats().blocks);
        }
        Answer::Refused(refusal) => {
            assert_ne!(refusal.code(), Code::Unknown);
            assert_eq!(store.stats().blocks, 0);
        }
    }
}
