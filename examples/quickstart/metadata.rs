//! What `cargo metadata` says of a workspace, as Rust types.
//!
//! The fields are those of its JSON; see the `cargo metadata` page of the Cargo book.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Command;

use cideldill::Debuggable;
use serde::{Deserialize, Serialize};

/// A recorded `cargo metadata --format-version 1` of this workspace, with places made relative.
const RECORDED: &str = include_str!("metadata.json");

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) resolve: Resolve,
    pub(crate) version: u32,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) id: String,
    pub(crate) license: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) manifest_path: String,
    pub(crate) categories: Vec<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) repository: Option<String>,
    pub(crate) edition: String,
    pub(crate) links: Option<String>,
    pub(crate) rust_version: Option<String>,
    /// Whatever a package's author put there: kept through serde.
    #[debuggable(serde)]
    pub(crate) metadata: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) rename: Option<String>,
    pub(crate) optional: bool,
    pub(crate) uses_default_features: bool,
    pub(crate) features: Vec<String>,
    pub(crate) target: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Dev,
    Build,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: String,
    pub(crate) edition: String,
    pub(crate) doc: bool,
    pub(crate) doctest: bool,
    pub(crate) test: bool,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) dependencies: Vec<String>,
    pub(crate) features: Vec<String>,
}

impl Metadata {
    /// The recorded one.
    pub(crate) fn recorded() -> Result<Self, Box<dyn Error>> {
        Ok(serde_json::from_str(RECORDED)?)
    }

    /// That of the workspace this is run in.
    pub(crate) fn live() -> Result<Self, Box<dyn Error>> {
        let output = Command::new("cargo")
            .args(["metadata", "--format-version", "1"])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let text = String::from_utf8(output.stdout)?;
        Ok(serde_json::from_str(&relative(&text)?)?)
    }
}

/// Makes places relative to the workspace and to the package sources, so that the values are the
/// same on every machine.
fn relative(text: &str) -> Result<String, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Places {
        workspace_root: String,
        packages: Vec<Place>,
    }
    #[derive(Deserialize)]
    struct Place {
        source: Option<String>,
        manifest_path: String,
        name: String,
        version: String,
    }
    let places: Places = serde_json::from_str(text)?;
    let mut text = text.replace(&places.workspace_root, ".");
    for place in places.packages {
        let Some(source) = place.source else { continue };
        let folder = format!("{}-{}/Cargo.toml", place.name, place.version);
        if let Some(root) = place.manifest_path.strip_suffix(&folder) {
            text = text.replace(root, "source/");
        }
        text = text.replace(&source, "source");
    }
    Ok(text)
}
