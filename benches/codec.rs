//! Encoding and decoding against `MessagePack` by serde and SHA-512, in one run.

use std::hint::black_box;

use cideldill::__private::encode_without_digests;
use cideldill::{BlockStore, Debuggable, MemoryStore, compute_cid, decode, encode};
use cideldill_data::{log, mesh, save, updates};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha512};

fn data_sets(c: &mut Criterion) {
    data_set(c, "log", &log::logs(10_000));
    data_set(c, "mesh", &mesh::mesh(125_000));
    data_set(c, "save", &save::save_data(500));
    data_set(c, "updates", &updates::updates(1_000));
}

fn data_set<T: Debuggable + Serialize + DeserializeOwned>(
    c: &mut Criterion,
    name: &str,
    value: &T,
) {
    let mut group = c.benchmark_group(name);
    let mut buffer = Vec::new();
    rmp_serde::encode::write_named(&mut buffer, value).expect("plain data");
    let named = buffer.clone();
    let id = |side: &str| BenchmarkId::from_parameter(side);

    group.bench_function(id("write/rmp named"), |b| {
        b.iter(|| {
            buffer.clear();
            rmp_serde::encode::write_named(&mut buffer, black_box(value)).expect("plain data");
            buffer.len()
        });
    });
    group.bench_function(id("write/cideldill without digests"), |b| {
        b.iter(|| encode_without_digests(black_box(value)));
    });
    group.bench_function(id("cid/rmp named + sha-512"), |b| {
        b.iter(|| {
            buffer.clear();
            rmp_serde::encode::write_named(&mut buffer, black_box(value)).expect("plain data");
            Sha512::digest(&buffer)
        });
    });
    group.bench_function(id("cid/cideldill"), |b| {
        b.iter(|| compute_cid(black_box(value)).expect("plain data"));
    });

    let encoded = encode(value).expect("plain data");
    let store = MemoryStore::new();
    let blocks: Vec<_> = encoded.blocks().collect();
    store.put_many(&blocks).expect("memory");
    group.bench_function(id("read/rmp named + sha-512"), |b| {
        b.iter(|| {
            let digest = Sha512::digest(black_box(&named));
            let value: T = rmp_serde::from_slice(&named).expect("just written");
            (digest, value)
        });
    });
    group.bench_function(id("read/cideldill verified"), |b| {
        b.iter(|| decode::<T>(encoded.root(), &store).expect("just written"));
    });
    group.finish();
}

#[derive(Debuggable)]
struct Small {
    id: u64,
    price: u32,
    name: String,
}

fn small(c: &mut Criterion) {
    let value = Small {
        id: 123_456,
        price: 1_999,
        name: "a short name".into(),
    };
    let encoded = encode(&value).expect("plain data");
    assert!(encoded.len() <= 111, "one sha-512 block");
    let mut group = c.benchmark_group("small");
    group.bench_function("sha-512 of 111 bytes", |b| {
        b.iter(|| Sha512::digest(black_box(&[7; 111])));
    });
    group.bench_function("cid of a struct of three fields", |b| {
        b.iter(|| compute_cid(black_box(&value)).expect("plain data"));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = small, data_sets
}
criterion_main!(benches);
