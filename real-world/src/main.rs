//! Values of real crates: each is recorded step by step and loaded again, or says why it cannot be.
//!
//! `cd real-world && cargo run --release`; with a name (`sql`, `physics`, `graph`, `syntax`, `persistent`) only
//! that one.

mod graph;
mod persistent;
mod physics;
mod report;
mod sql;
mod syntax;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let only = std::env::args().nth(1);
    let all: [(&str, fn() -> Outcome); 5] = [
        ("sql", sql::run),
        ("physics", physics::run),
        ("graph", graph::run),
        ("syntax", syntax::run),
        ("persistent", persistent::run),
    ];
    for (name, run) in all {
        if only.as_deref().is_none_or(|only| only == name) {
            println!("\n== {name}");
            run()?;
        }
    }
    Ok(())
}
