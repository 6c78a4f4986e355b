//! Manifests and what is said about them: `tests/manifest/*.txt`, one file for each case.
//!
//!     === system.kdl
//!     the manifest
//!     === boards/mine.kdl           any further files
//!     === expected
//!     the diagnostics for people, without colour, 100 columns; nothing for a right manifest
//!
//! Files below `right/` must have no diagnostics, the others must have an error. `BLESS=1` writes what is found.

use arbitrary::Unstructured;
use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::source::Sources;
use compose::{board, manifest};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest");
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
    trials.push(Trial::test("not-utf8", not_utf8));
    trials.push(Trial::test("mutants", mutants));
    trials.push(Trial::test("every-code-has-a-case", every_code_has_a_case));
    libtest_mimic::run(&arguments, trials).exit();
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of cases").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|e| e == "txt") {
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
    let right = file.parent().is_some_and(|p| p.ends_with("right"));

    let folder = tempfile::tempdir()?;
    for (name, body) in sections.iter().filter(|(n, _)| *n != "system.kdl" && *n != "expected") {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder"))?;
        fs::write(path, body)?;
    }
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", folder.path(), input);
    let mut found = Diagnostics::new();
    if let Some(manifest) = found.take(manifest::read(&sources, id)) {
        found.take(board::load(&mut sources, &manifest));
    }
    let look = Look { color: false, width: 100 };
    let actual = render(&found, &sources, Format::Human, look).replace(&format!("{}/", folder.path().display()), "");

    if found.has_errors() == right {
        return Err(format!("expected {}:\n{actual}", if right { "no diagnostics" } else { "an error" }).into());
    }
    if found.list.iter().any(|d| d.help.is_none()) && std::env::var_os("X").is_none() {
        return Err(format!("without help:\n{actual}").into());
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

/// Bytes that no text file can hold.
fn not_utf8() -> Result<(), Failed> {
    let mut sources = Sources::new();
    let id = sources.add_bytes("system.kdl", "", b"system \"a\" {\n    board \"\xff\"\n}\n");
    let (manifest, found) = manifest::read(&sources, id);
    let text = render(&found, &sources, Format::Human, Look { color: false, width: 100 });
    if manifest.is_none() && text.contains("error[schema::not-utf8]") && text.contains("system.kdl:2:12") {
        return Ok(());
    }
    Err(text.into())
}

/// Each code of these stages is shown by a case, so that no message goes unread.
fn every_code_has_a_case() -> Result<(), Failed> {
    use compose::diag::codes::{board, manifest, schema};
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let missing: Vec<&str> = [schema::ALL, manifest::ALL, board::ALL]
        .into_iter()
        .flatten()
        .map(|code| code.id)
        // Not text, and more text than a case should hold.
        .filter(|id| !["schema::not-utf8", "schema::too-large"].contains(id))
        .filter(|id| !texts.iter().any(|t| t.contains(&format!("error[{id}]"))))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case shows {missing:?}").into()) }
}

/// What another language, an older KDL or a merge puts into a manifest.
const FRAGMENTS: &[&str] = &[
    "{", "}", "\"", "\"\"\"", "#\"", "\"#", "/*", "*/", "/-", "//", "\\", ";", "=", "(", ")", "(KiB)", "(s)", "#null",
    "#inf", "-", "0x", "1e400", " ", "\n", "\r", "\t", "\u{feff}", "\u{0}", "\u{85}", "\u{202e}", "ü", "🦀",
];

/// Words that parse, in places where they may not belong.
const WORDS: &[&str] = &[
    "#true ",
    "#null ",
    "1.5 ",
    "-0 ",
    "18446744073709551616 ",
    "(MiB)4096 ",
    "(MiB)-1 ",
    "(s)9 ",
    "(percent)101 ",
    "\"\" ",
    "\"a b\" ",
    "\"x#y\" ",
    "auto ",
    "budget=(B)0 ",
    "grow=1 ",
    "grow=deny ",
    "to=\"a\" ",
    "why=#\"b\"# ",
    "memory ",
    "arena ",
    "process \"p\" ",
    "component \"a\" \"a.wasm\"\n",
    "link \"a\" to=\"b\"\n",
    "run \"a#b\" 1\n",
    "board \"mps2-an385\"\n",
    "policy { max-waste (percent)3 }\n",
    "system \"x\" { }\n",
    "task \"t\"\n",
    "{ }\n",
    "\n",
    "; ",
];

/// For a second: whatever is done to a right manifest, reading it ends, and what is said about it can be shown.
fn mutants() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let sections = texts.iter().flat_map(|t| t.split("=== ").skip(1)).filter_map(|s| s.split_once('\n'));
    let seeds: Vec<&str> = sections.filter(|(name, _)| *name != "expected").map(|(_, body)| body).collect();
    let mut codes = std::collections::BTreeSet::new();
    arbtest::arbtest(|u| {
        let bytes = if u.ratio(3, 4)? { other_words(u, &seeds)? } else { other_bytes(u, &seeds)? };
        let mut sources = Sources::new();
        let id = sources.add_bytes("system.kdl", "", &bytes);
        let (manifest, mut found) = manifest::read(&sources, id);
        assert!(manifest.is_some() || found.has_errors(), "nothing read and nothing said");
        if let Some(manifest) = &manifest {
            found.extend(board::load(&mut sources, manifest).1);
        }
        for diagnostic in &found.list {
            codes.insert(diagnostic.code.id);
            assert!(diagnostic.help.is_some() && !diagnostic.labels.is_empty(), "{diagnostic:?}");
            for label in &diagnostic.labels {
                let text = &sources.get(label.span.source).text;
                assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{diagnostic:?}");
            }
        }
        for format in [Format::Human, Format::Json, Format::Github] {
            let text = render(&found, &sources, format, Look { color: false, width: 100 });
            assert!(!text.contains("Failed to read contents"), "{text}");
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "steers the terminal");
        }
        Ok(())
    })
    .budget_ms(1_000);
    // A generator that only makes nonsense would show nothing.
    if codes.len() < 15 { Err(format!("the mutants only reach {codes:?}").into()) } else { Ok(()) }
}

