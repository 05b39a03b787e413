//! Cases at the edge of what the format says; each was wrong once.

#![recursion_limit = "512"]

use std::time::{Duration, SystemTime};

use cideldill::{
    Cid, Debuggable, Error, ErrorKind, Profile, Reconstruct, Value, compute_cid, decode, encode,
    encode_with,
};

mod thread_end {
    use std::sync::mpsc::{Sender, channel};

    use super::{Cid, compute_cid};

    struct AtEnd(Sender<Cid>);

    impl Drop for AtEnd {
        fn drop(&mut self) {
            self.0.send(compute_cid(&1_u8).unwrap()).unwrap();
        }
    }

    thread_local! {
        static AT_END: std::cell::OnceCell<AtEnd> = const { std::cell::OnceCell::new() };
    }

    #[test]
    fn values_encode_while_a_thread_ends() {
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || {
            AT_END.with(|at_end| at_end.set(AtEnd(sender)).is_ok());
            // Buffers kept by the thread are gone before what was there earlier.
            compute_cid(&2_u8).unwrap();
        });
        thread.join().unwrap();
        assert_eq!(receiver.recv().unwrap(), compute_cid(&1_u8).unwrap());
    }
}

macro_rules! vecs {
    ($inner:ty;) => { $inner };
    ($inner:ty; $level:tt $($levels:tt)*) => { vecs!(Vec<$inner>; $($levels)*) };
}

/// A type description has at most 64 letters inside each other.
type Deepest = vecs!(
    u64; 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
         2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2
);

#[derive(Debuggable)]
struct Holder<T> {
    field: T,
}

#[test]
fn what_no_reader_takes_is_not_written() {
    let is_refused = |error: Error| matches!(error.kind(), ErrorKind::TooLarge { .. });
    let deepest = encode(&Deepest::new()).unwrap();
    assert!(
        decode::<Deepest>(deepest.root(), &deepest)
            .unwrap()
            .is_empty()
    );
    assert!(is_refused(encode(&vec![Deepest::new()]).unwrap_err()));

    let field = Deepest::new();
    let holder = encode(&Holder { field }).unwrap();
    assert!(decode::<Holder<Deepest>>(holder.root(), &holder).is_ok());
    let field = vec![Deepest::new()];
    let too_deep = Holder { field };
    // Also the second time, when the shape is known.
    assert!(is_refused(compute_cid(&too_deep).unwrap_err()));
    assert!(is_refused(compute_cid(&too_deep).unwrap_err()));
    assert!(compute_cid(&1_u8).is_ok());
}

#[test]
fn an_option_widens_whether_or_not_it_was_cut() {
    for n in [3, 1000, 5000] {
        let written = Some(vec![7_u32; n]);
        let encoded = encode(&written).unwrap();
        let widened = decode::<Option<Vec<u64>>>(encoded.root(), &encoded).unwrap();
        assert_eq!(widened, Some(vec![7; n]));
        assert!(decode::<Option<Vec<u16>>>(encoded.root(), &encoded).is_err());
        assert!(decode::<Option<String>>(encoded.root(), &encoded).is_err());
    }
}

#[test]
fn a_standard_types_record_with_other_fields_is_refused() {
    fn load<T: Reconstruct>(record: &Value) -> Result<T, Error> {
        let encoded = encode(record).unwrap();
        decode(encoded.root(), &encoded)
    }
    fn is_wrong<T: Reconstruct>(record: &Value) -> bool {
        let refused = load::<T>(record).map(drop).unwrap_err();
        matches!(refused.kind(), ErrorKind::WrongKind { .. })
    }
    let duration =
        |fields: &[(&str, Value)]| Value::record("std::Duration", fields.iter().cloned()).unwrap();
    let (secs, nanos) = (("secs", Value::U64(1)), ("nanos", Value::U32(2)));
    let good = duration(&[secs.clone(), nanos.clone()]);
    assert_eq!(load::<Duration>(&good).unwrap(), Duration::new(1, 2));
    let swapped = duration(&[nanos.clone(), secs.clone()]);
    assert!(is_wrong::<Duration>(&swapped));
    let further = duration(&[secs, nanos.clone(), ("more", Value::Unit)]);
    assert!(is_wrong::<Duration>(&further));
    let narrow = duration(&[("secs", Value::U32(1)), nanos]);
    assert!(is_wrong::<Duration>(&narrow));
    assert!(is_wrong::<SystemTime>(&good));

    let ok = |fields: &[Value]| Value::tuple_record("std::Result::Ok", fields.iter().cloned());
    let one = ok(&[Value::U8(1)]);
    assert_eq!(load::<Result<u64, ()>>(&one).unwrap(), Ok(1));
    let two = ok(&[Value::U8(1), Value::U8(2)]);
    assert!(is_wrong::<Result<u8, ()>>(&two));
    let pair = Value::tuple_record("std::Cid", [Value::bytes([0; 64]), Value::Unit]);
    assert!(is_wrong::<Cid>(&pair));
}

#[test]
fn only_a_type_description_is_one() {
    let is_wrong = |made: Result<Value, Error>| {
        let refused = made.unwrap_err();
        matches!(refused.kind(), ErrorKind::WrongKind { .. })
    };
    for text in ["", "ss", "[B", "{L", "!s"] {
        assert!(is_wrong(Value::none(text)), "{text}");
        assert!(is_wrong(Value::sequence_of(text, [])), "{text}");
        assert!(is_wrong(Value::set_of(text, [])), "{text}");
        assert!(is_wrong(Value::map_of("L", text, [])), "{text}");
        assert!(is_wrong(Value::map_of(text, "LL", [])), "{text}");
    }
}

#[test]
fn an_unloaded_part_is_not_written_into_a_whole_block() {
    let texts = vec!["long enough to be cut ".repeat(100), "short".into()];
    let encoded = encode(&texts).unwrap();
    let part = Value::shallow(encoded.root(), &encoded).unwrap();
    assert_eq!(compute_cid(&part).unwrap(), encoded.root());
    for refused in [
        encode_with(&part, Profile::WHOLE).map(drop),
        Value::of(&part).map(drop),
    ] {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Unsupported { .. }),
            "{refused}"
        );
    }
}

mod holds_itself {
    use std::rc::Rc;

    use cideldill::{Debuggable, Limits, decode_with, encode};

    #[derive(Debuggable)]
    struct List {
        number: u32,
        #[debuggable(with = "pointer")]
        next: Option<Rc<List>>,
    }

    mod pointer {
        use std::rc::Rc;

        use super::List;

        #[expect(clippy::ref_option, reason = "the derive gives the field by reference")]
        pub(super) fn reduce(pointer: &Option<Rc<List>>) -> Option<List> {
            pointer.as_deref().map(|list| List {
                number: list.number,
                next: list.next.clone(),
            })
        }

        pub(super) fn reconstruct(list: Option<List>) -> Option<Rc<List>> {
            list.map(Rc::new)
        }
    }

    #[test]
    fn a_type_that_holds_itself_through_a_function_can_be_deep() {
        let empty = List {
            number: 0,
            next: None,
        };
        let list = (1..30_000).fold(empty, |list, number| List {
            number,
            next: Some(Rc::new(list)),
        });
        let encoded = encode(&list).unwrap();
        let limits = Limits::default().with_depth(30_000);
        let again: List = decode_with(encoded.root(), &encoded, limits).unwrap();
        // One by one: dropping is the user's own recursion.
        for mut list in [list, again] {
            for number in (1..30_000).rev() {
                assert_eq!(list.number, number);
                list = Rc::into_inner(list.next.take().unwrap()).unwrap();
            }
        }
    }
}
