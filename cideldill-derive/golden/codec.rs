/// Fields through codecs: also of a type that holds itself, where no bound can name the whole field.
#[derive(Debuggable)]
struct Tree<T, F> {
    #[debuggable(as = "BTreeMap<_, Option<DisplayFromStr>>")]
    limits: BTreeMap<String, Option<T>>,
    #[debuggable(as = Vec<(_, [Reducer; 2])>, default)]
    pairs: Vec<(u8, [F; 2])>,
    #[debuggable(as = "Vec<(_, Named)>")]
    children: Vec<(Tree<T, F>, T)>,
}
