//! What a store promises, shown on every backend, and on the disk of the one that has a disk.

mod child;
mod contract;
mod damage;
mod full_disk;
mod killed;
mod model;
mod opening;
mod power_cut;
mod recover;
mod support;
mod syncs;

/// Runs each function of the contract on each backend.
macro_rules! every_backend {
    ($($name:ident)*) => {
        mod on_memory {
            $(#[test] fn $name() { crate::contract::$name(&crate::support::Memory); })*
        }
        mod on_sled {
            $(#[test] fn $name() { crate::contract::$name(&crate::support::Sled::new()); })*
        }
    };
}

every_backend! {
    store_and_retrieve
    store_verifies_cid
    store_mismatch_raises
    store_duplicate_ignored
    get_nonexistent_returns_none
    exists_true
    exists_false
    store_thread_safety
    store_many_atomic
    get_many
    missing
    stats
    store_no_eviction
    store_128_char_cids
    empty_batch
    three_hundred_thousand_cids
    a_parent_before_its_child_is_refused
    a_batch_may_be_in_any_order
    what_is_not_a_block_is_refused
    blocks_of_every_size
    iteration_is_in_byte_order
    metadata_is_beside_the_block
    references
    a_reference_to_a_missing_block_is_refused
    each_store_has_an_epoch_of_its_own
    a_store_is_a_source_of_verified_blocks
    wrong_bytes_are_corrupt_not_missing
}
