//! All functions and constants of a system.

use super::lower::{self, LowerError};
use super::object::{Constant, Function, Object, Relocation, RelocationKind, Symbol};
use super::thumb2::Thumb2;
use super::translate::{self, Translated};
use crate::board::Isa;
use crate::diag::codes::codegen as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::Unit;
use crate::link::{FuncRef, InstanceWord, Linked, System, TablePlace, Target};
use crate::manifest::ComponentId;
use crate::runtime;
use std::collections::BTreeSet;

/// Compiles all components, and the runtime's helpers. What nothing reaches is left out later, when the image is laid
/// out: nothing is skipped here.
///
/// `None` if there are errors; the diagnostics then name every function that has no native code.
pub fn compile(system: &System) -> (Option<Vec<Object>>, Diagnostics) {
    let mut found = Diagnostics::new();
    if let Some(what) = system.board.lacks() {
        found.push(
            Diagnostic::error(&codes::NO_TARGET, format!("there is no {what} yet"))
                .label(system.manifest.board.span, format!("`{}` needs it", system.board.name))
                .help("`compose plan` and `compose check` know this board: its memory can be planned"),
        );
        return (None, found);
    }
    let mut objects: Vec<Object> = Vec::new();
    for linked in &system.components {
        objects.extend(found.take(unit(system, linked)));
    }
    let linked = crate::link::privileged(runtime::module());
    objects.extend(found.take(unit(system, &linked)));
    if found.has_errors() {
        return (None, found);
    }
    entries(system, &mut objects, &mut found);
    descriptors(system, &mut objects, &mut found);
    (Some(objects).filter(|_| !found.has_errors()), found)
}

