//! The region table as data: what a machine reads beside the image, and what a person reads in the report.
//!
//! The schema is `schemas/regions.schema.json`, and `version` counts its incompatible changes. Addresses and register
//! words are hexadecimal strings, sizes are numbers of bytes.

mod components;

use super::{BankUse, DevicePlan, ExtentPlan, Owner, Piece, Plan, ProcessPlan, SectionKind, StackBound, Waste};
use crate::codegen::Symbol;
use crate::link::System;
use crate::manifest::ProcessId;
use crate::protect::Access;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// The version of the schema.
pub const VERSION: u32 = 1;

/// Where everything is in RAM and flash, who may access it, and by which registers of the protection unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Region table of a compose image")]
pub struct RegionTable {
    /// Counts incompatible changes of this schema.
    pub version: u32,
    /// Name of the system, as the manifest gives it.
    pub system: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub system_version: Option<String>,
    pub board: String,
    pub protection: Protection,
    pub banks: Vec<Bank>,
    /// Regions that are always on.
    pub fixed: Vec<Region>,
    pub processes: Vec<Process>,
    /// In the order of the manifest.
    pub components: Vec<Component>,
    /// What the kernel calls after start-up, in this order.
    pub jobs: Vec<Job>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub copies: Option<Copies>,
    /// Everything that is placed, in address order.
    pub sections: Vec<Section>,
    pub waste: WasteCount,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Protection {
    /// Protection model: `pmsav7`, `pmsav8`, `pmp`.
    pub model: String,
    /// Regions of the unit.
    pub entries: u8,
    /// Registers of the unit that are set once, before any region is on.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub setup: Vec<Register>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Register {
    /// As the architecture's manual calls it.
    pub name: String,
    pub value: Hex,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bank {
    pub name: String,
    pub kind: BankKind,
    pub base: Hex,
    pub size: u32,
    /// Bytes from the base to the end of the last thing in it.
    pub used: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BankKind {
    Flash,
    Ram,
}

/// One region of the protection unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// Region number.
    pub slot: u8,
    pub base: Hex,
    /// Bytes of the whole region.
    pub size: u64,
    /// Bit i set: eighth i of the region is off.
    pub subregions_off: u8,
    pub access: RegionAccess,
    /// Register words (PMSAv7: RBAR, RASR; PMSAv8: RBAR, RLAR; PMP: pmpaddr, and the byte of pmpcfg).
    pub words: [Hex; 2],
}

/// What components may do; the kernel may do the same, and reads and writes all RAM besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegionAccess {
    ReadExecute,
    ReadWrite,
    /// Read and write, as device registers need it.
    Device,
    /// Nothing: its address is the lower end of the region in the next slot.
    Bound,
}

/// A protection domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    pub components: Vec<String>,
    pub on_trap: OnTrap,
    /// Its memory: stack, instance data, memories.
    pub extents: Vec<Extent>,
    /// Devices that it may access.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub devices: Vec<Device>,
    /// Bytes that the regions of the devices grant beyond the devices.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub over_grant: u64,
    /// It passes calls on from one process to another, and may reach memories of both.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub adapter: Option<Adapter>,
    pub stack: Stack,
    pub regions: Vec<Region>,
    /// The register words of all slots that the kernel loads when it enters the process, those that are off included.
    pub words: Vec<Hex>,
    pub waste: WasteCount,
}

/// Code that nobody wrote: it copies what calls carry between two processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Adapter {
    /// Processes.
    pub caller: String,
    pub callee: String,
    /// Names of the sections that it needs.
    pub sections: Vec<String>,
    /// What its regions grant for that: the caller's and the callee's own regions, whole.
    pub granted: Vec<Run>,
}

/// Addresses from `base` on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    pub base: Hex,
    pub size: u64,
}

/// What a trap does to its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnTrap {
    /// Nobody enters it again.
    Stop,
    /// It can be called again.
    Continue,
}

/// What a component may call, and where others find its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    pub process: String,
    pub bounds: BoundsMode,
    /// Host functions of the kernel that it imports, sorted.
    pub host_functions: Vec<String>,
    /// Functions of other components that it imports, sorted.
    pub calls: Vec<Call>,
    /// The value of its base register while it runs; instance data ends there, and memory 0 begins.
    pub home: Hex,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arena: Option<Arena>,
    /// Its own functions that it exports and that are in the image, sorted by name.
    pub exports: Vec<Export>,
}

