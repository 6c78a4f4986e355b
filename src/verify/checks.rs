//! The checks themselves. Each returns what is wrong; nothing is right.

use super::image::{Image, Section};
use super::pmsav7;
use super::regions::{Memory, Region, Rights, Unit};
use super::table::{self, Table};
use std::ops::Range;

/// What is checked, as far as it has been read. A check runs only after those that it needs have passed, so what those
/// have read is there.
pub struct Subject<'a> {
    elf: &'a [u8],
    image: Option<Image<'a>>,
    table: Option<Table>,
    /// What the unit's own registers are set to.
    setup: Vec<u32>,
    /// The words of the regions that are always on.
    fixed_words: Vec<[u32; 2]>,
    /// The same for each process of the table.
    process_words: Vec<Vec<[u32; 2]>>,
    fixed: Vec<Region>,
    /// Each process's own regions.
    processes: Vec<Vec<Region>>,
}

type Findings = Vec<String>;

const MEMORY_KINDS: [&str; 3] = ["stack", "instance-data", "memory"];
const KERNEL_KINDS: [&str; 2] = ["kernel-stack", "kernel-memory"];
const FLASH_KINDS: [&str; 3] = ["vectors", "code", "constants"];

impl<'a> Subject<'a> {
    pub fn new(elf: &'a [u8]) -> Self {
        Subject {
            elf,
            image: None,
            table: None,
            setup: Vec::new(),
            fixed_words: Vec::new(),
            process_words: Vec::new(),
            fixed: Vec::new(),
            processes: Vec::new(),
        }
    }

    /// Runs one of [`super::CHECKS`].
    pub fn run(&mut self, check: &str) -> Findings {
        match check {
            "elf" => match Image::read(self.elf) {
                Ok(image) => {
                    self.image = Some(image);
                    Vec::new()
                }
                Err(problem) => vec![problem],
            },
            "table" => match self.read_table() {
                Ok(table) => {
                    self.table = Some(table);
                    Vec::new()
                }
                Err(problem) => vec![problem],
            },
            "digest" => self.digest(),
            "sections" => self.sections(),
            "segments" => self.segments(),
            "overlap" => self.overlap(),
            "vectors" => self.vectors(),
            "words" => self.words(),
            "slots" => self.slots(),
            "pieces" => self.pieces(),
            "attributes" => self.attributes(),
            "own-memory" => self.own_memory(),
            "foreign-memory" => self.foreign_memory(),
            "adapters" => self.adapters(),
            "confined" => self.confined(),
            "devices" => self.devices(),
            "data-not-executable" => self.runs(|table, range, rights| {
                (rights.execute && !inside_banks(table, "flash", range)).then_some("is executable")
            }),
            "code-not-writable" => self.runs(|table, range, rights| {
                (rights.write && overlaps_banks(table, "flash", range)).then_some("is writable")
            }),
            "code-executable" => self.code_executable(),
            "table-agrees" => self.table_agrees(),
            unknown => unreachable!("no check is called `{unknown}`"),
        }
    }

