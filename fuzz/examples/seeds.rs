//! Writes seeds for the fuzz targets from tests/vectors: `cargo run --example seeds` in fuzz/.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use cideldill::transport::{BodyForm, Offer, Offered, write_frame};
use cideldill::{Block, Cid, encode_with, links};
use cideldill_fuzz::Graph;
use cideldill_fuzz::types::Node;
use cideldill_reference::notation;
use cideldill_reference::profile::Profile;
use cideldill_reference::reference::{encode, encode_shared};
use serde_json::Value as Json;

const VECTORS: [&str; 7] = [
    "scalars",
    "containers",
    "keys",
    "records",
    "std",
    "cut",
    "chunks",
];

/// Longer ones only slow the fuzzer down.
const MAX_BYTES: usize = 4096;

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| -> io::Result<Vec<Json>> {
        let text = fs::read(
            here.join("../tests/vectors")
                .join(name)
                .with_extension("json"),
        )?;
        Ok(serde_json::from_slice(&text)?)
    };
    let mut seeds = Seeds::new(here.join("corpus"))?;
    for entry in read("refused")? {
        let blocks = entry["blocks"].as_array().into_iter().flatten();
        let mut blocks: Vec<Vec<u8>> = blocks.filter_map(Json::as_str).map(notation::hex).collect();
        // The root stands first there.
        blocks.reverse();
        seeds.write(&blocks)?;
    }
    for name in VECTORS {
        for entry in read(name)? {
            // The notation for long values is short; what it stands for may be megabytes.
            if entry["block"].is_object() && entry.get("profile").is_none() {
                continue;
            }
            let model = notation::model(&entry["value"]);
            for profile in Profile::ALL {
                if let Ok((root, blocks)) = encode(&model, profile) {
                    seeds.write(&leaves_first(&root, &blocks))?;
                }
            }
        }
    }
    seeds.graphs(&read("identity")?)?;
    let cid = Cid::of(b"").to_string();
    let texts = [
        cid.as_str(),
        &cid[..32],
        ".lines[3].price",
        ".a[\"x y\"][(1, 'c')].[\"odd\\n\"]",
    ];
    for text in texts {
        seeds.put("cid_parse", text.as_bytes())?;
    }
    seeds.put("store_model", &(0..=255).collect::<Vec<u8>>())
}

/// The blocks below a root in an order in which each links only to earlier ones.
fn leaves_first(root: &[u8; 64], blocks: &BTreeMap<[u8; 64], Vec<u8>>) -> Vec<Vec<u8>> {
    let mut order: Vec<[u8; 64]> = Vec::new();
    let mut open = vec![(*root, false)];
    while let Some((cid, is_closed)) = open.pop() {
        if order.contains(&cid) {
            continue;
        }
        if is_closed {
            order.push(cid);
            continue;
        }
        open.push((cid, true));
        let below = links(&blocks[&cid]).unwrap_or_default();
        open.extend(below.iter().map(|cid| (*cid.as_bytes(), false)));
    }
    order.iter().map(|cid| blocks[cid].clone()).collect()
}

struct Seeds {
    corpus: PathBuf,
}

impl Seeds {
    fn new(corpus: PathBuf) -> io::Result<Self> {
        for target in [
            "block_decode",
            "value_decode",
            "agreement",
            "links",
            "archive_import",
            "cid_parse",
            "store_model",
            "request_parse",
            "graph_decode",
        ] {
            fs::create_dir_all(corpus.join(target))?;
        }
        Ok(Self { corpus })
    }

    fn write(&mut self, blocks: &[Vec<u8>]) -> io::Result<()> {
        if let Some(graph) = Graph::write(blocks)
            && graph.len() <= MAX_BYTES
        {
            for target in [
                "value_decode",
                "agreement",
                "links",
                "archive_import",
                "graph_decode",
            ] {
                self.put(target, &graph)?;
            }
            // As an offer of a graph, whole and without its second block.
            self.put("request_parse", &[&[0xfe], graph.as_slice()].concat())?;
            self.put("request_parse", &[&[0x06], graph.as_slice()].concat())?;
        }
        self.write_requests(blocks)?;
        // Which type a block can be read as is for the fuzzer to find; the first choice is a guess.
        if let [block] = blocks
            && block.len() <= MAX_BYTES
        {
            let choice = block.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            self.put("block_decode", &[&[choice % 24], block.as_slice()].concat())?;
            self.put("links", block)?;
        }
        Ok(())
    }

    /// The same blocks as bodies of requests, and as a frame.
    fn write_requests(&self, blocks: &[Vec<u8>]) -> io::Result<()> {
        let blocks: Vec<Block> = blocks
            .iter()
            .map(|bytes| Block::new(bytes.clone()))
            .collect();
        let Some((root, rest)) = blocks.split_last() else {
            return Ok(());
        };
        let object = Offered {
            cid: root.cid(),
            data: Some(root.bytes().clone()),
            components: rest
                .iter()
                .map(|block| (block.cid(), block.bytes().clone()))
                .collect(),
        };
        let name = Offered::by_name(root.cid());
        for objects in [vec![object.clone()], vec![name.clone(), object], vec![name]] {
            let offer = Offer { objects };
            for (choice, form) in [(0, BodyForm::Json), (1, BodyForm::MessagePack)] {
                let body = offer.to_body(form);
                if body.len() < MAX_BYTES {
                    self.put("request_parse", &[&[choice], body.as_slice()].concat())?;
                }
            }
        }
        if let Ok(frame) = write_frame(blocks.iter().map(|block| &**block.bytes()))
            && frame.len() < MAX_BYTES
        {
            self.put("request_parse", &[&[3], frame.as_slice()].concat())?;
        }
        Ok(())
    }

    /// Values with pointers go to the targets that know them.
    fn graphs(&self, vectors: &[Json]) -> io::Result<()> {
        let mut encoded: Vec<_> = Vec::new();
        for entry in vectors {
            let value = notation::shared(&entry["value"]);
            for profile in Profile::ALL {
                if let Ok(shared) = encode_shared(&value, profile) {
                    encoded.push((shared.root, shared.blocks));
                }
            }
        }
        for nodes in Node::examples() {
            for profile in [cideldill::Profile::STANDARD, cideldill::Profile::SMALL] {
                if let Ok(nodes) = encode_with(&nodes, profile) {
                    let blocks = nodes.blocks();
                    let blocks =
                        blocks.map(|block| (*block.cid().as_bytes(), block.bytes().to_vec()));
                    encoded.push((*nodes.root().as_bytes(), blocks.collect()));
                }
            }
            Node::take_apart(nodes);
        }
        for (root, blocks) in encoded {
            if let Some(graph) = Graph::write(&leaves_first(&root, &blocks))
                && graph.len() <= MAX_BYTES
            {
                for target in ["graph_decode", "agreement", "archive_import"] {
                    self.put(target, &graph)?;
                }
            }
        }
        Ok(())
    }

    fn put(&self, target: &str, seed: &[u8]) -> io::Result<()> {
        fs::write(self.corpus.join(target).join(Cid::of(seed).short()), seed)
    }
}
