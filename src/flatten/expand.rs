//! The manifest of core modules.

use super::adapters::{self, AdapterImport, AdapterModule, Adapters, Passed};
use super::compose::{self, Composed};
use super::environ::{self, Def, Flattened, Item, Kind, Refused};
use super::handles::{self, TrampolineImport};
use super::{Bound, Flat, GateKind, Party, Wiring, shims};
use crate::diag::codes::flatten as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::{self, ComponentFile, ImportKind, Input, Module, Unit};
use crate::manifest::{Adapter, ArenaReset, Component, ComponentId, Manifest, Process, ProcessId};
use crate::source::Spanned;
use std::collections::BTreeMap;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// Functions of the host interfaces (`wit/`), without versions, and the kernel's names for them.
const HOST_FUNCTIONS: [(&str, &str, &str); 4] = [
    ("compose:host/console", "write", "write"),
    ("compose:host/console", "log-u32", "log_u32"),
    ("compose:host/exit", "exit", "exit"),
    ("compose:host/clock", "now", "clock"),
];

/// Flattens what is a component. `inputs` are what the manifest's components are, in its order.
///
/// # Errors
/// Components that do not fit together, and what flattening does not support; then `None`.
pub fn flatten(manifest: &Manifest, inputs: Vec<Input>) -> (Option<Flat>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let files: Vec<(ComponentId, &ComponentFile)> = (0u32..)
        .zip(&inputs)
        .filter_map(|(index, input)| match input {
            Input::Component(file) => Some((ComponentId(index), file)),
            Input::Module(_) => None,
        })
        .collect();
    if files.is_empty() {
        let module = |input| match input {
            Input::Module(module) => Some(module),
            Input::Component(_) => None,
        };
        let modules = inputs.into_iter().filter_map(module).collect();
        return (Some(Flat::of_modules(manifest.clone(), modules)), diagnostics);
    }
    let Some(composed) = diagnostics.take(compose::outer(manifest, &files)) else { return (None, diagnostics) };
    let refuse = |refused| refusal(manifest, &files, refused);
    match Expansion::new(&composed) {
        Ok(expansion) => (expansion.expand(manifest, inputs, &mut diagnostics), diagnostics),
        Err(refused) => {
            diagnostics.push(refuse(refused));
            (None, diagnostics)
        }
    }
}

/// What the flattening crate refuses concerns no line of the manifest: all components are shown.
fn refusal(manifest: &Manifest, files: &[(ComponentId, &ComponentFile)], refused: Refused) -> Diagnostic {
    let diagnostic = match refused {
        Refused::Unsupported(what) => {
            Diagnostic::error(&codes::UNSUPPORTED, format!("a component uses {what}, which is not supported"))
                .help("build the components without it")
        }
        Refused::Invalid(what) => {
            Diagnostic::error(&codes::COMPOSITION, "the components cannot be composed".to_string())
                .note(what)
                .help("check each component with `wasm-tools validate`")
        }
    };
    let labelled = files.iter().map(|(id, _)| manifest.component(*id).path.span);
    labelled.fold(diagnostic, |diagnostic, span| diagnostic.label(span, "one of these components"))
}

struct Expansion<'a> {
    composed: &'a Composed,
    flat: Flattened,
    adapters: Adapters<ComponentId>,
    /// By instance: whose it is, in the manifest as written. `None` for adapters, and for what has been dissolved.
    owners: Vec<Option<ComponentId>>,
}

