//! What processes may reach of others: adapters, the memories that they copy between, and the arenas that they allocate in.

use super::{Owner, SectionKind};
use crate::diag::Diagnostic;
use crate::diag::codes::plan as codes;
use crate::link::{MemoryBase, System, Target};
use crate::manifest::{ComponentId, ProcessId};

/// A part of another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub component: ComponentId,
    /// The memory with this index; `None`: the instance data, where the arena's state is.
    pub memory: Option<u32>,
}

impl Grant {
    /// Whether it is this part.
    pub fn is(self, owner: Owner, kind: SectionKind) -> bool {
        let wanted = match self.memory {
            Some(index) => SectionKind::Memory { index },
            None => SectionKind::InstanceData,
        };
        owner == Owner::Component(self.component) && kind == wanted
    }
}

/// What a process is granted.
pub fn of(system: &System, process: ProcessId) -> Vec<Grant> {
    let mut grants = Vec::new();
    for &id in &system.manifest.process(process).components {
        let linked = &system.components[id.0 as usize];
        for memory in &linked.memories {
            if let MemoryBase::Foreign { component, index, .. } = memory.base {
                grants.push(Grant { component, memory: Some(index) });
                if system.components[component.0 as usize].memories[index as usize].size_cell.is_some() {
                    grants.push(Grant { component, memory: None });
                }
            }
        }
        for target in &linked.functions {
            if let Target::ArenaOf { component, .. } = *target {
                grants.push(Grant { component, memory: None });
                grants.push(Grant { component, memory: Some(0) });
            }
        }
    }
    // Arenas that are reset after each call that it passes on.
    grants.extend(system.resets(process).into_iter().map(|component| Grant { component, memory: None }));
    grants.retain(|grant| system.manifest.component(grant.component).process != process);
    grants.sort_unstable();
    grants.dedup();
    grants
}

/// An adapter with more pieces than there are entries.
pub fn too_many(system: &System, process: ProcessId, needed: usize, entries: usize) -> Diagnostic {
    let node = system.manifest.process(process);
    let diagnostic = Diagnostic::error(
        &codes::ADAPTER_ENTRIES,
        format!(
            "the adapter `{}` needs {needed} entries of the protection unit, and there are {entries}",
            node.name.value
        ),
    );
    let diagnostic = match node.adapter {
        None => diagnostic.label(node.name.span, "for this process"),
        Some(adapter) => diagnostic
            .label(system.manifest.process(adapter.caller).name.span, "it copies from and to this process")
            .label(system.manifest.process(adapter.callee).name.span, "and this one"),
    };
    diagnostic
        .note("it has the pieces of both memories, and one of its own")
        .help("put the two components into one `process` node, or their memories into one bank")
}
