//! Every edge of every piece, tried on the target.
//!
//! Each process accesses bytes, halfwords and words on both sides of every place where one of its pieces begins or
//! ends, holes of subregions included, and where something of the others does. The places come from the region table's
//! `regions`. What must happen there does not: it follows from the extents and devices that the plan says the process
//! has. Nothing here reads a register word, but to damage it.
//!
//! An access is one job: it prints its number, or is reported as a trap at its address. So the image prints one line
//! for each, in order.
//!
//! Unaligned accesses that begin inside and end outside are tried only at multiples of 1 KiB: elsewhere the emulator lets
//! them pass (hardware does not).

#[path = "../emulated/mod.rs"]
mod emulated;
mod systems;

use compose::Product;
use compose::plan::table::{BankKind, Kind, Process, Region, RegionAccess, RegionTable};
use compose::verify;
use emulated::Said;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::ops::Range;
use systems::{Component, SYSTEMS, System};

fn main() {
    let mut trials: Vec<Trial> = Vec::new();
    for system in SYSTEMS {
        for board in system.boards {
            for mode in ["hardware", "software"] {
                // What software bounds refuse is the same everywhere.
                if mode == "software" && !system.software {
                    continue;
                }
                let name = format!("{}::{board}::{mode}", system.name);
                trials.push(Trial::test(name, move || check(system, board, mode)));
            }
        }
        for board in system.refused {
            trials.push(Trial::test(format!("{}::{board}::refused", system.name), move || refused(system, board)));
        }
    }
    trials.push(Trial::test("planted-bugs", planted_bugs));
    trials.push(Trial::test("planted-attributes", planted_attributes));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

type Addresses = Range<u64>;

/// One access of a process.
#[derive(Clone, Debug)]
struct Probe {
    component: &'static str,
    /// Export of the component.
    export: &'static str,
    at: Addresses,
    works: bool,
}

impl Probe {
    fn line(&self, number: usize) -> String {
        if self.works { number.to_string() } else { format!("trap at {:#x}..{:#x}", self.at.start, self.at.end) }
    }
}

/// Bytes, and the distance from the edge. Those that no multiple of their size puts there come last.
const ACCESSES: [(u64, i64); 9] = [(1, -1), (1, 0), (2, -2), (2, 0), (4, -4), (4, 0), (2, -1), (4, -2), (4, -1)];

// ---- What must happen ----

/// What a process may do, by what the plan says it has.
struct Rights {
    memory: Vec<Addresses>,
    devices: Vec<Addresses>,
    flash: Vec<Addresses>,
}

impl Rights {
    fn of(table: &RegionTable, process: &Process) -> Self {
        let extent = |base: u32, size: u32| u64::from(base)..u64::from(base) + u64::from(size);
        Rights {
            memory: process.extents.iter().map(|e| extent(e.granted_base.0, e.granted_size)).collect(),
            devices: process.devices.iter().map(|device| extent(device.base.0, device.size)).collect(),
            // The plan has no other word for what lies around the image.
            flash: table.fixed.iter().flat_map(Region::granted).collect(),
        }
    }

    fn allow(&self, address: u64, store: bool) -> bool {
        let holds = |list: &[Addresses]| list.iter().any(|range| range.contains(&address));
        holds(&self.memory) || holds(&self.devices) || !store && holds(&self.flash)
    }

    fn is_device(&self, at: &Addresses) -> bool {
        self.devices.iter().any(|device| device.start < at.end && at.start < device.end)
    }
}

/// With software bounds: the component's first memory, and nothing else.
fn own_bytes(table: &RegionTable, component: &str) -> Addresses {
    let own = table.sections.iter().find(|section| {
        section.kind == Kind::Memory
            && section.component.as_deref() == Some(component)
            && section.memory.as_ref().is_some_and(|memory| memory.index == 0)
    });
    let own = own.expect("every component has a memory");
    let bytes = own.memory.as_ref().map_or(0, |memory| memory.bytes);
    own.base.0.into()..u64::from(own.base.0) + u64::from(bytes)
}

// ---- Where to try ----

/// The places where something of a region begins or ends.
fn edges(region: &Region) -> Vec<u64> {
    let parts = if region.subregions_off == 0 { 1 } else { 8 };
    (0..=parts).map(|part| u64::from(region.base.0) + region.size / parts * part).collect()
}

/// Edges of the process's own pieces, and of what it has.
fn own_edges(table: &RegionTable, process: &Process) -> Vec<u64> {
    let mut all: Vec<u64> = table.fixed.iter().chain(&process.regions).flat_map(edges).collect();
    let rights = Rights::of(table, process);
    all.extend(rights.memory.iter().chain(&rights.devices).flat_map(|range| [range.start, range.end]));
    all.sort_unstable();
    all.dedup();
    all
}

/// Edges of everything else that is somewhere: sections, banks, what others have.
fn other_edges(table: &RegionTable, own: &[u64]) -> Vec<u64> {
    let sections = table.sections.iter().map(|s| (u64::from(s.base.0), u64::from(s.size)));
    let banks = table.banks.iter().map(|bank| (u64::from(bank.base.0), u64::from(bank.size)));
    let devices = table.processes.iter().flat_map(|process| &process.devices);
    let devices = devices.map(|device| (u64::from(device.base.0), u64::from(device.size)));
    let mut all: Vec<u64> = sections.chain(banks).chain(devices).flat_map(|(base, size)| [base, base + size]).collect();
    all.extend(table.processes.iter().flat_map(|process| &process.regions).flat_map(edges));
    all.retain(|edge| !own.contains(edge));
    all.sort_unstable();
    all.dedup();
    all
}

/// All accesses of a system with the layout of `table`.
fn probes(system: &System, table: &RegionTable, mode: &str) -> Vec<Probe> {
    let mut probes = Vec::new();
    for Component { name, .. } in system.components {
        let process = table.processes.iter().find(|process| process.name == *name).expect("one process each");
        let rights = Rights::of(table, process);
        let own = own_edges(table, process);
        let others = other_edges(table, &own);
        let near = own.iter().flat_map(|&edge| ACCESSES.map(|(bytes, distance)| (edge, bytes, distance)));
        let far = others.iter().flat_map(|&edge| [(edge, 1, -1), (edge, 1, 0)]);
        for (edge, bytes, distance) in near.chain(far) {
            let Some(start) = edge.checked_add_signed(distance) else { continue };
            let at = start..start + bytes;
            if at.end > 1 << 32 {
                continue;
            }
            for store in [false, true] {
                let works = match mode {
                    "software" => {
                        let own = own_bytes(table, name);
                        own.start <= at.start && at.end <= own.end
                    }
                    _ => at.clone().all(|address| rights.allow(address, store)),
                };
                let straddles = !start.is_multiple_of(bytes);
                let lax = straddles && rights.allow(start, store) && !edge.is_multiple_of(1024);
                // Registers are words.
                let odd_register = rights.is_device(&at) && (bytes < 4 || straddles);
                if mode == "hardware" && (lax || odd_register) || straddles && store {
                    continue;
                }
                let export = match (bytes, store, works) {
                    (1, false, _) => "load8",
                    (2, false, _) => "load16",
                    (_, false, _) => "load32",
                    (1, true, false) => "store8",
                    (2, true, false) => "store16",
                    (_, true, false) => "store32",
                    // It may be where the stack is: what is there stays.
                    (1, true, true) => "rewrite8",
                    (2, true, true) => "rewrite16",
                    (_, true, true) => "rewrite32",
                };
                probes.push(Probe { component: name, export, at: at.clone(), works });
            }
        }
    }
    probes
}

// ---- Images ----

/// The image with all its accesses. The layout does not depend on them but for the end of flash: it is built again until
/// there are accesses at that end, and never with fewer than before.
fn build(system: &System, board: &str, mode: &str) -> Result<(Product, Vec<Probe>), Failed> {
    let folder = tempfile::tempdir()?;
    system.write(folder.path(), board)?;
    let mut probes: Vec<Probe> = Vec::new();
    let mut base = vec![0; system.components.len()];
    for _ in 0..6 {
        let product = emulated::build(folder.path(), &system.manifest(board, mode, &jobs(system, &probes, &base)))?;
        let table = &product.image.regions;
        let mut next = self::probes(system, table, mode);
        let filler = next.last().cloned();
        next.extend(filler.into_iter().cycle().take(probes.len().saturating_sub(next.len())));
        let next_base: Vec<u64> = system.components.iter().map(|c| own_bytes(table, c.name).start).collect();
        if base == next_base && next.len() == probes.len() && next.iter().zip(&probes).all(|(a, b)| a.at == b.at) {
            return Ok((product, probes));
        }
        (probes, base) = (next, next_base);
    }
    Err("the layout changes with the accesses again and again".into())
}

/// One job for each access, its number first, and the address as the component sees it.
fn jobs(system: &System, probes: &[Probe], base: &[u64]) -> String {
    let mut text = String::new();
    for (number, probe) in probes.iter().enumerate() {
        let index = system.components.iter().position(|component| component.name == probe.component);
        let address = (probe.at.start as u32).wrapping_sub(base[index.expect("of this system")] as u32);
        writeln!(text, "run \"{}#{}\" {number} {address}", probe.component, probe.export).expect("a string");
    }
    text
}

/// The accesses that went otherwise.
fn surprises(said: &Said, probes: &[Probe], mode: &str) -> Vec<String> {
    let mut lines = said.console.lines();
    let mut surprises = Vec::new();
    for (number, probe) in probes.iter().enumerate() {
        let line = lines.next().unwrap_or("nothing");
        let as_expected = if probe.works {
            line == number.to_string()
        } else {
            let named = format!("trap: component `{}`: memory access out of bounds", probe.component);
            line.strip_prefix(&named).is_some_and(|rest| mode == "software" || reported(rest, &probe.at))
        };
        if !as_expected {
            surprises.push(format!("{probe:x?}\n  expected {}, and was: {line}\n", probe.line(number)));
        }
    }
    if said.exit_code != 1 {
        surprises.push(format!("exit {}\n", said.exit_code));
    }
    surprises.extend(lines.map(|line| format!("more: {line}\n")));
    surprises
}

/// ` at 0x2000_0000 (code ...)`: an address of the access, or the first one past it where the access was split.
fn reported(rest: &str, at: &Addresses) -> bool {
    let digits = rest.strip_prefix(" at 0x").and_then(|rest| rest.split(' ').next());
    let address = digits.and_then(|digits| u64::from_str_radix(&digits.replace('_', ""), 16).ok());
    address.is_some_and(|address| at.contains(&address))
}

fn check(system: &System, board: &str, mode: &str) -> Result<(), Failed> {
    let (product, probes) = build(system, board, mode)?;
    let table = &product.image.regions;
    let surprises = surprises(&emulated::run(&product)?, &probes, mode);
    if !surprises.is_empty() {
        return Err(format!("{} of {}:\n{}", surprises.len(), probes.len(), surprises.concat()).into());
    }
    let found = Variety::of(system, table, &probes);
    if all() {
        eprintln!("{} on {board}, {mode}: {} accesses, {found:?}", system.name, probes.len());
    }
    found.is_enough(table, system, mode)
}

/// What the layout has of what this is about: a system that the solver covers by one round piece shows nothing.
#[derive(Debug, Default)]
struct Variety {
    /// The most pieces of one process.
    most: usize,
    /// The most of them for its memory.
    most_memory: usize,
    /// Pieces with eighths that are off, and such eighths whose first and last byte trap.
    with_holes: usize,
    holes: usize,
    works: usize,
    traps: usize,
}

impl Variety {
    fn of(system: &System, table: &RegionTable, probes: &[Probe]) -> Self {
        let mut found = Variety::default();
        let traps = |name: &str, address: u64| {
            let mut here = probes.iter().filter(|p| p.component == name && p.at == (address..address + 1));
            here.clone().count() == 2 && here.all(|probe| !probe.works)
        };
        for Component { name, .. } in system.components {
            let process = table.processes.iter().find(|process| process.name == *name).expect("one process each");
            let memory = process.regions.iter().filter(|region| region.access == RegionAccess::ReadWrite);
            found.most = found.most.max(process.regions.len());
            found.most_memory = found.most_memory.max(memory.clone().count());
            for region in memory.filter(|region| region.subregions_off != 0) {
                found.with_holes += 1;
                let eighths = edges(region);
                let off = (0..8).filter(|part| region.subregions_off >> part & 1 == 1);
                found.holes +=
                    off.filter(|&part| traps(name, eighths[part]) && traps(name, eighths[part + 1] - 1)).count();
            }
        }
        found.works = probes.iter().filter(|probe| probe.works).count();
        found.traps = probes.len() - found.works;
        found
    }

    fn is_enough(&self, table: &RegionTable, system: &System, mode: &str) -> Result<(), Failed> {
        let blocks = table.protection.model == "pmsav7";
        let flash = table.banks.iter().any(|bank| bank.kind == BankKind::Flash && bank.used > 0);
        let enough = flash
            && self.works > 100
            && self.traps > 200
            && (!blocks || self.most >= system.pieces && self.with_holes >= 4)
            && (!blocks || mode == "software" || self.holes >= 8);
        if enough { Ok(()) } else { Err(format!("the layout has too little of it: {self:?}").into()) }
    }
}

fn refused(system: &System, board: &str) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    system.write(folder.path(), board)?;
    match emulated::build(folder.path(), &system.manifest(board, "hardware", "")) {
        Ok(_) => Err("it fits".into()),
        Err(error) => {
            let text = error.message().unwrap_or_default().to_string();
            let expected = "plan::too-few-entries";
            if text.contains(expected) { Ok(()) } else { Err(format!("not {expected}:\n{text}").into()) }
        }
    }
}

