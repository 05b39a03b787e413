/// Bounds for what is used, as it is used.
#[derive(Debuggable)]
struct Tree<K, I: Iterator, S, D, P, const N: usize>
where
    K: Ord,
{
    key: [K; N],
    items: Vec<I::Item>,
    #[debuggable(serde)]
    data: S,
    #[debuggable(skip)]
    cache: Option<D>,
    kind: PhantomData<P>,
    children: Vec<Box<Tree<K, I, S, D, P, N>>>,
}
