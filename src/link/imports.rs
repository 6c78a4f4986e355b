//! Which function or constant each import means.
//!
//! The first rule that speaks decides:
//! 1. module `compose` is the kernel's, and `env::__cabi_arena_realloc` is the component's own arena;
//! 2. a `link` whose `interface` is the import's module;
//! 3. a `link` without `interface`, where its `to` exports the name;
//! 4. a component that is called like the import's module;
//! 5. the one other component that exports the name with the type.

use super::{GateKind, HostFunction, Party, Refusal, Scope};
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::flatten::Bound;
use crate::ingest::{FuncType, Import, ImportKind, Module, ValType};
use crate::manifest::{ComponentId, Link};
use std::collections::BTreeMap;

/// What each import of each component means; `None` where a diagnostic says why not.
pub struct Bindings {
    /// By component, then by index of the imported function.
    functions: Vec<Vec<Option<Provider>>>,
    /// By component, then by index of the imported global: the global that it is.
    globals: Vec<Vec<Option<(ComponentId, u32)>>>,
    /// What may happen in a call of an imported function, where that is not everything.
    kinds: BTreeMap<(ComponentId, u32), GateKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Component(ComponentId, u32),
    Host(HostFunction),
    Arena,
    ArenaOf(ComponentId, Party),
    Transcode { from: u32, to: u32, party: Party },
    Blame { refusal: Refusal, party: Party },
}

impl Bindings {
    /// Where a function of a component has its body: follows imports that are exported again.
    pub fn definition(&self, component: ComponentId, function: u32) -> Option<Provider> {
        let mut at = (component, function);
        let most_hops: usize = self.functions.iter().map(Vec::len).sum();
        for _ in 0..=most_hops {
            match self.functions[at.0.0 as usize].get(at.1 as usize) {
                None => return Some(Provider::Component(at.0, at.1)),
                Some(Some(Provider::Component(next, index))) => at = (*next, *index),
                Some(other) => return *other,
            }
        }
        None
    }

    /// Components whose exports satisfy an import of `component`, if only by passing it on.
    pub fn providers(&self, component: ComponentId) -> impl Iterator<Item = ComponentId> {
        let functions = self.functions[component.0 as usize].iter().filter_map(|provider| match provider {
            Some(Provider::Component(id, _)) => Some(*id),
            _ => None,
        });
        functions.chain(self.globals[component.0 as usize].iter().flatten().map(|(id, _)| *id))
    }

    pub fn kind(&self, component: ComponentId, function: u32) -> GateKind {
        self.kinds.get(&(component, function)).copied().unwrap_or_default()
    }

    /// The global of another component that imported global `index` is.
    pub fn global(&self, component: ComponentId, index: u32) -> Option<(ComponentId, u32)> {
        self.globals[component.0 as usize].get(index as usize).copied().flatten()
    }
}

