//! Composition: which component's export each import means, and the one component that nests them all.
//!
//! An import is satisfied by the first rule that speaks:
//! 1. `cabi-arena-realloc` is the component's own arena, and so is a function that an `import` node of the manifest calls
//!    `__cabi_arena_realloc`;
//! 2. a `link` whose `interface` is the import's, with or without its version;
//! 3. a `link` without `interface`, where its `to` exports the interface;
//! 4. an interface of types alone needs nobody: equal types are one type;
//! 5. `compose:host/*` is the kernel's;
//! 6. the one other component that exports the interface, in a version of the same track.
//!
//! Afterwards both sides' types are compared part by part, resources are followed to the component that defines them,
//! and calls must not go in a circle. What comes out has been validated once more, as a whole.

mod builder;
mod check;
mod compare;
mod cycle;
mod encode;
mod host;
mod links;
mod messages;
mod resolve;
mod resources;
mod runs;
mod text;
pub mod wit;

pub use host::WIT as HOST_WIT;

use crate::diag::Diagnostics;
use crate::ingest::ComponentFile;
use crate::ingest::component::Extern;
use crate::manifest::{ComponentId, Manifest};
use std::ops::Range;

/// What the arena is called as an import of a component.
pub const ARENA: &str = "cabi-arena-realloc";

/// One component that nests all of a system's components and connects them.
#[derive(Clone, Debug)]
pub struct Composed {
    /// Its imports are interfaces of the kernel, and the arenas.
    pub bytes: Vec<u8>,
    /// Where the bytes of each component are in `bytes`: a file that two components name is there twice.
    pub nested: Vec<(ComponentId, Range<usize>)>,
    /// What the functions to run are called as exports, with their index in the manifest's `runs`.
    pub runs: Vec<(usize, String)>,
    /// Root imports that mean the arena of the component that imports them. There are several where components give
    /// its parameters different names.
    pub arenas: Vec<String>,
}

/// Who satisfies an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// An export, by its index, of a component, by its index in `files`.
    Component(usize, usize),
    /// An interface of the kernel, by its index in [`Scope::host`].
    Host(usize),
    Arena,
    /// Nobody: it holds types alone.
    Types,
}

/// By component, then by import; `None` where a diagnostic says why not.
pub type Providers = Vec<Vec<Option<Provider>>>;

/// What composition looks at.
pub struct Scope<'a> {
    pub manifest: &'a Manifest,
    pub files: &'a [(ComponentId, &'a ComponentFile)],
    /// The kernel, as a component that exports its interfaces.
    pub host: ComponentFile,
}

impl<'a> Scope<'a> {
    pub fn new(manifest: &'a Manifest, files: &'a [(ComponentId, &'a ComponentFile)]) -> Self {
        Scope { manifest, files, host: host::file() }
    }

    fn file(&self, index: usize) -> &'a ComponentFile {
        self.files[index].1
    }

    fn name(&self, index: usize) -> &'a str {
        &self.manifest.component(self.files[index].0).name.value
    }

    /// The path of a component's file in the manifest: the place of messages about it.
    fn path(&self, index: usize) -> crate::source::Span {
        self.manifest.component(self.files[index].0).path.span
    }

    /// The component of that name, if its file is a component.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|(id, _)| self.manifest.component(*id).name.value == name)
    }

    fn import(&self, component: usize, import: usize) -> &'a Extern {
        &self.file(component).imports[import]
    }

    /// The file and the export that a provider is, if it is one.
    fn export(&self, provider: Provider) -> Option<(&ComponentFile, &Extern)> {
        match provider {
            Provider::Component(component, export) => {
                let file = self.file(component);
                Some((file, &file.exports[export]))
            }
            Provider::Host(export) => Some((&self.host, &self.host.exports[export])),
            Provider::Arena | Provider::Types => None,
        }
    }
}

/// Who satisfies each import, and all that is wrong with that.
pub fn providers(scope: &Scope<'_>) -> (Providers, Diagnostics) {
    let mut found = Diagnostics::new();
    let providers = found.take(resolve::resolve(scope));
    let circular = found.take(cycle::check(scope, &providers));
    found.extend(check::check(scope, &providers, circular));
    (providers, found)
}

/// Composes the components of a system; `files` are in manifest order, core modules left out. `None` if something is
/// wrong, or if there are no components.
pub fn outer(manifest: &Manifest, files: &[(ComponentId, &ComponentFile)]) -> (Option<Composed>, Diagnostics) {
    let mut found = Diagnostics::new();
    let scope = Scope::new(manifest, files);
    let providers = found.take(providers(&scope));
    let runs = found.take(runs::runs(&scope));
    if files.is_empty() || found.has_errors() {
        return (None, found);
    }
    let composed = found.take(encode::encode(&scope, &providers, &runs));
    (composed, found)
}
