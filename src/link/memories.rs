//! Sizes of memories: what WebAssembly sees, what it can grow to, what is reserved, and where the arena is.
//!
//! # Budgets
//! A component with one memory and no `memory` node gets exactly what the module declares. A component with more
//! than one memory says a budget for each: its author has a reason for two, and sizes are that reason.
//!
//! A budget below the declared minimum is allowed when nothing can see the difference: no `memory.size` and no
//! `memory.grow`, and what the module is known to use fits. Known are the end of the active data, `__heap_base`
//! (the first byte that no static data and no stack has) and `__stack_pointer` (the stack grows down from it). Where
//! these cannot bound a compiled module's zeroed data, it is an error that says so.
//!
//! # The arena
//! It is the top of the visible memory, if what is used below leaves room. A module with `memory.size` or
//! `memory.grow` probably brings an allocator, which owns everything up to the end of the memory: its arena lies past
//! the declared minimum, as if the module had grown its memory before it starts. So does an arena that does not
//! fit below. Where the module cannot see its size, the memory ends right after the arena; else after a whole page.
//!
//! # Bounds
//! `hardware` needs nothing in the code, but the regions of one process cannot tell its memories apart. A component
//! with more than one memory therefore has `software` bounds on all of them: a store beyond memory 1 must not
//! reach memory 0.

use super::constants::{Value, evaluate_offset};
use super::take_over::{self, Reach};
use super::{LinkedMemory, MemoryBase, Scope};
use crate::board::BankKind;
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::flatten::Bound;
use crate::ingest::{self, ImportKind, Module, SegmentMode, ValType};
use crate::manifest::{Bounds, Component, ComponentId, Grow, Memory as Demand};
use crate::source::Span;
use std::ops::Range;

/// The memories of one component. `size_cell` is still `None`: the instance data is laid out later.
pub struct Memories {
    pub list: Vec<LinkedMemory>,
    /// Wasm addresses in memory 0.
    pub arena: Option<Range<u32>>,
}

/// The memories of all components, in order.
pub fn all(scope: &Scope<'_>, globals: &[Vec<Option<Value>>], diagnostics: &mut Diagnostics) -> Vec<Memories> {
    let own = scope.ids().map(|id| layout(scope, id, &globals[id.0 as usize], diagnostics));
    let mut all: Vec<Memories> = own.collect();
    for id in scope.ids() {
        for index in 0..all[id.0 as usize].list.len() {
            let MemoryBase::Foreign { component, index: there, .. } = all[id.0 as usize].list[index].base else {
                continue;
            };
            let owner = &all[component.0 as usize].list[there as usize];
            let (bytes, max_bytes, bounds) = (owner.bytes, owner.max_bytes, owner.bounds);
            let memory = &mut all[id.0 as usize].list[index];
            *memory = LinkedMemory { bytes, max_bytes, bounds, ..memory.clone() };
        }
    }
    all
}

/// Memories that the module defines itself.
fn own_memories(module: &Module) -> usize {
    module.memories.iter().filter(|memory| !memory.imported).count()
}

/// The memory of another component that imported memory `index` is.
fn imported(scope: &Scope<'_>, id: ComponentId, index: u32, memory: &ingest::Memory) -> LinkedMemory {
    let bound = scope.wiring.imports.get(&id).into_iter().flatten().filter_map(|bound| match bound {
        Bound::Memory { component, index } => Some((*component, *index)),
        _ => None,
    });
    let (component, there) = bound.into_iter().nth(index as usize).unwrap_or((id, index));
    LinkedMemory {
        name: display_name(scope.module(component), there),
        base: MemoryBase::Foreign { component, index: there, checked: scope.wiring.adapters.contains(&id) },
        bytes: 0,
        max_bytes: 0,
        budget: 0,
        least: 0,
        page_log2: memory.page_log2,
        bounds: Bounds::Hardware,
        size_cell: None,
    }
}

/// Whether another core module uses the memory too, with data that nobody here sees.
fn shared(scope: &Scope<'_>, id: ComponentId, index: u32) -> bool {
    let others = scope.wiring.imports.iter().filter(|(other, _)| !scope.wiring.adapters.contains(other));
    others.flat_map(|(_, bound)| bound).any(|bound| *bound == Bound::Memory { component: id, index })
}

