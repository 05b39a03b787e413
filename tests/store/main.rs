//! What a store promises, shown on every backend, and on the disk of those that have a disk.

mod child;
mod contract;
mod damage;
mod full_disk;
mod killed;
mod model;
mod opening;
mod power_cut;
mod raw;
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
            use crate::support::{Disk, Kind};
            $(#[test] fn $name() { crate::contract::$name(&Disk::new(Kind::Sled)); })*
        }
        mod on_redb {
            use crate::support::{Disk, Kind};
            $(#[test] fn $name() { crate::contract::$name(&Disk::new(Kind::Redb)); })*
        }
    };
}

/// Runs each function of a module on each kind of store that has a disk.
macro_rules! every_disk {
    ($($module:ident: $($name:ident)*;)*) => {
        mod sled_disk {
            $(mod $module {
                $(#[test] fn $name() { crate::$module::$name(crate::support::Kind::Sled); })*
            })*
        }
        mod redb_disk {
            $(mod $module {
                $(#[test] fn $name() { crate::$module::$name(crate::support::Kind::Redb); })*
            })*
        }
    };
}

every_disk! {
    opening:
        store_persistence
        an_absent_or_empty_directory_becomes_a_store
        what_is_not_a_store_is_refused_and_left_alone
        a_store_that_is_open_is_locked_and_says_by_whom
        a_store_left_half_made_is_made_again
        a_damaged_or_unknown_store_is_unreadable
        a_store_that_lost_blocks_is_unreadable
    ;

    damage:
        a_flipped_byte_on_disk_is_corrupt
        records_that_make_no_sense_are_corrupt
        a_byte_changed_anywhere_in_the_file_is_never_silent
        a_store_serves_readers_while_it_is_shared
    ;

    recover:
        a_store_that_cannot_be_opened_is_saved_whole
        what_is_lost_is_listed_and_the_rest_is_saved
        many_blocks_written_in_many_batches_are_all_found
        an_interrupted_recovery_is_taken_up
        recovering_twice_keeps_both_old_stores
        without_a_data_file_nothing_is_moved
        a_block_that_only_looks_like_one_is_not_saved
    ;

    full_disk:
        a_write_that_fails_half_way_keeps_nothing_and_loses_nothing
        a_full_or_read_only_disk_is_refused_and_loses_nothing
    ;

    killed:
        a_killed_process_loses_nothing_it_acknowledged
    ;

    syncs:
        every_batch_is_synced_before_it_is_acknowledged
    ;

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
