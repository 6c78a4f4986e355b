//! Components that do wrong, on the target: `tests/isolation/*.txt`. Whoever is to blame traps, by name, and the others go on.
//!
//!     === about
//!     what the case shows
//!     === system.kdl
//!     the nodes of the manifest after `board`, each component in one line
//!     === a.core.wat                a core module, and
//!     === a.wit                     its WIT: together they are encoded as `a.wasm`. `{api}` stands for the section of that
//!                                   name, `{packages}` for the interfaces of the kernel
//!     === a.wat                     a component or module as text
//!     === apart                     what two boards say, with each component in a process of its own, and the exit code
//!     === together                  the same with all of them in one process
//!     === boards                    where it is run (without: mps2-an386 and mps2-an505)
//!     === not-on-a-host             why Wasmtime is not asked; without, all traps must be the same there
//!
//! A core module `victim` (`tests/attacks/victim.wat`) is in each system: it fills its memory first, and checks it after each
//! run of the manifest. `BLESS=1` writes what is found.
//!
//! An argument of a run in quotes is a sum of numbers and of addresses in braces (`"{b}-{a}+4"`), modulo 2^32: `{NAME}` is the
//! first memory of a component, `{NAME.end}` its end, `{NAME.stack}` and `{NAME.stack.end}` the ends of the stack of a
//! process, `{kernel}` the kernel's memory. They depend on the layout: the image is built once with zeros, then again.

#[path = "../emulated/mod.rs"]
mod emulated;
#[path = "../components/encode.rs"]
mod encode;
#[path = "../fixtures/host.rs"]
mod host;
mod native;

use compose::Product;
use compose::board;
use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::flatten::compose::{HOST_WIT, outer};
use compose::ingest::{self, ComponentFile, Input};
use compose::manifest::{self, ComponentId};
use compose::plan::table::{Kind, Region, RegionTable};
use compose::source::Sources;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use wit_component::StringEncoding;

const BOARDS: &str = "mps2-an386 mps2-an505";

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/isolation");
    let entries = fs::read_dir(root).expect("the cases").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "txt")).collect();
    files.sort();
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || check(&file))
    });
    libtest_mimic::run(&arguments, trials.chain(native::trials()).collect()).exit();
}

struct Case {
    sections: Vec<(String, String)>,
}

impl Case {
    fn read(text: &str) -> Result<Case, Failed> {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix("=== "), sections.last_mut()) {
                (Some(name), _) => sections.push((name.trim().to_string(), String::new())),
                (None, Some((_, body))) => body.push_str(line),
                (None, None) => return Err("a case starts with `=== about`".into()),
            }
        }
        Ok(Case { sections })
    }

    fn section(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|(n, _)| n == name).map(|(_, body)| body.as_str())
    }

    fn write(&self, folder: &Path) -> Result<(), Failed> {
        let victim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/victim.wat");
        fs::copy(victim, folder.join("victim.wat"))?;
        let (comment, rest) = HOST_WIT.split_once("package compose:host@0.1.0;").ok_or("the package of the host")?;
        let packages = format!("{comment}package compose:host@0.1.0 {{{rest}}}\n");
        let api = self.section("api").unwrap_or_default();
        for (name, body) in &self.sections {
            if let Some(name) = name.strip_suffix(".core.wat") {
                let wit = self.section(&format!("{name}.wit")).ok_or("a core module without WIT")?;
                let wit = wit.replace("{api}", api).replace("{packages}", &packages);
                let bytes = encode::component(body, &wit, None, StringEncoding::UTF8);
                fs::write(folder.join(format!("{name}.wasm")), bytes.map_err(|error| format!("{name}: {error}"))?)?;
            } else if name.ends_with(".wat") {
                fs::write(folder.join(name), body)?;
            }
        }
        Ok(())
    }

    /// The manifest, with addresses of a layout, if there is one.
    fn manifest(&self, board: &str, together: bool, layout: Option<&RegionTable>) -> Result<String, Failed> {
        let (mut components, mut others) = (String::new(), String::from("run \"victim#fill\"\n"));
        for line in self.section("system.kdl").ok_or("no `=== system.kdl`")?.lines() {
            match line {
                // A trap concerns a process.
                _ if line.starts_with("component ") && together => {
                    writeln!(components, "{}", line.replace("on-trap \"continue\"", ""))?;
                }
                _ if line.starts_with("component ") => writeln!(components, "{line}")?,
                _ if line.starts_with("run ") => {
                    writeln!(others, "{}\nrun \"victim#check\"", with_addresses(line, layout)?)?;
                }
                _ => writeln!(others, "{line}")?,
            }
        }
        if together {
            components = format!("process \"all\" {{\n{components}on-trap \"continue\"\n}}\n");
        }
        Ok(format!(
            "system \"isolation\" {{\nboard \"{board}\"\ncomponent \"victim\" \"victim.wat\"\n{components}{others}}}\n"
        ))
    }

    fn runs(&self) -> usize {
        let lines = self.section("system.kdl").unwrap_or_default().lines();
        lines.filter(|line| line.starts_with("run ")).count()
    }
}

