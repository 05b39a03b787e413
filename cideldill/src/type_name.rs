//! Names of types in the data: they follow from what values are recorded as, because what a compiler
//! calls a type is another text in another version.
//!
//! Implements docs/format.md section 10.3.

use crate::desc::Desc;

impl Desc {
    /// The name of a type with this desc, as the data has it.
    pub(crate) fn name(&self) -> String {
        let mut name = String::new();
        self.write_name(&mut name);
        name
    }

    fn write_name(&self, name: &mut String) {
        match self {
            Self::Leaf(letter) => name.push_str(leaf_name(*letter)),
            Self::Record(of_type) => name.push_str(of_type),
            Self::Option(inner) => {
                name.push_str("Option<");
                inner.write_name(name);
                name.push('>');
            }
            Self::Sequence(inner) => {
                name.push('[');
                inner.write_name(name);
                name.push(']');
            }
            Self::Set(inner) => {
                name.push('{');
                inner.write_name(name);
                name.push('}');
            }
            Self::Map(key, value) => {
                name.push('{');
                key.write_name(name);
                name.push_str(": ");
                value.write_name(name);
                name.push('}');
            }
            Self::Tuple(parts) => {
                name.push('(');
                write_list(name, parts);
                name.push_str(if parts.len() == 1 { ",)" } else { ")" });
            }
        }
    }
}

/// The signature of a function with these types.
pub(crate) fn signature(arguments: &[&Desc], result: &Desc) -> String {
    let mut text = String::from("fn(");
    write_list(&mut text, arguments);
    text.push(')');
    if !matches!(result, Desc::Leaf(b'n')) {
        text.push_str(" -> ");
        result.write_name(&mut text);
    }
    text
}

fn write_list(name: &mut String, parts: &[&Desc]) {
    for (at, part) in parts.iter().enumerate() {
        name.push_str(if at == 0 { "" } else { ", " });
        part.write_name(name);
    }
}

/// The name of a kind without parts.
pub(crate) fn leaf_name(letter: u8) -> &'static str {
    match letter {
        b'B' => "u8",
        b'H' => "u16",
        b'I' => "u32",
        b'L' => "u64",
        b'Q' => "u128",
        b'b' => "i8",
        b'h' => "i16",
        b'i' => "i32",
        b'l' => "i64",
        b'q' => "i128",
        b'f' => "f32",
        b'd' => "f64",
        b't' => "bool",
        b'c' => "char",
        b's' => "string",
        b'y' => "bytes",
        b'n' => "()",
        b'w' => "weak pointer",
        b'@' => "struct",
        _ => "any",
    }
}

/// The name of the type with these tags: the tag of a struct, what the variants' tags have before
/// their last `::`.
pub(crate) const fn of_tags(tags: &[&'static str]) -> &'static str {
    let [first, rest @ ..] = tags else { return "" };
    let first = *first;
    if rest.is_empty() {
        return first;
    }
    let mut end = first.len();
    while end >= 2 {
        end -= 1;
        if first.as_bytes()[end] == b':' {
            return first.split_at(end - 1).0;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use super::*;
    use crate::reduce::Reduce;

    fn name<T: Reduce>() -> String {
        T::DESC.name()
    }

    #[test]
    fn a_name_says_what_is_recorded() {
        assert_eq!(name::<Option<&str>>(), "Option<string>");
        assert_eq!(name::<Vec<(u8, Box<[u8]>)>>(), "[(u8, bytes)]");
        assert_eq!(
            name::<BTreeMap<char, BTreeSet<(i128,)>>>(),
            "{char: {(i128,)}}"
        );
        assert_eq!(name::<Result<(), Duration>>(), "std::Result");
        assert_eq!(name::<[Duration; 3]>(), "[std::Duration]");
        assert_eq!(name::<std::rc::Weak<u8>>(), "weak pointer");
        assert_eq!(name::<crate::Erased>(), "struct");
    }

    #[test]
    fn a_type_is_named_by_what_its_tags_share() {
        assert_eq!(of_tags(&["std::Duration"]), "std::Duration");
        assert_eq!(
            of_tags(&["std::IpAddr::V4", "std::IpAddr::V6"]),
            "std::IpAddr"
        );
        assert_eq!(of_tags(&["a", "b"]), "a");
        assert_eq!(of_tags(&["::", "::b"]), "");
        assert_eq!(of_tags(&[]), "");
    }
}
