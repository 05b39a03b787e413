fn main() {
    let encoded = cideldill::encode("text").unwrap();
    let _: &str = cideldill::decode(encoded.root(), &encoded).unwrap();
}
