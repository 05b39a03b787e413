//! The slow encoder: docs/format.md as a program.
//!
//! Everything is done in the order of the page and as plainly as possible. A value's form is a list
//! of pieces in which shapes and links still stand as themselves, so that its length (section 6)
//! and the bytes that are hashed for boundaries (section 7) are read off it directly, and the shape
//! table (section 4) is built by walking the pieces once a block is made of them. Each part is
//! encoded as if it were alone; what stands around it is never known, but for the cycle it is in
//! (section 14, in `pointers`). Marks among the pieces say where pointers stand; they have no bytes,
//! and the overlay (in `overlay`) is read off them in the end.

mod divide;
mod form;
mod overlay;
mod pointers;

use std::collections::BTreeMap;
use std::rc::Rc;

use sha2::{Digest, Sha512};

use crate::model::{DuplicateKey, Model};
use crate::profile::Profile;
use crate::shared::{Shared, Unencodable};
use crate::{desc, pack};
use divide::{Element, Holder, State, divide, hold, node, total};
use form::{Form, Piece, array, scalar_form, shape_bytes, write_link};
use pointers::Pointers;

pub(crate) use form::write_scalar;

/// The SHA-512 of a block's bytes.
pub type Cid = [u8; 64];

/// Blocks by their CIDs.
pub type Blocks = BTreeMap<Cid, Vec<u8>>;

/// The CID of a block (section 1).
pub fn cid_of(block: &[u8]) -> Cid {
    Sha512::digest(block).into()
}

/// All blocks of a value without pointers, and the CID of the root (section 8).
///
/// # Errors
/// If two keys of one map or two elements of one set are equal (section 5).
///
/// # Panics
/// If there are pointers in it.
pub fn encode(model: &Model, profile: Profile) -> Result<(Cid, Blocks), DuplicateKey> {
    match encode_shared(&Shared::plain(model.clone()), profile) {
        Ok(encoded) => Ok((encoded.root, encoded.blocks)),
        Err(Unencodable::DuplicateKey(duplicate)) => Err(duplicate),
        Err(other) => panic!("only pointers make {other}"),
    }
}

/// What a value with pointers is encoded to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The root CID.
    pub root: Cid,
    /// The content CID: the same if there is no overlay.
    pub content: Cid,
    /// All blocks.
    pub blocks: Blocks,
}

/// All blocks of a value, and its two CIDs (section 14.3).
///
/// # Errors
/// If two keys are equal, or a cycle cannot be written.
pub fn encode_shared(shared: &Shared, profile: Profile) -> Result<Encoded, Unencodable> {
    // Keys are compared as values, before anything is cut out of them.
    let shared = shared.sorted()?;
    let mut encoder = Encoder::new(&shared, profile);
    let form = encoder.place(&shared.root);
    if let Some(failed) = encoder.pointers.failed {
        return Err(failed);
    }
    let (content, outermost) = if let [Piece::Link(cid, _)] = form.unmarked().pieces.as_slice() {
        // The value itself was cut, or it is an option whose inner value was.
        (*cid, form)
    } else {
        let cid = encoder.block(&shared.root.desc(), &form);
        (cid, Form::link(cid, &form))
    };
    let overlay = overlay::stream(&outermost);
    let root = if overlay.is_empty() {
        content
    } else {
        let overlay = encoder.place(&Model::Bytes(overlay));
        encoder.block(
            "!",
            &array([Form::link(content, &Form::default()), overlay]),
        )
    };
    let blocks = encoder.blocks;
    Ok(Encoded {
        root,
        content,
        blocks,
    })
}

/// The length of a value without pointers before it is itself cut (section 6).
///
/// # Errors
/// If two keys of one map or two elements of one set are equal.
pub fn length(model: &Model, profile: Profile) -> Result<usize, DuplicateKey> {
    let model = model.sorted()?;
    let own = match &model {
        Model::Option(of, Some(inner)) if !desc::is_wrapped(of) => inner,
        own => own,
    };
    let mut encoder = Encoder::new(&Shared::plain(Model::Unit), profile);
    Ok(match encoder.elements(own) {
        Some((holder, _, elements)) => hold(holder, &elements).length(),
        None => encoder.other_form(own).length(),
    })
}