// ---- Planted bugs ----

/// A wrong register word: the accesses must notice.
struct Planted {
    name: &'static str,
    /// Protection model.
    model: &'static str,
    /// Whether it can be planted into this region.
    suits: fn(&Region) -> bool,
    /// Which of the two words, as it should be, and as it is.
    word: usize,
    damage: fn(u32) -> u32,
}

const fn in_rasr(name: &'static str, suits: fn(&Region) -> bool, damage: fn(u32) -> u32) -> Planted {
    Planted { name, model: "pmsav7", suits, word: 1, damage }
}

const fn in_pmsav8(name: &'static str, suits: fn(&Region) -> bool, word: usize, damage: fn(u32) -> u32) -> Planted {
    Planted { name, model: "pmsav8", suits, word, damage }
}

const PLANTED: &[Planted] = &[
    in_rasr("eighths-shifted-up", has_holes, |rasr| rasr & !0xff00 | (rasr >> 8 << 1 & 0xff) << 8),
    in_rasr("eighths-shifted-down", has_holes, |rasr| rasr & !0xff00 | (rasr >> 9 & 0x7f) << 8),
    in_rasr("eighths-ignored", has_holes, |rasr| rasr & !0xff00),
    in_rasr("twice-the-size", |_| true, |rasr| rasr + 2),
    in_rasr("half-the-size", |region| region.size > 32, |rasr| rasr - 2),
    in_rasr("not-loaded", |_| true, |rasr| rasr & !1),
    in_pmsav8("limit-too-high", |_| true, 1, |rlar| rlar + 32),
    in_pmsav8("limit-too-low", |region| region.size > 32, 1, |rlar| rlar - 32),
    in_pmsav8("base-too-high", |region| region.size > 32, 0, |rbar| rbar + 32),
    // Below the device there is nothing, which is a trap too.
    in_pmsav8("base-too-low", |region| region.access != RegionAccess::Device, 0, |rbar| rbar - 32),
    in_pmsav8("read-only", |_| true, 0, |rbar| rbar | 4),
    in_pmsav8("kernel-only", |_| true, 0, |rbar| rbar & !2),
    in_pmsav8("not-enabled", |_| true, 1, |rlar| rlar & !1),
];