impl<'a> Expansion<'a> {
    fn new(composed: &'a Composed) -> Result<Self, Refused> {
        let mut flat = environ::flatten(&composed.bytes)?;
        let gone = shims::dissolve(&mut flat)?;
        let whose = |at: &std::ops::Range<usize>| {
            let inside =
                |(_, range): &&(ComponentId, std::ops::Range<usize>)| range.start <= at.start && at.end <= range.end;
            composed.nested.iter().find(inside).map(|(id, _)| *id)
        };
        let owner = |instance: &environ::Instance| flat.modules[instance.module].at.as_ref().and_then(whose);
        let mut owners: Vec<Option<ComponentId>> = flat.instances.iter().map(owner).collect();
        let unowned =
            owners.iter().zip(&flat.instances).any(|(owner, instance)| owner.is_none() && instance.component.is_some());
        if unowned {
            return Err(Refused::Invalid("a core module belongs to no component".into()));
        }
        // What a shim stands for is its component's as long as adapters are made.
        let adapters = adapters::adapters(&flat, &|instance| owners[instance].unwrap_or(ComponentId(u32::MAX)))?;
        gone.into_iter().for_each(|instance| owners[instance] = None);
        Ok(Expansion { composed, flat, adapters, owners })
    }

    /// Whose a component instance is.
    fn owner(&self, component: u32) -> Option<ComponentId> {
        let members = self.flat.instances.iter().zip(&self.owners);
        members.filter(|(instance, _)| instance.component == Some(component)).find_map(|(_, owner)| *owner)
    }

    fn expand(&self, manifest: &Manifest, inputs: Vec<Input>, diagnostics: &mut Diagnostics) -> Option<Flat> {
        let mut out = Builder {
            expansion: self,
            manifest: Manifest { components: Vec::new(), ..manifest.clone() },
            modules: Vec::new(),
            wiring: Wiring::default(),
            mains: Vec::new(),
            started: Vec::new(),
            instances: BTreeMap::new(),
            adapters: Vec::new(),
            tables: None,
            trampolines: Vec::new(),
            trampoline_of: Vec::new(),
        };
        out.manifest.processes.iter_mut().for_each(|process| process.components.clear());
        // Links of components have done what they are for.
        let named = manifest.components.iter().zip(&inputs);
        let of_component =
            |name: &str| named.clone().any(|(c, input)| c.name.value == name && matches!(input, Input::Component(_)));
        out.manifest.links.retain(|link| !of_component(&link.from));
        for (index, input) in (0u32..).zip(inputs) {
            out.component(ComponentId(index), &manifest.components[index as usize], input, diagnostics);
        }
        for adapter in &self.adapters.modules {
            out.adapter(manifest, adapter, diagnostics);
        }
        out.resources(manifest);
        if diagnostics.has_errors() {
            return None;
        }
        match out.wire() {
            Ok(()) => Some(Flat { manifest: out.manifest, modules: out.modules, wiring: out.wiring }),
            Err(refused) => {
                let diagnostic = refusal(manifest, &[], refused);
                let spans = self.composed.nested.iter().map(|(id, _)| manifest.component(*id).path.span);
                diagnostics
                    .push(spans.fold(diagnostic, |diagnostic, span| diagnostic.label(span, "one of these components")));
                None
            }
        }
    }
}

/// The expanded manifest, as it grows.
struct Builder<'a> {
    expansion: &'a Expansion<'a>,
    manifest: Manifest,
    modules: Vec<Module>,
    wiring: Wiring,
    /// By component as written: what has its name now.
    mains: Vec<ComponentId>,
    /// Start functions of modules that are not there any more.
    started: Vec<Def>,
    /// By instance: what it is now.
    instances: BTreeMap<usize, ComponentId>,
    /// By adapter module.
    adapters: Vec<ComponentId>,
    /// The handle tables.
    tables: Option<ComponentId>,
    trampolines: Vec<(ComponentId, Vec<TrampolineImport>)>,
    /// What stands for a built-in of resources.
    trampoline_of: Vec<(Def, ComponentId, u32)>,
}

