use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(state = "Counter::state", restore = "Counter::restore")]
struct Counter {
    file: std::fs::File,
}

impl Counter {
    fn state(&self) -> std::fs::File {
        self.file.try_clone().unwrap()
    }

    fn restore(file: std::fs::File) -> Self {
        Self { file }
    }
}

fn main() {}
