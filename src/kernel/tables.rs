//! The kernel's tables in flash. What the words mean is in [`super::layout`].

use super::layout::*;
use super::{Calls, texts};
use crate::codegen::{Constant, Relocation, RelocationKind, Symbol, entered};
use crate::ingest::Unit;
use crate::link::{GateKind, HostFunction, InstanceWord, Job, Linked, System};
use crate::manifest::{ComponentId, OnTrap, ProcessId};

pub const PROCESSES: Symbol = Symbol::KernelTable("processes");
pub const GATES: Symbol = Symbol::KernelTable("gates");
pub const HOSTS: Symbol = Symbol::KernelTable("hosts");
pub const COPIES: Symbol = Symbol::KernelTable("copies");
/// The register words of the region that is always on.
pub const FIXED_REGIONS: Symbol = Symbol::KernelTable("fixed_regions");
/// What the protection unit's own registers are set to, once.
pub const SETUP: Symbol = Symbol::KernelTable("setup");
/// What floating-point registers are cleared from.
pub const ZEROS: Symbol = Symbol::KernelTable("zeros");
pub const CONFIGURATION: Symbol = Symbol::KernelTable("configuration");
const COMPONENTS: Symbol = Symbol::KernelTable("components");
const JOBS: Symbol = Symbol::KernelTable("jobs");
const JOB_LIST: Symbol = Symbol::KernelTable("job_list");
const TEXTS: Symbol = Symbol::KernelTable("texts");
const STRINGS: Symbol = Symbol::KernelTable("strings");

/// Thumb state, no flags: the program status of a function on entry.
pub const XPSR: u32 = 1 << 24;

/// A constant under construction.
struct Table(Constant);

impl Table {
    fn new(symbol: Symbol) -> Self {
        Table(Constant { symbol, bytes: Vec::new(), align: 4, relocations: Vec::new() })
    }

    fn here(&self) -> u32 {
        self.0.bytes.len() as u32
    }

    fn word(&mut self, value: u32) {
        self.0.bytes.extend_from_slice(&value.to_le_bytes());
    }

    fn words(&mut self, values: &[u32]) {
        values.iter().for_each(|&value| self.word(value));
    }

    fn address(&mut self, target: Symbol, addend: i32) {
        self.0.relocations.push(Relocation { offset: self.here(), kind: RelocationKind::Abs32, target, addend });
        self.word(0);
    }
}

/// Strings in flash, one after the other.
struct Strings(Table);

