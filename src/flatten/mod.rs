//! Stage 4: what the manifest names -> core modules and what each of their imports is.
//!
//! Components are composed by their WIT interfaces ([`compose`]), flattened to core modules and adapters ([`environ`]), and
//! put into a manifest of their own ([`expand`]), in which every component is one core module. The stages after this one
//! know nothing of components: an import of a flattened module is bound by [`Wiring`], all others by names.
//!
//! | in the component | in the expanded manifest |
//! |---|---|
//! | its first core module with a memory | a component of its name, with what the manifest says of it |
//! | each further core module | a component `NAME.1`, `NAME.2`, ..., in the same process |
//! | shims that only break cycles of instantiation ([`shims`]) | nothing: their calls go where they lead |
//! | adapters between two components ([`adapters`]) | a component `CALLER->CALLEE`, in a process of its own if they are in two |

mod adapters;
pub mod compose;
mod environ;
mod expand;
mod handles;
mod shims;

use crate::ingest::Module;
use crate::manifest::{ComponentId, Manifest};
use std::collections::{BTreeMap, BTreeSet};

pub use environ::Refusal;
pub use expand::flatten;

/// A system of core modules.
#[derive(Debug)]
pub struct Flat {
    pub manifest: Manifest,
    /// By component of this manifest.
    pub modules: Vec<Module>,
    pub wiring: Wiring,
}

impl Flat {
    /// A system that has no components but core modules.
    pub fn of_modules(manifest: Manifest, modules: Vec<Module>) -> Flat {
        Flat { manifest, modules, wiring: Wiring::default() }
    }
}

/// What names do not say.
#[derive(Debug, Default)]
pub struct Wiring {
    /// Components of which every import is given, in the order of the module's imports.
    pub imports: BTreeMap<ComponentId, Vec<Bound>>,
    /// What a `run` of the manifest calls, by its index, where its component is flattened.
    pub runs: BTreeMap<usize, (ComponentId, u32)>,
    /// Adapters: every address that one of them uses has been checked by its own code.
    pub adapters: BTreeSet<ComponentId>,
    /// Components that nobody wrote, and of which written one each is a part, if it is one.
    pub parts: BTreeMap<ComponentId, Option<ComponentId>>,
    /// For code that may end a call with a trap of another component: whom it acts for, caller and callee.
    pub parties: BTreeMap<ComponentId, [ComponentId; 2]>,
    /// Start functions that stand in modules of their own, in order.
    pub starts: Vec<(ComponentId, u32)>,
}

/// What satisfies an import of a flattened module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    Function {
        component: ComponentId,
        index: u32,
        kind: GateKind,
    },
    Memory {
        component: ComponentId,
        index: u32,
    },
    Global {
        component: ComponentId,
        index: u32,
    },
    Table {
        component: ComponentId,
        index: u32,
    },
    /// A function of the kernel, by its name.
    Host(&'static str),
    /// The arena of a component, and whom of an adapter's two that is.
    Arena {
        component: ComponentId,
        party: Party,
    },
    /// Of adapters: copies UTF-8 between two memories, by their indices in the module.
    Transcode {
        from: u32,
        to: u32,
        party: Party,
    },
    /// Of adapters: ends the call with a trap.
    Blame {
        refusal: Refusal,
        party: Party,
    },
}

/// The two that an adapter stands between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    Caller = 1,
    Callee = 2,
}

/// What may happen in a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GateKind {
    /// The callee is idle before it, and may do anything.
    #[default]
    Call,
    /// Of an adapter, for `realloc` and `post-return`: the callee is idle before it, and must not leave: it reaches no
    /// gate and no host function (component model, `may_leave`).
    Stay,
    /// Of an adapter, for `realloc` of its caller, which waits for it: on top of the caller's stack, and must not leave.
    Back,
}
