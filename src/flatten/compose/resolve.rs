//! Which export each import means.

use super::links::{self, Links};
use super::messages::Messages;
use super::{ARENA, Provider, Providers, Scope, host};
use crate::diag::codes::flatten as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::ingest::ComponentFile;
use crate::ingest::component::{Extern, Interface, InterfaceName, Item, Owner, Type, TypeKind};
use crate::ingest::printable;
use crate::source::Spanned;

/// Who satisfies each import, types not looked at.
pub fn resolve(scope: &Scope<'_>) -> (Providers, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut links = Links::new(scope, &mut found);
    let mut providers = Vec::new();
    for component in 0..scope.files.len() {
        let mut row = Vec::new();
        for import in 0..scope.file(component).imports.len() {
            let importer = Importer { scope, component, import: scope.import(component, import), index: import };
            match importer.provider(&mut links) {
                Ok(provider) => row.push(Some(provider)),
                Err(diagnostic) => {
                    if !importer.has_been_said(&links) {
                        found.push(*diagnostic);
                    }
                    row.push(None);
                }
            }
        }
        providers.push(row);
    }
    links.warn_unused(&mut found);
    arena_imports(scope, &mut found);
    (providers, found)
}

/// Reports `import` nodes that name no import of their component.
fn arena_imports(scope: &Scope<'_>, found: &mut Diagnostics) {
    for component in &scope.manifest.components {
        let file = scope.find(&component.name).map(|index| scope.file(index));
        for (index, name) in component.arena_imports.iter().enumerate() {
            let shown = name.value.escape_debug();
            if let Some(first) = component.arena_imports[..index].iter().find(|first| first.value == name.value) {
                found.push(
                    Diagnostic::error(
                        &codes::ARENA_IMPORT,
                        format!("two `import` nodes of `{}` name `{shown}`", component.name),
                    )
                    .label(name.span, "a second one")
                    .label(first.span, "the first one")
                    .help("keep one of them"),
                );
                continue;
            }
            let Some(file) = file else {
                found.push(
                    Diagnostic::error(
                        &codes::ARENA_IMPORT,
                        format!("`{}` is a core module, which has no world", component.name),
                    )
                    .label(name.span, "an import of a world")
                    .help("remove this node, and import `env::__cabi_arena_realloc`"),
                );
                continue;
            };
            let functions = || file.imports.iter().filter(|import| matches!(import.item, Item::Function(_)));
            if functions().any(|import| import.name == name.value) {
                continue;
            }
            let diagnostic =
                Diagnostic::error(&codes::ARENA_IMPORT, format!("`{}` imports no function `{shown}`", component.name))
                    .label(name.span, "no such import outside interfaces");
            found.push(match suggest::nearest(name, functions().map(|import| import.name.as_str())) {
                Some(near) => diagnostic.help(format!("did you mean `{}`?", printable(near))),
                None => {
                    diagnostic.help("name a function that its world imports outside interfaces, or remove this node")
                }
            });
        }
    }
}

struct Importer<'s, 'a> {
    scope: &'s Scope<'a>,
    component: usize,
    import: &'a Extern,
    index: usize,
}

/// Does an export of this name serve an import of that one?
pub fn serves(export: &str, import: &str) -> bool {
    match (InterfaceName::parse(export), InterfaceName::parse(import)) {
        (Some(export), Some(import)) => export.serves(&import),
        _ => export == import,
    }
}

/// The export that serves an import: the one of the same name, else the newest.
pub fn serving(file: &ComponentFile, import: &Extern) -> Option<usize> {
    let same_kind = |export: &Extern| std::mem::discriminant(&export.item) == std::mem::discriminant(&import.item);
    let mut best: Option<usize> = None;
    for (index, export) in file.exports.iter().enumerate() {
        if !same_kind(export) || !serves(&export.name, &import.name) {
            continue;
        }
        if export.name == import.name {
            return Some(index);
        }
        if best.is_none_or(|best| older(&file.exports[best].name, &export.name)) {
            best = Some(index);
        }
    }
    best
}

fn older(a: &str, b: &str) -> bool {
    let versions = InterfaceName::parse(a).zip(InterfaceName::parse(b)).and_then(|(a, b)| a.version.zip(b.version));
    versions.is_some_and(|(a, b)| a.older_than(&b))
}

/// An interface that defines neither functions nor resources: whoever names its types has them.
pub fn types_alone(file: &ComponentFile, import: usize, interface: &Interface) -> bool {
    let resource = |id| matches!(file.ty(id).kind, TypeKind::Resource) && file.ty(id).owner == Owner::Import(import);
    interface.functions.is_empty() && !interface.types.iter().any(|(_, id)| resource(*id))
}