fn check(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let case = Case::read(&text)?;
    let on_host = match case.section("not-on-a-host") {
        None => Some(on_host(&case)?),
        Some(_) => None,
    };
    let (mut blessed, mut wrong) = (String::new(), String::new());
    for (name, body) in &case.sections {
        let actual = match name.as_str() {
            "apart" => run(&case, false)?,
            "together" => run(&case, true)?,
            _ => body.clone(),
        };
        if let (true, Some(expected)) = (name == "apart", &on_host) {
            same(&reasons(expected), &reasons(&actual), "the reasons on a host")?;
        }
        if actual != *body {
            let diff = similar::TextDiff::from_lines(body.as_str(), actual.as_str());
            write!(wrong, "{}", diff.unified_diff().header("expected", name))?;
        }
        write!(blessed, "=== {name}\n{actual}")?;
    }
    if wrong.is_empty() {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, blessed)?;
        return Ok(());
    }
    Err(format!("{wrong}BLESS=1 accepts this").into())
}

fn same(expected: &str, actual: &str, whose: &str) -> Result<(), Failed> {
    if expected == actual {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, actual);
    Err(format!("{}", diff.unified_diff().header(whose, "actual")).into())
}

/// What all boards say.
fn run(case: &Case, together: bool) -> Result<String, Failed> {
    let mut said: Option<String> = None;
    for board in case.section("boards").unwrap_or(BOARDS).split_whitespace() {
        let here = run_on(case, board, together)?;
        match &said {
            Some(there) => same(there, &here, &format!("another board than {board}"))?,
            None => said = Some(here),
        }
    }
    said.ok_or_else(|| "no boards".into())
}

fn run_on(case: &Case, board: &str, together: bool) -> Result<String, Failed> {
    let built = build(case, board, together)?;
    if adapters(&built.image.regions)? == 0 && !together {
        return Err("there is no adapter".into());
    }
    let said = emulated::run(&built)?;
    let mut actual = String::new();
    for line in said.console.lines() {
        writeln!(actual, "{}", without_addresses(line))?;
    }
    writeln!(actual, "exit {}", said.exit_code)?;
    // No blessing changes what this is about.
    let intact = said.console.lines().filter(|line| *line == "victim: intact").count();
    if intact != case.runs() || actual.contains("component `victim`") || actual.contains("fatal") {
        return Err(format!("on {board}, the victim was not left alone:\n{actual}").into());
    }
    Ok(actual)
}

fn build(case: &Case, board: &str, together: bool) -> Result<Product, Failed> {
    let folder = tempfile::tempdir()?;
    case.write(folder.path())?;
    let manifest = case.manifest(board, together, None)?;
    let first = emulated::build(folder.path(), &manifest)?;
    let with_addresses = case.manifest(board, together, Some(&first.image.regions))?;
    if with_addresses == manifest {
        return Ok(first);
    }
    let second = emulated::build(folder.path(), &with_addresses)?;
    let layout = |product: &Product| (product.image.regions.sections.clone(), product.image.regions.processes.clone());
    if layout(&first) != layout(&second) {
        return Err("the layout changed with the arguments".into());
    }
    Ok(second)
}

/// Counts adapters. Each reaches nothing but its own stack and what its two parties reach themselves, by the edges of its
/// regions.
fn adapters(table: &RegionTable) -> Result<usize, Failed> {
    let mut count = 0;
    for process in &table.processes {
        let Some(adapter) = &process.adapter else { continue };
        count += 1;
        let whose = [&process.name, &adapter.caller, &adapter.callee];
        let reached = table.processes.iter().filter(|other| whose.contains(&&other.name));
        let mut reached: Vec<(u64, u64)> = reached
            .flat_map(|process| &process.extents)
            .map(|extent| {
                (extent.granted_base.0.into(), u64::from(extent.granted_base.0) + u64::from(extent.granted_size))
            })
            .collect();
        reached.sort_unstable();
        for range in process.regions.iter().flat_map(Region::granted) {
            let end = reached.iter().fold(range.start, |at, (from, to)| if *from <= at { at.max(*to) } else { at });
            if end < range.end {
                return Err(format!("`{}` reaches {range:x?}, which none of {whose:?} has", process.name).into());
            }
        }
    }
    Ok(count)
}

