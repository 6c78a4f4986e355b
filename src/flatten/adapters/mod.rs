//! Adapters as the code generator wants them.
//!
//! `wasmtime-environ` makes core modules of adapters: one function for each function that one component imports from another.
//! An adapter may reach the memories of these two components and no others; so functions go into one module for each
//! pair of components, and what only the two flags of `may_leave` need is taken out: the kernel knows who must not leave. A
//! function from which nothing but a call is left needs no adapter at all.
//!
//! What changes in a function, each where the code has exactly the shape that `fact/trampoline.rs` gives it:
//!
//! | shape | becomes | why |
//! |---|---|---|
//! | `may_leave`: get, check, clear, restore | nothing | see above |
//! | `i32.const N`, `call $trap` | a call of an import for this reason and the party to blame | the guilty one is stopped |
//! | `memory.size << 16 >= ptr + length`, in 64 bits | the same in 32 bits, with a size in bytes | a memory may be smaller than a page |
//! | a loop over a list that copies each element as it is | `memory.copy` | block by block |
//!
//! Every address that an adapter uses has been checked by such a comparison before (`validate_guest_pointer`): its loads and
//! stores need no further check.

mod shapes;
mod source;
mod write;

use super::environ::{self, Def, Flattened, Item, Kind, Refusal, Refused};
use super::handles::{HandleFunction, WRONG};
use super::{GateKind, Party};
use shapes::{BOUNDS_CHECK, bounds_check, copy_loop, memory_of};
use source::{ENTER, Source, broken, value_type};
use std::collections::BTreeMap;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, MemoryType, Module,
    TypeSection, ValType,
};
use wasmparser::Operator;
use write::Rename;

/// The adapters between two components, as one core module.
#[derive(Debug)]
pub struct AdapterModule<C> {
    pub caller: C,
    pub callee: C,
    pub wasm: Vec<u8>,
    /// In the order of the module's function imports.
    pub functions: Vec<AdapterImport>,
    /// In the order of the module's memory imports.
    pub memories: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdapterImport {
    Call {
        def: Def,
        kind: GateKind,
    },
    /// Index into [`AdapterModule::memories`].
    Transcode {
        from: u32,
        to: u32,
        party: Party,
    },
    Blame {
        refusal: Refusal,
        party: Party,
    },
    Handles(HandleFunction),
}

/// What a function of an adapter instance has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Nothing: this is called instead.
    Direct(Def),
    /// Function `function` of adapter module `module`.
    Adapter { module: usize, function: u32 },
}

#[derive(Debug)]
pub struct Adapters<C> {
    pub modules: Vec<AdapterModule<C>>,
    /// By instance and function index.
    pub functions: BTreeMap<(usize, u32), Passed>,
    /// Pairs of component instances, caller and callee, of which calls borrow handles. The index is the call's number.
    pub calls: Vec<(i32, i32)>,
}

