//! How much native stack each process needs: the heaviest path through its call graph, from every function that the
//! kernel enters (gates and jobs), plus what the kernel itself needs there.
//!
//! A process runs one call at a time (calls between processes form no cycle), so one stack per process is enough.
//! A recursion has no bound; its components must say how much stack they get.

use super::{Contents, ItemBody};
use crate::codegen::{Call, Symbol, entered};
use crate::diag::codes::plan as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::Unit;
use crate::kernel;
use crate::link::{Gate, GateId, GateKind, System};
use crate::manifest::{ComponentId, ProcessId, Stack};
use crate::source::Spanned;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, VecDeque};

/// What is known of a process's use of its stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StackBound {
    /// Bytes that no execution exceeds.
    Bytes(u32),
    /// There is no code to tell.
    Unknown,
    /// Function names of a cycle of calls; the first is also what the last one calls.
    Recursive(Vec<String>),
}

/// The stack that a process gets.
#[derive(Clone, Debug)]
pub struct ProcessStack {
    pub process: ProcessId,
    /// Bytes, a multiple of 8.
    pub size: u64,
    pub bound: StackBound,
}

/// Stack for a process whose need is not known, after an error: so that placing can go on and report more.
const FALLBACK: u64 = 1024;

/// The stack of every process, in manifest order.
pub fn bounds(system: &System, contents: &Contents, found: &mut Diagnostics) -> Vec<ProcessStack> {
    let graph = CallGraph::new(system, contents);
    let ids = (0..system.manifest.processes.len()).map(|index| ProcessId(index as u32));
    ids.map(|process| bound(system, &graph, process, found)).collect()
}

/// The stacks that the manifest gives, where no code says how much is needed.
pub fn given(system: &System, found: &mut Diagnostics) -> Vec<ProcessStack> {
    let processes = (0u32..).map(ProcessId).zip(&system.manifest.processes);
    let stacks = processes.map(|(process, node)| {
        let mut size = 0;
        for component in node.components.iter().map(|&id| system.manifest.component(id)) {
            match component.stack {
                Some(Spanned { value: Stack::Bytes(bytes), .. }) => size += u64::from(bytes),
                other => found.push(
                    Diagnostic::error(
                        &codes::STACK_UNKNOWN,
                        format!("nothing is known of the stack of `{}`", component.name),
                    )
                    .label(other.map_or(component.name.span, |stack| stack.span), "no size")
                    .note(format!(
                        "there is no {} yet, which would find the bound",
                        system.board.lacks().unwrap_or("code")
                    ))
                    .help("give it a size: `stack (KiB)2`"),
                ),
            }
        }
        ProcessStack { process, size: size.max(8).next_multiple_of(8), bound: StackBound::Unknown }
    });
    stacks.collect()
}

