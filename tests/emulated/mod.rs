//! From a manifest to what its image says in the emulator.

mod stack;

use compose::Product;
use compose::board::Board;
use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::emulator::Measured;
use compose::source::Sources;
use compose::trace::Trace;
use compose::{emulator, verify};
use libtest_mimic::Failed;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What an image said and how it ended.
pub struct Said {
    pub console: String,
    pub exit_code: u8,
}

/// Builds the manifest `text`, whose files are in `folder`, to an image that `verify` accepts. Errors are what a person
/// would read.
pub fn build(folder: &Path, text: &str) -> Result<Product, Failed> {
    let mut sources = Sources::new();
    let mut found = Diagnostics::new();
    let id = sources.add("system.kdl", folder, text);
    let Some(product) = compose::build(&mut sources, id, &mut Trace::new(None), &mut found) else {
        let look = Look { color: false, width: 120 };
        return Err(format!("{text}\n{}", render(&found, &sources, Format::Human, look)).into());
    };
    let verdict = verify::check(&product.image.elf);
    if !verdict.passed() {
        return Err(format!("{text}\n{verdict}").into());
    }
    Ok(product)
}

/// Runs an image, for 20 seconds at most. It is an error if a process uses more of its stack than the report says that it
/// may.
pub fn run(product: &Product) -> Result<Said, Failed> {
    let folder = tempfile::tempdir()?;
    let Some(measured) = Measured::new(&product.image, &product.board, folder.path())? else {
        return run_hostile(product);
    };
    let said = emulate(&measured.elf, &measured.board, folder.path())?;
    stack::check(&measured, &product.image)?;
    Ok(said)
}

/// [`run`] for what writes outside of its memory, and so to its own stack.
pub fn run_hostile(product: &Product) -> Result<Said, Failed> {
    emulate(&product.image.elf, &product.board, tempfile::tempdir()?.path())
}

pub fn emulate(elf: &[u8], board: &Board, folder: &Path) -> Result<Said, Failed> {
    let file = folder.join("image.elf");
    fs::write(&file, elf)?;
    let mut console = Vec::new();
    let ended = emulator::run(&file, board, Duration::from_secs(20), &mut console)?;
    let console = String::from_utf8_lossy(&console).into_owned();
    match ended {
        emulator::Ended::Exited(exit_code) => Ok(Said { console, exit_code }),
        other => Err(format!("{other:?} after:\n{console}").into()),
    }
}