/// Makes the adapters of a flattened component. `owner` tells which component an instance belongs to.
pub fn adapters<C: Copy + Ord>(flat: &Flattened, owner: &dyn Fn(usize) -> C) -> Result<Adapters<C>, Refused> {
    let mut groups: BTreeMap<(C, C), Vec<(usize, u32)>> = BTreeMap::new();
    let mut sources: BTreeMap<usize, Source> = BTreeMap::new();
    let mut functions = BTreeMap::new();
    for importer in flat.instances.iter().enumerate().filter(|(_, instance)| instance.component.is_some()) {
        for def in &importer.1.imports {
            let Def::Item(Item { instance, kind: Kind::Function, index }) = *def else { continue };
            if flat.instances[instance].component.is_some() || functions.contains_key(&(instance, index)) {
                continue;
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = sources.entry(instance) {
                entry.insert(Source::read(flat, instance)?);
            }
            let source = &sources[&instance];
            let callee = source.callee(index)?;
            if let Some(def) = source.direct(index) {
                functions.insert((instance, index), Passed::Direct(def));
                continue;
            }
            let Def::Item(callee) = callee else {
                return Err(Refused::Unsupported("a function of the host that is lifted again".into()));
            };
            let pair = (owner(importer.0), owner(callee.instance));
            groups.entry(pair).or_default().push((instance, index));
            functions.insert((instance, index), Passed::Adapter { module: usize::MAX, function: u32::MAX });
        }
    }
    let mut modules = Vec::new();
    let mut calls = Vec::new();
    for ((caller, callee), members) in groups {
        let mut writer = Writer::new(&sources, caller, callee, owner);
        for &(instance, index) in &members {
            let call = sources[&instance].pair(index).map(|pair| {
                let known = calls.iter().position(|other| *other == pair).unwrap_or_else(|| {
                    calls.push(pair);
                    calls.len() - 1
                });
                known as i32
            });
            writer.add(instance, index, None, call)?;
        }
        let first = writer.imports.len() as u32;
        for (instance, index) in members {
            let position = writer.functions.iter().position(|function| function.at == (instance, index));
            let position = position.expect("it has been added") as u32;
            functions.insert((instance, index), Passed::Adapter { module: modules.len(), function: first + position });
        }
        modules.push(writer.finish()?);
    }
    Ok(Adapters { modules, functions, calls })
}

/// The module of one pair, as it grows.
struct Writer<'a, C> {
    sources: &'a BTreeMap<usize, Source<'a>>,
    caller: C,
    callee: C,
    owner: &'a dyn Fn(usize) -> C,
    /// Known before any code is written, as functions come after them.
    imports: Vec<(AdapterImport, wasmparser::FuncType)>,
    memories: Vec<Item>,
    functions: Vec<Member>,
}

/// A function of the new module.
struct Member {
    /// Instance and index that it had.
    at: (usize, u32),
    /// Of helpers: whom to blame for what it is given.
    phase: Option<Party>,
    /// The number of the call, if it borrows handles.
    call: Option<i32>,
}

/// An operator as it stays, or what stands for some.
enum Step<'a> {
    Keep(&'a Operator<'a>),
    /// A call of an import of the old module.
    Call(u32, GateKind),
    Blame(Refusal, Party),
    /// A call of the module of handles, and whom to blame: for handles, and for having no room for more.
    Handles(HandleFunction, Party, Party),
    /// `ptr + length` is inside a memory: leaves the outer of two blocks if so, the inner if not.
    Bounds {
        memory: u32,
        pointer: u32,
        length: Length,
    },
    /// Copies `count` elements of `size` bytes.
    Copy {
        from: u32,
        to: u32,
        source: u32,
        target: u32,
        count: u32,
        size: u32,
    },
}

#[derive(Clone, Copy)]
enum Length {
    Local(u32),
    Constant(i32),
}

impl<'a, C: Copy + Ord> Writer<'a, C> {
    fn new(sources: &'a BTreeMap<usize, Source<'a>>, caller: C, callee: C, owner: &'a dyn Fn(usize) -> C) -> Self {
        Writer { sources, caller, callee, owner, imports: Vec::new(), memories: Vec::new(), functions: Vec::new() }
    }

    fn party(&self, item: Item) -> Party {
        // Two that are one component share the blame.
        if (self.owner)(item.instance) == self.callee && self.callee != self.caller {
            Party::Callee
        } else {
            Party::Caller
        }
    }

    /// Adds a function and what it calls: first all imports are known, then code is written.
    fn add(&mut self, instance: usize, index: u32, phase: Option<Party>, call: Option<i32>) -> Result<(), Refused> {
        if self.functions.iter().any(|function| function.at == (instance, index)) {
            return Ok(());
        }
        self.functions.push(Member { at: (instance, index), phase, call });
        let source = &self.sources[&instance];
        for (step, phase) in self.steps(instance, index, phase)? {
            match step {
                Step::Keep(Operator::Call { function_index }) => {
                    self.add(instance, *function_index, Some(phase), call)?;
                }
                Step::Call(function, kind) => {
                    let (def, ty) = source.imports[function as usize];
                    if let Def::Transcode { from, to } = def {
                        self.intern_memory(*from);
                        self.intern_memory(*to);
                    }
                    let import = self.import(def, kind)?;
                    self.intern(import, source.types[ty as usize].clone());
                }
                Step::Blame(refusal, party) => {
                    let ty = wasmparser::FuncType::new([], []);
                    self.intern(AdapterImport::Blame { refusal, party }, ty);
                }
                Step::Handles(function, party, full) => {
                    let (params, results) = function.ty();
                    let ty = wasmparser::FuncType::new(
                        vec![wasmparser::ValType::I32; params],
                        vec![wasmparser::ValType::I32; results],
                    );
                    self.intern(AdapterImport::Handles(function), ty);
                    for (_, refusal) in WRONG {
                        let party = if refusal == Refusal::HandlesExhausted { full } else { party };
                        self.intern(AdapterImport::Blame { refusal, party }, wasmparser::FuncType::new([], []));
                    }
                }
                Step::Bounds { memory, .. } => self.intern_memory(source.memories[memory as usize]),
                Step::Copy { from, to, .. } => {
                    self.intern_memory(source.memories[from as usize]);
                    self.intern_memory(source.memories[to as usize]);
                }
                Step::Keep(operator) => {
                    if let Some(memory) = memory_of(operator) {
                        self.intern_memory(source.memories[memory as usize]);
                    }
                }
            }
        }
        Ok(())
    }

