//! Stage 5: [`System`](crate::link::System) -> [`Object`]s.
//!
//! ```text
//! wasm --translate--> CLIF --optimize, ranges, unroll, addresses, schedule--> CLIF --lower--> machine instructions with virtual registers
//!      --regalloc2--> allocation --emit--> bytes + relocations
//! ```
//!
//! # Native calling convention (all ISAs; the word size is 32 bits)
//!
//! Values are flattened to words, an i64 to two, low word first, without alignment. The first four argument words
//! are in registers (Arm: r0-r3), the rest in the caller's outgoing area at `[sp + 4*k]`. Results likewise: four
//! words in the same registers, the rest in that same outgoing area from its start. Callee-saved: r4-r10 and the
//! home base r11. r12 is the emitter's scratch; lr is clobbered by calls. sp is a multiple of 8 at every call.
//!
//! The home base (r11) is the native address of the component's first memory. Instance data lies directly below.
//! A component without a memory has a home base all the same: the end of its instance data.

mod addresses;
mod compile;
pub mod dump;
mod flow;
pub mod lower;
mod object;
mod optimize;
mod ranges;
pub mod reg;
mod schedule;
pub mod thumb2;
pub mod translate;
mod unroll;

pub use compile::{compile, unit};
pub use object::*;
