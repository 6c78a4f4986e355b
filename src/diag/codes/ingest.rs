//! Codes of the `ingest` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[];