/// What the composition says on Wasmtime.
fn on_host(case: &Case) -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    case.write(folder.path())?;
    let mut sources = Sources::new();
    let text = case.manifest("mps2-an386", false, None)?;
    let id = sources.add("system.kdl", folder.path(), text);
    let mut found = Diagnostics::new();
    let composed = (|| {
        let manifest = found.take(manifest::read(&sources, id))?;
        let board = found.take(board::load(&mut sources, &manifest))?;
        let inputs = found.take(ingest::read(&sources, &manifest, &board))?;
        let components = (0..).zip(&inputs).filter_map(|(index, input)| match input {
            Input::Component(file) => Some((ComponentId(index), file)),
            Input::Module(_) => None,
        });
        let files: Vec<(ComponentId, &ComponentFile)> = components.collect();
        let composed = found.take(outer(&manifest, &files))?;
        Some((manifest, composed))
    })();
    let Some((manifest, composed)) = composed else {
        let look = Look { color: false, width: 120 };
        return Err(render(&found, &sources, Format::Human, look).into());
    };
    let args = |run: usize| manifest.runs[run].args.iter().map(|arg| arg.value).collect();
    let runs: Vec<(&str, Vec<i128>)> =
        composed.runs.iter().map(|(run, export)| (export.as_str(), args(*run))).collect();
    Ok(host::run(&composed.bytes, &runs)?)
}

/// The reasons of traps, without those of calls into what has been stopped: a host begins anew after a trap.
fn reasons(console: &str) -> String {
    let mut out = String::new();
    for line in console.lines() {
        let Some(trap) = line.strip_prefix("trap: ") else { continue };
        let reason = trap.split_once("`: ").map_or(trap, |(_, reason)| reason);
        if reason != "call into a stopped component" {
            out.push_str(reason.split(": ").next().unwrap_or(reason));
            out.push('\n');
        }
    }
    out
}

fn without_addresses(line: &str) -> &str {
    match (line.starts_with("trap: "), line.find(" at 0x").or_else(|| line.find(" (code"))) {
        (true, Some(at)) => &line[..at],
        _ => line,
    }
}

// ---- Addresses ----

fn with_addresses(line: &str, layout: Option<&RegionTable>) -> Result<String, Failed> {
    let mut out = String::new();
    for (index, part) in line.split('"').enumerate() {
        match index % 2 == 1 && part.contains('{') {
            true => write!(out, "{}", layout.map_or(Ok(0), |layout| sum(part, layout))?)?,
            false => {
                // A quote is between two parts, but for those around an address.
                let quotes = if index % 2 == 1 { "\"" } else { "" };
                write!(out, "{quotes}{part}{quotes}")?;
            }
        }
    }
    Ok(out)
}

fn sum(text: &str, layout: &RegionTable) -> Result<u32, Failed> {
    let mut sum = 0u32;
    let (mut rest, mut negative) = (text, false);
    while !rest.is_empty() {
        let (term, after) = match rest.strip_prefix('{') {
            // Signs in braces belong to names.
            Some(inside) => {
                let (name, after) = inside.split_once('}').ok_or_else(|| format!("no closing brace: {text}"))?;
                (place(name, layout)?, after)
            }
            None => {
                let (digits, after) = rest.split_at(rest.find(['+', '-']).unwrap_or(rest.len()));
                (digits.parse()?, after)
            }
        };
        sum = if negative { sum.wrapping_sub(term) } else { sum.wrapping_add(term) };
        negative = after.starts_with('-');
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(sum)
}

fn place(name: &str, layout: &RegionTable) -> Result<u32, Failed> {
    let section = |kind: Kind, component: Option<&str>| {
        let found = layout.sections.iter().find(|section| {
            section.kind == kind
                && section.component.as_deref() == component
                && section.memory.as_ref().is_none_or(|memory| memory.index == 0)
        });
        found.ok_or_else(|| Failed::from(format!("nothing is called {name}")))
    };
    let stack = |name: &str| {
        let found = layout.processes.iter().find(|process| process.name == name);
        found.map(|process| &process.stack).ok_or_else(|| Failed::from(format!("no process is called {name}")))
    };
    if name == "kernel" {
        return Ok(section(Kind::KernelMemory, None)?.base.0);
    }
    if let Some(process) = name.strip_suffix(".stack") {
        return Ok(stack(process)?.base.0);
    }
    if let Some(process) = name.strip_suffix(".stack.end") {
        let stack = stack(process)?;
        return Ok(stack.base.0 + stack.size);
    }
    if let Some(component) = name.strip_suffix(".end") {
        let section = section(Kind::Memory, Some(component))?;
        return Ok(section.base.0 + section.memory.as_ref().map_or(section.size, |memory| memory.bytes));
    }
    Ok(section(Kind::Memory, Some(name))?.base.0)
}