fn has_holes(region: &Region) -> bool {
    region.subregions_off != 0
}

/// Whether everything is tried, and said (`scripts/edges`): each bug in each region that it suits. Without, in one.
fn all() -> bool {
    std::env::var_os("EDGES").is_some_and(|value| value == "all")
}

/// On the first board, and on one of Armv8-M.
fn planted_bugs() -> Result<(), Failed> {
    let system = &SYSTEMS[0];
    for board in [system.boards[0], "mps2-an505"] {
        let (mut product, probes) = build(system, board, "hardware")?;
        let table = product.image.regions.clone();
        let here = PLANTED.iter().filter(|planted| planted.model == table.protection.model);
        for (number, planted) in here.enumerate() {
            let pairs = table.processes.iter().flat_map(|p| p.regions.iter().map(move |region| (p, region)));
            let suitable: Vec<(&Process, &Region)> = pairs.filter(|(_, region)| (planted.suits)(region)).collect();
            let chosen = if all() { suitable } else { vec![suitable[number % suitable.len().max(1)]] };
            for (process, region) in chosen {
                let place = format!("{} in region {} of `{}`", planted.name, region.slot, process.name);
                let at = word_in_file(&product.image.elf, process, region, planted.word)?;
                let right: [u8; 4] = product.image.elf[at..at + 4].try_into()?;
                let word = u32::from_le_bytes(right);
                if word != region.words[planted.word].0 {
                    return Err(format!("{word:#x} is not the word of {region:?}").into());
                }
                product.image.elf[at..at + 4].copy_from_slice(&(planted.damage)(word).to_le_bytes());
                // What reaches the kernel's memory may end in no report at all.
                let surprises = match emulated::run_hostile(&product) {
                    Ok(said) => surprises(&said, &probes, "hardware"),
                    Err(failed) => vec![format!("{failed:?}")],
                };
                let verdict = verify::check(&product.image.elf);
                product.image.elf[at..at + 4].copy_from_slice(&right);
                if surprises.is_empty() {
                    return Err(format!("nothing notices {place}: {region:?}").into());
                }
                // By what the words mean, and not only because the image is another one.
                let found: Vec<_> = verdict.findings().map(|(check, _)| check).filter(|c| *c != "digest").collect();
                if found.is_empty() {
                    return Err(format!("verify does not notice {place}").into());
                }
                if all() {
                    eprintln!("{board}: {place}: {} surprises; verify: {}", surprises.len(), found.join(", "));
                }
            }
        }
    }
    Ok(())
}

