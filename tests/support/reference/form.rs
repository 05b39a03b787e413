//! A value's form: the pieces that make up its bytes (section 3), in which shapes and links still
//! stand as themselves.

use std::rc::Rc;

use super::Cid;
use crate::model::{Bits, Model, Shape};
use crate::pack;

/// A piece of a form.
#[derive(Clone)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    /// The place of a shape's index.
    Index(Rc<Shape>),
    /// With the form of what it hides, if there are marks in it.
    Link(Cid, Option<Rc<Form>>),
    /// A pointer to a node of the cycle whose block this is.
    Back(usize),
    /// The content of a cell, which follows later.
    Hole,
    /// Marks: a pointer to this node begins that is met first, and ends;
    Enter(usize),
    Leave,
    /// a pointer to this node begins that was met before;
    Same(usize),
    /// a weak pointer to this node begins;
    Weak(usize),
    /// the link to a cycle begins.
    Head,
}

impl Piece {
    pub(super) fn is_mark(&self) -> bool {
        matches!(
            self,
            Self::Enter(_) | Self::Leave | Self::Same(_) | Self::Weak(_) | Self::Head
        )
    }

    /// A cut part counted as its link and an index as one.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Index(_) => 1,
            Self::Link(..) => 67,
            Self::Back(_) => 8,
            Self::Hole => 3,
            _ => 0,
        }
    }
}

/// A value as it stands in a block, or a part of one (section 3).
#[derive(Clone, Default)]
pub(super) struct Form {
    pub(super) pieces: Vec<Piece>,
}

impl Form {
    /// Bytes that hold no index and no link.
    pub(super) fn write(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::new();
        write(&mut bytes);
        Self {
            pieces: vec![Piece::Bytes(bytes)],
        }
    }

    pub(super) fn of(piece: Piece) -> Self {
        let pieces = vec![piece];
        Self { pieces }
    }

    /// A link to the block with this form.
    pub(super) fn link(cid: Cid, hidden: &Self) -> Self {
        let has_marks = |piece: &Piece| piece.is_mark() || matches!(piece, Piece::Link(_, Some(_)));
        let is_marked = hidden.pieces.iter().any(has_marks);
        Self::of(Piece::Link(cid, is_marked.then(|| Rc::new(hidden.clone()))))
    }

    /// The same bytes, without anything to say about identity.
    pub(super) fn unmarked(&self) -> Self {
        let pieces = self.pieces.iter().filter(|piece| !piece.is_mark());
        let forms = pieces.map(|piece| match piece {
            Piece::Link(cid, _) => Self::of(Piece::Link(*cid, None)),
            piece => Self::of(piece.clone()),
        });
        Self::default().followed_by(forms)
    }

    /// Whether it stays where it is and in one piece, because a cycle's block holds on to it.
    pub(super) fn is_kept(&self) -> bool {
        let holds = |piece: &Piece| matches!(piece, Piece::Back(_) | Piece::Hole);
        self.pieces.iter().any(holds)
    }

    pub(super) fn followed_by(mut self, others: impl IntoIterator<Item = Self>) -> Self {
        for piece in others.into_iter().flat_map(|other| other.pieces) {
            match (self.pieces.last_mut(), piece) {
                (Some(Piece::Bytes(bytes)), Piece::Bytes(more)) => bytes.extend(more),
                (_, piece) => self.pieces.push(piece),
            }
        }
        self
    }

    /// Its bytes for the boundaries: each index as one byte 0, links with their digests.
    pub(super) fn hashed(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(piece) => bytes.extend(piece),
                Piece::Index(_) => bytes.push(0),
                Piece::Link(cid, _) => write_link(&mut bytes, cid),
                mark if mark.is_mark() => {}
                _ => unreachable!("what stands in a cycle's block itself is in no chunk"),
            }
        }
        bytes
    }

    /// The number of bytes.
    pub(super) fn length(&self) -> usize {
        self.pieces.iter().map(Piece::length).sum()
    }
}

pub(super) fn write_link(out: &mut Vec<u8>, cid: &Cid) {
    out.extend([0xc7, 0x40, 0x01]);
    out.extend(cid);
}

pub(super) fn array(parts: impl IntoIterator<Item = Form>) -> Form {
    let parts: Vec<_> = parts.into_iter().collect();
    Form::write(|out| pack::array_header(out, parts.len())).followed_by(parts)
}

pub(super) fn scalar_form(model: &Model) -> Form {
    Form::write(|out| write_scalar(out, model))
}

pub(crate) fn write_scalar(out: &mut Vec<u8>, model: &Model) {
    match model {
        Model::Unsigned(_, number) => match u64::try_from(*number) {
            Ok(number) => pack::unsigned(out, number),
            Err(_) => pack::bytes(out, &number.to_be_bytes()),
        },
        Model::Signed(_, number) => {
            if let Ok(number) = u64::try_from(*number) {
                pack::unsigned(out, number);
            } else if let Ok(number) = i64::try_from(*number) {
                pack::signed(out, number);
            } else {
                pack::bytes(out, &number.to_be_bytes());
            }
        }
        Model::F32(bits) => {
            out.push(0xca);
            out.extend(bits.to_be_bytes());
        }
        Model::F64(bits) => {
            out.push(0xcb);
            out.extend(bits.to_be_bytes());
        }
        Model::Bool(truth) => out.push(if *truth { 0xc3 } else { 0xc2 }),
        Model::Char(character) => pack::text(out, &character.to_string()),
        Model::Unit | Model::Option(_, None) => out.push(0xc0),
        _ => unreachable!("everything else is made of parts"),
    }
}

/// An element of a packed sequence, little-endian.
pub(super) fn write_packed(out: &mut Vec<u8>, model: &Model) {
    match model {
        Model::Unsigned(bits, number) => out.extend(&number.to_le_bytes()[..bytes_in(*bits)]),
        Model::Signed(bits, number) => out.extend(&number.to_le_bytes()[..bytes_in(*bits)]),
        Model::F32(bits) => out.extend(bits.to_le_bytes()),
        Model::F64(bits) => out.extend(bits.to_le_bytes()),
        _ => unreachable!("only numbers are packed"),
    }
}

pub(super) const fn bytes_in(bits: Bits) -> usize {
    bits.count() as usize / 8
}

pub(super) fn shape_bytes(shape: &Shape) -> Vec<u8> {
    let mut out = Vec::new();
    pack::array_header(&mut out, 2 + shape.names.len());
    if shape.version == 0 {
        pack::text(&mut out, &shape.tag);
    } else {
        pack::array_header(&mut out, 2);
        pack::text(&mut out, &shape.tag);
        pack::unsigned(&mut out, shape.version);
    }
    pack::text(&mut out, &shape.types);
    for name in &shape.names {
        pack::text(&mut out, name);
    }
    out
}
