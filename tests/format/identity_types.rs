//! The vectors of identity as the types that they could be of: what is accepted is written so again,
//! and what is refused without a type is refused with one, or else its root is another one when it is
//! written again.

#![allow(
    clippy::redundant_allocation,
    reason = "pointers to pointers are told apart"
)]

mod stored;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::rc::{Rc, Weak};

use cideldill::{Cid, Debuggable, Error, Profile, decode, encode_with};
use cideldill_reference::notation::hex;
use serde_json::Value as Json;
use stored::Stored;

#[derive(Debuggable)]
struct Leaf(u64);

#[derive(Debuggable)]
struct Outer(Rc<Leaf>);

#[derive(Debuggable)]
struct Node(String, RefCell<Option<Rc<Node>>>);

#[derive(Debuggable)]
struct Outside(Rc<Node>, Rc<Node>, RefCell<Option<Rc<Node>>>);

/// What refused rings are made of.
mod one {
    use super::*;

    #[derive(Debuggable)]
    pub(super) struct T(RefCell<Option<Rc<T>>>);
}

/// The second cell holds a pointer to a pointer.
mod two {
    use super::*;

    #[derive(Debuggable)]
    pub(super) struct T(RefCell<Option<Rc<T>>>, RefCell<Option<Rc<Rc<T>>>>);
}

/// A ring with a node beside it.
mod beside {
    use super::*;

    #[derive(Debuggable)]
    pub(super) struct T(RefCell<Option<Rc<W>>>);
    #[derive(Debuggable)]
    struct W(Rc<U>, Option<Rc<U>>, Option<Rc<T>>);
    #[derive(Debuggable)]
    struct U;
}

fn vectors(name: &str) -> Vec<Json> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "vectors"].iter().collect();
    let text = fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The root of a value of this type when it is written again.
fn again<T: Debuggable>(root: Cid, stored: &Stored, profile: Profile) -> Result<Cid, Error> {
    let read: T = decode(root, stored)?;
    encode_with(&read, profile).map(|encoded| encoded.root())
}

fn blocks_of(entry: &Json) -> Vec<Vec<u8>> {
    let single = [entry["block"].clone()];
    let blocks = entry["blocks"]
        .as_array()
        .map_or(&single[..], Vec::as_slice);
    let digits = blocks.iter().map(|block| block.as_str().unwrap());
    digits.map(hex).collect()
}

fn assert_written_again<T: Debuggable>(name: &str, profile: Profile) {
    let entries = vectors("identity");
    let entry = entries.iter().find(|entry| entry["name"] == name).unwrap();
    let blocks = blocks_of(entry);
    let root = Cid::of(&blocks[0]);
    assert_eq!(root.to_string(), entry["cid"], "{name}");
    let again = again::<T>(root, &Stored::of(&blocks), profile);
    assert_eq!(again.unwrap(), root, "{name}");
}

type Three = Rc<Rc<Rc<Node>>>;

#[test]
fn pointers_at_one_place_are_told_apart() {
    fn standard<T: Debuggable>(name: &str) {
        assert_written_again::<T>(name, Profile::STANDARD);
    }
    standard::<(Rc<Rc<Outer>>, Rc<Outer>, Rc<Leaf>)>(
        "a pointer around a node that holds another node",
    );
    standard::<(Rc<Leaf>, Rc<Rc<Leaf>>)>("a pointer around a pointer that was met before");
    standard::<(Rc<u64>, Rc<Rc<u64>>)>(
        "a pointer around a pointer to a number that was met before",
    );
    standard::<(Rc<Weak<Leaf>>, Rc<Leaf>)>("same: a pointer around a weak pointer to a node");
    standard::<(Rc<Rc<Weak<Leaf>>>, Rc<Weak<Leaf>>, Rc<Leaf>)>(
        "two pointers around a weak pointer to a node, the inner one met twice",
    );
    standard::<(Rc<Outer>, Rc<Leaf>)>("a pointer around a record that starts with a node");
    standard::<(Rc<u64>, Vec<Rc<Rc<u64>>>)>(
        "a pointer to a pointer in a packed sequence, the inner one met before",
    );
    standard::<(Rc<Node>, Rc<Rc<Node>>, Rc<Rc<Node>>)>(
        "a pointer to a pointer into a ring that was met before, met twice",
    );
    standard::<(Rc<Node>, Rc<Rc<Node>>, Rc<Rc<Node>>)>(
        "a pointer to a pointer to the head of a ring that was met before, met twice",
    );
    standard::<(Rc<Node>, Three, Three, Three)>(
        "two pointers to one pointer into a ring, of which one is met twice",
    );
    standard::<(Rc<Node>, Rc<Outside>, Rc<Outside>)>(
        "a pointer to a record of pointers into a ring, met twice",
    );
    assert_written_again::<(Weak<Leaf>, Rc<Leaf>, Weak<Leaf>)>(
        "a weak pointer, in the profile without identity",
        Profile::WHOLE,
    );
}

