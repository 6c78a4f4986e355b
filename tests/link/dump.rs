//! A linked system as text: one line for each thing, in the words of the source.

use compose::ingest::Unit;
use compose::link::{
    FuncRef, InstanceWord, Linked, LinkedGlobal, LinkedMemory, MemoryBase, System, TablePlace, Target,
};
use std::fmt::Write;

pub fn system(system: &System<'_>) -> String {
    let mut out = String::new();
    for linked in &system.components {
        component(&mut out, system, linked);
    }
    for (index, gate) in system.gates.iter().enumerate() {
        let callee = &system.components[gate.callee.0 as usize];
        let caller = &system.manifest.process(gate.caller).name;
        let name = callee.module.function_name(gate.function);
        line(&mut out, format_args!("gate {index}: {caller} -> {}!{name} {}", callee.module.name, gate.ty));
    }
    for job in &system.jobs {
        let component = &system.components[job.component.0 as usize];
        let name = component.module.function_name(job.function);
        line(&mut out, format_args!("job {}!{name} {:x?}", component.module.name, job.args));
    }
    out
}

fn component(out: &mut String, system: &System<'_>, linked: &Linked<'_>) {
    let module = linked.module;
    line(out, format_args!("component {}", module.name));
    for (index, target) in linked.functions.iter().enumerate() {
        let name = module.function_name(index as u32);
        let ty = system.types[linked.type_ids[module.functions[index].ty as usize] as usize].to_string();
        let target = match target {
            Target::Own(own) if *own == index as u32 => continue,
            Target::Own(own) => format!("own {}", module.function_name(*own)),
            Target::Peer { component, index } => {
                let peer = system.components[component.0 as usize].module;
                format!("peer {}!{}", peer.name, peer.function_name(*index))
            }
            Target::Gate(gate) => format!("gate {}", gate.0),
            Target::Host(function) => format!("host {}", function.name()),
            Target::ArenaRealloc => "arena".to_string(),
            Target::Native(function) => format!("native {}", function.name()),
        };
        line(out, format_args!("  import {name} {ty} = {target}"));
    }
    for found in &linked.memories {
        memory(out, found);
    }
    if let Some(arena) = &linked.arena {
        line(out, format_args!("  arena {}..{} state in cell {}", arena.start, arena.end, arena.state_cell));
    }
    for (index, global) in linked.globals.iter().enumerate() {
        let value = match global {
            LinkedGlobal::Const(bits) => format!("{bits:#x}"),
            LinkedGlobal::ConstFunc(function) => reference(system, *function),
            LinkedGlobal::Cell(cell) => format!("cell {cell}, at home {}", linked.cell(*cell)),
        };
        line(out, format_args!("  global {index} = {value}"));
    }
    for (index, table) in linked.tables.iter().enumerate() {
        let place = match table.place {
            TablePlace::Flash => "flash".to_string(),
            TablePlace::Cell(cell) => format!("cell {cell}"),
        };
        let entries: Vec<String> = table.entries.iter().map(|entry| reference(system, *entry)).collect();
        line(out, format_args!("  table {index} in {place}: {}", entries.join(" ")));
    }
    for (memory, offset, bytes) in &linked.data {
        let text = module.wasm[bytes.clone()].escape_ascii();
        line(out, format_args!("  data memory {memory} at {offset}: \"{text}\""));
    }
    for (index, segment) in linked.passive_data.iter().enumerate() {
        if let Some(segment) = segment {
            let text = module.wasm[segment.bytes.clone()].escape_ascii();
            line(out, format_args!("  passive data {index}: \"{text}\" length in cell {}", segment.length_cell));
        }
    }
    for (index, segment) in linked.passive_elements.iter().enumerate() {
        if let Some(segment) = segment {
            let entries: Vec<String> = segment.entries.iter().map(|entry| reference(system, *entry)).collect();
            let cell = segment.length_cell;
            line(out, format_args!("  passive elements {index}: {} length in cell {cell}", entries.join(" ")));
        }
    }
    if !linked.instance.is_empty() {
        let words: Vec<String> = linked.instance.iter().map(|word| instance_word(system, word)).collect();
        line(out, format_args!("  instance: {}", words.join(" ")));
    }
}

fn memory(out: &mut String, memory: &LinkedMemory) {
    let LinkedMemory { name, base, bytes, max_bytes, budget, bounds, .. } = memory;
    let base = match base {
        MemoryBase::Home => "home",
        MemoryBase::Symbol => "symbol",
        MemoryBase::Zero => "zero",
    };
    let size = memory.size_cell.map_or(String::new(), |cell| format!(", size in cell {cell}"));
    let page = 1u32 << memory.page_log2;
    line(
        out,
        format_args!(
            "  memory {name} ({base}): {bytes} B, at most {max_bytes}, budget {budget}, page {page}, {bounds:?}{size}"
        ),
    );
}

fn reference(system: &System<'_>, function: Option<FuncRef>) -> String {
    match function {
        None => "null".to_string(),
        Some(FuncRef { unit: Unit::Component(id), index }) => {
            let module = system.components[id.0 as usize].module;
            format!("{}!{}", module.name, module.function_name(index))
        }
        Some(other) => format!("{other:?}"),
    }
}

fn instance_word(system: &System<'_>, word: &InstanceWord) -> String {
    match word {
        InstanceWord::Value(value) => format!("{value:#x}"),
        InstanceWord::FuncRef(function) => reference(system, *function),
        InstanceWord::MemoryAddress { memory, offset } => format!("memory{memory}+{offset:#x}"),
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{}", text.to_string().trim_end()).expect("a string takes all");
}
