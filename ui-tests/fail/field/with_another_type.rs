use cideldill::Debuggable;

#[derive(Debuggable)]
struct Client {
    #[debuggable(with = "celsius")]
    temperature: f32,
}

mod celsius {
    pub fn reduce(kelvin: &f64) -> f64 {
        kelvin - 273.15
    }

    pub fn reconstruct(celsius: f64) -> f64 {
        celsius + 273.15
    }
}

fn main() {}
