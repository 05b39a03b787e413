use cideldill::Registry;

fn double(number: u32) -> u32 {
    2 * number
}

fn main() {
    let _ = Registry::new().register_function("double", &double);
}
