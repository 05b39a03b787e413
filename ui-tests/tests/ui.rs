//! Each file of `fail/` gives its message, each of `pass/` compiles.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/*/*.rs");
    cases.pass("pass/*.rs");
}

/// What stands only in generated code means nothing to the user who reads the message.
#[test]
fn messages_show_no_private_names() {
    let messages = messages(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(messages.len() > 30, "the messages are where they should be");
    for file in messages {
        let text = fs::read_to_string(&file).unwrap();
        for private in ["__private", "_cideldill", "SHAPES", "STRATEGY"] {
            assert!(!text.contains(private), "{}: {private}", file.display());
        }
    }
}

fn messages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for family in fs::read_dir(folder.join("fail")).unwrap() {
        for file in fs::read_dir(family.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            if file
                .extension()
                .is_some_and(|extension| extension == "stderr")
            {
                found.push(file);
            }
        }
    }
    found
}
