#!/usr/bin/env bash
# Fuzzes one target: fuzz/run.sh value_decode 600 (seconds). Needs cargo-fuzz and a nightly compiler.
set -euo pipefail
cd "$(dirname "$0")"
[ -d corpus ] || cargo run --quiet --example seeds
# A cycle through a cell that is set once cannot be taken apart, so it is never freed.
leaks=1
[ "$1" != graph_decode ] || leaks=0
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=$leaks"
cargo +nightly fuzz run --fuzz-dir . "$1" -- \
    -max_total_time="${2:-600}" -rss_limit_mb=2048 -max_len=8192 -timeout=25 -detect_leaks=$leaks