    fn intern(&mut self, import: AdapterImport, ty: wasmparser::FuncType) {
        if !self.imports.iter().any(|(known, _)| *known == import) {
            self.imports.push((import, ty));
        }
    }

    fn intern_memory(&mut self, item: Item) {
        if !self.memories.contains(&item) {
            self.memories.push(item);
        }
    }

    fn memory(&self, item: Item) -> u32 {
        self.memories.iter().position(|known| *known == item).expect("all memories have been seen") as u32
    }

    /// What an import of the old module is in the new one. Its memories are known.
    fn import(&self, def: &Def, kind: GateKind) -> Result<AdapterImport, Refused> {
        Ok(match def {
            Def::Transcode { from, to } => {
                AdapterImport::Transcode { from: self.memory(*from), to: self.memory(*to), party: self.party(*from) }
            }
            Def::Item(_) | Def::Host { .. } => AdapterImport::Call { def: def.clone(), kind },
            other => return Err(broken(format!("it calls {other:?}"))),
        })
    }

    /// The function in new terms, with whom to blame at each step for what is read there.
    fn steps(&self, instance: usize, index: u32, phase: Option<Party>) -> Result<Vec<(Step<'a>, Party)>, Refused> {
        let source = &self.sources[&instance];
        let body = source.body(index).ok_or_else(|| broken("a function without a body"))?;
        let callee = if phase.is_none() { Some(source.callee(index)?) } else { None };
        // Arguments are the caller's, results the callee's.
        let mut phase = phase.unwrap_or(Party::Caller);
        let mut checked: Option<u32> = None;
        // What is called besides the callee: first its `realloc`, then the caller's, and, when the caller may leave again,
        // what cleans up after the callee.
        let mut besides = if phase == Party::Caller { GateKind::Stay } else { GateKind::Back };
        let mut steps = Vec::new();
        let operators = &body.operators;
        let mut at = 0;
        while at < operators.len() {
            let next = &operators[at..];
            let flags = source.flags(next);
            if flags > 0 {
                if phase == Party::Callee && matches!(next[0], Operator::LocalGet { .. }) {
                    besides = GateKind::Stay;
                }
                at += flags;
                continue;
            }
            if let [Operator::I32Const { value }, Operator::Call { function_index }, Operator::Unreachable, ..] = next
                && source.import(*function_index) == Some(&Def::Trap)
            {
                let refusal = environ::refusal(*value).ok_or_else(|| broken(format!("trap number {value}")))?;
                let memory = match refusal {
                    // The check of the same pointer's bounds comes next.
                    Refusal::UnalignedPointer => next.iter().find_map(|operator| match operator {
                        Operator::MemorySize { mem } => Some(*mem),
                        _ => None,
                    }),
                    _ => checked.take(),
                };
                let party = memory.map_or(phase, |memory| self.party(source.memories[memory as usize]));
                steps.push((Step::Blame(refusal, party), phase));
                // `unreachable` stays.
                at += 2;
                continue;
            }
            if let Some((memory, pointer, length)) = bounds_check(next) {
                checked = Some(memory);
                steps.push((Step::Bounds { memory, pointer, length }, phase));
                at += BOUNDS_CHECK;
                continue;
            }
            if source.enter(next).is_some() {
                steps.push((Step::Handles(HandleFunction::Enter, Party::Callee, Party::Callee), phase));
                at += ENTER;
                continue;
            }
            if let Some((copy, operators)) = copy_loop(next) {
                steps.push((copy, phase));
                at += operators;
                continue;
            }
            if let Operator::GlobalGet { .. } | Operator::GlobalSet { .. } | Operator::MemorySize { .. } = &next[0] {
                return Err(broken(format!("{:?} in an unknown place", next[0])));
            }
            at += 1;
            match &next[0] {
                // The callee is what is called right after the flag of the callee is restored.
                Operator::Call { function_index } if (*function_index as usize) < source.imports.len() => {
                    let other = if phase == Party::Caller { Party::Callee } else { Party::Caller };
                    let handles = match source.import(*function_index) {
                        Some(Def::TransferOwn) => Some(Step::Handles(HandleFunction::Own, phase, other)),
                        Some(Def::TransferBorrow) => Some(Step::Handles(HandleFunction::Borrow, phase, other)),
                        Some(Def::ExitCall) => Some(Step::Handles(HandleFunction::Exit, Party::Callee, Party::Callee)),
                        _ => None,
                    };
                    if let Some(step) = handles {
                        steps.push((step, phase));
                        continue;
                    }
                    let restored = matches!(operators[..at - 1], [.., Operator::GlobalSet { .. }]);
                    let is_callee = restored && phase == Party::Caller && source.import(*function_index) == callee;
                    let kind = if is_callee { GateKind::Call } else { besides };
                    steps.push((Step::Call(*function_index, kind), phase));
                    if is_callee {
                        (phase, besides) = (Party::Callee, GateKind::Back);
                    }
                }
                operator => steps.push((Step::Keep(operator), phase)),
            }
        }
        Ok(steps)
    }

