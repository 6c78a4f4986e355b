//! Every diagnostic code, grouped by the stage that reports it.

use super::Code;

pub mod codegen;
pub mod ingest;
pub mod link;
pub mod manifest;
pub mod plan;

/// All codes, in the order of the stages.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [manifest::ALL, ingest::ALL, link::ALL, codegen::ALL, plan::ALL].into_iter().flatten().copied()
}
