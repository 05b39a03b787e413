use cideldill::Registry;

fn main() {
    let factor = 3;
    let _ = Registry::new().register_function("times", (|n| n * factor) as fn(u32) -> u32);
}
