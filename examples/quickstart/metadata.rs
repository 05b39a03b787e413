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
pub struct Metadata {
    pub packages: Vec<Package>,
    pub workspace_members: Vec<String>,
    pub resolve: Resolve,
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub id: String,
    pub license: Option<String>,
    pub description: Option<String>,
    pub source: Option<String>,
    pub dependencies: Vec<Dependency>,
    pub targets: Vec<Target>,
    pub features: BTreeMap<String, Vec<String>>,
    pub manifest_path: String,
    pub categories: Vec<String>,
    pub keywords: Vec<String>,
    pub repository: Option<String>,
    pub edition: String,
    pub links: Option<String>,
    pub rust_version: Option<String>,
    /// Whatever a package's author put there: kept through serde.
    #[debuggable(serde)]
    pub metadata: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Dependency {
    pub name: String,
    pub req: String,
    pub kind: Option<Kind>,
    pub rename: Option<String>,
    pub optional: bool,
    pub uses_default_features: bool,
    pub features: Vec<String>,
    pub target: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Dev,
    Build,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Target {
    pub name: String,
    pub kind: Vec<String>,
    pub src_path: String,
    pub edition: String,
    pub doc: bool,
    pub doctest: bool,
    pub test: bool,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Resolve {
    pub nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Node {
    pub id: String,
    pub dependencies: Vec<String>,
    pub features: Vec<String>,
}

impl Metadata {
    /// The recorded one.
    pub fn recorded() -> Result<Self, Box<dyn Error>> {
        Ok(serde_json::from_str(RECORDED)?)
    }

    /// That of the workspace this is run in.
    pub fn live() -> Result<Self, Box<dyn Error>> {
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
