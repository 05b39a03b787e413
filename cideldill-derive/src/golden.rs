//! What the derive writes, for one type of each strategy and the corner cases, compared with the
//! committed files `golden/*.expanded.rs`.
//!
//! After a change that is meant: `CIDELDILL_GOLDEN=write cargo test -p cideldill-derive golden`,
//! then read the difference.

use std::fs;
use std::path::Path;

use syn::{File, Item};

use crate::derive::expand;

fn matches(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let source = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
    let item = syn::parse_file(&source).unwrap().items.remove(0);
    let tokens = match item {
        Item::Struct(item) => quote::quote!(#item),
        Item::Enum(item) => quote::quote!(#item),
        _ => panic!("{name}: not a struct or an enum"),
    };
    let expanded: File = syn::parse2(expand(tokens)).unwrap();
    let expanded = prettyplease::unparse(&expanded);
    let file = folder.join(format!("{name}.expanded.rs"));
    if std::env::var_os("CIDELDILL_GOLDEN").is_some() {
        fs::write(&file, &expanded).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        expanded, committed,
        "the expansion of golden/{name}.rs has changed"
    );
}

/// A test for each golden file, and one that none was forgotten.
macro_rules! golden {
    ($($test:ident: $name:literal;)*) => {
        $(#[test] fn $test() { matches($name); })*

        #[test]
        fn every_golden_file_has_a_test() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
            let mut found: Vec<_> = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned()))
                .filter(|name| !name.ends_with(".expanded"))
                .collect();
            found.sort();
            let mut tested = vec![$($name),*];
            tested.sort_unstable();
            assert_eq!(found, tested);
        }
    };
}

golden! {
    slots: "slots";
    setstate: "setstate";
    interned: "interned";
    codec: "codec";
    constructor: "constructor";
    dict: "dict";
    placeholder: "placeholder";
    every_kind_of_variant: "enum";
    no_variants: "never";
    generic: "generic";
    borrowed: "borrowed";
    mistakes_give_stubs: "mistakes";
}