/// Attributes are nothing that the emulator looks at: with those of reset, unaligned accesses fault on hardware.
fn planted_attributes() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let system = &SYSTEMS[0];
    system.write(folder.path(), "mps2-an505")?;
    let mut elf = emulated::build(folder.path(), &system.manifest("mps2-an505", "hardware", ""))?.image.elf;
    let at = in_file(&elf, "kernel!setup", 0)?;
    for (word, check) in [(0, "attributes"), (0x0004_aaee, "table-agrees")] {
        elf[at..at + 4].copy_from_slice(&u32::to_le_bytes(word));
        let verdict = verify::check(&elf);
        if !verdict.findings().any(|(found, _)| found == check) {
            return Err(format!("{word:#x} does not fail `{check}`:\n{verdict}").into());
        }
    }
    Ok(())
}

/// Where a word of a region is in the file: pairs of words from the first slot of the process on.
fn word_in_file(elf: &[u8], process: &Process, region: &Region, word: usize) -> Result<usize, Failed> {
    let pair = process.words.chunks(2).position(|pair| *pair == region.words).ok_or("no such words")?;
    in_file(elf, &format!("regions:process:{}", process.name), 8 * pair + 4 * word)
}

/// Where what a symbol stands for is in the file.
fn in_file(elf: &[u8], name: &str, offset: usize) -> Result<usize, Failed> {
    let parsed = goblin::elf::Elf::parse(elf)?;
    let symbol = parsed.syms.iter().find(|symbol| parsed.strtab.get_at(symbol.st_name) == Some(name));
    let address = symbol.ok_or("no such symbol")?.st_value as usize + offset;
    let holds = |header: &&goblin::elf::ProgramHeader| header.vm_range().contains(&address);
    let header = parsed.program_headers.iter().find(holds).ok_or("it is not loaded")?;
    Ok(header.file_range().start + (address - header.vm_range().start))
}
