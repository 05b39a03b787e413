//! Names of references.

/// The longest name of a reference, in bytes.
pub(super) const LONGEST_NAME: usize = 255;

/// Whether this can be the name of a reference: 1 to 255 bytes of UTF-8 without control characters
/// (the general category Cc of Unicode), and neither `.` nor `..`, which programs that read URLs take
/// for steps.
///
/// Stores, archives and the protocol have this one rule, so that a name that one of them takes is a
/// name everywhere.
///
/// ```
/// use cideldill::is_reference_name;
/// assert!(is_reference_name("runs/2024 \u{e9}t\u{e9}"));
/// assert!(!is_reference_name(""));
/// assert!(!is_reference_name("two\nlines"));
/// assert!(!is_reference_name(".."));
/// assert!(!is_reference_name(&"long".repeat(64)));
/// ```
#[must_use]
pub fn is_reference_name(name: &str) -> bool {
    let is_step = matches!(name, "." | "..");
    (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control) && !is_step
}

/// A name as errors show it: escaped, and its beginning alone if it is longer than any.
pub(crate) fn shown(name: &str) -> String {
    let start: String = name.chars().take(LONGEST_NAME).collect();
    let more = if start.len() < name.len() { ".." } else { "" };
    format!("{start:?}{more}")
}
