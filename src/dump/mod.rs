//! What each stage made, as text: `--dump=STAGE`.

mod front;
mod plan;
mod system;

pub use front::{board, manifest, modules};
pub use plan::plan;
pub use system::system;

use crate::codegen;
use crate::diag::Diagnostic;
use crate::link::{Linked, System};

/// The optimised CLIF of all functions.
pub fn clif(system: &System) -> String {
    functions(system, codegen::dump::clif)
}

/// The machine code of all functions.
pub fn assembly(system: &System) -> String {
    functions(system, codegen::dump::assembly)
}

fn functions(system: &System, print: impl Fn(&System, &Linked, u32) -> Result<String, Diagnostic>) -> String {
    let mut out = String::new();
    for linked in &system.components {
        for (index, _) in linked.module.functions.iter().enumerate().filter(|(_, f)| f.body.is_some()) {
            let index = index as u32;
            let text = print(system, linked, index).unwrap_or_else(|error| format!("error: {}\n", error.message));
            out += &format!(";; {}!{}\n{text}\n", linked.module.name, linked.module.function_name(index));
        }
    }
    out
}
