//! Which calls cross between processes, and that they form no cycle.

use super::imports::{Bindings, Provider};
use super::{Gate, GateId, GateKind, Party, Scope, Target, take_over};
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::{Import, ImportKind};
use crate::manifest::{ComponentId, ProcessId};
use std::collections::{BTreeMap, VecDeque};

/// An import that another component satisfies.
pub struct Edge<'a> {
    pub from: ComponentId,
    pub to: ComponentId,
    pub import: &'a Import,
}

/// All imports that lead to another component, in the order of components and imports.
pub fn edges<'a>(scope: &Scope<'a>, bindings: &Bindings) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    for from in scope.ids() {
        for import in &scope.module(from).imports {
            if let ImportKind::Function(index) = import.kind
                && let Some(Provider::Component(to, _)) = bindings.definition(from, index)
                && to != from
                // A call back comes while its callee waits for it.
                && bindings.kind(from, index) != GateKind::Back
            {
                edges.push(Edge { from, to, import });
            }
        }
    }
    edges
}

/// The gates, and for each component what a call to each of its functions reaches.
pub fn resolve(scope: &Scope<'_>, bindings: &Bindings, diagnostics: &mut Diagnostics) -> (Vec<Gate>, Vec<Vec<Target>>) {
    let mut gates = Gates::default();
    let targets = scope
        .ids()
        .map(|id| {
            let functions = 0..scope.module(id).functions.len() as u32;
            functions.map(|index| target(scope, bindings, id, index, &mut gates)).collect()
        })
        .collect();
    refuse_cycles(scope, &edges(scope, bindings), diagnostics);
    (gates.list, targets)
}

#[derive(Default)]
struct Gates {
    list: Vec<Gate>,
    known: BTreeMap<(ProcessId, ComponentId, u32, GateKind), GateId>,
}

fn target(scope: &Scope<'_>, bindings: &Bindings, id: ComponentId, index: u32, gates: &mut Gates) -> Target {
    match bindings.definition(id, index) {
        // Not bound: there is an error, and nobody will look.
        None => Target::Own(index),
        Some(Provider::Host(function)) => Target::Host(function),
        Some(Provider::Arena) => Target::ArenaRealloc,
        Some(Provider::ArenaOf(component, party)) => Target::ArenaOf { component, party },
        Some(Provider::Transcode { from, to, party }) => Target::Transcode { from, to, party },
        Some(Provider::Blame { refusal, party }) => Target::Blame { refusal, party },
        // An adapter has the right to; others call what stands for it.
        Some(Provider::Component(callee, function))
            if (callee == id || scope.wiring.adapters.contains(&id))
                && take_over::replaced(scope, callee).contains(&function) =>
        {
            match bindings.kind(id, index) {
                _ if callee == id => Target::ArenaRealloc,
                GateKind::Back => Target::ArenaOf { component: callee, party: Party::Caller },
                GateKind::Call | GateKind::Stay => Target::ArenaOf { component: callee, party: Party::Callee },
            }
        }
        Some(Provider::Component(callee, function)) if callee == id => Target::Own(function),
        Some(Provider::Component(callee, function)) if scope.process(callee) == scope.process(id) => {
            Target::Peer { component: callee, index: function }
        }
        Some(Provider::Component(callee, function)) => {
            let caller = scope.process(id);
            let kind = bindings.kind(id, index);
            let list = &mut gates.list;
            Target::Gate(*gates.known.entry((caller, callee, function, kind)).or_insert_with(|| {
                let ty = scope.module(callee).function_type(function).clone();
                list.push(Gate { caller, callee, function, ty, kind });
                GateId(list.len() as u32 - 1)
            }))
        }
    }
}

/// A process is entered by one call at a time, on its one stack: a call must never come back to a process that
/// waits for it. Reports the shortest cycle through each process that is on one and not reported yet.
fn refuse_cycles(scope: &Scope<'_>, edges: &[Edge<'_>], diagnostics: &mut Diagnostics) {
    let crossing: Vec<&Edge<'_>> =
        edges.iter().filter(|edge| scope.process(edge.from) != scope.process(edge.to)).collect();
    let mut reported = vec![false; scope.manifest.processes.len()];
    for start in 0..scope.manifest.processes.len() as u32 {
        if reported[start as usize] {
            continue;
        }
        let Some(cycle) = shortest_cycle(scope, &crossing, ProcessId(start)) else { continue };
        let name = |process: ProcessId| scope.manifest.process(process).name.value.as_str();
        let mut path = vec![name(ProcessId(start)).to_string()];
        let mut diagnostic = Diagnostic::error(&codes::CYCLE, String::new());
        for edge in &cycle {
            reported[scope.process(edge.from).0 as usize] = true;
            path.push(name(scope.process(edge.to)).to_string());
            diagnostic = diagnostic.label(
                scope.manifest.component(edge.from).name.span,
                format!(
                    "`{}` calls `{}` (import `{}::{}`)",
                    scope.name(edge.from),
                    scope.name(edge.to),
                    edge.import.module,
                    edge.import.field
                ),
            );
        }
        diagnostic.message = format!("calls between processes go round in a circle: {}", path.join(" -> "));
        diagnostics.push(
            diagnostic
                .note("a process is entered by one call at a time: this one would find it waiting for itself")
                .help("put these components into one `process` node, or let one of them return a value instead of calling"),
        );
    }
}

/// Breadth first from `start` back to `start`.
fn shortest_cycle<'e, 'a>(scope: &Scope<'_>, edges: &[&'e Edge<'a>], start: ProcessId) -> Option<Vec<&'e Edge<'a>>> {
    let mut arrived_by: BTreeMap<ProcessId, &'e Edge<'a>> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for edge in edges.iter().filter(|edge| scope.process(edge.from) == at) {
            let to = scope.process(edge.to);
            if arrived_by.contains_key(&to) {
                continue;
            }
            arrived_by.insert(to, edge);
            if to == start {
                let mut cycle = vec![*edge];
                while scope.process(cycle[cycle.len() - 1].from) != start {
                    let from = scope.process(cycle[cycle.len() - 1].from);
                    cycle.push(arrived_by[&from]);
                }
                cycle.reverse();
                return Some(cycle);
            }
            queue.push_back(to);
        }
    }
    None
}
