//! What a system asks of its board, as a [`Problem`]: who needs how many bytes where, which devices, and how many entries
//! of the protection unit there are for it.
//!
//! ```text
//! extent, ascending: native stack | for each component: instance data, memory 0, further memories
//! ```
//!
//! A process's memory is one extent, unless parts of it wish for different banks. The stack is lowest, so that an
//! overflow runs out of the process's pieces. Components come by name: the order of the manifest has no say.

use super::solve::{ALIGN, Demand, Extent, Kept, Problem, STEPS};
use super::stack::ProcessStack;
use super::{Owner, SectionKind};
use crate::codegen::Symbol;
use crate::link::{Linked, LinkedMemory, MemoryBase, System};
use crate::lock::Lock;
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
    /// Processes that are part of this one: itself, unless a [`Tweak`] merges it with another.
    pub members: Vec<ProcessId>,
    pub stack: ProcessStack,
    /// In the order of the demand's extents.
    pub extents: Vec<Parts>,
}

/// Entries for what an adapter has itself: little more than its stack.
const ADAPTER_SLOTS: usize = 1;

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

/// What the demands are made of.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub system: &'a System<'a>,
    /// In manifest order.
    pub stacks: &'a [ProcessStack],
    /// Bytes at the start of the first bank.
    pub kernel: u64,
    /// Where things were before.
    pub lock: Option<&'a Lock>,
}

/// A manifest that is a little different: what if?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tweak {
    /// Other budgets for memories.
    pub budgets: Vec<(ComponentId, u32, u64)>,
    /// Another size of a stack.
    pub stack: Option<(ProcessId, u64)>,
    /// No wish for a bank, or another one.
    pub wish: Option<(Wisher, Option<String>)>,
    /// Bytes that may be granted beyond devices.
    pub over_grant: Option<u64>,
    /// One more device (index of the board's peripheral).
    pub device: Option<(ProcessId, usize)>,
    /// Two processes as one.
    pub merge: Option<(ProcessId, ProcessId)>,
}

/// What can wish for a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wisher {
    Memory(ComponentId, u32),
    Stack(ProcessId),
}

impl<'a> Asked<'a> {
    /// States the problem.
    pub fn demands(&self) -> Demands {
        self.tweaked(&Tweak::default())
    }

    pub fn tweaked(&self, tweak: &Tweak) -> Demands {
        let system = self.system;
        let name = |process: ProcessId| system.manifest.process(process).name.value.as_str();
        let mut banks: Vec<Addresses> = system.board.ram().map(|bank| range(bank.base, bank.size)).collect();
        if let Some(first) = banks.first_mut() {
            first.start = (first.start + self.kernel).min(first.end);
        }
        let mut processes: Vec<ProcessDemand> = Vec::new();
        for stack in self.stacks {
            let mut stack = stack.clone();
            let mut members = vec![stack.process];
            match tweak.merge {
                Some((into, from)) if stack.process == into => {
                    // Calls between the two are not on each other's stack yet: the sum is enough.
                    stack.size += self.stacks[from.0 as usize].size;
                    members.push(from);
                }
                Some((_, from)) if stack.process == from => continue,
                _ => {}
            }
            if let Some((_, size)) = tweak.stack.filter(|(process, _)| *process == stack.process) {
                stack.size = size;
            }
            let extents = self.extents(&stack, &members, tweak);
            processes.push(ProcessDemand { process: stack.process, members, stack, extents });
        }
        processes.sort_by_key(|demand| name(demand.process));
        let demands = processes.iter().map(|demand| self.demand(demand, tweak)).collect();
        Demands { problem: Problem { model: system.model(), banks, demands, steps: STEPS }, processes }
    }

    fn demand(&self, demand: &ProcessDemand, tweak: &Tweak) -> Demand {
        let system = self.system;
        let policy = system.manifest.policy.over_grant.map_or(0, |limit| u64::from(limit.value));
        let named = demand.members.iter().flat_map(|&process| system.devices(process));
        let mut devices: Vec<usize> = named.map(|(index, _)| index).collect();
        devices.extend(tweak.device.filter(|(process, _)| demand.members.contains(process)).map(|(_, index)| index));
        devices.sort_unstable();
        devices.dedup();
        let address = |index: usize| range(system.board.peripherals[index].base, system.board.peripherals[index].size);
        let others = (0..system.board.peripherals.len()).filter(|index| !devices.contains(index)).map(address);
        let banks = system.board.banks.iter().map(|bank| range(bank.base, bank.size));
        let name = &system.manifest.process(demand.process).name.value;
        let extents = demand.extents.iter().enumerate().map(|(index, parts)| Extent {
            size: parts.size,
            banks: parts.banks.clone(),
            kept: self.kept(&extent_name(name, index), parts),
        });
        Demand {
            name: name.clone(),
            slots: usize::from(system.process_slots()),
            memory_slots: self.memory_slots(demand),
            devices: devices.iter().map(|&index| address(index)).collect(),
            forbidden: banks.chain(others).collect(),
            over_grant: tweak.over_grant.unwrap_or(policy),
            extents: extents.collect(),
        }
    }

