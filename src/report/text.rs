//! The region table as a person reads it.

use super::{Address, Count, printable};
use crate::plan::percent;
use crate::plan::table::{
    Bank, BankKind, BoundsMode, Kind, OnTrap, Process, Region, RegionAccess, RegionTable, Section, WasteCount,
};
use std::fmt::{self, Write};

/// Everything that is placed, in address order; below what belongs to a process,
/// the regions that cover it, with their register words; then who may call what.
pub fn text(table: &RegionTable) -> String {
    let mut out = String::new();
    write_text(&mut out, table).expect("a string takes all that is written");
    out
}

fn write_text(out: &mut String, table: &RegionTable) -> fmt::Result {
    write!(out, "{}", table.system)?;
    if let Some(version) = &table.system_version {
        write!(out, " {version}")?;
    }
    writeln!(out, " on {} ({}, {} regions)\n", table.board, table.protection.model, table.protection.entries)?;
    writeln!(out, "  base         {:>12}  access  what", "size")?;
    let banks = || table.banks.iter().filter(|bank| bank.used > 0);
    for bank in banks() {
        in_bank(out, table, bank)?;
    }
    calls(out, table)?;
    let several = banks().filter(|bank| bank.kind == BankKind::Ram).count() > 1;
    for bank in banks() {
        writeln!(
            out,
            "{:5}  {} of {} bytes in use ({} %){}",
            match bank.kind {
                BankKind::Flash => "flash",
                BankKind::Ram if several => &bank.name,
                BankKind::Ram => "RAM",
            },
            Count(bank.used.into()),
            Count(bank.size.into()),
            percent(bank.used.into(), bank.size.into()),
            kernel_share(table, bank)
        )?;
    }
    let WasteCount { asked, padding, rounding, gap } = table.waste;
    writeln!(
        out,
        "waste  {} of {} bytes asked for ({} %)",
        Count(u64::from(padding) + u64::from(rounding) + u64::from(gap)),
        Count(asked.into()),
        percent(u64::from(padding) + u64::from(rounding) + u64::from(gap), asked.into())
    )
}

fn in_bank(out: &mut String, table: &RegionTable, bank: &Bank) -> fmt::Result {
    writeln!(out, "{} bank {}", if bank.kind == BankKind::Flash { "flash" } else { "RAM" }, bank.name)?;
    let (base, end) = (u64::from(bank.base.0), u64::from(bank.base.0) + u64::from(bank.size));
    let sections = table.sections.iter().filter(|section| (base..end).contains(&section.base.0.into()));
    let mut open: Option<&Process> = None;
    for section in sections {
        if section.process != open.map(|process| process.name.clone()) {
            if let Some(process) = open {
                covers(out, table, bank, process)?;
            }
            open = table.processes.iter().find(|process| Some(&process.name) == section.process.as_ref());
            if let Some(process) = open {
                head(out, process)?;
            }
        }
        row(out, section, open)?;
    }
    if let Some(process) = open {
        covers(out, table, bank, process)?;
    }
    if bank.kind == BankKind::Flash {
        regions(out, &table.fixed)?;
    }
    writeln!(out)
}

/// What covers a process in a bank; where it begins, its devices too.
fn covers(out: &mut String, table: &RegionTable, bank: &Bank, process: &Process) -> fmt::Result {
    let holds = |bank: &Bank, region: &Region| region.base.0.wrapping_sub(bank.base.0) < bank.size;
    if process.extents.first().is_some_and(|extent| extent.bank == bank.name) {
        for device in &process.devices {
            let shared = if device.shared { ", shared" } else { "" };
            let (base, size) = (Address(device.base.0), Count(device.size.into()).to_string());
            writeln!(out, "  {base}  {size:>12}  rw-     device {}{shared}", device.name)?;
        }
        let elsewhere = |region: &&Region| !table.banks.iter().any(|bank| holds(bank, region));
        let devices: Vec<Region> = process.regions.iter().filter(elsewhere).cloned().collect();
        regions(out, &devices)?;
        if process.over_grant > 0 {
            writeln!(out, "  these regions grant {} bytes beyond the devices", Count(process.over_grant))?;
        }
    }
    let here: Vec<Region> = process.regions.iter().filter(|region| holds(bank, region)).cloned().collect();
    regions(out, &here)
}

