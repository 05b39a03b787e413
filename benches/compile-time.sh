#!/usr/bin/env bash
# What it costs to compile 200 derived structs and 50 enums: this crate against serde with rmp-serde.
#
# Usage: benches/compile-time.sh [RUNS]   (3 if not given)
# Writes the same types into one throw-away crate for each contender, builds what they depend on, and
# then only those crates again and again, in turn. `plain` has the types without any derive, which is
# what compiling them costs anyway. Prints medians of processor time (user) and of wall time.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${1:-3}
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
contenders=(plain serde cideldill)
# Nothing is taken from the build before, as on a machine that builds the program for the first time.
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$work/target

dependencies() { # CONTENDER
    case $1 in
        serde) printf 'serde = { version = "1", features = ["derive"] }\nrmp-serde = "1.3"\n' ;;
        cideldill)
            printf 'cideldill = { path = "%s/cideldill", default-features = false }\n' "$repository"
            ;;
    esac
}

derive() { # CONTENDER
    case $1 in
        serde) echo '#[derive(serde::Serialize, serde::Deserialize)]' ;;
        cideldill) echo '#[derive(cideldill::Debuggable)]' ;;
    esac
}

# One root through which all types are written and read.
use_of() { # CONTENDER
    case $1 in
        serde)
            cat <<'RUST'
pub fn write(root: &Struct0) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    rmp_serde::to_vec_named(root)
}
pub fn read(bytes: &[u8]) -> Result<Struct0, rmp_serde::decode::Error> {
    rmp_serde::from_slice(bytes)
}
RUST
            ;;
        cideldill)
            cat <<'RUST'
pub fn write(root: &Struct0) -> Result<cideldill::Encoded, cideldill::Error> {
    cideldill::encode(root)
}
pub fn read(encoded: &cideldill::Encoded) -> Result<Struct0, cideldill::Error> {
    cideldill::decode(encoded.root(), encoded)
}
RUST
            ;;
    esac
}

# Struct i holds structs 2i+1 and 2i+2, each fourth an enum, enum j the struct 150+j: all is reached
# from Struct0, and nothing holds itself.
types() { # DERIVE
    awk -v derive="$1" '
        function own(n) {
            n %= 14
            if (n == 0) return "u64"
            if (n == 1) return "String"
            if (n == 2) return "Option<String>"
            if (n == 3) return "Vec<u32>"
            if (n == 4) return "bool"
            if (n == 5) return "BTreeMap<String, u64>"
            if (n == 6) return "f64"
            if (n == 7) return "(f32, f32, f32)"
            if (n == 8) return "Vec<String>"
            if (n == 9) return "i32"
            if (n == 10) return "Option<u32>"
            if (n == 11) return "HashMap<u32, String>"
            if (n == 12) return "[u8; 4]"
            return "Measured<f64>"
        }
        function held(type, n) {
            n %= 8
            if (n == 0) return type
            if (n == 1) return "Option<" type ">"
            if (n == 2) return "Vec<" type ">"
            if (n == 3) return "BTreeMap<String, " type ">"
            if (n == 4) return "Box<" type ">"
            if (n == 5) return "Page<" type ">"
            if (n == 6) return "Vec<" type ">"
            return "Option<Box<" type ">>"
        }
        BEGIN {
            print "#![allow(dead_code)]"
            print "use std::collections::{BTreeMap, HashMap};"
            print derive "\npub struct Page<T> { items: Vec<T>, next: Option<u64>, total: u32 }"
            print derive "\npub struct Measured<T> { value: T, unit: String }"
            for (i = 0; i < 200; i++) {
                print derive "\npub struct Struct" i " {"
                for (field = 0; field < 4 + i % 5; field++)
                    print "    own_field_" field ": " own(i * 5 + field * 3) ","
                for (child = 2 * i + 1; child <= 2 * i + 2 && child < 200; child++)
                    print "    part_" child ": " held("Struct" child, child) ","
                if (i % 4 == 0)
                    print "    kind: " held("Enum" i / 4, i / 4 + 1) ","
                print "}"
            }
            for (j = 0; j < 50; j++) {
                print derive "\npub enum Enum" j " {"
                print "    Nothing,"
                print "    Text(String),"
                print "    Pair(u32, " own(j) "),"
                print "    Named { id: u64, note: Option<String>, extra: " own(j + 5) " },"
                print "    Part(" held("Struct" 150 + j, j) "),"
                print "}"
            }
        }'
}

crate() { # CONTENDER
    local folder=$work/$1
    mkdir -p "$folder/src"
    cat >"$folder/Cargo.toml" <<TOML
[package]
name = "types-$1"
version = "0.1.0"
edition = "2024"
[dependencies]
$(dependencies "$1")
[workspace]
TOML
    cp Cargo.lock rust-toolchain.toml "$folder"
    types "$(derive "$1")" >"$folder/src/lib.rs"
}

build_dependencies() { # CONTENDER, ARGUMENTS OF CARGO
    local contender=$1
    shift
    case $contender in
        plain) ;;
        serde) (cd "$work/serde" && cargo "$@" --quiet -p serde -p rmp-serde) ;;
        cideldill) (cd "$work/cideldill" && cargo "$@" --quiet -p cideldill) ;;
    esac
}

seconds_of() { # CONTENDER, ARGUMENTS OF CARGO: user and wall seconds
    local TIMEFORMAT='%U %R' contender=$1
    shift
    touch "$work/$contender/src/lib.rs"
    { time build "$contender" "$@"; } 2>&1
    [ ! -e "$work/failed" ] || { cat "$work/log" >&2 && exit 1; }
}

build() { # CONTENDER, ARGUMENTS OF CARGO
    local contender=$1
    shift
    (cd "$work/$contender" && cargo "$@" --quiet >"$work/log" 2>&1) || touch "$work/failed"
}

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

measure() { # TITLE, ARGUMENTS OF CARGO
    local title=$1 contender
    shift
    for contender in "${contenders[@]}"; do
        build_dependencies "$contender" "$@"
        : >"$work/$contender.times"
    done
    for ((run = 0; run < runs; run++)); do
        for contender in "${contenders[@]}"; do
            seconds_of "$contender" "$@" >>"$work/$contender.times"
        done
    done
    echo
    echo "$title: cargo $*"
    for contender in "${contenders[@]}"; do
        user=$(cut -d' ' -f1 "$work/$contender.times" | median)
        wall=$(cut -d' ' -f2 "$work/$contender.times" | median)
        printf '  %-10s user %6.2f s   wall %6.2f s\n' "$contender" "$user" "$wall"
        printf '%s %s\n' "$user" "$wall" >"$work/$contender.median"
    done
    paste -d' ' "$work/cideldill.median" "$work/serde.median" |
        awk '{ printf "  cideldill / serde: user %.2f, wall %.2f\n", $1 / $3, $2 / $4 }'
}

rustc --version
for contender in "${contenders[@]}"; do crate "$contender"; done
measure "derives alone, checked" check
measure "derives alone, debug" build
measure "derives alone, release" build --release
for contender in "${contenders[@]}"; do use_of "$contender" >>"$work/$contender/src/lib.rs"; done
measure "all through one root, release" build --release
