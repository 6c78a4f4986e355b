//! RAM: kernel stack and memory first, then one extent per process, each covered by its own pieces.
//!
//! The extents are placed one after the other. At each step every extent that is left is tried at the first free
//! address and at each coarser multiple after it, and the one that wastes least comes next. The manifest's order has
//! no say: equals are told apart by size, then by name.

use super::stack::{ProcessStack, StackBound};
use super::{Addresses, BankUse, ExtentPlan, Owner, ProcessPlan, Section, SectionKind, Waste, bank};
use crate::board::BankKind;
use crate::codegen::Symbol;
use crate::diag::codes::plan as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::kernel::Kernel;
use crate::link::{Linked, System};
use crate::manifest::{ComponentId, Memory, ProcessId};
use crate::protect::{self, Access, Cover, Model};
use std::collections::BTreeMap;

pub struct Ram {
    pub sections: Vec<Section>,
    pub processes: Vec<ProcessPlan>,
    pub bank: BankUse,
}

/// What one process asks for, as offsets from the start of its extent.
struct Extent {
    process: ProcessId,
    bound: StackBound,
    parts: Vec<Part>,
    /// Offsets of addresses that are not the start of a part.
    marks: Vec<(Symbol, u64)>,
    asked: u64,
    size: u64,
}

struct Part {
    name: String,
    owner: Owner,
    kind: SectionKind,
    offset: u64,
    size: u64,
}

/// An extent at its address.
struct Placed {
    base: u64,
    /// First byte that nobody has yet.
    gap: u64,
    cover: Cover,
}

pub fn lay_out(
    system: &System,
    model: &Model,
    kernel: &Kernel,
    stacks: Vec<ProcessStack>,
    symbols: &mut BTreeMap<Symbol, u32>,
    found: &mut Diagnostics,
) -> Option<Ram> {
    let bank = bank(system, BankKind::Ram, found)?;
    let start = u64::from(bank.base);
    let end = start + u64::from(bank.size);

    let kernel_stack = u64::from(kernel.stack).next_multiple_of(8);
    let kernel_memory = start + kernel_stack;
    let kernel_end = (kernel_memory + u64::from(kernel.memory)).next_multiple_of(8);
    let mut sections = vec![
        section(".kernel.stack".to_string(), Owner::Kernel, SectionKind::KernelStack, start, kernel_stack),
        section(
            ".kernel.memory".to_string(),
            Owner::Kernel,
            SectionKind::KernelData,
            kernel_memory,
            u64::from(kernel.memory),
        ),
    ];

    let extents: Vec<Extent> = stacks.into_iter().map(|stack| extent(system, model, stack)).collect();
    let needed: u64 = kernel_end - start + extents.iter().map(|extent| extent.size).sum::<u64>();
    if needed > end - start {
        too_small(system, &extents, kernel_end - start, needed, end - start, found);
        return None;
    }
    let limit = usize::from(protect::process_slots(system.board.protection.entries));
    let (placed, used_end) = match pack(system, model, &extents, kernel_end..end, limit) {
        Ok(packed) => packed,
        Err(index) => {
            too_coarse(system, &extents[index], limit, found);
            return None;
        }
    };

    let mut processes = Vec::new();
    for (extent, placed) in extents.into_iter().zip(placed) {
        processes.push(finish(model, &bank.name.value, extent, placed, &mut sections, symbols));
    }
    // Everything is inside the bank from here on: addresses and sizes fit 32 bits.
    for (symbol, address) in [
        (Symbol::KernelStackTop, kernel_memory),
        (Symbol::KernelMemory, kernel_memory),
        (Symbol::RamStart, start),
        (Symbol::RamEnd, used_end.next_multiple_of(8)),
    ] {
        symbols.insert(symbol, address as u32);
    }
    let used = (used_end - start) as u32;
    Some(Ram {
        sections,
        processes,
        bank: BankUse { bank: bank.name.value.clone(), base: bank.base, size: bank.size, used },
    })
}

/// A section whose address is known to fit 32 bits.
fn section(name: String, owner: Owner, kind: SectionKind, base: u64, size: u64) -> Section {
    Section { name, owner, kind, base: base as u32, size: size as u32 }
}

/// The parts of a process in their order. Home bases and memories begin at multiples of 16 where that costs no
/// granule, else of 8.
fn extent(system: &System, model: &Model, stack: ProcessStack) -> Extent {
    let granule = u64::from(model.granule);
    let (fine, coarse) = (extent_aligned(system, &stack, 8), extent_aligned(system, &stack, 16));
    if coarse.size.next_multiple_of(granule) == fine.size.next_multiple_of(granule) { coarse } else { fine }
}

