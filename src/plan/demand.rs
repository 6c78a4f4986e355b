//! What a system asks of its board, as a [`Problem`]: who needs how many bytes where, which devices, and how many entries
//! of the protection unit there are for it.
//!
//! ```text
//! extent, ascending: native stack | for each component: instance data, memory 0, further memories
//! ```
//!
//! A process's memory is one extent, unless parts of it wish for different banks. The stack is lowest, so that an
//! overflow runs out of the process's pieces. Components come by name: the order of the manifest has no say.

use super::solve::{ALIGN, Demand, Extent, Problem};
use super::stack::ProcessStack;
use super::{Owner, SectionKind};
use crate::codegen::Symbol;
use crate::link::{Linked, System};
use crate::manifest::{ComponentId, Memory, ProcessId};
use crate::protect::Addresses;

/// What all processes ask for.
pub struct Demands {
    /// By name of the process: in the order of the problem's demands.
    pub processes: Vec<ProcessDemand>,
    pub problem: Problem,
}

/// What one process asks for.
pub struct ProcessDemand {
    pub process: ProcessId,
    pub stack: ProcessStack,
    /// In the order of the demand's extents.
    pub extents: Vec<Parts>,
}

/// What lies in one extent, as offsets from its start.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Numbers of the RAM banks that it may be in.
    pub banks: Vec<usize>,
    pub parts: Vec<Part>,
    /// Offsets of addresses that have a symbol.
    pub marks: Vec<(Symbol, u64)>,
    /// Bytes of the parts.
    pub asked: u64,
    /// The same with what is between them.
    pub size: u64,
}

#[derive(Clone, Debug)]
pub struct Part {
    pub name: String,
    pub owner: Owner,
    pub kind: SectionKind,
    pub offset: u64,
    pub size: u64,
}

/// States the problem. The kernel has `kernel` bytes at the start of the first bank.
pub fn demands(system: &System, stacks: Vec<ProcessStack>, kernel: u64, steps: u64) -> Demands {
    let model = system.model();
    let mut banks: Vec<Addresses> = system.board.ram().map(|bank| range(bank.base, bank.size)).collect();
    if let Some(first) = banks.first_mut() {
        first.start = (first.start + kernel).min(first.end);
    }
    let slots = usize::from(system.process_slots());
    let granule = u64::from(model.granule());
    let mut processes: Vec<ProcessDemand> = stacks
        .into_iter()
        .map(|stack| ProcessDemand { process: stack.process, extents: extents(system, granule, &stack), stack })
        .collect();
    processes.sort_by_key(|demand| &system.manifest.process(demand.process).name.value);
    let demands = processes.iter().map(|demand| {
        let devices: Vec<usize> = system.devices(demand.process).into_iter().map(|(index, _)| index).collect();
        let all = || system.board.peripherals.iter().enumerate();
        let address =
            |&index: &usize| range(system.board.peripherals[index].base, system.board.peripherals[index].size);
        let others = all().map(|(index, _)| index).filter(|index| !devices.contains(index));
        let over_grant = system.manifest.policy.over_grant.map_or(0, |limit| u64::from(limit.value));
        let extents = demand.extents.iter();
        Demand {
            name: system.manifest.process(demand.process).name.value.clone(),
            slots,
            devices: devices.iter().map(address).collect(),
            forbidden: system
                .board
                .banks
                .iter()
                .map(|bank| range(bank.base, bank.size))
                .chain(others.map(|index| address(&index)))
                .collect(),
            over_grant,
            extents: extents.map(|parts| Extent { size: parts.size, banks: parts.banks.clone(), kept: None }).collect(),
        }
    });
    let problem = Problem { model, banks, demands: demands.collect(), steps };
    Demands { processes, problem }
}

fn range(base: u32, size: u32) -> Addresses {
    u64::from(base)..u64::from(base) + u64::from(size)
}

