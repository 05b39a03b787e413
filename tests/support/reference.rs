//! The slow encoder: docs/format.md as a program.
//!
//! Everything is done in the order of the page and as plainly as possible. A value's form is a list
//! of pieces in which shapes and links still stand as themselves, so that its length (section 6)
//! and the bytes that are hashed for boundaries (section 7) are read off it directly, and the shape
//! table (section 4) is built by walking the pieces once a block is made of them. Each part is
//! encoded as if it were alone; what stands around it is never known, but for the cycle it is in
//! (section 14, in `pointers`). Marks among the pieces say where pointers stand; they have no bytes,
//! and the overlay (in `overlay`) is read off them in the end.

mod overlay;
mod pointers;

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use sha2::{Digest, Sha512};

use crate::model::{Bits, DuplicateKey, Model, Shape};
use crate::profile::{Bounds, Profile};
use crate::shared::{Shared, Unencodable};
use crate::{desc, pack};
use pointers::Pointers;

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

/// A piece of a form.
#[derive(Clone)]
enum Piece {
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
    fn is_mark(&self) -> bool {
        matches!(
            self,
            Self::Enter(_) | Self::Leave | Self::Same(_) | Self::Weak(_) | Self::Head
        )
    }

    /// A cut part counted as its link and an index as one.
    fn length(&self) -> usize {
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
struct Form {
    pieces: Vec<Piece>,
}

impl Form {
    /// Bytes that hold no index and no link.
    fn write(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::new();
        write(&mut bytes);
        Self {
            pieces: vec![Piece::Bytes(bytes)],
        }
    }

    fn of(piece: Piece) -> Self {
        let pieces = vec![piece];
        Self { pieces }
    }

    /// A link to the block with this form.
    fn link(cid: Cid, hidden: &Self) -> Self {
        let has_marks = |piece: &Piece| piece.is_mark() || matches!(piece, Piece::Link(_, Some(_)));
        let is_marked = hidden.pieces.iter().any(has_marks);
        Self::of(Piece::Link(cid, is_marked.then(|| Rc::new(hidden.clone()))))
    }

    /// The same bytes, without anything to say about identity.
    fn unmarked(&self) -> Self {
        let pieces = self.pieces.iter().filter(|piece| !piece.is_mark());
        let forms = pieces.map(|piece| match piece {
            Piece::Link(cid, _) => Self::of(Piece::Link(*cid, None)),
            piece => Self::of(piece.clone()),
        });
        Self::default().followed_by(forms)
    }

    /// Whether it stays where it is and in one piece, because a cycle's block holds on to it.
    fn is_kept(&self) -> bool {
        let holds = |piece: &Piece| matches!(piece, Piece::Back(_) | Piece::Hole);
        self.pieces.iter().any(holds)
    }

    fn followed_by(mut self, others: impl IntoIterator<Item = Self>) -> Self {
        for piece in others.into_iter().flat_map(|other| other.pieces) {
            match (self.pieces.last_mut(), piece) {
                (Some(Piece::Bytes(bytes)), Piece::Bytes(more)) => bytes.extend(more),
                (_, piece) => self.pieces.push(piece),
            }
        }
        self
    }

    /// Its bytes for the boundaries: each index as one byte 0, links with their digests.
    fn hashed(&self) -> Vec<u8> {
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
    fn length(&self) -> usize {
        self.pieces.iter().map(Piece::length).sum()
    }
}

/// Where nodes stand in their cycle's block (section 14.1).
type Places = BTreeMap<usize, [u8; 5]>;

fn write_link(out: &mut Vec<u8>, cid: &Cid) {
    out.extend([0xc7, 0x40, 0x01]);
    out.extend(cid);
}

/// How the elements of a value that can be chunked stand together.
#[derive(Clone, Copy)]
enum Holder {
    Text,
    /// Byte strings and packed sequences.
    Binary,
    /// Other sequences, and sets.
    Array,
    Map,
}

/// What the state of a boundary takes in (section 7, rule 2).
#[derive(Clone, Copy)]
enum State {
    /// Sequences: the last few elements.
    Elements,
    /// Maps and sets, leaves and nodes: the key, or the first key.
    Key,
    /// Strings and byte strings: the last 16 bytes.
    Window,
    /// Nodes of sequences, strings and byte strings: the link's digest.
    Link,
}

/// What chunks and nodes are made of: an element, a character, a byte, an entry, a group of a node.
#[derive(Clone)]
struct Element {
    form: Form,
    /// For elements of sets, entries of maps, and their groups.
    key: Option<Form>,
    /// One, but the bytes of a character, and what the chunks below hold together for a group.
    count: u64,
}

impl Element {
    fn new(form: Form) -> Self {
        Self {
            form,
            key: None,
            count: 1,
        }
    }
}

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

fn array(parts: impl IntoIterator<Item = Form>) -> Form {
    let parts: Vec<_> = parts.into_iter().collect();
    Form::write(|out| pack::array_header(out, parts.len())).followed_by(parts)
}

fn scalar_form(model: &Model) -> Form {
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
fn write_packed(out: &mut Vec<u8>, model: &Model) {
    match model {
        Model::Unsigned(bits, number) => out.extend(&number.to_le_bytes()[..bytes_in(*bits)]),
        Model::Signed(bits, number) => out.extend(&number.to_le_bytes()[..bytes_in(*bits)]),
        Model::F32(bits) => out.extend(bits.to_le_bytes()),
        Model::F64(bits) => out.extend(bits.to_le_bytes()),
        _ => unreachable!("only numbers are packed"),
    }
}

const fn bytes_in(bits: Bits) -> usize {
    bits.count() as usize / 8
}

fn shape_bytes(shape: &Shape) -> Vec<u8> {
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

/// The length of elements without the header before them.
fn total(elements: &[Element]) -> usize {
    elements.iter().map(|element| element.form.length()).sum()
}

/// Elements with the header they have together.
fn hold(holder: Holder, elements: &[Element]) -> Form {
    let header = Form::write(|out| match holder {
        Holder::Text => pack::text_header(out, total(elements)),
        Holder::Binary => pack::bytes_header(out, total(elements)),
        Holder::Array => pack::array_header(out, elements.len()),
        Holder::Map => pack::map_header(out, elements.len()),
    });
    header.followed_by(elements.iter().map(|element| element.form.clone()))
}

/// The list of groups as one array.
fn node(groups: &[Element]) -> Form {
    let parts = groups
        .iter()
        .map(|group| if group.key.is_some() { 3 } else { 2 })
        .sum();
    let groups = groups.iter().map(|group| group.form.clone());
    Form::write(|out| pack::array_header(out, parts)).followed_by(groups)
}

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
const K2: u64 = 0xbb67_ae85_84ca_a73b;
const K3: u64 = 0xa54f_f53a_5f1d_36f1;

/// The low and the high half of the product, one over the other.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let low = product & u128::from(u64::MAX);
    let high = product >> 64;
    u64::try_from(low ^ high).expect("both halves have 64 bits")
}

fn le64(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("8 bytes"))
}

fn h(bytes: &[u8]) -> u64 {
    let mut a = bytes.len() as u64 ^ K0;
    let mut b = K2;
    if bytes.len() > 16 {
        let mut take = |x: &[u8], y: &[u8]| {
            a = fold(le64(&x[..8]) ^ a, le64(&x[8..]) ^ K1);
            b = fold(le64(&y[..8]) ^ b, le64(&y[8..]) ^ K3);
        };
        let mut left = bytes;
        while left.len() > 32 {
            take(&left[..16], &left[16..32]);
            left = &left[32..];
        }
        let last = &bytes[bytes.len() - bytes.len().min(32)..];
        take(&last[..16], &last[last.len() - 16..]);
    } else if !bytes.is_empty() {
        let mut x = [0; 16];
        x[..bytes.len()].copy_from_slice(bytes);
        a = fold(le64(&x[..8]) ^ a, le64(&x[8..]) ^ K1);
    }
    fold(a, b)
}

/// The three rules by which a list of elements is divided. A part does not end while it has fewer
/// than `least` of them, which is 1 for chunks and 2 for the parts of node lists.
fn divide(elements: &[Element], state: State, bounds: Bounds, least: usize) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < elements.len() {
        let end = start + end_of_chunk(&elements[start..], state, bounds, least);
        chunks.push(start..end);
        start = end;
    }
    chunks
}

/// How many of these elements make the next chunk.
fn end_of_chunk(elements: &[Element], state: State, bounds: Bounds, least: usize) -> usize {
    let mut s = 0;
    let mut g = 0_u64;
    let mut window = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        let n = element.form.length();
        // Rule 1.
        if i >= least && s + n > bounds.max {
            return i;
        }
        s += n;
        // Rule 2.
        let folded = match (state, &element.key, element.form.pieces.first()) {
            (State::Elements, ..) => {
                g = (g << n.clamp(4, 16)).wrapping_add(h(&element.form.hashed()));
                Some(fold(g, K1))
            }
            (State::Key, Some(key), _) => Some(fold(h(&key.hashed()), K1)),
            (State::Link, _, Some(Piece::Link(cid, _))) => Some(fold(le64(&cid[..8]), K1)),
            (State::Window, ..) => {
                window.extend(element.form.hashed());
                let w = window.len().checked_sub(16).map(|from| &window[from..]);
                w.map(|w| fold(le64(&w[..8]) ^ K0, le64(&w[8..]) ^ K1))
            }
            _ => unreachable!("maps and sets have keys, groups start with links"),
        };
        // Rule 3.
        if let Some(folded) = folded
            && i + 1 >= least
            && s >= bounds.min
            && (folded >> 32) * (bounds.average as u64) < (n as u64) << 32
        {
            return i + 1;
        }
    }
    elements.len()
}

#[cfg(test)]
mod tests;
