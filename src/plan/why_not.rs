//! Why there is no layout.

use super::demand::{Demands, memory_node};
use super::solve::Stuck;
use super::{Owner, SectionKind};
use crate::diag::codes::plan as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::link::System;
use crate::source::Span;

/// Says what does not fit, who asks for it, and what is missing.
pub fn explain(system: &System, demands: &Demands, kernel: u64, stuck: &Stuck, found: &mut Diagnostics) {
    let available: u64 = system.board.ram().map(|bank| u64::from(bank.size)).sum();
    let asked: u64 = demands.processes.iter().flat_map(|demand| &demand.extents).map(|parts| parts.size).sum();
    match stuck {
        Stuck::Memory { .. } if kernel + asked > available => {
            too_small(system, demands, kernel, kernel + asked, available, found)
        }
        _ => too_coarse(system, demands, found),
    }
}

fn too_small(system: &System, demands: &Demands, kernel: u64, needed: u64, available: u64, found: &mut Diagnostics) {
    let manifest = system.manifest;
    let mut diagnostic = Diagnostic::error(
        &codes::RAM_TOO_SMALL,
        format!(
            "the system needs {needed} bytes of RAM and the board has {available}: {} are missing",
            needed - available
        ),
    )
    .help("make a budget or a stack smaller, or take a board with more RAM")
    .note(format!("the kernel takes {kernel} bytes"));
    let mut asks: Vec<(u64, Span, String)> = Vec::new();
    for part in demands.processes.iter().flat_map(|demand| &demand.extents).flat_map(|parts| &parts.parts) {
        let size = part.size;
        match (part.owner, part.kind) {
            (Owner::Component(id), SectionKind::Memory { index }) => {
                let node = memory_node(system, id, index);
                let span = node.map_or(manifest.component(id).name.span, |memory| memory.budget.span);
                asks.push((size, span, format!("{size} bytes")));
            }
            (Owner::Process(id), _) => {
                let process = manifest.process(id);
                let stack = process.components.iter().find_map(|&id| manifest.component(id).stack);
                let span = stack.map_or(process.name.span, |stack| stack.span);
                asks.push((size, span, format!("{size} bytes of stack")));
            }
            _ => {}
        }
    }
    asks.sort_by_key(|(size, span, _)| (std::cmp::Reverse(*size), *span));
    let shown = 6;
    if asks.len() > shown {
        let rest: u64 = asks[shown..].iter().map(|(size, _, _)| size).sum();
        diagnostic = diagnostic.note(format!("{} smaller demands together take {rest} bytes", asks.len() - shown));
    }
    for (_, span, text) in asks.into_iter().take(shown) {
        diagnostic = diagnostic.label(span, text);
    }
    found.push(diagnostic.label(manifest.board.span, format!("{available} bytes of RAM")));
}

fn too_coarse(system: &System, demands: &Demands, found: &mut Diagnostics) {
    let mut diagnostic = Diagnostic::error(&codes::NO_COVER, "no regions cover all processes in the RAM of the board");
    for demand in &demands.processes {
        let process = system.manifest.process(demand.process);
        diagnostic = diagnostic.label(process.name.span, "asks for this memory and stack");
    }
    found.push(diagnostic.help("make budgets multiples of a large power of two, or leave the board more free RAM"));
}
