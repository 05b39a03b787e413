//! `cideldill fsck` and `cideldill gc`

use std::time::Duration;

use cideldill::Cid;
use cideldill::housekeeping::{self, Fsck, FsckReport, Gc, GcReport};
use serde_json::{Value as Json, json};

use crate::args::{Args, Word, one, unknown_option};
use crate::error::{Failure, Outcome};
use crate::output::{Output, bytes, printed};
use crate::stores::{open, resolve};

pub(crate) fn fsck(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut options = Fsck::default();
    let values = args.flags_and_values(|name| {
        let is_repair = name == "repair";
        options.repair |= is_repair;
        options.drop_unsound |= is_repair;
        is_repair
    })?;
    let [] = one(values, "options only")?;
    let store = open(&args.store()?)?;
    let report = housekeeping::fsck(store.blocks(), &options, &mut |now| output.progress(now))?;
    output.end_progress();
    if args.is_json {
        output.line(fsck_json(&report))?;
    } else {
        say_fsck(&report, output)?;
    }
    Ok(if report.is_whole() {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

fn say_fsck(report: &FsckReport, output: &mut Output) -> Result<(), Failure> {
    for damage in &report.damage {
        output.line(printed(&damage.to_string()))?;
    }
    let FsckReport {
        checked,
        links,
        refs,
        values,
        repaired,
        ..
    } = report;
    output.line(format_args!(
        "{} blocks ({}), {links} links, {refs} names and {values} values checked: {}",
        checked.blocks,
        bytes(checked.bytes),
        match report.damage.len() {
            0 => "all whole".to_owned(),
            n => format!("{n} damaged"),
        }
    ))?;
    if repaired.statistics {
        output.line("the statistics were corrected")?;
    }
    for cid in &repaired.dropped {
        output.line(format_args!("taken out, to be stored again: {cid}"))?;
    }
    for cid in &repaired.incomplete {
        output.line(format_args!("now links to what was taken out: {cid}"))?;
    }
    Ok(())
}

fn fsck_json(report: &FsckReport) -> Json {
    let cids = |cids: &[Cid]| -> Vec<String> { cids.iter().map(ToString::to_string).collect() };
    let damage: Vec<String> = report.damage.iter().map(ToString::to_string).collect();
    json!({
        "is_whole": report.is_whole(),
        "epoch": report.epoch.to_string(),
        "blocks": report.checked.blocks,
        "bytes": report.checked.bytes,
        "links": report.links,
        "refs": report.refs,
        "values": report.values,
        "damage": damage,
        "repaired": {
            "statistics": report.repaired.statistics,
            "dropped": cids(&report.repaired.dropped),
            "incomplete": cids(&report.repaired.incomplete),
        },
    })
}

pub(crate) fn gc(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut options = Gc::default();
    let mut keep = Vec::new();
    while let Some(word) = args.next()? {
        match word {
            Word::Option(name) if name == "keep" => keep.push(args.value()?),
            Word::Option(name) if name == "grace" => options.grace = duration(&args.value()?)?,
            Word::Option(name) if name == "remove" => options.is_dry_run = false,
            Word::Option(name) => return Err(unknown_option(&name)),
            Word::Value(_) => return Err(Failure::usage("`gc` takes options only")),
        }
    }
    let store = open(&args.store()?)?;
    let roots = keep.iter().map(|text| resolve(&store, text.as_ref()));
    options.roots = roots.collect::<Result<_, _>>()?;
    let report = housekeeping::gc(store.blocks(), &options, &mut |now| output.progress(now))?;
    output.end_progress();
    if args.is_json {
        output.line(gc_json(&report, options.is_dry_run))?;
        return Ok(Outcome::Done);
    }
    for (what, stats) in [
        ("named", report.kept),
        ("young", report.young),
        ("garbage", report.garbage),
        ("removed", report.removed),
    ] {
        let blocks = stats.blocks;
        output.line(format_args!(
            "{what:8} {blocks:>12} blocks {:>12}",
            bytes(stats.bytes)
        ))?;
    }
    if report.spared > 0 {
        output.line(format_args!(
            "{} blocks were used meanwhile, and stayed",
            report.spared
        ))?;
    }
    if options.is_dry_run && report.garbage.blocks > 0 {
        output.note("nothing was taken out: say `--remove`");
    }
    Ok(Outcome::Done)
}

fn gc_json(report: &GcReport, is_dry_run: bool) -> Json {
    let stats = |stats: cideldill::Stats| json!({"blocks": stats.blocks, "bytes": stats.bytes});
    json!({
        "is_dry_run": is_dry_run,
        "kept": stats(report.kept),
        "young": stats(report.young),
        "garbage": stats(report.garbage),
        "removed": stats(report.removed),
        "spared": report.spared,
    })
}

/// `90s`, `15m`, `24h`, `7d`
fn duration(text: &str) -> Result<Duration, Failure> {
    let seconds = || -> Option<u64> {
        let at = text.len().checked_sub(1)?;
        let (number, unit) = text.split_at_checked(at)?;
        let unit: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit)
    };
    let message = || {
        Failure::usage(format!(
            "`{text}` is not a time such as 90s, 15m, 24h or 7d"
        ))
    };
    seconds().map(Duration::from_secs).ok_or_else(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("90s").unwrap(), Duration::from_secs(90));
        assert_eq!(duration("7d").unwrap(), Duration::from_secs(604_800));
        for wrong in [
            "",
            "7",
            "d",
            "-1s",
            "1.5h",
            "1\u{e9}",
            "99999999999999999999s",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