/// Words changed, lost, repeated and moved: what comes out mostly is KDL.
fn other_words(u: &mut Unstructured<'_>, seeds: &[&str]) -> arbitrary::Result<Vec<u8>> {
    let mut words: Vec<&str> = u.choose(seeds)?.split_inclusive([' ', '\n']).collect();
    for _ in 0..u.int_in_range(1..=4)? {
        let at = u.choose_index(words.len() + 1)?.min(words.len().saturating_sub(1));
        let new = match u.ratio(1, 2)? {
            true => *u.choose(WORDS)?,
            false => {
                let other: Vec<&str> = u.choose(seeds)?.split_inclusive([' ', '\n']).collect();
                if other.is_empty() { " " } else { *u.choose(&other)? }
            }
        };
        match u.int_in_range(0..=3)? {
            0 if !words.is_empty() => drop(words.remove(at)),
            1 if !words.is_empty() => words[at] = new,
            2 if !words.is_empty() => {
                let to = u.choose_index(words.len())?;
                words.swap(at, to);
            }
            _ => words.insert(at, new),
        }
    }
    Ok(words.concat().into_bytes())
}

/// Bytes changed: what comes out mostly is not KDL.
fn other_bytes(u: &mut Unstructured<'_>, seeds: &[&str]) -> arbitrary::Result<Vec<u8>> {
    let mut bytes = u.choose(seeds)?.as_bytes().to_vec();
    for _ in 0..u.int_in_range(1..=3)? {
        let at = u.choose_index(bytes.len() + 1)?;
        let end = at + u.choose_index((bytes.len() - at).min(40) + 1)?;
        match u.int_in_range(0..=4)? {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, u.choose(FRAGMENTS)?.bytes())),
            2 => drop(bytes.splice(at..end, u.choose(FRAGMENTS)?.bytes())),
            3 => bytes.splice(at..at, bytes[at..end].to_vec()).for_each(drop),
            _ => drop(bytes.splice(at..end, [u.arbitrary::<u8>()?])),
        }
    }
    Ok(bytes)
}
