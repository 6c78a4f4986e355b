//! Stage 3: files -> [`Input`]s, core modules and components. Reads `.wasm` and `.wat`, validates, and keeps what later
//! stages ask for.
//!
//! What is accepted: WebAssembly 2.0 without SIMD, with multi-memory, custom page sizes, extended constants and tail calls
//! ([`FEATURES`]), and components of such modules without anything asynchronous. Everything else is refused by the name of the proposal, with function and offset. Bytes that
//! are truncated, mutated or hostile end in a diagnostic, never in a panic, and within the limits of `limits`.

pub mod component;
mod decode;
mod limits;
mod proposals;
mod read;
mod text;

use crate::diag::Diagnostic;
use crate::manifest::ComponentId;
use std::fmt;
use std::ops::Range;

pub use component::ComponentFile;
pub use decode::FEATURES;
pub use read::read;

/// What the file of a manifest's component holds.
#[derive(Clone, Debug)]
pub enum Input {
    Module(Module),
    Component(ComponentFile),
}

/// One core module or component from its bytes, as [`module`].
///
/// # Errors
/// A diagnostic without labels: whoever named the file adds where.
pub fn input(name: &str, unit: Unit, bytes: &[u8]) -> Result<Input, Diagnostic> {
    let wasm = if bytes.starts_with(b"\0asm") { bytes.to_vec() } else { text::assemble(name, bytes)? };
    binary(name, unit, wasm)
}

fn binary(name: &str, unit: Unit, wasm: Vec<u8>) -> Result<Input, Diagnostic> {
    if wasmparser::Parser::is_component(&wasm) {
        component::decode(name, wasm).map(Input::Component)
    } else {
        decode::decode(name, unit, wasm).map(Input::Module)
    }
}

/// One module from its bytes: a binary, or WAT text. `name` is how diagnostics call it.
///
/// # Errors
/// A diagnostic without labels: whoever named the module adds where.
pub fn module(name: &str, unit: Unit, bytes: &[u8]) -> Result<Module, Diagnostic> {
    if bytes.starts_with(b"\0asm") {
        decode::decode(name, unit, bytes.to_vec())
    } else {
        decode::decode(name, unit, text::assemble(name, bytes)?)
    }
}

impl Module {
    /// Can a floating-point value come up in this module's code?
    pub fn has_floats(&self) -> bool {
        let float = |ty: &ValType| matches!(ty, ValType::F32 | ValType::F64);
        self.uses.iter().any(|uses| uses.floats)
            || self.globals.iter().any(|global| float(&global.ty))
            || self.types.iter().any(|ty| ty.params.iter().chain(&ty.results).any(float))
    }

    /// Imported functions come first in the index space.
    pub fn imported_functions(&self) -> usize {
        self.functions.iter().take_while(|f| f.body.is_none()).count()
    }

    pub fn function_type(&self, index: u32) -> &FuncType {
        &self.types[self.functions[index as usize].ty as usize]
    }

    /// How people call a function: its name, or `func[7]`.
    pub fn function_name(&self, index: u32) -> String {
        match self.functions.get(index as usize).and_then(|f| f.name.as_ref()) {
            Some(name) => printable(name),
            None => format!("func[{index}]"),
        }
    }

    pub fn export(&self, name: &str) -> Option<&Export> {
        self.exports.iter().find(|e| e.name == name)
    }
}

/// A name as it may stand in a line of text and in a file: WebAssembly allows every character in names. A NUL would end
/// it in an ELF, a line break would end a report, and marks of direction would show it as another.
pub fn printable(name: &str) -> String {
    let unfit = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if unfit(c) { text.extend(c.escape_unicode()) } else { text.push(c) }
    }
    text
}

/// A validated core module. Index spaces are WebAssembly's own: imports first.
#[derive(Clone, Debug)]
pub struct Module {
    /// Who it belongs to, for messages: the component's name, `kernel` or `runtime`.
    pub name: String,
    pub unit: Unit,
    /// The whole binary; the ranges below point into it.
    pub wasm: Vec<u8>,
    pub types: Vec<FuncType>,
    pub imports: Vec<Import>,
    /// All functions, imported ones first.
    pub functions: Vec<Function>,
    pub tables: Vec<Table>,
    pub memories: Vec<Memory>,
    pub globals: Vec<Global>,
    pub exports: Vec<Export>,
    /// Function index.
    pub start: Option<u32>,
    pub elements: Vec<Element>,
    pub data: Vec<Data>,
    /// What each function's code uses; the same index space as `functions` (empty for imports).
    pub uses: Vec<Uses>,
}

