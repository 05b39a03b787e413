/// An enum of which there are no values.
#[derive(Debuggable)]
enum Never {}