fn extent_aligned(system: &System, stack: &ProcessStack, align: u64) -> Extent {
    let manifest = system.manifest;
    let process = manifest.process(stack.process);
    let name = format!(".stack.{}", process.name.value);
    let owner = Owner::Process(stack.process);
    let mut parts = vec![Part { name, owner, kind: SectionKind::Stack, offset: 0, size: stack.size }];
    let mut marks = vec![(Symbol::StackBase(stack.process), 0), (Symbol::StackTop(stack.process), stack.size)];
    let mut end = stack.size;
    for &id in &process.components {
        let name = &manifest.component(id).name.value;
        let linked = &system.components[id.0 as usize];
        let instance = 4 * linked.instance.len() as u64;
        let home = (end + instance).next_multiple_of(align);
        if instance > 0 {
            parts.push(Part {
                name: format!(".instance.{name}"),
                owner: Owner::Component(id),
                kind: SectionKind::InstanceData,
                offset: home - instance,
                size: instance,
            });
        }
        marks.push((Symbol::HomeBase(id), home));
        end = home;
        for (index, memory) in linked.memories.iter().enumerate() {
            let offset = end.next_multiple_of(align);
            let index = index as u32;
            let name = memory_section(name, linked, index);
            marks.push((Symbol::Memory { component: id, index }, offset));
            parts.push(Part {
                name,
                owner: Owner::Component(id),
                kind: SectionKind::Memory { index },
                offset,
                size: u64::from(memory.budget),
            });
            end = offset + u64::from(memory.budget);
        }
    }
    let asked = parts.iter().map(|part| part.size).sum();
    Extent { process: stack.process, bound: stack.bound.clone(), parts, marks, asked, size: end }
}

/// `.memory.COMPONENT` for the first memory, `.memory.COMPONENT:NAME` for others. Names of components hold no colon.
fn memory_section(component: &str, linked: &Linked, index: u32) -> String {
    let name = &linked.memories[index as usize].name;
    let alone = linked.memories.iter().filter(|memory| memory.name == *name).count() == 1;
    match index {
        0 => format!(".memory.{component}"),
        _ if alone => format!(".memory.{component}:{name}"),
        _ => format!(".memory.{component}:{index}"),
    }
}

/// Places all extents in `space`, in the better of two orders: next what wastes least, or next what is largest. The
/// result is in the order of `extents`, with the end of the last one. An error names the extent that found no place.
fn pack(
    system: &System,
    model: &Model,
    extents: &[Extent],
    space: Addresses,
    limit: usize,
) -> Result<(Vec<Placed>, u64), usize> {
    let name = |index: usize| &system.manifest.process(extents[index].process).name.value;
    let mut order: Vec<usize> = (0..extents.len()).collect();
    order.sort_by(|&a, &b| extents[b].size.cmp(&extents[a].size).then_with(|| name(a).cmp(name(b))));

    let tight = pack_in(model, extents, order.clone(), space.clone(), limit, usize::MAX);
    let large_first = pack_in(model, extents, order, space, limit, 1);
    match (tight, large_first) {
        (Ok(a), Ok(b)) => Ok(if b.1 < a.1 { b } else { a }),
        (Ok(packed), Err(_)) | (Err(_), Ok(packed)) => Ok(packed),
        (Err(index), Err(_)) => Err(index),
    }
}

/// Takes the extents of `order` one by one, each time the least wasteful of the first `choice`.
fn pack_in(
    model: &Model,
    extents: &[Extent],
    mut order: Vec<usize>,
    space: Addresses,
    limit: usize,
    choice: usize,
) -> Result<(Vec<Placed>, u64), usize> {
    let mut result: Vec<Option<Placed>> = extents.iter().map(|_| None).collect();
    let mut free = space.start;
    while !order.is_empty() {
        let candidates = order.iter().take(choice).enumerate();
        let fits = candidates.filter_map(|(rank, &index)| {
            let placed = fit(model, extents[index].size, free..space.end, limit)?;
            Some((placed.cover.granted.end - free - extents[index].size, rank, placed))
        });
        let Some((_, rank, placed)) = fits.min_by_key(|&(lost, rank, _)| (lost, rank)) else {
            return Err(order[0]);
        };
        free = placed.cover.granted.end;
        result[order.remove(rank)] = Some(placed);
    }
    let placed = result.into_iter().map(|placed| placed.expect("every extent has been placed")).collect();
    Ok((placed, free))
}

/// The tightest place for `size` bytes from `space.start` on. Inside what is granted the extent lies as high as it
/// can: bytes left over are below its stack, where an overflow runs into them and not into data, and an access past
/// the last memory faults at once.
fn fit(model: &Model, size: u64, space: Addresses, limit: usize) -> Option<Placed> {
    let granule = u64::from(model.granule);
    let room = size.next_multiple_of(granule);
    let steps = || (0..32).map(|log2| granule << log2).take_while(|&step| step <= 1 << 31);
    let from_start = steps().map(|step| space.start.next_multiple_of(step));
    let from_end = steps().map(|step| (space.start + room).next_multiple_of(step) - room);
    let mut bases: Vec<u64> = from_start.chain(from_end).filter(|base| base + room <= space.end).collect();
    bases.sort();
    bases.dedup();
    let covers = bases.into_iter().filter_map(|base| (model.cover)(base..base + room, space.clone(), limit));
    let cover = covers.min_by_key(|cover| {
        let granted = cover.granted.end - cover.granted.start;
        (cover.granted.end, granted, cover.shapes.len(), cover.granted.start)
    })?;
    let slack = cover.granted.end - cover.granted.start - size;
    let base = cover.granted.start + slack / 16 * 16;
    Some(Placed { base, gap: cover.granted.start - space.start, cover })
}

