//! RAM: the kernel's stack and memory at the start of the first bank, then what the solver says.

use super::demand::{Asked, Demands, Parts};
use super::solve::{self, Layout, Placed, Search, Spot};
use super::{BankUse, DevicePlan, ExtentPlan, Owner, ProcessPlan, Section, SectionKind, Waste, grants, slots, why_not};
use crate::codegen::Symbol;
use crate::diag::Diagnostics;
use crate::ingest::Unit;
use crate::kernel::Kernel;
use crate::link::{MemoryBase, System};
use crate::manifest::ProcessId;
use crate::protect::{Access, Addresses, Piece, Shape};
use std::collections::BTreeMap;

pub struct Ram {
    pub sections: Vec<Section>,
    /// In manifest order.
    pub processes: Vec<ProcessPlan>,
    /// In the order of the board.
    pub banks: Vec<BankUse>,
    pub search: Search,
}

/// Bytes of RAM of the kernel, and the offset of its memory, which is the end of its stack.
pub fn kernel_ram(kernel: Option<&Kernel>) -> (u64, u64) {
    let (stack, memory) = kernel.map_or((0, 0), |kernel| (kernel.stack, kernel.memory));
    let stack = u64::from(stack).next_multiple_of(8);
    ((stack + u64::from(memory)).next_multiple_of(8), stack)
}

pub fn lay_out(
    asked: &Asked,
    kernel: Option<&Kernel>,
    demands: &Demands,
    symbols: &mut BTreeMap<Symbol, u32>,
    found: &mut Diagnostics,
) -> Option<Ram> {
    let system = asked.system;
    let first = super::bank(system, crate::board::BankKind::Ram, found)?;
    let start = u64::from(first.base);
    let (kernel_size, kernel_stack) = kernel_ram(kernel);
    let layout = match solve::solve(&demands.problem) {
        Ok(layout) => layout,
        Err(stuck) => {
            why_not::explain(asked, demands, &stuck, found);
            return None;
        }
    };

    let mut sections = Vec::new();
    if let Some(kernel) = kernel {
        let (stack, memory) = (SectionKind::KernelStack, SectionKind::KernelData);
        sections.push(section(".kernel.stack".to_string(), Owner::Kernel, stack, start, kernel_stack));
        let size = u64::from(kernel.memory);
        sections.push(section(".kernel.memory".to_string(), Owner::Kernel, memory, start + kernel_stack, size));
        symbols.insert(Symbol::KernelStackTop, (start + kernel_stack) as u32);
        symbols.insert(Symbol::KernelMemory, (start + kernel_stack) as u32);
    }
    let pieces = pieces(system, demands, &layout, found)?;
    let gaps = gaps(demands, &layout);
    let mut processes: Vec<ProcessPlan> = Vec::new();
    for (index, (placed, pieces)) in layout.demands.iter().zip(pieces).enumerate() {
        processes.push(process(system, demands, index, placed, pieces, gaps[index], &mut sections, symbols));
    }
    processes.sort_by_key(|process| process.process);
    foreign(system, symbols);

    let mut banks = Vec::new();
    for (number, bank) in system.board.ram().enumerate() {
        let spots = layout.demands.iter().flat_map(|placed| &placed.extents).filter(|spot| spot.bank == number);
        let kernel_end = if number == 0 { start + kernel_size } else { u64::from(bank.base) };
        let end = spots.map(|spot| spot.fit.cover.granted.end).fold(kernel_end, u64::max);
        // Everything is inside the banks: addresses and sizes fit 32 bits, but for the end of the last bank.
        symbols.insert(Symbol::RamStart(number as u8), bank.base);
        symbols.insert(Symbol::RamEnd(number as u8), end.next_multiple_of(8) as u32);
        let used = (end - u64::from(bank.base)) as u32;
        banks.push(BankUse { bank: bank.name.value.clone(), base: bank.base, size: bank.size, used });
    }
    Some(Ram { sections, processes, banks, search: layout.search })
}

/// The memory of another component is where that component has it.
fn foreign(system: &System, symbols: &mut BTreeMap<Symbol, u32>) {
    for linked in &system.components {
        let Unit::Component(component) = linked.unit else { continue };
        for (index, memory) in (0u32..).zip(&linked.memories) {
            if let MemoryBase::Foreign { component: owner, index: there, .. } = memory.base
                && let Some(&address) = symbols.get(&Symbol::Memory { component: owner, index: there })
            {
                symbols.insert(Symbol::Memory { component, index }, address);
            }
        }
    }
}

/// A section whose address is known to fit 32 bits.
fn section(name: String, owner: Owner, kind: SectionKind, base: u64, size: u64) -> Section {
    Section { name, owner, kind, base: base as u32, size: size as u32 }
}

