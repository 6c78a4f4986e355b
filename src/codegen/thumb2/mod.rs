//! Armv7-M Thumb-2: the instruction set as data, its encoder, printer and assembler.
//!
//! ```text
//! Inst --expand--> Machine --encode (table, formats)--> bytes
//!                             print ------------------> text
//! [Inst] --asm--> code, relocations, calls, lines
//! ```

pub mod asm;
mod emit;
pub mod encode;
mod expand;
mod formats;
pub mod inst;
mod machine;
mod minst;
pub mod print;
mod select;
mod table;
#[cfg(test)]
mod tests;

pub use minst::Thumb2;
