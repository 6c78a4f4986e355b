//! Items that fit the table -> [`Manifest`], and what the table cannot say: names that must differ, names that must
//! exist, sizes that must fit into one another.

use super::model::*;
use crate::diag::codes::{manifest as code, schema};
use crate::diag::suggest::{listed, nearest};
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::{Item, Value};
use crate::source::{SourceId, Sources, Span, Spanned};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What sections and symbols of the image call the code that is not a component's.
const RESERVED: [&str; 2] = ["kernel", "runtime"];

pub(super) fn manifest(
    items: &[Item],
    sources: &Sources,
    source: SourceId,
    found: &mut Diagnostics,
) -> Option<Manifest> {
    let system = items.iter().find(|i| i.node.name == "system")?;
    let mut build = Build {
        found,
        processes: Vec::new(),
        components: Vec::new(),
        component_names: HashMap::new(),
        process_names: HashMap::new(),
    };
    // Document order, which is the order of everything that a person sees.
    for item in &system.children {
        match item.node.name {
            "component" => build.lone_component(item),
            "process" => build.process(item),
            _ => {}
        }
    }
    let written = system.named("component").chain(system.named("process").flat_map(|p| p.named("component"))).count();
    // A misspelt node may have been meant to be one.
    let misread = |d: &Diagnostic| d.code == &schema::UNKNOWN_NODE || d.code == &schema::NOT_YET;
    if written == 0 && !build.found.list.iter().any(misread) {
        build.found.push(
            Diagnostic::error(&code::NO_COMPONENTS, "this system has no components")
                .label(system.head, "nothing to build")
                .help("add a line such as `component \"sampler\" \"sampler.wasm\" { memory budget=(KiB)24 }`"),
        );
    }
    // Names that were written wrong are not known: then "unknown component" would be an echo.
    let names_complete = written == build.components.len();
    let links = system.named("link").filter_map(|i| build.link(i, names_complete)).collect();
    let runs = system.named("run").filter_map(|i| build.run(i, names_complete)).collect();
    let limit = |name| system.child("policy").and_then(|p| p.child(name)).and_then(|limit| limit.arg(0));
    let end = |span: Span| Span { start: span.end, ..span };
    let last = system.child("policy").and_then(|policy| policy.children.last());
    let place = match (last, system.child("policy"), system.child("board")) {
        (Some(limit), ..) => Some((end(limit.head), true)),
        (None, Some(_), _) => None,
        (None, None, board) => board.map(|board| (end(board.whole), false)),
    };
    let aim: Option<Spanned<&'static str>> =
        system.child("policy").and_then(|policy| policy.child("optimize")).and_then(|optimize| optimize.arg(0));
    let optimize =
        aim.map_or(Optimize::Speed, |aim| if aim.value == "size" { Optimize::Size } else { Optimize::Speed });
    let policy = Policy { max_waste: limit("max-waste"), over_grant: limit("over-grant"), optimize, place };
    Some(Manifest {
        source,
        dir: sources.get(source).dir.clone(),
        // Absent only where an error says so; the board can be checked all the same.
        name: system.arg(0).unwrap_or_else(|| Spanned::new(String::new(), system.head)),
        version: system.prop("version"),
        board: system.child("board")?.arg(0)?,
        processes: build.processes,
        components: build.components,
        links,
        runs,
        policy,
    })
}

struct Build<'a> {
    found: &'a mut Diagnostics,
    processes: Vec<Process>,
    components: Vec<Component>,
    /// Where each name was first given.
    component_names: HashMap<String, Span>,
    process_names: HashMap<String, Span>,
}

/// Where the name was given before, if it was; else it is from now on.
fn taken(names: &mut HashMap<String, Span>, name: &Spanned<String>) -> Option<Span> {
    match names.entry(name.value.clone()) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(free) => {
            free.insert(name.span);
            None
        }
    }
}

fn index(count: usize) -> u32 {
    u32::try_from(count).expect("a manifest of at most 256 KiB has fewer than 2^32 nodes")
}

fn on_trap(item: &Item) -> Option<Spanned<OnTrap>> {
    let word: Spanned<&'static str> = item.child("on-trap")?.arg(0)?;
    let action = if word.value == "continue" { OnTrap::Continue } else { OnTrap::Stop };
    Some(Spanned::new(action, word.span))
}

