//! What a store promises, shown on every backend, and on the disk of those that have a disk.

#[macro_use]
#[path = "../delegate.rs"]
mod delegate;

mod archive;
mod archive_bounds;
mod archive_names;
mod car;
mod child;
mod contract;
mod damage;
mod fsck;
mod full_disk;
mod gc;
mod group;
mod killed;
mod model;
mod opening;
mod power_cut;
mod raw;
mod recover;
mod support;
mod survey;
mod syncs;

/// Runs each function of a module on each backend.
macro_rules! every_backend {
    ($($module:ident: $($name:ident)*;)*) => {
        mod on_memory {
            use crate::support::Memory;
            $(mod $module {
                $(#[test] fn $name() { crate::$module::$name(&super::Memory); })*
            })*
        }
        mod on_sled {
            use crate::support::{Disk, Kind};
            $(mod $module {
                use super::{Disk, Kind};
                $(#[test] fn $name() { crate::$module::$name(&Disk::new(Kind::Sled)); })*
            })*
        }
        mod on_redb {
            use crate::support::{Disk, Kind};
            $(mod $module {
                use super::{Disk, Kind};
                $(#[test] fn $name() { crate::$module::$name(&Disk::new(Kind::Redb)); })*
            })*
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
    fsck:
        statistics_can_be_repaired
    ;

    gc:
        a_swept_store_is_opened_again
        what_was_swept_takes_no_room
        a_process_killed_while_it_sweeps_leaves_a_whole_store
    ;

    group:
        each_writer_of_a_group_gets_its_own_answer
        a_block_that_many_bring_at_once_is_new_once
        writers_that_come_together_share_a_sync
    ;

    opening:
        store_persistence
        a_directory_is_opened_as_the_kind_it_is
        an_absent_or_empty_directory_becomes_a_store
        what_is_not_a_store_is_refused_and_left_alone
        a_store_that_is_open_is_locked_and_says_by_whom
        a_store_left_half_made_is_made_again
        a_damaged_or_unknown_store_is_unreadable
        a_store_that_lost_blocks_is_unreadable
    ;

    damage:
        a_flipped_byte_on_disk_is_corrupt
        what_goes_takes_its_own_bytes_and_no_others
        blocks_are_counted_again_past_a_damaged_entry
        records_that_make_no_sense_are_corrupt
        damage_of_one_block_is_not_damage_of_its_neighbours
        a_byte_changed_anywhere_in_the_file_is_never_silent
        a_store_serves_readers_while_it_is_shared
    ;

    recover:
        a_store_that_cannot_be_opened_is_saved_whole
        what_is_lost_is_listed_and_the_rest_is_saved
        the_newest_name_is_known_wherever_it_lies
        many_blocks_written_in_many_batches_are_all_found
        a_torn_store_is_saved_as_far_as_it_goes
        an_interrupted_recovery_is_taken_up
        recovering_twice_keeps_both_old_stores
        without_a_data_file_nothing_is_moved
        a_block_that_only_looks_like_one_is_not_saved
    ;

    full_disk:
        a_write_that_fails_half_way_keeps_nothing_and_loses_nothing
        a_full_or_read_only_disk_is_refused_and_loses_nothing
        a_disk_that_turns_read_only_meanwhile_loses_nothing
    ;

    killed:
        a_killed_process_loses_nothing_it_acknowledged
    ;

    syncs:
        every_batch_is_synced_before_it_is_acknowledged
    ;

}

every_backend! {
    contract:
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
        what_is_not_a_name_of_a_reference_is_refused
        a_reference_is_set_only_where_it_stands_for_what_was_expected
        of_those_who_move_a_reference_at_once_one_succeeds
        a_reference_to_a_missing_block_is_refused
        each_store_has_an_epoch_of_its_own
        a_store_is_a_source_of_verified_blocks
        wrong_bytes_are_corrupt_not_missing
    ;

    fsck:
        a_store_of_values_is_whole
        what_an_interrupted_put_leaves_is_whole
        all_damage_is_listed
        of_one_damaged_block_nothing_else_is_said
        what_only_shows_across_blocks_is_found
        chunks_of_a_value_that_is_not_whole_are_checked
        what_is_corrupt_can_be_dropped_and_stored_again
    ;

    survey:
        kinds_sizes_and_tops_are_counted
        each_block_is_counted_as_what_it_is
        sizes_links_and_names_are_counted
        long_work_says_how_far_it_is
    ;

    gc:
        nothing_is_taken_out_unless_asked
        what_no_reference_leads_to_goes
        what_is_young_stays_with_all_it_leads_to
        what_is_used_while_a_sweep_chooses_stays
        a_sweep_changes_the_epoch_and_nothing_else_does
        a_second_sweep_at_once_is_refused
        a_damaged_store_is_not_swept
        a_value_put_while_its_blocks_are_swept_is_whole
        puts_and_sweeps_of_many_threads_leave_a_whole_store
        blocks_of_many_records_go_whole
        neighbours_of_what_goes_stay
    ;

    archive:
        what_was_exported_comes_back_on_every_backend
        a_part_goes_alone
        an_archive_in_any_order_is_read
        a_copy_is_the_same_store
        an_archive_that_is_cut_off_sets_no_reference
    ;
}
