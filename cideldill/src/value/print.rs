//! Trees as text for people: like Rust, with type and field names, within a budget.

use std::fmt::{self, Write as _};

use super::parts::{AnyValue, LinkValue, MapValue, OptionValue, RecordValue, SequenceValue};
use super::parts::{SetValue, TupleValue};
use super::pointer::{CellValue, PartValue, PointerValue};
use super::tree::Value;
use crate::path::{shown_field, shown_name};
use crate::type_name::leaf_name;

/// Prints a [`Value`] within a budget: `..` stands for what is left out.
///
/// On one line if that is short, else one line a field or element, indented.
///
/// ```
/// use cideldill::Value;
/// let value = Value::of(&vec![vec![1_u8, 2], vec![3]])?;
/// assert_eq!(value.display().items(1).to_string(), r#"[b"\x01\x02", ..]"#);
/// assert_eq!(value.display().depth(0).to_string(), "[..]");
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Printer<'v> {
    value: &'v Value,
    budget: Budget,
    width: usize,
    bytes: usize,
}

#[derive(Clone, Copy)]
struct Budget {
    depth: usize,
    items: usize,
    text: usize,
    /// Which pointers are the same is shown.
    marks: bool,
}

impl Printer<'_> {
    /// How many composites inside each other are shown. Default 32.
    #[must_use]
    pub const fn depth(mut self, depth: usize) -> Self {
        self.budget.depth = depth;
        self
    }

    /// How many fields, elements or entries of each composite are shown. Default 100.
    #[must_use]
    pub const fn items(mut self, items: usize) -> Self {
        self.budget.items = items;
        self
    }

    /// How many bytes of each string and byte string are shown. Default 200.
    #[must_use]
    pub const fn text(mut self, bytes: usize) -> Self {
        self.budget.text = bytes;
        self
    }

    /// The longest line, where lines can be divided. Default 100 bytes; [`usize::MAX`] prints one
    /// line.
    #[must_use]
    pub const fn width(mut self, bytes: usize) -> Self {
        self.width = bytes;
        self
    }

    /// After how many bytes in all nothing more is begun. Default 64 KiB.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Value {
    /// Text within a budget that can be set.
    pub fn display(&self) -> Printer<'_> {
        Printer {
            value: self,
            budget: Budget {
                depth: 32,
                items: 100,
                text: 200,
                marks: true,
            },
            width: 100,
            bytes: 64 << 10,
        }
    }
}

impl fmt::Display for Value {
    /// Within the default budget of [`Printer`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display().fmt(f)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display().fmt(f)
    }
}

impl fmt::Debug for Printer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! debug {
    ($($type:ident: $self:ident => $desc:expr;)*) => {$(
        impl fmt::Debug for $type {
            fn fmt(&$self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($type)).field(&$desc).finish_non_exhaustive()
            }
        }
    )*};
}

debug! {
    OptionValue: self => self.desc;
    SequenceValue: self => self.0.desc;
    MapValue: self => self.0.desc;
    SetValue: self => self.0.desc;
    TupleValue: self => self.0.desc;
    RecordValue: self => self.tag();
    AnyValue: self => self.get().desc();
    LinkValue: self => self.0;
    PointerValue: self => self.label();
    CellValue: self => self.get().desc();
    PartValue: self => self.cid();
}

/// A composite as it is printed.
struct Composite<'v> {
    open: String,
    close: &'static str,
    children: &'v [Value],
    /// Children an item has: two in maps.
    step: usize,
    record: Option<&'v RecordValue>,
    /// How many children are printed or left out.
    at: usize,
    /// Its only part stands on the same line.
    is_thin: bool,
}

impl<'v> Composite<'v> {
    fn new(open: impl Into<String>, close: &'static str, children: &'v [Value]) -> Self {
        Self {
            open: open.into(),
            close,
            children,
            step: 1,
            record: None,
            at: 0,
            is_thin: false,
        }
    }

    /// The composite this value is, if it has parts to print.
    fn of(value: &'v Value) -> Option<Self> {
        let children = value.children();
        if children.is_empty() {
            return None;
        }
        Some(match value {
            Value::Option(_) => Self {
                is_thin: true,
                ..Self::new("Some(", ")", children)
            },
            Value::Sequence(_) => Self::new("[", "]", children),
            Value::Set(_) => Self::new("{", "}", children),
            Value::Map(_) => Self {
                step: 2,
                ..Self::new("{", "}", children)
            },
            Value::Tuple(_) if children.len() == 1 => Self::new("(", ",)", children),
            Value::Tuple(_) => Self::new("(", ")", children),
            Value::Record(record) if record.names().len() == 0 => {
                Self::new(format!("{}(", shown_name(record.tag())), ")", children)
            }
            Value::Record(record) => Self {
                record: Some(record),
                ..Self::new(format!("{} {{", shown_name(record.tag())), "}", children)
            },
            _ => return None,
        })
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.children.len()
    }

