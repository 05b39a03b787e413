//! Whether a test function exists, and whether anything runs it.

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A test that `cargo test` runs, or a benchmark that `cargo bench` runs.
    Run,
    /// A test that is only run when asked for.
    Ignored,
    /// Neither, and why.
    No(&'static str),
}

/// Looks a function up in the source of a file. `read` reads other files of the workspace.
pub(crate) fn find(
    path: &str,
    source: &str,
    function: &str,
    read: &dyn Fn(&str) -> String,
) -> Found {
    if !is_compiled(path, read) {
        return Found::No("is in a file that no crate has as a module");
    }
    let lines: Vec<&str> = source.lines().collect();
    let declared = lines.iter().position(|line| declares(line, function));
    let Some(at) = declared else {
        // A table of a macro that writes one test a line: `name: "what";`.
        let in_table = lines
            .iter()
            .any(|line| line.trim().starts_with(&format!("{function}: \"")));
        return if in_table && source.contains("#[test] fn $test()") {
            Found::Run
        } else {
            Found::No("does not exist")
        };
    };
    let attributes: Vec<&str> = lines[..at]
        .iter()
        .rev()
        .map(|line| line.trim())
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .collect();
    if attributes.iter().any(|line| line.starts_with("#[ignore")) {
        return Found::Ignored;
    }
    let is_listed = |list: &str| list.split([' ', ',', '\n']).any(|word| word == function);
    let is_run = if path.starts_with("benches/") {
        let targets = source.lines().find(|line| line.contains("targets = "));
        targets.is_some_and(is_listed)
    } else if path.starts_with("tests/store/") && !attributes.contains(&"#[test]") {
        // Macros run the functions on every backend, or on every one with a disk.
        is_listed(&read("tests/store/main.rs"))
    } else {
        attributes.contains(&"#[test]")
    };
    if is_run {
        Found::Run
    } else {
        Found::No("is not run by anything")
    }
}

fn declares(line: &str, function: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let name = line
        .strip_prefix("fn ")
        .map(|rest| rest.trim_start_matches("r#"));
    let rest = name.and_then(|name| name.strip_prefix(function));
    rest.is_some_and(|rest| rest.starts_with('('))
}

/// Whether the file is a module of a test crate. Files of other folders are taken for one: what
/// cargo finds by itself, and library code, is compiled.
fn is_compiled(path: &str, read: &dyn Fn(&str) -> String) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let ["tests", suite, file] = parts[..] else {
        return true;
    };
    if matches!(suite, "support" | "rename") {
        return true;
    }
    let manifest = read("tests/Cargo.toml");
    if manifest.contains(&format!("path = \"{suite}/{file}\"")) {
        return true;
    }
    let module = file.trim_end_matches(".rs");
    manifest.contains(&format!("path = \"{suite}/main.rs\""))
        && read(&format!("tests/{suite}/main.rs"))
            .lines()
            .any(|line| line.trim() == format!("mod {module};"))
}

#[cfg(test)]
mod tests {
    use super::{Found, find};

    const SOURCE: &str = "
#[test]
/// What it shows.
fn shown() {}

fn helper() {}

#[test]
#[ignore = \"a soak\"]
fn soak() {}

#[test]
fn r#enum() {}
";

    fn look(path: &str, function: &str) -> Found {
        let read = |file: &str| match file {
            "tests/Cargo.toml" => "path = \"suite/main.rs\"".to_owned(),
            "tests/suite/main.rs" => "mod module;\n".to_owned(),
            _ => String::new(),
        };
        find(path, SOURCE, function, &read)
    }

    #[test]
    fn only_what_is_run_is_found() {
        let path = "tests/suite/module.rs";
        assert_eq!(look(path, "shown"), Found::Run);
        assert_eq!(look(path, "enum"), Found::Run);
        assert_eq!(look(path, "soak"), Found::Ignored);
        assert!(matches!(look(path, "helper"), Found::No(_)));
        assert!(matches!(look(path, "show"), Found::No(_)));
        assert!(matches!(
            look("tests/suite/forgotten.rs", "shown"),
            Found::No(_)
        ));
    }
}
