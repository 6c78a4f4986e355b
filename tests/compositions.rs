//! Systems of components, and how they are composed: `tests/compositions/**/*.txt`, one file for each case.
//!
//!     === system.kdl
//!     the nodes of the manifest after `board`
//!     === a.wat                     a component, or a core module, as text; a `.wasm` file is in hexadecimal
//!     === b.core.wat                a core module as text, and
//!     === b.wit                     its WIT: together they are encoded as `b.wasm`
//!     === b.utf16.wit               the same, with strings in UTF-16
//!     === expected
//!     the diagnostics for people, without colour, 100 columns; then, without errors, who satisfies which import, and
//!     what the composed component imports and exports
//!
//! Files below `right/` must have no diagnostics, those below `warned/` warnings, and those below `wrong/` an error.
//! `BLESS=1` writes what is found.

#[path = "components/encode.rs"]
mod encode;

use compose::board;
use compose::diag::render::{Format, Look, render};
use compose::diag::{Diagnostics, Severity, codes};
use compose::flatten;
use compose::flatten::compose::{Composed, Provider, Scope, outer, providers, wit};
use compose::ingest::component::{COMPONENT_FEATURES, decode};
use compose::ingest::{self, ComponentFile, Input};
use compose::manifest::{self, ComponentId, Manifest};
use compose::source::Sources;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use wit_component::{StringEncoding, WitPrinter};
use wit_parser::{PackageId, Resolve};

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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compositions")
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
    let nodes = section("system.kdl").ok_or("no `=== system.kdl`")?;
    let folder = tempfile::tempdir()?;
    for (name, body) in &sections {
        if let Some(stem) = name.strip_suffix(".wit") {
            let (stem, strings) = match stem.strip_suffix(".utf16") {
                Some(stem) => (stem, StringEncoding::UTF16),
                None => (stem, StringEncoding::UTF8),
            };
            let core = section(&format!("{stem}.core.wat")).ok_or("WIT without a core module")?;
            let bytes = encode::component(core, body, None, strings).map_err(|error| format!("{name}: {error}"))?;
            fs::write(folder.path().join(format!("{stem}.wasm")), bytes)?;
        } else if name.ends_with(".wat") && !name.ends_with(".core.wat") {
            fs::write(folder.path().join(name), body)?;
        } else if name.ends_with(".wasm") {
            fs::write(folder.path().join(name), hexadecimal(body)?)?;
        }
    }
    let mut sources = Sources::new();
    let input = format!("system \"test\" {{\nboard \"mps2-an386\"\n{nodes}}}\n");
    let id = sources.add("system.kdl", folder.path(), input);
    let mut found = Diagnostics::new();
    let manifest = found.take(manifest::read(&sources, id)).ok_or("no manifest")?;
    let board = found.take(board::load(&mut sources, &manifest)).ok_or("no board")?;
    if found.has_errors() {
        let shown = render(&found, &sources, Format::Human, Look { color: false, width: 100 });
        return Err(format!("cases of the manifest alone belong to `tests/manifest`:\n{shown}").into());
    }
    let mut shown = String::new();
    if let Some(inputs) = found.take(ingest::read(&sources, &manifest, &board)) {
        let files: Vec<(ComponentId, &ComponentFile)> = (0..)
            .zip(&inputs)
            .filter_map(|(index, input)| match input {
                Input::Component(file) => Some((ComponentId(index), file)),
                Input::Module(_) => None,
            })
            .collect();
        if let Some(composed) = found.take(outer(&manifest, &files)) {
            shown = describe(&manifest, &files, &composed)?;
        }
    }
    if found.has_errors() != shown.is_empty() {
        return Err("a component comes out exactly if there is no error".into());
    }
    let actual = render(&found, &sources, Format::Human, Look { color: false, width: 100 }) + &shown;

    let kind = file.parent().and_then(Path::file_name).ok_or("no folder")?;
    let worst = found.list.iter().map(|diagnostic| diagnostic.severity).max();
    let expected = match kind.to_str() {
        Some("right") => None,
        Some("warned") => Some(Severity::Warning),
        _ => Some(Severity::Error),
    };
    if worst != expected {
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

/// Who satisfies what, and the outside of the whole. Checks what [`Composed`] promises.
fn describe(
    manifest: &Manifest,
    files: &[(ComponentId, &ComponentFile)],
    composed: &Composed,
) -> Result<String, Failed> {
    let mut out = String::new();
    let scope = Scope::new(manifest, files);
    let (providers, _) = providers(&scope);
    for ((id, file), row) in files.iter().zip(&providers) {
        for (import, provider) in file.imports.iter().zip(row) {
            let by = match provider.ok_or("an import without a provider")? {
                Provider::Component(other, export) => {
                    let (other, file) = files[other];
                    format!("`{}` of {}", file.exports[export].name, manifest.component(other).name)
                }
                Provider::Host(_) => "the kernel".into(),
                Provider::Arena => "its arena".into(),
                Provider::Types => "nobody: types alone".into(),
            };
            let _ = writeln!(out, "{}: `{}` by {by}", manifest.component(*id).name, import.name);
        }
    }
    wasmparser::Validator::new_with_features(COMPONENT_FEATURES).validate_all(&composed.bytes)?;
    if composed.nested.len() != files.len() {
        return Err("not every component is nested".into());
    }
    for ((id, range), (expected, file)) in composed.nested.iter().zip(files) {
        if id != expected || composed.bytes[range.clone()] != file.bytes {
            return Err(format!("the bytes of {} are not where they should be", file.name).into());
        }
    }
    let whole = decode("outer", composed.bytes.clone()).map_err(|diagnostic| format!("{diagnostic:?}"))?;
    for import in &whole.imports {
        let _ = writeln!(out, "import `{}`", import.name);
    }
    for export in &whole.exports {
        let run = composed.runs.iter().find(|(_, name)| *name == export.name).ok_or("an export that is no run")?;
        let run = &manifest.runs[run.0];
        let _ = writeln!(out, "export `{}`: {}#{}", export.name, run.component, run.export);
    }
    if whole.exports.len() != composed.runs.len() {
        return Err("a run is not exported".into());
    }
    let inputs = files.iter().map(|(_, file)| Input::Component((*file).clone())).collect();
    let (flat, found) = flatten::flatten(manifest, inputs);
    let flat = flat.ok_or_else(|| format!("it cannot be flattened: {:#?}", found.list))?;
    if !flat.manifest.links.is_empty() {
        return Err("links of components are left for core modules".into());
    }
    let system = wit::system(&scope, &providers);
    parsed(&system).map_err(|error| format!("{system}\n{error}"))?;
    for (index, (_, file)) in files.iter().enumerate() {
        let component = wit::component(&scope, &providers, index);
        same_world(file, &component).map_err(|error| format!("{component}\n{error}"))?;
    }
    Ok(format!("{out}composed\n\n{system}"))
}

/// WIT text as another parser reads it, with its first package.
fn parsed(text: &str) -> Result<(Resolve, PackageId), String> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("printed.wit", text).map_err(|error| format!("{error:#?}"))?;
    Ok((resolve, package))
}