impl Builder<'_> {
    fn component(&mut self, written: ComponentId, node: &Component, input: Input, diagnostics: &mut Diagnostics) {
        match input {
            Input::Module(mut module) => {
                let id = ComponentId(self.modules.len() as u32);
                module.unit = Unit::Component(id);
                self.mains.push(id);
                self.push(node.clone(), module);
            }
            Input::Component(_) => self.flattened(written, node, diagnostics),
        }
    }

    fn push(&mut self, node: Component, module: Module) -> ComponentId {
        let id = ComponentId(self.modules.len() as u32);
        self.manifest.processes[node.process.0 as usize].components.push(id);
        self.manifest.components.push(node);
        self.modules.push(module);
        id
    }

    /// The core modules of one component. The first one with a memory has the component's name, and what the manifest says
    /// of it.
    fn flattened(&mut self, written: ComponentId, node: &Component, diagnostics: &mut Diagnostics) {
        let Expansion { flat, owners, .. } = self.expansion;
        let mut instances: Vec<(usize, Module)> = Vec::new();
        for (index, _) in owners.iter().enumerate().filter(|(_, owner)| **owner == Some(written)) {
            let wasm = &flat.modules[flat.instances[index].module].wasm;
            match ingest::module(&node.name.value, Unit::Component(written), wasm) {
                Ok(module) => instances.push((index, module)),
                Err(diagnostic) => diagnostics.push(diagnostic.label(node.path.span, "in this component")),
            }
        }
        // What only starts something needs no place of its own.
        instances.retain(|(index, module)| {
            let empty = module.functions.iter().all(|function| function.body.is_none())
                && module.memories.is_empty()
                && module.globals.is_empty()
                && module.tables.is_empty();
            if let (true, Some(start)) = (empty, module.start)
                && let Some(def) = flat.instances[*index].imports.get(start as usize)
            {
                self.started.push(def.clone());
            }
            !empty
        });
        let main = instances.iter().position(|(_, module)| module.memories.iter().any(|memory| !memory.imported));
        let mut rest = Vec::new();
        let mut number = 0;
        for (position, (index, module)) in instances.into_iter().enumerate() {
            if position == main.unwrap_or(0) {
                let id = self.add(index, node.clone(), module);
                self.mains.push(id);
            } else {
                number += 1;
                rest.push((index, module, number));
            }
        }
        if self.mains.len() <= written.0 as usize {
            // A component without any core code.
            let module = ingest::module(&node.name.value, Unit::Component(written), b"\0asm\x01\0\0\0");
            let id = self.push(node.clone(), module.expect("an empty module is valid"));
            self.modules[id.0 as usize].unit = Unit::Component(id);
            self.wiring.imports.insert(id, Vec::new());
            self.mains.push(id);
        }
        for (index, module, number) in rest {
            let id = self.add(index, part(node, format!("{}.{number}", node.name.value)), module);
            self.parties(id, written, written);
            self.wiring.parts.insert(id, Some(self.mains[written.0 as usize]));
        }
    }

    fn add(&mut self, instance: usize, node: Component, mut module: Module) -> ComponentId {
        let id = ComponentId(self.modules.len() as u32);
        module.unit = Unit::Component(id);
        module.name = node.name.value.clone();
        self.instances.insert(instance, id);
        self.push(node, module)
    }

    /// The component of an adapter module, and its process if it stands between two.
    fn adapter(&mut self, written: &Manifest, adapter: &AdapterModule<ComponentId>, diagnostics: &mut Diagnostics) {
        let (caller, callee) = (written.component(adapter.caller), written.component(adapter.callee));
        let name = format!("{}->{}", caller.name.value, callee.name.value);
        let mut node = part(caller, name.clone());
        if caller.process != callee.process {
            node.process = self.adapter_process(written, caller.process, callee.process, &node);
        }
        match ingest::module(&name, Unit::Component(ComponentId(self.modules.len() as u32)), &adapter.wasm) {
            Ok(module) => {
                let id = self.push(node, module);
                self.adapters.push(id);
                self.wiring.adapters.insert(id);
                self.wiring.parts.insert(id, None);
                self.parties(id, adapter.caller, adapter.callee);
            }
            Err(diagnostic) => diagnostics.push(diagnostic.label(caller.path.span, "calls from this component")),
        }
    }

    /// Whom a component of our own making acts for.
    fn parties(&mut self, id: ComponentId, caller: ComponentId, callee: ComponentId) {
        let parties = [caller, callee].map(|written| self.mains[written.0 as usize]);
        self.wiring.parties.insert(id, parties);
    }

    fn adapter_process(
        &mut self,
        written: &Manifest,
        caller: ProcessId,
        callee: ProcessId,
        node: &Component,
    ) -> ProcessId {
        let adapter = Adapter { caller, callee };
        if let Some(known) = self.manifest.processes.iter().position(|process| process.adapter == Some(adapter)) {
            return ProcessId(known as u32);
        }
        let (from, to) = (&written.process(caller).name, &written.process(callee).name);
        self.manifest.processes.push(Process {
            name: Spanned::new(format!("{}->{}", from.value, to.value), from.span),
            components: Vec::new(),
            whole: node.whole,
            on_trap: None,
            why: None,
            adapter: Some(adapter),
        });
        ProcessId(self.manifest.processes.len() as u32 - 1)
    }

    /// The tables of handles, and the trampolines to them.
    fn resources(&mut self, written: &Manifest) {
        let Expansion { flat, owners, adapters, .. } = self.expansion;
        let Some(first) = flat.tables.first() else { return };
        let capacity = |instance| {
            let owner = self.expansion.owner(instance).map(|owner| written.component(owner));
            owner.and_then(|node| node.handles).map_or(handles::CAPACITY, |handles| handles.value)
        };
        let text = handles::tables(flat, adapters.calls.len() as u32, &capacity);
        let Some(user) = self.expansion.owner(first.component) else { return };
        let mut name = "handles".to_string();
        while self.manifest.processes.iter().any(|process| process.name.value == name) {
            name.push('-');
        }
        let mut node = part(written.component(user), name.clone());
        node.process = ProcessId(self.manifest.processes.len() as u32);
        self.manifest.processes.push(Process {
            name: node.name.clone(),
            components: Vec::new(),
            whole: node.whole,
            on_trap: None,
            why: None,
            adapter: None,
        });
        let tables = self.text(node, &text);
        self.wiring.imports.insert(tables, Vec::new());
        self.wiring.parts.insert(tables, None);
        self.tables = Some(tables);

        // What each component uses, by the component whose process the destructor is in, if that is another.
        let mut used: BTreeMap<(ComponentId, Option<ComponentId>), Vec<Def>> = BTreeMap::new();
        for (instance, owner) in owners.iter().enumerate() {
            let Some(owner) = *owner else { continue };
            for def in &flat.instances[instance].imports {
                let destructor = match def {
                    Def::ResourceNew(_) | Def::ResourceRep(_) => None,
                    Def::ResourceDrop(table) => flat.resources[flat.tables[*table as usize].resource].destructor,
                    _ => continue,
                };
                let process = |id: ComponentId| written.component(id).process;
                let other = destructor.and_then(|item| owners[item.instance]);
                let other = other.filter(|other| process(*other) != process(owner));
                let list = used.entry((owner, other)).or_default();
                if !list.contains(def) {
                    list.push(def.clone());
                }
            }
        }
        for ((owner, other), defs) in used {
            let node = written.component(owner);
            let mut part = match other {
                None => part(node, format!("{}.handles", node.name.value)),
                Some(other) => part(node, format!("{}->{}.drop", node.name.value, written.component(other).name.value)),
            };
            if let Some(other) = other {
                part.process = self.adapter_process(written, node.process, written.component(other).process, &part);
            }
            let trampolines = handles::trampolines(flat, &defs);
            let id = self.text(part, &trampolines.text);
            let functions = trampolines.functions.into_iter();
            self.trampoline_of.extend(functions.map(|(def, index)| (def, id, index)));
            self.trampolines.push((id, trampolines.imports));
            self.parties(id, owner, other.unwrap_or(owner));
            self.wiring.parts.insert(id, None);
        }
    }

    /// A component of our own making.
    fn text(&mut self, node: Component, text: &str) -> ComponentId {
        let unit = Unit::Component(ComponentId(self.modules.len() as u32));
        let module = ingest::module(&node.name.value, unit, text.as_bytes());
        let module = module.unwrap_or_else(|error| panic!("the source of `{}`: {}", node.name.value, error.message));
        self.push(node, module)
    }

    /// Binds all imports.
    fn wire(&mut self) -> Result<(), Refused> {
        let Expansion { flat, adapters, composed, .. } = self.expansion;
        for (&instance, &id) in &self.instances {
            let defs = &flat.instances[instance].imports;
            let bound = defs.iter().map(|def| self.bound(def, GateKind::Call)).collect::<Result<_, _>>()?;
            self.wiring.imports.insert(id, bound);
        }
        for (module, &id) in adapters.modules.iter().zip(&self.adapters) {
            let mut bound = Vec::new();
            for import in &module.functions {
                bound.push(match import {
                    AdapterImport::Call { def, kind } => self.bound(def, *kind)?,
                    AdapterImport::Transcode { from, to, party } => {
                        Bound::Transcode { from: *from, to: *to, party: *party }
                    }
                    AdapterImport::Blame { refusal, party } => Bound::Blame { refusal: *refusal, party: *party },
                    AdapterImport::Handles(function) => self.tables(function.export())?,
                });
            }
            for memory in &module.memories {
                bound.push(self.bound(&Def::Item(*memory), GateKind::Call)?);
            }
            self.wiring.imports.insert(id, bound);
        }
        for (id, imports) in &self.trampolines {
            let bound = imports.iter().map(|import| match import {
                TrampolineImport::Tables(export) => self.tables(export),
                TrampolineImport::Destructor(item) => self.bound(&Def::Item(*item), GateKind::Call),
                TrampolineImport::Blame { refusal, party } => Ok(Bound::Blame { refusal: *refusal, party: *party }),
            });
            let bound = bound.collect::<Result<_, _>>()?;
            self.wiring.imports.insert(*id, bound);
        }
        for def in &self.started {
            if let Bound::Function { component, index, .. } = self.bound(def, GateKind::Call)? {
                self.wiring.starts.push((component, index));
            }
        }
        for (run, export) in &composed.runs {
            let lifted = flat.exports.get(export);
            let lifted =
                lifted.ok_or_else(|| Refused::Invalid(format!("the composed component does not export `{export}`")))?;
            match self.bound(&Def::Item(lifted.function), GateKind::Call)? {
                Bound::Function { component, index, .. } => self.wiring.runs.insert(*run, (component, index)),
                _ => return Err(Refused::Unsupported("an exported function of the host".into())),
            };
        }
        Ok(())
    }

    /// A function of the module of handle tables.
    fn tables(&self, export: &str) -> Result<Bound, Refused> {
        let missing = || Refused::Invalid(format!("there is no table for `{export}`"));
        let component = self.tables.ok_or_else(missing)?;
        match self.modules[component.0 as usize].export(export).map(|export| export.kind) {
            Some(ImportKind::Function(index)) => Ok(Bound::Function { component, index, kind: GateKind::Call }),
            _ => Err(missing()),
        }
    }

    fn bound(&self, def: &Def, kind: GateKind) -> Result<Bound, Refused> {
        let Item { instance, kind: sort, index } = match def {
            Def::Item(item) => *item,
            Def::Host { path, component, .. } => return self.host(path, *component, kind),
            other => {
                let trampoline = self.trampoline_of.iter().find(|(def, ..)| def == other);
                let (_, component, index) = trampoline.ok_or_else(|| Refused::Unsupported(format!("{other:?}")))?;
                return Ok(Bound::Function { component: *component, index: *index, kind });
            }
        };
        let adapters = &self.expansion.adapters;
        if let (Kind::Function, Some(passed)) = (sort, adapters.functions.get(&(instance, index))) {
            return match passed {
                Passed::Direct(def) => self.bound(def, kind),
                Passed::Adapter { module, function } => {
                    Ok(Bound::Function { component: self.adapters[*module], index: *function, kind })
                }
            };
        }
        let known = self.instances.get(&instance).copied();
        let component = known.ok_or_else(|| Refused::Unsupported("what a shim exports".into()))?;
        // Whoever allocates by the arena need not be asked.
        if let (Kind::Function, GateKind::Stay | GateKind::Back) = (sort, kind)
            && let Some(import) = passes_on(&self.modules[component.0 as usize], index)
            && let Some(def @ Def::Host { .. }) = self.function_import(instance, import)
            && let Ok(bound @ Bound::Arena { .. }) = self.bound(def, kind)
        {
            return Ok(bound);
        }
        Ok(match sort {
            Kind::Function => Bound::Function { component, index, kind },
            Kind::Memory => Bound::Memory { component, index },
            Kind::Global => Bound::Global { component, index },
            Kind::Table => Bound::Table { component, index },
        })
    }

    /// What function `index` is, which an instance imports.
    fn function_import(&self, instance: usize, index: u32) -> Option<&Def> {
        let module = &self.modules[self.instances.get(&instance)?.0 as usize];
        let is_this = |import: &&(&ingest::Import, &Def)| import.0.kind == ImportKind::Function(index);
        let imports = module.imports.iter().zip(&self.expansion.flat.instances[instance].imports);
        imports.collect::<Vec<_>>().iter().find(is_this).map(|(_, def)| *def)
    }

    /// A function that the composed component imports.
    fn host(&self, path: &[String], component: u32, kind: GateKind) -> Result<Bound, Refused> {
        if let [name] = path
            && self.expansion.composed.arenas.contains(name)
        {
            let owner = self.expansion.owner(component);
            let owner = owner.ok_or_else(|| Refused::Invalid(format!("nobody imports `{name}`")))?;
            let party = if kind == GateKind::Stay { Party::Callee } else { Party::Caller };
            return Ok(Bound::Arena { component: self.mains[owner.0 as usize], party });
        }
        if let [interface, function] = path {
            let unversioned = interface.split('@').next().unwrap_or_default();
            let known = HOST_FUNCTIONS.iter().find(|(of, name, _)| *of == unversioned && *name == function.as_str());
            if let Some((.., name)) = known {
                return Ok(Bound::Host(name));
            }
        }
        Err(Refused::Unsupported(format!("`{}` of the host", path.join("#"))))
    }
}

