//! Attacks, run on the target: `tests/attacks/*.txt`, one image for each bounds mode.
//!
//!     === about
//!     what the case shows
//!     === attacks
//!     NAME: EXPORT ARGUMENT...      a component NAME with the module `intruder`, whose EXPORT is run
//!     === boards                    where it is run, with the same output (without: mps2-an386); with software bounds
//!                                   on the first and the last of them
//!     === nodes                     nodes of each of these components, beside a budget of what is declared
//!     === manifest                  more components and links
//!     === intruder.wat              modules
//!     === hardware                  what the image prints with hardware bounds, and how it ends
//!     === software                  the same with software bounds
//!
//! A component `victim` (`victim.wat`) fills its memory before the first attack and checks it after each. A mode without
//! a section is not run. `BLESS=1` writes what is found.
//!
//! An argument is a sum of numbers and of addresses in braces, modulo 2^32:
//!
//! - `{here}`, `{victim}`, `{NAME}`: the first memory of the attacker, of the victim, or of another component;
//! - `{X.end}`: its end, `{X.stack}`: the lowest address of its stack, `{X.granted}`, `{X.granted.end}`: the ends of what its
//!   process may access;
//! - `{kernel}`, `{kernel.stack}`, `{flash}`, `{flash.end}`, `{console}`;
//! - `{@NAME}`: a symbol of the ELF.
//!
//! They depend on the layout: the image is built once with zeros, the addresses come from its region table, and the image
//! is built again. Output is compared with addresses written in words.

mod emulated;

use compose::Product;
use compose::board::Board;
use compose::image::Image;
use compose::plan::table::{BankKind, Kind, RegionTable};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let root = root();
    let mut files: Vec<PathBuf> = fs::read_dir(&root)
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let mut trials: Vec<Trial> = files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || check(&file))
        })
        .collect();
    trials.push(Trial::test("planted-bug-in-the-region-words", planted_bug));
    libtest_mimic::run(&arguments, trials).exit();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

struct Case {
    sections: Vec<(String, String)>,
}

/// One line of `=== attacks`.
struct Attack<'a> {
    name: &'a str,
    export: &'a str,
    arguments: Vec<&'a str>,
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

    fn attacks(&self) -> Result<Vec<Attack<'_>>, Failed> {
        let lines = self.section("attacks").ok_or("no `=== attacks`")?.lines();
        lines
            .map(|line| {
                let (name, call) = line.split_once(':').ok_or_else(|| format!("no name: {line}"))?;
                // Names in braces may have spaces.
                let mut inside = false;
                let words = call.split(move |c: char| {
                    inside = c == '{' || inside && c != '}';
                    c.is_whitespace() && !inside
                });
                let mut words = words.filter(|word| !word.is_empty());
                let export = words.next().ok_or_else(|| format!("no export: {line}"))?;
                Ok(Attack { name, export, arguments: words.collect() })
            })
            .collect()
    }

    /// The manifest, with the arguments as `value` gives them.
    fn manifest(
        &self,
        board: &str,
        mode: &str,
        mut value: impl FnMut(&Attack<'_>, &str) -> Result<u32, Failed>,
    ) -> Result<String, Failed> {
        let mut text = format!("system \"attack\" {{\n    board {board:?}\n    component \"victim\" \"victim.wat\"\n");
        let nodes = self.section("nodes").unwrap_or_default();
        let attacks = self.attacks()?;
        for Attack { name, .. } in &attacks {
            write!(text, "    component {name:?} \"intruder.wat\" {{\n        bounds {mode:?}\n{nodes}    }}\n")?;
        }
        text += &self.section("manifest").unwrap_or_default().replace("{bounds}", &format!("{mode:?}"));
        text += "    run \"victim#fill\"\n";
        for attack in &attacks {
            write!(text, "    run \"{}#{}\"", attack.name, attack.export)?;
            for argument in &attack.arguments {
                write!(text, " {}", value(attack, argument)?)?;
            }
            text += "\n    run \"victim#check\"\n";
        }
        text += "}\n";
        Ok(text)
    }
}

