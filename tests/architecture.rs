//! The plan of the house, held against its walls: which part may name which, and how long a file may be.
//!
//! A part is a folder of `src/`. It may name itself and the parts below it in [`ORDER`], which is the way of a build
//! from text to image; parts of one row do not know each other, except where [`ALSO`] says so.

use std::fs;
use std::path::{Path, PathBuf};

const ORDER: &[&[&str]] = &[
    &["source", "trace"],
    &["diag"],
    &["schema"],
    &["manifest"],
    &["board", "protect", "lock"],
    &["ingest"],
    &["flatten"],
    &["link"],
    &["runtime"],
    &["codegen"],
    &["kernel"],
    &["plan"],
    &["image"],
    &["report", "dump", "emulator"],
    &["diff"],
    &["cli"],
];

/// What a part may name beside what is below it, and why.
const ALSO: &[(&str, &str, &str)] = &[];

/// `verify` shares nothing with what it checks.
const ALONE: &str = "verify";

/// What `lib.rs` has of its own: the command line alone runs the pipeline.
const PIPELINE: &[&str] = &["build", "run", "Goal", "Outcome", "Product", "Settings"];

/// A file over this is two rooms.
const MAX_LINES: usize = 800;

/// All `.rs` files of `src/`, with the part they belong to; `lib` for those directly in it.
fn files() -> Vec<(String, PathBuf)> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&src, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let inside: Vec<_> =
                path.strip_prefix(&src).expect("in src").iter().map(|p| p.to_string_lossy().into_owned()).collect();
            let part = if inside.len() > 1 { inside[0].clone() } else { "lib".into() };
            (part, path)
        })
        .collect()
}

/// The parts that a text names by `crate::part`, or in a `crate::{part, ...}` group, with the line. Comments may name
/// anything.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let code: Vec<&str> = text.lines().map(|l| if l.trim_start().starts_with("//") { "" } else { l }).collect();
    let text = &code.join("\n");
    for (at, _) in text.match_indices("crate::") {
        let line = text[..at].matches('\n').count() + 1;
        let rest = &text[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            None => found.push((line, word(rest))),
            Some(group) => {
                // The heads of the group's items: what follows the brace or a comma at depth 0.
                let (mut depth, mut head) = (0usize, true);
                for (index, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => head = true,
                        _ if head && !c.is_whitespace() => {
                            found.push((line, word(&group[index..])));
                            head = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found.retain(|(_, part)| !part.is_empty());
    found
}

fn rank(part: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&part))
}

/// Why `part` may not name `other`, if it may not.
fn forbidden(part: &str, other: &str) -> Option<String> {
    if part == other || part == "lib" || ALSO.iter().any(|(p, o, _)| *p == part && *o == other) {
        return None;
    }
    if part == ALONE {
        return Some(format!("`{ALONE}` shares nothing with what it checks"));
    }
    if other == ALONE {
        return (part != "cli").then(|| format!("only the command line uses `{ALONE}`"));
    }
    match (rank(part), rank(other)) {
        (Some(here), Some(there)) if there < here => None,
        (Some(_), Some(_)) => Some(format!("`{part}` is not above `{other}`")),
        (None, _) => Some(format!("`{part}` has no place in the table")),
        (_, None) if part == "cli" && PIPELINE.contains(&other) => None,
        (_, None) => Some(format!("`{other}` has no place in the table")),
    }
}

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for (part, path) in files() {
        let text = fs::read_to_string(&path).expect("a file");
        for (line, other) in named(&text) {
            if let Some(why) = forbidden(&part, &other) {
                wrong.push(format!("{}:{line}: {why}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn exceptions_are_needed() {
    let mut unused: Vec<_> = ALSO.to_vec();
    for (part, path) in files() {
        let text = fs::read_to_string(&path).expect("a file");
        let named = named(&text);
        unused.retain(|(p, o, _)| *p != part || !named.iter().any(|(_, other)| other == o));
    }
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_folder_has_its_place() {
    for (part, path) in files() {
        let known = part == "lib" || part == ALONE || rank(&part).is_some();
        assert!(known, "{} is in no row of the table", path.display());
    }
}

#[test]
fn no_file_is_two_rooms() {
    for (_, path) in files() {
        let lines = fs::read_to_string(&path).expect("a file").lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
    }
}

/// The test can fail.
#[test]
fn a_wrong_import_is_found() {
    assert_eq!(named("use crate::{diag::{self, Code}, link::System};\nlet x = crate::plan::place();").len(), 3);
    let parts: Vec<String> =
        named("use crate::{diag::{self, Code}, link::System};").into_iter().map(|(_, p)| p).collect();
    assert_eq!(parts, ["diag", "link"]);
    assert!(forbidden("ingest", "link").is_some());
    assert!(forbidden("link", "ingest").is_none());
    assert!(forbidden("verify", "plan").is_some());
    assert!(forbidden("image", "verify").is_some());
    assert!(forbidden("board", "protect").is_some());
    assert!(forbidden("new", "diag").is_some());
    assert!(forbidden("plan", "build").is_some());
    assert!(named("//! [`crate::plan`]\n    /// crate::plan").is_empty());
}
