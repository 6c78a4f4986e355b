//! Armv7-M Thumb-2.
pub mod inst;
