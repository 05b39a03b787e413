//! Files the system lets this program open: a connection is one.
//!
//! Many systems start programs with fewer than a server's connections need, and let them ask for more.

/// What is told when not all connections can be had.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fewer {
    pub(crate) connections: usize,
    pub(crate) files: u64,
}

/// Asks for files for so many connections, and says how many can be had if it is fewer.
///
/// The other half is for the store, for answers under way, and for connections that are told to come
/// later.
#[cfg(unix)]
pub(crate) fn for_connections(connections: usize) -> Option<Fewer> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let wanted = 2 * connections as u64;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|files| files < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |most| most.min(wanted)));
        // What is refused stays as it was.
        let _ = setrlimit(Resource::Nofile, limit);
    }
    let files = getrlimit(Resource::Nofile).current?;
    let connections = usize::try_from(files / 2).ok()?.max(1);
    (files < wanted).then_some(Fewer { connections, files })
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) fn for_connections(_: usize) -> Option<Fewer> {
    None
}
