//! Writing an overlay. What has to be listed is known already; this gives the nodes their numbers and
//! makes the stream. Implements docs/format.md section 14.3.

use super::overlay::{LINK, NODE, NODE_ALONE, POINTER, POINTER_ALONE, SAME, WEAK};

/// A pointer's number, as the encoder counts them.
pub(crate) type PointerId = u32;

/// One step of an overlay that is written; offsets count from the start of the scope around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A link; what follows is inside, until [`Token::End`].
    Link(u32),
    /// A pointer that others name is met first; what follows is inside, until [`Token::End`].
    Node(u32, PointerId),
    /// The same for one that none names, where it is not the only one.
    Pointer(u32),
    /// A pointer is met again.
    Same(u32, PointerId),
    /// A weak pointer.
    Weak(u32, PointerId),
    /// Ends a link, node or pointer.
    End,
}

/// The stream that says this; the outermost scope ends with the tokens. Each `Same` and `Weak` names
/// a `Node`; others are left out.
pub(crate) fn write(tokens: &[Token]) -> Vec<u8> {
    let mut numbers = Numbers::default();
    for token in tokens {
        if let Token::Node(_, id) = token {
            numbers.add(*id);
        }
    }
    let mut out = Vec::new();
    // Where the entry before in each open scope stands.
    let mut before = vec![0];
    let mut count: u64 = 0;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        let mut head = |offset: u32, kind: u64| {
            let before = before.last_mut();
            let distance = before.map_or(0, |before| {
                offset.saturating_sub(std::mem::replace(before, offset))
            });
            number(&mut out, u64::from(distance) << 3 | kind);
        };
        match *token {
            Token::End => {
                before.pop();
                out.push(0);
            }
            Token::Link(offset) => {
                head(offset, LINK);
                before.push(0);
            }
            Token::Pointer(offset) | Token::Node(offset, _) => {
                let is_node = matches!(token, Token::Node(..));
                count += u64::from(is_node);
                if tokens.next_if_eq(&&Token::End).is_some() {
                    head(offset, if is_node { NODE_ALONE } else { POINTER_ALONE });
                } else {
                    head(offset, if is_node { NODE } else { POINTER });
                    before.push(0);
                }
            }
            Token::Same(offset, id) => {
                if let Some(named) = numbers.get(id) {
                    head(offset, SAME);
                    number(&mut out, count.saturating_sub(named));
                }
            }
            Token::Weak(offset, id) => {
                if let Some(named) = numbers.get(id) {
                    head(offset, WEAK);
                    number(
                        &mut out,
                        if named <= count {
                            (count - named) * 2
                        } else {
                            (named - count) * 2 - 1
                        },
                    );
                }
            }
        }
    }
    out.push(0);
    out
}

/// Seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let bits = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            return out.push(bits);
        }
        out.push(bits | 0x80);
    }
}

/// The numbers of nodes, in the order of their entries.
#[derive(Default)]
struct Numbers {
    by_id: Vec<Option<u32>>,
    count: u32,
}

impl Numbers {
    fn add(&mut self, id: PointerId) {
        let id = id as usize;
        if id >= self.by_id.len() {
            self.by_id.resize(id + 1, None);
        }
        if let Some(number) = self.by_id.get_mut(id) {
            *number = Some(self.count);
            self.count += 1;
        }
    }

    fn get(&self, id: PointerId) -> Option<u64> {
        let number = self.by_id.get(id as usize).copied().flatten();
        number.map(u64::from)
    }
}
