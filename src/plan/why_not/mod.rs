//! Why there is no layout: the smallest set of demands that conflict, what is missing, and changes that help. Each change
//! has been tried by the solver before it is suggested.

mod conflict;
mod fixes;

use super::demand::{Asked, Demands, Wisher, memory_node};
use super::solve::{self, Stuck};
use super::{Owner, SectionKind};
use crate::diag::codes::plan as codes;
use crate::diag::suggest::enumerated;
use crate::diag::{Diagnostic, Diagnostics};
use crate::link::System;
use crate::manifest::{Component, ComponentId, ProcessId};
use crate::source::Span;
use conflict::{Member, Missing};

/// How many labels a diagnostic shows.
const SHOWN: usize = 8;

pub fn explain(asked: &Asked, demands: &Demands, stuck: &Stuck, found: &mut Diagnostics) {
    found.push(match stuck {
        Stuck::Entries { demand, needed } => entries(asked, demands, *demand, *needed),
        Stuck::Memory { proven } => memory(asked, demands, *proven),
    });
}

/// A process has more devices, and runs of memory, than there are entries for them.
fn entries(asked: &Asked, demands: &Demands, demand: usize, needed: Option<usize>) -> Diagnostic {
    let system = asked.system;
    let wanted = &demands.problem.demands[demand];
    let process = demands.processes[demand].process;
    let name = &wanted.name;
    let unit = format!("{} entries of the protection unit", wanted.slots);
    let message = match needed {
        Some(needed) => format!(
            "process `{name}` needs {needed} entries of the protection unit and there are {} for it: {} missing",
            wanted.slots,
            counted((needed - wanted.slots.min(needed)) as u64, "is", "are")
        ),
        None => format!("no entries of the protection unit hold the devices of process `{name}` and nothing else"),
    };
    let mut diagnostic = Diagnostic::error(&codes::TOO_FEW_ENTRIES, message);
    let devices = conflict::devices(&demands.problem, demand);
    let all = system.devices(process);
    for &index in &devices {
        let peripheral = &system.board.peripherals[all[index].0];
        let text = format!("{} bytes at {:#010x}", peripheral.size, peripheral.base);
        for mmio in mmio(system, process, &peripheral.name).take(1) {
            diagnostic = diagnostic.label(mmio, text.clone());
        }
    }
    let extents = wanted.extents.len();
    let runs =
        if extents == 1 { "its memory takes one more".to_string() } else { format!("its memory takes {extents} more") };
    diagnostic = diagnostic.note(format!("there are {unit} for a process; {runs}"));
    if all.len() > devices.len() {
        let further = counted((all.len() - devices.len()) as u64, "further device is", "further devices are");
        diagnostic = diagnostic.note(format!("{further} not part of this"));
    }
    let fixes = fixes::for_entries(asked, demands, demand);
    if fixes.is_empty() {
        diagnostic = diagnostic.help(match system.manifest.process(process).components.len() {
            1 => "let another component have some of the devices",
            _ => "give the components processes of their own, with fewer devices each",
        });
    }
    diagnostic.fixes = fixes;
    diagnostic
}

/// `1 byte is` or `2 bytes are`.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Where the manifest names a device.
fn mmio<'a>(system: &'a System, process: ProcessId, peripheral: &'a str) -> impl Iterator<Item = Span> + 'a {
    let components = system.manifest.process(process).components.iter().map(|&id| system.manifest.component(id));
    let all = components.flat_map(|component: &Component| &component.devices);
    all.filter(move |mmio| mmio.peripheral.value == peripheral).map(|mmio| mmio.span)
}

