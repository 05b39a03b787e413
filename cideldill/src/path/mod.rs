//! Where something is inside a value: `.lines[3].price`, `.index["key"]`.
//!
//! A [`Path`] is data about a value, not a query language: each [`Segment`] takes one step. Errors
//! and differences carry one, and [`Value::at`](crate::Value::at) follows one.
//!
//! Many paths lead into one value, and a value can be a million levels deep. So paths share what they
//! begin with: a path is its last step and the path before that. Memory follows the steps that were
//! pushed, not paths times depth, and nothing here recurses.

mod parse;
mod segment;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter;
use std::ptr;
use std::sync::Arc;

pub use parse::ParsePathError;
pub use segment::Segment;
pub(crate) use segment::{shown_field, shown_name};

/// The steps from a root to a part of it, outermost first.
///
/// A clone is one pointer. What is pushed to it afterwards is in no other path, and the steps before
/// are in memory once.
///
/// ```
/// use cideldill::{Path, Segment};
/// let lines: Path = [Segment::Field("lines".into())].into_iter().collect();
/// let mut third = lines.clone();
/// third.push(Segment::Index(3));
/// assert_eq!(third.to_string(), ".lines[3]");
/// assert_eq!(lines.to_string(), ".lines");
/// ```
#[derive(Clone, Default)]
pub struct Path(Option<Arc<Step>>);

/// The last step of a path.
struct Step {
    segment: Segment,
    before: Path,
    /// How many steps there are up to here.
    n_steps: usize,
    /// The first steps, as many as are shown of a long path; of a shorter one none.
    start: Path,
}

/// How many steps are printed at each end of a very long path.
const SHOWN_AT_EACH_END: usize = 24;

impl Path {
    /// The path of the root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps, outermost first. They are gathered anew by each call.
    pub fn segments(&self) -> Vec<&Segment> {
        let mut segments: Vec<_> = self.outwards().collect();
        segments.reverse();
        segments
    }

    /// This path and one step more.
    pub fn push(&mut self, segment: Segment) {
        let n_before = self.n_steps();
        let start = match &self.0 {
            Some(step) if n_before > SHOWN_AT_EACH_END => step.start.clone(),
            Some(_) if n_before == SHOWN_AT_EACH_END => self.clone(),
            _ => Self::root(),
        };
        self.0 = Some(Arc::new(Step {
            segment,
            before: std::mem::take(self),
            n_steps: n_before + 1,
            start,
        }));
    }

    /// Takes the last step away.
    pub fn pop(&mut self) -> Option<Segment> {
        let step = self.0.take()?;
        self.0.clone_from(&step.before.0);
        Some(match Arc::try_unwrap(step) {
            Ok(mut step) => std::mem::replace(&mut step.segment, Segment::Index(0)),
            Err(shared) => shared.segment.clone(),
        })
    }

    /// Whether this is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// How many steps there are.
    pub(crate) fn n_steps(&self) -> usize {
        self.0.as_ref().map_or(0, |step| step.n_steps)
    }

    /// The steps, innermost first.
    pub(crate) fn outwards(&self) -> impl Iterator<Item = &Segment> {
        self.steps().map(|step| &step.segment)
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        iter::successors(self.0.as_deref(), |step| step.before.0.as_deref())
    }

    /// The first so many steps of both, innermost first, up to those that are the same memory.
    fn pairs<'p>(
        &'p self,
        other: &'p Self,
        n_steps: usize,
    ) -> impl Iterator<Item = (&'p Segment, &'p Segment)> {
        let first = |path: &'p Self| path.steps().skip(path.n_steps().saturating_sub(n_steps));
        let pairs = first(self).zip(first(other));
        pairs
            .take_while(|(a, b)| !ptr::eq::<Step>(*a, *b))
            .map(|(a, b)| (&a.segment, &b.segment))
    }
}

impl Drop for Step {
    /// One by one: what holds a path of a million steps last is not called a million times deep.
    fn drop(&mut self) {
        let mut before = self.before.0.take();
        while let Some(mut step) = before.and_then(Arc::into_inner) {
            before = step.before.0.take();
        }
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        let mut path = Self::root();
        segments.into_iter().for_each(|segment| path.push(segment));
        path
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        let n_steps = self.n_steps();
        n_steps == other.n_steps() && self.pairs(other, n_steps).all(|(a, b)| a == b)
    }
}

impl Eq for Path {}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Path {
    /// Step by step from the root; what leads further comes after what it begins with.
    fn cmp(&self, other: &Self) -> Ordering {
        let (n_steps, n_other) = (self.n_steps(), other.n_steps());
        let pairs = self.pairs(other, n_steps.min(n_other));
        // The pair that is met last is the outermost.
        let ends = n_steps.cmp(&n_other);
        pairs.fold(ends, |inner, (a, b)| a.cmp(b).then(inner))
    }
}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.n_steps());
        self.outwards().for_each(|segment| segment.hash(state));
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Path").field(&self.segments()).finish()
    }
}

impl fmt::Display for Path {
    /// A very long path is shortened in the middle; `{:#}` prints all of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_left_out = self.n_steps().saturating_sub(2 * SHOWN_AT_EACH_END);
        match &self.0 {
            // Looks at no other steps than it prints: there may be as many such paths as steps.
            Some(step) if n_left_out > 0 && !f.alternate() => {
                fmt_outermost_first(f, step.start.outwards())?;
                write!(f, " .. {n_left_out} steps .. ")?;
                fmt_outermost_first(f, self.outwards().take(SHOWN_AT_EACH_END))
            }
            _ => fmt_outermost_first(f, self.outwards()),
        }
    }
}

fn fmt_outermost_first<'p>(
    f: &mut fmt::Formatter<'_>,
    outwards: impl Iterator<Item = &'p Segment>,
) -> fmt::Result {
    let segments: Vec<_> = outwards.collect();
    segments
        .iter()
        .rev()
        .try_for_each(|segment| fmt::Display::fmt(segment, f))
}

#[cfg(test)]
mod tests;
