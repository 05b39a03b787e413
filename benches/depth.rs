//! What a level of nesting costs in memory: lists of a million nodes, in a thread with a stack of 2 MiB.
//!
//! `cargo run --release -p cideldill-benches --example depth`; Linux only. Each figure comes from a
//! process of its own: the most memory it had resident while it did one thing, above what it had before,
//! and of that the most it had asked from the heap. What is not heap is stack, which grows in steps of
//! 4 MiB, and what the allocator adds to each piece.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::process::Command;
use std::rc::Rc;
use std::{env, fs, hint, mem, thread};

use allocation_counter::measure;
use cideldill::{
    Debuggable, Encoded, Error, Limits, Store, Value, decode_with, differences_with, encode,
};

const LEVELS: u32 = 1_000_000;
const STACK_BYTES: usize = 2 << 20;
const STEPS: [&str; 6] = ["encode", "decode", "load", "compare", "print", "drop"];

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Debuggable)]
struct Boxed {
    number: u32,
    next: Option<Box<Boxed>>,
}

#[derive(Debuggable)]
struct Shared {
    number: u32,
    next: Option<Rc<Shared>>,
}

/// A list of nodes in boxes, the last of which holds this number.
fn boxed(last: u32) -> Option<Box<Boxed>> {
    (0..LEVELS).fold(None, |next, level| {
        let number = if level == 0 { last } else { level };
        Some(Box::new(Boxed { number, next }))
    })
}

/// The same with shared pointers.
fn shared(last: u32) -> Option<Rc<Shared>> {
    (0..LEVELS).fold(None, |next, level| {
        let number = if level == 0 { last } else { level };
        Some(Rc::new(Shared { number, next }))
    })
}

/// The same as a dynamic value.
fn dynamic(last: u32) -> Result<Value, Error> {
    (0..LEVELS).try_fold(Value::none("@")?, |next, level| {
        let number = Value::from(if level == 0 { last } else { level });
        Value::some(Value::record("Node", [("number", number), ("next", next)])?)
    })
}

/// What one step took, in bytes.
struct Taken {
    resident: u64,
    heap: u64,
}

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| {
        line.trim_matches([':', ' ', '\t', 'k', 'B'])
            .parse::<u64>()
            .ok()
    });
    Ok(kib.ok_or("no such line")? << 10)
}

/// Does one thing; what it made is left alone, so that freeing it is not counted.
fn taken<T>(step: impl FnOnce() -> Result<T, Error>) -> Outcome<Taken> {
    // From here on the peak is counted anew.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = status("VmRSS")?;
    let mut made = None;
    let counted = measure(|| made = Some(step()));
    let resident = status("VmHWM")?.saturating_sub(before);
    mem::forget(hint::black_box(made.ok_or("nothing was made")??));
    Ok(Taken {
        resident,
        heap: counted.bytes_max,
    })
}

fn load<T: Debuggable>(encoded: &Encoded) -> Result<T, Error> {
    decode_with(encoded.root(), encoded, Limits::unlimited())
}

/// A list that is never freed: freeing a list of Rust's own is a recursion.
fn kept<T>(list: Result<T, Error>) -> Result<ManuallyDrop<T>, Error> {
    list.map(ManuallyDrop::new)
}

/// One step with a list, made anew.
fn step<T: Debuggable>(step: &str, list: impl Fn(u32) -> Result<T, Error>) -> Outcome<Taken> {
    let first = kept(list(0))?;
    if step == "encode" {
        return taken(|| encode(&*first));
    }
    let encoded = encode(&*first)?;
    match step {
        "decode" => taken(|| load::<T>(&encoded)),
        "load" => taken(|| load::<Value>(&encoded)),
        "compare" => {
            let store = Store::in_memory();
            let (old, new) = (store.put(&*first)?, store.put(&*kept(list(1))?)?);
            taken(|| differences_with(old, new, store.blocks(), Limits::unlimited()))
        }
        "print" => {
            let value: Value = load(&encoded)?;
            // All of it, on one line.
            let text = value.display().depth(usize::MAX).bytes(usize::MAX);
            taken(|| Ok(text.width(usize::MAX).to_string()))
        }
        _ => {
            let value: Value = load(&encoded)?;
            taken(|| {
                drop(value);
                Ok(())
            })
        }
    }
}

fn one(kind: &str, name: &str) -> Outcome<()> {
    let taken = match kind {
        "Box" => step(name, |last| Ok(boxed(last))),
        "Rc" => step(name, |last| Ok(shared(last))),
        _ => step(name, dynamic),
    }?;
    writeln!(io::stdout(), "{} {}", taken.resident, taken.heap)?;
    Ok(())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [kind, name] = arguments.as_slice() {
        let (kind, name) = (kind.clone(), name.clone());
        let thread = thread::Builder::new().stack_size(STACK_BYTES);
        let done = thread.spawn(move || one(&kind, &name))?.join();
        return done.map_err(|_| "the thread panicked")?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "bytes a level of {LEVELS}, of which heap")?;
    for kind in ["Box", "Rc", "Value"] {
        for name in STEPS {
            let output = Command::new(env::current_exe()?)
                .args([kind, name])
                .output()?;
            let text = String::from_utf8(output.stdout)?;
            let numbers: Vec<u64> = text.split_whitespace().flat_map(str::parse).collect();
            let levels = u64::from(LEVELS);
            match numbers.as_slice() {
                [all, heap] => writeln!(
                    out,
                    "{kind:<6} {name:<8} {:>6} {:>6}",
                    all / levels,
                    heap / levels
                )?,
                _ => writeln!(
                    out,
                    "{kind:<6} {name:<8} {} {}",
                    output.status,
                    String::from_utf8_lossy(&output.stderr)
                )?,
            }
        }
    }
    Ok(())
}
