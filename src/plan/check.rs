//! The plan, checked after it is made: what the stages after it rely on.

use super::{Access, Addresses, BankUse, Contents, DevicePlan, Owner, Plan, ProcessPlan, SectionKind};
use crate::codegen::Symbol;
use crate::ingest::Unit;
use crate::kernel::Kernel;
use crate::link::System;
use crate::protect::{Model, Piece, merge};
use std::collections::BTreeMap;
use std::ops::Range;

/// The first thing that is wrong.
pub fn check(system: &System, kernel: &Kernel, contents: &Contents, plan: &Plan) -> Result<(), String> {
    check_memory(system, plan)?;
    sizes(system, kernel, contents, plan)?;
    instances(plan)?;
    alignment(plan)
}

/// The same, as far as it needs no code.
pub fn check_memory(system: &System, plan: &Plan) -> Result<(), String> {
    order(plan)?;
    banks(plan)?;
    pieces(system, plan)
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
    let (model, first, count) = (system.model(), system.fixed_entries(), system.process_slots());
    let flash_end = u64::from(plan.flash.base) + u64::from(plan.flash.used);
    let fixed = merge(plan.fixed.iter().flat_map(Piece::granted).collect());
    ensure(fixed.iter().any(|run| run.start <= u64::from(plan.flash.base) && run.end >= flash_end), || {
        "the fixed pieces do not cover the image".to_string()
    })?;
    for process in &plan.processes {
        let name = &system.manifest.process(process.process).name.value;
        for (index, piece) in process.pieces.iter().enumerate() {
            legal(&model, piece, first..first + count)
                .map_err(|problem| format!("piece {} of `{name}` {problem}", piece.slot))?;
            let twice = process.pieces[..index].iter().any(|other| other.slot == piece.slot);
            ensure(!twice, || format!("`{name}` has two pieces {}", piece.slot))?;
        }
        let granted = |access| {
            let pieces = process.pieces.iter().filter(move |piece| piece.access == access);
            merge(pieces.flat_map(Piece::granted).collect())
        };
        let said = merge(process.extents.iter().map(|extent| extent.granted.clone()).collect());
        let adapter = system.manifest.process(process.process).adapter;
        let parties = adapter.map_or(Vec::new(), |adapter| vec![adapter.caller, adapter.callee]);
        let theirs = parties.iter().flat_map(|party| &plan.processes[party.0 as usize].extents);
        let most = merge(said.iter().cloned().chain(theirs.map(|extent| extent.granted.clone())).collect());
        let granted_memory = granted(Access::ReadWrite);
        let within = |run: &Addresses, of: &[Addresses]| of.iter().any(|of| of.start <= run.start && run.end <= of.end);
        let all = said.iter().all(|run| within(run, &granted_memory))
            && granted_memory.iter().all(|run| within(run, if adapter.is_some() { &most } else { &said }));
        ensure(all, || format!("the pieces of `{name}` do not grant what they say"))?;
        for section in &plan.sections {
            let run = u64::from(section.base)..u64::from(section.base) + u64::from(section.size);
            let is_granted = process.grants.iter().any(|grant| grant.is(section.owner, section.kind));
            ensure(!is_granted || section.size == 0 || within(&run, &granted_memory), || {
                format!("`{}` is not granted to `{name}`", section.name)
            })?;
        }
        devices(process, &granted(Access::Device)).map_err(|problem| format!("`{name}` {problem}"))?;
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

/// The pieces hold all devices, and as many bytes beyond them as they say.
fn devices(process: &ProcessPlan, granted: &[Addresses]) -> Result<(), String> {
    let range = |device: &DevicePlan| u64::from(device.base)..u64::from(device.base) + u64::from(device.size);
    let devices = merge(process.devices.iter().map(range).collect());
    for device in &devices {
        let inside = |run: &Addresses| run.start <= device.start && device.end <= run.end;
        ensure(granted.iter().any(inside), || format!("has no piece for its device at {:#010x}", device.start))?;
    }
    let bytes = |runs: &[Addresses]| runs.iter().map(|run| run.end - run.start).sum::<u64>();
    let (said, granted) = (bytes(&devices) + process.over_grant, bytes(granted));
    ensure(said == granted, || format!("is granted {granted} bytes of devices and says {said}"))
}

fn legal(model: &Model, piece: &Piece, slots: Range<u8>) -> Result<(), String> {
    ensure(slots.contains(&piece.slot), || "has no such entry".to_string())?;
    if piece.access == Access::Bound {
        return ensure(model.ranges.is_some(), || "is an end of nothing".to_string());
    }
    let (base, size) = (u64::from(piece.base), piece.size);
    ensure(size > 0, || "has no bytes".to_string())?;
    if let Some(ranges) = model.ranges
        && base.is_multiple_of(ranges.granule.into())
        && size.is_multiple_of(ranges.granule.into())
    {
        return ensure(piece.subregions_off == 0, || "has parts that are off".to_string());
    }
    let blocks = model.blocks.ok_or("has ends that are no multiples of the granule")?;
    ensure(size.is_power_of_two() && size >= 1 << blocks.smallest_log2, || format!("has a size of {size} bytes"))?;
    ensure(base.is_multiple_of(size), || "is not aligned to its size".to_string())?;
    let eighths = blocks.eighths_from_log2.is_some_and(|log2| size >= 1 << log2);
    ensure(piece.subregions_off == 0 || eighths, || "is too small for subregions".to_string())?;
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
            | Symbol::RamStart(_)
            | Symbol::RamEnd(_) => 8,
            Symbol::Function { .. }
            | Symbol::Entry { .. }
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