/// Compiles the functions with a body of one unit, and its constants. References to functions are left open:
/// [`compile`] adds the descriptors that components need.
pub fn unit(system: &System, linked: &Linked) -> (Option<Object>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut functions = Vec::new();
    for (index, declared) in linked.module.functions.iter().enumerate() {
        if declared.body.is_none() {
            continue;
        }
        let index = index as u32;
        let compiled = match linked.functions[index as usize] {
            // Another one stands for it, in tables and for other components too.
            Target::ArenaRealloc => thunk(system, linked, index),
            _ => function(system, linked, index),
        };
        match compiled {
            Ok(function) => functions.push(function),
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    let object = Object { unit: linked.unit, functions, constants: constants(linked) };
    (Some(object).filter(|_| !found.has_errors()), found)
}

fn function(system: &System, linked: &Linked, index: u32) -> Result<Function, Diagnostic> {
    let translated = translate::function(system, linked, index)?;
    emit(
        system,
        linked,
        index,
        &translated,
        linked.module.function_name(index),
        translate::function_symbol(linked, index),
    )
}

/// The function that stands for an imported one in tables.
fn thunk(system: &System, linked: &Linked, index: u32) -> Result<Function, Diagnostic> {
    let translated = translate::import_thunk(system, linked, index)?;
    let name = format!("{} (thunk)", linked.module.function_name(index));
    emit(system, linked, index, &translated, name, translate::function_symbol(linked, index))
}

/// The functions that the kernel enters where arenas are reset around calls.
fn entries(system: &System, objects: &mut [Object], found: &mut Diagnostics) {
    let gates = system.gates.iter().filter(|gate| system.gate_resets(gate)).map(|gate| (gate.callee, gate.function));
    let jobs = system.jobs.iter().filter(|job| system.job_resets(job.component));
    let all: BTreeSet<(ComponentId, u32)> = gates.chain(jobs.map(|job| (job.component, job.function))).collect();
    for (component, index) in all {
        let unit = Unit::Component(component);
        let linked = &system.components[component.0 as usize];
        let resets = system.resets(system.manifest.component(component).process);
        let name = format!("{} (entry)", linked.module.function_name(index));
        let entry = translate::entry(system, linked, index, &resets)
            .and_then(|translated| emit(system, linked, index, &translated, name, Symbol::Entry { component, index }));
        match entry {
            Ok(entry) => {
                let object = objects.iter_mut().find(|object| object.unit == unit).expect("every unit has an object");
                object.functions.push(entry);
            }
            Err(diagnostic) => found.push(diagnostic),
        }
    }
}

fn emit(
    system: &System,
    linked: &Linked,
    index: u32,
    translated: &Translated,
    name: String,
    symbol: Symbol,
) -> Result<Function, Diagnostic> {
    let emitted =
        lower(system, linked.unit, translated, false).map_err(|error| lowering_failed(system, linked, index, error))?;
    let lower::Emitted { code, relocations, frame, calls, tail_calls, lines, .. } = emitted;
    Ok(Function { symbol, name, code, relocations, frame, calls, tail_calls, lines })
}

/// The back end of the board's instruction set.
pub(super) fn lower(
    system: &System,
    unit: Unit,
    translated: &Translated,
    listing: bool,
) -> Result<lower::Emitted, LowerError> {
    match system.board.cpu.isa {
        Isa::Thumb2 => lower::function::<Thumb2>(unit, &system.board.cpu, translated, listing),
        Isa::Rv32 => unreachable!("systems of boards that lack a code generator are only planned"),
    }
}

fn lowering_failed(system: &System, linked: &Linked, index: u32, error: LowerError) -> Diagnostic {
    let name = format!("`{}` of `{}`", linked.module.function_name(index), linked.module.name);
    let (diagnostic, label) = match error {
        LowerError::Unsupported { operator, offset } => {
            let at = offset.map_or(String::new(), |offset| format!(" at wasm offset {offset:#x}"));
            let message = format!("function {name} needs `{operator}`{at}, which the code generator does not have");
            (Diagnostic::error(&codes::UNSUPPORTED, message), "in this module")
        }
        LowerError::Allocation(what) => {
            let message = format!("function {name} cannot be given registers");
            let help = "split the function, or build the module with less inlining";
            (Diagnostic::error(&codes::TOO_LARGE, message).note(what).help(help), "in this module")
        }
    };
    match linked.unit {
        Unit::Component(id) => diagnostic.label(system.manifest.component(id).path.span, label),
        Unit::Kernel | Unit::Runtime => diagnostic,
    }
}

/// Tables that nothing changes, and passive segments.
fn constants(linked: &Linked) -> Vec<Constant> {
    let unit = linked.unit;
    let mut constants = Vec::new();
    for (index, table) in linked.tables.iter().enumerate() {
        if table.place == TablePlace::Flash {
            constants.push(references(Symbol::Table { unit, index: index as u32 }, &table.entries));
        }
    }
    for (index, elements) in linked.passive_elements.iter().enumerate() {
        if let Some(elements) = elements {
            constants.push(references(Symbol::Elements { unit, index: index as u32 }, &elements.entries));
        }
    }
    for (index, data) in linked.passive_data.iter().enumerate() {
        if let Some(data) = data {
            let symbol = Symbol::Data { unit, index: index as u32 };
            let bytes = linked.module.wasm[data.bytes.clone()].to_vec();
            constants.push(Constant { symbol, bytes, align: 4, relocations: Vec::new() });
        }
    }
    constants
}

/// An array of descriptor addresses.
fn references(symbol: Symbol, entries: &[Option<FuncRef>]) -> Constant {
    let relocations = entries.iter().enumerate().map(|(index, &entry)| address(4 * index as u32, entry));
    let relocations = relocations.collect();
    Constant { symbol, bytes: vec![0; 4 * entries.len()], align: 4, relocations }
}

fn address(offset: u32, reference: Option<FuncRef>) -> Relocation {
    Relocation { offset, kind: RelocationKind::Abs32, target: Symbol::Descriptor(reference), addend: 0 }
}

/// Adds the descriptors that code, constants and instance data name, and thunks for the imported functions among them.
fn descriptors(system: &System, objects: &mut [Object], found: &mut Diagnostics) {
    let mut named: BTreeSet<Option<FuncRef>> = BTreeSet::new();
    for object in objects.iter() {
        let in_code = object.functions.iter().flat_map(|function| &function.relocations);
        let in_constants = object.constants.iter().flat_map(|constant| &constant.relocations);
        named.extend(in_code.chain(in_constants).filter_map(|relocation| match relocation.target {
            Symbol::Descriptor(reference) => Some(reference),
            _ => None,
        }));
    }
    for linked in &system.components {
        named.extend(linked.instance.iter().filter_map(|word| match word {
            InstanceWord::FuncRef(reference) => Some(*reference),
            _ => None,
        }));
    }
    for reference in named {
        let unit = reference.map_or(Unit::Runtime, |reference| reference.unit);
        let object = objects.iter_mut().find(|object| object.unit == unit).expect("every unit has an object");
        let Some(FuncRef { unit, index }) = reference else {
            object.constants.push(descriptor(None, u32::MAX));
            continue;
        };
        let linked = system.components.iter().find(|linked| linked.unit == unit).expect("only components have tables");
        let declared = &linked.module.functions[index as usize];
        object.constants.push(descriptor(reference, linked.type_ids[declared.ty as usize]));
        if declared.body.is_none() {
            match thunk(system, linked, index) {
                Ok(thunk) => object.functions.push(thunk),
                Err(diagnostic) => found.push(diagnostic),
            }
        }
    }
}

/// `[type id, code address]`. The null reference's code is never reached: no type has its id.
fn descriptor(reference: Option<FuncRef>, type_id: u32) -> Constant {
    let mut bytes = type_id.to_le_bytes().to_vec();
    bytes.extend([0; 4]);
    let code = reference.map(|FuncRef { unit, index }| Relocation {
        offset: 4,
        kind: RelocationKind::Abs32,
        target: Symbol::Function { unit, index },
        addend: 0,
    });
    Constant { symbol: Symbol::Descriptor(reference), bytes, align: 4, relocations: code.into_iter().collect() }
}
