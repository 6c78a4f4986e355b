//! The two core modules that tools put around a component's own, so that its imports can be lowered before its memory is
//! there: a shim, whose functions only call through a table, and a fix-up, whose elements fill that table. Once all
//! instances exist, what the table holds is final, and the calls lead to what was put in.
//!
//! Taken out only where that is certain: each function of the shim has exactly this shape, and the only other instance that
//! imports the table has no code of its own.

use super::environ::{Def, Flattened, Item, Kind, Refused};
use std::collections::BTreeMap;
use wasmparser::{ElementItems, ElementKind, Operator, Parser, Payload};

/// Replaces what leads through shims. The instances that are no longer needed.
pub fn dissolve(flat: &mut Flattened) -> Result<Vec<usize>, Refused> {
    let mut gone = Vec::new();
    for shim in 0..flat.instances.len() {
        let Some(functions) = shim_functions(flat, shim)? else { continue };
        let table = Def::Item(Item { instance: shim, kind: Kind::Table, index: 0 });
        let users: Vec<usize> =
            (0..flat.instances.len()).filter(|&other| flat.instances[other].imports.contains(&table)).collect();
        let [fixup] = users[..] else { continue };
        let Some(elements) = fixup_elements(flat, fixup)? else { continue };
        let mut leads: BTreeMap<Item, Def> = BTreeMap::new();
        for (index, slot) in functions {
            let Some(def) = elements.get(&slot) else { continue };
            leads.insert(Item { instance: shim, kind: Kind::Function, index }, def.clone());
        }
        for instance in &mut flat.instances {
            for import in &mut instance.imports {
                if let Def::Item(item) = import
                    && let Some(def) = leads.get(item)
                {
                    *import = def.clone();
                }
            }
        }
        for resource in &mut flat.resources {
            if let Some(Def::Item(item)) = resource.destructor.as_ref().and_then(|item| leads.get(item)) {
                resource.destructor = Some(*item);
            }
        }
        gone.extend([shim, fixup]);
    }
    Ok(gone)
}

fn broken(error: impl std::fmt::Display) -> Refused {
    Refused::Invalid(format!("a core module cannot be read: {error}"))
}

/// The functions of a shim with the table entry that each calls; `None` if the instance is no shim.
fn shim_functions(flat: &Flattened, instance: usize) -> Result<Option<Vec<(u32, u32)>>, Refused> {
    let Some(_) = flat.instances[instance].component else { return Ok(None) };
    if !flat.instances[instance].imports.is_empty() {
        return Ok(None);
    }
    let mut functions = Vec::new();
    let mut tables = 0;
    for payload in Parser::new(0).parse_all(&flat.modules[flat.instances[instance].module].wasm) {
        match payload.map_err(broken)? {
            Payload::TableSection(section) => tables = section.count(),
            Payload::MemorySection(_) | Payload::GlobalSection(_) | Payload::ElementSection(_) => return Ok(None),
            Payload::DataSection(_) | Payload::StartSection { .. } => return Ok(None),
            Payload::CodeSectionEntry(body) => {
                let reader = body.get_operators_reader().map_err(broken)?;
                let operators = reader.into_iter().collect::<Result<Vec<_>, _>>().map_err(broken)?;
                let [
                    arguments @ ..,
                    Operator::I32Const { value },
                    Operator::CallIndirect { table_index: 0, .. },
                    Operator::End,
                ] = &operators[..]
                else {
                    return Ok(None);
                };
                let in_order = arguments.iter().zip(0..).all(
                    |(operator, index)| matches!(operator, Operator::LocalGet { local_index } if *local_index == index),
                );
                if !in_order {
                    return Ok(None);
                }
                functions.push((functions.len() as u32, *value as u32));
            }
            _ => {}
        }
    }
    Ok((tables == 1 && !functions.is_empty()).then_some(functions))
}

/// What a fix-up puts into the table; `None` if the instance does anything else.
fn fixup_elements(flat: &Flattened, instance: usize) -> Result<Option<BTreeMap<u32, Def>>, Refused> {
    let functions: Vec<&Def> = flat.instances[instance]
        .imports
        .iter()
        .filter(|def| !matches!(def, Def::Item(item) if item.kind != Kind::Function))
        .collect();
    let mut elements = BTreeMap::new();
    for payload in Parser::new(0).parse_all(&flat.modules[flat.instances[instance].module].wasm) {
        match payload.map_err(broken)? {
            Payload::CodeSectionEntry(_) | Payload::MemorySection(_) | Payload::DataSection(_) => return Ok(None),
            Payload::StartSection { .. } => return Ok(None),
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element.map_err(broken)?;
                    let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind else {
                        return Ok(None);
                    };
                    let mut offset = offset_expr.get_operators_reader();
                    let Operator::I32Const { value: offset } = offset.read().map_err(broken)? else { return Ok(None) };
                    let ElementItems::Functions(items) = element.items else { return Ok(None) };
                    for (slot, item) in (offset as u32..).zip(items) {
                        let Some(def) = functions.get(item.map_err(broken)? as usize) else { return Ok(None) };
                        elements.insert(slot, (*def).clone());
                    }
                }
            }
            _ => {}
        }
    }
    Ok((!elements.is_empty()).then_some(elements))
}