/// How accesses outside a memory are caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BoundsMode {
    /// By the regions alone.
    Hardware,
    /// By compares in the code, exactly as WebAssembly says.
    Software,
}

/// A function of another component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    pub component: String,
    /// Name of its export.
    pub function: String,
    /// Through the kernel, into another process.
    pub gate: bool,
    /// The reason that the manifest gives for the link.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

/// What `__cabi_arena_realloc` hands out, as addresses of WebAssembly in memory 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Arena {
    pub offset: u32,
    pub size: u32,
    /// Native address of three words: the next free address of WebAssembly, the address of the last block, the most that
    /// the first has been.
    pub state: Hex,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Export {
    pub name: String,
    /// Of its code, without the bit that says Thumb.
    pub address: Hex,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    pub component: String,
    /// Name of its export, or of the function where a start function has no export.
    pub function: String,
    /// As words: a number of 64 bits is two, the low one first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub arguments: Vec<Hex>,
}

/// A table in flash of what start-up copies from flash to RAM, after it has zeroed RAM: records of three words, where
/// to, where from, and how many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Copies {
    pub address: Hex,
    pub records: u32,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A run of addresses that belongs to one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Extent {
    /// Name of the bank.
    pub bank: String,
    /// What was asked for.
    pub base: Hex,
    pub size: u32,
    /// What the regions grant: the same and what lies around it.
    pub granted_base: Hex,
    pub granted_size: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Name of the board's peripheral.
    pub name: String,
    pub base: Hex,
    pub size: u32,
    /// Another process may have it too.
    pub shared: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stack {
    pub base: Hex,
    pub size: u32,
    /// The compiler's worst case in bytes; absent when a recursion has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bound: Option<u32>,
    /// Functions that call each other in a cycle, when there is no bound.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub recursion: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// The name of the section in the ELF.
    pub name: String,
    pub kind: Kind,
    pub base: Hex,
    pub size: u32,
    /// The process that may write it; absent for the kernel's, and for flash.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub process: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub component: Option<String>,
    /// For memories.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory: Option<Memory>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    pub name: String,
    pub index: u32,
    /// Bytes that WebAssembly sees when the program starts, and the most it can grow to.
    pub bytes: u32,
    pub max_bytes: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Vectors,
    Code,
    Constants,
    KernelStack,
    KernelMemory,
    Stack,
    InstanceData,
    Memory,
}

impl Kind {
    fn of(kind: SectionKind) -> Self {
        match kind {
            SectionKind::Vectors => Kind::Vectors,
            SectionKind::Code => Kind::Code,
            SectionKind::Constants => Kind::Constants,
            SectionKind::KernelStack => Kind::KernelStack,
            SectionKind::KernelData => Kind::KernelMemory,
            SectionKind::Stack => Kind::Stack,
            SectionKind::InstanceData => Kind::InstanceData,
            SectionKind::Memory { .. } => Kind::Memory,
        }
    }
}

/// RAM beyond what was asked for, in bytes, by cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WasteCount {
    pub asked: u32,
    /// Between parts, because memories begin at multiples of 8.
    pub padding: u32,
    /// Around the process, because regions have coarse edges.
    pub rounding: u32,
    /// Before the process, because a region must begin at a coarser multiple.
    pub gap: u32,
}

impl From<Waste> for WasteCount {
    fn from(waste: Waste) -> Self {
        WasteCount { asked: waste.asked, padding: waste.padding, rounding: waste.rounding, gap: waste.gap }
    }
}

/// An address or a register word: `0x20000400`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hex(pub u32);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 8);
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        value.map(Hex).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not `0x` and eight digits")))
    }
}

impl JsonSchema for Hex {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hex".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^0x[0-9a-f]{8}$",
            "description": "An address or a register word."
        })
    }
}