fn finish(
    model: &Model,
    bank: &str,
    extent: Extent,
    placed: Placed,
    sections: &mut Vec<Section>,
    symbols: &mut BTreeMap<Symbol, u32>,
) -> ProcessPlan {
    let at = |offset: u64| (placed.base + offset) as u32;
    for (symbol, offset) in &extent.marks {
        symbols.insert(*symbol, at(*offset));
    }
    let stack = &extent.parts[0];
    let (stack_base, stack_size) = (at(stack.offset), stack.size as u32);
    for part in extent.parts {
        sections.push(section(part.name, part.owner, part.kind, placed.base + part.offset, part.size));
    }
    let granted = placed.cover.granted;
    let slots = (protect::FLASH_SLOT + 1)..;
    let pieces = placed
        .cover
        .shapes
        .iter()
        .zip(slots)
        .map(|(&shape, slot)| model.piece(shape, slot, Access::ReadWrite))
        .collect();
    ProcessPlan {
        process: extent.process,
        devices: Vec::new(),
        over_grant: 0,
        stack_base,
        stack_size,
        stack_bound: extent.bound,
        pieces,
        waste: Waste {
            asked: extent.asked as u32,
            padding: (extent.size - extent.asked) as u32,
            rounding: (granted.end - granted.start - extent.size) as u32,
            gap: placed.gap as u32,
        },
        extents: vec![ExtentPlan { bank: bank.to_string(), base: at(0), size: extent.size as u32, granted }],
    }
}

/// The manifest's node of a memory.
pub fn memory_node<'a>(system: &System<'a>, component: ComponentId, index: u32) -> Option<&'a Memory> {
    let linked = &system.components[component.0 as usize].memories[index as usize];
    let names = |node: &&Memory| match &node.name {
        None => index == 0,
        Some(name) => name.value == linked.name || name.value == index.to_string(),
    };
    system.manifest.component(component).memories.iter().find(names)
}

/// More is asked for than the bank has: no placing could help.
fn too_small(system: &System, extents: &[Extent], kernel: u64, needed: u64, available: u64, found: &mut Diagnostics) {
    let manifest = system.manifest;
    let mut diagnostic = Diagnostic::error(
        &codes::RAM_TOO_SMALL,
        format!(
            "the system needs {needed} bytes of RAM and the board has {available}: {} are missing",
            needed - available
        ),
    )
    .help("make a budget or a stack smaller, or take a board with more RAM")
    .note(format!("the kernel takes {kernel} bytes"));
    let mut asks: Vec<(u64, crate::source::Span, String)> = Vec::new();
    for part in extents.iter().flat_map(|extent| &extent.parts) {
        let size = part.size;
        match (part.owner, part.kind) {
            (Owner::Component(id), SectionKind::Memory { index }) => {
                let node = memory_node(system, id, index);
                let span = node.map_or(manifest.component(id).name.span, |memory| memory.budget.span);
                asks.push((size, span, format!("{size} bytes")));
            }
            (Owner::Process(id), _) => {
                let process = manifest.process(id);
                let stack = process.components.iter().find_map(|&id| manifest.component(id).stack);
                let span = stack.map_or(process.name.span, |stack| stack.span);
                asks.push((size, span, format!("{size} bytes of stack")));
            }
            _ => {}
        }
    }
    asks.sort_by_key(|(size, span, _)| (std::cmp::Reverse(*size), *span));
    let shown = 6;
    if asks.len() > shown {
        let rest: u64 = asks[shown..].iter().map(|(size, _, _)| size).sum();
        diagnostic = diagnostic.note(format!("{} smaller demands together take {rest} bytes", asks.len() - shown));
    }
    for (_, span, text) in asks.into_iter().take(shown) {
        diagnostic = diagnostic.label(span, text);
    }
    found.push(diagnostic.label(manifest.board.span, format!("{available} bytes of RAM")));
}

/// The bytes would fit, but no legal pieces cover this extent in what is left of the bank.
fn too_coarse(system: &System, extent: &Extent, limit: usize, found: &mut Diagnostics) {
    let process = system.manifest.process(extent.process);
    found.push(
        Diagnostic::error(
            &codes::NO_COVER,
            format!(
                "no {limit} regions cover the {} bytes of process `{}` in what is left of the RAM",
                extent.size, process.name.value
            ),
        )
        .label(process.name.span, "asks for this memory and stack")
        .help("make its budgets multiples of a large power of two, or leave the board more free RAM"),
    );
}