fn bound(system: &System, graph: &CallGraph, process: ProcessId, found: &mut Diagnostics) -> ProcessStack {
    let components = &system.manifest.process(process).components;
    let explicit: BTreeMap<ComponentId, u32> = components
        .iter()
        .filter_map(|&id| match system.manifest.component(id).stack?.value {
            Stack::Bytes(bytes) => Some((id, bytes)),
            Stack::Auto => None,
        })
        .collect();
    let asked: u64 = explicit.values().map(|&bytes| u64::from(bytes)).sum();
    let entries = entries(system, process);

    let reserve = u64::from(kernel::stack_reserve(system, process));
    let depth = graph.deepest(&entries, |_| true);
    let full = match &depth {
        Depth::Bytes(bytes) => StackBound::Bytes(u32::try_from(bytes + reserve).unwrap_or(u32::MAX)),
        Depth::Recursive(cycle) => StackBound::Recursive(cycle.iter().map(|&node| graph.name(node)).collect()),
    };

    // Functions of components with a stack of their own are paid for; the rest must have a bound.
    let size = if explicit.len() == components.len() && !components.is_empty() {
        asked
    } else {
        let counted = |unit| !matches!(unit, Unit::Component(id) if explicit.contains_key(&id));
        match graph.deepest(&entries, counted) {
            Depth::Bytes(bytes) => asked + bytes + reserve,
            Depth::Recursive(cycle) => {
                found.push(recursion(system, graph, &cycle, components));
                FALLBACK
            }
        }
    };
    if size < reserve {
        // The kernel writes this much there without looking.
        let mut diagnostic = Diagnostic::error(
            &codes::STACK_TOO_SMALL,
            format!(
                "process `{}` gets {size} bytes of stack, and the kernel alone needs {reserve}",
                system.manifest.process(process).name.value
            ),
        )
        .help(format!("`stack auto` takes what is needed; or add at least {} bytes", reserve - size));
        for stack in explicit.keys().filter_map(|id| system.manifest.component(*id).stack) {
            diagnostic = diagnostic.label(stack.span, "too small");
        }
        found.push(diagnostic);
    } else if let StackBound::Bytes(bound) = full
        && size < u64::from(bound)
    {
        let mut warning = Diagnostic::warning(
            &codes::STACK_BELOW_BOUND,
            format!(
                "process `{}` may need {bound} bytes of stack and gets {size}",
                system.manifest.process(process).name.value
            ),
        )
        .help(format!("`stack auto` takes the bound; or add {} bytes", u64::from(bound) - size));
        for id in explicit.keys() {
            if let Some(stack) = system.manifest.component(*id).stack {
                warning = warning.label(stack.span, "less than the worst case of its calls");
            }
        }
        found.push(warning);
    }
    ProcessStack { process, size: size.next_multiple_of(8), bound: full }
}

/// The functions of a process that the kernel enters.
fn entries(system: &System, process: ProcessId) -> Vec<Symbol> {
    let gates = system.gates.iter().map(|gate| (gate.callee, gate.function, system.gate_resets(gate)));
    let jobs = system.jobs.iter().map(|job| (job.component, job.function, system.job_resets(job.component)));
    let mut entries: Vec<Symbol> = gates
        .chain(jobs)
        .filter(|&(component, ..)| system.manifest.component(component).process == process)
        .map(|(component, index, resets)| entered(component, index, resets))
        .collect();
    entries.sort();
    entries.dedup();
    entries
}

fn recursion(system: &System, graph: &CallGraph, cycle: &[NodeIndex], components: &[ComponentId]) -> Diagnostic {
    let mut names: Vec<String> = cycle.iter().map(|&node| format!("`{}`", graph.name(node))).collect();
    names.push(names[0].clone());
    let owner = cycle.iter().find_map(|&node| match graph.graph[node].unit {
        Unit::Component(id) => Some(id),
        _ => None,
    });
    let mut diagnostic = Diagnostic::error(
        &codes::STACK_UNBOUNDED,
        format!("the native stack has no bound: {} call each other in a cycle", names[..names.len() - 1].join(", ")),
    )
    .note(format!("the cycle: {}", names.join(" -> ")))
    .help("give the component a stack of a size that you know to be enough: `stack (KiB)4`");
    if cycle.len() == 1 {
        diagnostic.message = format!("the native stack has no bound: {} calls itself", names[0]);
    }
    if let Some(id) = owner.or(components.first().copied()) {
        let component = system.manifest.component(id);
        let (span, text) = match component.stack {
            Some(stack) => (stack.span, "`auto` needs a bound"),
            None => (component.name.span, "has no `stack` of its own"),
        };
        diagnostic = diagnostic.label(span, text);
    }
    diagnostic
}

struct Node {
    unit: Unit,
    name: String,
    frame: u32,
}

enum Depth {
    Bytes(u64),
    /// A cycle of calls, from its first function on.
    Recursive(Vec<NodeIndex>),
}

/// What becomes of the caller's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    /// It stays, below the callee's.
    Call,
    /// The callee's takes its place.
    TailCall,
}

