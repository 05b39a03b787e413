//! What the compiler says about mistakes: `fail/<kind of rule>/<mistake>.rs`, each with the message
//! it must give beside it. `pass/` holds what must compile though it looks odd.
//!
//! After a change that is meant: `TRYBUILD=overwrite cargo test -p cideldill-ui-tests`, then read
//! every changed message as the user who gets it.
