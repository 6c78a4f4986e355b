//! Tables: what they hold when the program starts, and room to grow.
//!
//! A table that grows is reserved whole, like a memory: as many entries as the manifest's `table` node says, or the maximum
//! that the module declares if that is small. Otherwise `table.grow` returns -1, as the specification allows at any time.

use super::constants::{Value, evaluate, evaluate_offset};
use super::unit::reference;
use super::{FuncRef, Scope};
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::ingest::{ImportKind, Module, SegmentMode, ValType};
use crate::manifest::{Component, ComponentId, Table as Demand};

/// A declared maximum up to which all entries are reserved unasked.
const UNASKED: u32 = 1024;

/// What a table holds and may come to hold.
pub struct Room {
    /// After the active element segments.
    pub entries: Vec<Option<FuncRef>>,
    pub max_entries: u32,
}

/// The tables of one component.
pub fn layout(
    scope: &Scope<'_>,
    id: ComponentId,
    globals: &[Option<Value>],
    diagnostics: &mut Diagnostics,
) -> Vec<Room> {
    let module = scope.module(id);
    let largest = scope.board.banks.iter().map(|bank| bank.size).max().unwrap_or(0);
    let path = scope.manifest.component(id).path.span;
    let mut tables = Vec::new();
    let mut too_large = vec![false; module.tables.len()];
    for (index, table) in module.tables.iter().enumerate() {
        let bytes = u64::from(table.min) * 4;
        if bytes <= u64::from(largest) {
            tables.push(vec![None; table.min as usize]);
            continue;
        }
        too_large[index] = true;
        tables.push(Vec::new());
        diagnostics.push(
            Diagnostic::error(
                &codes::TOO_LARGE,
                format!(
                    "table {index} of `{}` takes {bytes} B, but the largest bank of the board has {largest} B",
                    scope.name(id)
                ),
            )
            .label(path, format!("{} entries of 4 B", table.min))
            .help("build the module with a smaller table"),
        );
    }
    for (index, segment) in module.elements.iter().enumerate() {
        let SegmentMode::Active { target, offset } = &segment.mode else { continue };
        let Some(offset) = evaluate_offset(offset, module.unit, globals) else { continue };
        let table = &mut tables[*target as usize];
        let start = offset as usize;
        match start.checked_add(segment.items.len()).and_then(|end| table.get_mut(start..end)) {
            Some(entries) => {
                for (entry, item) in entries.iter_mut().zip(&segment.items) {
                    *entry = reference(evaluate(item, module.unit, globals));
                }
            }
            None if too_large[*target as usize] || module.tables[*target as usize].imported => {}
            None => diagnostics.push(
                Diagnostic::error(
                    &codes::ELEMENTS_OUTSIDE,
                    format!(
                        "element segment {index} of `{}` ends at {}, past the {} entries of table {target}",
                        scope.name(id),
                        u64::from(offset) + segment.items.len() as u64,
                        table.len()
                    ),
                )
                .label(path, format!("{} entries from {offset} on", segment.items.len()))
                .help("build the module with a larger table"),
            ),
        }
    }
    // References to things outside WebAssembly do not exist here: such a table only ever holds null.
    for (table, entries) in module.tables.iter().zip(&mut tables) {
        if table.element == ValType::ExternRef {
            entries.fill(None);
        }
    }
    let rooms = rooms(scope.manifest.component(id), module, diagnostics);
    let room = |(entries, max_entries): (Vec<_>, u32)| {
        let max_entries = max_entries.max(entries.len() as u32);
        Room { entries, max_entries }
    };
    tables.into_iter().zip(rooms).map(room).collect()
}

/// For each table the entries to reserve, if they are more than it starts with.
fn rooms(component: &Component, module: &Module, diagnostics: &mut Diagnostics) -> Vec<u32> {
    let mut demands: Vec<Option<&Demand>> = vec![None; module.tables.len()];
    for demand in &component.tables {
        match find(module, demand) {
            Some(index) if demands[index].is_none() => demands[index] = Some(demand),
            Some(index) => diagnostics.push(
                Diagnostic::error(
                    &codes::MEMORY_TWICE,
                    format!("table {index} of `{}` is given room twice", component.name.value),
                )
                .label(demand.span, "the same table again")
                .help("remove one of them"),
            ),
            None => diagnostics.push(no_such_table(component, module, demand)),
        }
    }
    let rooms = module.tables.iter().zip(demands).enumerate().map(|(index, (table, demand))| {
        let title = || format!("table {index} of `{}`", component.name.value);
        let most = table.max.unwrap_or(u32::MAX);
        match demand {
            Some(demand) if !table.grown => {
                diagnostics.push(
                    Diagnostic::warning(&codes::TABLE_ROOM, format!("{} never grows", title()))
                        .label(demand.span, "room for nothing")
                        .note("its module runs no `table.grow` on it")
                        .help("remove it"),
                );
                0
            }
            Some(demand) if demand.entries.value <= table.min || most <= table.min => {
                diagnostics.push(
                    Diagnostic::warning(&codes::TABLE_ROOM, format!("{} may grow, but has no room to", title()))
                        .label(
                            demand.entries.span,
                            format!("starts with {} entries, at most {}", table.min, most.min(demand.entries.value)),
                        )
                        .help("write more `entries=`, up to the maximum of the module"),
                );
                0
            }
            Some(demand) => demand.entries.value.min(most),
            None if table.grown && most > UNASKED => {
                diagnostics.push(
                    Diagnostic::warning(
                        &codes::TABLE_ROOM,
                        format!("{} may grow, but nothing is reserved for that", title()),
                    )
                    .label(component.span, "`table.grow` returns -1")
                    .help("write `table entries=64`, with the entries that it needs at most"),
                );
                0
            }
            None if table.grown => most,
            None => 0,
        }
    });
    rooms.collect()
}

fn find(module: &Module, demand: &Demand) -> Option<usize> {
    let Some(name) = &demand.name else { return (!module.tables.is_empty()).then_some(0) };
    if let Some(ImportKind::Table(index)) = module.export(name).map(|export| export.kind) {
        return Some(index as usize);
    }
    name.parse().ok().filter(|index| *index < module.tables.len())
}

fn no_such_table(component: &Component, module: &Module, demand: &Demand) -> Diagnostic {
    let (span, which) = match &demand.name {
        Some(name) => (name.span, format!(" `{}`", name.value)),
        None => (demand.span, String::new()),
    };
    let message = format!("the module of `{}` has no table{which}", component.name.value);
    let exported: Vec<&str> = module
        .exports
        .iter()
        .filter(|export| matches!(export.kind, ImportKind::Table(_)))
        .map(|export| export.name.as_str())
        .collect();
    let diagnostic = Diagnostic::error(&codes::TABLE_ROOM, message).label(span, "no such table");
    match (module.tables.len(), exported.as_slice()) {
        (0, _) => diagnostic.note("it has none at all").help("remove it"),
        (_, []) => diagnostic.help("write its index: the first one is \"0\""),
        (_, exported) => diagnostic.help(format!("it exports {}", suggest::listed(exported.iter().copied()))),
    }
}