    fn is_full(&self, budget: &Budget) -> bool {
        self.at / self.step >= budget.items
    }

    fn next(&mut self) -> Option<&'v Value> {
        let child = self.children.get(self.at);
        self.at += 1;
        child
    }

    /// The name of the field that is next.
    fn label(&self, out: &mut String) {
        if let Some(name) = self.record.and_then(|record| record.names().nth(self.at)) {
            out.push_str(&shown_field(name));
            out.push_str(": ");
        }
    }

    /// The space inside the braces of a record on one line.
    fn pad(&self, out: &mut String) {
        if self.record.is_some() {
            out.push(' ');
        }
    }

    fn write_elided(&self, out: &mut String) {
        out.push_str(&self.open);
        self.pad(out);
        out.push_str("..");
        self.pad(out);
        out.push_str(self.close);
    }
}

/// What an any, pointer or cell stands for, after a mark for a pointer that others name.
fn inside<'v>(mut value: &'v Value, budget: &Budget, out: &mut String) -> &'v Value {
    loop {
        value = match value {
            Value::Any(any) => any.get(),
            Value::Cell(cell) => cell.get(),
            Value::Pointer(pointer) => {
                let Some(content) = pointer.content() else {
                    return value;
                };
                if budget.marks && pointer.is_named() && !pointer.is_again() {
                    // Writing into a string cannot fail.
                    let _ = write!(out, "&{} ", pointer.label());
                }
                content
            }
            _ => return value,
        }
    }
}

/// A value on one line. With `elide` what comes after `max` bytes is left out; else there is no text
/// if it is longer.
fn one_line(value: &Value, budget: &Budget, max: usize, elide: bool) -> Option<String> {
    let mut out = String::new();
    let mut open: Vec<Composite<'_>> = Vec::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next.take() {
            let value = inside(value, budget, &mut out);
            match Composite::of(value) {
                None if elide => {
                    let left = max.saturating_sub(out.len());
                    write_leaf(&mut out, value, budget.text.min(left));
                }
                None => write_leaf(&mut out, value, budget.text),
                Some(composite) if open.len() >= budget.depth => composite.write_elided(&mut out),
                Some(composite) => {
                    out.push_str(&composite.open);
                    composite.pad(&mut out);
                    open.push(composite);
                }
            }
        }
        if !elide && out.len() > max {
            return None;
        }
        let Some(top) = open.last_mut() else {
            return Some(out);
        };
        let starts_item = top.at % top.step == 0;
        if starts_item && !top.is_at_end() {
            if top.at > 0 {
                out.push_str(", ");
            }
            if top.is_full(budget) || (elide && out.len() >= max) {
                out.push_str("..");
                top.at = top.children.len();
            } else {
                top.label(&mut out);
            }
        } else if !starts_item {
            out.push_str(": ");
        }
        if top.is_at_end() {
            top.pad(&mut out);
            out.push_str(top.close);
            open.pop();
        } else {
            next = top.next();
        }
    }
}

/// A value on one line of about so many bytes; never more. Brackets and quotes are always closed.
pub(crate) fn short(value: &Value, max: usize) -> String {
    // Room for what closes the brackets.
    let room = max.saturating_sub(12);
    for items in [8, 0] {
        let budget = Budget {
            depth: 4,
            items,
            text: room,
            marks: false,
        };
        match one_line(value, &budget, room, true) {
            Some(text) if text.len() <= max => return text,
            _ => {}
        }
    }
    "..".into()
}

impl fmt::Display for Printer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_lines())
    }
}

impl Printer<'_> {
    fn to_lines(self) -> String {
        let mut out = String::new();
        let mut open: Vec<Composite<'_>> = Vec::new();
        let mut next = Some(self.value);
        let mut indent = 0;
        let mut line_start = 0;
        loop {
            if let Some(value) = next.take() {
                let value = inside(value, &self.budget, &mut out);
                let budget = Budget {
                    depth: self.budget.depth.saturating_sub(open.len()),
                    ..self.budget
                };
                let column = out.len() - line_start;
                let room = self.width.saturating_sub(column + 1).max(self.width / 4);
                let left = self.bytes.saturating_sub(out.len());
                match (one_line(value, &budget, room, false), Composite::of(value)) {
                    (Some(text), _) if text.len() <= left.max(40) => out.push_str(&text),
                    (_, None) => write_leaf(&mut out, value, budget.text),
                    (_, Some(composite)) if budget.depth == 0 || left == 0 => {
                        composite.write_elided(&mut out);
                    }
                    (_, Some(composite)) => {
                        out.push_str(&composite.open);
                        if !composite.is_thin {
                            indent += 1;
                        }
                        open.push(composite);
                    }
                }
            }
            let Some(top) = open.last_mut() else {
                return out;
            };
            if top.is_thin {
                if top.is_at_end() {
                    out.push_str(top.close);
                    open.pop();
                } else {
                    next = top.next();
                }
                continue;
            }
            if top.at > 0 {
                out.push(',');
            }
            if !top.is_at_end() && (top.is_full(&self.budget) || out.len() >= self.bytes) {
                new_line(&mut out, indent);
                out.push_str("..");
                top.at = top.children.len();
            }
            if top.is_at_end() {
                indent -= 1;
                line_start = new_line(&mut out, indent);
                out.push_str(top.close);
                open.pop();
                continue;
            }
            line_start = new_line(&mut out, indent);
            top.label(&mut out);
            if top.step == 2
                && let Some(key) = top.next()
            {
                out.push_str(&short(key, self.width.clamp(20, 200)));
                out.push_str(": ");
            }
            next = top.next();
        }
    }
}