impl Build<'_> {
    fn lone_component(&mut self, item: &Item) {
        let process = ProcessId(index(self.processes.len()));
        // Two lone components of one name are also two processes of one name: that is said once.
        let name: Option<Spanned<String>> = item.arg(0);
        let again = name.is_some_and(|name| self.component_names.contains_key(&name.value));
        let Some(component) = self.component(item, process) else { return };
        if !again {
            self.process_name(&component.name);
        }
        self.processes.push(Process {
            name: component.name.clone(),
            components: vec![ComponentId(index(self.components.len()))],
            whole: item.whole,
            on_trap: on_trap(item),
            why: None,
            adapter: None,
        });
        self.components.push(component);
    }

    fn process(&mut self, item: &Item) {
        let process = ProcessId(index(self.processes.len()));
        if item.child("component").is_none() {
            self.found.push(
                Diagnostic::error(&code::EMPTY_PROCESS, "this process has no components")
                    .label(item.head, "nothing in it")
                    .help("put components inside, or remove it"),
            );
        }
        let mut ids = Vec::new();
        for inner in item.named("component") {
            if let Some(on_trap) = inner.child("on-trap") {
                self.found.push(
                    Diagnostic::error(&code::ON_TRAP_SHARED, "a trap concerns all components of a process")
                        .label(on_trap.head, "said of one of them")
                        .label(item.head, "they share this")
                        .help("move `on-trap` into the `process` node, or the component out of it"),
                );
            }
            if let Some(component) = self.component(inner, process) {
                ids.push(ComponentId(index(self.components.len())));
                self.components.push(component);
            }
        }
        // Kept even where its name is wrong, so that its components' process exists.
        let name = item.arg::<String>(0).unwrap_or_else(|| Spanned::new(String::new(), item.head));
        if !name.value.is_empty() {
            self.process_name(&name);
        }
        self.one_stack(&ids);
        self.processes.push(Process {
            name,
            components: ids,
            whole: item.whole,
            on_trap: on_trap(item),
            why: item.prop("why"),
            adapter: None,
        });
    }

    /// The components of one process wish for one bank for their stack.
    fn one_stack(&mut self, ids: &[ComponentId]) {
        let mut wishes = ids.iter().filter_map(|id| self.components[id.0 as usize].stack_in.as_ref());
        let Some(first) = wishes.next() else { return };
        if let Some(other) = wishes.find(|wish| wish.value != first.value) {
            self.found.push(
                Diagnostic::error(&code::STACK_IN_TWO_BANKS, "the stack of this process cannot be in two places")
                    .label(other.span, format!("wishes for `{other}`"))
                    .label(first.span, format!("wishes for `{first}`"))
                    .help("keep one of the wishes, or give the components processes of their own"),
            );
        }
    }

    /// Reports a name that another process has.
    fn process_name(&mut self, name: &Spanned<String>) {
        let Some(first) = taken(&mut self.process_names, name) else { return };
        self.found.push(
            Diagnostic::error(&code::DUPLICATE_NAME, format!("two processes are called `{name}`"))
                .label(name.span, "a second one")
                .label(first, "the first one")
                .note("a component outside a `process` is a process of its own name")
                .help("rename one of them"),
        );
    }

    fn component(&mut self, item: &Item, process: ProcessId) -> Option<Component> {
        let name: Option<Spanned<String>> = item.arg(0);
        if let Some(name) = &name
            && let Some(first) = taken(&mut self.component_names, name)
        {
            self.found.push(
                Diagnostic::error(&code::DUPLICATE_NAME, format!("two components are called `{name}`"))
                    .label(name.span, "a second one")
                    .label(first, "the first one")
                    .help("rename one of them"),
            );
        }
        if let Some(name) = name.as_ref().filter(|name| RESERVED.contains(&name.value.as_str())) {
            self.found.push(
                Diagnostic::error(&code::RESERVED_NAME, format!("no component can be called `{name}`"))
                    .label(name.span, "compose's own code has this name")
                    .help(format!("for example `\"my-{name}\"`")),
            );
        }
        let memories = self.memories(item);
        let tables = self.tables(item);
        let arena: Option<Spanned<u32>> = item.child("arena").and_then(|a| a.arg(0));
        if let Some(arena) = &arena {
            self.arena(item, &memories, arena);
        }
        Some(Component {
            name: name?,
            path: item.arg(1)?,
            process,
            span: item.head,
            whole: item.whole,
            memories,
            tables,
            arena,
            arena_reset: match item.child("arena").and_then(|arena| arena.prop::<&'static str>("reset")) {
                Some(Spanned { value: "per-call", .. }) => ArenaReset::PerCall,
                _ => ArenaReset::Never,
            },
            take_over: item
                .child("arena")
                .and_then(|arena| arena.prop::<bool>("take-over"))
                .filter(|take_over| take_over.value)
                .map(|take_over| take_over.span),
            arena_imports: item.named("import").filter_map(|import| import.arg(0)).collect(),
            handles: item.child("handles").and_then(|handles| handles.arg(0)),
            stack: item.child("stack").and_then(|s| s.arg::<Value>(0)).and_then(|value| {
                let stack = match value.value {
                    Value::Size(bytes) => Stack::Bytes(bytes),
                    Value::Word("auto") => Stack::Auto,
                    _ => return None,
                };
                Some(Spanned::new(stack, value.span))
            }),
            bounds: item.child("bounds").and_then(|b| b.arg::<&'static str>(0)).map(|word| {
                let bounds = if word.value == "software" { Bounds::Software } else { Bounds::Hardware };
                Spanned::new(bounds, word.span)
            }),
            stack_in: item.child("stack").and_then(|s| s.prop("in")),
            devices: self.devices(item),
            why: item.prop("why"),
        })
    }

    fn devices(&mut self, component: &Item) -> Vec<Mmio> {
        let mut devices: Vec<Mmio> = Vec::new();
        for item in component.named("mmio") {
            let Some(peripheral) = item.arg::<String>(0) else { continue };
            if let Some(first) = devices.iter().find(|device| device.peripheral.value == peripheral.value) {
                self.found.push(
                    Diagnostic::error(&code::DUPLICATE_DEVICE, format!("this component names `{peripheral}` twice"))
                        .label(item.head, "a second time")
                        .label(first.span, "the first time")
                        .help("keep one of them"),
                );
                continue;
            }
            let shared = item.prop::<bool>("shared").is_some_and(|shared| shared.value);
            devices.push(Mmio { peripheral, shared, span: item.head, why: item.prop("why") });
        }
        devices
    }

    /// The name of a `memory` or `table` node; nothing where it has the name of an earlier one, which is reported.
    fn name_once(&mut self, item: &Item, seen: &mut Vec<(Option<String>, Span)>) -> Option<Option<Spanned<String>>> {
        let (what, many) = match item.node.name {
            "table" => ("table", "tables"),
            _ => ("memory", "memories"),
        };
        let name: Option<Spanned<String>> = item.arg(0);
        // A name that could not be read is neither a name nor the absence of one.
        if name.is_some() || item.arg_count() == 0 {
            let key = name.as_ref().map(|n| n.value.clone());
            if let Some((_, first)) = seen.iter().find(|(n, _)| *n == key) {
                let message =
                    key.map_or(format!("two {many} without a name"), |n| format!("two {many} are called `{n}`"));
                self.found.push(
                    Diagnostic::error(&code::DUPLICATE_MEMORY, message)
                        .label(item.head, "a second one")
                        .label(*first, "the first one")
                        .note(format!("a `{what}` without a name is the module's first {what}"))
                        .help(format!("keep one of them, or name the other {what}: `{what} \"name\" ...`")),
                );
                return None;
            }
            seen.push((key, item.head));
        }
        Some(name)
    }

    fn tables(&mut self, component: &Item) -> Vec<Table> {
        let mut seen = Vec::new();
        let mut tables = Vec::new();
        for item in component.named("table") {
            let Some(name) = self.name_once(item, &mut seen) else { continue };
            let Some(entries) = item.prop("entries") else { continue };
            tables.push(Table { name, entries, span: item.head, why: item.prop("why") });
        }
        tables.sort_by_key(|table| table.name.is_some());
        tables
    }

    fn memories(&mut self, component: &Item) -> Vec<Memory> {
        let mut seen = Vec::new();
        let mut memories = Vec::new();
        for item in component.named("memory") {
            let Some(name) = self.name_once(item, &mut seen) else { continue };
            let grow = item.prop::<Value>("grow").and_then(|value| {
                let grow = match value.value {
                    Value::Bool(true) => Grow::Within,
                    Value::Bool(false) => Grow::Refuse,
                    Value::Word("deny") => Grow::Deny,
                    _ => return None,
                };
                Some(Spanned::new(grow, value.span))
            });
            let Some(budget) = item.prop("budget") else { continue };
            memories.push(Memory { name, budget, grow, bank: item.prop("in"), span: item.head, why: item.prop("why") });
        }
        // The unnamed one is the module's first memory: it comes first whatever the order in the text.
        memories.sort_by_key(|m| m.name.is_some());
        memories
    }

    fn arena(&mut self, component: &Item, memories: &[Memory], arena: &Spanned<u32>) {
        if component.child("memory").is_none() {
            self.found.push(
                Diagnostic::error(&code::ARENA_WITHOUT_MEMORY, "an arena needs a memory to lie in")
                    .label(arena.span, "no `memory` in this component")
                    .help("add `memory budget=...` with room for the arena"),
            );
        }
        let Some(memory) = memories.iter().find(|m| m.name.is_none()) else { return };
        if arena.value > memory.budget.value {
            self.found.push(
                Diagnostic::error(&code::ARENA_TOO_LARGE, "the arena is larger than the budget it lies in")
                    .label(arena.span, format!("{} bytes", arena.value))
                    .label(memory.budget.span, format!("{} bytes", memory.budget.value))
                    .help(format!(
                        "make the budget at least {} bytes larger, or the arena smaller",
                        arena.value - memory.budget.value
                    )),
            );
        }
    }

    /// Reports a name that no component has.
    fn known(&mut self, name: &Spanned<String>) -> bool {
        if self.component_names.contains_key(&name.value) {
            return true;
        }
        let names = self.components.iter().map(|c| c.name.value.as_str());
        let error = Diagnostic::error(
            &code::UNKNOWN_COMPONENT,
            format!("there is no component `{}`", name.value.escape_debug()),
        )
        .label(name.span, "unknown component");
        let process = self.process_names.contains_key(&name.value);
        self.found.push(match nearest(name, names.clone()) {
            _ if process => error.help("this is a process: name one of its components"),
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("name one of {}", listed(names))),
        });
        false
    }

    fn link(&mut self, item: &Item, names_complete: bool) -> Option<Link> {
        let (from, to) = (item.arg::<String>(0), item.prop::<String>("to"));
        let mut known = true;
        for name in from.iter().chain(&to).filter(|_| names_complete) {
            known &= self.known(name);
        }
        let link =
            Link { from: from?, to: to?, interface: item.prop("interface"), span: item.head, why: item.prop("why") };
        if link.from.value == link.to.value && known {
            self.found.push(
                Diagnostic::error(&code::LINK_TO_ITSELF, format!("`{}` is linked to itself", link.from))
                    .label(link.to.span, "the same component")
                    .label(link.from.span, "from here")
                    .help("name the component that exports what this one imports"),
            );
        }
        Some(link)
    }

    fn run(&mut self, item: &Item, names_complete: bool) -> Option<Run> {
        let target: Spanned<String> = item.arg(0)?;
        let parts = target.value.split_once('#').filter(|(c, e)| !c.is_empty() && !e.is_empty());
        let Some((component, export)) = parts else {
            let component = self.components.first().map_or("component", |c| c.name.value.as_str());
            let mut parts = target.value.split(['.', ':', '/', '!', ' ', '#']).filter(|p| !p.is_empty());
            let example = match (parts.next(), parts.next(), parts.next()) {
                (Some(c), Some(e), None) => format!("{c}#{e}"),
                (Some(c), None, None) if self.components.iter().any(|k| k.name.value == c) => format!("{c}#export"),
                (Some(e), None, None) => format!("{component}#{e}"),
                _ => format!("{component}#export"),
            };
            self.found.push(
                Diagnostic::error(&code::RUN_FORMAT, "`run` takes a component and an export")
                    .label(target.span, "not of the form `component#export`")
                    .help(format!("for example `run \"{}\"`", example.escape_debug())),
            );
            return None;
        };
        let component = Spanned::new(component.to_owned(), target.span);
        let export = Spanned::new(export.to_owned(), target.span);
        if names_complete {
            self.known(&component);
        }
        let args = (1..item.arg_count()).map(|i| item.arg(i)).collect::<Option<Vec<Spanned<i128>>>>()?;
        Some(Run { component, export, args, span: item.head })
    }
}