impl Strings {
    /// Writes `[address, length]` of a string.
    fn refer(&mut self, from: &mut Table, text: &str) {
        from.address(STRINGS, self.0.here() as i32);
        from.word(text.len() as u32);
        self.0.0.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Register words of a process: two for each of its regions.
pub fn region_words(system: &System) -> u32 {
    2 * u32::from(system.process_slots())
}

/// Whether floating-point registers may hold what another process must not see.
pub fn clears_floats(system: &System) -> bool {
    system.board.cpu.fpu_single && system.components.iter().any(|linked| linked.module.has_floats())
}

/// Bytes of a process's descriptor.
pub fn process_size(system: &System) -> u32 {
    PROCESS_REGIONS + 4 * region_words(system)
}

pub fn all(system: &System, calls: &Calls) -> Vec<Constant> {
    let mut strings = Strings(Table::new(STRINGS));
    let mut out = Vec::new();
    let (components, ranges) = components(system, &mut strings);
    out.push(processes(system, &ranges));
    out.push(components);
    out.push(gates(system));
    out.push(hosts(system, calls));
    out.extend(jobs(system));
    out.extend(load_images(system));
    let mut table = Table::new(TEXTS);
    for text in texts::all() {
        strings.refer(&mut table, text);
    }
    out.extend([table, strings.0, fixed_regions(), configuration(system, calls)]);
    let setup = system.model().setup;
    if !setup.is_empty() {
        let mut table = Table::new(SETUP);
        setup.iter().for_each(|&(_, value)| table.word(value));
        out.push(table);
    }
    if clears_floats(system) {
        let mut zeros = Table::new(ZEROS);
        zeros.words(&[0; 32]);
        out.push(zeros);
    }
    out.into_iter().map(|table| table.0).collect()
}

/// Processes that stand for another one in calls during which it must not leave, by what is entered and how; their
/// descriptors follow those of the processes, in this order.
fn confined(system: &System) -> Vec<(ProcessId, GateKind)> {
    let gates = system.gates.iter().filter(|gate| gate.kind != GateKind::Call);
    let mut all: Vec<_> = gates.map(|gate| (system.manifest.component(gate.callee).process, gate.kind)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Records of processes: one for each, and one more for each that is called while it waits.
pub fn records(system: &System) -> u32 {
    let back = confined(system).into_iter().filter(|(_, kind)| *kind == GateKind::Back).count();
    (system.manifest.processes.len() + back) as u32
}

/// Offset of the descriptor of the code before the first job.
pub fn boot(system: &System) -> u32 {
    (system.manifest.processes.len() + confined(system).len()) as u32 * process_size(system)
}

/// For each process its descriptor, then those of [`confined`], and one more for the code before the first job, which any
/// stack suits.
fn processes(system: &System, components: &[(u32, u32)]) -> Table {
    let mut table = Table::new(PROCESSES);
    let own = (0..components.len() as u32).map(|index| (ProcessId(index), GateKind::Call));
    let mut records = components.len() as u32;
    for (process, kind) in own.chain(confined(system)) {
        let record = match kind {
            GateKind::Call | GateKind::Stay => process.0,
            GateKind::Back => {
                records += 1;
                records - 1
            }
        };
        let (first, end) = components[process.0 as usize];
        table.address(Symbol::StackBase(process), 32);
        table.address(Symbol::StackTop(process), -32);
        table.address(Symbol::KernelMemory, (RECORDS + RECORD_SIZE * record) as i32);
        table.address(COMPONENTS, first as i32);
        table.address(COMPONENTS, end as i32);
        let node = system.manifest.process(process);
        table.word(match node.on_trap.map_or(OnTrap::Stop, |on_trap| on_trap.value) {
            // What is nobody's has no state that a trap could leave half changed.
            _ if node.adapter.is_some() => ADAPTER,
            OnTrap::Stop => CALLER_STOPPED,
            OnTrap::Continue => CALLER_NONE,
        });
        table.address(PROCESSES, (process.0 * process_size(system)) as i32);
        for index in 0..region_words(system) {
            table.address(Symbol::RegionWord { process, index }, 0);
        }
    }
    table.words(&[0, u32::MAX]);
    table.address(Symbol::KernelMemory, (RECORDS + RECORD_SIZE * records) as i32);
    table.words(&[0; 4]);
    table
}

fn fixed_regions() -> Table {
    let mut table = Table::new(FIXED_REGIONS);
    for index in 0..2 {
        table.address(Symbol::FixedRegionWord { index }, 0);
    }
    table
}

/// The components, process by process; for each process its part of the table.
fn components(system: &System, strings: &mut Strings) -> (Table, Vec<(u32, u32)>) {
    let mut table = Table::new(COMPONENTS);
    let mut ranges = Vec::new();
    for process in &system.manifest.processes {
        let first = table.here();
        for &id in &process.components {
            table.address(Symbol::CodeStart(id), 0);
            table.address(Symbol::CodeEnd(id), 0);
            strings.refer(&mut table, &system.manifest.component(id).name.value);
            let linked = &system.components[id.0 as usize];
            match linked.arena {
                None => table.words(&[0; 3]),
                Some(arena) => {
                    table.address(Symbol::HomeBase(id), linked.cell(arena.state_cell));
                    table.words(&[arena.start, arena.end]);
                }
            }
        }
        ranges.push((first, table.here()));
    }
    (table, ranges)
}

fn process_of(system: &System, component: ComponentId) -> i32 {
    (system.manifest.component(component).process.0 * process_size(system)) as i32
}

/// Bytes on the stack for values beyond the four in registers.
fn stack_bytes(words: u32) -> u32 {
    4 * words.saturating_sub(4)
}

/// Bytes at the top of the stack that a call from outside takes for arguments and results.
pub fn area(system: &System, arguments: u32, results: u32) -> u32 {
    stack_bytes(arguments).max(stack_bytes(results)).max(stack_bytes(system.tail_words)).next_multiple_of(8)
}

/// The descriptor under which a process runs in a call of this kind.
fn descriptor(system: &System, process: ProcessId, kind: GateKind) -> i32 {
    let confined = confined(system).into_iter().position(|other| other == (process, kind));
    let index = confined.map_or(process.0, |index| (system.manifest.processes.len() + index) as u32);
    (index * process_size(system)) as i32
}

/// What is the same for gates and jobs, from `ENTRY_PROCESS` on.
fn entry(
    table: &mut Table,
    system: &System,
    (callee, code): (ComponentId, Symbol),
    kind: GateKind,
    (arguments, results): (u32, u32),
) {
    table.address(PROCESSES, descriptor(system, system.manifest.component(callee).process, kind));
    table.word(area(system, arguments, results) + if kind == GateKind::Back { ENTRY_BACK } else { 0 });
    table.word(stack_bytes(arguments) | stack_bytes(results) << 16);
    table.word(0);
    table.address(super::thumb2::return_stub(results), 0);
    // An exception frame holds an even address; the Thumb bit is in xPSR.
    table.address(code, -1);
    table.word(XPSR);
    table.words(&[0; 7]);
    table.address(Symbol::HomeBase(callee), 0);
}

fn gates(system: &System) -> Table {
    let mut table = Table::new(GATES);
    for gate in &system.gates {
        table.address(PROCESSES, (gate.caller.0 * process_size(system)) as i32);
        let code = entered(gate.callee, gate.function, system.gate_resets(gate));
        entry(&mut table, system, (gate.callee, code), gate.kind, super::words(&gate.ty));
    }
    table
}

fn hosts(system: &System, calls: &Calls) -> Table {
    let mut table = Table::new(HOSTS);
    for &(component, function) in &calls.hosts {
        table.address(PROCESSES, process_of(system, component));
        table.word(match function {
            HostFunction::Write => HOST_WRITE,
            HostFunction::LogU32 => HOST_LOG_U32,
            HostFunction::Exit => HOST_EXIT,
            HostFunction::Clock => HOST_CLOCK,
            HostFunction::Blame => HOST_BLAME,
            HostFunction::Exhausted => HOST_EXHAUSTED,
        });
        if function == HostFunction::Blame {
            let parties = system.components[component.0 as usize].parties.unwrap_or([component; 2]);
            parties.iter().for_each(|&party| table.address(PROCESSES, process_of(system, party)));
            parties.iter().for_each(|&party| table.address(COMPONENTS, component_entry(system, party)));
            continue;
        }
        match system.components[component.0 as usize].memories.first() {
            None => table.words(&[0; 4]),
            Some(memory) => {
                table.address(Symbol::Memory { component, index: 0 }, 0);
                table.word(memory.max_bytes);
                match memory.size_cell {
                    None => table.word(0),
                    Some(cell) => {
                        let offset = system.components[component.0 as usize].cell(cell);
                        table.address(Symbol::HomeBase(component), offset);
                    }
                }
                table.word(0);
            }
        }
    }
    table
}

fn jobs(system: &System) -> [Table; 2] {
    let (mut list, mut table) = (Table::new(JOB_LIST), Table::new(JOBS));
    for job in &system.jobs {
        list.address(JOBS, table.here() as i32);
        table.address(COMPONENTS, component_entry(system, job.component));
        let results = super::words(job_type(system, job)).1;
        let code = entered(job.component, job.function, system.job_resets(job.component));
        let words = (job.args.len() as u32, results);
        entry(&mut table, system, (job.component, code), GateKind::Call, words);
        table.words(&job.args);
        for _ in job.args.len()..4 {
            table.word(0);
        }
    }
    [list, table]
}

pub fn job_type<'a>(system: &'a System, job: &Job) -> &'a crate::ingest::FuncType {
    system.components[job.component.0 as usize].module.function_type(job.function)
}

/// Offset of a component's entry in the table of components.
fn component_entry(system: &System, component: ComponentId) -> i32 {
    let mut all = system.manifest.processes.iter().flat_map(|process| &process.components);
    let position = all.position(|&id| id == component).expect("every component is in a process");
    (position as u32 * COMPONENT_SIZE) as i32
}

/// How many records start-up has to copy.
pub fn copies(system: &System) -> u32 {
    let records = load_images(system).pop().expect("the records come last");
    records.here() / 12
}

/// What start-up copies from flash to RAM: for each component its image, and records of `[to, from, bytes]`.
fn load_images(system: &System) -> Vec<Table> {
    let mut records = Table::new(COPIES);
    let mut out = Vec::new();
    for linked in &system.components {
        let Unit::Component(component) = linked.unit else { continue };
        let mut image = Table::new(Symbol::LoadImage(component));
        let mut copy = |image: &Table, to: Symbol, offset: i32, from: u32| {
            records.address(to, offset);
            records.address(Symbol::LoadImage(component), from as i32);
            records.word(image.here() - from);
        };
        if linked.instance.iter().any(|word| *word != InstanceWord::Value(0)) {
            instance(&mut image, linked, component);
            copy(&image, Symbol::HomeBase(component), linked.cell(0), 0);
        }
        // In the order of the module: where segments overlap, the later one stays.
        for (memory, offset, range) in &linked.data {
            let bytes = &linked.module.wasm[range.clone()];
            if bytes.is_empty() {
                continue;
            }
            let from = image.here().next_multiple_of(4);
            image.0.bytes.resize(from as usize, 0);
            image.0.bytes.extend_from_slice(bytes);
            copy(&image, Symbol::Memory { component, index: *memory }, *offset as i32, from);
        }
        if image.here() > 0 {
            out.push(image);
        }
    }
    out.push(records);
    out
}

fn instance(image: &mut Table, linked: &Linked, component: ComponentId) {
    for word in &linked.instance {
        match *word {
            InstanceWord::Value(value) => image.word(value),
            InstanceWord::FuncRef(reference) => image.address(Symbol::Descriptor(reference), 0),
            InstanceWord::MemoryAddress { memory, offset } => {
                image.address(Symbol::Memory { component, index: memory }, offset as i32);
            }
        }
    }
}

fn configuration(system: &System, calls: &Calls) -> Table {
    let mut table = Table::new(CONFIGURATION);
    table.word(super::console(system).base);
    table.address(TEXTS, 0);
    table.address(JOB_LIST, 0);
    table.address(JOB_LIST, 4 * system.jobs.len() as i32);
    table.address(Symbol::FlashBase, 0);
    table.address(Symbol::FlashEnd, 0);
    table.address(GATES, 0);
    if let Some(clock) = calls.clock {
        table.words(&[clock.base, clock.mhz]);
    }
    table
}
