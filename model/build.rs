//! Puts loom's locks into the library (`cideldill/src/sync.rs`).

fn main() {
    println!("cargo::rustc-check-cfg=cfg(cideldill_model)");
    println!("cargo::rustc-cfg=cideldill_model");
    println!("cargo::rerun-if-changed=build.rs");
}
