//! Helpers that any unit may call, written as WAT: one source for every ISA, tested on the host against an
//! interpreter. Their one memory stands for all of native memory; it starts at address 0. Only what is called goes
//! into an image.

use crate::codegen::{RuntimeFunction, Symbol};
use crate::ingest::{ImportKind, Module, Unit};

/// The module in the text format.
pub const SOURCE: &str = concat!(
    "(module $runtime\n  (memory $native (export \"memory\") 0)\n\n",
    include_str!("divide.wat"),
    "\n",
    include_str!("memory.wat"),
    "\n",
    include_str!("arena.wat"),
    ")\n"
);

/// The symbol of function `index` of the runtime: its exports are known to every unit by what they do.
pub fn symbol(module: &Module, index: u32) -> Symbol {
    let export = module.exports.iter().find(|export| export.kind == ImportKind::Function(index));
    let function = export.and_then(|export| RuntimeFunction::ALL.into_iter().find(|f| f.name() == export.name));
    match function {
        Some(function) => Symbol::Runtime(function),
        None => Symbol::Function { unit: Unit::Runtime, index },
    }
}