pub fn bind(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Bindings {
    let mut links = Links::new(scope);
    let mut bindings = Bindings { functions: Vec::new(), globals: Vec::new(), kinds: BTreeMap::new() };
    for id in scope.ids() {
        if let Some(bound) = scope.wiring.imports.get(&id) {
            wired(scope, id, bound, &mut bindings, diagnostics);
            continue;
        }
        let mut functions = Vec::new();
        let mut globals = Vec::new();
        for import in &scope.module(id).imports {
            let importer = Importer { scope, id, import };
            let bound = match import.kind {
                ImportKind::Function(index) => {
                    importer.function(index, &mut links).map(|provider| functions.push(Some(provider)))
                }
                ImportKind::Global(index) => {
                    importer.global(index, &mut links).map(|global| globals.push(Some(global)))
                }
                ImportKind::Memory(_) => Err(importer.refuse_kind(
                    "memory",
                    "a memory belongs to one component: it is what isolation isolates",
                    "link the component without `--import-memory`, and pass data through functions",
                )),
                ImportKind::Table(_) => Err(importer.refuse_kind(
                    "table",
                    "a table holds functions of one component",
                    "link the component without `--import-table`, and pass calls through functions",
                )),
            };
            if let Err(diagnostic) = bound {
                diagnostics.push(diagnostic.label(scope.manifest.component(id).path.span, "imported here"));
                match import.kind {
                    ImportKind::Function(_) => functions.push(None),
                    ImportKind::Global(_) => globals.push(None),
                    ImportKind::Memory(_) | ImportKind::Table(_) => {}
                }
            }
        }
        bindings.functions.push(functions);
        bindings.globals.push(globals);
    }
    check_definitions(scope, &bindings, diagnostics);
    check_clock(scope, &bindings, diagnostics);
    links.warn_unused(diagnostics);
    bindings
}

/// The imports of a flattened module: each is given.
fn wired(scope: &Scope<'_>, id: ComponentId, bound: &[Bound], bindings: &mut Bindings, diagnostics: &mut Diagnostics) {
    let (mut functions, mut globals) = (Vec::new(), Vec::new());
    let host = |name: &str| {
        let all = HostFunction::ALL.into_iter().chain([HostFunction::Blame]);
        all.into_iter().find(|function| function.name() == name).expect("flattening names functions that there are")
    };
    for (bound, import) in bound.iter().zip(&scope.module(id).imports) {
        match bound {
            Bound::Function { component, index, kind } => {
                if *kind != GateKind::Call {
                    bindings.kinds.insert((id, functions.len() as u32), *kind);
                }
                functions.push(Some(Provider::Component(*component, *index)));
            }
            Bound::Host(name) => functions.push(Some(Provider::Host(host(name)))),
            Bound::Arena { component, .. } if scope.manifest.component(*component).arena.is_none() => {
                let importer = Importer { scope, id: *component, import };
                diagnostics
                    .push(importer.no_arena().label(scope.manifest.component(*component).path.span, "imported here"));
                functions.push(None);
            }
            Bound::Arena { component, .. } if *component == id => functions.push(Some(Provider::Arena)),
            Bound::Arena { component, party } => functions.push(Some(Provider::ArenaOf(*component, *party))),
            Bound::Transcode { from, to, party } => {
                functions.push(Some(Provider::Transcode { from: *from, to: *to, party: *party }));
            }
            Bound::Blame { refusal, party } => {
                functions.push(Some(Provider::Blame { refusal: *refusal, party: *party }));
            }
            Bound::Global { component, index } => {
                globals.push(Some((*component, *index)));
                if scope.module(*component).globals[*index as usize].mutable {
                    let importer = Importer { scope, id, import };
                    let diagnostic = importer.refuse_kind(
                        "mutable global",
                        "what changes belongs to one core module",
                        "build the component from one core module",
                    );
                    diagnostics.push(diagnostic.label(scope.manifest.component(id).path.span, "imported here"));
                }
            }
            Bound::Memory { .. } => {}
            Bound::Table { .. } => {
                let importer = Importer { scope, id, import };
                let diagnostic = importer.refuse_kind(
                    "table",
                    "a table holds functions of one core module",
                    "build the component from one core module",
                );
                diagnostics.push(diagnostic.label(scope.manifest.component(id).path.span, "imported here"));
            }
        }
    }
    bindings.functions.push(functions);
    bindings.globals.push(globals);
}

/// Who asks for the time needs a board that has it.
fn check_clock(scope: &Scope<'_>, bindings: &Bindings, diagnostics: &mut Diagnostics) {
    if scope.board.clock.is_some() {
        return;
    }
    for id in scope.ids() {
        if bindings.functions[id.0 as usize].contains(&Some(Provider::Host(HostFunction::Clock))) {
            diagnostics.push(
                Diagnostic::error(
                    &codes::NO_CLOCK,
                    format!("`{}` asks for the time, and `{}` has no clock", scope.name(id), scope.board.name),
                )
                .label(scope.manifest.component(id).path.span, "imports the kernel's clock")
                .help("add a `clock` to the board file, or build the component without it"),
            );
        }
    }
}

/// Imports that are exported again must end at a body, and not at what belongs to the component in between.
fn check_definitions(scope: &Scope<'_>, bindings: &Bindings, diagnostics: &mut Diagnostics) {
    for id in scope.ids() {
        for import in &scope.module(id).imports {
            let ImportKind::Function(index) = import.kind else { continue };
            let Some(Provider::Component(through, _)) = bindings.functions[id.0 as usize][index as usize] else {
                continue;
            };
            let (name, through) = (scope.name(id), scope.name(through));
            let path = format!("{}::{}", import.module, import.field);
            let diagnostic = match bindings.definition(id, index) {
                Some(Provider::Component(..)) => continue,
                Some(_) => Diagnostic::error(
                    &codes::REEXPORT,
                    format!("`{name}` imports `{path}`, which `{through}` only passes on from the kernel"),
                )
                .note("a host function works on the memory of the component that imports it")
                .help(format!("import it from where `{through}` does")),
                // Not bound: some diagnostic says why, unless the imports go round in a circle.
                None if !circular(bindings, id, index) => continue,
                None => Diagnostic::error(
                    &codes::REEXPORT,
                    format!("`{name}` imports `{path}`, which leads back to itself: no component has its code"),
                )
                .help("a component that exports an import of its own only passes it on: one of them must define it"),
            };
            diagnostics.push(diagnostic.label(scope.manifest.component(id).path.span, "imported here"));
        }
    }
}

fn circular(bindings: &Bindings, component: ComponentId, function: u32) -> bool {
    let mut at = (component, function);
    let mut seen = std::collections::HashSet::new();
    while let Some(Some(Provider::Component(next, index))) = bindings.functions[at.0.0 as usize].get(at.1 as usize) {
        if !seen.insert(at) {
            return true;
        }
        at = (*next, *index);
    }
    false
}

/// The manifest's links: from, to, and whether an import used it.
struct Links<'a> {
    list: Vec<(&'a Link, ComponentId, ComponentId, bool)>,
}

impl<'a> Links<'a> {
    fn new(scope: &Scope<'a>) -> Self {
        let mut list = Vec::new();
        for link in &scope.manifest.links {
            // The manifest has refused names that nothing has.
            if let (Some(from), Some(to)) = (scope.find(&link.from), scope.find(&link.to)) {
                list.push((link, from, to, false));
            }
        }
        Links { list }
    }

    fn warn_unused(&self, diagnostics: &mut Diagnostics) {
        for (link, ..) in self.list.iter().filter(|(.., used)| !used) {
            let what = match &link.interface {
                Some(interface) => format!("`{}` imports nothing from `{}`", link.from.value, interface.value),
                None => format!("no import of `{}` needs it", link.from.value),
            };
            diagnostics.push(
                Diagnostic::warning(&codes::UNUSED_LINK, format!("a link that binds nothing: {what}"))
                    .label(link.span, "this link")
                    .help("remove it"),
            );
        }
    }
}

/// One import and who wants it.
struct Importer<'s, 'a> {
    scope: &'s Scope<'a>,
    id: ComponentId,
    import: &'a Import,
}

/// What an import asks for.
#[derive(Clone, Copy)]
enum Want<'a> {
    Function(&'a FuncType),
    Global(ValType),
}

impl Want<'_> {
    fn is_kind(&self, kind: ImportKind) -> bool {
        match self {
            Want::Function(_) => matches!(kind, ImportKind::Function(_)),
            Want::Global(_) => matches!(kind, ImportKind::Global(_)),
        }
    }

    /// An export of the right kind, whatever its type.
    fn export(&self, module: &Module, name: &str) -> Option<u32> {
        match (self, module.export(name)?.kind) {
            (Want::Function(_), ImportKind::Function(index)) | (Want::Global(_), ImportKind::Global(index)) => {
                Some(index)
            }
            _ => None,
        }
    }

    fn fits(&self, module: &Module, index: u32) -> bool {
        match self {
            Want::Function(ty) => *ty == module.function_type(index),
            Want::Global(ty) => {
                let global = &module.globals[index as usize];
                global.ty == *ty && !global.mutable
            }
        }
    }

    /// The type of an export of this kind, for people.
    fn shown(&self, module: &Module, index: u32) -> String {
        match self {
            Want::Function(_) => module.function_type(index).to_string(),
            Want::Global(_) => {
                let global = &module.globals[index as usize];
                if global.mutable { format!("mutable {}", global.ty) } else { global.ty.to_string() }
            }
        }
    }
}

