//! The words of `#[debuggable(...)]`: where each may stand and how it is written.

use std::fmt;

/// The attribute itself.
pub(crate) const DEBUGGABLE: &str = "debuggable";

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Item,
    Variant,
    Field,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Item => "a type",
            Self::Variant => "a variant",
            Self::Field => "a field",
        })
    }
}

/// A word a user may write.
#[derive(Clone, Copy)]
pub(crate) struct Symbol {
    pub(crate) name: &'static str,
    /// The levels it may stand on; none at all if it is reserved for a later version.
    pub(crate) levels: &'static [Level],
    /// How it is written.
    pub(crate) usage: &'static str,
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

use Level::{Field, Item, Variant};

/// Declares the constants and the list of all of them, so that none can be missing from the list.
macro_rules! symbols {
    ($($constant:ident = $name:literal on $levels:expr, $usage:literal;)*) => {
        $(pub(crate) const $constant: Symbol = Symbol {
            name: $name,
            levels: &$levels,
            usage: $usage,
        };)*

        /// Every word, in the order in which messages list them.
        pub(crate) const ALL: &[Symbol] = &[$($constant),*];
    };
}

symbols! {
    SKIP = "skip" on [Field], "skip";
    DEFAULT = "default" on [Field], "default` or `default = \"path::to::function\"";
    RENAME = "rename" on [Item, Variant, Field], "rename = \"name\"";
    ALIAS = "alias" on [Item, Variant, Field], "alias = \"old_name\"";
    WITH = "with" on [Field], "with = \"module\"";
    AS = "as" on [Field], "as = \"Vec<(_, Codec)>\"";
    SERDE = "serde" on [Field], "serde";
    REDUCER = "reducer" on [Field], "reducer";
    PLACEHOLDER = "placeholder" on [Item, Field],
        "placeholder` or `placeholder(name = \"Name\", reason = \"why\", debug)";
    EXTRA = "extra" on [Field], "extra";
    BOUND = "bound" on [Item, Field],
        "bound = \"T: Trait\"` or `bound(reduce = \"T: Trait\", reconstruct = \"T: Other\")";
    STATE = "state" on [Item], "state = \"path::to::function\"";
    RESTORE = "restore" on [Item], "restore = \"path::to::function\"";
    INTERN = "intern" on [Item], "intern = \"path::to::function\"";
    CONSTRUCTOR = "constructor" on [Item], "constructor = \"path::to::function(field, field)\"";
    REDUCE_ONLY = "reduce_only" on [Item], "reduce_only";
    CRATE = "crate" on [Item], "crate = path::to::cideldill";
    VERSION = "version" on [], "";
    MIGRATE = "migrate" on [], "";
    VOLATILE = "volatile" on [], "";
    FLATTEN = "flatten" on [], "";
    DYN = "dyn" on [], "";
}

impl Symbol {
    /// The word of that name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|symbol| symbol.name == name)
    }

    /// Whether it may stand on that level.
    pub(crate) fn is_on(&self, level: Level) -> bool {
        self.levels.contains(&level)
    }

    /// What to say about a word that is none of ours.
    pub(crate) fn unknown(name: &str, level: Level) -> String {
        let allowed = || ALL.iter().filter(|symbol| symbol.is_on(level));
        let nearest = allowed()
            .map(|symbol| (distance(name, symbol.name), symbol))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, symbol)| *distance <= symbol.name.len().div_ceil(3));
        let list = allowed()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let hint = nearest.map_or(String::new(), |(_, symbol)| {
            format!("; did you mean {symbol}?")
        });
        format!("unknown key `{name}`{hint} (on {level} there are: {list})")
    }

    /// What to say about a word that may not stand here, though it is known.
    pub(crate) fn misplaced(&self, level: Level) -> String {
        if self.levels.is_empty() {
            return match self.name {
                "dyn" => "`dyn` stands on a trait: `#[cideldill::debuggable(dyn)]`".to_owned(),
                _ => format!("{self} is not supported yet"),
            };
        }
        if *self == SKIP && level == Variant {
            return "a variant cannot be skipped: a value of it would have nothing to be recorded \
                    as; skip its fields instead"
                .to_owned();
        }
        let levels = self.levels.iter().map(Level::to_string);
        let levels = levels.collect::<Vec<_>>().join(" or ");
        format!("{self} belongs on {levels}, not on {level}")
    }
}

/// How many letters to insert, remove or exchange (Levenshtein) to make one word the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut previous = Vec::with_capacity(row.len());
        std::mem::swap(&mut previous, &mut row);
        row.push(i + 1);
        for ((b, pair), left) in to.chars().zip(previous.windows(2)).zip(0..) {
            let &[diagonal, above] = pair else { continue };
            let before = row.get(left).copied().unwrap_or(usize::MAX - 1);
            row.push(
                (diagonal + usize::from(a != b))
                    .min(above + 1)
                    .min(before + 1),
            );
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_letters() {
        for (from, to, expected) in [
            ("", "", 0),
            ("skip", "skip", 0),
            ("skpi", "skip", 2),
            ("skp", "skip", 1),
            ("", "skip", 4),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn the_nearest_word_of_the_level_is_suggested() {
        assert!(Symbol::unknown("skp", Field).contains("did you mean `skip`?"));
        assert!(Symbol::unknown("renamed", Variant).contains("did you mean `rename`?"));
        assert!(!Symbol::unknown("transparent", Field).contains("did you mean"));
        assert!(!Symbol::unknown("skp", Item).contains("`skip`"));
    }
}