/// Where nodes stand in their cycle's block (section 14.1).
type Places = BTreeMap<usize, [u8; 5]>;

struct Encoder {
    profile: Profile,
    blocks: Blocks,
    pointers: Pointers,
}

impl Encoder {
    fn new(shared: &Shared, profile: Profile) -> Self {
        Self {
            profile,
            blocks: Blocks::new(),
            pointers: Pointers::new(shared),
        }
    }

    /// The form of a value where it stands: its own, or a link if it was moved out (section 6).
    fn place(&mut self, model: &Model) -> Form {
        if let Model::Option(of, Some(inner)) = model
            && !desc::is_wrapped(of)
        {
            return self.place(inner);
        }
        match model {
            Model::Pointer(node, _) => return self.pointer(*node),
            Model::Cell(content) => return self.cell(content),
            _ => {}
        }
        let form = if let Some((holder, state, elements)) = self.elements(model) {
            let is_kept = elements.iter().any(|element| element.form.is_kept());
            if total(&elements) > self.profile.leaf.max && !is_kept {
                return self.chunked(&model.desc(), holder, state, &elements);
            }
            hold(holder, &elements)
        } else {
            self.other_form(model)
        };
        if is_cuttable(model) && form.length() >= self.profile.cut && !form.is_kept() {
            return Form::link(self.block(&model.desc(), &form), &form);
        }
        form
    }

