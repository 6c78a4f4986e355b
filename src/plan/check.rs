//! The plan, checked after it is made: what the stages after it rely on.

use super::{Addresses, BankUse, Contents, Owner, Plan, SectionKind};
use crate::codegen::Symbol;
use crate::ingest::Unit;
use crate::kernel::Kernel;
use crate::link::System;
use crate::protect::Piece;
use std::collections::BTreeMap;

/// The first thing that is wrong.
pub fn check(system: &System, kernel: &Kernel, contents: &Contents, plan: &Plan) -> Result<(), String> {
    order(plan)?;
    banks(plan)?;
    sizes(system, kernel, contents, plan)?;
    pieces(system, plan)?;
    instances(plan)?;
    alignment(plan)
}

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}

fn order(plan: &Plan) -> Result<(), String> {
    for pair in plan.sections.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let end = u64::from(a.base) + u64::from(a.size);
        ensure(end <= u64::from(b.base), || format!("`{}` and `{}` overlap at {:#010x}", a.name, b.name, b.base))?;
    }
    Ok(())
}

fn banks(plan: &Plan) -> Result<(), String> {
    for section in &plan.sections {
        let banks = if section.kind.in_flash() { std::slice::from_ref(&plan.flash) } else { &plan.ram };
        let (start, end) = (u64::from(section.base), u64::from(section.base) + u64::from(section.size));
        let holds = |bank: &BankUse| {
            let bank_end = u64::from(bank.base) + u64::from(bank.used);
            start >= u64::from(bank.base) && end <= bank_end && bank.used <= bank.size
        };
        ensure(banks.iter().any(holds), || format!("`{}` is outside its bank", section.name))?;
    }
    Ok(())
}

/// Every section has advanced by exactly what it asked for.
fn sizes(system: &System, kernel: &Kernel, contents: &Contents, plan: &Plan) -> Result<(), String> {
    let mut bytes: BTreeMap<(Owner, bool), u64> = BTreeMap::new();
    let mut slack: BTreeMap<(Owner, bool), u64> = BTreeMap::new();
    for (symbol, item) in contents.items.iter().filter(|(symbol, _)| plan.symbols.contains_key(symbol)) {
        let owner = match item.unit {
            Unit::Component(id) => Owner::Component(id),
            Unit::Kernel => Owner::Kernel,
            Unit::Runtime => Owner::Runtime,
        };
        let key = (owner, matches!(item.body, super::ItemBody::Function(_)));
        if *symbol != super::contents::VECTORS {
            *bytes.entry(key).or_default() += item.bytes().len() as u64;
            *slack.entry(key).or_default() += u64::from(item.align()) - 1;
        }
    }
    for section in &plan.sections {
        let size = u64::from(section.size);
        let asked = match (section.owner, section.kind) {
            (_, SectionKind::Vectors) => contents.items[&super::contents::VECTORS].bytes().len() as u64,
            (owner, SectionKind::Code | SectionKind::Constants) => {
                let key = (owner, section.kind == SectionKind::Code);
                let (bytes, slack) = (bytes.remove(&key).unwrap_or(0), slack.remove(&key).unwrap_or(0));
                ensure((bytes..=bytes + slack).contains(&size), || {
                    format!("`{}` has {size} bytes for {bytes} of contents", section.name)
                })?;
                continue;
            }
            (_, SectionKind::KernelStack) => u64::from(kernel.stack).next_multiple_of(8),
            (_, SectionKind::KernelData) => u64::from(kernel.memory),
            (Owner::Process(id), SectionKind::Stack) => u64::from(plan.processes[id.0 as usize].stack_size),
            (Owner::Component(id), SectionKind::InstanceData) => {
                4 * system.components[id.0 as usize].instance.len() as u64
            }
            (Owner::Component(id), SectionKind::Memory { index }) => {
                u64::from(system.components[id.0 as usize].memories[index as usize].budget)
            }
            _ => return Err(format!("`{}` belongs to nobody", section.name)),
        };
        ensure(size == asked, || format!("`{}` has {size} bytes and asked for {asked}", section.name))?;
    }
    ensure(bytes.is_empty(), || format!("{} groups of code or constants have no section", bytes.len()))
}

