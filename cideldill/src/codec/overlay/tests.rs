use proptest::prelude::*;

use super::super::overlay_write::{Token, write};
use super::*;

fn reason(bytes: &[u8]) -> &'static str {
    match Overlay::parse(bytes).unwrap_err().kind() {
        ErrorKind::Malformed { reason, offset } => {
            assert!(*offset <= bytes.len());
            reason
        }
        other => panic!("{other}"),
    }
}

/// What a parsed overlay says, as tokens; the nodes' numbers as their ids.
fn tokens(overlay: &Overlay) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut open = vec![overlay.entries(overlay.outermost()).iter()];
    while let Some(entries) = open.last_mut() {
        let Some(entry) = entries.next() else {
            open.pop();
            tokens.push(Token::End);
            continue;
        };
        let Entry { offset, number, .. } = *entry;
        tokens.push(match entry.kind {
            Kind::Link => Token::Link(offset),
            Kind::Node => Token::Node(offset, number),
            Kind::Pointer => Token::Pointer(offset),
            Kind::Same => Token::Same(offset, number),
            Kind::Weak => Token::Weak(offset, number),
        });
        if matches!(entry.kind, Kind::Link | Kind::Node | Kind::Pointer) {
            open.push(overlay.entries(entry.scope).iter());
        }
    }
    // The outermost scope ends by itself.
    tokens.pop();
    tokens
}

/// A pointer shared by two places of a record: the bytes are those of docs/format.md.
#[test]
fn a_pointer_met_twice_is_a_node_and_an_entry_that_names_it() {
    use Token::{End, Link, Node, Same};
    let bytes = write(&[Link(0), Node(2, 7), End, Same(30, 7), End]);
    assert_eq!(bytes, [1, 2 << 3 | 6, 0xe4, 1, 1, 0, 0]);
    let overlay = Overlay::parse(&bytes).unwrap();
    let link = overlay.entry(overlay.outermost(), 0).unwrap();
    assert_eq!(link.kind, Kind::Link);
    let node = overlay.entry(link.scope, 2).unwrap();
    assert_eq!((node.kind, node.number), (Kind::Node, 0));
    assert!(node.scope.is_empty());
    assert_eq!(overlay.entry(link.scope, 30).unwrap().kind, Kind::Same);
    assert_eq!(overlay.entry(link.scope, 3), None);
    assert_eq!(overlay.entry(Scope::EMPTY, 0), None);
}

#[test]
fn a_weak_pointer_inside_its_node_is_known_before_the_node_is_made() {
    use Token::{End, Link, Node, Weak};
    let inside = [Link(0), Node(1, 0), Link(4), Weak(2, 0), End, End, End];
    let overlay = Overlay::parse(&write(&inside)).unwrap();
    assert!(overlay.nodes()[0].has_weak_inside);
    let outside = [Link(0), Weak(0, 0), Node(1, 0), End, Weak(9, 0), End];
    let overlay = Overlay::parse(&write(&outside)).unwrap();
    assert!(!overlay.nodes()[0].has_weak_inside);
}

#[test]
fn what_is_no_overlay_is_refused_for_its_reason() {
    let early = "the overlay ends too early";
    for end in 0..5 {
        assert_eq!(reason(&[1, 6, 12, 1, 0][..end]), early);
    }
    assert_eq!(reason(&[1, 6, 12, 1, 0]), early);
    assert!(Overlay::parse(&[1, 6, 12, 1, 0, 0]).is_ok());
    assert_eq!(reason(&[1, 6, 12, 1, 0, 0, 0]), "bytes after the overlay");
    let shortest = "a number of the overlay is not in its shortest form";
    assert_eq!(reason(&[0x81, 0, 6, 12, 1, 0, 0]), shortest);
    assert_eq!(reason(&[1, 6, 12, 0x81, 0, 0, 0]), shortest);
    let below = "a number of the overlay is below 2^64";
    assert_eq!(reason(&[[0xff; 9].as_slice(), &[2]].concat()), below);
    assert_eq!(reason(&[[0xff; 10].as_slice(), &[1]].concat()), below);
    let outside = "an entry of the overlay lies outside any block";
    assert_eq!(reason(&[[0xff; 9].as_slice(), &[1]].concat()), outside);
    assert_eq!(
        reason(&[1, 6, 0xfc, 0xff, 0xff, 0xff, 0x7f, 1, 12, 1]),
        "an entry of the overlay lies outside any block"
    );
    let unknown = "an unknown kind of entry in the overlay";
    assert_eq!(reason(&[8]), unknown);
    assert_eq!(reason(&[0]), "an empty scope in the overlay");
    assert_eq!(reason(&[1, 0, 0]), "an empty scope in the overlay");
    assert_eq!(reason(&[1, 2, 0]), "an empty scope in the overlay");
    assert_eq!(
        reason(&[1, 6, 4, 1]),
        "two entries of the overlay for one place"
    );
    let not_met = "a pointer leads to a node that was not met";
    assert_eq!(reason(&[1, 6, 12, 0]), not_met);
    assert_eq!(reason(&[1, 6, 12, 2]), not_met);
    assert_eq!(
        reason(&[1, 2, 12, 1]),
        "a pointer leads to a node that it stands in"
    );
    assert_eq!(reason(&[1, 5, 0, 0, 0]), "a weak pointer leads to no node");
    assert_eq!(
        reason(&[1, 6, 13, 1, 0, 0]),
        "a weak pointer leads to no node"
    );
    assert_eq!(
        reason(&[1, 6, 0, 0]),
        "a node of the overlay that none names"
    );
    let nothing = "a pointer of which there is nothing to say";
    assert_eq!(reason(&[1, 6, 11, 12, 1, 0]), nothing);
    assert_eq!(reason(&[1, 6, 11, 5, 2, 0]), nothing);
    assert!(Overlay::parse(&[1, 6, 11, 4, 1, 0, 0, 0]).is_ok());
    // Around the link to a cycle: whether one stands there is not in these bytes.
    for told_apart in [&[1, 7, 0, 0][..], &[3, 7, 0, 0], &[3, 3, 1, 7, 0, 0, 0, 0]] {
        let overlay = Overlay::parse(told_apart).unwrap();
        assert_eq!(write(&tokens(&overlay)), told_apart);
    }
}

