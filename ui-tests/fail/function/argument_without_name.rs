//! A function whose argument is of a type that is not recorded has no signature to be recorded by.

use cideldill::Registry;

struct Connection;

fn ping(_: &Connection) -> bool {
    true
}

fn main() {
    let ping: fn(&Connection) -> bool = ping;
    let _ = Registry::new().register_function("ping", ping);
}
