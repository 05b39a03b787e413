//! What a snapshot costs when little changed, against `MessagePack` by serde and SHA-512 of the whole.

use std::hint::black_box;

use cideldill::Store;
use cideldill_data::snapshots;
use criterion::{Criterion, criterion_group, criterion_main};
use sha2::{Digest, Sha512};

fn snapshot(c: &mut Criterion) {
    let mut state = snapshots::flat();
    let mut group = c.benchmark_group("snapshot of 1.03 MB, one counter changed");
    let mut buffer = Vec::new();
    group.bench_function("rmp named + sha-512 of the whole", |b| {
        b.iter(|| {
            buffer.clear();
            rmp_serde::encode::write_named(&mut buffer, black_box(&state)).expect("plain data");
            Sha512::digest(&buffer)
        });
    });
    let store = Store::in_memory();
    let mut number = 0;
    group.bench_function("put into a store in memory", |b| {
        b.iter(|| {
            number += 7;
            if let Some(record) = state.values_mut().nth(number % 1000) {
                record.counter += 1;
            }
            store.put(black_box(&state)).expect("memory")
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = snapshot
}
criterion_main!(benches);
