//! `cideldill recover`

use cideldill::{Cid, Recovered, Store};
use serde_json::{Value as Json, json};

use crate::args::{Args, one};
use crate::error::{Failure, Outcome};
use crate::output::{Output, bytes, printed};

pub(crate) fn recover(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let [] = one(args.flags_and_values(|_| false)?, "options only")?;
    let recovered = Store::recover(args.store()?)?;
    if args.is_json {
        output.line(recovered_json(&recovered))?;
    } else {
        say(&recovered, output)?;
    }
    let Recovered {
        lost,
        incomplete,
        lost_refs,
        damaged,
        ..
    } = &recovered;
    let is_whole = lost.is_empty() && incomplete.is_empty() && lost_refs.is_empty();
    Ok(if is_whole && *damaged == 0 && gone(&recovered) == 0 {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

/// How many blocks the store once held that not even a trace was found of.
fn gone(recovered: &Recovered) -> u64 {
    let held = recovered.held.map_or(0, |held| held.blocks);
    let found = recovered.saved.blocks + recovered.incomplete.len() as u64 + recovered.damaged;
    held.saturating_sub(found)
}

fn say(recovered: &Recovered, output: &mut Output) -> Result<(), Failure> {
    for cid in &recovered.lost {
        output.line(format_args!("lost: {cid}"))?;
    }
    for cid in &recovered.incomplete {
        output.line(format_args!("not saved, leads to what is lost: {cid}"))?;
    }
    for name in &recovered.lost_refs {
        let name = printed(name);
        output.line(format_args!("the name leads to what is lost: @{name}"))?;
    }
    if recovered.damaged > 0 {
        let damaged = recovered.damaged;
        output.line(format_args!("{damaged} blocks have damaged bytes"))?;
    }
    let gone = gone(recovered);
    if gone > 0 {
        output.line(format_args!("no trace of {gone} blocks that it held"))?;
    }
    output.line(format_args!(
        "{} blocks ({}) and {} names saved; the old files are in {}",
        recovered.saved.blocks,
        bytes(recovered.saved.bytes),
        recovered.saved_refs,
        recovered.moved_to.display()
    ))?;
    Ok(())
}

fn recovered_json(recovered: &Recovered) -> Json {
    let cids = |cids: &[Cid]| -> Vec<String> { cids.iter().map(ToString::to_string).collect() };
    json!({
        "blocks": recovered.saved.blocks,
        "bytes": recovered.saved.bytes,
        "refs": recovered.saved_refs,
        "lost": cids(&recovered.lost),
        "incomplete": cids(&recovered.incomplete),
        "lost_refs": recovered.lost_refs,
        "damaged": recovered.damaged,
        "gone": gone(recovered),
        "moved_to": recovered.moved_to.display().to_string(),
    })
}
