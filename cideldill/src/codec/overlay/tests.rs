use proptest::prelude::*;

use super::super::overlay_write::{OverlayBuilder, Token, write};
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
    assert_eq!(reason(&[7]), unknown);
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
}

#[test]
fn a_million_scopes_inside_each_other_take_no_stack() {
    let n = 1_000_000;
    let deep = [vec![1; n], vec![6, 12, 1], vec![0; n + 1]].concat();
    let overlay = Overlay::parse(&deep).unwrap();
    assert_eq!(overlay.nodes().len(), 1);
    assert_eq!(write(&tokens(&overlay)), deep);
}

#[test]
fn what_is_not_named_is_not_listed_and_its_inside_moves_out() {
    let mut builder = OverlayBuilder::default();
    // [Rc a: (x, Rc b), Rc c: Rc b, weak to nothing that is met]
    builder.close_pointer(5, 1);
    builder.close_pointer(2, 0);
    builder.same(9, 1);
    builder.close_pointer(9, 2);
    builder.weak(12, 77);
    let bytes = builder.finish().unwrap();
    use Token::{End, Link, Node, Pointer, Same};
    let expected = [Link(0), Node(5, 1), End, Pointer(9), Same(0, 1), End, End];
    assert_eq!(bytes, write(&expected));

    let mut builder = OverlayBuilder::default();
    builder.close_pointer(5, 1);
    builder.weak(7, 2);
    assert_eq!(builder.finish(), None);
    assert_eq!(OverlayBuilder::default().finish(), None);
}

#[test]
fn a_part_that_is_moved_out_takes_along_what_is_said_about_it() {
    let mut builder = OverlayBuilder::default();
    builder.close_pointer(3, 0);
    builder.close_pointer(12, 1);
    builder.same(15, 0);
    assert!(builder.is_empty_from(16) && !builder.is_empty_from(15));
    let taken = builder.take(10).unwrap();
    builder.link(10, taken);
    builder.move_back(10, 4);
    builder.same(80, 1);
    use Token::{End, Link, Node, Same};
    let inside = [Node(2, 1), End, Same(5, 0), End];
    let expected = [
        &[Link(0), Node(3, 0), End, Link(6)],
        &inside[..],
        &[Same(80, 1), End],
    ];
    assert_eq!(builder.finish().unwrap(), write(&expected.concat()));
}

#[test]
fn a_million_pointers_inside_each_other_are_built_without_recursion() {
    let mut builder = OverlayBuilder::default();
    let n = 1_000_000;
    builder.weak(n, 0);
    for id in (0..n).rev() {
        builder.close_pointer(id, id);
    }
    let overlay = Overlay::parse(&builder.finish().unwrap()).unwrap();
    let link = overlay.entries(overlay.outermost())[0];
    let node = overlay.entry(link.scope, 0).unwrap();
    assert_eq!(
        overlay.entry(node.scope, n as usize).unwrap().kind,
        Kind::Weak
    );
}

/// A part of a value: what begins at a place, and what is inside.
#[derive(Clone, Debug)]
enum Part {
    Link(Vec<(u8, Part)>),
    First(Vec<(u8, Part)>),
    Same(u8),
    Weak(u8),
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        Just(Part::First(Vec::new())),
        any::<u8>().prop_map(Part::Same),
        any::<u8>().prop_map(Part::Weak),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let parts = proptest::collection::vec((any::<u8>(), inner), 0..5).boxed();
        prop_oneof![
            parts.clone().prop_map(Part::Link),
            parts.prop_map(Part::First),
        ]
    })
}

/// Tells the builder of a part at a place, and gives the place behind it.
fn build(builder: &mut OverlayBuilder, part: &Part, at: u32, ids: &mut (u32, Vec<u32>)) -> u32 {
    let inside = |builder: &mut OverlayBuilder, parts: &[(u8, Part)], ids: &mut _| {
        let mut end = at;
        for (gap, part) in parts {
            end = build(builder, part, end + u32::from(*gap), ids);
        }
        end + 1
    };
    match part {
        Part::Link(parts) => {
            inside(builder, parts, ids);
            if let Some(taken) = builder.take(at) {
                builder.link(at, taken);
            }
            at + 67
        }
        Part::First(parts) => {
            let id = ids.0;
            ids.0 += 1;
            let end = inside(builder, parts, ids);
            builder.close_pointer(at, id);
            ids.1.push(id);
            end
        }
        Part::Same(which) => {
            if let Some(id) = ids.1.get(usize::from(*which) % ids.1.len().max(1)) {
                builder.same(at, *id);
            }
            at + 3
        }
        Part::Weak(which) => {
            builder.weak(at, u32::from(*which) % 32);
            at + 3
        }
    }
}

proptest! {
    #[test]
    fn what_was_built_is_read_again(parts in proptest::collection::vec((any::<u8>(), part()), 0..6)) {
        let mut builder = OverlayBuilder::default();
        let (mut at, mut ids) = (0, (0, Vec::new()));
        for (gap, part) in &parts {
            at = build(&mut builder, part, at + u32::from(*gap), &mut ids);
        }
        if let Some(bytes) = builder.finish() {
            let overlay = Overlay::parse(&bytes).unwrap();
            prop_assert_eq!(write(&tokens(&overlay)), bytes);
        }
    }

    #[test]
    fn every_changed_byte_is_refused_or_says_something_else(
        parts in proptest::collection::vec((any::<u8>(), part()), 1..4),
        change in 1_u8..,
    ) {
        let mut builder = OverlayBuilder::default();
        let (mut at, mut ids) = (0, (0, Vec::new()));
        for (gap, part) in &parts {
            at = build(&mut builder, part, at + u32::from(*gap), &mut ids);
        }
        let bytes = builder.finish().unwrap_or_default();
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
