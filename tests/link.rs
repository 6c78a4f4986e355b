//! Systems and what `ingest` and `link` make of them: `tests/link/**/*.txt`, one file for each case.
//!
//!     === system.kdl
//!     the manifest
//!     === a.wat                     its modules; a `.wasm` file is written in hexadecimal, `;` starts a comment
//!     === expected
//!     the diagnostics for people, without colour, 100 columns; then, without errors, the system
//!
//! Files below `right/` must have no diagnostics, and those below `wrong/` an error. `BLESS=1` writes what is found.

use compose::diag::render::{Format, Look, render};
use compose::diag::{Diagnostics, codes};
use compose::source::Sources;
use compose::{board, dump, flatten, ingest, link, manifest};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let root = root();
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut trials: Vec<Trial> = files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(&root).expect("below the root").with_extension("");
            Trial::test(name.display().to_string().replace('\\', "/"), move || case(&file))
        })
        .collect();
    trials.push(Trial::test("every-code-has-a-case", every_code_has_a_case));
    libtest_mimic::run(&arguments, trials).exit();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/link")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of cases").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "txt") {
            files.push(entry);
        }
    }
}

fn case(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("=== "), sections.last_mut()) {
            (Some(name), _) => sections.push((name.trim(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => return Err("a case starts with `=== system.kdl`".into()),
        }
    }
    let section = |name: &str| sections.iter().find(|(n, _)| *n == name).map(|(_, body)| body.as_str());
    let input = section("system.kdl").ok_or("no `=== system.kdl`")?;

    let folder = tempfile::tempdir()?;
    for (name, body) in sections.iter().filter(|(name, _)| *name != "system.kdl" && *name != "expected") {
        let bytes = if name.ends_with(".wasm") { hexadecimal(body)? } else { body.clone().into_bytes() };
        fs::write(folder.path().join(name), bytes)?;
    }
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", folder.path(), input);
    let mut found = Diagnostics::new();
    let mut system = String::new();
    let manifest = found.take(manifest::read(&sources, id)).ok_or("no manifest")?;
    let board = found.take(board::load(&mut sources, &manifest)).ok_or("no board")?;
    if found.has_errors() {
        return Err("cases of the manifest alone belong to `tests/manifest`".into());
    }
    if let Some(inputs) = found.take(ingest::read(&sources, &manifest, &board))
        && let Some(flat) = found.take(flatten::flatten(&manifest, inputs))
        && let Some(linked) = found.take(link::resolve(&flat, &board))
    {
        system = dump::system(&linked);
    }
    if found.has_errors() != system.is_empty() {
        return Err("a system comes out exactly if there is no error".into());
    }
    let actual = render(&found, &sources, Format::Human, Look { color: false, width: 100 }) + &system;

    let folder = file.parent().ok_or("no folder")?;
    if folder.ends_with("right") && !found.list.is_empty() || folder.ends_with("wrong") && !found.has_errors() {
        return Err(format!("this does not belong here:\n{actual}").into());
    }
    if found.list.iter().any(|diagnostic| diagnostic.help.is_none() || diagnostic.labels.is_empty()) {
        return Err(format!("without help or without a place:\n{actual}").into());
    }
    if section("expected") == Some(actual.as_str()) {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        let inputs = text.split("=== expected").next().unwrap_or_default();
        fs::write(file, format!("{inputs}=== expected\n{actual}"))?;
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(section("expected").unwrap_or_default(), actual.as_str());
    Err(format!("BLESS=1 accepts this:\n{}", diff.unified_diff().header("expected", "actual")).into())
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, Failed> {
    let code = text.lines().map(|line| line.split(';').next().unwrap_or_default());
    let bytes = code.flat_map(str::split_whitespace).map(|byte| u8::from_str_radix(byte, 16));
    Ok(bytes.collect::<Result<_, _>>()?)
}

/// Each code of these stages is shown by a case, so that no message goes unread.
fn every_code_has_a_case() -> Result<(), Failed> {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let missing: Vec<&str> = [codes::ingest::ALL, codes::link::ALL]
        .into_iter()
        .flatten()
        .map(|code| code.id)
        .filter(|id| !texts.iter().any(|text| text.contains(&format!("[{id}]"))))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case shows {missing:?}").into()) }
}