    fn finish(self) -> Result<AdapterModule<C>, Refused> {
        let mut types = TypeSection::new();
        let mut known: Vec<wasmparser::FuncType> = Vec::new();
        let mut imports = ImportSection::new();
        for (index, (_, ty)) in self.imports.iter().enumerate() {
            let ty = intern_type(&mut known, ty);
            imports.import("adapter", &index.to_string(), EntityType::Function(ty));
        }
        for index in 0..self.memories.len() {
            // In bytes: a memory may be smaller than a page.
            let ty = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: Some(0) };
            imports.import("memory", &index.to_string(), EntityType::Memory(ty));
        }
        let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        for (position, Member { at: (instance, index), phase, call }) in self.functions.iter().enumerate() {
            let source = &self.sources[instance];
            let body = source.body(*index).expect("it has been added");
            functions.function(intern_type(&mut known, &source.types[body.ty as usize]));
            let name = format!("{}{}", if phase.is_none() { "adapter" } else { "helper" }, position);
            exports.export(&name, ExportKind::Func, self.imports.len() as u32 + position as u32);
            // Two more: a value, and what is wrong.
            let declared: u32 = body.locals.iter().map(|(count, _)| count).sum();
            let value = source.types[body.ty as usize].params().len() as u32 + declared;
            let mut function = Function::new([&body.locals[..], &[(2, ValType::I32)]].concat());
            let mut rename =
                Rename { writer: &self, instance: *instance, known: &mut known, value, call: call.unwrap_or(0) };
            for (step, _) in self.steps(*instance, *index, *phase)? {
                rename.write(&mut function, &step)?;
            }
            code.function(&function);
        }
        for ty in &known {
            let list =
                |types: &[wasmparser::ValType]| types.iter().map(|ty| value_type(*ty)).collect::<Result<Vec<_>, _>>();
            types.ty().function(list(ty.params())?, list(ty.results())?);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        let functions = self.imports.into_iter().map(|(import, _)| import).collect();
        let (caller, callee, memories) = (self.caller, self.callee, self.memories);
        Ok(AdapterModule { caller, callee, wasm: module.finish(), functions, memories })
    }
}

fn intern_type(known: &mut Vec<wasmparser::FuncType>, ty: &wasmparser::FuncType) -> u32 {
    let position = known.iter().position(|other| other == ty).unwrap_or_else(|| {
        known.push(ty.clone());
        known.len() - 1
    });
    position as u32
}