/// The head of a process: its components, what it costs, and why.
fn head(out: &mut String, process: &Process) -> fmt::Result {
    let WasteCount { asked, padding, rounding, gap } = process.waste;
    write!(out, "process {}", process.name)?;
    if process.components.len() != 1 || process.components[0] != process.name {
        write!(out, " ({})", process.components.join(", "))?;
    }
    write!(out, ": {} bytes asked for", Count(asked.into()))?;
    let causes =
        [(gap, "gap before the first region"), (rounding, "edges of regions"), (padding, "alignment of parts")];
    let causes = causes.iter().filter(|(bytes, _)| *bytes > 0);
    let causes: Vec<String> = causes.map(|(bytes, cause)| format!("{} {cause}", Count((*bytes).into()))).collect();
    match causes.is_empty() {
        true => writeln!(out, ", nothing wasted")?,
        false => writeln!(
            out,
            ", {} wasted ({})",
            Count(u64::from(padding) + u64::from(rounding) + u64::from(gap)),
            causes.join(", ")
        )?,
    }
    match &process.why {
        Some(why) => writeln!(out, "  why: {why}"),
        None => Ok(()),
    }
}

fn row(out: &mut String, section: &Section, process: Option<&Process>) -> fmt::Result {
    let component = section.component.as_deref().unwrap_or("");
    // The kernel and the runtime are named by their sections only.
    let owner = match component {
        "" => section.name.rsplit('.').next().unwrap_or(""),
        component => component,
    };
    let (access, what) = match section.kind {
        Kind::Vectors => ("r-x", "vector table".to_string()),
        Kind::Code => ("r-x", format!("{owner}: code")),
        Kind::Constants => ("r-x", format!("{owner}: constants")),
        Kind::KernelStack => ("---", "kernel: stack".to_string()),
        Kind::KernelMemory => ("---", "kernel: memory".to_string()),
        Kind::Stack => ("rw-", stack(process)),
        Kind::InstanceData => ("rw-", format!("{component}: globals and tables")),
        Kind::Memory => ("rw-", memory(section, component)),
    };
    writeln!(out, "  {}  {:>12}  {access}     {what}", Address(section.base.0), Count(section.size.into()).to_string())
}

fn stack(process: Option<&Process>) -> String {
    match process.map(|process| &process.stack) {
        Some(stack) => match (stack.bound, stack.recursion.first()) {
            (Some(bound), _) => format!("stack, at most {} used", Count(bound.into())),
            (None, Some(first)) => format!("stack, no bound: `{first}` is recursive"),
            (None, None) => "stack".to_string(),
        },
        None => "stack".to_string(),
    }
}

fn memory(section: &Section, component: &str) -> String {
    let Some(memory) = &section.memory else { return format!("{component}: memory") };
    let mut text = format!("{component}: memory");
    if memory.index > 0 {
        write!(text, " `{}`", memory.name).expect("a string takes all that is written");
    }
    if memory.bytes != section.size {
        write!(text, ", {} at the start", Count(memory.bytes.into())).expect("a string takes all that is written");
    }
    if memory.max_bytes != memory.bytes {
        write!(text, ", grows to {}", Count(memory.max_bytes.into())).expect("a string takes all that is written");
    }
    match &memory.why {
        Some(why) => format!("{text} ({why})"),
        None => text,
    }
}