    fn image(&self) -> &Image<'a> {
        self.image.as_ref().expect("the check `elf` has passed")
    }

    fn table(&self) -> &Table {
        self.table.as_ref().expect("the check `table` has passed")
    }

    fn read_table(&self) -> Result<Table, String> {
        let section = self.image().section(".compose.regions").and_then(|section| section.data);
        Table::read(section.ok_or("there is no section `.compose.regions`")?)
    }

    fn digest(&self) -> Findings {
        let image = self.image();
        let note = image.section(".note.compose").and_then(|section| section.data).unwrap_or(&[]);
        // namesz 8, descsz 16, type 1, "compose\0", two little-endian digests.
        let head: Vec<u8> = [8u32, 16, 1].iter().flat_map(|word| word.to_le_bytes()).chain(*b"compose\0").collect();
        let Some(digests) = note.strip_prefix(head.as_slice()).filter(|digests| digests.len() == 16) else {
            return vec!["there is no note `.note.compose` of a known form".to_string()];
        };
        let regions = image.section(".compose.regions").and_then(|section| section.data).unwrap_or(&[]);
        let flash = image.segments.first().map_or(&[][..], |segment| segment.data);
        let mut findings = Vec::new();
        for (what, bytes, digest) in [("the region table", regions, &digests[..8]), ("the flash", flash, &digests[8..])]
        {
            if fnv1a(bytes).to_le_bytes() != digest {
                findings.push(format!("{what} has changed since it was written"));
            }
        }
        findings
    }

    fn sections(&self) -> Findings {
        let (image, table) = (self.image(), self.table());
        let mut findings = Vec::new();
        for section in image.allocated() {
            let (name, range) = (&section.name, show(&section.range));
            let in_flash = inside_banks(table, "flash", &section.range);
            if !in_flash && !inside_banks(table, "ram", &section.range) {
                findings.push(format!("`{name}` at {range} is outside the banks"));
            } else if in_flash != section.data.is_some() {
                findings.push(format!("`{name}` at {range} is in the wrong kind of bank for its contents"));
            } else if in_flash && section.writable {
                findings.push(format!("`{name}` is marked as writable and lies in flash"));
            }
        }
        for wanted in &table.sections {
            if !image.allocated().any(|section| section.name == wanted.name) {
                findings.push(format!("section `{}` is missing", wanted.name));
            }
        }
        for kind in ["vectors", "kernel-stack"] {
            if table.sections.iter().filter(|section| section.kind == kind).count() != 1 {
                findings.push(format!("there is not exactly one section of the kind `{kind}`"));
            }
        }
        findings
    }

    fn segments(&self) -> Findings {
        let (image, table) = (self.image(), self.table());
        let mut findings = Vec::new();
        if image.segments.is_empty() {
            findings.push("nothing is loaded".to_string());
        }
        for segment in &image.segments {
            let range = show(&segment.range);
            if !inside_banks(table, "flash", &segment.range) {
                findings.push(format!("the segment at {range} is outside the flash"));
            }
            if segment.writable {
                findings.push(format!("the segment at {range} is marked as writable"));
            }
            if segment.data.len() as u64 != segment.range.end - segment.range.start {
                findings.push(format!("the segment at {range} is larger than its contents"));
            }
        }
        for section in image.allocated() {
            if let Some(data) = section.data
                && image.loaded(section.range.clone()) != Some(data)
            {
                findings.push(format!("what is loaded for `{}` is not its contents", section.name));
            }
        }
        findings
    }

    fn overlap(&self) -> Findings {
        let mut sections: Vec<&Section> =
            self.image().allocated().filter(|section| !section.range.is_empty()).collect();
        sections.sort_by_key(|section| (section.range.start, section.range.end));
        // If any two overlap, so do two that follow one another.
        let pairs = sections.windows(2).filter(|pair| pair[1].range.start < pair[0].range.end);
        let found = pairs
            .map(|pair| format!("`{}` and `{}` overlap at {:#010x}", pair[0].name, pair[1].name, pair[1].range.start));
        found.collect()
    }

    fn vectors(&self) -> Findings {
        let (image, table) = (self.image(), self.table());
        let ranges = |kind: &str| -> Vec<Range<u64>> {
            let sections = table.sections.iter().filter(|section| section.kind == kind);
            sections.filter_map(|section| image.section(&section.name)).map(|section| section.range.clone()).collect()
        };
        let (vectors, stacks) = (ranges("vectors"), ranges("kernel-stack"));
        let (Some(vectors), Some(stack)) = (vectors.first(), stacks.first()) else {
            return vec!["there is no vector table or no kernel stack".to_string()];
        };
        let mut findings = Vec::new();
        if !table.bank("flash").any(|bank| bank.base == vectors.start) {
            findings.push(format!("the vector table at {:#010x} is not at the start of flash", vectors.start));
        }
        let words = image.words(vectors.start, (vectors.end - vectors.start) / 4).unwrap_or_default();
        let [top, handlers @ ..] = words.as_slice() else {
            return vec!["the vector table is empty".to_string()];
        };
        if u64::from(*top) != stack.end || top % 8 != 0 {
            findings.push(format!("the first stack pointer {top:#010x} is not the top of the kernel's stack"));
        }
        let code = image.section(".text.kernel").map_or(0..0, |section| section.range.clone());
        for (index, &handler) in handlers.iter().enumerate() {
            let number = index + 1;
            let known = code.contains(&u64::from(handler & !1)) && handler & 1 == 1;
            // Reset, NMI and the faults must have a handler; the rest may be reserved.
            if !known && (handler != 0 || number <= 3) {
                findings.push(format!("vector {number} is {handler:#010x}, which is no code of the kernel"));
            }
        }
        if handlers.first().copied().map(u64::from) != Some(image.entry) {
            findings.push(format!("the entry point {:#010x} is not the reset vector", image.entry));
        }
        findings
    }

    fn words(&mut self) -> Findings {
        let mut findings = Vec::new();
        let mut read = |name: &str| -> Vec<[u32; 2]> {
            let Some(&(address, size)) = self.image().symbols.get(name) else {
                findings.push(format!("there is no symbol `{name}`"));
                return Vec::new();
            };
            match self.image().words(address, size / 4).filter(|words| !words.is_empty() && words.len() % 2 == 0) {
                Some(words) => words.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect(),
                None => {
                    findings.push(format!("`{name}` is not a table of register words in flash"));
                    Vec::new()
                }
            }
        };
        let fixed = read("regions:fixed");
        let names = self.table().processes.iter().map(|process| format!("regions:process:{}", process.name));
        let processes: Vec<_> = names.map(|name| read(&name)).collect();
        // A process may be there again, for calls during which it must not leave: with the same words.
        let mut again = 0;
        for (process, words) in self.table().processes.iter().zip(&processes) {
            for number in 2..=3 {
                let name = format!("regions:process:{}:{number}", process.name);
                let Some(&(address, size)) = self.image().symbols.get(&name) else { continue };
                again += 1;
                if self.image().words(address, size / 4) != Some(words.concat()) {
                    findings.push(format!("`{name}` differs from the process's own words"));
                }
            }
        }
        let known = self.table().processes.len() + 1 + again;
        let present = self.image().symbols.keys().filter(|name| name.starts_with("regions:")).count();
        if present != known {
            findings.push(format!("the image has {present} sets of register words and the table knows {known}"));
        }
        let setup_words = self.unit().setup_words();
        let setup = match self.image().symbols.get("kernel!setup") {
            Some(&(address, _)) if setup_words > 0 => self.image().words(address, setup_words),
            _ => Some(Vec::new()),
        };
        match setup.filter(|words| words.len() as u64 == setup_words) {
            Some(words) => self.setup = words,
            None => findings.push("`kernel!setup` is not what sets up the protection unit".to_string()),
        }
        self.fixed_words = fixed;
        self.process_words = processes;
        findings
    }

    /// Names and words: the fixed regions, then each process's.
    fn sets(&self) -> impl Iterator<Item = (String, &Vec<[u32; 2]>)> {
        let processes = self.table().processes.iter().zip(&self.process_words);
        let processes = processes.map(|(process, words)| (format!("process `{}`", process.name), words));
        std::iter::once(("the fixed set".to_string(), &self.fixed_words)).chain(processes)
    }

    fn slots(&self) -> Findings {
        let mut findings = Vec::new();
        let mut first = 0;
        let fixed = self.fixed_words.len() as u32;
        for (name, words) in self.sets() {
            for (index, [rbar, _]) in words.iter().enumerate() {
                let expected = first + index as u32;
                if expected >= self.table().protection.entries {
                    findings.push(format!("{name}: there is no region {expected} for pair {index}"));
                }
                // The other units' words do not say where they go.
                match pmsav7::slot(*rbar) {
                    _ if self.unit() != Unit::Pmsav7 => {}
                    Some(slot) if slot == expected => {}
                    Some(slot) => findings.push(format!("{name}: pair {index} writes region {slot}, not {expected}")),
                    None => findings.push(format!("{name}: pair {index} does not say which region it writes")),
                }
            }
            // Every process begins after the fixed regions.
            first = fixed;
        }
        let longest = self.process_words.iter().map(Vec::len).max().unwrap_or(0);
        for (process, words) in self.table().processes.iter().zip(&self.process_words) {
            if words.len() != longest {
                findings.push(format!("process `{}` leaves regions of another process on", process.name));
            }
        }
        findings
    }

    fn pieces(&mut self) -> Findings {
        let mut findings = Vec::new();
        let mut sets = Vec::new();
        for (number, (name, words)) in self.sets().enumerate() {
            // An entry can depend on the one below: the fixed ones are below all others.
            let fixed = if number == 0 { &[][..] } else { &self.fixed_words };
            let all: Vec<[u32; 2]> = fixed.iter().chain(words).copied().collect();
            let mut regions = Vec::new();
            for (index, region) in self.unit().decode(&all, &self.setup).into_iter().skip(fixed.len()).enumerate() {
                match region {
                    Ok(region) => regions.extend(region),
                    Err(problem) => findings.push(format!("{name}: region of pair {index}: {problem}")),
                }
            }
            sets.push(regions);
        }
        self.fixed = sets.remove(0);
        self.processes = sets;
        findings
    }

    fn unit(&self) -> Unit {
        self.table().protection.unit
    }

    fn attributes(&self) -> Findings {
        let all = self.fixed.iter().chain(self.processes.iter().flatten());
        let odd = all.filter(|region| {
            let range = region.base..region.base + region.size;
            let bank = overlaps_banks(self.table(), "ram", &range) || overlaps_banks(self.table(), "flash", &range);
            let wanted = if bank { Memory::Normal } else { Memory::Device };
            region.memory != wanted && region.memory != Memory::Unsaid
        });
        let found =
            odd.map(|region| format!("region {} at {:#010x} is {:?} memory", region.slot, region.base, region.memory));
        found.collect()
    }

    /// All regions that are on while a process runs.
    fn on(&self, process: usize) -> Vec<Region> {
        self.fixed.iter().chain(&self.processes[process]).cloned().collect()
    }

    /// Sections of RAM, with the process that owns each; none for the kernel's.
    fn owned(&self) -> impl Iterator<Item = (&Section<'a>, Option<&str>)> {
        let kinds = || MEMORY_KINDS.iter().chain(&KERNEL_KINDS);
        let sections = self.table().sections.iter().filter(move |section| kinds().any(|kind| section.kind == **kind));
        sections.filter_map(|section| {
            let process = section.process.as_deref().filter(|_| !KERNEL_KINDS.contains(&section.kind.as_str()));
            Some((self.image().section(&section.name)?, process))
        })
    }

    fn own_memory(&self) -> Findings {
        let mut findings = Vec::new();
        for (index, process) in self.table().processes.iter().enumerate() {
            let regions = self.on(index);
            for (section, _) in self.owned().filter(|(_, owner)| *owner == Some(&process.name)) {
                let allowed = |rights: Rights| rights.read && rights.write;
                if let Some(address) = self.first_where(&regions, &section.range, |rights| !allowed(rights)) {
                    findings.push(format!(
                        "process `{}` cannot read and write `{}` at {address:#010x}",
                        process.name, section.name
                    ));
                }
            }
            if !self.owned().any(|(_, owner)| owner == Some(&process.name)) {
                findings.push(format!("process `{}` owns nothing", process.name));
            }
        }
        findings
    }

    fn foreign_memory(&self) -> Findings {
        let mut findings = Vec::new();
        for (index, process) in self.table().processes.iter().enumerate() {
            let regions = self.on(index);
            for (section, owner) in self.owned().filter(|(_, owner)| *owner != Some(&process.name)) {
                if owner.is_some_and(|owner| process.reaches(owner)) {
                    continue;
                }
                if let Some(address) = self.first_where(&regions, &section.range, Rights::any) {
                    let owner = owner.map_or("the kernel".to_string(), |owner| format!("process `{owner}`"));
                    findings.push(format!(
                        "process `{}` can access `{}` of {owner} at {address:#010x}",
                        process.name, section.name
                    ));
                }
            }
        }
        findings
    }

    /// Adapters stand between two processes that are none, reach what they need of them, and nothing but what these reach
    /// themselves.
    fn adapters(&self) -> Findings {
        let mut findings = Vec::new();
        let processes = &self.table().processes;
        for (index, process) in processes.iter().enumerate() {
            let Some(adapter) = &process.adapter else { continue };
            let name = &process.name;
            let parties: Vec<usize> = [&adapter.caller, &adapter.callee]
                .into_iter()
                .filter_map(|party| processes.iter().position(|other| other.name == *party && other.adapter.is_none()))
                .collect();
            if parties.len() != 2 || parties[0] == parties[1] {
                findings.push(format!("adapter `{name}` does not stand between two processes"));
                continue;
            }
            let regions = self.on(index);
            for wanted in &adapter.sections {
                let section = self.owned().find(|(section, _)| section.name == *wanted);
                match section.filter(|(_, owner)| owner.is_some_and(|owner| process.reaches(owner))) {
                    None => {
                        findings.push(format!("adapter `{name}` has a grant of `{wanted}`, which is neither party's"))
                    }
                    Some((section, _)) => {
                        let lacks = |rights: Rights| !(rights.read && rights.write);
                        if let Some(address) = self.first_where(&regions, &section.range, lacks) {
                            findings
                                .push(format!("adapter `{name}` cannot read and write `{wanted}` at {address:#010x}"));
                        }
                    }
                }
            }
            let theirs = table::merged(parties.iter().flat_map(|&party| processes[party].granted()).collect());
            for run in &adapter.granted {
                let end = run.base.saturating_add(run.size);
                if !theirs.iter().any(|of| of.start <= run.base && end <= of.end) {
                    findings.push(format!("adapter `{name}` is granted {:#010x}, which neither party has", run.base));
                }
            }
        }
        findings
    }

    /// Runs of rights of each process that `wrong` says something about.
    fn runs(&self, wrong: impl Fn(&Table, &Range<u64>, Rights) -> Option<&'static str>) -> Findings {
        let mut findings = Vec::new();
        for (index, process) in self.table().processes.iter().enumerate() {
            for (range, rights) in self.unit().runs(&self.on(index)) {
                if let Some(what) = wrong(self.table(), &range, rights) {
                    findings.push(format!("{} {what} to process `{}`", show(&range), process.name));
                }
            }
        }
        findings
    }

    /// What each process can access outside the banks.
    fn beyond_banks(&self, process: usize) -> Vec<Range<u64>> {
        let runs = self.unit().runs(&self.on(process)).into_iter().filter(|(_, rights)| rights.any());
        let banks = self.table().banks.iter().map(table::Bank::range);
        banks.fold(runs.map(|(range, _)| range).collect(), |open, bank| {
            let parts = open.into_iter().flat_map(|range: Range<u64>| {
                [range.start..range.end.min(bank.start), range.start.max(bank.end)..range.end]
            });
            parts.filter(|part| !part.is_empty()).collect()
        })
    }

    fn confined(&self) -> Findings {
        let mut findings = Vec::new();
        for (index, process) in self.table().processes.iter().enumerate() {
            let open = self.beyond_banks(index);
            let bytes: u64 = open.iter().map(|range| range.end - range.start).sum();
            let devices: u64 = table::merged(process.devices.iter().map(|device| device.range()).collect())
                .iter()
                .map(|range| range.end - range.start)
                .sum();
            if bytes != devices.saturating_add(process.over_grant) {
                let open: Vec<String> = open.iter().map(show).collect();
                findings.push(format!(
                    "process `{}` can access {bytes} bytes outside the banks and was granted {devices} + {}: {}",
                    process.name,
                    process.over_grant,
                    open.join(", ")
                ));
            }
        }
        findings
    }

    fn devices(&self) -> Findings {
        let mut findings = Vec::new();
        let table = self.table();
        for (index, process) in table.processes.iter().enumerate() {
            let regions = self.on(index);
            for device in &process.devices {
                let allowed = |rights: Rights| rights.read && rights.write && !rights.execute;
                if let Some(address) = self.first_where(&regions, &device.range(), |rights| !allowed(rights)) {
                    findings.push(format!(
                        "process `{}` cannot read and write `{}` at {address:#010x}",
                        process.name, device.name
                    ));
                }
            }
            for other in table.processes.iter().filter(|other| other.name != process.name) {
                for device in &other.devices {
                    let both = process.devices.iter().any(|own| own.name == device.name && own.shared);
                    if both && device.shared {
                        continue;
                    }
                    if let Some(address) = self.first_where(&regions, &device.range(), Rights::any) {
                        findings.push(format!(
                            "process `{}` can access `{}` of process `{}` at {address:#010x}",
                            process.name, device.name, other.name
                        ));
                    }
                }
            }
        }
        findings
    }

    /// The first address of `range` whose rights are `wrong`.
    fn first_where(&self, regions: &[Region], range: &Range<u64>, wrong: impl Fn(Rights) -> bool) -> Option<u64> {
        // Rights change at edges of regions only.
        let edges = regions.iter().flat_map(Region::edges).filter(|edge| range.contains(edge));
        let mut places: Vec<u64> = edges.chain([range.start]).filter(|_| !range.is_empty()).collect();
        places.sort_unstable();
        places.into_iter().find(|&address| wrong(self.unit().rights(regions, address)))
    }

    fn code_executable(&self) -> Findings {
        let mut findings = Vec::new();
        for (index, process) in self.table().processes.iter().enumerate() {
            let regions = self.on(index);
            let flash = self.table().sections.iter().filter(|section| FLASH_KINDS.contains(&section.kind.as_str()));
            for section in flash.filter_map(|section| self.image().section(&section.name)) {
                let allowed = |rights: Rights| rights.read && rights.execute;
                if let Some(address) = self.first_where(&regions, &section.range, |rights| !allowed(rights)) {
                    findings.push(format!(
                        "process `{}` cannot read and execute `{}` at {address:#010x}",
                        process.name, section.name
                    ));
                }
            }
        }
        findings
    }

    fn table_agrees(&self) -> Findings {
        let (image, table) = (self.image(), self.table());
        let mut findings = Vec::new();
        for section in image.allocated() {
            match table.sections.iter().find(|other| other.name == section.name) {
                None => findings.push(format!("the table does not know section `{}`", section.name)),
                Some(other) if other.range() != section.range => findings.push(format!(
                    "`{}` is at {} and the table says {}",
                    section.name,
                    show(&section.range),
                    show(&other.range())
                )),
                Some(_) => {}
            }
        }
        let same = |said: &table::Region, is: &Region| {
            let access = match is.rights {
                Rights { read: true, write: true, execute: false } if said.access == "device" => "device",
                Rights { read: true, write: true, execute: false } => "read-write",
                Rights { read: true, write: false, execute: true } => "read-execute",
                _ => "",
            };
            (said.slot, said.base, said.size, said.subregions_off, said.access.as_str())
                == (is.slot, is.base, is.size, is.subregions_off, access)
        };
        let said = table.protection.setup.iter().map(|register| register.value);
        if !said.eq(self.setup.iter().map(|&word| u64::from(word))) {
            findings.push("the table and the image set up the protection unit differently".to_string());
        }
        let mut compare = |name: String, said: &[table::Region], is: &[Region]| {
            // Entries that are only the lower end of the next one are off.
            let said: Vec<_> = said.iter().filter(|said| said.access != "bound").collect();
            if said.len() != is.len() || !said.iter().zip(is).all(|(said, is)| same(said, is)) {
                findings.push(format!("{name}: the table and the register words differ"));
            }
        };
        compare("the fixed set".to_string(), &table.fixed, &self.fixed);
        for (process, regions) in table.processes.iter().zip(&self.processes) {
            compare(format!("process `{}`", process.name), &process.regions, regions);
        }
        for (process, regions) in table.processes.iter().zip(&self.processes) {
            let runs = self.unit().runs(regions).into_iter().map(|(range, _)| range);
            let granted: Vec<_> = runs.filter(|range| overlaps_banks(table, "ram", range)).collect();
            let said = process.granted();
            if granted != said {
                let said: Vec<String> = said.iter().map(show).collect();
                findings.push(format!(
                    "process `{}` is not granted what the table says, {}",
                    process.name,
                    said.join(" and ")
                ));
            }
        }
        findings
    }
}

fn inside_banks(table: &Table, kind: &str, range: &Range<u64>) -> bool {
    table.bank(kind).any(|bank| bank.base <= range.start && range.end <= bank.range().end)
}

fn overlaps_banks(table: &Table, kind: &str, range: &Range<u64>) -> bool {
    table.bank(kind).any(|bank| overlap(range, &bank.range()))
}

fn overlap(a: &Range<u64>, b: &Range<u64>) -> bool {
    a.start < b.end && b.start < a.end
}

fn show(range: &Range<u64>) -> String {
    format!("{:#010x}..{:#010x}", range.start, range.end)
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}
