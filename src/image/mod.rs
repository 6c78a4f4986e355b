//! Stage 7: plan + objects -> [`Image`]: the ELF and the formats derived from it.
