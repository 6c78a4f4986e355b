//! `compose`: one `system.kdl` and a set of WebAssembly modules -> a complete microcontroller firmware image.

pub mod board;
pub mod cli;
pub mod codegen;
pub mod diag;
pub mod diff;
pub mod dump;
pub mod emulator;
pub mod flatten;
pub mod image;
pub mod ingest;
pub mod kernel;
pub mod link;
pub mod lock;
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
    /// The text of the lock file.
    pub lock: String,
}

/// How far a run goes, and what it starts from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    pub goal: Goal,
    /// The lock file: what it knows stays where it is, if it can.
    pub lock: Option<SourceId>,
    /// In place of what the manifest says.
    pub optimize: Option<manifest::Optimize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    #[default]
    Image,
    /// No more than the layout: of memory alone, for boards that nothing can be built for yet.
    Plan,
}

/// What a run makes. Without an image only for [`Goal::Plan`].
#[derive(Debug)]
pub struct Outcome {
    pub name: String,
    pub board: board::Board,
    pub image: Option<image::Image>,
    pub report: report::Report,
    /// Bytes of RAM less that another layout may use, at most.
    pub gap: u64,
    pub lock: String,
}

/// Builds the image of a manifest, placed afresh.
pub fn build(sources: &mut Sources, id: SourceId, trace: &mut Trace, found: &mut Diagnostics) -> Option<Product> {
    let Outcome { name, board, image, report, lock, .. } = run(sources, id, &Settings::default(), trace, found)?;
    Some(Product { name, board, image: image?, report, lock })
}

/// The pipeline. Each stage borrows what the ones before it made, and changes nothing in it; what a stage finds wrong
/// goes to `found`, and the next one runs as long as there is something to run on. `None` if there are errors.
pub fn run(
    sources: &mut Sources,
    id: SourceId,
    settings: &Settings,
    trace: &mut Trace,
    found: &mut Diagnostics,
) -> Option<Outcome> {
    let manifest = trace.stage("manifest", || found.take(manifest::read(sources, id)))?;
    trace.show(Show::Manifest, || dump::manifest(&manifest));
    let board = trace.stage("board", || found.take(board::load(sources, &manifest)))?;
    trace.show(Show::Board, || dump::board(&board));
    let lock = settings.lock.and_then(|id| trace.stage("lock", || found.take(lock::read(sources, id))));
    let inputs = trace.stage("ingest", || found.take(ingest::read(sources, &manifest, &board)))?;
    let flat = trace.stage("flatten", || found.take(flatten::flatten(&manifest, inputs)))?;
    trace.show(Show::Modules, || dump::modules(&flat.modules));
    if found.has_errors() {
        return None; // What a manifest with errors lacks, everyone who needs it would miss again.
    }
    let mut system = trace.stage("link", || found.take(link::resolve(&flat, &board)))?;
    system.optimize = settings.optimize.unwrap_or(system.optimize);
    trace.show(Show::System, || dump::system(&system));
    let (plan, image) = if board.lacks().is_some() && settings.goal == Goal::Plan {
        (trace.stage("plan", || found.take(plan::outline(&system, lock.as_ref())))?, None)
    } else {
        trace.show(Show::Clif, || dump::clif(&system));
        trace.show(Show::Assembly, || dump::assembly(&system));
        let objects = trace.stage("codegen", || found.take(codegen::compile(&system)))?;
        let kernel = trace.stage("kernel", || kernel::compile(&system));
        let plan = trace.stage("plan", || found.take(plan::place(&system, &objects, &kernel, lock.as_ref())))?;
        let image = trace.stage("image", || found.take(image::write(&system, &objects, &kernel, &plan)))?;
        (plan, Some(image))
    };
    trace.show(Show::Plan, || dump::plan(&system, &plan));
    let report = trace.stage("report", || report::table(&system, &plan));
    let name = manifest.name.value.clone();
    (!found.has_errors()).then(|| Outcome { name, board, image, report, gap: plan.search.gap(), lock: plan.lock })
}
