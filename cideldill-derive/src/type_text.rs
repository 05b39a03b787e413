//! A type as it was written, in one spelling: the same text whatever the spaces, line breaks and
//! trailing commas in the source, and whatever compiler reads it. It goes into the data.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// The text of a type.
pub(crate) fn type_text(tokens: TokenStream) -> String {
    let mut flat = Vec::new();
    flatten(tokens, &mut flat);
    let mut text = String::new();
    for (at, atom) in flat.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| flat.get(at));
        if let Some(before) = before
            && needs_space(before, atom)
        {
            text.push(' ');
        }
        text.push_str(&atom.0);
    }
    text
}

/// A word, a punctuation of one or several characters, or a bracket.
struct Atom(String);

impl Atom {
    fn is_word(&self) -> bool {
        let first = self.0.chars().next();
        first.is_some_and(|c| c == '_' || c == '\'' || c == '"' || c.is_alphanumeric())
    }

    /// Whether parentheses after it hold arguments, as those of `fn` and `Fn` do.
    fn takes_arguments(&self) -> bool {
        self.is_word() && !is_keyword_before_type(&self.0)
    }
}

fn is_keyword_before_type(word: &str) -> bool {
    matches!(word, "mut" | "const" | "as" | "dyn" | "impl")
}

fn needs_space(before: &Atom, atom: &Atom) -> bool {
    let around = |text: &str| matches!(text, "+" | "->" | "=");
    match (before.0.as_str(), atom.0.as_str()) {
        (_, "," | ";" | ":" | ")" | "]") => false,
        ("{", _) | (_, "}") => true,
        (word, _) if is_keyword_before_type(word) => true,
        ("," | ";" | ":", _) => true,
        (a, b) if around(a) || around(b) => true,
        (">" | ")", _) if atom.is_word() => true,
        _ => before.is_word() && atom.is_word(),
    }
}

fn flatten(tokens: TokenStream, flat: &mut Vec<Atom>) {
    let mut lifetime = false;
    let mut joint = false;
    for token in tokens {
        let was_joint = std::mem::take(&mut joint);
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => {
                        flatten(group.stream(), flat);
                        continue;
                    }
                };
                let is_arguments = flat.last().is_some_and(Atom::takes_arguments);
                flat.push(Atom(open.to_owned()));
                let start = flat.len();
                flatten(group.stream(), flat);
                // `(T,)` is a tuple, `(T)` is not.
                let is_tuple = open == "(" && !is_arguments;
                if !(is_tuple && commas(flat.get(start..).unwrap_or_default()) == 1) {
                    drop_trailing_comma(flat);
                }
                flat.push(Atom(close.to_owned()));
            }
            TokenTree::Ident(ident) => {
                let word = ident.to_string();
                let word = word.strip_prefix("r#").unwrap_or(&word);
                match flat.last_mut() {
                    Some(Atom(quote)) if lifetime => quote.push_str(word),
                    _ => flat.push(Atom(word.to_owned())),
                }
                lifetime = false;
            }
            TokenTree::Punct(punct) => {
                let c = punct.as_char();
                lifetime = c == '\'';
                joint = punct.spacing() == Spacing::Joint && !lifetime;
                if c == '>' {
                    let is_arrow = was_joint && flat.last().is_some_and(|atom| atom.0 == "-");
                    if !is_arrow {
                        drop_trailing_comma(flat);
                    }
                }
                match flat.last_mut() {
                    Some(Atom(last)) if was_joint && is_pair(last, c) => last.push(c),
                    _ => flat.push(Atom(c.to_string())),
                }
            }
            TokenTree::Literal(literal) => flat.push(Atom(literal.to_string())),
        }
    }
}

fn is_pair(first: &str, second: char) -> bool {
    matches!((first, second), (":", ':') | ("-", '>'))
}

fn drop_trailing_comma(flat: &mut Vec<Atom>) {
    if flat.last().is_some_and(|atom| atom.0 == ",") {
        flat.pop();
    }
}

/// Commas outside of any bracket.
fn commas(atoms: &[Atom]) -> usize {
    let mut depth = 0_usize;
    let mut count = 0;
    for Atom(text) in atoms {
        match text.as_str() {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth = depth.saturating_sub(1),
            "," if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        type_text(source.parse().unwrap())
    }

    #[test]
    fn one_spelling_for_each_type() {
        for written in [
            "std::net::TcpStream",
            "Vec<Option<(A, B)>>",
            "Box<dyn Fn(u8, &str) -> u8 + Send + 'static>",
            "&'a mut [u8; 4]",
            "&mut (A,)",
            "*const (A,)",
            "(A,)",
            "(A, B)",
            "()",
            "[u8; N]",
            "<T as Iterator>::Item",
            "Box<dyn Iterator<Item = u8>>",
            "for<'a> fn(&'a u8) -> &'a u8",
            "*const T",
            "HashMap<K, V, { N }>",
            "dyn Fn() -> Vec<u8> + Send",
        ] {
            assert_eq!(text(written), written);
        }
    }

    #[test]
    fn layout_and_trailing_commas_are_not_in_the_text() {
        for (written, expected) in [
            ("std :: net\n:: TcpStream", "std::net::TcpStream"),
            ("HashMap<\n    K,\n    V,\n>", "HashMap<K, V>"),
            ("(\n    A,\n    B,\n)", "(A, B)"),
            ("( A , )", "(A,)"),
            ("(HashMap<A, B>,)", "(HashMap<A, B>,)"),
            ("r#type", "type"),
            ("Vec<Vec<A> >", "Vec<Vec<A>>"),
            ("fn(A,)->B", "fn(A) -> B"),
        ] {
            assert_eq!(text(written), expected, "{written}");
        }
    }
}
