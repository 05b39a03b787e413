#[cideldill::debuggable]
trait Shape {}

#[cideldill::debuggable(dyn, name = "figure")]
trait Figure {}

#[cideldill::debuggable(dyn)]
trait Borrowing<'a> {
    fn text(&self) -> &'a str;
}

fn main() {}