fn layout(scope: &Scope<'_>, id: ComponentId, globals: &[Option<Value>], diagnostics: &mut Diagnostics) -> Memories {
    let component = scope.manifest.component(id);
    let module = scope.module(id);
    let demands = match_demands(component, module, diagnostics);
    let bounds = bounds(component, module, diagnostics);
    let replaced = take_over::replaced(scope, id);
    let reach = (!replaced.is_empty()).then(|| Reach::of(module, &replaced));
    let mut list = Vec::new();
    let mut arena = None;
    for (index, memory) in module.memories.iter().enumerate() {
        let index = index as u32;
        if memory.imported {
            list.push(imported(scope, id, index, memory));
            continue;
        }
        let sizer = Sizer {
            component,
            module,
            index,
            memory,
            demand: demands[index as usize],
            used: used(module, index, globals),
            uncertain: index == 0 && uncertain(module, globals) || shared(scope, id, index),
            name: display_name(module, index),
            reach: reach.as_ref(),
        };
        let sized = sizer.size(diagnostics);
        let ram = scope.board.banks.iter().filter(|bank| bank.kind == BankKind::Ram);
        let largest = ram.map(|bank| bank.size).max().unwrap_or(0);
        // Budgets that the manifest states have been held against the board.
        if sizer.demand.is_none() && sized.budget > u64::from(largest) {
            diagnostics.push(sizer.too_large(sized.budget, largest));
        }
        if index == 0 {
            arena = sized.arena;
        }
        // Sizes past 32 bits are larger than any board: there is an error, and nobody will look.
        let word = |size: u64| u32::try_from(size).unwrap_or(u32::MAX);
        list.push(LinkedMemory {
            name: sizer.name,
            base: if index == 0 { MemoryBase::Home } else { MemoryBase::Symbol },
            bytes: word(sized.bytes),
            max_bytes: word(sized.max_bytes),
            budget: word(sized.budget),
            least: word(sized.least),
            page_log2: memory.page_log2,
            bounds,
            size_cell: None,
        });
    }
    Memories { list, arena }
}

/// Export name, else name-section name, else `memory`, `memory1`, ...
pub fn display_name(module: &Module, index: u32) -> String {
    let exported = module.exports.iter().find(|export| export.kind == ImportKind::Memory(index));
    match (exported, &module.memories[index as usize].name) {
        (Some(export), _) => ingest::printable(&export.name),
        (None, Some(name)) => ingest::printable(name),
        (None, None) if index == 0 => "memory".to_string(),
        (None, None) => format!("memory{index}"),
    }
}

fn bounds(component: &Component, module: &Module, diagnostics: &mut Diagnostics) -> Bounds {
    let asked = component.bounds.as_ref();
    if own_memories(module) < 2 {
        return asked.map_or(Bounds::Hardware, |asked| asked.value);
    }
    if let Some(asked) = asked
        && asked.value == Bounds::Hardware
    {
        diagnostics.push(
            Diagnostic::warning(
                &codes::BOUNDS_RAISED,
                format!(
                    "`{}` has {} memories: its bounds are checked by software",
                    component.name.value,
                    module.memories.len()
                ),
            )
            .label(asked.span, "regions cannot tell memories of one process apart")
            .help("write `bounds \"software\"`, or leave it out"),
        );
    }
    Bounds::Software
}

/// The manifest's `memory` nodes, by index of the memory that they mean.
fn match_demands<'m>(
    component: &'m Component,
    module: &Module,
    diagnostics: &mut Diagnostics,
) -> Vec<Option<&'m Demand>> {
    let mut demands: Vec<Option<&Demand>> = vec![None; module.memories.len()];
    for demand in &component.memories {
        let index = match &demand.name {
            None => module.memories.iter().position(|memory| !memory.imported).map(|index| index as u32),
            Some(name) => find_memory(module, name),
        };
        let Some(index) = index else {
            diagnostics.push(no_such_memory(component, module, demand));
            continue;
        };
        match demands[index as usize] {
            None => demands[index as usize] = Some(demand),
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    &codes::MEMORY_TWICE,
                    format!("memory `{}` of `{}` has two budgets", display_name(module, index), component.name.value),
                )
                .label(demand.span, "the same memory again")
                .label(first.span, "first here")
                .help("remove one of them"),
            ),
        }
    }
    demands
}

