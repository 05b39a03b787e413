//! `cideldill export`, `import` and `copy`

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use cideldill::housekeeping::{self, Import, Selection};
use cideldill::{PutReport, Store};
use serde_json::json;

use crate::args::{Args, one};
use crate::error::{Failure, Outcome};
use crate::output::{Output, bytes, printed};
use crate::stores::{Named, named, open, open_or_make};

pub(crate) fn export(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let values = args.flags_and_values(|_| false)?;
    let Some((file, wanted)) = values.split_first() else {
        return Err(Failure::usage("expected a file"));
    };
    let store = open(&args.store()?)?;
    let selection = selection(&store, wanted)?;
    let blocks = store.blocks();
    if file == OsStr::new("-") {
        housekeeping::export(blocks, &selection, output.bytes(), &mut |_| {})?;
        return Ok(Outcome::Done);
    }
    let named = Path::new(file);
    let failed = |source| Failure::File {
        path: named.display().to_string(),
        source,
    };
    // Where a link leads to.
    let path = std::fs::canonicalize(named).unwrap_or_else(|_| named.into());
    let progress = &mut |now| output.progress(now);
    let mut write = |file: File| {
        let mut out = BufWriter::new(file);
        let exported = housekeeping::export(blocks, &selection, &mut out, progress)?;
        out.flush().map_err(failed)?;
        Ok::<_, Failure>((exported, out))
    };
    // A pipe or a device is written to; it is not replaced by a file.
    let written = if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        let file = File::options().write(true).open(&path).map_err(failed)?;
        write(file).map(|(exported, _)| exported)
    } else {
        // Half an archive is none: it gets its name when it is whole.
        let mut partial = path.clone().into_os_string();
        partial.push(format!(".{}.partial", std::process::id()));
        let file = File::create_new(&partial).map_err(failed)?;
        let whole = write(file).and_then(|(exported, out)| {
            out.get_ref().sync_all().map_err(failed)?;
            std::fs::rename(&partial, &path).map_err(failed)?;
            sync_directory_of(&path).map_err(failed)?;
            Ok(exported)
        });
        whole.inspect_err(|_| {
            let _ = std::fs::remove_file(&partial);
        })
    };
    output.end_progress();
    let exported = written?;
    if args.is_json {
        output.line(json!({
            "blocks": exported.blocks.blocks,
            "bytes": exported.blocks.bytes,
            "refs": exported.refs,
            "archive_bytes": exported.bytes,
        }))?;
    } else {
        output.line(format_args!(
            "{} blocks and {} names in {}: {}",
            exported.blocks.blocks,
            exported.refs,
            named.display(),
            bytes(exported.bytes)
        ))?;
    }
    Ok(Outcome::Done)
}

/// Makes the name of a file as durable as its content.
fn sync_directory_of(path: &Path) -> std::io::Result<()> {
    let directory = path.parent().filter(|above| !above.as_os_str().is_empty());
    #[cfg(unix)]
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

pub(crate) fn import(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut options = Import::default();
    let values = args.flags_and_values(|name| {
        options.refs &= name != "no-refs";
        name == "no-refs"
    })?;
    let [file] = one(values, "one file")?;
    let mut input: Box<dyn Read> = if file == OsStr::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let opened = File::open(&file).map_err(|source| Failure::File {
            path: file.display().to_string(),
            source,
        })?;
        Box::new(BufReader::new(opened))
    };
    let store = open_or_make(&args.store()?)?;
    let progress = &mut |now| output.progress(now);
    let imported = housekeeping::import(store.blocks(), &mut input, &options, progress)?;
    output.end_progress();
    let refs = imported.refs.iter();
    if args.is_json {
        let roots: Vec<String> = imported.roots.iter().map(ToString::to_string).collect();
        let refs: serde_json::Map<_, _> = refs
            .map(|(name, cid)| (name.clone(), cid.to_string().into()))
            .collect();
        let report = imported.report;
        output.line(json!({
            "blocks": report.blocks, "bytes": report.bytes,
            "new_blocks": report.new_blocks, "new_bytes": report.new_bytes,
            "roots": roots, "refs": refs,
        }))?;
        return Ok(Outcome::Done);
    }
    say_report(output, imported.report, imported.refs.len() as u64)?;
    for (name, cid) in refs {
        output.line(format_args!("@{} {cid}", printed(name)))?;
    }
    Ok(Outcome::Done)
}

pub(crate) fn copy(mut args: Args, output: &mut Output) -> Result<Outcome, Failure> {
    let mut is_redb = false;
    let values = args.flags_and_values(|name| {
        is_redb |= name == "redb";
        name == "redb"
    })?;
    let Some((to, wanted)) = values.split_first() else {
        return Err(Failure::usage("expected the path of the other store"));
    };
    let from = open(&args.store()?)?;
    let selection = selection(&from, wanted)?;
    let to = if is_redb {
        open_or_make_redb(Path::new(to))?
    } else {
        open_or_make(Path::new(to))?
    };
    let progress = &mut |now| output.progress(now);
    let copied = housekeeping::copy(from.blocks(), to.blocks(), &selection, progress)?;
    output.end_progress();
    if args.is_json {
        let report = copied.report;
        output.line(json!({
            "blocks": report.blocks, "bytes": report.bytes,
            "new_blocks": report.new_blocks, "new_bytes": report.new_bytes, "refs": copied.refs,
        }))?;
    } else {
        say_report(output, copied.report, copied.refs)?;
    }
    Ok(Outcome::Done)
}

#[cfg(feature = "redb")]
fn open_or_make_redb(path: &Path) -> Result<Store, Failure> {
    let is_new = std::fs::read_dir(path).map_or(true, |mut entries| entries.next().is_none());
    if !is_new {
        return open_or_make(path);
    }
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(|source| Failure::File {
            path: above.display().to_string(),
            source,
        })?;
    }
    Ok(Store::new(cideldill::RedbStore::open(path)?))
}

#[cfg(not(feature = "redb"))]
fn open_or_make_redb(_: &Path) -> Result<Store, Failure> {
    Err(Failure::usage("this program was built without redb"))
}

fn say_report(output: &mut Output, report: PutReport, refs: u64) -> Result<(), Failure> {
    output.line(format_args!(
        "{} blocks ({}), of which {} new ({}), and {refs} names",
        report.blocks,
        bytes(report.bytes),
        report.new_blocks,
        bytes(report.new_bytes)
    ))?;
    Ok(())
}

/// Everything, or what is named.
fn selection(store: &Store, wanted: &[OsString]) -> Result<Selection, Failure> {
    if wanted.is_empty() {
        return Ok(Selection::All);
    }
    let (mut names, mut roots) = (Vec::new(), Vec::new());
    for text in wanted {
        match named(store, text)? {
            Named::Ref(name) => names.push(name),
            Named::Cid(cid) => roots.push(cid),
        }
    }
    Ok(Selection::Part { names, roots })
}