fn check(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let case = Case::read(&text)?;
    let mut blessed = String::new();
    let mut wrong = String::new();
    for (name, body) in &case.sections {
        let is_mode = name == "hardware" || name == "software";
        let actual = if is_mode { run(&case, name)? } else { body.clone() };
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

/// What the images of all boards say in one mode.
fn run(case: &Case, mode: &str) -> Result<String, Failed> {
    let mut said: Option<String> = None;
    let mut boards: Vec<&str> = case.section("boards").unwrap_or("mps2-an386").split_whitespace().collect();
    // The compares of software bounds are the same code on all of them.
    if mode == "software" && boards.len() > 2 {
        boards.drain(1..boards.len() - 1);
    }
    for board in boards {
        let here = run_on(case, board, mode)?;
        match &said {
            Some(there) if *there != here => return Err(format!("on {board}:\n{here}instead of\n{there}").into()),
            _ => said = Some(here),
        }
    }
    said.ok_or_else(|| "no boards".into())
}

fn run_on(case: &Case, board: &str, mode: &str) -> Result<String, Failed> {
    let built = build(case, board, mode)?;
    let said = match case.section("unmeasured") {
        None => emulated::run(&built)?,
        Some(_) => emulated::run_hostile(&built)?,
    };
    let mut actual = String::new();
    let places = Places::of(&built, "");
    for line in said.console.lines() {
        writeln!(actual, "{}", places.symbolic(line))?;
    }
    writeln!(actual, "exit {}", said.exit_code)?;
    // No blessing changes what this is about.
    let intact = said.console.lines().filter(|line| *line == "victim: intact").count();
    if intact != case.attacks()?.len() || actual.contains("component `victim`") {
        return Err(format!("the victim was not left alone:\n{actual}").into());
    }
    Ok(actual)
}

/// The image with the arguments that the attacks mean.
fn build(case: &Case, board: &str, mode: &str) -> Result<Product, Failed> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    fs::copy(root().join("victim.wat"), folder.join("victim.wat"))?;
    for (name, body) in case.sections.iter().filter(|(name, _)| name.ends_with(".wat")) {
        fs::write(folder.join(name), body)?;
    }
    let first = emulated::build(folder, &case.manifest(board, mode, |_, _| Ok(0))?)?;
    let value = |attack: &Attack<'_>, argument: &str| Places::of(&first, attack.name).value(argument);
    let manifest = case.manifest(board, mode, value)?;
    let second = emulated::build(folder, &manifest)?;
    let layout = |image: &Image| (image.regions.sections.clone(), image.regions.processes.clone());
    if layout(&first.image) != layout(&second.image) {
        return Err("the layout changed with the arguments".into());
    }
    Ok(second)
}

/// An attacker whose first region is all of RAM: the victim must notice, or these tests would not.
fn planted_bug() -> Result<(), Failed> {
    let case = Case::read(&fs::read_to_string(root().join("addresses.txt"))?)?;
    let mut built = build(&case, "mps2-an386", "hardware")?;
    let regions = Places::of(&built, "").symbol("regions:process:store-first")?;
    let at = {
        let elf = goblin::elf::Elf::parse(&built.image.elf)?;
        let holds = |header: &&goblin::elf::ProgramHeader| header.vm_range().contains(&(regions as usize));
        let header = elf.program_headers.iter().find(holds).ok_or("the words are not loaded")?;
        header.file_range().start + (regions as usize - header.vm_range().start)
    };
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    // RBAR: the region number stays. RASR: SIZE = 21 (4 MiB), no subregion off (DDI 0403, B3.5.8 and B3.5.9).
    let rbar = word(&built.image.elf, at) & 0x1f | 0x2000_0000;
    let rasr = word(&built.image.elf, at + 4) & !0xff3e | 21 << 1;
    built.image.elf[at..at + 4].copy_from_slice(&rbar.to_le_bytes());
    built.image.elf[at + 4..at + 8].copy_from_slice(&rasr.to_le_bytes());
    let said = emulated::run(&built)?;
    match said.console.lines().nth(1) {
        Some("victim: CHANGED") => Ok(()),
        _ => Err(format!("the bug has no effect:\n{}", said.console).into()),
    }
}

/// Addresses by name.
struct Places<'a> {
    image: &'a Image,
    table: &'a RegionTable,
    board: &'a Board,
    /// Who `here` is.
    attacker: &'a str,
}

impl<'a> Places<'a> {
    fn of(product: &'a Product, attacker: &'a str) -> Self {
        let Product { image, board, .. } = product;
        Places { image, table: &image.regions, board, attacker }
    }

