//! This project's own sources as syntax trees, whose crate knows neither serde nor us: reducers.

use std::fs;
use std::path::Path;

use cideldill::adapter::Reducer;
use cideldill::{Debuggable, Error, Registration, Registry, Store, explain};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Attribute, Item};

use crate::Outcome;
use crate::report::{changes, put};

#[derive(Debuggable)]
struct Source {
    path: String,
    #[debuggable(as = "Vec<Reducer>")]
    attributes: Vec<Attribute>,
    #[debuggable(as = "Vec<Reducer>")]
    items: Vec<Item>,
}

/// Tokens as text, which the crate parses again.
fn registry() -> Result<Registry, Error> {
    let registry = Registry::new();
    registry.register(Registration::new(
        "syn::Item",
        |item: &Item| item.to_token_stream().to_string(),
        |text: String| syn::parse_str::<Item>(&text),
    ))?;
    registry.register(Registration::new(
        "syn::Attribute",
        |attribute: &Attribute| attribute.to_token_stream().to_string(),
        |text: String| -> Result<Attribute, Box<dyn std::error::Error + Send + Sync>> {
            let attributes = Attribute::parse_inner.parse_str(&text)?;
            Ok(attributes.into_iter().next().ok_or("no attribute")?)
        },
    ))?;
    Ok(registry)
}

fn read(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Outcome {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(root, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = syn::parse_file(&fs::read_to_string(&path)?)?;
            sources.push(Source {
                path: path.strip_prefix(root)?.to_string_lossy().into_owned(),
                attributes: file.attrs,
                items: file.items,
            });
        }
    }
    Ok(())
}

pub(crate) fn run() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cideldill/src");
    let mut sources = Vec::new();
    read(&folder, &folder, &mut sources)?;
    let refused = explain(&sources);
    println!(
        "  without reducers {} parts are refused, first",
        refused.len()
    );
    if let Some(first) = refused.first() {
        println!("    {first}");
    }
    registry()?.enter(|| record(&mut sources))
}

fn record(sources: &mut [Source]) -> Outcome {
    let store = Store::in_memory();
    let count: usize = sources.iter().map(|source| source.items.len()).sum();
    let step = format!("{} files, {count} items", sources.len());
    let before = put(&store, &step, &&*sources)?;
    let again: Vec<Source> = store.load(before)?;
    let pairs = sources.iter().zip(&again);
    let equal = pairs
        .flat_map(|(a, b)| a.items.iter().zip(&b.items))
        .filter(|(a, b)| a == b)
        .count();
    println!("  loaded: {equal} of {count} items are equal trees");
    let function = sources.iter_mut().flat_map(|source| &mut source.items);
    let function = function.filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    });
    let changed = function.last().ok_or("no function")?;
    changed
        .block
        .stmts
        .insert(0, syn::parse_quote!(let unused = 1;));
    let name = format!("a line more in fn {}", changed.sig.ident);
    let after = put(&store, &name, &&*sources)?;
    changes(&store, before, after)?;
    Ok(())
}
