//! Stage 1: text -> [`Manifest`].

mod build;
mod model;
mod table;
#[cfg(test)]
mod tests;

pub use model::*;
pub use table::MANIFEST;

use crate::diag::Diagnostics;
use crate::schema;
use crate::source::{SourceId, Sources};

/// Reads a manifest. What is wrong is reported, all of it, in the order of the text; the manifest is there as soon as
/// it has a board, without the nodes that could not be read.
pub fn read(sources: &Sources, id: SourceId) -> (Option<Manifest>, Diagnostics) {
    let (items, mut found) = schema::read(sources, id, &MANIFEST);
    let manifest = items.and_then(|items| build::manifest(&items, sources, id, &mut found));
    found.list.sort_by_key(|d| d.labels.first().map(|l| l.span.start));
    (manifest, found)
}
