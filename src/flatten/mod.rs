//! Stage 4: components -> core modules. `compose` finds out which component's export each import means, and writes the
//! one component that nests them all.

pub mod compose;

use crate::diag::codes::ingest as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::{Input, Module};
use crate::manifest::Manifest;

/// The inputs as core modules, in manifest order.
pub fn modules(manifest: &Manifest, inputs: Vec<Input>) -> (Option<Vec<Module>>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut modules = Vec::new();
    for (input, component) in inputs.into_iter().zip(&manifest.components) {
        match input {
            Input::Module(module) => modules.push(module),
            Input::Component(_) => found.push(
                Diagnostic::error(&codes::COMPONENT, format!("the file of `{}` is a component", component.name))
                    .label(component.path.span, "not a core module")
                    .help("build the core module alone: leave out `wasm-tools component new`"),
            ),
        }
    }
    ((!found.has_errors()).then_some(modules), found)
}