fn find_memory(module: &Module, name: &str) -> Option<u32> {
    if let Some(ImportKind::Memory(index)) = module.export(name).map(|export| export.kind) {
        return Some(index);
    }
    if let Some(index) = module.memories.iter().position(|memory| memory.name.as_deref() == Some(name)) {
        return Some(index as u32);
    }
    name.parse().ok().filter(|index| (*index as usize) < module.memories.len())
}

fn no_such_memory(component: &Component, module: &Module, demand: &Demand) -> Diagnostic {
    let names: Vec<String> = (0..module.memories.len() as u32).map(|index| display_name(module, index)).collect();
    let Some(name) = &demand.name else {
        return Diagnostic::error(
            &codes::NO_SUCH_MEMORY,
            format!("`{}` has a budget for a memory, but its module has none", component.name.value),
        )
        .label(demand.span, "for no memory")
        .help("remove it");
    };
    let diagnostic = Diagnostic::error(
        &codes::NO_SUCH_MEMORY,
        format!("the module of `{}` has no memory `{}`", component.name.value, name.value),
    )
    .label(name.span, "no such memory");
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => diagnostic.note("it has none at all").help("remove it"),
        None => diagnostic.help(format!("its memories are {}", suggest::listed(names.iter().map(String::as_str)))),
    }
}

/// The first byte of memory `index` that nothing known uses.
fn used(module: &Module, index: u32, globals: &[Option<Value>]) -> u64 {
    let data = data_end(module, index, globals);
    if index != 0 {
        return data;
    }
    data.max(exported(module, globals, "__heap_base").unwrap_or(0)).max(stack_pointer(module, globals).unwrap_or(0))
}

fn data_end(module: &Module, index: u32, globals: &[Option<Value>]) -> u64 {
    let ends = module.data.iter().filter_map(|segment| match &segment.mode {
        SegmentMode::Active { target, offset } if *target == index && !segment.bytes.is_empty() => {
            Some(u64::from(evaluate_offset(offset, module.unit, globals)?) + segment.bytes.len() as u64)
        }
        _ => None,
    });
    ends.max().unwrap_or(0)
}

/// Zeroed static data is in no segment. It lies before the stack, or after it where the stack comes first: then only
/// `__heap_base` tells where it ends.
fn uncertain(module: &Module, globals: &[Option<Value>]) -> bool {
    let Some(stack) = stack_pointer(module, globals) else { return false };
    let data = data_end(module, 0, globals);
    exported(module, globals, "__heap_base").is_none() && (data == 0 || stack < data)
}

fn exported(module: &Module, globals: &[Option<Value>], name: &str) -> Option<u64> {
    match module.export(name)?.kind {
        ImportKind::Global(index) => value(globals, index as usize),
        _ => None,
    }
}

fn value(globals: &[Option<Value>], index: usize) -> Option<u64> {
    match globals.get(index) {
        Some(Some(Value::Bits(bits))) => Some(*bits),
        _ => None,
    }
}

/// Where the stack of a compiled module starts. In a module without names it is the first global, by the habit of LLVM's
/// linker.
fn stack_pointer(module: &Module, globals: &[Option<Value>]) -> Option<u64> {
    let named = |name: &str| module.globals.iter().position(|global| global.name.as_deref() == Some(name));
    if let Some(stack) = exported(module, globals, "__stack_pointer") {
        return Some(stack);
    }
    if let Some(index) = named("__stack_pointer") {
        return value(globals, index);
    }
    let first =
        module.globals.first().filter(|first| first.name.is_none() && first.mutable && first.ty == ValType::I32);
    let declared = module.memories[0].min.saturating_mul(1 << module.memories[0].page_log2);
    first.and_then(|_| value(globals, 0)).filter(|stack| (1..=declared).contains(stack))
}

