//! Room on the stack for values of any depth.

/// Room a level of recursion may need at most.
const RED_ZONE: usize = 128 << 10;
/// What is added when less than that is left.
const STEP: usize = 4 << 20;

/// Runs `f` with room to recurse. Called once in each container that makes a type recursive, and for
/// each field that is recorded as something else: that can hold the type again.
///
/// # Panics
/// Never but where `f` does.
#[inline]
pub fn grow<R>(f: impl FnOnce() -> R) -> R {
    if cfg!(miri) {
        // Miri cannot switch stacks; deep values are not tested there.
        return f();
    }
    if has_room() {
        return f();
    }
    let (mut f, mut result) = (Some(f), None);
    on_more_stack(&mut || result = f.take().map(|f| f()));
    result.expect("it ran")
}

/// The same where speed does not matter: no code is compiled for each type.
pub(crate) fn grow_for(f: &mut dyn FnMut()) {
    if cfg!(miri) || has_room() {
        return f();
    }
    on_more_stack(f);
}

/// Takes a pointer to a function, so that this is compiled once and not for each type.
#[cold]
#[inline(never)]
fn on_more_stack(f: &mut dyn FnMut()) {
    stacker::grow(STEP, f);
}

/// Not inlined: it would be compiled for each type.
#[inline(never)]
fn has_room() -> bool {
    stacker::remaining_stack().is_some_and(|left| left >= RED_ZONE)
}
