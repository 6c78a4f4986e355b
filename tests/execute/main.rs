//! Programs that run on the target and on an interpreter, and must do the same on both: `programs/*.wat`.
//!
//! A program exports `run`, which logs numbers through `compose.log_u32` and may trap. Lines that start with `;;!`
//! belong to the component's node in the manifest; `;;? software` keeps a program to software bounds.

mod bare;
mod oracle;
mod shapes;
mod table;

use compose::ingest::{self, Unit};
use compose::link::{self, System};
use compose::manifest::{self, ComponentId};
use compose::{board, source::Sources};
use libtest_mimic::{Arguments, Failed, Trial};
use oracle::Outcome;
use std::path::{Path, PathBuf};

fn main() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/execute/programs"))
            .expect("the programs are there")
            .map(|entry| entry.expect("a readable folder").path())
            .collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        trials.push(Trial::test(format!("bare::{name}"), move || {
            let program = Program::read(&name, &std::fs::read_to_string(&file)?)?;
            program.check()
        }));
    }
    for group in table::groups() {
        trials.push(Trial::test(format!("bare::table::{}", group.name), move || check_table(&group)));
    }
    for seed in 0..16 {
        trials.push(Trial::test(format!("bare::shapes::{seed}"), move || {
            let text = format!(";;! memory budget=(KiB)64\n{}", shapes::program(seed));
            Program::read(&format!("shapes-{seed}"), &text)?.check()
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

struct Program {
    name: String,
    /// The component's nodes.
    nodes: String,
    wasm: Vec<u8>,
}

impl Program {
    fn read(name: &str, text: &str) -> Result<Program, Failed> {
        let nodes = text.lines().filter_map(|line| line.strip_prefix(";;!"));
        let nodes = nodes.map(|node| format!("    {}\n", node.trim())).collect();
        Ok(Program { name: name.to_owned(), nodes, wasm: wat::parse_str(text)? })
    }

    fn expected(&self) -> Outcome {
        let arena = oracle::Arena::new(0x1_0000, if self.nodes.contains("arena") { 0x400 } else { 0 });
        oracle::run(&self.wasm, arena)
    }

    fn check(&self) -> Result<(), Failed> {
        let expected = self.expected();
        let actual = self.with_system("software", |system| bare::run(system, &self.name))??;
        compare(&expected, &actual)
    }

    fn with_system<T>(&self, bounds: &str, go: impl FnOnce(&System) -> T) -> Result<T, Failed> {
        let nodes = &self.nodes;
        let text = format!(
            "system \"test\" {{\n  board \"mps2-an386\"\n  component \"main\" \"main.wasm\" {{\n{nodes}    bounds \
             \"{bounds}\"\n  }}\n  run \"main#run\"\n}}\n"
        );
        let mut sources = Sources::new();
        let id = sources.add("system.kdl", ".", text);
        let (manifest, found) = manifest::read(&sources, id);
        let manifest = manifest.filter(|_| !found.has_errors()).ok_or_else(|| format!("{:#?}", found.list))?;
        let (board, found) = board::load(&mut sources, &manifest);
        let board = board.ok_or_else(|| format!("{:#?}", found.list))?;
        let module = ingest::module("main", Unit::Component(ComponentId(0)), &self.wasm);
        let modules = [module.map_err(|error| format!("{error:#?}"))?];
        let (system, found) = link::resolve(&manifest, &board, &modules);
        Ok(go(&system.ok_or_else(|| format!("{:#?}", found.list))?))
    }
}

/// Runs all cases of a group; for the first that differs, finds the expression and the operands.
fn check_table(group: &table::Group) -> Result<(), Failed> {
    let read = |cases: &[table::Case], detail| {
        let text = format!(";;! memory budget=(KiB)64\n{}", table::program(cases, detail));
        Program::read(group.name, &text)
    };
    let run = |program: &Program| program.with_system("software", |system| bare::run(system, &program.name));
    let program = read(&group.cases, false)?;
    let (expected, actual) = (program.expected(), run(&program)??);
    if expected == actual {
        return Ok(());
    }
    let wrong: Vec<_> =
        group.cases.iter().enumerate().filter(|(i, _)| expected.log.get(*i) != actual.log.get(*i)).collect();
    let mut message = format!("{} of {} cases differ", wrong.len(), group.cases.len());
    for (_, case) in wrong.into_iter().take(10) {
        let program = read(std::slice::from_ref(case), true)?;
        let (expected, actual) = (program.expected(), run(&program)??);
        let line = (0..expected.log.len()).find(|&line| expected.log.get(line) != actual.log.get(line));
        let what = match line {
            Some(line) => {
                let actual = actual.log.get(line).map_or("missing".to_owned(), |word| format!("{word:#x}"));
                format!("{} is {actual}, must be {:#x}", table::describe(case, line), expected.log[line])
            }
            None => "the same when logged one by one".to_owned(),
        };
        message.push_str(&format!("\n{}: {what}; {:?}", case.label, actual.trap));
    }
    Err(message.into())
}

fn compare(expected: &Outcome, actual: &Outcome) -> Result<(), Failed> {
    if expected == actual {
        return Ok(());
    }
    let (expected, actual) = (expected.to_string(), actual.to_string());
    let diff = similar::TextDiff::from_lines(&expected, &actual);
    Err(diff.unified_diff().header("interpreter", "target").to_string().into())
}