    fn value(&self, argument: &str) -> Result<u32, Failed> {
        let mut sum = 0u32;
        // Signs inside braces belong to names.
        let mut rest = argument;
        let mut negative = false;
        while !rest.is_empty() {
            let (term, after) = match rest.strip_prefix('{') {
                Some(inside) => {
                    let (name, after) =
                        inside.split_once('}').ok_or_else(|| format!("no closing brace: {argument}"))?;
                    (self.place(name)?, after)
                }
                None => {
                    let (digits, after) = rest.split_at(rest.find(['+', '-']).unwrap_or(rest.len()));
                    (number(digits)?, after)
                }
            };
            sum = if negative { sum.wrapping_sub(term) } else { sum.wrapping_add(term) };
            negative = after.starts_with('-');
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(sum)
    }

    fn place(&self, name: &str) -> Result<u32, Failed> {
        if let Some(symbol) = name.strip_prefix('@') {
            return self.symbol(symbol);
        }
        let (owner, part) = name.split_once('.').unwrap_or((name, ""));
        let owner = if owner == "here" { self.attacker } else { owner };
        let bank = |kind| self.table.banks.iter().find(|bank| bank.kind == kind);
        let section = |kind: Kind, component: Option<&str>| {
            let found = self.table.sections.iter().find(|section| {
                section.kind == kind
                    && section.component.as_deref() == component
                    && section.memory.as_ref().is_none_or(|memory| memory.index == 0)
            });
            found.ok_or_else(|| Failed::from(format!("nothing is called {name}")))
        };
        let process = || {
            let found = self.table.processes.iter().find(|process| process.components.iter().any(|c| c == owner));
            found.ok_or_else(|| Failed::from(format!("nobody is called {owner}")))
        };
        Ok(match (owner, part) {
            ("kernel", "") => section(Kind::KernelMemory, None)?.base.0,
            ("kernel", "stack") => section(Kind::KernelStack, None)?.base.0,
            ("console", "") => self.board.console.as_ref().ok_or("no console")?.base,
            ("flash", part) => {
                let bank = bank(BankKind::Flash).ok_or("no flash")?;
                bank.base.0 + if part == "end" { bank.used } else { 0 }
            }
            (owner, "") => section(Kind::Memory, Some(owner))?.base.0,
            (owner, "end") => {
                let section = section(Kind::Memory, Some(owner))?;
                section.base.0 + section.memory.as_ref().map_or(section.size, |memory| memory.bytes)
            }
            (_, "stack") => process()?.stack.base.0,
            (_, "stack.end") => process()?.stack.base.0 + process()?.stack.size,
            (_, "granted") => process()?.extents[0].granted_base.0,
            (_, "granted.end") => process()?.extents[0].granted_base.0 + process()?.extents[0].granted_size,
            _ => return Err(format!("no such place: {name}").into()),
        })
    }

    fn symbol(&self, name: &str) -> Result<u32, Failed> {
        let elf = goblin::elf::Elf::parse(&self.image.elf)?;
        let found = elf.syms.iter().find(|symbol| elf.strtab.get_at(symbol.st_name) == Some(name));
        match found {
            // Bit 0 is the instruction set, not the address.
            Some(symbol) => Ok(symbol.st_value as u32 & !1),
            None => {
                let names: Vec<_> = elf.syms.iter().filter_map(|symbol| elf.strtab.get_at(symbol.st_name)).collect();
                Err(format!("there is no symbol `{name}`, but {names:?}").into())
            }
        }
    }

    /// A line of output without what depends on layout and code: addresses in words, and not at all where a component got
    /// into the kernel's code.
    fn symbolic(&self, line: &str) -> String {
        if let Some((before, _)) = line.split_once(" (code ").filter(|(_, after)| after.contains("kernel!")) {
            return format!("{} (code ..., kernel!...)", before.split(" at ").next().unwrap_or(before));
        }
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find("0x") {
            let (before, found) = rest.split_at(at);
            let end = found.find(|c: char| !c.is_ascii_hexdigit() && c != '_' && c != 'x').unwrap_or(found.len());
            let (shown, after) = found.split_at(end);
            out += before;
            match u32::from_str_radix(&shown[2..].replace('_', ""), 16) {
                Ok(_) if before.ends_with("(code ") => out += "...",
                Ok(address) if before.ends_with(" at ") => out += &self.name(address, shown, line),
                _ => out += shown,
            }
            rest = after;
        }
        out + rest
    }

    fn name(&self, address: u32, shown: &str, line: &str) -> String {
        let below = |end: u32, size: u32| end.wrapping_sub(address).wrapping_sub(1) < size;
        let above = |base: u32, size: u32| address.wrapping_sub(base) < size;
        let component = line.split('`').nth(1).unwrap_or_default();
        let process = self.table.processes.iter().find(|process| process.components.iter().any(|c| c == component));
        if let Some(process) = process {
            if line.contains("stack overflow") && below(process.stack.base.0, 256) {
                return "just below its stack".to_string();
            }
            for extent in &process.extents {
                if above(extent.granted_base.0 + extent.granted_size, 16) {
                    return "just past what it may access".to_string();
                }
                if below(extent.granted_base.0, 16) {
                    return "just below what it may access".to_string();
                }
            }
        }
        let flash = self.table.banks.iter().find(|bank| bank.kind == BankKind::Flash);
        if self.board.console.as_ref().is_some_and(|console| above(console.base, 4096)) {
            return "the console".to_string();
        }
        match flash.map(|bank| (bank.base.0, bank.size)) {
            Some((base, _)) if address == base && !line.contains("execution") => return "the vectors".to_string(),
            Some((base, size)) if address != 0 && above(base, size) => return "flash".to_string(),
            _ => {}
        }
        match self.table.sections.iter().find(|section| above(section.base.0, section.size)) {
            Some(section) if address != 0 => format!("{}+{:#x}", section.name, address - section.base.0),
            _ => shown.to_string(),
        }
    }
}

fn number(text: &str) -> Result<u32, Failed> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(&digits.replace('_', ""), 16),
        None => text.parse(),
    };
    parsed.map_err(|error| format!("{text}: {error}").into())
}