#[test]
fn a_million_scopes_inside_each_other_take_no_stack() {
    let n = 1_000_000;
    let deep = [vec![1; n], vec![6, 12, 1], vec![0; n + 1]].concat();
    let overlay = Overlay::parse(&deep).unwrap();
    assert_eq!(overlay.nodes().len(), 1);
    assert_eq!(write(&tokens(&overlay)), deep);
}

/// A part of a value: what begins at a place, and what is inside.
#[derive(Clone, Debug)]
enum Part {
    Link(Vec<(u8, Part)>),
    First(Vec<(u8, Part)>),
    Unnamed(Vec<(u8, Part)>),
    Same(u8),
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        Just(Part::First(Vec::new())),
        any::<u8>().prop_map(Part::Same),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let parts = proptest::collection::vec((any::<u8>(), inner), 0..5);
        prop_oneof![
            parts.clone().prop_map(Part::Link),
            parts.clone().prop_map(Part::First),
            parts.prop_map(Part::Unnamed),
        ]
    })
}

/// The tokens of parts in one scope. `ids` are those met, and those that have ended.
fn list(tokens: &mut Vec<Token>, parts: &[(u8, Part)], from: u32, ids: &mut (u32, Vec<u32>)) {
    let mut at = from;
    for (gap, part) in parts {
        at += u32::from(*gap) * 300;
        match part {
            Part::Link(parts) => {
                tokens.push(Token::Link(at));
                tokens.push(Token::Weak(0, 0));
                list(tokens, parts, 1, ids);
                tokens.push(Token::End);
            }
            Part::First(parts) => {
                let id = ids.0;
                ids.0 += 1;
                tokens.push(Token::Node(at, id));
                list(tokens, parts, 0, ids);
                tokens.push(Token::End);
                ids.1.push(id);
            }
            Part::Unnamed(parts) => {
                tokens.push(Token::Pointer(at));
                list(tokens, &[(0, Part::First(Vec::new()))], 0, ids);
                list(tokens, parts, 1, ids);
                tokens.push(Token::End);
            }
            Part::Same(which) => {
                if let Some(id) = ids.1.get(usize::from(*which) % ids.1.len().max(1)) {
                    tokens.push(Token::Same(at, *id));
                }
            }
        }
        at += 1;
    }
}

/// A stream in which each node is named: by a weak pointer behind everything, if by nothing else.
fn stream(parts: &[(u8, Part)]) -> Vec<u8> {
    let mut tokens = vec![Token::Link(0), Token::Node(0, 0), Token::End];
    let mut ids = (1, vec![0]);
    list(&mut tokens, parts, 1, &mut ids);
    tokens.extend((0..ids.0).map(|id| Token::Weak(1 << 30 | id, id)));
    tokens.push(Token::End);
    write(&tokens)
}

fn parts() -> impl Strategy<Value = Vec<(u8, Part)>> {
    proptest::collection::vec((any::<u8>(), part()), 0..5)
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(parts in parts()) {
        let bytes = stream(&parts);
        let overlay = Overlay::parse(&bytes).unwrap();
        prop_assert_eq!(write(&tokens(&overlay)), bytes);
    }

    #[test]
    fn every_changed_byte_is_refused_or_says_something_else(parts in parts(), change in 1_u8..) {
        let bytes = stream(&parts);
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            if let Ok(overlay) = Overlay::parse(&changed) {
                prop_assert_eq!(write(&tokens(&overlay)), changed);
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_or_the_only_form_of_what_they_say(
        bytes in proptest::collection::vec(0_u8..32, 0..24),
    ) {
        if let Ok(overlay) = Overlay::parse(&bytes) {
            prop_assert_eq!(write(&tokens(&overlay)), bytes);
        }
    }
}
