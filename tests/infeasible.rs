//! Systems that do not fit, and what is said about them: `tests/infeasible/**/*.txt`, one file for each case.
//!
//!     === system.kdl
//!     the manifest; boards are those of `tests/infeasible/boards/`
//!     === a.wat                     its modules
//!     === expected
//!     the diagnostics for people, without colour, 100 columns; then for each fix the lines of the manifest that it
//!     changes
//!
//! Each fix is applied, and the system of the changed manifest must be built without an error. On boards whose name does
//! not begin with `v7` only memory is planned, so that what is expected depends on no code. `BLESS=1` writes what is found.

use compose::diag::render::{Format, Look, render};
use compose::diag::{Diagnostics, Fix};
use compose::plan::Plan;
use compose::source::{Files, SourceId, Sources};
use compose::trace::Trace;
use compose::{board, flatten, ingest, link, manifest, plan};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/infeasible")
}

fn main() {
    let arguments = Arguments::from_args();
    let mut files = Vec::new();
    collect(&root(), &mut files);
    files.sort();
    let mut trials: Vec<Trial> = files
        .iter()
        .map(|file| {
            let name = file.strip_prefix(root()).expect("below the root").with_extension("");
            let file = file.clone();
            Trial::test(name.display().to_string().replace('\\', "/"), move || case(&file))
        })
        .collect();
    trials.push(Trial::test("enough-cases", move || {
        let fixes = |file: &PathBuf| fs::read_to_string(file).is_ok_and(|text| text.contains("\n  fix: "));
        let (cases, fixed) = (files.len(), files.iter().filter(|file| fixes(file)).count());
        if cases >= 25 && fixed >= 25 { Ok(()) } else { Err(format!("{cases} cases, {fixed} with fixes").into()) }
    }));
    libtest_mimic::run(&arguments, trials).exit();
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

/// The modules of a case, and the boards of all.
#[derive(Debug)]
struct Given(BTreeMap<PathBuf, String>);

impl Files for Given {
    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        match self.0.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => fs::read(root().join(path)),
        }
    }

    fn names(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
}

/// What a build finds, and whether it makes anything.
fn build(files: &Arc<Given>, manifest: &str) -> (Sources, SourceId, Diagnostics, bool) {
    let mut sources = Sources::from_files(files.clone());
    let id = sources.add("system.kdl", "", manifest);
    let mut found = Diagnostics::new();
    let made = if manifest.contains("board \"boards/v7") {
        compose::build(&mut sources, id, &mut Trace::new(None), &mut found).is_some()
    } else {
        outline(&mut sources, id, &mut found).is_some()
    };
    (sources, id, found, made)
}

fn outline(sources: &mut Sources, id: SourceId, found: &mut Diagnostics) -> Option<Plan> {
    let manifest = found.take(manifest::read(sources, id))?;
    let mut board = found.take(board::load(sources, &manifest))?;
    board.console = None;
    let inputs = found.take(ingest::read(sources, &manifest, &board))?;
    let flat = found.take(flatten::flatten(&manifest, inputs))?;
    let system = found.take(link::resolve(&flat, &board))?;
    found.take(plan::outline(&system, None))
}

/// The manifest after a fix.
fn fixed(sources: &Sources, manifest: SourceId, fix: &Fix) -> String {
    let mut text = sources.get(manifest).text.to_string();
    let mut edits: Vec<_> = fix.edits.iter().map(|edit| (edit.range(sources), edit)).collect();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    for pair in edits.windows(2) {
        assert!(pair[1].0.end <= pair[0].0.start, "edits overlap: {fix:?}");
    }
    for (range, edit) in edits {
        assert_eq!(edit.span.source, manifest, "a fix changes the manifest");
        text.replace_range(range, &edit.text(sources));
    }
    text
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
    let manifest = section("system.kdl").ok_or("no `=== system.kdl`")?;
    let files = sections.iter().filter(|(name, _)| name.ends_with(".wat"));
    let files = Arc::new(Given(files.map(|(name, text)| (PathBuf::from(name), text.clone())).collect()));

    let (sources, id, found, built) = build(&files, manifest);
    if built || !found.has_errors() {
        return Err("this fits".into());
    }
    let look = Look { color: false, width: 100 };
    let mut said = render(&found, &sources, Format::Human, look);
    for fix in found.list.iter().flat_map(|diagnostic| &diagnostic.fixes) {
        let changed = fixed(&sources, id, fix);
        let (sources, _, found, built) = build(&files, &changed);
        if !built || found.has_errors() {
            let found = render(&found, &sources, Format::Human, look);
            return Err(format!("`{}` does not help:\n{changed}\n{found}", fix.title).into());
        }
        said += &format!("--- {}\n", fix.title);
        let diff = similar::TextDiff::from_lines(manifest, changed.as_str());
        for change in diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal) {
            said += &format!("{}{}", change.tag(), change.value());
        }
    }
    if section("expected") == Some(said.as_str()) {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        let input = text.split("=== expected\n").next().unwrap_or_default();
        return Ok(fs::write(file, format!("{input}=== expected\n{said}"))?);
    }
    let diff = similar::TextDiff::from_lines(section("expected").unwrap_or_default(), said.as_str());
    Err(format!("BLESS=1 accepts this:\n{}", diff.unified_diff().header("expected", "found")).into())
}