/// The extents do not fit.
fn memory(asked: &Asked, demands: &Demands, proven: bool) -> Diagnostic {
    let system = asked.system;
    let members = conflict::extents(&demands.problem);
    let mut names: Vec<String> =
        members.iter().map(|member| format!("`{}`", demands.problem.demands[member.demand].name)).collect();
    names.dedup();
    let banks: Vec<usize> = conflict::banks(&demands.problem, &members);
    let all: Vec<_> = system.board.ram().collect();
    let places: Vec<String> = banks.iter().map(|&number| format!("`{}`", all[number].name)).collect();
    let place = enumerated(&places, "and");
    let (verb, together) = if names.len() == 1 { ("does", "") } else { ("do", " together") };
    let who = enumerated(&names, "and");
    let missing = conflict::missing(&demands.problem, &members, &banks);
    let how_much = missing.map(|missing| match banks.len() {
        1 => format!("{} missing", counted(missing.bytes, "byte is", "bytes are")),
        _ => format!("{} missing in `{}`", counted(missing.bytes, "byte is", "bytes are"), all[missing.bank].name),
    });
    let what = format!("{who} {verb} not fit into {place}{together}");
    let mut diagnostic = match (missing, how_much) {
        (Some(Missing { regions: true, .. }), Some(much)) => Diagnostic::error(
            &codes::NO_COVER,
            format!("{what}: the bytes would, but not the regions that cover them; {much}"),
        ),
        (_, much) => {
            Diagnostic::error(&codes::RAM_TOO_SMALL, much.map_or(what.clone(), |much| format!("{what}: {much}")))
        }
    };
    for (span, text) in labels(asked, demands, &members, &mut diagnostic) {
        diagnostic = diagnostic.label(span, text);
    }
    for &number in &banks {
        let mut note = format!("`{}` has {} bytes", all[number].name, all[number].size);
        if number == 0 && asked.kernel > 0 {
            note += &format!(", of which the kernel takes {}", asked.kernel);
        }
        diagnostic = diagnostic.note(note);
    }
    let others = demands.problem.demands.iter().map(|demand| demand.extents.len()).sum::<usize>() - members.len();
    if others > 0 {
        let others = counted(others as u64, "other run of memory is", "other runs of memory are");
        diagnostic = diagnostic.note(format!("{others} not part of this"));
    }
    if !proven {
        diagnostic = diagnostic.note(format!("the search gave up after {} steps", solve::STEPS));
    }
    let fixes = fixes::for_memory(asked, demands, &members);
    if fixes.is_empty() {
        diagnostic = diagnostic.help("make a budget or a stack smaller, or take a board with more RAM");
    }
    diagnostic.fixes = fixes;
    diagnostic
}

/// What the manifest says of the members, largest first. What is not shown goes to a note.
fn labels(asked: &Asked, demands: &Demands, members: &[Member], diagnostic: &mut Diagnostic) -> Vec<(Span, String)> {
    let system = asked.system;
    let mut asks: Vec<(u64, Span, String)> = Vec::new();
    for member in members {
        let demand = &demands.processes[member.demand];
        for part in &demand.extents[member.extent].parts {
            let size = part.size;
            match (part.owner, part.kind) {
                (Owner::Component(id), SectionKind::Memory { index }) => {
                    let node = memory_node(system, id, index);
                    let span = node.map_or(system.manifest.component(id).name.span, |memory| memory.budget.span);
                    asks.push((size, span, format!("{size} bytes")));
                }
                (Owner::Process(id), _) => {
                    asks.push((size, stack_span(system, id), format!("{size} bytes of stack")));
                }
                _ => {}
            }
        }
    }
    asks.sort_by_key(|(size, span, _)| (std::cmp::Reverse(*size), *span));
    if asks.len() > SHOWN {
        let rest: u64 = asks[SHOWN..].iter().map(|(size, ..)| size).sum();
        diagnostic.notes.push(format!("{} smaller parts of them together take {rest} bytes", asks.len() - SHOWN));
        asks.truncate(SHOWN);
    }
    let mut labels: Vec<(Span, String)> = asks.into_iter().map(|(_, span, text)| (span, text)).collect();
    for wisher in wishers(demands, members) {
        if let Some((span, wish)) = wish(system, wisher) {
            labels.push((span, format!("wishes for `{wish}`")));
        }
    }
    labels
}

/// Where the size of a process's stack is written, or the process.
fn stack_span(system: &System, process: ProcessId) -> Span {
    let node = system.manifest.process(process);
    let stack = node.components.iter().find_map(|&id| system.manifest.component(id).stack);
    stack.map_or(node.name.span, |stack| stack.span)
}

/// What of the members can wish for a bank.
fn wishers(demands: &Demands, members: &[Member]) -> Vec<Wisher> {
    let parts = members.iter().flat_map(|member| &demands.processes[member.demand].extents[member.extent].parts);
    let wishers = parts.filter_map(|part| match (part.owner, part.kind) {
        (Owner::Component(id), SectionKind::Memory { index }) => Some(Wisher::Memory(id, index)),
        (Owner::Process(id), _) => Some(Wisher::Stack(id)),
        _ => None,
    });
    wishers.collect()
}

/// What the manifest wishes, and where.
fn wish(system: &System, wisher: Wisher) -> Option<(Span, String)> {
    let wish = match wisher {
        Wisher::Memory(component, index) => memory_node(system, component, index)?.bank.as_ref()?,
        Wisher::Stack(process) => {
            let component = |&id: &ComponentId| system.manifest.component(id).stack_in.as_ref();
            system.manifest.process(process).components.iter().find_map(component)?
        }
    };
    Some((wish.span, wish.value.clone()))
}
