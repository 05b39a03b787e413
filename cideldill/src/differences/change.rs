//! One difference, as data and as a line of text.

use std::fmt;

use crate::path::Path;
use crate::value::{Value, rust_type};

/// One difference between two values: where, and what.
///
/// Prints as `.lines[3].price: 100 -> 101`, `.note: added "x"`, `.tags["y"]: removed "y"`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where: in the new value for what was added, else in the old one.
    pub path: Path,
    /// What.
    pub kind: ChangeKind,
}

/// What a difference is. Parts of the values that stand in blocks of their own are unloaded
/// ([`Value::Link`]), unless the whole is such a block; of what is chunked only text and bytes of up to
/// 64 KiB are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// One value stands in the place of another.
    Changed {
        /// The value before.
        old: Value,
        /// The value after.
        new: Value,
    },
    /// A field, element or entry that was not there before.
    Added(
        /// The value.
        Value,
    ),
    /// A field, element or entry that is not there any more.
    Removed(
        /// The value.
        Value,
    ),
    /// The content is equal, but other pointers are the same. Each list holds the places of the
    /// pointers, strong and weak, that lead to one allocation there and not in the other value.
    Pointers {
        /// Those that were the same before.
        old: Vec<Vec<Path>>,
        /// Those that are the same after.
        new: Vec<Vec<Path>>,
    },
}

/// How many allocations are shown, and of each how many places.
const SHOWN_GROUPS: usize = 8;

/// How much of a value is shown.
const SHOWN_BYTES: usize = 120;

/// Of what two texts have in common before they differ.
const SHOWN_BEFORE_BYTES: usize = 16;

fn shown(value: &Value) -> String {
    crate::value::short(value, SHOWN_BYTES)
}

/// Two texts from shortly before where they differ, if they have much in common before that.
fn shown_from_difference(old: &Value, new: &Value) -> Option<[String; 2]> {
    let (Value::String(old), Value::String(new)) = (old, new) else {
        return None;
    };
    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b);
    let mut start = same.count().checked_sub(SHOWN_BEFORE_BYTES)?;
    if start < SHOWN_BEFORE_BYTES {
        return None;
    }
    // What is equal in both up to here is one character's start in both, or in neither.
    while !old.is_char_boundary(start) {
        start -= 1;
    }
    let from = |text: &str| {
        format!(
            "..{}",
            shown(&Value::from(text.get(start..).unwrap_or_default()))
        )
    };
    Some([from(old), from(new)])
}

/// Which pointers were the same and are not now, and the reverse.
fn fmt_pointers(f: &mut fmt::Formatter<'_>, old: &[Vec<Path>], new: &[Vec<Path>]) -> fmt::Result {
    if old.is_empty() && new.is_empty() {
        return f.write_str(": other pointers are the same");
    }
    let root = || "root".to_owned();
    let text = |path: &Path| Some(path.to_string()).filter(|text| !text.is_empty());
    let old = old.iter().map(|group| (group, "were"));
    let new = new.iter().map(|group| (group, "are"));
    for (number, (group, when)) in old.chain(new).take(SHOWN_GROUPS).enumerate() {
        let places = group.iter().take(SHOWN_GROUPS);
        let places = places.map(|path| text(path).unwrap_or_else(root));
        let places = places.collect::<Vec<_>>().join(", ");
        let more = if group.len() > SHOWN_GROUPS {
            ", .."
        } else {
            ""
        };
        let separator = if number == 0 { ":" } else { ";" };
        write!(f, "{separator} {places}{more} {when} one")?;
    }
    Ok(())
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            f.write_str("root")?;
        }
        self.path.fmt(f)?;
        match &self.kind {
            ChangeKind::Added(value) => write!(f, ": added {}", shown(value)),
            ChangeKind::Removed(value) => write!(f, ": removed {}", shown(value)),
            ChangeKind::Pointers { old, new } => fmt_pointers(f, old, new),
            ChangeKind::Changed { old, new } => {
                let texts =
                    shown_from_difference(old, new).unwrap_or_else(|| [shown(old), shown(new)]);
                if texts[0] != texts[1] {
                    return write!(f, ": {} -> {}", texts[0], texts[1]);
                }
                let types = [old, new].map(|value| rust_type(value.desc()));
                if types[0] != types[1] {
                    let [old, new] = texts;
                    return write!(f, ": {old}: {} -> {new}: {}", types[0], types[1]);
                }
                write!(f, ": {}, changed where it is not shown", texts[0])
            }
        }
    }
}
