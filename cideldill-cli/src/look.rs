//! `cideldill show`, `diff` and `stats`

use cideldill::housekeeping::{self, Survey};
use cideldill::{Change, Path, Stats};
use cideldill_server::render_json;
use serde_json::{Value as Json, json};

use crate::args::{Args, Word, one, unknown_option};
use crate::error::{Failure, Outcome};
use crate::output::{Output, bytes};
use crate::stores::{open, resolve};

/// How much of a value is shown.
struct Budget {
    depth: usize,
    items: usize,
    text: usize,
    bytes: usize,
}

pub(crate) fn show(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut budget = Budget {
        depth: 32,
        items: 100,
        text: 200,
        bytes: 64 << 10,
    };
    let mut values = Vec::new();
    let mut place: Option<Path> = None;
    while let Some(word) = args.next()? {
        match word {
            Word::Value(value) => values.push(value),
            Word::Option(name) => match name.as_str() {
                "depth" => budget.depth = args.number()?,
                "items" => budget.items = args.number()?,
                "text" => budget.text = args.number()?,
                "all" => {
                    budget = Budget {
                        depth: usize::MAX,
                        items: usize::MAX,
                        text: usize::MAX,
                        bytes: usize::MAX,
                    }
                }
                "path" => {
                    let text = args.value()?;
                    let path = text.parse();
                    let wrong = |error| Failure::usage(format!("`{text}`: {error}"));
                    place = Some(path.map_err(|error: cideldill::ParsePathError| wrong(error))?);
                }
                other => return Err(unknown_option(other)),
            },
        }
    }
    let [named] = one(values, "one CID or @name")?;
    let store = open(&args.store()?)?;
    let cid = resolve(&store, &named)?;
    if args.is_json {
        if place.is_some() {
            return Err(Failure::usage(
                "`--json` shows whole values: leave out `--path`",
            ));
        }
        output.line(render_json(&store, cid)?)?;
        return Ok(Outcome::Done);
    }
    let value = store.value(cid)?;
    let part = match &place {
        None => Some(&value),
        Some(path) => value.at(path),
    };
    let Some(part) = part else {
        let message = "the value has nothing at this place";
        return Err(Failure::NotFound(message.to_owned()));
    };
    let printer = part
        .display()
        .depth(budget.depth)
        .items(budget.items)
        .text(budget.text)
        .bytes(budget.bytes);
    output.line(printer)?;
    Ok(Outcome::Done)
}

pub(crate) fn diff(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut values = Vec::new();
    let mut max = 1_000;
    while let Some(word) = args.next()? {
        match word {
            Word::Value(value) => values.push(value),
            Word::Option(name) if name == "max" => max = args.number()?,
            Word::Option(name) => return Err(unknown_option(&name)),
        }
    }
    let [old, new] = one(values, "two CIDs or @names")?;
    let store = open(&args.store()?)?;
    let (old, new) = (resolve(&store, &old)?, resolve(&store, &new)?);
    let changes = store.differences(old, new)?;
    for change in changes.iter().take(max) {
        if args.is_json {
            output.line(change_json(change))?;
        } else {
            output.line(change)?;
        }
    }
    if changes.len() > max {
        output.note(format_args!("{} more changes", changes.len() - max));
    }
    Ok(if changes.is_empty() {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

fn change_json(change: &Change) -> Json {
    json!({"path": change.path.to_string(), "change": change.to_string()})
}

pub(crate) fn stats(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let [] = one(args.flags_and_values(|_| false)?, "options only")?;
    let store = open(&args.store()?)?;
    let survey = housekeeping::survey(store.blocks(), &mut |now| output.progress(now))?;
    output.end_progress();
    if args.is_json {
        let epoch = store.blocks().epoch().to_string();
        output.line(survey_json(&survey, &epoch))?;
        return Ok(Outcome::Done);
    }
    let mut row = |what: &str, stats: Stats| {
        let blocks = stats.blocks;
        output.line(format_args!(
            "{what:16} {blocks:>12} blocks {:>12}",
            bytes(stats.bytes)
        ))
    };
    row("all", survey.all)?;
    row("top level", survey.top_level)?;
    row("  without name", survey.unnamed)?;
    for (kind, stats) in &survey.by_kind {
        row(&kind.to_string(), *stats)?;
    }
    for class in &survey.by_size {
        row(&format!("up to {}", bytes(class.up_to)), class.stats)?;
    }
    output.line(format_args!(
        "{} links, {} names",
        survey.links, survey.refs
    ))?;
    Ok(Outcome::Done)
}

fn survey_json(survey: &Survey, epoch: &str) -> Json {
    let stats = |stats: &Stats| json!({"blocks": stats.blocks, "bytes": stats.bytes});
    let by_kind: serde_json::Map<String, Json> = survey
        .by_kind
        .iter()
        .map(|(kind, counted)| (kind.to_string(), stats(counted)))
        .collect();
    let by_size: Vec<Json> = survey
        .by_size
        .iter()
        .map(|class| json!({"up_to": class.up_to, "blocks": class.stats.blocks, "bytes": class.stats.bytes}))
        .collect();
    json!({
        "blocks": survey.all.blocks,
        "bytes": survey.all.bytes,
        "epoch": epoch,
        "top_level": stats(&survey.top_level),
        "unnamed": stats(&survey.unnamed),
        "by_kind": by_kind,
        "by_size": by_size,
        "links": survey.links,
        "refs": survey.refs,
    })
}