/// Whose code or data something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    Component(ComponentId),
    /// The privileged code that is written as wasm (`src/kernel/*.wat`).
    Kernel,
    /// Helpers that any unit may call (`src/runtime/*.wat`).
    Runtime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValType {
    I32,
    I64,
    F32,
    F64,
    FuncRef,
    ExternRef,
}

impl ValType {
    /// Machine words on a 32-bit target.
    pub fn words(self) -> u32 {
        match self {
            ValType::I64 | ValType::F64 => 2,
            _ => 1,
        }
    }
}

/// As the WebAssembly text format writes it.
impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::FuncRef => "funcref",
            ValType::ExternRef => "externref",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncType {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
}

/// `(i32, i64) -> i32`; several results in parentheses.
impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[ValType]| types.iter().map(ValType::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "({})", list(&self.params))?;
        match self.results.as_slice() {
            [] => Ok(()),
            [one] => write!(f, " -> {one}"),
            many => write!(f, " -> ({})", list(many)),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Import {
    pub module: String,
    pub field: String,
    pub kind: ImportKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Index into `functions`.
    Function(u32),
    Table(u32),
    Memory(u32),
    Global(u32),
}

#[derive(Clone, Debug)]
pub struct Function {
    /// Index into `types`.
    pub ty: u32,
    /// From the name section, else an export's name, else none.
    pub name: Option<String>,
    /// The body (locals and code) in `wasm`; `None` for an import.
    pub body: Option<Range<usize>>,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub element: ValType,
    pub min: u32,
    pub max: Option<u32>,
    pub imported: bool,
    /// Some code may change it (`table.set`, `table.init`, `table.copy`, `table.fill`, `table.grow`).
    pub mutated: bool,
    /// Some code may grow it.
    pub grown: bool,
}

#[derive(Clone, Debug)]
pub struct Memory {
    pub name: Option<String>,
    /// In pages of `1 << page_log2` bytes.
    pub min: u64,
    pub max: Option<u64>,
    /// 16, or 0 with custom page sizes.
    pub page_log2: u8,
    pub imported: bool,
}

#[derive(Clone, Debug)]
pub struct Global {
    pub ty: ValType,
    pub mutable: bool,
    pub name: Option<String>,
    /// `None` for an import.
    pub init: Option<ConstExpr>,
}

/// A constant expression (extended constants included) in postfix order; evaluated by `link`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstExpr(pub Vec<ConstOp>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstOp {
    I32(i32),
    I64(i64),
    /// Bit patterns.
    F32(u32),
    F64(u64),
    GlobalGet(u32),
    RefNull,
    RefFunc(u32),
    I32Add,
    I32Sub,
    I32Mul,
    I64Add,
    I64Sub,
    I64Mul,
}

#[derive(Clone, Debug)]
pub struct Export {
    pub name: String,
    pub kind: ImportKind,
}

#[derive(Clone, Debug)]
pub struct Element {
    pub mode: SegmentMode,
    pub items: Vec<ConstExpr>,
}

#[derive(Clone, Debug)]
pub struct Data {
    pub mode: SegmentMode,
    /// Bytes in `wasm`.
    pub bytes: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentMode {
    /// Written before the start function: index of the table or memory, and where.
    Active {
        target: u32,
        offset: ConstExpr,
    },
    Passive,
    /// Element segments only: declares functions for `ref.func`, holds nothing.
    Declared,
}

/// What a function's code does that concerns other stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Offsets in `wasm` of `memory.grow` / `memory.size`, with the memory index.
    pub memory_grow: Vec<(u32, usize)>,
    pub memory_size: Vec<(u32, usize)>,
    /// Types of the functions that it calls in place of returning.
    pub tail_calls: Vec<u32>,
    /// Functions that it names, to call them or to have a reference. Ascending, each once.
    pub functions: Vec<u32>,
    /// Types of the functions that it calls through tables. Ascending, each once.
    pub indirect: Vec<u32>,
    /// Makes floating-point values of other ones: constants, loads, conversions.
    pub floats: bool,
}
