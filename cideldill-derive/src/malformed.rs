//! Whatever stands in an attribute, the macro answers with an error at compile time and never panics.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::derive::expand;
use crate::symbol;

/// Expands to something rustc can read; says whether it holds an error.
fn is_refused(source: &str) -> bool {
    let Ok(tokens) = source.parse() else {
        return true;
    };
    let expanded = expand(tokens);
    syn::parse2::<syn::File>(expanded.clone())
        .unwrap_or_else(|error| panic!("{source}\n{error}\n{expanded}"));
    expanded.to_string().contains("compile_error")
}

const VALUES: &[&str] = &[
    "",
    "=",
    "= 5",
    "= \"\"",
    "= \"a b\"",
    "= \"::\"",
    "= \"x(\"",
    "= \"x(y\"",
    "= 'c'",
    "= true",
    "= r#\"x\"#",
    "= b\"x\"",
    "= x::<>",
    "= x(1, y)",
    "()",
    "(name)",
    "(name =)",
    "(name = \"x\" reason)",
    "(reduce)",
    "(reduce = \"T\")",
    "[]",
    "{}",
    "::x",
    "x",
    "+",
    "=>",
    "= fn",
    "= $crate",
];

#[test]
fn no_value_of_any_key_makes_the_macro_panic() {
    for key in symbol::ALL {
        for value in VALUES {
            for after in ["", ", skip"] {
                let attribute = format!("#[debuggable({} {value}{after})]", key.name);
                for item in [
                    format!("{attribute} struct S<T> {{ a: T, b: u8 }}"),
                    format!("{attribute} enum E {{ A, B(u8) }}"),
                    format!("struct S {{ {attribute} a: u8, b: u8 }}"),
                    format!("enum E {{ {attribute} A, B {{ {attribute} x: u8 }} }}"),
                ] {
                    is_refused(&item);
                }
            }
        }
    }
}

#[test]
fn what_is_no_list_of_keys_is_refused() {
    for attribute in [
        "#[debuggable]",
        "#[debuggable = \"skip\"]",
        "#[debuggable(,)]",
        "#[debuggable(skip,,)]",
        "#[debuggable(5)]",
        "#[debuggable(\"skip\")]",
        "#[debuggable(skip skip)]",
        "#[debuggable(::skip)]",
        "#[debuggable(skip::x)]",
        "#[debuggable(#)]",
        "#[debuggable((skip))]",
        "#[debuggable(r#skip = 1)]",
    ] {
        assert!(
            is_refused(&format!("struct S {{ {attribute} a: u8 }}")),
            "{attribute}"
        );
    }
}

#[test]
fn what_is_no_item_is_refused() {
    for source in [
        "",
        "fn f() {}",
        "struct",
        "struct S { a }",
        "enum E { A(",
        "5",
        "union U {}",
    ] {
        assert!(is_refused(source), "{source}");
    }
}

/// A derive sees a type that a macro pasted as a group without brackets.
#[test]
fn groups_without_brackets_are_seen_through() {
    let ty: TokenStream = "std :: marker :: PhantomData < T >".parse().unwrap();
    let group = TokenTree::Group(Group::new(Delimiter::None, ty));
    let expanded = expand(quote::quote!(
        struct S<T> {
            a: #group,
            #[debuggable(placeholder)]
            b: #group,
        }
    ))
    .to_string();
    assert!(!expanded.contains("where"), "{expanded}");
    assert!(
        expanded.contains("\"std::marker::PhantomData<T>\""),
        "{expanded}"
    );
}

#[test]
fn every_key_is_in_the_documentation() {
    let pages = [
        include_str!("lib.rs"),
        include_str!("../../docs/attributes.md"),
    ];
    for key in symbol::ALL.iter().filter(|key| !key.levels.is_empty()) {
        for page in pages {
            let is_there = ["`", " ", "="]
                .iter()
                .any(|end| page.contains(&format!("`{}{end}", key.name)));
            assert!(is_there, "{}", key.name);
        }
    }
}
