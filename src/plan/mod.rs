//! Stage 6: objects -> [`Plan`]: where everything is, which pieces cover it, and what each cost.
//!
//! ```text
//! flash:  vectors | code: kernel, runtime, components | constants: kernel, runtime, components
//! RAM:    kernel stack | kernel memory | process | process | ...
//! process, ascending: native stack | for each component: instance data, memory 0, further memories
//! ```
//!
//! The stack is lowest, so that an overflow runs out of the process's pieces. Instance data lies directly below the home
//! base. One region holds the flash for everyone; each process's pieces are its own, and no piece of one process
//! reaches what belongs to another or to the kernel.

mod check;
mod contents;
mod demand;
mod flash;
mod grants;
mod lock;
mod ram;
mod slots;
pub mod solve;
mod stack;
pub mod table;
mod why_not;

pub use crate::protect::{Access, Addresses, Piece};
pub use contents::{Contents, Item, ItemBody};
pub use grants::Grant;
pub use solve::Search;
pub use stack::StackBound;

use crate::board::{Bank, BankKind};
use crate::codegen::{Object, Symbol};
use crate::diag::codes::plan as codes;
use crate::diag::{Diagnostic, Diagnostics, Fix};
use crate::kernel::Kernel;
use crate::link::System;
use crate::lock::Lock;
use crate::manifest::{ComponentId, ProcessId};
use demand::{Asked, Demands};
use flash::Flash;
use ram::Ram;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug)]
pub struct Plan {
    /// In address order.
    pub sections: Vec<Section>,
    /// Value of every symbol (addresses, and register words). Code addresses are even. What nothing reaches from
    /// the vector table is not in the image and has no symbol.
    pub symbols: BTreeMap<Symbol, u32>,
    /// In manifest order.
    pub processes: Vec<ProcessPlan>,
    /// Pieces that are always on (code).
    pub fixed: Vec<Piece>,
    pub flash: BankUse,
    /// In the order of the board.
    pub ram: Vec<BankUse>,
    pub waste: Waste,
    /// How good the layout of the RAM is.
    pub search: Search,
    /// The lock file.
    pub lock: String,
}

/// How much of a bank is in use, from its base on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankUse {
    /// The bank's name.
    pub bank: String,
    pub base: u32,
    /// Bytes of the bank.
    pub size: u32,
    /// Bytes from the base to the end of the last thing in it.
    pub used: u32,
}

/// A named run of bytes in a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `.vectors`, `.text.sampler`, `.rodata.kernel`, `.kernel.stack`, `.stack.sampler`, `.memory.sampler`, ...
    pub name: String,
    pub owner: Owner,
    pub base: u32,
    pub size: u32,
    pub kind: SectionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    Kernel,
    Runtime,
    /// Native stacks belong to processes.
    Process(ProcessId),
    Component(ComponentId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    Vectors,
    Code,
    Constants,
    KernelStack,
    KernelData,
    Stack,
    InstanceData,
    Memory {
        /// Index of the memory in its component.
        index: u32,
    },
}

impl SectionKind {
    pub fn in_flash(self) -> bool {
        matches!(self, SectionKind::Vectors | SectionKind::Code | SectionKind::Constants)
    }
}

#[derive(Clone, Debug)]
pub struct ProcessPlan {
    pub process: ProcessId,
    /// Its memory: one run of addresses for each bank that it wishes for.
    pub extents: Vec<ExtentPlan>,
    /// In address order.
    pub devices: Vec<DevicePlan>,
    /// Bytes that the pieces of the devices grant beyond the devices.
    pub over_grant: u64,
    pub stack_base: u32,
    pub stack_size: u32,
    pub stack_bound: StackBound,
    /// What it may reach of other processes.
    pub grants: Vec<Grant>,
    /// In the order of their slots.
    pub pieces: Vec<Piece>,
    pub waste: Waste,
}

