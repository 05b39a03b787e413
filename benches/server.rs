//! What it costs to send a value to a server on this machine, against the work that is done anyway:
//! encoding and hashing it, or writing its blocks to the same store.

use std::hint::black_box;
use std::path::Path;

use cideldill::transport::client::Http;
use cideldill::transport::{Sender, leaves_first};
use cideldill::{Block, Cid, SledStore, Store, compute_cid};
use cideldill_data::snapshots;
use cideldill_server::{Config, Port, Running, Server};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn start(store: Store) -> Running {
    let mut config = Config::default();
    config.port = Port::Exactly(0);
    let server = Server::bind(store, config).expect("a free port");
    server.start().expect("a thread")
}

fn http(running: &Running) -> Http {
    Http::new(&running.url(), None).expect("an address")
}

fn send_again(c: &mut Criterion) {
    let value = snapshots::records(10_000);
    let mut group = c.benchmark_group("10,000 records of 1.03 KB that the server has");
    group.bench_function("encode and hash alone", |b| {
        b.iter(|| compute_cid(black_box(&value)).expect("plain data"));
    });
    let running = start(Store::in_memory());
    let sender = Sender::new(http(&running));
    sender.send(&value).expect("a server");
    group.bench_function("send again", |b| {
        b.iter(|| sender.send(black_box(&value)).expect("a server"));
    });
    group.finish();
}

/// A new store on the disk.
fn on_disk(folder: &Path) -> SledStore {
    SledStore::open(folder.join("store")).expect("a directory")
}

fn first_upload(c: &mut Criterion) {
    let value = snapshots::records(10_000);
    let memory = Store::in_memory();
    let cid = memory.put(&value).expect("plain data");
    let blocks = leaves_first(memory.blocks(), [cid]);
    let blocks: Vec<Block> = blocks.collect::<Result<_, _>>().expect("all there");
    let mut group = c.benchmark_group("10,000 records of 1.03 KB to a new store on the disk");
    group.sample_size(10);
    let new_folder = || tempfile::tempdir().expect("a directory");
    group.bench_function("write the blocks, 1,000 at a time", |b| {
        let setup = || {
            let folder = new_folder();
            (Store::new(on_disk(folder.path())), folder)
        };
        b.iter_batched(
            setup,
            |(store, folder)| {
                for batch in blocks.chunks(1_000) {
                    store.blocks().put_many(batch).expect("space");
                }
                (store, folder)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("send to a server", |b| {
        let setup = || {
            let folder = new_folder();
            let running = start(Store::new(on_disk(folder.path())));
            (Sender::new(http(&running)), running, folder)
        };
        b.iter_batched(
            setup,
            |(sender, running, folder)| {
                let cid: Cid = sender.send(black_box(&value)).expect("a server");
                (cid, sender, running, folder)
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = send_again, first_upload
}
criterion_main!(benches);
