//! Modules by chance, on the target and on an interpreter: every function must give the same, trap for the same reason,
//! and leave the same behind.
//!
//! A short run is a test like any other. `scripts/fuzz` makes a long one: FUZZ_FUNCTIONS says how many functions to
//! compare, FUZZ_SEED where to begin.

#[path = "../support/append.rs"]
mod append;
#[path = "../emulated/mod.rs"]
mod emulated;
mod generate;
#[path = "../execute/oracle.rs"]
mod oracle;

use generate::{Call, Generated};
use libtest_mimic::{Arguments, Failed, Trial};
use oracle::{Arena, Machine, Outcome};
use std::collections::BTreeSet;
use std::path::Path;

const BOARDS: [&str; 4] = ["mps2-an386", "mps2-an385", "mps2-an500", "mps2-an505"];
/// Modules of an image.
const MODULES: usize = 12;

fn main() {
    let variable = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = variable("FUZZ_SEED");
    let trials = match variable("FUZZ_FUNCTIONS") {
        Some(functions) => {
            vec![Trial::test("long", move || long(functions as usize, seed.unwrap_or(1)))]
        }
        None => vec![Trial::test("short", move || compare(seed.unwrap_or(7000)).map(drop))],
    };
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What was compared.
#[derive(Default)]
struct Count {
    modules: usize,
    functions: usize,
    calls: usize,
    traps: usize,
    /// Functions of which a call overflowed a stack, here or there.
    overflows: usize,
}

fn long(functions: usize, first: u64) -> Result<(), Failed> {
    let mut sum = Count::default();
    let mut wrong: Vec<Failed> = Vec::new();
    for batch in first.. {
        match compare(batch) {
            Ok(count) => {
                sum.modules += count.modules;
                sum.functions += count.functions;
                sum.calls += count.calls;
                sum.traps += count.traps;
                sum.overflows += count.overflows;
            }
            Err(failed) => {
                eprintln!("batch {batch}: {}", failed.message().unwrap_or_default());
                wrong.push(failed);
            }
        }
        eprintln!(
            "batch {batch}: {} functions of {} modules compared in {} calls, {} of them traps; {} more overflow a stack; {} batches differ",
            sum.functions,
            sum.modules,
            sum.calls,
            sum.traps,
            sum.overflows,
            wrong.len()
        );
        if sum.functions >= functions || wrong.len() >= 5 {
            break;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} batches differ", wrong.len()).into()) }
}

/// One image of many modules, each a process of its own that goes on after traps.
fn compare(batch: u64) -> Result<Count, Failed> {
    // A module that traps when it is instantiated is refused by the build: its segments lie outside.
    let starts = |(_, module): &(u64, Generated)| Machine::new(Arena::new(0, 0)).instantiate("m", &module.wasm).is_ok();
    let seeds = (batch * 1000..).filter_map(|seed| Some((seed, generate::module(seed)?))).filter(starts).take(MODULES);
    let modules: Vec<(u64, Generated)> = seeds.collect();
    let folder = tempfile::tempdir()?;
    let board = BOARDS[batch as usize % BOARDS.len()];
    let mut text = format!("system \"fuzz\" {{\n  board \"{board}\"\n");
    let mut runs = String::new();
    for (seed, module) in &modules {
        std::fs::write(folder.path().join(format!("m{seed}.wasm")), &module.wasm)?;
        text += &format!("  component \"m{seed}\" \"m{seed}.wasm\" {{\n{}", module.nodes);
        text += "    stack (KiB)32\n    on-trap \"continue\"\n  }\n";
        for call in &module.calls {
            runs += &format!("  run \"m{seed}#{}\"\n", call.export);
        }
    }
    let text = format!("{text}{runs}}}\n");
    let product = emulated::build(folder.path(), &text).map_err(|failed| keep(&modules, batch, &text, failed))?;
    let said = emulated::run(&product).map_err(|failed| keep(&modules, batch, &text, failed))?;
    if said.exit_code != u8::from(said.console.contains("trap: ")) {
        return Err(keep(&modules, batch, &text, format!("exit code {}", said.exit_code).into()));
    }
    let mut lines = said.console.lines().peekable();
    let mut count = Count { modules: modules.len(), ..Count::default() };
    for (seed, module) in &modules {
        let mut machine = Machine::new(Arena::new(0, 0));
        let instance = machine.instantiate("m", &module.wasm).map_err(|outcome| format!("m{seed}: {outcome}"))?;
        let mut overflown = false;
        let mut lost = BTreeSet::new();
        for (number, call) in module.calls.iter().enumerate() {
            let expected = machine.call(instance, &call.export);
            // Up to where the next call begins, in this module or the next.
            let next = [generate::mark(number + 1), generate::mark(0)].map(|mark| mark.to_string());
            let mut actual = Outcome::default();
            while let Some(line) = lines.next_if(|line| actual.log.is_empty() || !next.iter().any(|mark| mark == line))
            {
                match line.strip_prefix(&format!("trap: component `m{seed}`: ")) {
                    Some(report) => actual.trap = Some(reason(report).to_owned()),
                    None => match line.parse() {
                        Ok(word) => actual.log.push(word),
                        Err(_) => return Err(keep(&modules, batch, &text, format!("the image says {line}").into())),
                    },
                }
            }
            let overflow = |outcome: &Outcome| outcome.trap.as_deref() == Some("stack overflow");
            // From there on, the two have not run the same code.
            overflown |= overflow(&expected) || overflow(&actual);
            if overflown {
                lost.extend(call.function);
            } else if expected != actual {
                let what = difference(*seed, call, &expected, &actual);
                return Err(keep(&modules, batch, &text, what.into()));
            } else {
                count.calls += 1;
                count.traps += usize::from(actual.trap.is_some());
            }
        }
        count.functions += module.functions - lost.len();
        count.overflows += lost.len();
    }
    Ok(count)
}

/// What a trap report says, without where.
fn reason(report: &str) -> &str {
    let end = [" at 0x", " (code "].into_iter().filter_map(|mark| report.find(mark)).min();
    &report[..end.unwrap_or(report.len())]
}

fn difference(seed: u64, call: &Call, expected: &Outcome, actual: &Outcome) -> String {
    let (expected, actual) = (expected.to_string(), actual.to_string());
    let diff = similar::TextDiff::from_lines(&expected, &actual);
    format!("m{seed}, {}:\n{}", call.export, diff.unified_diff().header("interpreter", "target"))
}

/// Leaves a batch that differs where it can be looked at.
fn keep(modules: &[(u64, Generated)], batch: u64, manifest: &str, failed: Failed) -> Failed {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{batch}"));
    let mut kept = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join("system.kdl"), manifest));
    for (seed, module) in modules {
        kept = kept.and_then(|()| std::fs::write(folder.join(format!("m{seed}.wasm")), &module.wasm));
    }
    let place = match kept {
        Ok(()) => format!("kept in {}", folder.display()),
        Err(error) => format!("cannot be kept: {error}"),
    };
    format!("{}\n{place}", failed.message().unwrap_or_default()).into()
}