/// Who calls whom, natively. Gates and host functions are leaves: what they reach has a stack of its own.
struct CallGraph {
    graph: DiGraph<Node, Edge>,
    nodes: BTreeMap<Symbol, NodeIndex>,
    /// Strongly connected components, callees first.
    order: Vec<Vec<NodeIndex>>,
    /// For each node: its index in `order`.
    cycle_of: Vec<usize>,
}

impl CallGraph {
    fn new(system: &System, contents: &Contents) -> Self {
        let mut graph = DiGraph::new();
        let mut nodes = BTreeMap::new();
        for symbol in &contents.order {
            let item = &contents.items[symbol];
            if let ItemBody::Function(function) = item.body {
                let name = format!("{}!{}", unit_name(system, item.unit), function.name);
                nodes.insert(*symbol, graph.add_node(Node { unit: item.unit, name, frame: function.frame }));
            }
        }
        let indirect = indirect_targets(contents);
        for (symbol, &from) in &nodes {
            if matches!(symbol, Symbol::Gate(_) | Symbol::Host { .. }) {
                continue;
            }
            let ItemBody::Function(function) = contents.items[symbol].body else { continue };
            let mut callees: Vec<(Symbol, Edge)> = Vec::new();
            for (calls, edge) in [(&function.calls, Edge::Call), (&function.tail_calls, Edge::TailCall)] {
                for call in calls {
                    match call {
                        Call::Direct(target) => callees.push((*target, edge)),
                        Call::Indirect { unit, type_id } => {
                            let targets = indirect.get(&(*unit, *type_id)).into_iter().flatten();
                            callees.extend(targets.map(|&target| (target, edge)));
                        }
                    }
                }
            }
            callees.sort();
            callees.dedup();
            for (callee, edge) in callees {
                if let Some(&to) = nodes.get(&callee) {
                    graph.add_edge(from, to, edge);
                }
            }
        }
        // Not Tarjan's algorithm: that one recurses, and the depth of the input's calls is not ours to choose.
        let order = kosaraju_scc(&graph);
        let mut cycle_of = vec![0; graph.node_count()];
        for (index, members) in order.iter().enumerate() {
            for node in members {
                cycle_of[node.index()] = index;
            }
        }
        let mut graph = CallGraph { graph, nodes, order, cycle_of };
        graph.call_backs(system);
        graph
    }

    /// A call through a gate leaves nothing on its caller's stack, unless the callee calls back: into functions that reach
    /// no gate, so that what is known of them without such calls is all there is.
    fn call_backs(&mut self, system: &System) {
        let process = |gate: &Gate| system.manifest.component(gate.callee).process;
        let mut frames = Vec::new();
        for (index, gate) in (0u32..).zip(&system.gates) {
            let Some(&node) = self.nodes.get(&Symbol::Gate(GateId(index))) else { continue };
            let back = system.gates.iter().filter(|back| {
                back.kind == GateKind::Back && back.caller == process(gate) && process(back) == gate.caller
            });
            let needs = back.map(|back| {
                let unit = Unit::Component(back.callee);
                // A recursion is said of the function itself, which the kernel enters.
                let depth = match self.deepest(&[Symbol::Function { unit, index: back.function }], |_| true) {
                    Depth::Bytes(bytes) => u32::try_from(bytes).unwrap_or(u32::MAX),
                    Depth::Recursive(_) => 0,
                };
                (kernel::back_reserve(system, back).saturating_add(depth), unit)
            });
            frames.extend(needs.max().map(|(frame, unit)| (node, frame, unit)));
        }
        for (node, frame, unit) in frames {
            (self.graph[node].frame, self.graph[node].unit) = (frame, unit);
        }
    }

    fn name(&self, node: NodeIndex) -> String {
        self.graph[node].name.clone()
    }

