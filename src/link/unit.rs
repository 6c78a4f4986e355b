//! One component: its segments, and the layout of its instance data.
//!
//! Instance data lies below the home base and is reached at negative offsets from it, of which the short
//! encodings hold only the nearest. So what is used most is nearest: globals last, the lowest index (the stack pointer
//! of most tool chains) at the very end; tables, which are long, first.

use super::constants::{Value, evaluate, evaluate_offset};
use super::memories::{self, Memories};
use super::tables;
use super::{
    Arena, FuncRef, InstanceWord, Linked, LinkedGlobal, LinkedTable, PassiveElements, PassiveSegment, Scope,
    TablePlace, Target,
};
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::{FuncType, Module, SegmentMode, Table};
use crate::manifest::ComponentId;
use std::collections::HashMap;
use std::ops::Range;

/// Function types of all components, each once.
#[derive(Default)]
pub struct Types {
    pub list: Vec<FuncType>,
    known: HashMap<FuncType, u32>,
}

impl Types {
    pub fn id(&mut self, ty: &FuncType) -> u32 {
        *self.known.entry(ty.clone()).or_insert_with(|| {
            self.list.push(ty.clone());
            self.list.len() as u32 - 1
        })
    }
}

pub fn link<'a>(
    scope: &Scope<'a>,
    id: ComponentId,
    functions: Vec<Target>,
    globals: &[Option<Value>],
    memories: Memories,
    types: &mut Types,
    diagnostics: &mut Diagnostics,
) -> Linked<'a> {
    let module = scope.module(id);
    let Memories { list: mut memories, arena } = memories;
    let data = active_data(scope, id, globals, &memories, diagnostics);
    let tables = tables::layout(scope, id, globals, diagnostics);

    let mut instance = Instance::default();
    let place = |(table, room): (&Table, tables::Room)| {
        let tables::Room { entries, max_entries } = room;
        let place = match table.mutated {
            true => {
                let reserved = entries.iter().copied().chain(std::iter::repeat(None)).take(max_entries as usize);
                TablePlace::Cell(instance.push(reserved.map(InstanceWord::FuncRef)))
            }
            false => TablePlace::Flash,
        };
        LinkedTable { place, entries, max_entries, size_cell: None }
    };
    let mut tables: Vec<LinkedTable> = module.tables.iter().zip(tables).map(place).collect();
    let passive_elements = module.elements.iter().map(|element| {
        (element.mode == SegmentMode::Passive).then(|| {
            let entries: Vec<_> =
                element.items.iter().map(|item| reference(evaluate(item, module.unit, globals))).collect();
            let length_cell = instance.value(entries.len() as u32);
            PassiveElements { entries, length_cell }
        })
    });
    let passive_elements = passive_elements.collect();
    let passive_data = module.data.iter().map(|segment| {
        (segment.mode == SegmentMode::Passive).then(|| PassiveSegment {
            bytes: segment.bytes.clone(),
            length_cell: instance.value(segment.bytes.len() as u32),
        })
    });
    let passive_data = passive_data.collect();
    let arena = arena.map(|Range { start, end }| {
        let state = [start, u32::MAX, start].map(InstanceWord::Value);
        let reset = scope.manifest.component(id).arena_reset;
        Arena { start, end, state_cell: instance.push(state), reset }
    });
    for memory in memories.iter_mut().filter(|memory| memory.max_bytes > memory.bytes) {
        memory.size_cell = Some(instance.value(memory.bytes));
    }
    for table in tables.iter_mut().filter(|table| table.max_entries as usize > table.entries.len()) {
        table.size_cell = Some(instance.value(table.entries.len() as u32));
    }
    let globals = instance.globals(module, globals);
    let mut linked = Linked {
        unit: module.unit,
        module,
        functions,
        memories,
        globals,
        tables,
        passive_data,
        passive_elements,
        data,
        arena,
        parties: scope.wiring.parties.get(&id).copied(),
        type_ids: module.types.iter().map(|ty| types.id(ty)).collect(),
        instance: Vec::new(),
    };
    instance.finish(&mut linked);
    linked
}

/// Instance data, from its lowest word up.
#[derive(Default)]
pub struct Instance {
    words: Vec<InstanceWord>,
}

