//! The linked system.

use crate::ingest::Unit;
use crate::link::{FuncRef, InstanceWord, Linked, LinkedGlobal, MemoryBase, System, TablePlace, Target};
use crate::manifest::{ArenaReset, Bounds};
use std::fmt::Write;

pub fn system(s: &System) -> String {
    let mut out = String::new();
    for linked in &s.components {
        out += &component(s, linked);
        out.push('\n');
    }
    for (index, gate) in s.gates.iter().enumerate() {
        let caller = &s.manifest.process(gate.caller).name;
        let callee = function(s, Unit::Component(gate.callee), gate.function);
        let _ = writeln!(out, "gate[{index}] {caller} -> {callee} {}", gate.ty);
    }
    for (index, job) in s.jobs.iter().enumerate() {
        let args: Vec<String> = job.args.iter().map(u32::to_string).collect();
        let callee = function(s, Unit::Component(job.component), job.function);
        let _ = writeln!(out, "job[{index}] {callee} ({})", args.join(", "));
    }
    for (index, ty) in s.types.iter().enumerate() {
        let _ = writeln!(out, "type[{index}] {ty}");
    }
    out
}

fn component(s: &System, linked: &Linked) -> String {
    let mut out = format!("component {}\n", linked.module.name);
    for (index, m) in linked.memories.iter().enumerate() {
        let base = match m.base {
            MemoryBase::Home => "home",
            MemoryBase::Symbol => "symbol",
            MemoryBase::Foreign { .. } => "foreign",
            MemoryBase::Zero => "zero",
        };
        let bounds = if m.bounds == Bounds::Software { "software" } else { "hardware" };
        let size = m.size_cell.map_or(String::new(), |cell| format!(", size in cell {cell}"));
        let page = 1u32 << m.page_log2;
        let _ = writeln!(
            out,
            "  memory[{index}] {}: {} bytes, grows to {} by {page}, {} reserved, base {base}, bounds {bounds}{size}",
            m.name, m.bytes, m.max_bytes, m.budget
        );
    }
    if let Some(arena) = &linked.arena {
        let reset = if arena.reset == ArenaReset::PerCall { ", reset per call" } else { "" };
        let _ = writeln!(out, "  arena {}..{}, state in cell {}{reset}", arena.start, arena.end, arena.state_cell);
    }
    for (index, target) in linked.functions.iter().enumerate() {
        if *target != Target::Own(index as u32) {
            let _ = writeln!(out, "  func[{index}] -> {}", reached(s, *target));
        }
    }
    for (index, global) in linked.globals.iter().enumerate() {
        let value = match global {
            LinkedGlobal::Const(bits) => format!("0x{bits:x}"),
            LinkedGlobal::ConstFunc(func) => reference(s, *func),
            LinkedGlobal::Cell(cell) => format!("cell {cell}"),
        };
        let _ = writeln!(out, "  global[{index}] {value}");
    }
    for (index, table) in linked.tables.iter().enumerate() {
        let place = match table.place {
            TablePlace::Flash => "flash".into(),
            TablePlace::Cell(cell) => format!("cell {cell}"),
        };
        let entries: Vec<String> = table.entries.iter().map(|e| reference(s, *e)).collect();
        let room = match table.size_cell {
            Some(cell) => format!(", grows to {}, size in cell {cell}", table.max_entries),
            None => String::new(),
        };
        let _ = writeln!(out, "  table[{index}] in {place}{room}: {}", entries.join(" "));
    }
    for (memory, offset, bytes) in &linked.data {
        let bytes = contents(&linked.module.wasm[bytes.clone()]);
        let _ = writeln!(out, "  data {bytes} at {offset} of memory[{memory}]");
    }
    for (index, segment) in linked.passive_data.iter().enumerate() {
        if let Some(segment) = segment {
            let _ = writeln!(
                out,
                "  data[{index}] passive, {}, length in cell {}",
                contents(&linked.module.wasm[segment.bytes.clone()]),
                segment.length_cell
            );
        }
    }
    for (index, segment) in linked.passive_elements.iter().enumerate() {
        if let Some(segment) = segment {
            let entries: Vec<String> = segment.entries.iter().map(|e| reference(s, *e)).collect();
            let (entries, cell) = (entries.join(" "), segment.length_cell);
            let _ = writeln!(out, "  elem[{index}] passive: {entries}, length in cell {cell}");
        }
    }
    for (index, word) in linked.instance.iter().enumerate() {
        let value = match word {
            InstanceWord::Value(value) => format!("0x{value:x}"),
            InstanceWord::FuncRef(func) => reference(s, *func),
            InstanceWord::MemoryAddress { memory, offset } => format!("memory[{memory}]+{offset}"),
        };
        let _ = writeln!(out, "  cell[{index}] {value}");
    }
    out
}

/// The length, and as much of the bytes as fits on a line.
fn contents(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(24)];
    let more = if shown.len() < bytes.len() { "..." } else { "" };
    format!("{} bytes \"{}{more}\"", bytes.len(), shown.escape_ascii())
}

fn reached(s: &System, target: Target) -> String {
    match target {
        Target::Own(index) => format!("func[{index}]"),
        Target::Peer { component, index } => function(s, Unit::Component(component), index),
        Target::Gate(id) => format!("gate[{}]", id.0),
        Target::Host(host) => format!("compose!{}", host.name()),
        Target::ArenaRealloc => "arena".into(),
        Target::ArenaOf { component, .. } => format!("arena of {}", s.manifest.component(component).name.value),
        Target::Blame { refusal, party } => format!("blame {refusal:?} {party:?}"),
        Target::Transcode { from, to, .. } => format!("transcode memory {from} -> {to}"),
        Target::Native(native) => format!("native!{}", native.name()),
    }
}

fn reference(s: &System, func: Option<FuncRef>) -> String {
    func.map_or("null".into(), |f| function(s, f.unit, f.index))
}

fn function(s: &System, unit: Unit, index: u32) -> String {
    match s.components.iter().find(|c| c.unit == unit) {
        Some(linked) => format!("{}!{}", linked.module.name, linked.module.function_name(index)),
        None => format!("{unit:?}!func[{index}]"),
    }
}
