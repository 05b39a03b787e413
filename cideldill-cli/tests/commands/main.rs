//! The command line as a user has it: what it says, where, and how it exits.
