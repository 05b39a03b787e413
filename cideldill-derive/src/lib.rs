//! The derive macro of [cideldill](https://docs.rs/cideldill).
