//! Stage 4: modules -> [`System`]. Every import is bound, every constant expression evaluated, and every
//! cell of run-time state has its place in its component's instance data.
//!
//! [`resolve`] goes through the parts in this order; each is one file:
//!
//! | part | what it decides |
//! |---|---|
//! | `imports` | which function or constant each import means |
//! | `gates` | which calls cross between processes, and that they form no cycle |
//! | `constants` | values of globals, offsets and elements |
//! | `take_over` | which functions the arena stands for; what reaches what in a module |
//! | `memories` | sizes, budgets, arenas, growth, bounds |
//! | `tables` | entries of tables, and room to grow |
//! | `unit` | one component's segments and instance data |
//! | `jobs` | start functions and the `run` list |

mod constants;
mod gates;
mod imports;
mod jobs;
mod memories;
mod privileged;
mod protection;
mod tables;
mod take_over;
mod unit;

use crate::board::Board;
use crate::diag::Diagnostics;
use crate::flatten::{Flat, Wiring};
use crate::ingest::{FuncType, Module, Unit, ValType};
use crate::manifest::{ArenaReset, Bounds, ComponentId, Manifest, Optimize, ProcessId};
use std::collections::BTreeSet;
use std::ops::Range;

pub use crate::flatten::{GateKind, Party, Refusal};
pub use privileged::privileged;

/// Binds everything. `None` if there are errors; the diagnostics then hold all that were found, in all components.
pub fn resolve<'a>(flat: &'a Flat, board: &'a Board) -> (Option<System<'a>>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let Flat { manifest, modules, wiring } = flat;
    let scope = Scope { manifest, board, modules, wiring };
    let bindings = imports::bind(&scope, &mut diagnostics);
    let (gates, functions) = gates::resolve(&scope, &bindings, &mut diagnostics);
    take_over::check(&scope, &mut diagnostics);
    let globals = constants::globals(&scope, &bindings, &mut diagnostics);
    let jobs = jobs::list(&scope, &bindings, &mut diagnostics);
    let mut types = unit::Types::default();
    let mut components = Vec::with_capacity(modules.len());
    let memories = memories::all(&scope, &globals, &mut diagnostics);
    for (index, (functions, memories)) in functions.into_iter().zip(memories).enumerate() {
        let id = ComponentId(index as u32);
        components.push(unit::link(&scope, id, functions, &globals[index], memories, &mut types, &mut diagnostics));
    }
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    jobs::warn_idle(&scope, &bindings, &jobs, &mut diagnostics);
    let tail_words = modules.iter().map(tail_words).max().unwrap_or(0);
    let optimize = manifest.policy.optimize;
    (Some(System { manifest, board, components, gates, jobs, types: types.list, optimize, tail_words }), diagnostics)
}

fn tail_words(module: &Module) -> u32 {
    let types = module.uses.iter().flat_map(|uses| &uses.tail_calls);
    let words = |ty: &u32| module.types[*ty as usize].params.iter().map(|ty| ty.words()).sum();
    types.map(words).max().unwrap_or(0)
}

/// What every part of this stage looks at.
struct Scope<'a> {
    manifest: &'a Manifest,
    board: &'a Board,
    modules: &'a [Module],
    wiring: &'a Wiring,
}

impl<'a> Scope<'a> {
    fn module(&self, id: ComponentId) -> &'a Module {
        &self.modules[id.0 as usize]
    }
    fn name(&self, id: ComponentId) -> &'a str {
        &self.manifest.component(id).name
    }
    fn process(&self, id: ComponentId) -> ProcessId {
        self.manifest.component(id).process
    }
    fn ids(&self) -> impl Iterator<Item = ComponentId> + use<> {
        (0..self.modules.len() as u32).map(ComponentId)
    }
    fn find(&self, name: &str) -> Option<ComponentId> {
        self.ids().find(|id| self.name(*id) == name)
    }
}

#[derive(Debug)]
pub struct System<'a> {
    pub manifest: &'a Manifest,
    pub board: &'a Board,
    /// One for each component, in manifest order.
    pub components: Vec<Linked<'a>>,
    /// Calls that cross from one process into another. `GateId` is the index.
    pub gates: Vec<Gate>,
    /// Start functions (in an order that puts callees first), then the manifest's `run` list.
    pub jobs: Vec<Job>,
    /// All function types, deduplicated: the index is the type id that `call_indirect` compares.
    pub types: Vec<FuncType>,
    /// What the code of components should be.
    pub optimize: Optimize,
    /// Most words of arguments of any tail call. Every call leaves room for as many, so that a function can pass on more
    /// than it got.
    pub tail_words: u32,
}

