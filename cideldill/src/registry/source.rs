//! Reducers that are made when they are first asked for.

use std::any::TypeId;

use super::AnyRegistration;

/// Answers for types and names that nothing is registered for: a family of types, a plugin.
///
/// A registry asks its sources in the order in which they were added, once a type: the first answer
/// is registered, as if by hand. It asks without holding a lock, so that a source may register,
/// encode and wait as it likes; two threads that meet a type at once may both ask, and one answer is
/// kept. What a source does not know it is asked for again.
///
/// ```
/// use std::any::TypeId;
/// use std::process::ExitCode; // stands for a type of another crate
///
/// use cideldill::{AnyRegistration, ReducerSource, Registration, Registry};
///
/// struct Process;
///
/// impl ReducerSource for Process {
///     fn for_type(&self, wanted: TypeId, _: &'static str) -> Option<AnyRegistration> {
///         (wanted == TypeId::of::<ExitCode>()).then(exit_code)
///     }
///
///     fn for_name(&self, wanted: &str) -> Option<AnyRegistration> {
///         (wanted == "exit-code").then(exit_code)
///     }
/// }
///
/// fn exit_code() -> AnyRegistration {
///     let failed = |code: &ExitCode| *code == ExitCode::FAILURE;
///     let code = |failed: bool| Ok::<_, String>(ExitCode::from(u8::from(failed)));
///     Registration::new("exit-code", failed, code).into()
/// }
///
/// let registry = Registry::new();
/// assert!(!registry.can_encode::<ExitCode>());
/// registry.add_source(Process);
/// assert!(registry.can_encode::<ExitCode>());
/// ```
pub trait ReducerSource: Send + Sync {
    /// A reducer for this type, which is recorded. An answer for another type is not used.
    fn for_type(&self, wanted: TypeId, type_name: &'static str) -> Option<AnyRegistration>;

    /// A reducer with this name, which stands in data that is loaded as an
    /// [`Erased`](crate::Erased). An answer with another name is not used.
    fn for_name(&self, wanted: &str) -> Option<AnyRegistration> {
        let _ = wanted;
        None
    }
}
