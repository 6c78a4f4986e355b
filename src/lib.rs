//! `compose`: one `system.kdl` and a set of WebAssembly modules -> a complete microcontroller firmware image.

pub mod board;
pub mod cli;
pub mod codegen;
pub mod diag;
pub mod diff;
pub mod dump;
pub mod emulator;
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
use trace::{Show, Trace};

/// What a build makes.
#[derive(Debug)]
pub struct Product {
    /// Names the files.
    pub name: String,
    pub board: board::Board,
    pub image: image::Image,
    pub report: report::Report,
}

/// The pipeline. Each stage borrows what the ones before it made, and changes nothing in it; what a stage finds wrong
/// goes to `found`, and the next one runs as long as there is something to run on. `None` if there are errors.
pub fn build(sources: &mut Sources, id: SourceId, trace: &mut Trace, found: &mut Diagnostics) -> Option<Product> {
    let manifest = trace.stage("manifest", || found.take(manifest::read(sources, id)))?;
    trace.show(Show::Manifest, || dump::manifest(&manifest));
    let board = trace.stage("board", || found.take(board::load(sources, &manifest)))?;
    trace.show(Show::Board, || dump::board(&board));
    let modules = trace.stage("ingest", || found.take(ingest::read(sources, &manifest, &board)))?;
    trace.show(Show::Modules, || dump::modules(&modules));
    if found.has_errors() {
        return None; // What a manifest with errors lacks, everyone who needs it would miss again.
    }
    let system = trace.stage("link", || found.take(link::resolve(&manifest, &board, &modules)))?;
    trace.show(Show::System, || dump::system(&system));
    trace.show(Show::Clif, || dump::clif(&system));
    trace.show(Show::Assembly, || dump::assembly(&system));
    let objects = trace.stage("codegen", || found.take(codegen::compile(&system)))?;
    let kernel = trace.stage("kernel", || kernel::compile(&system));
    let plan = trace.stage("plan", || found.take(plan::place(&system, &objects, &kernel)))?;
    trace.show(Show::Plan, || dump::plan(&system, &plan));
    let image = trace.stage("image", || found.take(image::write(&system, &objects, &kernel, &plan)))?;
    let report = trace.stage("report", || report::table(&system, &plan));
    (!found.has_errors()).then(|| Product { name: manifest.name.value.clone(), board, image, report })
}