/// Boxed: the rare case, and many times the size of the other.
type Wrong = Box<Diagnostic>;

impl Importer<'_, '_> {
    fn messages(&self) -> Messages<'_> {
        Messages { scope: self.scope, component: self.component, import: self.import }
    }

    fn provider(&self, links: &mut Links<'_>) -> Result<Provider, Wrong> {
        let file = self.scope.file(self.component);
        match &self.import.item {
            Item::Type(id) => match file.ty(*id).kind {
                TypeKind::Resource => Err(Box::new(self.messages().root_resource())),
                _ => Ok(Provider::Types),
            },
            Item::Function(function) if self.is_arena() => {
                let word = [Type::U32, Type::S32];
                let words = function.params.iter().map(|(_, ty)| ty).chain(&function.result);
                let fits = function.params.len() == 4 && function.result.is_some();
                let manifest = self.scope.manifest.component(self.scope.files[self.component].0);
                if fits && words.into_iter().all(|ty| word.contains(ty)) {
                    match manifest.arena {
                        Some(_) => Ok(Provider::Arena),
                        None => Err(Box::new(self.messages().no_arena())),
                    }
                } else {
                    Err(Box::new(self.messages().arena_type(function)))
                }
            }
            Item::Function(_) => match self.linked(links)? {
                Some(provider) => Ok(provider),
                None => self.exported(),
            },
            Item::Interface(interface) => {
                if let Some(provider) = self.linked(links)? {
                    return Ok(provider);
                }
                if types_alone(file, self.index, interface) {
                    return Ok(Provider::Types);
                }
                if self.import.name.starts_with(host::NAMESPACE) {
                    return match serving(&self.scope.host, self.import) {
                        Some(export) => Ok(Provider::Host(export)),
                        None => Err(Box::new(self.messages().not_of_the_kernel())),
                    };
                }
                self.exported()
            }
        }
    }

    fn arena_imports(&self) -> &[Spanned<String>] {
        &self.scope.manifest.component(self.scope.files[self.component].0).arena_imports
    }

    fn is_arena(&self) -> bool {
        self.import.name == ARENA || self.arena_imports().iter().any(|name| name.value == self.import.name)
    }

    /// Is it missing because of a link or an `import` node that has been reported?
    fn has_been_said(&self, links: &Links<'_>) -> bool {
        let file = self.scope.file(self.component);
        let misspelt = || self.arena_imports().iter().any(|name| file.import(name).is_none());
        links.refused(self.component, &self.import.name) || matches!(self.import.item, Item::Function(_)) && misspelt()
    }

    /// What a link says, if one speaks.
    fn linked(&self, links: &mut Links<'_>) -> Result<Option<Provider>, Wrong> {
        let mut specific = Vec::new();
        let mut plain = Vec::new();
        for (link, from, to, used) in &mut links.list {
            if *from != self.component {
                continue;
            }
            let export = serving(self.scope.file(*to), self.import);
            match &link.interface {
                Some(interface) if links::means(interface, &self.import.name) => {
                    *used = true;
                    specific.push((*link, *to, export));
                }
                Some(_) => {}
                None => {
                    if let Some(export) = export {
                        *used = true;
                        plain.push((*link, *to, export));
                    }
                }
            }
        }
        let chosen: Vec<_> = specific.iter().filter_map(|(link, to, export)| Some((*link, *to, (*export)?))).collect();
        if let ([], Some((link, to, _))) = (chosen.as_slice(), specific.first()) {
            return Err(Box::new(self.messages().not_exported(link, *to)));
        }
        let chosen = if chosen.is_empty() { plain } else { chosen };
        match chosen.as_slice() {
            [] => Ok(None),
            [(_, to, export), rest @ ..] if rest.iter().all(|(_, other, _)| other == to) => {
                Ok(Some(Provider::Component(*to, *export)))
            }
            many => {
                let candidates: Vec<_> = many.iter().map(|(_, to, export)| (*to, *export)).collect();
                let mut diagnostic = self.messages().ambiguous(&candidates, specific.is_empty());
                for (link, ..) in many {
                    diagnostic = diagnostic.label(link.span, "one link");
                }
                Err(Box::new(diagnostic))
            }
        }
    }

    /// The one other component that exports it.
    fn exported(&self) -> Result<Provider, Wrong> {
        let others = (0..self.scope.files.len()).filter(|other| *other != self.component);
        let exporting: Vec<_> =
            others.filter_map(|other| Some((other, serving(self.scope.file(other), self.import)?))).collect();
        match exporting.as_slice() {
            [(component, export)] => Ok(Provider::Component(*component, *export)),
            [] => Err(Box::new(self.messages().unresolved())),
            many => Err(Box::new(self.messages().ambiguous(many, true))),
        }
    }
}
