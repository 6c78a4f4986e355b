//! Every diagnostic code, grouped by the stage that reports it.

use super::Code;

pub mod board;
pub mod codegen;
pub mod flatten;
pub mod ingest;
pub mod link;
pub mod lock;
pub mod manifest;
pub mod plan;
pub mod schema;

/// All codes, in the order of the stages.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [schema::ALL, manifest::ALL, board::ALL, ingest::ALL, lock::ALL, flatten::ALL, link::ALL, codegen::ALL, plan::ALL]
        .into_iter()
        .flatten()
        .copied()
}