/// The extents of a process. Home bases and memories begin at multiples of 16 where that costs no granule, else of 8.
fn extents(system: &System, granule: u64, stack: &ProcessStack) -> Vec<Parts> {
    let (fine, coarse) = (aligned(system, stack, ALIGN), aligned(system, stack, 2 * ALIGN));
    let pairs = fine.into_iter().zip(coarse);
    let better = |(fine, coarse): (Parts, Parts)| {
        if coarse.size.next_multiple_of(granule) == fine.size.next_multiple_of(granule) { coarse } else { fine }
    };
    pairs.map(better).collect()
}

fn aligned(system: &System, stack: &ProcessStack, align: u64) -> Vec<Parts> {
    let manifest = system.manifest;
    let process = manifest.process(stack.process);
    let mut out = Extents { system, align, list: Vec::new() };
    let mut components: Vec<ComponentId> = process.components.clone();
    components.sort_by_key(|&id| &manifest.component(id).name.value);

    let wish = components.iter().find_map(|&id| manifest.component(id).stack_in.as_ref());
    let extent = out.with(wish.map(|wish| wish.value.as_str()));
    extent.marks.push((Symbol::StackBase(stack.process), 0));
    extent.add(
        format!(".stack.{}", process.name.value),
        Owner::Process(stack.process),
        SectionKind::Stack,
        1,
        stack.size,
    );
    extent.marks.push((Symbol::StackTop(stack.process), stack.size));

    for id in components {
        let name = &manifest.component(id).name.value;
        let owner = Owner::Component(id);
        let linked = &system.components[id.0 as usize];
        let wish =
            |index| memory_node(system, id, index).and_then(|node| node.bank.as_ref()).map(|wish| wish.value.as_str());
        let extent = out.with(wish(0));
        // Instance data ends where the home memory begins.
        let instance = 4 * linked.instance.len() as u64;
        let home = (extent.size + instance).next_multiple_of(align);
        extent.size = home - instance;
        if instance > 0 {
            extent.add(format!(".instance.{name}"), owner, SectionKind::InstanceData, 1, instance);
        }
        extent.size = home;
        extent.marks.push((Symbol::HomeBase(id), home));
        for (index, memory) in (0u32..).zip(&linked.memories) {
            let extent = out.with(wish(index));
            let kind = SectionKind::Memory { index };
            let offset = extent.add(memory_section(name, linked, index), owner, kind, align, u64::from(memory.budget));
            extent.marks.push((Symbol::Memory { component: id, index }, offset));
        }
    }
    out.list.retain(|extent| extent.size > 0);
    out.list
}

/// The extents of one process, as they grow.
struct Extents<'a> {
    system: &'a System<'a>,
    align: u64,
    list: Vec<Parts>,
}

impl Extents<'_> {
    /// The extent for what has this wish. Wishes that prefer the same bank share one.
    fn with(&mut self, wish: Option<&str>) -> &mut Parts {
        let banks = self.system.board.allowed(wish);
        let same = |extent: &Parts| extent.banks.first() == banks.first();
        let index = match self.list.iter().position(same) {
            Some(index) => {
                self.list[index].banks.retain(|bank| banks.contains(bank));
                index
            }
            None => {
                self.list.push(Parts { banks, ..Parts::default() });
                self.list.len() - 1
            }
        };
        debug_assert!(self.align.is_power_of_two());
        &mut self.list[index]
    }
}

impl Parts {
    /// Adds a part at the next multiple of `align`. Returns its offset.
    fn add(&mut self, name: String, owner: Owner, kind: SectionKind, align: u64, size: u64) -> u64 {
        let offset = self.size.next_multiple_of(align);
        self.parts.push(Part { name, owner, kind, offset, size });
        self.asked += size;
        self.size = offset + size;
        offset
    }
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

/// The manifest's node of a memory.
pub fn memory_node<'a>(system: &System<'a>, component: ComponentId, index: u32) -> Option<&'a Memory> {
    let linked = &system.components[component.0 as usize].memories.get(index as usize)?;
    let names = |node: &&Memory| match &node.name {
        None => index == 0,
        Some(name) => name.value == linked.name || name.value == index.to_string(),
    };
    system.manifest.component(component).memories.iter().find(names)
}