impl Job {
    /// `tick(10, 0xdeadbeef)`.
    pub fn call(&self) -> String {
        let argument = |word: &Hex| if word.0 <= 0xffff { word.0.to_string() } else { word.to_string() };
        let arguments: Vec<String> = self.arguments.iter().map(argument).collect();
        format!("{}({})", self.function, arguments.join(", "))
    }
}

impl Region {
    /// What the region grants, in address order: all but the eighths that are off. A table that was read can say
    /// anything; ends are at most those of 64 bits.
    pub fn granted(&self) -> Vec<Range<u64>> {
        if self.access == RegionAccess::Bound {
            return Vec::new();
        }
        let base = u64::from(self.base.0);
        let edge = |eighths: u64| base.saturating_add(self.size / 8 * eighths);
        if self.subregions_off == 0 {
            return std::iter::once(base..base.saturating_add(self.size)).collect();
        }
        let mut runs: Vec<Range<u64>> = Vec::new();
        for index in (0..8).filter(|index| self.subregions_off >> index & 1 == 0) {
            match runs.last_mut() {
                Some(run) if run.end == edge(index) => run.end = edge(index + 1),
                _ => runs.push(edge(index)..edge(index + 1)),
            }
        }
        runs
    }
}

impl RegionTable {
    pub fn new(system: &System, plan: &Plan) -> Self {
        let manifest = system.manifest;
        RegionTable {
            version: VERSION,
            system: manifest.name.value.clone(),
            system_version: manifest.version.as_ref().map(|version| version.value.clone()),
            board: system.board.name.clone(),
            protection: self::protection(system),
            banks: std::iter::once(bank(&plan.flash, BankKind::Flash))
                .chain(plan.ram.iter().map(|used| bank(used, BankKind::Ram)))
                .collect(),
            fixed: plan.fixed.iter().map(region).collect(),
            processes: plan.processes.iter().map(|process| self::process(system, plan, process)).collect(),
            components: components::components(system, plan),
            jobs: components::jobs(system),
            copies: components::copies(system, plan),
            sections: plan.sections.iter().map(|section| self::section(system, section)).collect(),
            waste: plan.waste.into(),
        }
    }

    /// The text of `NAME.regions.json`.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings and numbers always serialize");
        text.push('\n');
        text
    }

    /// Reads what [`RegionTable::to_json`] writes. An error says in one phrase what is wrong.
    pub fn from_json(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head =
            serde_json::from_slice(text).map_err(|error| format!("the region table cannot be read: {error}"))?;
        if head.version != VERSION {
            return Err(format!("the region table has version {}, and this program knows {VERSION}", head.version));
        }
        serde_json::from_slice(text).map_err(|error| format!("the region table cannot be read: {error}"))
    }

    /// The text of `schemas/regions.schema.json`.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(RegionTable);
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema always serializes");
        text.push('\n');
        text
    }
}

fn protection(system: &System) -> Protection {
    let model = system.model();
    let setup = model.setup.iter().map(|&(name, value)| Register { name: name.to_string(), value: Hex(value) });
    Protection { model: model.name.to_string(), entries: system.board.protection.entries, setup: setup.collect() }
}

fn bank(bank: &BankUse, kind: BankKind) -> Bank {
    Bank { name: bank.bank.clone(), kind, base: Hex(bank.base), size: bank.size, used: bank.used }
}

fn region(piece: &Piece) -> Region {
    Region {
        slot: piece.slot,
        base: Hex(piece.base),
        size: piece.size,
        subregions_off: piece.subregions_off,
        access: match piece.access {
            Access::ReadExecute => RegionAccess::ReadExecute,
            Access::ReadWrite => RegionAccess::ReadWrite,
            Access::Device => RegionAccess::Device,
            Access::Bound => RegionAccess::Bound,
        },
        words: piece.words.map(Hex),
    }
}

