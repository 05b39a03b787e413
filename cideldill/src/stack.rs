//! Room on the stack for values of any depth.

/// Room a level of recursion may need at most.
const RED_ZONE: usize = 128 << 10;
/// What is added when less than that is left.
const STEP: usize = 4 << 20;

/// Runs `f` with room to recurse. Called once in each container that makes a type recursive, and for
/// each field that is recorded as something else: that can hold the type again.
#[inline]
pub fn grow<R>(f: impl FnOnce() -> R) -> R {
    if cfg!(miri) {
        // Miri cannot switch stacks; deep values are not tested there.
        return f();
    }
    if has_room() {
        return f();
    }
    stacker::grow(STEP, f)
}

/// Not inlined: it would be compiled for each type.
#[inline(never)]
fn has_room() -> bool {
    stacker::remaining_stack().is_some_and(|left| left >= RED_ZONE)
}