impl System<'_> {
    /// Whose arenas are reset around a call that comes into `process` from outside. Around a call that an adapter passes
    /// on, these are its callee's: when the adapter returns, it has copied the results, and `post-return` has run.
    pub fn resets(&self, process: ProcessId) -> Vec<ComponentId> {
        let whose = self.manifest.process(process).adapter.map_or(process, |adapter| adapter.callee);
        let per_call = |id: &ComponentId| {
            let arena = self.components[id.0 as usize].arena;
            arena.is_some_and(|arena| arena.reset == ArenaReset::PerCall)
        };
        self.manifest.process(whose).components.iter().copied().filter(per_call).collect()
    }

    /// Whether arenas are reset around the calls through this gate. Not around those of an adapter, which are parts of a
    /// call.
    pub fn gate_resets(&self, gate: &Gate) -> bool {
        self.manifest.process(gate.caller).adapter.is_none() && self.job_resets(gate.callee)
    }

    /// The same for calls of the kernel into a component.
    pub fn job_resets(&self, component: ComponentId) -> bool {
        !self.resets(self.manifest.component(component).process).is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GateId(pub u32);

/// One module with all its imports bound.
#[derive(Debug)]
pub struct Linked<'a> {
    pub unit: Unit,
    pub module: &'a Module,
    /// For each of the module's functions: what a call to it reaches.
    pub functions: Vec<Target>,
    pub memories: Vec<LinkedMemory>,
    pub globals: Vec<LinkedGlobal>,
    pub tables: Vec<LinkedTable>,
    /// Passive data segments, by data index; `None` for active ones.
    pub passive_data: Vec<Option<PassiveSegment>>,
    /// Passive element segments, by element index; `None` for active and declared ones.
    pub passive_elements: Vec<Option<PassiveElements>>,
    /// Active data, offsets evaluated and checked: (memory, byte offset, range in `module.wasm`).
    pub data: Vec<(u32, u32, Range<usize>)>,
    pub arena: Option<Arena>,
    /// Whom it acts for, caller and callee, if it may end a call with a trap of one of them.
    pub parties: Option<[ComponentId; 2]>,
    /// Global type id (index into [`System::types`]) of each of the module's types.
    pub type_ids: Vec<u32>,
    /// The component's run-time state outside its memories, initial contents. Its last byte is directly below
    /// the home base (see [`Linked::cell`]); the size is a multiple of 8.
    pub instance: Vec<InstanceWord>,
}

impl Linked<'_> {
    /// The host functions that its code calls, each once.
    pub fn host_functions(&self) -> BTreeSet<HostFunction> {
        let host = |target: &Target| match target {
            Target::Host(function) => Some(*function),
            Target::ArenaRealloc => Some(HostFunction::Exhausted),
            Target::ArenaOf { .. } | Target::Transcode { .. } | Target::Blame { .. } => Some(HostFunction::Blame),
            _ => None,
        };
        self.functions.iter().filter_map(host).collect()
    }

    /// Offset from the home base of word `index` of the instance data. Always negative: the instance data
    /// ends where the home memory begins.
    pub fn cell(&self, index: u32) -> i32 {
        4 * index as i32 - 4 * self.instance.len() as i32
    }
}

/// Initial content of a word of instance data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceWord {
    Value(u32),
    /// The address of a function's descriptor (see [`LinkedTable`]), or of the null descriptor.
    FuncRef(Option<FuncRef>),
    /// Native address of byte `offset` of a memory of this component.
    MemoryAddress {
        memory: u32,
        offset: u32,
    },
}

/// A function that a `funcref` names: the component whose code it is, and the index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncRef {
    pub unit: Unit,
    pub index: u32,
}

/// What a call reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A function of this module with a body: its own index.
    Own(u32),
    /// A function of another component of the same process: a direct call that sets that component's home base.
    Peer { component: ComponentId, index: u32 },
    /// A function of another process: through the kernel.
    Gate(GateId),
    /// A function of the kernel for components, through the kernel's entry.
    Host(HostFunction),
    /// `env::__cabi_arena_realloc`: this component's own arena.
    ArenaRealloc,
    /// The same of another component: of the same process, or one whose memory this adapter may reach.
    ArenaOf { component: ComponentId, party: Party },
    /// Of adapters: `(from: i32, bytes: i32, to: i32)` copies UTF-8 from one memory to another, and traps, by blaming
    /// `party`, if it is not valid.
    Transcode { from: u32, to: u32, party: Party },
    /// Of adapters: `()` ends the call with a trap of one of the two.
    Blame { refusal: Refusal, party: Party },
    /// A function that the assembler of the ISA emits for the kernel; kernel unit only.
    Native(NativeFunction),
}

/// Host functions, module `compose`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostFunction {
    /// `write(ptr: i32, len: i32)`: bytes of the caller's first memory to the console, as they are.
    Write,
    /// `log_u32(x: i32)`: x in decimal and a newline.
    LogU32,
    /// `exit(code: i32)`: ends the system.
    Exit,
    /// `clock() -> i64`: nanoseconds since the start.
    Clock,
    /// Of arenas, and not to be imported: `exhausted(bytes: i32)` ends the call with a trap that says how many were asked
    /// for.
    Exhausted,
    /// Of adapters, and not to be imported: `blame(number: i32, detail: i32)` ends the call with a trap of one of the
    /// adapter's two parties. The number is a [`crate::codegen::blamed`].
    Blame,
}

impl HostFunction {
    /// Those that a module may import.
    pub const ALL: [HostFunction; 4] =
        [HostFunction::Write, HostFunction::LogU32, HostFunction::Exit, HostFunction::Clock];

