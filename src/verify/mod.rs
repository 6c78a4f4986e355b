//! Reads a finished ELF and checks that it isolates what it says it isolates.
//!
//! This shares nothing with what it checks: it has its own reader of the ELF (`goblin`), its own decoder of the
//! register words, and its own idea of the region table. It believes the words in flash, because those are what the
//! kernel stores to the protection unit.

mod checks;
mod image;
pub mod pmp;
pub mod pmsav7;
pub mod pmsav8;
pub mod regions;
mod table;

use std::fmt;

/// One property of an image.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub what: &'static str,
    /// Checks without which this one means nothing. They come earlier in [`CHECKS`].
    pub needs: &'static [&'static str],
}

/// All checks, in the order in which they run.
pub const CHECKS: &[Check] = &[
    Check { name: "elf", what: "the file is a 32-bit little-endian Arm executable", needs: &[] },
    Check { name: "table", what: "the image holds a region table of a known version", needs: &["elf"] },
    Check { name: "digest", what: "the region table and the flash are as they were written", needs: &["table"] },
    Check {
        name: "sections",
        what: "every section lies inside its bank: data without contents in RAM, the rest unwritable in flash",
        needs: &["table"],
    },
    Check { name: "segments", what: "what is loaded is the flash, complete and unwritable", needs: &["sections"] },
    Check { name: "overlap", what: "no two memories, stacks or other sections overlap", needs: &["sections"] },
    Check {
        name: "vectors",
        what: "the vector table is at the start of flash, with the kernel's stack and the kernel's code",
        needs: &["sections"],
    },
    Check { name: "words", what: "the kernel's tables hold the register words of every process", needs: &["table"] },
    Check { name: "slots", what: "entering a process writes every region that any process uses", needs: &["words"] },
    Check { name: "pieces", what: "every region is legal for the protection unit", needs: &["slots"] },
    Check {
        name: "attributes",
        what: "memories and code are Normal memory, devices are Device memory",
        needs: &["pieces", "table"],
    },
    Check {
        name: "own-memory",
        what: "a process can read and write its own memories and stack",
        needs: &["pieces", "sections"],
    },
    Check {
        name: "foreign-memory",
        what: "no process can access a memory or stack of another, or of the kernel",
        needs: &["pieces", "sections"],
    },
    Check {
        name: "adapters",
        what: "an adapter can access memories of the two processes that it stands between, as far as they can themselves",
        needs: &["pieces", "sections"],
    },
    Check {
        name: "confined",
        what: "no process can access anything but RAM, flash and what it has been granted of devices",
        needs: &["pieces", "table"],
    },
    Check {
        name: "devices",
        what: "a process can access its devices, and nobody else can unless they are shared",
        needs: &["pieces", "table"],
    },
    Check { name: "data-not-executable", what: "nothing outside flash is executable", needs: &["pieces", "table"] },
    Check { name: "code-not-writable", what: "nothing in flash is writable", needs: &["pieces", "table"] },
    Check {
        name: "code-executable",
        what: "every process can read and execute the image's code",
        needs: &["pieces", "sections"],
    },
    Check {
        name: "table-agrees",
        what: "the region table says what sections and register words say",
        needs: &["pieces", "sections"],
    },
];

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// What is wrong, one sentence each.
    Failed(Vec<String>),
    /// A check that it needs has failed.
    Skipped(&'static str),
}

/// The outcome of every check, in the order of [`CHECKS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcomes: Vec<(&'static Check, Outcome)>,
}

impl Verdict {
    pub fn passed(&self) -> bool {
        self.outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Passed)
    }

    /// What is wrong: the name of the check, and a sentence.
    pub fn findings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.outcomes.iter().flat_map(|(check, outcome)| {
            let list: &[String] = if let Outcome::Failed(list) = outcome { list } else { &[] };
            list.iter().map(|finding| (check.name, finding.as_str()))
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = CHECKS.iter().map(|check| check.name.len()).max().unwrap_or(0);
        for (check, outcome) in &self.outcomes {
            match outcome {
                Outcome::Passed => writeln!(f, "  ok    {:width$}  {}", check.name, check.what)?,
                Outcome::Skipped(needed) => writeln!(f, "  skip  {:width$}  needs `{needed}`", check.name)?,
                Outcome::Failed(findings) => {
                    writeln!(f, "  FAIL  {:width$}  {}", check.name, check.what)?;
                    for finding in findings {
                        writeln!(f, "        {:width$}  - {finding}", "")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Checks an ELF file.
pub fn check(elf: &[u8]) -> Verdict {
    let mut subject = checks::Subject::new(elf);
    let mut outcomes: Vec<(&'static Check, Outcome)> = Vec::new();
    for check in CHECKS {
        let failed = |needed: &&&str| outcomes.iter().any(|(c, o)| c.name == **needed && *o != Outcome::Passed);
        let outcome = match check.needs.iter().find(failed) {
            Some(needed) => Outcome::Skipped(needed),
            None => match subject.run(check.name) {
                findings if findings.is_empty() => Outcome::Passed,
                findings => Outcome::Failed(findings),
            },
        };
        outcomes.push((check, outcome));
    }
    Verdict { outcomes }
}
