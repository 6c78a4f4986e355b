//! Edits and how they are shown: `tests/diff/*.txt`, one file for each edit.
//!
//!     === old.kdl
//!     the manifest before
//!     === new.kdl
//!     the manifest after
//!     === a.wat                     a module of both; `old/a.wat` and `new/a.wat` where it differs
//!     === text
//!     === markdown
//!     === json
//!     what comes out; nothing at all where nothing differs, but for JSON
//!     === lock
//!     the text for the two lock files
//!
//! `BLESS=1` writes what is found. Each side is also compared with itself, as image, as lock file, and one with the
//! other: that must be empty in each form.

use compose::codegen::{Constant, Function, Object, Relocation, RelocationKind, Symbol};
use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::diff::{self, Diff, Facts};
use compose::ingest::{Module, Unit};
use compose::kernel::Kernel;
use compose::link::System;
use compose::manifest::ProcessId;
use compose::source::{Files, SourceId, Sources};
use compose::{board, flatten, image, ingest, link, lock, manifest, plan};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let entries = fs::read_dir(&root).expect("the folder of cases").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        Trial::test(name, move || case(&file))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// The modules of one side.
#[derive(Debug)]
struct Modules(BTreeMap<PathBuf, String>);

impl Files for Modules {
    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        let text = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.clone().into_bytes())
    }

    fn names(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
}

const OUTPUTS: [&str; 4] = ["text", "markdown", "json", "lock"];

