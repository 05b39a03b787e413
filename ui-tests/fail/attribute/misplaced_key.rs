use cideldill::Debuggable;

#[derive(Debuggable)]
#[debuggable(skip)]
enum Order {
    #[debuggable(skip)]
    Open,
    Closed {
        #[debuggable(reduce_only)]
        id: u64,
    },
}

fn main() {}