/// Holds the text of a component's world against what `wit-component` reads from its bytes.
fn same_world(file: &ComponentFile, text: &str) -> Result<(), String> {
    let (resolve, package) = parsed(text)?;
    let ours = printed(&resolve, package)?;
    let decoded = wit_component::decode(&file.bytes).map_err(|error| format!("{error:#}"))?;
    let theirs = printed(decoded.resolve(), decoded.package())?;
    if ours == theirs {
        return Ok(());
    }
    let (ours, theirs) = (ours.join("\n"), theirs.join("\n"));
    let diff = similar::TextDiff::from_lines(&theirs, &ours);
    Err(diff.unified_diff().header("wit-component", "ours").to_string())
}

/// All lines in one order, the name of the world and comments left out.
fn printed(resolve: &Resolve, package: PackageId) -> Result<Vec<String>, String> {
    let others: Vec<PackageId> = resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != package).collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &others).map_err(|error| format!("{error:#}"))?;
    let text = printer.output.to_string();
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("///") && !line.starts_with("world "));
    let mut lines: Vec<String> = lines.map(str::to_string).collect();
    lines.sort();
    Ok(lines)
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, Failed> {
    let code = text.lines().map(|line| line.split(';').next().unwrap_or_default());
    let bytes = code.flat_map(str::split_whitespace).map(|byte| u8::from_str_radix(byte, 16));
    Ok(bytes.collect::<Result<_, _>>()?)
}

/// Each code is shown by a case, so that no message goes unread; a bug of the program has no input that causes it.
fn every_code_has_a_case() -> Result<(), Failed> {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let missing: Vec<&str> = codes::flatten::ALL
        .iter()
        .filter(|code| !code.example.is_empty())
        .map(|code| code.id)
        .filter(|id| !texts.iter().any(|text| text.contains(&format!("[{id}]"))))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case shows {missing:?}").into()) }
}