    /// The form of a value that cannot be chunked, with its parts in their places (section 3).
    fn other_form(&mut self, model: &Model) -> Form {
        match model {
            Model::Option(of, Some(inner)) if desc::is_wrapped(of) => array([self.place(inner)]),
            Model::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.place(part)).collect();
                array(parts)
            }
            Model::Any(inner) => {
                let desc = Form::write(|out| pack::text(out, &inner.desc()));
                array([desc, self.place(inner)])
            }
            Model::Record(shape, fields) => {
                let index = Form::of(Piece::Index(Rc::clone(shape)));
                if fields.is_empty() {
                    return index;
                }
                let fields: Vec<_> = fields.iter().map(|field| self.place(field)).collect();
                array([index].into_iter().chain(fields))
            }
            Model::Weak(target) => {
                let item = Form::write(|out| out.extend([0xc7, 0, 4]));
                let mark = target.map(|node| Form::of(Piece::Weak(node)));
                Form::default().followed_by(mark.into_iter().chain([item]))
            }
            scalar => scalar_form(scalar),
        }
    }

    /// The elements of a value that can be chunked.
    fn elements(&mut self, model: &Model) -> Option<(Holder, State, Vec<Element>)> {
        Some(match model {
            Model::Text(text) => {
                let character = |character: char| {
                    let form = Form::write(|out| out.extend(character.to_string().as_bytes()));
                    Element {
                        count: form.length() as u64,
                        ..Element::new(form)
                    }
                };
                (
                    Holder::Text,
                    State::Window,
                    text.chars().map(character).collect(),
                )
            }
            Model::Bytes(bytes) => {
                let byte = |&byte: &u8| Element::new(Form::write(|out| out.push(byte)));
                (
                    Holder::Binary,
                    State::Window,
                    bytes.iter().map(byte).collect(),
                )
            }
            Model::Sequence(of, elements) if of == "B" || desc::packed_width(of).is_some() => {
                let packed = elements
                    .iter()
                    .map(|element| Element::new(self.packed(element)));
                let state = if of == "B" {
                    State::Window
                } else {
                    State::Elements
                };
                (Holder::Binary, state, packed.collect())
            }
            Model::Sequence(_, elements) => {
                let placed = elements
                    .iter()
                    .map(|element| Element::new(self.place(element)));
                (Holder::Array, State::Elements, placed.collect())
            }
            Model::Set(_, elements) => {
                let placed = elements.iter().map(|element| {
                    let form = self.place(element);
                    Element {
                        key: Some(form.clone()),
                        ..Element::new(form)
                    }
                });
                (Holder::Array, State::Key, placed.collect())
            }
            Model::Map(_, _, entries) => {
                let placed = entries.iter().map(|(key, value)| {
                    let key = self.place(key);
                    let form = key.clone().followed_by([self.place(value)]);
                    Element {
                        key: Some(key),
                        ..Element::new(form)
                    }
                });
                (Holder::Map, State::Key, placed.collect())
            }
            _ => return None,
        })
    }

    /// A link to the top node of a value whose elements are more than the leaf maximum (section 7).
    fn chunked(&mut self, desc: &str, holder: Holder, state: State, elements: &[Element]) -> Form {
        let mut groups = Vec::new();
        for chunk in divide(elements, state, self.profile.leaf, 1) {
            let chunk = &elements[chunk];
            groups.push(self.group(desc, &hold(holder, chunk), chunk));
        }
        let state = if matches!(state, State::Key) {
            State::Key
        } else {
            State::Link
        };
        let desc = format!("%{desc}");
        while groups.len() > 2 && total(&groups) > self.profile.node.max {
            let mut above = Vec::new();
            for part in divide(&groups, state, self.profile.node, 2) {
                let part = &groups[part];
                above.push(self.group(&desc, &node(part), part));
            }
            groups = above;
        }
        let top = node(&groups);
        Form::link(self.block(&desc, &top), &top)
    }

    /// What a node says about a block below it: link, count and, for maps and sets, first key.
    fn group(&mut self, desc: &str, form: &Form, members: &[Element]) -> Element {
        let count = members.iter().map(|member| member.count).sum();
        // What is to be said about a key is said where it stands in its chunk.
        let key = members[0].key.as_ref().map(Form::unmarked);
        let count_form = Form::write(|out| pack::unsigned(out, count));
        let form = Form::link(self.block(desc, form), form)
            .followed_by([count_form])
            .followed_by(key.clone());
        Element { form, key, count }
    }

    /// Makes a block (section 1) with its own table (section 4).
    fn block(&mut self, desc: &str, form: &Form) -> Cid {
        self.block_with(desc, form, &Places::new())
    }

    /// Makes a block whose back references lead to these places.
    fn block_with(&mut self, desc: &str, form: &Form, places: &Places) -> Cid {
        let mut table = Vec::new();
        let mut value = Vec::new();
        for piece in &form.pieces {
            match piece {
                Piece::Bytes(bytes) => value.extend(bytes),
                Piece::Link(cid, _) => write_link(&mut value, cid),
                Piece::Back(node) => {
                    value.extend([0xc7, 5, 2]);
                    value.extend(places.get(node).copied().unwrap_or_default());
                }
                Piece::Hole => value.extend([0xc7, 0, 5]),
                Piece::Enter(_) | Piece::Leave | Piece::Same(_) | Piece::Weak(_) | Piece::Head => {}
                Piece::Index(shape) => {
                    let shape = shape_bytes(shape);
                    let known = table.iter().position(|known| *known == shape);
                    let index = known.unwrap_or_else(|| {
                        table.push(shape);
                        table.len() - 1
                    });
                    pack::unsigned(&mut value, index as u64);
                }
            }
        }
        let mut bytes = vec![self.profile.first_byte()];
        pack::text(&mut bytes, desc);
        pack::array_header(&mut bytes, table.len());
        bytes.extend(table.concat());
        bytes.extend(value);
        let cid = cid_of(&bytes);
        self.blocks.insert(cid, bytes);
        cid
    }
}

/// Whether a value of this kind is moved out when it is long (section 6).
fn is_cuttable(model: &Model) -> bool {
    match model {
        Model::Record(_, fields) => !fields.is_empty(),
        Model::Option(of, inner) => inner.is_some() && desc::is_wrapped(of),
        Model::Sequence(..)
        | Model::Map(..)
        | Model::Set(..)
        | Model::Tuple(_)
        | Model::Any(_)
        | Model::Text(_)
        | Model::Bytes(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
