//! What once was wrong, one file each: the defects of the predecessor that have a counterpart here,
//! named after it (docs/coverage.md lists all of them), and what was wrong here.
#![allow(
    clippy::disallowed_types,
    reason = "hashed collections are recorded too"
)]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "functions that `with` names take references"
)]

#[macro_use]
#[path = "../delegate.rs"]
mod delegate;

mod a_block_of_no_bytes;
mod begun_anew_inside;
mod cells_that_are_read_again;
mod d01_deep_components_are_there;
mod d02_a_block_twice_is_one_block;
mod d03_encoding_changes_nothing;
mod d04_sent_means_acknowledged;
mod d05_an_error_spoils_nothing_for_builtin_types;
mod d06_an_error_spoils_nothing_for_own_types;
mod d07_nothing_but_content_in_a_cid;
mod d08_depth;
mod d09_private_fields;
mod d11_one_cid_a_value;
mod d12_data_is_never_a_reference;
mod d13_all_or_nothing;
mod d14_every_container_is_taken_apart;
mod d15_text_of_a_cid_is_strict;
mod d16_circular_values;
mod d17_each_byte_once;
mod d18_reads_verify;
mod d19_loading_runs_nothing;
mod d32_twice_in_one_request;
mod d35_only_the_bad_node_is_a_placeholder;
mod d36_one_batch_a_request;
mod d39_a_retry_sends_what_was_encoded;
mod nodes_that_a_function_made;
mod numbers_in_a_cycle;
mod pointer_items_out_of_place;
mod pointers_around_a_cycle;
mod pointers_to_pointers_into_a_cycle;
mod range_of_what_was_written;
mod room_for_announced_elements;
mod support;
mod weak_pointers_further_on;
mod weak_pointers_in_keys;
