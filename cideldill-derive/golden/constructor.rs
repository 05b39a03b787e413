/// A function makes the value from two fields, the third is set after.
#[derive(Debuggable)]
#[debuggable(constructor = "Celsius::new(degrees, place)", crate = support::runtime)]
struct Celsius {
    degrees: f64,
    note: String,
    place: Place,
    #[debuggable(skip)]
    cache: Cache,
}
