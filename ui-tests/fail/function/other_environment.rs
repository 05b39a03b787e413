use cideldill::{Closure, Registry};

fn add(offset: &u32, number: u32) -> u32 {
    offset + number
}

fn main() -> Result<(), cideldill::Error> {
    let add = Registry::new().register_function("add", add as fn(&u32, u32) -> u32)?;
    let closure = Closure::new(add, "an offset");
    closure.call((1,));
    Ok(())
}
