//! From a manifest to what its image says in the emulator.

use compose::board::{self, Board};
use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::image::{self, Image};
use compose::source::Sources;
use compose::{codegen, emulator, ingest, kernel, link, manifest, plan, verify};
use libtest_mimic::Failed;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// An image that `verify` accepts.
pub struct Built {
    pub image: Image,
    pub board: Board,
}

/// What the image said and how it ended.
pub struct Said {
    pub console: String,
    pub exit_code: u8,
}

/// Builds the manifest `text`, whose files are in `folder`. Errors are what a person would read.
pub fn build(folder: &Path, text: &str) -> Result<Built, Failed> {
    let mut sources = Sources::new();
    let mut found = Diagnostics::new();
    let built = stages(&mut sources, folder, text, &mut found);
    let Some(built) = built.filter(|_| !found.has_errors()) else {
        let look = Look { color: false, width: 120 };
        return Err(format!("{text}\n{}", render(&found, &sources, Format::Human, look)).into());
    };
    let verdict = verify::check(&built.image.elf);
    if !verdict.passed() {
        return Err(format!("{text}\n{verdict}").into());
    }
    Ok(built)
}

fn stages(sources: &mut Sources, folder: &Path, text: &str, found: &mut Diagnostics) -> Option<Built> {
    let id = sources.add("system.kdl", folder, text);
    let manifest = found.take(manifest::read(sources, id))?;
    let board = found.take(board::load(sources, &manifest))?;
    let modules = found.take(ingest::read(&manifest, &board))?;
    let system = found.take(link::resolve(&manifest, &board, &modules))?;
    let objects = found.take(codegen::compile(&system))?;
    let kernel = kernel::compile(&system);
    let plan = found.take(plan::place(&system, &objects, &kernel))?;
    let image = found.take(image::write(&system, &objects, &kernel, &plan))?;
    drop(system);
    Some(Built { image, board })
}

impl Built {
    /// Runs the image, for 20 seconds at most.
    pub fn run(&self) -> Result<Said, Failed> {
        let folder = tempfile::tempdir()?;
        let elf = folder.path().join("image.elf");
        fs::write(&elf, &self.image.elf)?;
        let mut console = Vec::new();
        let ended = emulator::run(&elf, &self.board, Duration::from_secs(20), &mut console)?;
        let console = String::from_utf8_lossy(&console).into_owned();
        match ended {
            emulator::Ended::Exited(exit_code) => Ok(Said { console, exit_code }),
            other => Err(format!("{other:?} after:\n{console}").into()),
        }
    }
}
