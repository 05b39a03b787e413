//! Pointers, cells and the blocks of cycles (sections 14.1 and 14.2).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::form::{Form, Piece, scalar_form, write_packed};
use super::{Cid, Encoder, Places};
use crate::model::Model;
use crate::profile::Profile;
use crate::shared::{self, Shared, Unencodable};

/// What is known about the nodes of a value while it is written.
pub(super) struct Pointers {
    nodes: Rc<[Model]>,
    /// The cycle each node is on.
    cycles: Vec<Option<usize>>,
    /// The forms of nodes met before that are on no cycle.
    met: BTreeMap<usize, Form>,
    /// Nodes on cycles whose items began, and those whose items ended.
    begun: BTreeSet<usize>,
    ended: BTreeSet<usize>,
    /// Cycles whose blocks are made.
    done: BTreeMap<usize, Done>,
    /// Cycles whose blocks are being made, each inside the one before, and the contents of cells
    /// that each left out.
    open: Vec<(usize, VecDeque<Model>)>,
    inside: Inside,
    /// What made the value impossible to write; what is written after is of no use.
    pub(super) failed: Option<Unencodable>,
}

/// A finished cycle.
struct Done {
    head: usize,
    block: Cid,
    places: Places,
}

/// What stands around the value that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// The innermost node is on no cycle, or there is none.
    Content,
    /// The innermost node is on this cycle.
    Node(usize),
    /// The same, and a cell of that node that was left out is in between.
    LeftOut,
}

impl Pointers {
    pub(super) fn new(shared: &Shared) -> Self {
        Self {
            nodes: shared.nodes.clone().into(),
            cycles: shared.cycles(),
            met: BTreeMap::new(),
            begun: BTreeSet::new(),
            ended: BTreeSet::new(),
            done: BTreeMap::new(),
            open: Vec::new(),
            inside: Inside::Content,
            failed: None,
        }
    }
}

/// A pointer that is met first.
fn around(node: usize, form: Form) -> Form {
    Form::of(Piece::Enter(node)).followed_by([form, Form::of(Piece::Leave)])
}

/// A pointer that was met before.
fn again(node: usize, form: Form) -> Form {
    Form::of(Piece::Same(node)).followed_by([form])
}

impl Encoder {
    /// A pointer as it stands in its place.
    pub(super) fn pointer(&mut self, node: usize) -> Form {
        let nodes = Rc::clone(&self.pointers.nodes);
        let cycle = self.pointers.cycles[node];
        if self.profile.number == Profile::WHOLE.number {
            if cycle.is_some() {
                return self.fail(Unencodable::CycleInWhole);
            }
            return self.place(&nodes[node]);
        }
        let Some(cycle) = cycle else {
            if let Some(form) = self.pointers.met.get(&node) {
                return again(node, form.clone());
            }
            let form = self.place_inside(Inside::Content, &nodes[node]);
            self.pointers.met.insert(node, form.unmarked());
            return around(node, form);
        };
        if self.pointers.open.iter().any(|(open, _)| *open == cycle) {
            if self.pointers.begun.insert(node) {
                let form = self.node(cycle, node);
                return around(node, form);
            }
            if !self.pointers.ended.contains(&node) {
                return self.fail(Unencodable::CycleWithoutCell);
            }
            return Form::of(Piece::Back(node));
        }
        match self.pointers.done.get(&cycle) {
            None => {
                let link = self.cycle(cycle, node);
                around(node, Form::of(Piece::Head).followed_by([link]))
            }
            Some(done) if done.head == node => again(node, Form::of(Piece::Link(done.block, None))),
            Some(done) => {
                let part = Form::write(|out| {
                    out.extend([0xc7, 0x45, 3]);
                    out.extend(done.block);
                    out.extend(done.places.get(&node).copied().unwrap_or_default());
                });
                again(node, part)
            }
        }
    }

    /// The item of a node on this cycle, in the cycle's block.
    fn node(&mut self, cycle: usize, node: usize) -> Form {
        let nodes = Rc::clone(&self.pointers.nodes);
        let form = self.place_inside(Inside::Node(cycle), &nodes[node]);
        self.pointers.ended.insert(node);
        form
    }