    /// The import's field.
    pub fn name(self) -> &'static str {
        match self {
            HostFunction::Write => "write",
            HostFunction::LogU32 => "log_u32",
            HostFunction::Exit => "exit",
            HostFunction::Clock => "clock",
            HostFunction::Exhausted => "exhausted",
            HostFunction::Blame => "blame",
        }
    }

    pub fn ty(self) -> FuncType {
        let params = match self {
            HostFunction::Write | HostFunction::Blame => vec![ValType::I32; 2],
            HostFunction::LogU32 | HostFunction::Exit | HostFunction::Exhausted => vec![ValType::I32],
            HostFunction::Clock => Vec::new(),
        };
        let results = if self == HostFunction::Clock { vec![ValType::I64] } else { Vec::new() };
        FuncType { params, results }
    }
}

/// What the kernel's wasm imports from module `native`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NativeFunction {
    /// `exit(code: i32)`: ends the program on this board; does not return.
    Exit,
    /// `user_load(address: i32) -> (value: i32, ok: i32)`: a word of any alignment, with the rights of the process.
    UserLoad,
    /// `user_store(address: i32, value: i32) -> ok: i32`.
    UserStore,
}

impl NativeFunction {
    pub const ALL: [NativeFunction; 3] = [NativeFunction::Exit, NativeFunction::UserLoad, NativeFunction::UserStore];

    /// The name of the import, and of the [`Symbol::Native`](crate::codegen::Symbol::Native).
    pub fn name(self) -> &'static str {
        match self {
            NativeFunction::Exit => "exit",
            NativeFunction::UserLoad => "user_load",
            NativeFunction::UserStore => "user_store",
        }
    }
}

/// A call from one process into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    pub caller: ProcessId,
    pub callee: ComponentId,
    /// Function index in the callee's module.
    pub function: u32,
    pub ty: FuncType,
    pub kind: GateKind,
}

/// A call that the kernel makes into a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub component: ComponentId,
    pub function: u32,
    /// Flattened to words, in order: an i64 is two words, low first.
    pub args: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedMemory {
    /// Shown in tables: export name, name-section name, or `memory` / `memory1`.
    pub name: String,
    pub base: MemoryBase,
    /// Bytes that wasm sees when the program starts.
    pub bytes: u32,
    /// Bytes that wasm can reach by growing; equal to `bytes` where growth does not work.
    pub max_bytes: u32,
    /// Native bytes reserved: `max_bytes` or more. 0 for the memory of another component.
    pub budget: u32,
    /// The least budget with which the module still has all that it is known to use.
    pub least: u32,
    pub page_log2: u8,
    pub bounds: Bounds,
    /// Word of instance data that holds the current size in bytes, where the memory may grow. Where it is `None`,
    /// `memory.grow` returns -1, also for 0 pages: the specification lets it fail at any time.
    pub size_cell: Option<u32>,
}

/// How native code finds a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryBase {
    /// The pinned register holds it.
    Home,
    /// A constant, a relocation.
    Symbol,
    /// The memory of another component: of the same process, or one that an adapter may reach. A relocation. `checked`:
    /// the code that uses it has checked its addresses itself.
    Foreign { component: ComponentId, index: u32, checked: bool },
    /// Address 0: wasm addresses are native addresses (`$phys`; kernel and runtime only, never checked).
    Zero,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkedGlobal {
    /// Never changes: folded into the code. Bit pattern.
    Const(u64),
    ConstFunc(Option<FuncRef>),
    /// First word of it in the instance data.
    Cell(u32),
}

/// A table is an array of words, each the address of a descriptor in flash: `[type id, code address | 1]`. The
/// null reference is the address of a descriptor whose type id is `u32::MAX`, so that one compare catches both
/// a wrong type and a null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedTable {
    pub place: TablePlace,
    /// Initial entries; the length is the table's size when the program starts.
    pub entries: Vec<Option<FuncRef>>,
    /// Entries that it can grow to, all of them reserved; equal to the length where growth does not work.
    pub max_entries: u32,
    /// Word of instance data that holds the current size in entries, where the table may grow.
    pub size_cell: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TablePlace {
    /// Nothing changes it: an array in flash.
    Flash,
    /// From this word of the instance data on.
    Cell(u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassiveSegment {
    /// In `module.wasm`; stored in flash.
    pub bytes: Range<usize>,
    /// Word of instance data that holds the length, 0 after `data.drop`.
    pub length_cell: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassiveElements {
    /// Stored in flash as an array of descriptor addresses.
    pub entries: Vec<Option<FuncRef>>,
    /// Word of instance data that holds the length in entries, 0 after `elem.drop`.
    pub length_cell: u32,
}

/// The arena of a component: wasm addresses `start..end` of its first memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arena {
    pub start: u32,
    pub end: u32,
    /// Three words of instance data: next free wasm address, address of the last block (or `u32::MAX`),
    /// high-water mark. Initially `start`, `u32::MAX`, `start`.
    pub state_cell: u32,
    /// When the blocks are taken back.
    pub reset: ArenaReset,
}