fn process(system: &System, plan: &Plan, process: &ProcessPlan) -> Process {
    let manifest = system.manifest;
    let node = manifest.process(process.process);
    let (bound, recursion) = match &process.stack_bound {
        StackBound::Bytes(bytes) => (Some(*bytes), Vec::new()),
        StackBound::Unknown => (None, Vec::new()),
        StackBound::Recursive(cycle) => (None, cycle.clone()),
    };
    Process {
        name: node.name.value.clone(),
        why: node.why.as_ref().map(|why| why.value.clone()),
        components: node.components.iter().map(|&id| manifest.component(id).name.value.clone()).collect(),
        on_trap: match node.on_trap.as_ref().map(|on_trap| on_trap.value) {
            _ if node.adapter.is_some() => OnTrap::Continue,
            Some(crate::manifest::OnTrap::Continue) => OnTrap::Continue,
            Some(crate::manifest::OnTrap::Stop) | None => OnTrap::Stop,
        },
        extents: process.extents.iter().map(extent).collect(),
        devices: process.devices.iter().map(|device| self::device(system, process.process, device)).collect(),
        over_grant: process.over_grant,
        adapter: node.adapter.map(|adapter| self::adapter(system, plan, process, adapter)),
        stack: Stack { base: Hex(process.stack_base), size: process.stack_size, bound, recursion },
        regions: process.pieces.iter().map(region).collect(),
        words: words(system, plan, process.process),
        waste: process.waste.into(),
    }
}

fn adapter(system: &System, plan: &Plan, process: &ProcessPlan, adapter: crate::manifest::Adapter) -> Adapter {
    let name = |process| system.manifest.process(process).name.value.clone();
    let granted = plan.sections.iter().filter(|section| section.size > 0);
    let sections = granted.filter(|section| process.grants.iter().any(|grant| grant.is(section.owner, section.kind)));
    let memory = process.pieces.iter().filter(|piece| piece.access == Access::ReadWrite);
    let own = |run: &super::Addresses| process.extents.iter().any(|extent| extent.granted.contains(&run.start));
    let runs = crate::protect::merge(memory.flat_map(Piece::granted).filter(|run| !own(run)).collect());
    Adapter {
        caller: name(adapter.caller),
        callee: name(adapter.callee),
        sections: sections.map(|section| section.name.clone()).collect(),
        granted: runs.iter().map(|run| Run { base: Hex(run.start as u32), size: run.end - run.start }).collect(),
    }
}

fn extent(extent: &ExtentPlan) -> Extent {
    Extent {
        bank: extent.bank.clone(),
        base: Hex(extent.base),
        size: extent.size,
        granted_base: Hex(extent.granted.start as u32),
        granted_size: (extent.granted.end - extent.granted.start) as u32,
    }
}

fn device(system: &System, process: ProcessId, device: &DevicePlan) -> Device {
    let components = system.manifest.process(process).components.iter();
    let wishes = components.flat_map(|&id| &system.manifest.component(id).devices);
    let mut whys = wishes.filter(|wish| wish.peripheral.value == device.name).filter_map(|wish| wish.why.as_ref());
    Device {
        name: device.name.clone(),
        base: Hex(device.base),
        size: device.size,
        shared: device.shared,
        why: whys.next().map(|why| why.value.clone()),
    }
}

fn words(system: &System, plan: &Plan, process: ProcessId) -> Vec<Hex> {
    let count = 2 * u32::from(system.process_slots());
    (0..count).map(|index| Hex(plan.symbols[&Symbol::RegionWord { process, index }])).collect()
}

fn section(system: &System, section: &super::Section) -> Section {
    let manifest = system.manifest;
    let (process, component) = match section.owner {
        Owner::Kernel | Owner::Runtime => (None, None),
        Owner::Process(id) => (Some(id), None),
        Owner::Component(id) => (Some(manifest.component(id).process), Some(id)),
    };
    let process = process.filter(|_| !section.kind.in_flash());
    let memory = match (section.kind, component) {
        (SectionKind::Memory { index }, Some(id)) => {
            let memory = &system.components[id.0 as usize].memories[index as usize];
            let why = super::demand::memory_node(system, id, index).and_then(|node| node.why.as_ref());
            Some(Memory {
                name: memory.name.clone(),
                index,
                bytes: memory.bytes,
                max_bytes: memory.max_bytes,
                why: why.map(|why| why.value.clone()),
            })
        }
        _ => None,
    };
    Section {
        name: section.name.clone(),
        kind: Kind::of(section.kind),
        base: Hex(section.base),
        size: section.size,
        process: process.map(|id| manifest.process(id).name.value.clone()),
        component: component.map(|id| manifest.component(id).name.value.clone()),
        memory,
    }
}
