//! `compose`: one `system.kdl` and a set of WebAssembly modules -> a complete microcontroller firmware image.

pub mod board;
pub mod cli;
pub mod codegen;
pub mod diag;
pub mod image;
pub mod ingest;
pub mod kernel;
pub mod link;
pub mod manifest;
pub mod plan;
pub mod protect;
pub mod report;
pub mod runtime;
pub mod schema;
pub mod source;
pub mod trace;
pub mod verify;

use diag::Diagnostics;
use source::{SourceId, Sources};
use trace::{Stage, Trace};

/// The pipeline. Each stage borrows what the ones before it made, and changes nothing in it; what a stage finds wrong
/// goes to `found`, and the next one runs as long as there is something to run on.
pub fn check(sources: &mut Sources, id: SourceId, trace: &mut Trace, found: &mut Diagnostics) -> Option<()> {
    let manifest = found.take(manifest::read(sources, id))?;
    trace.done(Stage::Manifest, || format!("{manifest:#?}\n"));
    let board = found.take(board::load(sources, &manifest))?;
    trace.done(Stage::Board, || format!("{board:#?}\n"));
    let modules = found.take(ingest::read(&manifest, &board))?;
    trace.done(Stage::Modules, || format!("{modules:#?}\n"));
    if found.has_errors() {
        return None; // What is missing from a manifest with errors would be missed again by everyone who needs it.
    }
    let system = found.take(link::resolve(&manifest, &board, &modules))?;
    trace.done(Stage::System, || format!("{system:#?}\n"));
    Some(())
}