/// The imported function that function `index` calls with its own arguments, if it does nothing else.
fn passes_on(module: &Module, index: u32) -> Option<u32> {
    let body = module.functions[index as usize].body.clone()?;
    let reader = FunctionBody::new(BinaryReader::new(&module.wasm[body.clone()], body.start));
    let operators = reader.get_operators_reader().ok()?.into_iter().collect::<Result<Vec<_>, _>>().ok()?;
    let [arguments @ .., Operator::Call { function_index }, Operator::End] = &operators[..] else { return None };
    let in_order = arguments
        .iter()
        .zip(0..)
        .all(|(operator, index)| matches!(operator, Operator::LocalGet { local_index } if *local_index == index));
    let callee = module.functions.get(*function_index as usize)?;
    let all = arguments.len() == module.function_type(index).params.len();
    (in_order && all && callee.body.is_none() && module.function_type(*function_index) == module.function_type(index))
        .then_some(*function_index)
}

/// A part of a component that the manifest does not speak of: nothing but what it must share.
fn part(node: &Component, name: String) -> Component {
    Component {
        name: Spanned::new(name, node.name.span),
        memories: Vec::new(),
        tables: Vec::new(),
        arena: None,
        arena_reset: ArenaReset::Never,
        take_over: None,
        stack: None,
        devices: Vec::new(),
        why: None,
        ..node.clone()
    }
}
