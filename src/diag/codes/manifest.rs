//! Codes of the `manifest` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[];
