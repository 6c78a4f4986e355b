//! The plan: every section, piece and symbol.

use crate::link::System;
use crate::plan::{Piece, Plan};
use std::fmt::Write;

pub fn plan(system: &System, plan: &Plan) -> String {
    let mut out = String::new();
    for section in &plan.sections {
        let _ =
            writeln!(out, "section 0x{:08x} {:8} {} ({:?})", section.base, section.size, section.name, section.kind);
    }
    for process in &plan.processes {
        let name = &system.manifest.process(process.process).name;
        let _ = writeln!(out, "process {name}");
        for extent in &process.extents {
            let _ = writeln!(out, "    extent 0x{:08x} {} bytes in {}", extent.base, extent.size, extent.bank);
        }
        process.pieces.iter().for_each(|p| piece(&mut out, p));
    }
    let _ = writeln!(out, "always on");
    plan.fixed.iter().for_each(|p| piece(&mut out, p));
    for (symbol, value) in &plan.symbols {
        let _ = writeln!(out, "symbol 0x{value:08x} {symbol:?}");
    }
    out
}

fn piece(out: &mut String, piece: &Piece) {
    let Piece { slot, base, size, subregions_off, access, words: [first, second] } = piece;
    let _ = writeln!(
        out,
        "    piece {slot} 0x{base:08x} {size} bytes, off {subregions_off:08b}, {access:?}, words {first:08x} {second:08x}"
    );
}
