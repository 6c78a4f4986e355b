//! `compose run --stats`: what a run has used, for people.

use crate::board::Board;
use crate::emulator::{self, Ended, Error, Measured, Usage};
use crate::image::Image;
use crate::report::format::Count;
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Runs an image that measures itself in the place of the file at `elf`; `folder` is for what else the run needs. What
/// it has used is known where it ended by itself. `begins` is called when all is ready.
pub fn run(
    image: &Image,
    board: &Board,
    (elf, folder): (&Path, &Path),
    timeout: Duration,
    console: &mut dyn io::Write,
    begins: impl FnOnce(),
) -> Result<(Ended, Option<Usage>), Error> {
    if board.emulator.is_none() {
        return Err(Error::NoEmulator { board: board.name.clone() });
    }
    let Some(measured) = Measured::new(image, board, folder)? else {
        return Err(Error::Measure(format!(
            "board `{}` has no semihosting, by which its emulator could pass it on",
            board.name
        )));
    };
    std::fs::write(elf, &measured.elf).map_err(|error| Error::Image { path: elf.to_path_buf(), error })?;
    begins();
    let ended = emulator::run(elf, &measured.board, timeout, console)?;
    let usage = match ended {
        Ended::Exited(_) => Some(measured.usage(&image.regions)?),
        _ => None,
    };
    Ok((ended, usage))
}

/// Two tables, of bytes.
pub fn text(usage: &Usage) -> String {
    let count = |bytes: u32| Count(bytes.into()).to_string();
    let stacks = usage.stacks.iter().map(|stack| {
        let bound = stack.bound.map_or("none".to_string(), count);
        [stack.process.clone(), count(stack.used), bound, count(stack.size)]
    });
    let arenas = usage
        .arenas
        .iter()
        .map(|arena| [arena.component.clone(), count(arena.high_water), count(arena.in_use), count(arena.size)]);
    let mut out = String::new();
    table(&mut out, ["Stack", "used", "bound", "size"], stacks.collect());
    table(&mut out, ["Arena", "high-water mark", "in use at the end", "size"], arenas.collect());
    out
}

fn table(out: &mut String, head: [&str; 4], rows: Vec<[String; 4]>) {
    if rows.is_empty() {
        return;
    }
    let head = head.map(str::to_string);
    let width = |column: usize| rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    for [name, rest @ ..] in std::iter::once(&head).chain(&rows) {
        let _ = write!(out, "{name:0$}", widths[0]);
        for (cell, width) in rest.iter().zip(&widths[1..]) {
            let _ = write!(out, "  {cell:>width$}");
        }
        out.push('\n');
    }
}
