//! Programs that run on the target and on an interpreter, and must do the same on both: `programs/*.wat`.
//!
//! A program exports `run`, which logs numbers through `compose.log_u32` and may trap. Lines that start with `;;!`
//! belong to the component's node in the manifest; `;;? software` keeps a program to software bounds.

mod arenas;
mod coverage;
#[path = "../emulated/mod.rs"]
mod emulated;
mod image;
mod oracle;
mod shapes;
mod table;

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
    let mut texts = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a readable file");
        texts.push(text.clone());
        for target in Target::ALL {
            if target == Target::Hardware && text.contains(";;? software") {
                continue;
            }
            let text = text.clone();
            trials.push(Trial::test(format!("{}::{name}", target.name()), move || Program::read(&text)?.check(target)));
        }
    }
    for target in Target::ALL {
        for group in table::groups() {
            let name = format!("{}::table::{}", target.name(), group.name);
            trials.push(Trial::test(name, move || check_table(&group, target)));
        }
        for seed in 0..8 {
            trials.push(Trial::test(format!("{}::shapes::{seed}", target.name()), move || {
                let text = format!(";;! memory budget=(KiB)64\n{}", shapes::program(seed));
                Program::read(&text)?.check(target)
            }));
        }
    }
    trials.push(Trial::test("every-operator-is-run", move || every_operator(&texts)));
    trials.extend(arenas::trials());
    trials.extend(image::regressions());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// How a program is held in its memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// With bounds checks in the code, and with those of the protection unit alone.
    Software,
    Hardware,
}

impl Target {
    const ALL: [Target; 2] = [Target::Software, Target::Hardware];

    fn name(self) -> &'static str {
        match self {
            Target::Software => "software",
            Target::Hardware => "hardware",
        }
    }
}

struct Program {
    /// The component's nodes.
    nodes: String,
    wasm: Vec<u8>,
}

impl Program {
    fn read(text: &str) -> Result<Program, Failed> {
        let nodes = text.lines().filter_map(|line| line.strip_prefix(";;!"));
        let nodes = nodes.map(|node| format!("    {}\n", node.trim())).collect();
        Ok(Program { nodes, wasm: wat::parse_str(text)? })
    }

    fn expected(&self) -> Outcome {
        let arena = oracle::Arena::new(0x1_0000, if self.nodes.contains("arena") { 0x400 } else { 0 });
        let mut machine = oracle::Machine::new(arena);
        match machine.instantiate("main", &self.wasm) {
            Ok(instance) => machine.call(instance, "run"),
            Err(trapped) => trapped,
        }
    }

    fn check(&self, target: Target) -> Result<(), Failed> {
        compare(&self.expected(), &self.run(target)?)
    }

    fn run(&self, target: Target) -> Result<Outcome, Failed> {
        image::run(&self.nodes, &self.wasm, target.name())
    }
}

fn every_operator(texts: &[String]) -> Result<(), Failed> {
    let tables = table::groups().into_iter().map(|group| table::program(&group.cases, false));
    let binaries: Result<Vec<Vec<u8>>, _> = texts.iter().cloned().chain(tables).map(wat::parse_str).collect();
    match coverage::missing(binaries?.iter().map(Vec::as_slice)).as_slice() {
        [] => Ok(()),
        missing => Err(format!("no program uses {missing:?}").into()),
    }
}

/// Runs all cases of a group; for the first that differs, finds the expression and the operands.
fn check_table(group: &table::Group, target: Target) -> Result<(), Failed> {
    let read = |cases: &[table::Case], detail| {
        let text = format!(";;! memory budget=(KiB)64\n{}", table::program(cases, detail));
        Program::read(&text)
    };
    let program = read(&group.cases, false)?;
    let (expected, actual) = (program.expected(), program.run(target)?);
    if expected == actual {
        return Ok(());
    }
    let wrong: Vec<_> =
        group.cases.iter().enumerate().filter(|(i, _)| expected.log.get(*i) != actual.log.get(*i)).collect();
    let mut message = format!("{} of {} cases differ", wrong.len(), group.cases.len());
    for (_, case) in wrong.into_iter().take(10) {
        let program = read(std::slice::from_ref(case), true)?;
        let (expected, actual) = (program.expected(), program.run(target)?);
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