impl std::fmt::Display for Want<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Want::Function(ty) => ty.fmt(f),
            Want::Global(ty) => ty.fmt(f),
        }
    }
}

impl<'a> Importer<'_, 'a> {
    fn path(&self) -> String {
        format!("{}::{}", self.import.module, self.import.field)
    }

    fn name(&self) -> &'a str {
        self.scope.name(self.id)
    }

    fn function(&self, index: u32, links: &mut Links<'_>) -> Result<Provider, Diagnostic> {
        let ty = self.scope.module(self.id).function_type(index);
        if self.import.module == "compose" {
            return self.host(ty);
        }
        if self.import.module == "env" && self.import.field == "__cabi_arena_realloc" {
            return self.arena(ty);
        }
        let (provider, function) = self.find(Want::Function(ty), links)?;
        let reference = |ty: &ValType| matches!(ty, ValType::FuncRef | ValType::ExternRef);
        if ty.params.iter().chain(&ty.results).any(reference) {
            return Err(Diagnostic::error(
                &codes::REFERENCE,
                format!("`{}` imports `{}: {ty}` from `{}`", self.name(), self.path(), self.scope.name(provider)),
            )
            .note("a reference means something only inside the component that made it")
            .help("pass an integer that both sides agree on"));
        }
        Ok(Provider::Component(provider, function))
    }

    fn global(&self, index: u32, links: &mut Links<'_>) -> Result<(ComponentId, u32), Diagnostic> {
        let global = &self.scope.module(self.id).globals[index as usize];
        if global.mutable {
            return Err(self.refuse_kind(
                "mutable global",
                "its cell lies in one component's data, which no other can reach",
                "export a function that reads it and one that writes it",
            ));
        }
        if matches!(global.ty, ValType::FuncRef | ValType::ExternRef) {
            return Err(self.refuse_kind(
                &format!("{} global", global.ty),
                "a reference means something only inside the component that made it",
                "import the function itself",
            ));
        }
        self.find(Want::Global(global.ty), links)
    }

    fn host(&self, ty: &FuncType) -> Result<Provider, Diagnostic> {
        let function = HostFunction::ALL.into_iter().find(|function| function.name() == self.import.field);
        let names = HostFunction::ALL.map(HostFunction::name);
        let Some(function) = function else {
            let diagnostic = Diagnostic::error(
                &codes::UNRESOLVED,
                format!("`{}` imports `{}`, which the kernel does not have", self.name(), self.path()),
            )
            .note(format!("the host functions of module `compose` are {}", suggest::listed(names)));
            return Err(match suggest::nearest(&self.import.field, names) {
                Some(near) => diagnostic.help(format!("did you mean `compose::{near}`?")),
                None => diagnostic.help("import it from a component that exports it, under that component's name"),
            });
        };
        if *ty != function.ty() {
            return Err(self.type_mismatch(ty.to_string(), "the kernel", function.ty().to_string()));
        }
        Ok(Provider::Host(function))
    }

    fn arena(&self, ty: &FuncType) -> Result<Provider, Diagnostic> {
        let expected = FuncType { params: vec![ValType::I32; 4], results: vec![ValType::I32] };
        if *ty != expected {
            return Err(self.type_mismatch(ty.to_string(), "the arena", expected.to_string()));
        }
        if self.scope.manifest.component(self.id).arena.is_none() {
            return Err(self.no_arena());
        }
        Ok(Provider::Arena)
    }

    fn no_arena(&self) -> Diagnostic {
        Diagnostic::error(
            &codes::NO_ARENA,
            format!("`{}` imports `{}`, but the manifest gives it no arena", self.name(), self.path()),
        )
        .help(format!("add `arena (KiB)4` to component \"{}\", with the bytes that it needs at most", self.name()))
    }

    fn find(&self, want: Want<'_>, links: &mut Links<'_>) -> Result<(ComponentId, u32), Diagnostic> {
        let mut specific = Vec::new();
        let mut plain = Vec::new();
        for (link, from, to, used) in &mut links.list {
            if *from != self.id {
                continue;
            }
            match &link.interface {
                Some(interface) if interface.value == self.import.module => {
                    *used = true;
                    specific.push((*to, link.span));
                }
                Some(_) => {}
                None => {
                    if want.export(self.scope.module(*to), &self.import.field).is_some() {
                        *used = true;
                        plain.push(*to);
                    }
                }
            }
        }
        if !specific.is_empty() {
            let exporting = self.exporting(want, specific.iter().map(|(to, _)| *to));
            return match exporting.as_slice() {
                [] => {
                    let (to, span) = specific[0];
                    Err(self.not_exported(to, want).label(span, "linked here"))
                }
                [one] => self.checked(*one, want),
                many => Err(self.ambiguous(many, "remove all but one of these links")),
            };
        }
        let named = self.scope.find(&self.import.module).filter(|id| *id != self.id);
        if !plain.is_empty() {
            let exporting = self.exporting(want, plain.iter().copied());
            return match exporting.as_slice() {
                [one] => self.checked(*one, want),
                many => match many.iter().find(|(id, _)| Some(*id) == named) {
                    Some(one) => self.checked(*one, want),
                    None => Err(self.ambiguous(many, &self.link_help(many[0].0))),
                },
            };
        }
        if let Some(named) = named {
            return match want.export(self.scope.module(named), &self.import.field) {
                Some(index) => self.checked((named, index), want),
                None => Err(self.not_exported(named, want)),
            };
        }
        let exporting = self.exporting(want, self.scope.ids().filter(|id| *id != self.id));
        let (fitting, other): (Vec<_>, Vec<_>) =
            exporting.into_iter().partition(|(id, index)| want.fits(self.scope.module(*id), *index));
        match (fitting.as_slice(), other.as_slice()) {
            ([one], _) => Ok(*one),
            ([], []) => Err(self.unresolved(want)),
            ([], [one, ..]) => self.checked(*one, want),
            (many, _) => Err(self.ambiguous(many, &self.link_help(many[0].0))),
        }
    }

    fn exporting(&self, want: Want<'_>, among: impl Iterator<Item = ComponentId>) -> Vec<(ComponentId, u32)> {
        let mut found: Vec<_> =
            among.filter_map(|id| Some((id, want.export(self.scope.module(id), &self.import.field)?))).collect();
        found.dedup();
        found
    }

    /// The export that the rules chose, if its type is right.
    fn checked(&self, (id, index): (ComponentId, u32), want: Want<'_>) -> Result<(ComponentId, u32), Diagnostic> {
        let module = self.scope.module(id);
        if want.fits(module, index) {
            return Ok((id, index));
        }
        Err(self.type_mismatch(want.to_string(), &format!("`{}`", self.scope.name(id)), want.shown(module, index)))
    }

    fn link_help(&self, to: ComponentId) -> String {
        format!(
            "choose one: `link \"{}\" to=\"{}\" interface=\"{}\"`",
            self.name(),
            self.scope.name(to),
            self.import.module
        )
    }

    fn type_mismatch(&self, wanted: String, owner: &str, has: String) -> Diagnostic {
        Diagnostic::error(
            &codes::IMPORT_TYPE,
            format!("`{}` imports `{}` with another type than {owner} has", self.name(), self.path()),
        )
        .note(format!("imported: {wanted}"))
        .note(format!("exported: {has}"))
        .help("declare the import with the type that is exported, or change the export")
    }

    fn ambiguous(&self, candidates: &[(ComponentId, u32)], help: &str) -> Diagnostic {
        let names = suggest::listed(candidates.iter().map(|(id, _)| self.scope.name(*id)));
        Diagnostic::error(
            &codes::AMBIGUOUS,
            format!("`{}` imports `{}`, and {} components export it", self.name(), self.path(), candidates.len()),
        )
        .note(format!("it could be that of {names}"))
        .help(help)
    }

    fn not_exported(&self, id: ComponentId, want: Want<'_>) -> Diagnostic {
        let module = self.scope.module(id);
        let diagnostic = Diagnostic::error(
            &codes::UNRESOLVED,
            format!("`{}` imports `{}`, which `{}` does not export", self.name(), self.path(), self.scope.name(id)),
        );
        let provided = module.exports.iter().filter(|export| want.is_kind(export.kind));
        match suggest::nearest(&self.import.field, provided.map(|export| export.name.as_str())) {
            Some(near) => diagnostic.help(format!("it exports `{near}`")),
            None => diagnostic.help(format!("export it from `{}`, or link another component", self.scope.name(id))),
        }
    }

    fn unresolved(&self, want: Want<'_>) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            &codes::UNRESOLVED,
            format!("`{}` imports `{}: {want}`, which nothing provides", self.name(), self.path()),
        );
        if self.import.module.starts_with("wasi") {
            return diagnostic
                .note("there is no WASI on a microcontroller here")
                .help("build the component without it: Rust target `wasm32-unknown-unknown`, C with `-nostdlib`");
        }
        let others = self.scope.ids().filter(|id| *id != self.id);
        let provided: Vec<_> = others
            .flat_map(|id| self.scope.module(id).exports.iter().map(move |export| (id, export)))
            .filter(|(_, export)| want.is_kind(export.kind))
            .collect();
        let names = provided.iter().map(|(_, export)| export.name.as_str());
        match suggest::nearest(&self.import.field, names.chain(HostFunction::ALL.map(HostFunction::name))) {
            Some(name) => match provided.iter().find(|(_, export)| export.name == name) {
                Some((id, _)) => diagnostic.help(format!("`{}` exports `{name}`", self.scope.name(*id))),
                None => diagnostic.help(format!("the kernel has `compose::{name}`")),
            },
            None if self.import.module == "env" => diagnostic
                .note("a C function that is declared and not defined becomes an import of module `env`")
                .help("define it, or add a component that exports it"),
            None => diagnostic.help(format!("add a component that exports `{}`", self.import.field)),
        }
    }

    fn refuse_kind(&self, kind: &str, reason: &str, help: &str) -> Diagnostic {
        Diagnostic::error(&codes::IMPORT_KIND, format!("`{}` imports the {kind} `{}`", self.name(), self.path()))
            .note(reason)
            .help(help)
    }
}
