//! The transcript in docs/protocol.md is what is really said.

use cideldill::transport::{BodyForm, Handshake, Offer, RequestLimits, Sender, receive_body};
use cideldill::{BlockStore, MemoryStore};
use std::fmt::Write as _;
use std::sync::Mutex;

use crate::support::long_text;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");

/// A way that writes down what is said.
struct Recorder {
    store: Mutex<MemoryStore>,
    said: Mutex<String>,
}

impl Recorder {
    fn note(&self, heading: &str, body: &[u8]) {
        let body = std::str::from_utf8(body).unwrap();
        let mut said = self.said.lock().unwrap();
        writeln!(said, "{heading}\n{}", shortened(body)).unwrap();
    }

    fn note_text(&self, text: &str) {
        writeln!(self.said.lock().unwrap(), "{text}").unwrap();
    }
}

impl cideldill::transport::Transport for Recorder {
    fn handshake(&self) -> Result<Handshake, cideldill::transport::SendError> {
        let handshake = Handshake::of(&*self.store.lock().unwrap(), RequestLimits::default());
        self.note(
            "> GET /v1/handshake\n< 200",
            &handshake.to_body(BodyForm::Json),
        );
        Ok(handshake)
    }

    fn exchange(
        &self,
        offer: &Offer,
    ) -> Result<cideldill::transport::Answer, cideldill::transport::SendError> {
        let body = offer.to_body(BodyForm::Json);
        self.note("> POST /v1/objects", &body);
        let store = self.store.lock().unwrap();
        let answer = receive_body(&*store, BodyForm::Json, &body, &RequestLimits::default());
        let heading = format!("< {}", answer.status());
        self.note(&heading, &answer.to_body(BodyForm::Json));
        Ok(answer)
    }
}

/// Strings of more than 40 characters without a space are cut to twelve and two dots; an epoch, which
/// is random, becomes the word.
fn shortened(body: &str) -> String {
    let cut = |text: &str| match text.len() {
        32 if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => "<epoch>".to_owned(),
        41.. if !text.contains(' ') => format!("{}..", &text[..12]),
        _ => text.to_owned(),
    };
    let parts: Vec<String> = body.split('"').map(cut).collect();
    parts.join("\"")
}

fn recorded() -> String {
    let sender = Sender::new(Recorder {
        store: Mutex::default(),
        said: Mutex::default(),
    });
    let way = sender.transport();
    let value = vec![long_text(1_200), "short".to_owned(), long_text(1_200)];
    sender.send(&value).unwrap();
    way.note_text("\nThe same value again:\n");
    sender.send(&value).unwrap();
    way.note_text("\nA value that holds the text, after the server lost its store:\n");
    *way.store.lock().unwrap() = MemoryStore::new();
    sender.send(&(&value[0], 7)).unwrap();
    assert_eq!(way.store.lock().unwrap().stats().blocks, 2);
    way.said.lock().unwrap().trim().to_owned()
}

fn section() -> (String, String, String) {
    let text = std::fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = text.split_once("## 13. A transcript\n").unwrap();
    let (section, after) = rest.split_once("## 14. Why").unwrap();
    let before = format!("{before}## 13. A transcript\n");
    (before, section.to_owned(), format!("## 14. Why{after}"))
}

fn expected() -> String {
    format!(
        "\n`T` is the first 1,200 bytes of `0 1 2 3 ..`, all numbers with a space after each. The value \
         is the list `[T, \"short\", T]` of desc `[s`, the other one the tuple `(T, 7)` of desc \
         `(si)`. Long strings are cut to twelve characters and two dots here; `>` is the client, `<` the server.\n\n```\n{}\n```\n\n",
        recorded()
    )
}

#[test]
fn the_transcript_in_the_specification_is_what_is_said() {
    assert_eq!(section().1, expected());
}

#[test]
#[ignore = "writes docs/protocol.md: read the change before you commit it"]
fn regenerate() {
    let (before, _, after) = section();
    std::fs::write(DOCUMENT, format!("{before}{}{after}", expected())).unwrap();
}
