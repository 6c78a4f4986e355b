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

/// Reads a manifest. What is wrong is reported, all of it; the manifest is there as soon as it has a name and a
/// board, without the nodes that could not be read.
pub fn read(sources: &Sources, id: SourceId) -> (Option<Manifest>, Diagnostics) {
    let (items, mut found) = schema::read(sources, id, &MANIFEST);
    let manifest = items.and_then(|items| build::manifest(&items, sources, id, &mut found));
    (manifest, found)
}
