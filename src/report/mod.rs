//! Stage 8: plan -> [`Report`]: the region table, for people and for machines.

pub mod format;
mod header;
mod picture;
mod text;

pub use format::{Address, Count, printable};
pub use header::{c, rust};
pub use picture::svg;
pub use text::text;

use crate::link::System;
use crate::plan::Plan;
use crate::plan::table::RegionTable;

/// The region table in its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What is printed.
    pub text: String,
    /// `NAME.regions.json`.
    pub json: String,
    /// `NAME.regions.h` and `NAME.regions.rs`, for a kernel of one's own.
    pub c: String,
    pub rust: String,
    /// `NAME.svg`, a picture of the layout.
    pub svg: String,
}

/// The report of a plan.
pub fn table(system: &System, plan: &Plan) -> Report {
    let table = RegionTable::new(system, plan);
    Report { text: text(&table), json: table.to_json(), c: c(&table), rust: rust(&table), svg: svg(&table) }
}
