//! The manifest as data. Every value keeps its span.

use crate::source::{SourceId, Span, Spanned};
use std::path::PathBuf;

/// Index into [`Manifest::components`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComponentId(pub u32);

/// Index into [`Manifest::processes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessId(pub u32);

#[derive(Clone, Debug)]
pub struct Manifest {
    pub source: SourceId,
    /// The folder of the manifest: paths in it are relative to this.
    pub dir: PathBuf,
    pub name: Spanned<String>,
    pub version: Option<Spanned<String>>,
    /// A name from `boards/`, or a path that ends in `.kdl`.
    pub board: Spanned<String>,
    /// Protection domains, in document order. A component outside a `process` node is a process of its own.
    pub processes: Vec<Process>,
    /// In document order.
    pub components: Vec<Component>,
    pub links: Vec<Link>,
    pub runs: Vec<Run>,
    pub policy: Policy,
}

impl Manifest {
    pub fn component(&self, id: ComponentId) -> &Component {
        &self.components[id.0 as usize]
    }
    pub fn process(&self, id: ProcessId) -> &Process {
        &self.processes[id.0 as usize]
    }
}

#[derive(Clone, Debug)]
pub struct Process {
    pub name: Spanned<String>,
    pub components: Vec<ComponentId>,
    /// Span of the whole node; that of the component, where it is one of its own.
    pub whole: Span,
    pub on_trap: Option<Spanned<OnTrap>>,
    pub why: Option<Spanned<String>>,
    /// Not written by anyone: trusted code that passes calls and what they carry from one process to another.
    pub adapter: Option<Adapter>,
}

/// Whose calls an adapter passes on, and to whom: it may reach the memories of these two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Adapter {
    pub caller: ProcessId,
    pub callee: ProcessId,
}

/// What a trap does to the process that it happens in, after it has ended the call that the kernel made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTrap {
    /// Nobody enters the process again: the default, as its state may be half changed.
    Stop,
    /// The process can be called again, with the state that it has.
    Continue,
}

#[derive(Clone, Debug)]
pub struct Component {
    pub name: Spanned<String>,
    /// As written; relative to [`Manifest::dir`]. `.wasm` binary or `.wat` text.
    pub path: Spanned<String>,
    pub process: ProcessId,
    /// Span of the node's head (name and arguments).
    pub span: Span,
    /// Span of the whole node, with what is inside it.
    pub whole: Span,
    /// At most one unnamed entry (the module's first memory), then named ones.
    pub memories: Vec<Memory>,
    /// At most one unnamed entry (the module's first table), then named ones.
    pub tables: Vec<Table>,
    /// Bytes behind `__cabi_arena_realloc`, inside the budget of the first memory.
    pub arena: Option<Spanned<u32>>,
    /// When the arena's blocks are taken back.
    pub arena_reset: ArenaReset,
    /// `take-over=#true`: the module's own `cabi_realloc` is replaced by the arena.
    pub take_over: Option<Span>,
    /// Functions that a component imports under other names than `cabi-arena-realloc`, and that are its arena.
    pub arena_imports: Vec<Spanned<String>>,
    /// Handles to resources that it may have at a time.
    pub handles: Option<Spanned<u32>>,
    pub stack: Option<Spanned<Stack>>,
    /// Where the stack is to be: a bank, or a property of banks.
    pub stack_in: Option<Spanned<String>>,
    pub bounds: Option<Spanned<Bounds>>,
    /// In document order, each once.
    pub devices: Vec<Mmio>,
    pub why: Option<Spanned<String>>,
}

/// When an arena's blocks are taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ArenaReset {
    #[default]
    Never,
    /// After each call that comes into the process from outside.
    PerCall,
}

/// `mmio "uart1" shared=#true`.
#[derive(Clone, Debug)]
pub struct Mmio {
    /// A peripheral of the board.
    pub peripheral: Spanned<String>,
    pub shared: bool,
    pub span: Span,
    pub why: Option<Spanned<String>>,
}

/// `memory "name" budget=(KiB)24 grow=#true`.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Export name, name-section name, or decimal index of the memory; `None` is the module's first memory.
    pub name: Option<Spanned<String>>,
    /// Native bytes that are reserved.
    pub budget: Spanned<u32>,
    pub grow: Option<Spanned<Grow>>,
    /// Where it is to be: a bank, or a property of banks.
    pub bank: Option<Spanned<String>>,
    pub span: Span,
    pub why: Option<Spanned<String>>,
}

/// `table "name" entries=64`.
#[derive(Clone, Debug)]
pub struct Table {
    /// Export name or decimal index of the table; `None` is the module's first table.
    pub name: Option<Spanned<String>>,
    /// Entries that are reserved.
    pub entries: Spanned<u32>,
    pub span: Span,
    pub why: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grow {
    /// `grow=#true`: `memory.grow` works up to the budget.
    Within,
    /// `grow="deny"`: `memory.grow` returns -1.
    Deny,
    /// `grow=#false`, and the default: `memory.grow` is an error at build time.
    Refuse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// The compiler's own worst-case bound.
    Auto,
    /// Bytes.
    Bytes(u32),
}

/// How accesses outside a memory are caught (design, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bounds {
    /// No compare in the code: the regions refuse what is not the process's own.
    Hardware,
    /// Exact WebAssembly semantics by compares in the code.
    Software,
}

/// `link "from" to="to" interface="module-name"`.
#[derive(Clone, Debug)]
pub struct Link {
    pub from: Spanned<String>,
    pub to: Spanned<String>,
    /// The import module name that this link satisfies; all of the importer's unresolved imports if absent.
    pub interface: Option<Spanned<String>>,
    pub span: Span,
    pub why: Option<Spanned<String>>,
}

/// `run "component#export" 1 2`: called after start-up, in order.
#[derive(Clone, Debug)]
pub struct Run {
    pub component: Spanned<String>,
    pub export: Spanned<String>,
    /// Constant integer arguments; range is checked against the signature by `link`.
    pub args: Vec<Spanned<i128>>,
    pub span: Span,
}

/// What the code of components should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optimize {
    #[default]
    Speed,
    /// Without what makes code larger.
    Size,
}

#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Largest waste over the bytes asked for, in percent.
    pub max_waste: Option<Spanned<u32>>,
    /// Bytes that the regions of a process's devices may grant beyond the devices.
    pub over_grant: Option<Spanned<u32>>,
    pub optimize: Optimize,
    /// Where a further limit could be written, and whether there is a `policy` there already.
    pub place: Option<(Span, bool)>,
}
