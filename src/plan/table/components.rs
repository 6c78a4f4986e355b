//! What components may call, and what the kernel calls in them.

use super::{Arena, BoundsMode, Call, Component, Copies, Export, Hex, Job};
use crate::codegen::Symbol;
use crate::ingest::{ImportKind, Module, Unit};
use crate::kernel;
use crate::link::{Linked, System, Target};
use crate::manifest::{Bounds, ComponentId};
use crate::plan::Plan;

pub fn components(system: &System, plan: &Plan) -> Vec<Component> {
    let components = system.components.iter().enumerate();
    components.map(|(index, linked)| component(system, plan, ComponentId(index as u32), linked)).collect()
}

fn component(system: &System, plan: &Plan, id: ComponentId, linked: &Linked) -> Component {
    let node = system.manifest.component(id);
    let symbol = |symbol| plan.symbols.get(&symbol).copied();
    let asked = node.bounds.as_ref().map_or(Bounds::Hardware, |bounds| bounds.value);
    let home = symbol(Symbol::HomeBase(id)).unwrap_or(0);
    let mut host_functions = Vec::new();
    let mut calls = Vec::new();
    for (index, target) in linked.functions.iter().enumerate() {
        let mut call = |callee: ComponentId, function, gate| {
            let module = system.components[callee.0 as usize].module;
            calls.push(Call {
                component: system.manifest.component(callee).name.value.clone(),
                function: function_name(module, function),
                gate,
                why: link_why(system, id, index as u32, callee),
            });
        };
        match *target {
            Target::Peer { component, index } => call(component, index, false),
            Target::Gate(gate) => {
                let gate = &system.gates[gate.0 as usize];
                call(gate.callee, gate.function, true);
            }
            Target::Host(function) => host_functions.push(function.name().to_string()),
            Target::Own(_)
            | Target::ArenaRealloc
            | Target::ArenaOf { .. }
            | Target::Transcode { .. }
            | Target::Blame { .. }
            | Target::Native(_) => {}
        }
    }
    host_functions.sort();
    host_functions.dedup();
    calls.sort();
    calls.dedup();
    let mut exports: Vec<Export> = linked
        .module
        .exports
        .iter()
        .filter_map(|export| match export.kind {
            ImportKind::Function(index) => {
                let address = symbol(Symbol::Function { unit: Unit::Component(id), index })?;
                Some(Export { name: export.name.clone(), address: Hex(address) })
            }
            _ => None,
        })
        .collect();
    exports.sort_by(|a, b| a.name.cmp(&b.name));
    Component {
        name: node.name.value.clone(),
        why: node.why.as_ref().map(|why| why.value.clone()),
        process: system.manifest.process(node.process).name.value.clone(),
        bounds: match linked.memories.first().map_or(asked, |memory| memory.bounds) {
            Bounds::Hardware => BoundsMode::Hardware,
            Bounds::Software => BoundsMode::Software,
        },
        host_functions,
        calls,
        home: Hex(home),
        arena: linked.arena.map(|arena| Arena {
            offset: arena.start,
            size: arena.end - arena.start,
            state: Hex(home.wrapping_add_signed(linked.cell(arena.state_cell))),
        }),
        exports,
    }
}

/// The reason for the link that an imported function comes by.
fn link_why(system: &System, from: ComponentId, function: u32, to: ComponentId) -> Option<String> {
    let name = |id| &system.manifest.component(id).name.value;
    let module = system.components[from.0 as usize].module;
    let import = module.imports.iter().find(|import| import.kind == ImportKind::Function(function))?;
    let mut links = system.manifest.links.iter().filter(|link| {
        let interface = link.interface.as_ref().is_none_or(|interface| interface.value == import.module);
        link.from.value == *name(from) && link.to.value == *name(to) && interface
    });
    links.find_map(|link| link.why.as_ref()).map(|why| why.value.clone())
}

pub fn jobs(system: &System) -> Vec<Job> {
    let job = |job: &crate::link::Job| Job {
        component: system.manifest.component(job.component).name.value.clone(),
        function: function_name(system.components[job.component.0 as usize].module, job.function),
        arguments: job.args.iter().copied().map(Hex).collect(),
    };
    system.jobs.iter().map(job).collect()
}

/// The first of the names by which a function is exported, or the module's own name for it.
fn function_name(module: &Module, index: u32) -> String {
    let names = module.exports.iter().filter(|export| export.kind == ImportKind::Function(index));
    match names.map(|export| &export.name).min() {
        Some(name) => name.clone(),
        None => module.function_name(index),
    }
}

pub fn copies(system: &System, plan: &Plan) -> Option<Copies> {
    let address = *plan.symbols.get(&kernel::COPIES)?;
    Some(Copies { address: Hex(address), records: kernel::copies(system) })
}
