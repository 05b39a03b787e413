#!/usr/bin/env bash
# Simulated power cuts: the store lies on ext4 on a loop device; its writer is killed and the file
# system shut down at once without flushing its log, so that only what was synced is on the device.
# Then the file system is mounted again and the store must open with everything acknowledged.
#
# Usage: power-cut.sh TEST-PROGRAM [ROUNDS]   (the program that `cargo test --test store` builds)
# Needs root, loop devices, ext4, python3. Run by
#   cargo test -p cideldill-tests --test store -- --ignored a_power_cut
set -eu

program=$1
rounds=${2:-10}
work=$(mktemp -d)
disk=$work/disk
writer=

cleanup() {
    [ -z "$writer" ] || kill -9 "$writer" 2>/dev/null || true
    umount "$disk" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

task() { # NAME: one of this program's tasks on the store of this round
    CIDELDILL_POWER_CUT_STORE=$disk/store CIDELDILL_POWER_CUT_ACKNOWLEDGED=$acknowledged \
        exec "$program" --exact "power_cut::$1" --nocapture
}

mkdir "$disk"
intact=0
batches=0
for round in $(seq "$rounds"); do
    image=$work/image
    acknowledged=$work/acknowledged-$round
    rm -f "$image"
    truncate -s 2G "$image"
    mkfs.ext4 -q -F "$image"
    mount -o loop "$image" "$disk"
    : > "$acknowledged"
    (task power_cut_writer) > "$work/writer.log" 2>&1 &
    writer=$!
    disown
    while [ ! -s "$acknowledged" ] && kill -0 "$writer"; do sleep 0.1; done
    # Different lengths of life, so that the cut falls into different work.
    sleep "$(awk "BEGIN { print 0.4 + 0.25 * $round }")"
    kill -9 "$writer"
    # EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32), with EXT4_GOING_FLAGS_NOLOGFLUSH (2).
    python3 -c '
import fcntl, os, struct, sys
directory = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(directory, 0x8004587D, struct.pack("I", 2))
' "$disk"
    while kill -0 "$writer" 2>/dev/null; do :; done
    writer=
    umount "$disk"
    mount -o loop "$image" "$disk"
    n=$(wc -l < "$acknowledged")
    batches=$((batches + n))
    if (task power_cut_reader) > "$work/reader.log" 2>&1 && [ "$n" -gt 0 ]; then
        intact=$((intact + 1))
        echo "round $round: $n batches acknowledged, intact"
    else
        echo "round $round: $n batches acknowledged, NOT INTACT"
        cat "$work/writer.log" "$work/reader.log"
    fi
    umount "$disk"
done
echo "$intact of $rounds rounds intact, $batches batches of 10 blocks acknowledged"
[ "$intact" -eq "$rounds" ]
