//! Helpers that any unit may call, written as WAT.

use crate::codegen::{RuntimeFunction, Symbol};
use crate::ingest::{ImportKind, Module, Unit};

/// The symbol of function `index` of the runtime: its exports are known to every unit by what they do.
pub fn symbol(module: &Module, index: u32) -> Symbol {
    let export = module.exports.iter().find(|export| export.kind == ImportKind::Function(index));
    let function = export.and_then(|export| RuntimeFunction::ALL.into_iter().find(|f| f.name() == export.name));
    match function {
        Some(function) => Symbol::Runtime(function),
        None => Symbol::Function { unit: Unit::Runtime, index },
    }
}