/// The desc of a block, if it is short.
fn desc_of(block: &[u8]) -> Option<&[u8]> {
    match block {
        [_, header @ 0xa0..=0xbf, rest @ ..] => rest.get(..usize::from(header - 0xa0)),
        _ => None,
    }
}

/// The desc of the content, without what stands in front of it in a block.
fn content_desc(blocks: &[Vec<u8>]) -> Option<&[u8]> {
    let desc = match desc_of(&blocks[0])? {
        b"!" => desc_of(blocks.get(1)?)?,
        desc => desc,
    };
    let prefixed = desc.strip_prefix(b"~").or(desc.strip_prefix(b"%"));
    Some(prefixed.unwrap_or(desc))
}

type Again = fn(Cid, &Stored, Profile) -> Result<Cid, Error>;

/// Types by their descs.
fn types() -> Vec<(&'static str, Again)> {
    vec![
        ("@", again::<Rc<one::T>>),
        ("@", again::<Rc<two::T>>),
        ("@", again::<Rc<beside::T>>),
        ("(@@)", again::<(Rc<one::T>, Rc<one::T>)>),
        ("(@@)", again::<(Rc<two::T>, Rc<two::T>)>),
        ("(@L)", again::<(Rc<one::T>, Rc<u64>)>),
        ("(@L)", again::<(Rc<one::T>, u64)>),
        ("(@?L)", again::<(Rc<one::T>, Option<Rc<u64>>)>),
        ("(@[@)", again::<(Rc<one::T>, Rc<Vec<Rc<one::T>>>)>),
        ("(@LL)", again::<(Rc<two::T>, Rc<u64>, Rc<u64>)>),
        ("(LL)", again::<(Rc<u64>, Rc<u64>)>),
        ("(LI)", again::<(Rc<u64>, Rc<u32>)>),
        ("(s)", again::<(Rc<String>,)>),
        ("(w)", again::<(Weak<one::T>,)>),
        ("[H", again::<Vec<Rc<u16>>>),
        ("[L", again::<Vec<Rc<u64>>>),
        ("(L[L)", again::<(Rc<u64>, Vec<Rc<u64>>)>),
        ("(H[L)", again::<(Rc<u16>, Vec<Rc<u64>>)>),
        ("(LL[L)", again::<(Rc<u64>, Rc<u64>, Vec<Rc<u64>>)>),
        ("y", again::<Vec<Rc<u8>>>),
        ("(By)", again::<(Rc<u8>, Vec<Rc<u8>>)>),
        ("(Ly)", again::<(Rc<u64>, Vec<Rc<u8>>)>),
        ("(BBy)", again::<(Rc<u8>, Rc<u8>, Vec<Rc<u8>>)>),
        ("[n", again::<Vec<Rc<()>>>),
        ("<s", again::<BTreeSet<Rc<String>>>),
    ]
}

#[test]
fn refused_bytes_are_refused_or_another_value() {
    let types = types();
    let mut failed = Vec::new();
    let mut checked = BTreeSet::new();
    for entry in vectors("refused") {
        let name = entry["name"].as_str().unwrap();
        let blocks = blocks_of(&entry);
        let desc = content_desc(&blocks);
        if !name.starts_with("identity: ") {
            continue;
        }
        let profile = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL];
        let Some(&profile) = profile.get(usize::from(blocks[0][0] & 15)) else {
            continue;
        };
        let root = Cid::of(&blocks[0]);
        for (at, (_, again)) in types
            .iter()
            .enumerate()
            .filter(|(_, (of, _))| Some(of.as_bytes()) == desc)
        {
            checked.insert(name.to_owned());
            let written = again(root, &Stored::of(&blocks), profile);
            if written.is_ok_and(|written| written == root) {
                failed.push(format!("{name}, type {at}"));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(checked.len() > 80, "{}", checked.len());
}
