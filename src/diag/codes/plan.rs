//! Codes of the `plan` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[];