/// One memory and what bears on its size.
struct Sizer<'a> {
    component: &'a Component,
    module: &'a Module,
    index: u32,
    memory: &'a ingest::Memory,
    demand: Option<&'a Demand>,
    /// The first byte that nothing known uses.
    used: u64,
    /// Static data may lie past `used`.
    uncertain: bool,
    name: String,
    /// What can still run where the arena has taken over.
    reach: Option<&'a Reach>,
}

#[derive(Default)]
struct Sized {
    bytes: u64,
    max_bytes: u64,
    budget: u64,
    least: u64,
    arena: Option<Range<u32>>,
}

impl Sizer<'_> {
    fn span(&self) -> Span {
        self.demand.map_or(self.component.span, |demand| demand.span)
    }

    /// `memory `name` of `component``.
    fn title(&self) -> String {
        format!("memory `{}` of `{}`", self.name, self.component.name.value)
    }

    fn page(&self) -> u64 {
        1 << self.memory.page_log2
    }

    fn declared(&self) -> u64 {
        self.memory.min.saturating_mul(self.page())
    }

    /// The most bytes that the module allows.
    fn declared_max(&self) -> u64 {
        self.memory.max.map_or(1 << 32, |max| max.saturating_mul(self.page()).min(1 << 32))
    }

    fn size(&self, diagnostics: &mut Diagnostics) -> Sized {
        let declared = self.declared();
        let budget = match self.demand {
            Some(demand) => u64::from(demand.budget.value),
            None => declared,
        };
        if self.demand.is_none() && own_memories(self.module) > 1 && declared > 0 {
            diagnostics.push(self.no_budget(declared));
        }
        let observers = self.users(|uses| uses.memory_size.iter().chain(&uses.memory_grow));
        let arena = self.component.arena.as_ref().filter(|_| self.index == 0).map_or(0, |arena| u64::from(arena.value));
        // On an error the declared size stands in, so that one mistake is one diagnostic.
        let failed = Sized { bytes: declared, max_bytes: declared, budget: declared, least: declared, arena: None };
        let bytes = if budget < declared {
            if let Some(diagnostic) = self.check_shrunk(budget, arena, &observers) {
                diagnostics.push(diagnostic);
                return failed;
            }
            budget
        } else {
            match self.with_arena(budget, arena, !observers.is_empty()) {
                Ok(bytes) => bytes,
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    return failed;
                }
            }
        };
        let max_bytes = self.growth(bytes, budget, diagnostics);
        // Without `__heap_base` a module may use all that it declares, whatever is known.
        let known = observers.is_empty() && !self.uncertain && self.module.export("__heap_base").is_some();
        let least = if max_bytes > bytes {
            bytes + self.page()
        } else if known && self.index == 0 {
            (self.used + arena).clamp(1, bytes.max(1))
        } else {
            bytes.max(1)
        };
        // A board's RAM is less than 4 GiB: the casts are exact wherever there is no error.
        let arena = (arena > 0 || self.component.arena.is_some() && self.index == 0)
            .then(|| (bytes - arena) as u32..u32::try_from(bytes).unwrap_or(u32::MAX));
        Sized { bytes, max_bytes, budget, least: least.min(budget), arena }
    }

    /// Whether a memory may be smaller than its module declares.
    fn check_shrunk(&self, budget: u64, arena: u64, observers: &[String]) -> Option<Diagnostic> {
        let declared = self.declared();
        let span = self.span();
        if !observers.is_empty() {
            return Some(
                Diagnostic::error(
                    &codes::BUDGET,
                    format!(
                        "the budget of {} is {budget} B, but its module declares {declared} B and looks at the size",
                        self.title()
                    ),
                )
                .label(span, format!("{} B too few", declared - budget))
                .note(format!("it runs `memory.size` or `memory.grow` in {}", observers.join(", ")))
                .help(format!(
                    "write `memory budget={}`, or build the module with a smaller memory (`--initial-memory`, a custom page size)",
                    size_text(declared)
                )),
            );
        }
        if self.uncertain {
            return Some(
                Diagnostic::error(
                    &codes::BUDGET,
                    format!("{} declares {declared} B, and nothing says how much of it is used", self.title()),
                )
                .label(span, format!("{} B fewer", declared - budget))
                .note("zeroed data is in no segment, and nothing tells whether the stack lies behind it")
                .help("export the end of the data when linking the module: `-Wl,--export=__heap_base`"),
            );
        }
        let needed = self.used.saturating_add(arena);
        if needed <= budget {
            return None;
        }
        let with_arena = if arena > 0 { format!(", and {arena} B of arena") } else { String::new() };
        Some(
            Diagnostic::error(
                &codes::BUDGET,
                format!("the budget of {} is {budget} B, but it needs {needed} B", self.title()),
            )
            .label(span, format!("{} B too few", needed - budget))
            .note(format!("data and stack end at {}{with_arena}", self.used))
            .help(format!(
                "write `memory budget={}`, or link the module with a smaller stack (`-z stack-size=`; Rust: `-C link-arg=-zstack-size=`)",
                size_text(needed)
            )),
        )
    }

    /// Bytes that are visible when the program starts, for a budget of at least what is declared.
    fn with_arena(&self, budget: u64, arena: u64, observed: bool) -> Result<u64, Diagnostic> {
        let declared = self.declared();
        // Below this the memory is the module's own.
        let own = if observed { declared } else { self.used };
        let needed = own.saturating_add(arena);
        if needed <= declared || arena == 0 {
            return Ok(declared);
        }
        let needed = needed.next_multiple_of(if observed { self.page() } else { 8 });
        let span = self.component.arena.as_ref().map_or(self.component.span, |arena| arena.span);
        let diagnostic = |message: String| {
            let owner = if observed {
                format!(
                    "the module brings its own allocator (`memory.grow`, `memory.size`), which owns all {declared} B that it declares"
                )
            } else {
                format!("its data and stack end at {}", self.used)
            };
            Diagnostic::error(&codes::ARENA, message).label(span, format!("{arena} B")).note(owner)
        };
        if needed > self.declared_max() {
            return Err(diagnostic(format!(
                "the arena of `{}` needs a memory of {needed} B, but its module allows {} B at most",
                self.component.name.value,
                self.declared_max()
            ))
            .help("make the arena smaller, or build the module with a larger maximum memory"));
        }
        if needed > budget {
            return Err(diagnostic(format!(
                "the arena of `{}` does not fit into its memory: {needed} B are needed, the budget is {budget} B",
                self.component.name.value
            ))
            .help(format!("make the arena smaller, or write `memory budget={}`", size_text(needed))));
        }
        Ok(needed)
    }

    /// Bytes that `memory.grow` can reach.
    fn growth(&self, bytes: u64, budget: u64, diagnostics: &mut Diagnostics) -> u64 {
        let growers = self.users(|uses| uses.memory_grow.iter());
        if growers.is_empty() {
            return bytes;
        }
        let grow = self.demand.and_then(|demand| demand.grow.as_ref());
        match grow.map_or(Grow::Refuse, |grow| grow.value) {
            Grow::Deny => bytes,
            Grow::Refuse => {
                let span = grow.map_or(self.span(), |grow| grow.span);
                diagnostics.push(self.grows(&growers).label(span, "no growth allowed here"));
                bytes
            }
            Grow::Within => {
                let most = self.declared_max().min(budget) & !(self.page() - 1);
                if most <= bytes {
                    diagnostics.push(
                        Diagnostic::warning(
                            &codes::GROW_NO_ROOM,
                            format!("{} may grow, but has no room to", self.title()),
                        )
                        .label(
                            self.span(),
                            format!(
                                "starts with {bytes} B, at most {} B, a page is {} B",
                                budget.min(self.declared_max()),
                                self.page()
                            ),
                        )
                        .help(format!("write `budget={}`, or `grow=\"deny\"`", size_text(bytes + self.page()))),
                    );
                }
                most.max(bytes)
            }
        }
    }

    /// `memory.grow` where it is not allowed, and what would help.
    fn grows(&self, growers: &[String]) -> Diagnostic {
        let name = &self.component.name.value;
        let note = format!("in {}", growers.join(", "));
        let first = |reach: &Reach| {
            let grows = |uses: &ingest::Uses| uses.memory_grow.iter().any(|(memory, _)| *memory == self.index);
            let functions = 0..self.module.functions.len() as u32;
            functions.into_iter().find(|&index| reach.reaches(index) && grows(&self.module.uses[index as usize]))
        };
        let allow = "write `grow=#true` on `memory` to grow within the budget, or `grow=\"deny\"` to let it return -1";
        if let Some(reach) = self.reach {
            let way = first(reach).map_or(String::new(), |function| reach.way(self.module, function));
            return Diagnostic::error(
                &codes::GROW,
                format!(
                    "{} may not grow, but more than the `cabi_realloc` of `{name}` runs `memory.grow`",
                    self.title()
                ),
            )
            .note(note)
            .note(format!("it is reached by {way}"))
            .help(format!(
                "build the module with an allocator over the arena (`compose explain link::grow`), or {allow}"
            ));
        }
        let reallocs = take_over::reallocs(self.module);
        let without = Reach::of(self.module, &reallocs);
        let all = Reach::of(self.module, &[]);
        match first(&all) {
            Some(function) if !reallocs.is_empty() && first(&without).is_none() => {
                let arena = match &self.component.arena {
                    Some(arena) => size_text(arena.value.into()),
                    None => "(KiB)4".to_string(),
                };
                Diagnostic::error(
                    &codes::GROW,
                    format!("{} may not grow, but its `cabi_realloc` runs `memory.grow`", self.title()),
                )
                .note(note)
                .note(format!("only `cabi_realloc` reaches it: {}", all.way(self.module, function)))
                .note(
                    "without it, Rust: a `#[global_allocator]` over the import `cabi-arena-realloc`; C: a `cabi_realloc` and a \
                     `malloc` over it, linked with what `wit-bindgen c` writes, whose own `cabi_realloc` is weak",
                )
                .help(format!("write `arena {arena} take-over=#true`: the arena in its place, or build it without"))
            }
            _ => Diagnostic::error(
                &codes::GROW,
                format!("{} may not grow, but its module runs `memory.grow`", self.title()),
            )
            .note(note)
            .help(allow),
        }
    }

    /// The functions with such operators on this memory, with offsets.
    fn users<'u, I: Iterator<Item = &'u (u32, usize)>>(
        &'u self,
        operators: impl Fn(&'u ingest::Uses) -> I,
    ) -> Vec<String> {
        let mut users = Vec::new();
        for (function, uses) in self.module.uses.iter().enumerate() {
            if self.reach.is_some_and(|reach| !reach.reaches(function as u32)) {
                continue;
            }
            let offsets: Vec<String> = operators(uses)
                .filter(|(memory, _)| *memory == self.index)
                .map(|(_, offset)| format!("{offset:#x}"))
                .collect();
            if !offsets.is_empty() {
                users.push(format!("`{}` (offset {})", self.module.function_name(function as u32), offsets.join(", ")));
            }
        }
        users
    }

    fn no_budget(&self, declared: u64) -> Diagnostic {
        Diagnostic::error(&codes::NO_BUDGET, format!("{} has no budget", self.title()))
            .label(self.component.span, format!("its module has {} memories", self.module.memories.len()))
            .help(format!("add `memory {:?} budget={}`", self.name, size_text(declared)))
    }

    fn too_large(&self, declared: u64, largest: u32) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            &codes::TOO_LARGE,
            format!(
                "{} is declared with {declared} B, and the largest RAM bank of the board has {largest} B",
                self.title()
            ),
        )
        .label(self.span(), "no `memory budget=` here")
        .note("without a budget, a component gets what its module declares");
        let used = self.used.next_multiple_of(1024).max(1024);
        diagnostic.help(if used > u64::from(largest) {
            "build the module with less data".to_string()
        } else if self.uncertain {
            "add `memory budget=(KiB)64`, with the bytes that it really uses".to_string()
        } else {
            format!("add `memory budget={}`, or more: so much it is known to use", size_text(used))
        })
    }
}

/// As the manifest writes a size: `(KiB)24` where that is exact, else `(B)1000`.
pub(super) fn size_text(bytes: u64) -> String {
    if bytes >= 1024 && bytes.is_multiple_of(1024) { format!("(KiB){}", bytes / 1024) } else { format!("(B){bytes}") }
}
