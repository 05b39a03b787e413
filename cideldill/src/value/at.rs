//! A part of a tree by its path.

use std::collections::BTreeSet;

use super::pointer::{Contents, Label};
use super::short::key_text;
use super::tree::Value;
use crate::path::{ParsePathError, Path, Segment};

impl Value {
    /// The part at a path, if there is one and it is loaded.
    ///
    /// Options that hold something are seen through, as in error paths: `.note` is the option,
    /// `.note.text` a field of what is in it. Keys of maps and elements of sets are found by the
    /// text they are printed as. Pointers are seen through too, also those whose content stands
    /// elsewhere in the value.
    ///
    /// ```
    /// use cideldill::{Path, Value};
    /// use std::collections::BTreeMap;
    /// let value = Value::of(&BTreeMap::from([("a", vec![1_u64, 2]), ("b", vec![3])]))?;
    /// let path: Path = r#"["a"][1]"#.parse()?;
    /// assert_eq!(value.at(&path), Some(&Value::U64(2)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, path: &Path) -> Option<&Self> {
        let mut contents = None;
        path.segments()
            .into_iter()
            .try_fold(self, |value, segment| {
                value.step(segment, |label| {
                    let contents = contents.get_or_insert_with(|| Contents::of(self));
                    contents.get(label)
                })
            })
    }

    /// The same, the path as text.
    ///
    /// # Errors
    /// A text that is no path.
    pub fn at_str(&self, path: &str) -> Result<Option<&Self>, ParsePathError> {
        Ok(self.at(&path.parse()?))
    }

    fn step<'v>(
        &'v self,
        segment: &Segment,
        mut content: impl FnMut(Label) -> Option<&'v Self>,
    ) -> Option<&'v Self> {
        let mut value = self;
        let mut met = BTreeSet::new();
        loop {
            value = match value {
                Self::Any(any) => any.get(),
                Self::Option(option) => option.get()?,
                Self::Cell(cell) => cell.get(),
                Self::Pointer(pointer) => match pointer.content() {
                    Some(content) => content,
                    // Forged cells can lead in a circle.
                    None if !met.insert(pointer.id()) => return None,
                    None => content(pointer.id())?,
                },
                _ => break,
            };
        }
        match (value, segment) {
            (Self::Record(record), Segment::Field(name)) => record.get(name),
            (Self::Tuple(tuple), Segment::Field(number)) => {
                tuple.parts().get(number.parse::<usize>().ok()?)
            }
            (Self::Sequence(sequence), Segment::Index(index)) => {
                sequence.items().get(usize::try_from(*index).ok()?)
            }
            (Self::Set(set), Segment::Index(index)) => {
                set.items().get(usize::try_from(*index).ok()?)
            }
            (Self::Set(set), Segment::Key(text)) => {
                set.items().iter().find(|item| key_text(item) == *text)
            }
            (Self::Map(_), Segment::Index(number)) => value.under(&number.to_string()),
            (Self::Map(_), Segment::Key(text)) => value.under(text),
            _ => None,
        }
    }

    /// The value of a map under the key that is printed so.
    fn under(&self, text: &str) -> Option<&Self> {
        let Self::Map(map) = self else {
            return None;
        };
        let mut entries = map.entries();
        let found = entries.find(|(key, _)| key_text(key) == text);
        found.map(|(_, value)| value)
    }
}