    /// Entries for the memory of a process. An adapter has its own and those of its two parties.
    fn memory_slots(&self, demand: &ProcessDemand) -> usize {
        let (all, manifest) = (usize::from(self.system.process_slots()), self.system.manifest);
        let is_party = |process: &ProcessId| {
            let mut adapters = manifest.processes.iter().filter_map(|process| process.adapter);
            adapters.any(|adapter| [adapter.caller, adapter.callee].contains(process))
        };
        let most = match manifest.process(demand.process).adapter {
            Some(_) => ADAPTER_SLOTS,
            None if demand.members.iter().any(is_party) => all.saturating_sub(ADAPTER_SLOTS) / 2,
            None => all,
        };
        most.max(demand.extents.len())
    }

    /// Where an extent was before.
    fn kept(&self, name: &str, parts: &Parts) -> Option<Kept> {
        let extent = self.lock?.extents.iter().find(|extent| extent.name == name)?;
        let bank = self.system.board.ram().position(|bank| bank.name.value == extent.bank)?;
        let start = u64::from(extent.granted_base);
        let granted = start..start + extent.granted_size;
        let kept = Kept { bank, base: extent.base.into(), size: extent.size, granted };
        parts.banks.contains(&bank).then_some(kept)
    }

    /// The extents of a process. Home bases and memories begin at multiples of 16 where that costs no granule, else of 8.
    fn extents(&self, stack: &ProcessStack, members: &[ProcessId], tweak: &Tweak) -> Vec<Parts> {
        let granule = u64::from(self.system.model().granule());
        let aligned = |align| self.aligned(stack, members, tweak, align);
        let pairs = aligned(ALIGN).into_iter().zip(aligned(2 * ALIGN));
        let better = |(fine, coarse): (Parts, Parts)| {
            if coarse.size.next_multiple_of(granule) == fine.size.next_multiple_of(granule) { coarse } else { fine }
        };
        pairs.map(better).collect()
    }

    fn aligned(&self, stack: &ProcessStack, members: &[ProcessId], tweak: &Tweak, align: u64) -> Vec<Parts> {
        let (system, manifest) = (self.system, self.system.manifest);
        let mut out = Extents { system, list: Vec::new() };
        let mut components: Vec<ComponentId> =
            members.iter().flat_map(|&process| &manifest.process(process).components).copied().collect();
        components.sort_by_key(|&id| &manifest.component(id).name.value);
        let wish = |who: Wisher, written: Option<&'a String>| match &tweak.wish {
            Some((wisher, other)) if *wisher == who => other.clone(),
            _ => written.cloned(),
        };

        let written = components.iter().find_map(|&id| manifest.component(id).stack_in.as_ref());
        let extent = out.with(wish(Wisher::Stack(stack.process), written.map(|wish| &wish.value)));
        extent.marks.push((Symbol::StackBase(stack.process), 0));
        let name = format!(".stack.{}", manifest.process(stack.process).name.value);
        extent.add(name, Owner::Process(stack.process), SectionKind::Stack, 1, stack.size);
        extent.marks.push((Symbol::StackTop(stack.process), stack.size));

        for id in components {
            let name = &manifest.component(id).name.value;
            let owner = Owner::Component(id);
            let linked = &system.components[id.0 as usize];
            let wish = |index| {
                let written = memory_node(system, id, index).and_then(|node| node.bank.as_ref());
                wish(Wisher::Memory(id, index), written.map(|wish| &wish.value))
            };
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
            let own = |(_, memory): &(u32, &LinkedMemory)| !matches!(memory.base, MemoryBase::Foreign { .. });
            for (index, memory) in (0u32..).zip(&linked.memories).filter(own) {
                let extent = out.with(wish(index));
                let other = tweak.budgets.iter().find(|(component, memory, _)| (*component, *memory) == (id, index));
                let budget = other.map_or(memory.budget.into(), |(.., budget)| *budget);
                let kind = SectionKind::Memory { index };
                let offset = extent.add(memory_section(name, linked, index), owner, kind, align, budget);
                extent.marks.push((Symbol::Memory { component: id, index }, offset));
            }
        }
        out.list.retain(|extent| extent.size > 0);
        out.list
    }
}

/// What the lock file calls extent number `index` of a process.
pub fn extent_name(process: &str, index: usize) -> String {
    if index == 0 { process.to_string() } else { format!("{process}#{}", index + 1) }
}

fn range(base: u32, size: u32) -> Addresses {
    u64::from(base)..u64::from(base) + u64::from(size)
}

/// The extents of one process, as they grow.
struct Extents<'a> {
    system: &'a System<'a>,
    list: Vec<Parts>,
}

impl Extents<'_> {
    /// The extent for what has this wish. Wishes that prefer the same bank share one.
    fn with(&mut self, wish: Option<String>) -> &mut Parts {
        let banks = self.system.board.allowed(wish.as_deref());
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
