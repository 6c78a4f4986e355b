//! Codes of the `link` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[];
