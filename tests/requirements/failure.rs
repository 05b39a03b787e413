//! What cannot be recorded (requirements, group 3).
//!
//! In a derived type it is a compile error. That the compiler says so is shown by `ui-tests/`; here
//! is looked up that the case is among them and what its message says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::Path;
use std::sync::{Mutex, RwLock};

use cideldill::{Debuggable, ErrorKind, Store, encode};

use crate::support::{cid, long_text};

/// Asserts that a field of this type is a case of `ui-tests/`, and that the compiler says that the
/// type cannot be recorded, at the field's type.
#[track_caller]
fn assert_compile_error(case: &str, field: &str, type_name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests/fail/foreign");
    let read = |ending| std::fs::read_to_string(folder.join(format!("{case}.{ending}"))).unwrap();
    assert!(read("rs").contains(field), "{}", read("rs"));
    let message = read("stderr");
    assert!(
        message.contains(&format!("`{type_name}` has no content identifier")),
        "{message}"
    );
    assert!(message.contains("#[debuggable(skip)]"), "{message}");
}

#[test]
fn serialize_open_file_raises() {
    assert_compile_error("file", "std::fs::File", "File");
}

#[derive(Debuggable)]
struct Log {
    name: String,
    #[debuggable(placeholder)]
    #[expect(dead_code, reason = "only its type is recorded")]
    file: std::fs::File,
}

#[test]
fn handles_objects_with_file_handles() {
    assert_compile_error("file", "std::fs::File", "File");
    // Replaced by a placeholder, the rest is recorded.
    let log = Log {
        name: "log".into(),
        file: tempfile::tempfile().unwrap(),
    };
    let shown = cideldill::Value::of(&log).unwrap().to_string();
    assert!(
        shown.contains("std::fs::File") && shown.contains("log"),
        "{shown}"
    );
}

#[test]
fn serialize_socket_raises() {
    assert_compile_error("tcp_stream", "TcpStream", "TcpStream");
}

#[test]
fn serialize_thread_raises() {
    assert_compile_error("join_handle", "JoinHandle", "JoinHandle<()>");
}

#[test]
fn serialize_generator_instance_raises() {
    assert_compile_error("iterator", "std::vec::IntoIter", "std::vec::IntoIter<u8>");
}

#[derive(Debuggable)]
struct Order {
    lines: Vec<Line>,
}

#[derive(Debuggable)]
struct Line {
    conn: Mutex<u8>,
    more: RefCell<String>,
}

fn order() -> Order {
    let line = |n| Line {
        conn: Mutex::new(n),
        more: RefCell::new(long_text(2_000)),
    };
    Order {
        lines: (0..5).map(line).collect(),
    }
}

/// A guard is no data. What a lock holds is, and a lock that is held is an error, not a wait.
#[test]
fn serialize_lock_raises() {
    assert_compile_error(
        "mutex_guard",
        "MutexGuard",
        "std::sync::MutexGuard<'static, u8>",
    );
    let order = order();
    let free = cid(&order);
    let guard = order.lines[3].conn.lock().unwrap();
    let error = encode(&order).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
    drop(guard);
    assert_eq!(cid(&order), free);
    // A lock for reading and writing: those who read do not disturb.
    let shared = RwLock::new(7_u8);
    let reading = shared.read().unwrap();
    let free = cid(&shared);
    drop(reading);
    let writing = shared.write().unwrap();
    let error = encode(&shared).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
    drop(writing);
    assert_eq!(cid(&shared), free);
    // What a thread left in the middle of a change is an error too, and stays one.
    let poisons = || {
        let _line = order.lines[2].conn.lock().unwrap();
        let _shared = shared.write().unwrap();
        panic!("on purpose");
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(poisons)).is_err());
    for error in [encode(&order).unwrap_err(), encode(&shared).unwrap_err()] {
        assert!(
            matches!(error.kind(), ErrorKind::Poisoned { .. }),
            "{error}"
        );
    }
    assert_eq!(
        encode(&order).unwrap_err().path().to_string(),
        ".lines[2].conn"
    );
}

#[test]
fn serialization_error_includes_type() {
    let order = order();
    let _guard = order.lines[3].conn.lock().unwrap();
    let error = encode(&order).unwrap_err();
    assert_eq!(error.path().to_string(), ".lines[3].conn");
    let text = error.to_string();
    assert!(text.contains("Mutex<u8>"), "{text}");
    assert!(text.contains("root.lines[3].conn"), "{text}");
    let more = order.lines[1].more.borrow_mut();
    let text = encode(&order).unwrap_err().to_string();
    assert!(
        text.contains("RefCell") && text.contains("root.lines[1].more"),
        "{text}"
    );
    drop(more);
}

#[derive(Debug)]
struct Odd(u32);

impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is odd", self.0)
    }
}

impl std::error::Error for Odd {}

#[derive(Debuggable, Debug)]
#[debuggable(state = "Even::state", restore = "Even::restore")]
struct Even(u32);

impl Even {
    fn state(&self) -> u32 {
        self.0
    }

    fn restore(number: u32) -> Result<Self, Odd> {
        if number.is_multiple_of(2) {
            Ok(Self(number))
        } else {
            Err(Odd(number))
        }
    }
}

#[test]
fn serialization_error_includes_original() {
    let encoded = encode(&vec![Even(2), Even(3)]).unwrap();
    let error = crate::support::loaded::<Vec<Even>>(&encoded).unwrap_err();
    let original = error.source().unwrap().downcast_ref::<Odd>().unwrap();
    assert_eq!(original.0, 3);
    assert!(error.to_string().contains("root[1]"), "{error}");
    assert!(error.to_string().contains("Even"), "{error}");
}

/// What cannot be recorded whole leaves nothing behind.
#[test]
fn a_value_with_a_bad_part_leaves_nothing_in_a_store() {
    let store = Store::in_memory();
    let line = |n: u32| Line {
        conn: Mutex::new(0),
        more: RefCell::new(long_text(10_000 + n as usize)),
    };
    let map: BTreeMap<u32, Line> = (0..300).map(|n| (n, line(n))).collect();
    let guard = map[&299].conn.lock().unwrap();
    assert!(store.put(&map).is_err());
    assert_eq!(store.blocks().stats().blocks, 0);
    assert_eq!(store.blocks().iter().count(), 0);
    drop(guard);
    store.put(&map).unwrap();
}