/// The pieces of each demand: of its memory by address, of what is granted to it, then of its devices.
fn pieces(system: &System, demands: &Demands, layout: &Layout, found: &mut Diagnostics) -> Option<Vec<Vec<Piece>>> {
    let (model, first, count) = (&demands.problem.model, system.fixed_entries(), system.process_slots());
    let mut all: Vec<Vec<(Shape, Access)>> = Vec::new();
    for (demand, placed) in demands.processes.iter().zip(&layout.demands) {
        let mut spots: Vec<&Spot> = placed.extents.iter().collect();
        spots.sort_by_key(|spot| spot.fit.base);
        let own = spots.into_iter().flat_map(|spot| &spot.fit.cover.shapes).copied();
        let granted = granted(system, demands, layout, demand.process);
        let memory = own.chain(granted).map(|shape| (shape, Access::ReadWrite));
        let shapes: Vec<_> = memory.chain(placed.devices.shapes.iter().map(|&shape| (shape, Access::Device))).collect();
        let needed = model.pieces(&shapes, first).len();
        if needed > usize::from(count) {
            found.push(grants::too_many(system, demand.process, needed, count.into()));
            return None;
        }
        all.push(shapes);
    }
    Some(slots::assign(model, &all, first, count))
}

/// The shapes that cover what a process is granted of others.
fn granted(system: &System, demands: &Demands, layout: &Layout, process: ProcessId) -> Vec<Shape> {
    let grants = grants::of(system, process);
    let mut shapes = Vec::new();
    for (demand, placed) in demands.processes.iter().zip(&layout.demands) {
        for (parts, spot) in demand.extents.iter().zip(&placed.extents) {
            let wanted = parts.parts.iter().filter(|part| grants.iter().any(|grant| grant.is(part.owner, part.kind)));
            let ranges: Vec<Addresses> = wanted
                .map(|part| spot.fit.base + part.offset..spot.fit.base + part.offset + part.size)
                .filter(|range| !range.is_empty())
                .collect();
            let meets = |shape: &&Shape| {
                let granted = shape.granted();
                granted.iter().any(|run| ranges.iter().any(|range| run.start < range.end && range.start < run.end))
            };
            shapes.extend(spot.fit.cover.shapes.iter().filter(meets).copied());
        }
    }
    shapes
}

/// For each demand the bytes below its extents that nobody has.
fn gaps(demands: &Demands, layout: &Layout) -> Vec<u64> {
    let mut gaps = vec![0; layout.demands.len()];
    for (number, bank) in demands.problem.banks.iter().enumerate() {
        let all = layout.demands.iter().enumerate();
        let spots = all.flat_map(|(demand, placed)| placed.extents.iter().map(move |spot| (demand, spot)));
        let mut spots: Vec<(usize, &Spot)> = spots.filter(|(_, spot)| spot.bank == number).collect();
        spots.sort_by_key(|(_, spot)| spot.fit.cover.granted.start);
        let mut end = bank.start;
        for (demand, spot) in spots {
            gaps[demand] += spot.fit.cover.granted.start - end;
            end = spot.fit.cover.granted.end;
        }
    }
    gaps
}

#[expect(clippy::too_many_arguments)]
fn process(
    system: &System,
    demands: &Demands,
    index: usize,
    placed: &Placed,
    pieces: Vec<Piece>,
    gap: u64,
    sections: &mut Vec<Section>,
    symbols: &mut BTreeMap<Symbol, u32>,
) -> ProcessPlan {
    let demand = &demands.processes[index];
    let mut waste = Waste { gap: gap as u32, ..Waste::default() };
    let mut extents = Vec::new();
    let banks: Vec<_> = system.board.ram().collect();
    for (parts, spot) in demand.extents.iter().zip(&placed.extents) {
        extents.push(extent(parts, spot, &banks[spot.bank].name.value, sections, symbols));
        let granted = &spot.fit.cover.granted;
        waste.asked += parts.asked as u32;
        waste.padding += (parts.size - parts.asked) as u32;
        waste.rounding += (granted.end - granted.start - parts.size) as u32;
    }
    let devices = system.devices(demand.process).into_iter().map(|(index, shared)| {
        let peripheral = &system.board.peripherals[index];
        DevicePlan { name: peripheral.name.clone(), base: peripheral.base, size: peripheral.size, shared }
    });
    ProcessPlan {
        process: demand.process,
        extents,
        devices: devices.collect(),
        grants: grants::of(system, demand.process),
        over_grant: placed.devices.over_grant,
        stack_base: symbols[&Symbol::StackBase(demand.process)],
        stack_size: demand.stack.size as u32,
        stack_bound: demand.stack.bound.clone(),
        pieces,
        waste,
    }
}

fn extent(
    parts: &Parts,
    spot: &Spot,
    bank: &str,
    sections: &mut Vec<Section>,
    symbols: &mut BTreeMap<Symbol, u32>,
) -> ExtentPlan {
    let base = spot.fit.base;
    for (symbol, offset) in &parts.marks {
        symbols.insert(*symbol, (base + offset) as u32);
    }
    for part in &parts.parts {
        sections.push(section(part.name.clone(), part.owner, part.kind, base + part.offset, part.size));
    }
    ExtentPlan {
        bank: bank.to_string(),
        base: base as u32,
        size: parts.size as u32,
        granted: spot.fit.cover.granted.clone(),
    }
}
