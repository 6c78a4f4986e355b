//! Codes of the `codegen` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[];
