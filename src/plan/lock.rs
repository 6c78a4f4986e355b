//! The lines of the lock file. Code is one of them: everyone may read and execute all of it, and where in it a function is
//! changes with every build and is nobody's authority.

use super::demand::{Demands, Parts, extent_name};
use super::{Access, Owner, Piece, Plan, ProcessPlan, Section, SectionKind};
use crate::link::System;
use crate::lock::{Line, Value, write};

/// The text of the lock file.
pub fn text(system: &System, demands: &Demands, plan: &Plan) -> String {
    let mut lines: Vec<Line> = Vec::new();
    if let Some(granted) = crate::protect::merge(plan.fixed.iter().flat_map(Piece::granted).collect()).first() {
        let mut fields = place(granted.start as u32, granted.end - granted.start);
        fields.extend(entries(&plan.fixed.iter().collect::<Vec<_>>()));
        lines.push(Line { name: plan.flash.bank.clone(), kind: "code", fields });
    }
    lines.extend(plan.sections.iter().filter_map(|section| line(system, section)));
    for (process, demand) in plan.processes.iter().flat_map(|process| {
        let demand = demands.processes.iter().position(|demand| demand.process == process.process);
        demand.map(|demand| (process, demand))
    }) {
        let name = &system.manifest.process(process.process).name.value;
        let asked = &demands.problem.demands[demand];
        let unit = format!("{} {}", demands.problem.model.name, asked.slots);
        let extents = process.extents.iter().zip(&demands.processes[demand].extents);
        for (index, (extent, parts)) in extents.enumerate() {
            let within = |piece: &&Piece| piece.granted().iter().any(|run| extent.granted.contains(&run.start));
            let pieces: Vec<&Piece> = covering(process, within);
            let mut fields = vec![("in", Value::Text(extent.bank.clone()))];
            fields.extend(place(extent.base, extent.size.into()));
            fields.push(("granted-base", Value::Address(extent.granted.start as u32)));
            fields.push(("granted-size", Value::Number(extent.granted.end - extent.granted.start)));
            fields.extend(entries(&pieces));
            fields.push(("digest", digest(&format!("{unit} {}", ask(system, parts)))));
            lines.push(Line { name: extent_name(name, index), kind: "extent", fields });
        }
        if !process.devices.is_empty() {
            let pieces = covering(process, |piece| piece.access == Access::Device);
            let names: Vec<String> = process.devices.iter().map(|device| device.name.clone()).collect();
            let granted: u64 = pieces.iter().flat_map(|piece| piece.granted()).map(|run| run.end - run.start).sum();
            let mut fields = vec![
                ("of", Value::Text(names.join(" "))),
                ("size", Value::Number(granted)),
                ("over-grant", Value::Number(process.over_grant)),
            ];
            fields.extend(entries(&pieces));
            fields.push(("digest", digest(&format!("{unit} {:?} {}", process.devices, asked.over_grant))));
            lines.push(Line { name: name.clone(), kind: "devices", fields });
        }
    }
    let protection = system.board.protection;
    let protection = format!("{} {}", demands.problem.model.name, protection.entries);
    write(&system.manifest.name.value, &system.board.name, &protection, lines)
}

/// The pieces of a process that are wanted, each with the lower end that it needs.
fn covering(process: &ProcessPlan, wanted: impl Fn(&&Piece) -> bool) -> Vec<&Piece> {
    let mut out: Vec<&Piece> = Vec::new();
    for (index, piece) in process.pieces.iter().enumerate() {
        if piece.access == Access::Bound || !wanted(&piece) {
            continue;
        }
        let below = index.checked_sub(1).map(|index| &process.pieces[index]);
        out.extend(below.filter(|below| below.access == Access::Bound && below.slot + 1 == piece.slot));
        out.push(piece);
    }
    out
}

/// What a section of RAM is called, and where it is.
fn line(system: &System, section: &Section) -> Option<Line> {
    let manifest = system.manifest;
    let (kind, name) = match (section.kind, section.owner) {
        (SectionKind::KernelStack, _) => ("kernel", "stack".to_string()),
        (SectionKind::KernelData, _) => ("kernel", "memory".to_string()),
        (SectionKind::Stack, Owner::Process(id)) => ("stack", manifest.process(id).name.value.clone()),
        (SectionKind::InstanceData, Owner::Component(id)) => ("instance", manifest.component(id).name.value.clone()),
        (SectionKind::Memory { index }, Owner::Component(id)) => {
            let component = &manifest.component(id).name.value;
            // The name of a module's own making may be anything.
            let name = section.name.strip_prefix(".memory.").filter(|name| !name.contains(char::is_control));
            ("memory", name.map_or_else(|| format!("{component}:{index}"), str::to_string))
        }
        _ => return None,
    };
    Some(Line { name, kind, fields: place(section.base, section.size.into()) })
}

fn place(base: u32, size: u64) -> Vec<(&'static str, Value)> {
    vec![("base", Value::Address(base)), ("size", Value::Number(size))]
}

fn entries(pieces: &[&Piece]) -> [(&'static str, Value); 2] {
    let words =
        pieces.iter().map(|Piece { slot, words: [first, second], .. }| format!("{slot}:{first:08x}:{second:08x}"));
    let words: Vec<String> = words.collect();
    [("pieces", Value::Number(pieces.len() as u64)), ("words", Value::Text(words.join(" ")))]
}

/// What is asked for, as text.
fn ask(system: &System, parts: &Parts) -> String {
    let banks: Vec<_> = system.board.ram().collect();
    let banks: Vec<&str> = parts.banks.iter().map(|&number| banks[number].name.value.as_str()).collect();
    let list: Vec<String> =
        parts.parts.iter().map(|part| format!("{}@{}+{}", part.name, part.offset, part.size)).collect();
    format!("{} in {}", list.join(" "), banks.join(" "))
}

/// FNV-1a with 64 bits.
fn digest(text: &str) -> Value {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    Value::Text(format!("{hash:016x}"))
}