    /// A link to the block of this cycle, which is entered at its head.
    fn cycle(&mut self, cycle: usize, head: usize) -> Form {
        self.pointers.open.push((cycle, VecDeque::new()));
        self.pointers.begun.insert(head);
        let mut form = self.node(cycle, head);
        while let Some(content) = self.next_left_out() {
            let content = self.place_inside(Inside::LeftOut, &content);
            form = form.followed_by([content]);
        }
        self.pointers.open.pop();
        let Some(places) = places(head, &form) else {
            return self.fail(Unencodable::FarPlace);
        };
        let desc = format!("~{}", self.pointers.nodes[head].desc());
        let block = self.block_with(&desc, &form, &places);
        let link = Form::link(block, &form);
        let done = Done {
            head,
            block,
            places,
        };
        self.pointers.done.insert(cycle, done);
        link
    }

    fn next_left_out(&mut self) -> Option<Model> {
        self.pointers.open.last_mut()?.1.pop_front()
    }

    /// A cell as it stands in its place: its content, or a hole.
    pub(super) fn cell(&mut self, content: &Model) -> Form {
        if let Inside::Node(cycle) = self.pointers.inside {
            let mut leads_to = shared::pointers(content).into_iter();
            let leads_back = leads_to.any(|node| self.pointers.cycles[node] == Some(cycle));
            if let (true, Some((_, left_out))) = (leads_back, self.pointers.open.last_mut()) {
                left_out.push_back(content.clone());
                return Form::of(Piece::Hole);
            }
        }
        self.place(content)
    }

    fn place_inside(&mut self, inside: Inside, model: &Model) -> Form {
        let outer = std::mem::replace(&mut self.pointers.inside, inside);
        let form = self.place(model);
        self.pointers.inside = outer;
        form
    }

    fn fail(&mut self, failed: Unencodable) -> Form {
        self.pointers.failed.get_or_insert(failed);
        Form::default()
    }

    /// An element of a packed sequence or of a byte string, with the pointers to it.
    pub(super) fn packed(&mut self, element: &Model) -> Form {
        match element {
            Model::Cell(content) => self.packed(content),
            Model::Pointer(node, _) => {
                let nodes = Rc::clone(&self.pointers.nodes);
                if self.profile.number == Profile::WHOLE.number {
                    return self.packed(&nodes[*node]);
                }
                if self.pointers.met.contains_key(node) {
                    return again(*node, self.packed(&nodes[*node]).unmarked());
                }
                let form = self.packed(&nodes[*node]);
                let alone = scalar_form(self.scalar(&nodes, *node));
                self.pointers.met.insert(*node, alone);
                around(*node, form)
            }
            number => Form::write(|out| write_packed(out, number)),
        }
    }

    /// The number that pointers and cells lead to.
    #[allow(clippy::unused_self, reason = "reads like its neighbours")]
    fn scalar<'a>(&self, nodes: &'a [Model], node: usize) -> &'a Model {
        let mut model = &nodes[node];
        loop {
            model = match model {
                Model::Pointer(node, _) => &nodes[*node],
                Model::Cell(content) => content,
                number => return number,
            };
        }
    }
}

/// The places of the nodes of a cycle in the form of its block, if they can be written.
fn places(head: usize, form: &Form) -> Option<Places> {
    let mut starts = BTreeMap::from([(head, (0_usize, 0_usize))]);
    // The head is open all the time, which is of no matter after its first byte.
    let mut open = vec![0];
    let mut at = 0;
    for piece in &form.pieces {
        match piece {
            Piece::Enter(node) => {
                let level = open.iter().filter(|&&start| start == at).count();
                starts.insert(*node, (at, level));
                open.push(at);
            }
            Piece::Leave => {
                open.pop();
            }
            _ => {}
        }
        at += piece.length();
    }
    let back = form.pieces.iter().filter_map(|piece| match piece {
        Piece::Back(node) => Some(node),
        _ => None,
    });
    let mut needed: BTreeSet<_> = back.collect();
    needed.insert(&head);
    let mut places = Places::new();
    for (node, (offset, level)) in &starts {
        match (u32::try_from(*offset), u8::try_from(*level)) {
            (Ok(offset), Ok(level)) => {
                let [a, b, c, d] = offset.to_be_bytes();
                places.insert(*node, [a, b, c, d, level]);
            }
            _ if needed.contains(node) => return None,
            _ => {}
        }
    }
    Some(places)
}