    /// The most stack that any path from `entries` uses, in functions of units that are `counted`.
    fn deepest(&self, entries: &[Symbol], counted: impl Fn(Unit) -> bool) -> Depth {
        let weight = |node: NodeIndex| if counted(self.graph[node].unit) { self.graph[node].frame } else { 0 };
        // For each function: the deepest stack below and with its own frame, or a cycle (an index into `order`) that
        // it reaches.
        let mut depths: Vec<Result<u64, usize>> = vec![Ok(0); self.graph.node_count()];
        for (index, component) in self.order.iter().enumerate() {
            let edges = || component.iter().flat_map(|&node| self.graph.edges(node));
            let inside = |target: NodeIndex| self.cycle_of[target.index()] == index;
            // Tail calls alone make no stack grow: a cycle of them needs its largest frame, and so does each function on it.
            let repeats = edges().any(|edge| inside(edge.target()) && *edge.weight() == Edge::Call);
            let grows = repeats && component.iter().any(|&node| weight(node) > 0);
            let mut depth = if grows { Err(index) } else { Ok(0) };
            for &node in component {
                let own = u64::from(weight(node));
                depth = depth.map(|depth| depth.max(own));
                for edge in self.graph.edges(node).filter(|edge| !inside(edge.target())) {
                    let kept = if *edge.weight() == Edge::Call { own } else { 0 };
                    let below = depths[edge.target().index()];
                    depth = depth.and_then(|depth| below.map(|below| depth.max(kept + below)));
                }
            }
            component.iter().for_each(|node| depths[node.index()] = depth);
        }
        let mut deepest = 0;
        for entry in entries {
            let Some(node) = self.nodes.get(entry) else { continue };
            match depths[node.index()] {
                Ok(bytes) => deepest = deepest.max(bytes),
                Err(component) => return Depth::Recursive(self.cycle(component)),
            }
        }
        Depth::Bytes(deepest)
    }

    /// The shortest cycle through the first function (by symbol) of a strongly connected component.
    fn cycle(&self, component: usize) -> Vec<NodeIndex> {
        let members = &self.order[component];
        let start = *members.iter().min().expect("a strongly connected component has a node");
        let mut from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            let inside = |node: &NodeIndex| self.cycle_of[node.index()] == component;
            let mut callees: Vec<NodeIndex> = self.graph.neighbors(node).filter(inside).collect();
            callees.sort();
            for callee in callees {
                if callee == start {
                    let mut path = vec![node];
                    while let Some(&caller) = from.get(path.last().expect("the path begins with a node")) {
                        path.push(caller);
                    }
                    path.reverse();
                    return path;
                }
                if !from.contains_key(&callee) && callee != start {
                    from.insert(callee, node);
                    queue.push_back(callee);
                }
            }
        }
        vec![start]
    }
}

/// For each unit and type id: the functions that a call by table may reach. A unit can hold a reference to a function
/// only if its object defines or names the function's descriptor, which begins with the type id and ends with the
/// address of the code.
fn indirect_targets(contents: &Contents) -> BTreeMap<(Unit, u32), Vec<Symbol>> {
    let descriptors: BTreeMap<Symbol, (u32, Symbol)> = contents
        .items
        .iter()
        .filter(|(symbol, _)| matches!(symbol, Symbol::Descriptor(Some(_))))
        .filter_map(|(&symbol, item)| {
            let type_id = u32::from_le_bytes(item.bytes().first_chunk::<4>().copied()?);
            let code = item.relocations().iter().find(|relocation| relocation.offset == 4)?;
            Some((symbol, (type_id, code.target)))
        })
        .collect();
    let mut targets: BTreeMap<(Unit, u32), Vec<Symbol>> = BTreeMap::new();
    for (&symbol, item) in &contents.items {
        let named = item.relocations().iter().map(|relocation| relocation.target);
        for descriptor in named.chain([symbol]) {
            if let Some(&(type_id, code)) = descriptors.get(&descriptor) {
                targets.entry((item.unit, type_id)).or_default().push(code);
            }
        }
    }
    for list in targets.values_mut() {
        list.sort();
        list.dedup();
    }
    targets
}

fn unit_name<'a>(system: &'a System, unit: Unit) -> &'a str {
    match unit {
        Unit::Component(id) => &system.manifest.component(id).name.value,
        Unit::Kernel => "kernel",
        Unit::Runtime => "runtime",
    }
}