fn pieces(system: &System, plan: &Plan) -> Result<(), String> {
    let slots = crate::protect::process_slots(system.board.protection.entries);
    let flash_end = u64::from(plan.flash.base) + u64::from(plan.flash.used);
    ensure(
        plan.fixed.iter().any(|piece| {
            let granted = piece.granted();
            granted.start <= u64::from(plan.flash.base) && granted.end >= flash_end
        }),
        || "the fixed piece does not cover the image".to_string(),
    )?;
    for process in &plan.processes {
        let name = &system.manifest.process(process.process).name.value;
        for piece in &process.pieces {
            legal(piece, slots).map_err(|problem| format!("piece {} of `{name}` {problem}", piece.slot))?;
        }
        let mut runs: Vec<_> = process.pieces.iter().map(Piece::granted).collect();
        runs.sort_by_key(|run| run.start);
        let mut said: Vec<Addresses> = process.extents.iter().map(|extent| extent.granted.clone()).collect();
        said.sort_by_key(|run| run.start);
        ensure(merged(runs) == merged(said), || format!("the pieces of `{name}` do not grant what they say"))?;
        for section in plan.sections.iter().filter(|section| !section.kind.in_flash() && section.size > 0) {
            let own = match section.owner {
                Owner::Process(id) => id == process.process,
                Owner::Component(id) => system.manifest.component(id).process == process.process,
                Owner::Kernel | Owner::Runtime => false,
            };
            let (start, end) = (u64::from(section.base), u64::from(section.base) + u64::from(section.size));
            let inside = |granted: &Addresses| granted.start <= start && end <= granted.end;
            let apart = |granted: &Addresses| end <= granted.start || granted.end <= start;
            let mut granted = process.extents.iter().map(|extent| &extent.granted);
            ensure(if own { granted.any(inside) } else { granted.all(apart) }, || {
                format!("`{}` is {} the pieces of `{name}`", section.name, if own { "outside" } else { "inside" })
            })?;
        }
    }
    Ok(())
}

/// Sorted runs, those that touch made one.
fn merged(runs: Vec<Addresses>) -> Vec<Addresses> {
    let mut out: Vec<Addresses> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => out.push(run),
        }
    }
    out
}

fn legal(piece: &Piece, slots: u8) -> Result<(), String> {
    ensure((1..=slots).contains(&piece.slot), || "has no such region".to_string())?;
    ensure(piece.size.is_power_of_two() && piece.size >= 32, || format!("has a size of {} bytes", piece.size))?;
    ensure(u64::from(piece.base) % piece.size == 0, || "is not aligned to its size".to_string())?;
    ensure(piece.subregions_off == 0 || piece.size >= 256, || "is too small for subregions".to_string())?;
    ensure(piece.subregions_off != 0xff, || "grants nothing".to_string())
}

/// Instance data ends at the home base: the code reaches it by negative offsets from there.
fn instances(plan: &Plan) -> Result<(), String> {
    for section in plan.sections.iter().filter(|section| section.kind == SectionKind::InstanceData) {
        let Owner::Component(id) = section.owner else { return Err(format!("`{}` is nobody's", section.name)) };
        let home = plan.symbols.get(&Symbol::HomeBase(id)).copied();
        ensure(home == Some(section.base + section.size), || format!("`{}` is not below the home base", section.name))?;
    }
    Ok(())
}

fn alignment(plan: &Plan) -> Result<(), String> {
    for (symbol, &value) in &plan.symbols {
        let align = match symbol {
            Symbol::Memory { .. }
            | Symbol::HomeBase(_)
            | Symbol::StackBase(_)
            | Symbol::StackTop(_)
            | Symbol::KernelMemory
            | Symbol::KernelStackTop
            | Symbol::RamStart
            | Symbol::RamEnd => 8,
            Symbol::Function { .. }
            | Symbol::Native(_)
            | Symbol::Gate(_)
            | Symbol::Host { .. }
            | Symbol::Runtime(_) => 4,
            _ => 1,
        };
        ensure(value % align == 0, || format!("{symbol:?} = {value:#010x} is not a multiple of {align}"))?;
    }
    Ok(())
}