/// A run of addresses that belongs to one process: stack, then for each component its instance data and memories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtentPlan {
    /// Name of the bank.
    pub bank: String,
    pub base: u32,
    pub size: u32,
    /// All that the pieces grant: one run of addresses around the extent.
    pub granted: Addresses,
}

/// A device that a process may access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevicePlan {
    /// Name of the board's peripheral.
    pub name: String,
    pub base: u32,
    pub size: u32,
    /// Another process may have it too.
    pub shared: bool,
}

/// RAM that processes got, in bytes, and why it is more than they asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waste {
    /// Stacks, instance data and memory budgets.
    pub asked: u32,
    /// Between the parts of an extent: a memory begins at a multiple of 8.
    pub padding: u32,
    /// Granted around the extent, because the edges of pieces are coarser than it.
    pub rounding: u32,
    /// Before the extent: granted to nobody, because a piece must begin at a coarser multiple.
    pub gap: u32,
}

impl Waste {
    /// Bytes beyond those asked for.
    pub fn total(self) -> u32 {
        self.padding + self.rounding + self.gap
    }

    fn add(&mut self, other: Waste) {
        self.asked += other.asked;
        self.padding += other.padding;
        self.rounding += other.rounding;
        self.gap += other.gap;
    }
}

/// Places everything, and leaves where it was what can stay there. With an error among the diagnostics there is no plan.
pub fn place(system: &System, objects: &[Object], kernel: &Kernel, lock: Option<&Lock>) -> (Option<Plan>, Diagnostics) {
    let mut found = Diagnostics::new();
    let plan = try_place(system, objects, kernel, lock, &mut found);
    let plan = plan.filter(|_| !found.has_errors());
    (plan, found)
}

fn try_place(
    system: &System,
    objects: &[Object],
    kernel: &Kernel,
    lock: Option<&Lock>,
    found: &mut Diagnostics,
) -> Option<Plan> {
    let contents = match Contents::of(system, objects, kernel) {
        Ok(contents) => contents,
        Err(problem) => {
            found.push(internal(system, problem));
            return None;
        }
    };
    let stacks = stack::bounds(system, &contents, found);
    let mut symbols = BTreeMap::new();
    let flash = flash::lay_out(system, &contents, &mut symbols, found);
    let asked = Asked { system, stacks: &stacks, kernel: ram::kernel_ram(Some(kernel)).0, lock };
    let demands = asked.demands();
    let ram = ram::lay_out(&asked, Some(kernel), &demands, &mut symbols, found);
    let plan = assemble(system, &demands, flash?, ram?, symbols);
    check_policy(system, &plan, found);
    if let Err(problem) = check::check(system, kernel, &contents, &plan) {
        found.push(internal(system, problem));
    }
    Some(plan)
}

/// Places memory alone, for boards that nothing can be built for yet: no code, no kernel.
pub fn outline(system: &System, lock: Option<&Lock>) -> (Option<Plan>, Diagnostics) {
    let mut found = Diagnostics::new();
    let stacks = stack::given(system, &mut found);
    let mut symbols = BTreeMap::new();
    let asked = Asked { system, stacks: &stacks, kernel: 0, lock };
    let demands = asked.demands();
    let ram = ram::lay_out(&asked, None, &demands, &mut symbols, &mut found);
    let flash = flash::reserve(system, &mut found);
    let plan = flash.zip(ram).map(|(flash, ram)| assemble(system, &demands, flash, ram, symbols));
    if let Some(plan) = &plan {
        check_policy(system, plan, &mut found);
        if let Err(problem) = check::check_memory(system, plan) {
            found.push(internal(system, problem));
        }
    }
    (plan.filter(|_| !found.has_errors()), found)
}