impl Instance {
    /// The index of the first word.
    fn push(&mut self, words: impl IntoIterator<Item = InstanceWord>) -> u32 {
        let index = self.words.len() as u32;
        self.words.extend(words);
        index
    }

    fn value(&mut self, value: u32) -> u32 {
        self.push([InstanceWord::Value(value)])
    }

    /// Cells for what may change, constants for the rest. The lowest index comes last.
    pub fn globals(&mut self, module: &Module, values: &[Option<Value>]) -> Vec<LinkedGlobal> {
        let mut linked = vec![LinkedGlobal::Const(0); module.globals.len()];
        for (index, global) in module.globals.iter().enumerate().rev() {
            let value = values[index].unwrap_or(Value::Bits(0));
            linked[index] = match (global.mutable, value) {
                (false, Value::Bits(bits)) => LinkedGlobal::Const(bits),
                (false, Value::Reference(function)) => LinkedGlobal::ConstFunc(function),
                (true, Value::Reference(function)) => LinkedGlobal::Cell(self.push([InstanceWord::FuncRef(function)])),
                (true, Value::Bits(bits)) => {
                    let words = [bits as u32, (bits >> 32) as u32].map(InstanceWord::Value);
                    LinkedGlobal::Cell(self.push(words.into_iter().take(global.ty.words() as usize)))
                }
            };
        }
        linked
    }

    /// Makes the size a multiple of 8 bytes by a word in front, which moves all cells up by one.
    pub fn finish(mut self, linked: &mut Linked<'_>) {
        if self.words.len() % 2 == 1 {
            self.words.insert(0, InstanceWord::Value(0));
            for global in &mut linked.globals {
                if let LinkedGlobal::Cell(cell) = global {
                    *cell += 1;
                }
            }
            for table in &mut linked.tables {
                if let TablePlace::Cell(cell) = &mut table.place {
                    *cell += 1;
                }
            }
            let tables = linked.tables.iter_mut().filter_map(|table| table.size_cell.as_mut());
            let memories = linked.memories.iter_mut().filter_map(|memory| memory.size_cell.as_mut());
            let data = linked.passive_data.iter_mut().flatten().map(|segment| &mut segment.length_cell);
            let elements = linked.passive_elements.iter_mut().flatten().map(|segment| &mut segment.length_cell);
            let arena = linked.arena.iter_mut().map(|arena| &mut arena.state_cell);
            memories.chain(tables).chain(data).chain(elements).chain(arena).for_each(|cell| *cell += 1);
        }
        linked.instance = self.words;
    }
}

pub fn reference(value: Option<Value>) -> Option<FuncRef> {
    match value {
        Some(Value::Reference(function)) => function,
        _ => None,
    }
}

/// (memory, offset, bytes in the module) of what start-up copies.
fn active_data(
    scope: &Scope<'_>,
    id: ComponentId,
    globals: &[Option<Value>],
    memories: &[super::LinkedMemory],
    diagnostics: &mut Diagnostics,
) -> Vec<(u32, u32, Range<usize>)> {
    let module = scope.module(id);
    let mut list = Vec::new();
    for (index, segment) in module.data.iter().enumerate() {
        let SegmentMode::Active { target, offset } = &segment.mode else { continue };
        // A value that is not known has its diagnostic.
        let Some(offset) = evaluate_offset(offset, module.unit, globals) else { continue };
        let end = u64::from(offset) + segment.bytes.len() as u64;
        // An import has been refused; its size says nothing.
        let size = memories[*target as usize].bytes;
        if end > u64::from(size) {
            if !module.memories[*target as usize].imported {
                diagnostics.push(
                    Diagnostic::error(
                        &codes::DATA_OUTSIDE,
                        format!(
                            "data segment {index} of `{}` ends at {end}, past the {size} B of memory `{}`",
                            scope.name(id),
                            memories::display_name(module, *target)
                        ),
                    )
                    .label(
                        scope.manifest.component(id).path.span,
                        format!("{} B from {offset:#x} on", segment.bytes.len()),
                    )
                    .help("build the module with a larger memory"),
                );
            }
            continue;
        }
        if !segment.bytes.is_empty() {
            list.push((*target, offset, segment.bytes.clone()));
        }
    }
    list
}