fn regions(out: &mut String, regions: &[Region]) -> fmt::Result {
    for region in regions {
        let access = match region.access {
            RegionAccess::ReadExecute => "r-x",
            RegionAccess::ReadWrite | RegionAccess::Device => "rw-",
            RegionAccess::Bound => "---",
        };
        let granted = region.granted();
        let base = granted.first().map_or(region.base.0, |run| u32::try_from(run.start).unwrap_or(u32::MAX));
        let size: u64 = granted.iter().map(|run| run.end - run.start).sum();
        let part = match region.subregions_off {
            0 => String::new(),
            off => format!(" ({} of {} at {})", eighths(off), Count(region.size), Address(region.base.0)),
        };
        let [rbar, rasr] = region.words.map(|word| Address(word.0).to_string());
        writeln!(
            out,
            "  {}  {:>12}  {access}     region {}: {rbar} {rasr}{part}",
            Address(base),
            Count(size).to_string(),
            region.slot
        )?;
    }
    Ok(())
}

/// The eighths that are on, counted from 1: `eighths 2 to 4, 7`.
fn eighths(off: u8) -> String {
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for number in (1..=8).filter(|number| off >> (number - 1) & 1 == 0) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") })
        .collect();
    format!("eighths {}", runs.join(", "))
}

/// What components may call, and what the kernel calls.
fn calls(out: &mut String, table: &RegionTable) -> fmt::Result {
    for component in &table.components {
        let bounds = match component.bounds {
            BoundsMode::Hardware => "hardware",
            BoundsMode::Software => "software",
        };
        write!(out, "component {}: bounds by {bounds}", component.name)?;
        if let Some(arena) = component.arena {
            write!(out, ", arena {} bytes", Count(arena.size.into()))?;
        }
        writeln!(out)?;
        if let Some(why) = &component.why {
            writeln!(out, "  why: {}", printable(why))?;
        }
        for call in &component.calls {
            let path = if call.gate { "through a gate" } else { "directly" };
            let why = call.why.as_ref().map(|why| format!(" ({})", printable(why))).unwrap_or_default();
            writeln!(out, "  calls {} of {} {path}{why}", printable(&call.function), call.component)?;
        }
        if !component.host_functions.is_empty() {
            writeln!(out, "  calls {} of the kernel", component.host_functions.join(", "))?;
        }
    }
    for process in table.processes.iter().filter(|process| process.on_trap == OnTrap::Continue) {
        writeln!(out, "process {} can be called again after a trap", process.name)?;
    }
    if !table.jobs.is_empty() {
        writeln!(out, "after start-up the kernel calls")?;
    }
    for job in &table.jobs {
        writeln!(out, "  {}#{}", job.component, job.call())?;
    }
    writeln!(out)
}

fn kernel_share(table: &RegionTable, bank: &Bank) -> String {
    let sum = |kinds: &[Kind], name: &str| -> u64 {
        let (base, end) = (u64::from(bank.base.0), u64::from(bank.base.0) + u64::from(bank.size));
        let here = table.sections.iter().filter(|section| (base..end).contains(&section.base.0.into()));
        let sections = here.filter(|section| kinds.contains(&section.kind));
        sections.filter(|section| section.name.ends_with(name)).map(|section| u64::from(section.size)).sum()
    };
    match bank.kind {
        BankKind::Flash => format!(
            ", {} of them the kernel's code, {} its tables",
            Count(sum(&[Kind::Code], ".text.kernel")),
            Count(sum(&[Kind::Constants, Kind::Vectors], "").saturating_sub(sum_of_components(table)))
        ),
        BankKind::Ram => match sum(&[Kind::KernelStack, Kind::KernelMemory], "") {
            0 => String::new(),
            bytes => format!(", {} of them the kernel's", Count(bytes)),
        },
    }
}

/// Constants that are not the kernel's.
fn sum_of_components(table: &RegionTable) -> u64 {
    let constants = table.sections.iter().filter(|section| section.kind == Kind::Constants);
    constants.filter(|section| section.name != ".rodata.kernel").map(|section| u64::from(section.size)).sum()
}