fn assemble(system: &System, demands: &Demands, flash: Flash, ram: Ram, mut symbols: BTreeMap<Symbol, u32>) -> Plan {
    let (model, first, count) = (system.model(), system.fixed_entries(), system.process_slots());
    for process in &ram.processes {
        let words = slots::words(&model, &process.pieces, first, count);
        for (index, word) in (0u32..).zip(words.into_iter().flatten()) {
            symbols.insert(Symbol::RegionWord { process: process.process, index }, word);
        }
    }
    for (index, word) in flash.pieces.iter().flat_map(|piece| piece.words).enumerate() {
        symbols.insert(Symbol::FixedRegionWord { index: index as u32 }, word);
    }
    let mut waste = Waste::default();
    for process in &ram.processes {
        waste.add(process.waste);
    }
    let mut sections = flash.sections;
    sections.extend(ram.sections);
    sections.sort_by_key(|section| (section.base, section.base.saturating_add(section.size)));
    let plan = Plan {
        sections,
        symbols,
        processes: ram.processes,
        fixed: flash.pieces,
        flash: flash.bank,
        ram: ram.banks,
        waste,
        search: ram.search,
        lock: String::new(),
    };
    Plan { lock: lock::text(system, demands, &plan), ..plan }
}

/// The bank that holds the image, and the one that holds the data.
fn bank<'a>(system: &System<'a>, kind: BankKind, found: &mut Diagnostics) -> Option<&'a Bank> {
    let bank = system.board.banks.iter().find(|bank| bank.kind == kind);
    if bank.is_none() {
        let kind = if kind == BankKind::Flash { "flash" } else { "RAM" };
        found.push(
            Diagnostic::error(&codes::NO_BANK, format!("board `{}` has no {kind} bank", system.board.name))
                .label(system.manifest.board.span, "this board")
                .help(format!("add a {kind} bank to the board file")),
        );
    }
    bank
}

fn check_policy(system: &System, plan: &Plan, found: &mut Diagnostics) {
    let Some(limit) = system.manifest.policy.max_waste else { return };
    let waste = plan.waste;
    let (total, asked) = (u64::from(waste.total()), u64::from(waste.asked));
    if total * 100 <= asked * u64::from(limit.value) {
        return;
    }
    let mut worst: Vec<&ProcessPlan> = plan.processes.iter().filter(|process| process.waste.total() > 0).collect();
    worst.sort_by_key(|process| (std::cmp::Reverse(process.waste.total()), process.process));
    let mut diagnostic = Diagnostic::error(
        &codes::MAX_WASTE,
        format!(
            "{total} of {asked} bytes asked for are wasted: {} %, and the policy allows {limit} %",
            percent(total, asked)
        ),
    )
    .label(limit.span, format!("allows {} bytes", asked * u64::from(limit.value) / 100))
    .help("make budgets and stacks multiples of 32 bytes, put components into one process, or allow more waste");
    for process in worst.iter().take(3) {
        let manifest = system.manifest.process(process.process);
        diagnostic = diagnostic.label(manifest.name.span, process.waste.to_string());
    }
    let enough = (total * 100).div_ceil(asked.max(1));
    if enough <= 100 {
        let text = format!("(percent){enough}");
        diagnostic = diagnostic.fix(Fix::new(format!("allow this: `max-waste {text}`")).replace(limit.span, text));
    }
    found.push(diagnostic);
}

impl fmt::Display for Waste {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes: ", self.total())?;
        let causes =
            [(self.gap, "before the first piece"), (self.rounding, "edges of pieces"), (self.padding, "alignment")];
        let causes: Vec<String> = causes
            .into_iter()
            .filter(|&(bytes, _)| bytes > 0)
            .map(|(bytes, cause)| format!("{bytes} {cause}"))
            .collect();
        f.write_str(&if causes.is_empty() { "none".to_string() } else { causes.join(", ") })
    }
}

/// `part` of `whole` in percent, one digit after the point.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0.0".to_string();
    }
    let tenths = (part * 1000 + whole / 2) / whole;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A mistake of ours, not of the manifest.
fn internal(system: &System, problem: String) -> Diagnostic {
    Diagnostic::error(&codes::INTERNAL, problem)
        .label(system.manifest.name.span, "while placing this system")
        .help("this is a bug in compose: please report it with the manifest and the modules")
}