fn case(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("=== "), sections.last_mut()) {
            (Some(name), _) => sections.push((name.trim(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => return Err("a case starts with `=== old.kdl`".into()),
        }
    }
    let ((old, old_lock), (new, new_lock)) = (side("old", &sections)?, side("new", &sections)?);
    for (side, other) in [(&old, &old), (&new, &new), (&old_lock, &old_lock), (&old, &old_lock), (&new_lock, &new)] {
        let none = diff::compare(side, other);
        if !none.same || !diff::text(&none).is_empty() || !diff::markdown(&none).is_empty() {
            return Err(format!("a system differs from itself:\n{}", diff::text(&none)).into());
        }
    }
    let diff = diff::compare(&old, &new);
    let json = diff.to_json();
    let read: Diff = serde_json::from_str(&json)?;
    if read != diff {
        return Err("the JSON reads back as something else".into());
    }
    let locks = diff::text(&diff::compare(&old_lock, &new_lock));
    let found = [diff::text(&diff), diff::markdown(&diff), json, locks];
    let expected = |name: &str| sections.iter().find(|(n, _)| *n == name).map(|(_, body)| body.as_str());
    if OUTPUTS.iter().zip(&found).all(|(name, found)| expected(name) == Some(found.as_str())) {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        let mut blessed = text.split("=== text\n").next().unwrap_or_default().to_string();
        for (name, found) in OUTPUTS.iter().zip(&found) {
            blessed += &format!("=== {name}\n{found}");
        }
        return Ok(fs::write(file, blessed)?);
    }
    let mut message = "BLESS=1 accepts this:\n".to_string();
    for (name, found) in OUTPUTS.iter().zip(&found) {
        let diff = similar::TextDiff::from_lines(expected(name).unwrap_or_default(), found.as_str());
        message += &diff.unified_diff().header(name, "found").to_string();
    }
    Err(message.into())
}

/// A side as its image has it, and as its lock file does.
fn side(name: &str, sections: &[(&str, String)]) -> Result<(Facts, Facts), Failed> {
    let other = if name == "old" { "new/" } else { "old/" };
    let own = format!("{name}/");
    let modules = sections.iter().filter(|(module, _)| module.ends_with(".wat") && !module.starts_with(other));
    let modules = modules.map(|(module, text)| (PathBuf::from(module.trim_start_matches(&own)), text.clone()));
    let manifest = format!("{name}.kdl");
    let text = sections.iter().find(|(section, _)| *section == manifest).map(|(_, text)| text.as_str());
    let mut sources = Sources::from_files(Arc::new(Modules(modules.collect())));
    let id = sources.add(manifest.clone(), "", text.ok_or(format!("no `=== {manifest}`"))?);
    let mut found = Diagnostics::new();
    let elf = elf(&mut sources, id, &mut found);
    match elf.filter(|_| !found.has_errors()) {
        Some((elf, lock)) => {
            let id = sources.add("system.lock.kdl", "", lock);
            let lock = lock::read(&sources, id).0.ok_or("the lock file is wrong")?;
            Ok((Facts::of_image(&manifest, image::read(&elf)?), Facts::of_lock(&manifest, &lock)?))
        }
        None => Err(render(&found, &sources, Format::Human, Look { color: false, width: 100 }).into()),
    }
}

/// The way of a build, but for code: a function is its WebAssembly body, and the kernel is a table. So what is shown
/// here stays the same when the compiler and the kernel get better.
/// Returns the image and the lock file.
fn elf(sources: &mut Sources, id: SourceId, found: &mut Diagnostics) -> Option<(Vec<u8>, String)> {
    let manifest = found.take(manifest::read(sources, id))?;
    let board = found.take(board::load(sources, &manifest))?;
    let inputs = found.take(ingest::read(sources, &manifest, &board))?;
    let flat = found.take(flatten::flatten(&manifest, inputs))?;
    let system = found.take(link::resolve(&flat, &board))?;
    let objects: Vec<Object> = flat.modules.iter().map(object).collect();
    let kernel = kernel(&system, &objects);
    let plan = found.take(plan::place(&system, &objects, &kernel, None))?;
    let image = found.take(image::write(&system, &objects, &kernel, &plan))?;
    Some((image.elf, plan.lock))
}

fn object(module: &Module) -> Object {
    let bodies = module.functions.iter().enumerate().filter_map(|(index, f)| Some((index as u32, f.body.clone()?)));
    let functions = bodies.map(|(index, body)| {
        let mut code = module.wasm[body].to_vec();
        code.resize(code.len().next_multiple_of(4), 0);
        function(Symbol::Function { unit: module.unit, index }, module.function_name(index), code)
    });
    Object { unit: module.unit, functions: functions.collect(), constants: Vec::new() }
}

fn function(symbol: Symbol, name: String, code: Vec<u8>) -> Function {
    Function {
        symbol,
        name,
        code,
        relocations: Vec::new(),
        frame: 16,
        calls: Vec::new(),
        tail_calls: Vec::new(),
        lines: Vec::new(),
    }
}

/// Holds what the image must hold: all functions, and the register words.
fn kernel(system: &System, objects: &[Object]) -> Kernel {
    let mut words: Vec<Symbol> = (0..2).map(|index| Symbol::FixedRegionWord { index }).collect();
    for process in (0..system.manifest.processes.len() as u32).map(ProcessId) {
        let count = 2 * u32::from(system.process_slots());
        words.extend((0..count).map(|index| Symbol::RegionWord { process, index }));
    }
    words.extend(objects.iter().flat_map(|object| &object.functions).map(|function| function.symbol));
    let vectors = [Symbol::KernelStackTop, Symbol::Native("reset"), Symbol::KernelTable("processes")];
    let reset = function(Symbol::Native("reset"), "reset".to_string(), vec![0; 64]);
    let constants = vec![table("vectors", &vectors, 128), table("processes", &words, 4)];
    Kernel { object: Object { unit: Unit::Kernel, functions: vec![reset], constants }, memory: 64, stack: 256 }
}

fn table(name: &'static str, targets: &[Symbol], align: u32) -> Constant {
    let relocation =
        |(index, &target)| Relocation { offset: 4 * index as u32, kind: RelocationKind::Abs32, target, addend: 0 };
    let relocations = targets.iter().enumerate().map(relocation).collect();
    Constant { symbol: Symbol::KernelTable(name), bytes: vec![0; 4 * targets.len()], align, relocations }
}