/// Begins a line and says where.
fn new_line(out: &mut String, indent: usize) -> usize {
    out.push('\n');
    let start = out.len();
    out.extend(std::iter::repeat_n("    ", indent));
    start
}

/// A value without parts, or one that has none just now.
fn write_leaf(out: &mut String, value: &Value, max_text: usize) {
    // Writing into a string cannot fail.
    let _ = match value {
        Value::Bool(value) => write!(out, "{value}"),
        Value::Char(value) => write!(out, "{value:?}"),
        Value::U8(number) => write!(out, "{number}"),
        Value::U16(number) => write!(out, "{number}"),
        Value::U32(number) => write!(out, "{number}"),
        Value::U64(number) => write!(out, "{number}"),
        Value::U128(number) => write!(out, "{number}"),
        Value::I8(number) => write!(out, "{number}"),
        Value::I16(number) => write!(out, "{number}"),
        Value::I32(number) => write!(out, "{number}"),
        Value::I64(number) => write!(out, "{number}"),
        Value::I128(number) => write!(out, "{number}"),
        Value::F32(number) => write!(out, "{number:?}"),
        Value::F64(number) => write!(out, "{number:?}"),
        Value::String(text) => {
            let escaped = text.chars().map(|c| match c {
                '\'' => (c.len_utf8(), "'".to_owned()),
                c => (c.len_utf8(), c.escape_debug().to_string()),
            });
            write_quoted(out, "\"", escaped, text.len(), max_text);
            Ok(())
        }
        Value::Bytes(bytes) => {
            let escaped = bytes.iter().map(|byte| match byte {
                b'\'' => (1, "'".to_owned()),
                byte => (1, byte.escape_ascii().to_string()),
            });
            write_quoted(out, "b\"", escaped, bytes.len(), max_text);
            Ok(())
        }
        Value::Option(_) => write!(out, "None"),
        Value::Sequence(_) => write!(out, "[]"),
        Value::Map(_) | Value::Set(_) => write!(out, "{{}}"),
        Value::Unit | Value::Tuple(_) => write!(out, "()"),
        Value::Record(record) => write!(out, "{}", shown_name(record.tag())),
        Value::Any(_) | Value::Cell(_) => Ok(()),
        Value::Pointer(pointer) => write!(out, "*{}", pointer.label()),
        Value::Weak(weak) => match weak.label() {
            Some(label) => write!(out, "weak *{label}"),
            None => write!(out, "weak"),
        },
        Value::Part(part) => write!(out, "<part of a cycle in {}>", part.cid().short()),
        Value::Link(link) => write!(
            out,
            "<{} in {}>",
            rust_type(link.desc()),
            link.cid().short()
        ),
    };
}

/// Quotes text, shortened with its length in bytes if it is longer than `max`.
fn write_quoted(
    out: &mut String,
    quote: &str,
    escaped: impl Iterator<Item = (usize, String)>,
    len: usize,
    max: usize,
) {
    out.push_str(quote);
    let start = out.len();
    let mut shown = 0;
    for (n, text) in escaped {
        if out.len() - start + text.len() > max {
            break;
        }
        shown += n;
        out.push_str(&text);
    }
    out.push('"');
    if shown < len {
        out.push_str("..");
    }
}

/// A type description as Rust says it: `Option<[u8]>`.
pub(crate) fn rust_type(desc: &str) -> String {
    let bytes = desc.as_bytes();
    let inner = || crate::desc::split(bytes.get(1..).unwrap_or_default());
    let types: Vec<String> = match bytes.first() {
        // At most as deep as a desc can be.
        Some(b'?' | b'[' | b'<' | b'{' | b'(') => inner()
            .map(|part| rust_type(std::str::from_utf8(part).unwrap_or_default()))
            .collect(),
        _ => Vec::new(),
    };
    let types = types.join(", ");
    match bytes.first().copied().unwrap_or_default() {
        b'?' => format!("Option<{types}>"),
        b'[' => format!("[{types}]"),
        b'<' => format!("set of {types}"),
        b'{' => format!("map of {types}"),
        b'(' => format!("({types})"),
        letter => leaf_name(letter).to_owned(),
    }
}
