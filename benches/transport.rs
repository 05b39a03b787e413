//! The client's cache, and what it costs to send a value again that the other side has.

use std::hint::black_box;
use std::sync::Arc;

use cideldill::transport::{BodyForm, CidCache, InProcess, Offer, Sender, Serializer};
use cideldill::{Cid, MemoryStore, compute_cid};
use cideldill_data::snapshots;
use criterion::{Criterion, criterion_group, criterion_main};

fn cid(n: u64) -> Cid {
    Cid::of(&n.to_le_bytes())
}

fn cache(c: &mut Criterion) {
    let mut group = c.benchmark_group("cache of 10,000");
    let cids: Vec<Cid> = (0..20_000).map(cid).collect();
    let cache = CidCache::new();
    cids[..10_000].iter().for_each(|cid| cache.mark_sent(*cid));
    let mut n = 0;
    group.bench_function("look up one that is there", |b| {
        b.iter(|| {
            n = (n + 7) % 10_000;
            cache.is_sent(black_box(&cids[n]))
        });
    });
    group.bench_function("look up one that is not", |b| {
        b.iter(|| {
            n = (n + 7) % 10_000;
            cache.is_sent(black_box(&cids[10_000 + n]))
        });
    });
    group.bench_function("mark one, another is forgotten", |b| {
        b.iter(|| {
            n = (n + 7) % 20_000;
            cache.mark_sent(black_box(cids[n]));
        });
    });
    group.finish();
}

fn send_again(c: &mut Criterion) {
    let value = snapshots::records(10_000);
    let mut group = c.benchmark_group("10,000 records of 1.03 KB that the other side has");
    group.bench_function("encode and hash alone", |b| {
        b.iter(|| compute_cid(black_box(&value)).expect("plain data"));
    });
    let store = Arc::new(MemoryStore::new());
    let sender = Sender::new(InProcess::new(store, BodyForm::Json));
    sender.send(&value).expect("in memory");
    let message = sender.serializer().serialize(&value).expect("plain data");
    let body = Offer::from(message.offered()).to_body(BodyForm::Json);
    eprintln_bytes("the request that sends them again", body.len());
    group.bench_function("send again", |b| {
        b.iter(|| sender.send(black_box(&value)).expect("in memory"));
    });
    group.finish();

    let mut group = c.benchmark_group("10,000 records of 1.03 KB that are new");
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        group.bench_function(format!("send as {}", form.media_type()), |b| {
            b.iter(|| {
                let store = Arc::new(MemoryStore::new());
                let way = InProcess::new(store, form);
                let sender = Sender::with_serializer(way, Serializer::default());
                sender.send(black_box(&value)).expect("in memory")
            });
        });
    }
    group.bench_function("put into a store in memory", |b| {
        b.iter(|| {
            let store = cideldill::Store::in_memory();
            store.put(black_box(&value)).expect("plain data")
        });
    });
    group.finish();
}

#[expect(clippy::print_stderr, reason = "a size beside the times")]
fn eprintln_bytes(what: &str, bytes: usize) {
    eprintln!("{what}: {bytes} bytes");
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = cache, send_again
}
criterion_main!(benches);
