//! Helpers that any unit may call, written as WAT: one source for every ISA, tested on the host against an
//! interpreter. Their one memory stands for all of native memory; it starts at address 0. Only what is called goes
//! into an image.

use crate::ingest::{self, Module, Unit};
use std::sync::LazyLock;

/// The module in the text format.
pub const SOURCE: &str = concat!(
    "(module $runtime\n  (memory $native (export \"memory\") 0)\n\n",
    include_str!("divide.wat"),
    "\n",
    include_str!("memory.wat"),
    "\n",
    include_str!("arena.wat"),
    "\n",
    include_str!("f32.wat"),
    "\n",
    include_str!("f64.wat"),
    "\n",
    include_str!("float_compare.wat"),
    "\n",
    include_str!("float_round.wat"),
    "\n",
    include_str!("float_convert.wat"),
    ")\n"
);

static MODULE: LazyLock<Module> = LazyLock::new(|| {
    ingest::module("runtime", Unit::Runtime, SOURCE.as_bytes())
        .unwrap_or_else(|error| panic!("the runtime's own source: {}", error.message))
});

/// The module, read once.
pub fn module() -> &'static Module {
    &MODULE
}
