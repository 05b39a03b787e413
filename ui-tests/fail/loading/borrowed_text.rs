fn main() {
    let (root, blocks) = cideldill::encode("text").unwrap();
    let _: &str = cideldill::decode(root, &blocks).unwrap();
}
