//! wasm -> CLIF, one function at a time.
//!
//! # What the CLIF means to lowering
//!
//! - 32-bit pointers; wasm i32 and i64 are `I32` and `I64`. The signature is the wasm signature, call convention
//!   `Fast`; there are no hidden parameters.
//! - A symbol is a `GlobalValueData::Symbol` (or the name of an `ExtFuncData`) with the name
//!   `UserExternalName { namespace: 0, index: k }`, where `k` indexes [`Translated::symbols`]; read by
//!   `symbol_value`. `Symbol::Home` is the pinned register: `iadd(symbol_value Home, address)` is an access to
//!   the home memory, and instance data is at negative offsets from it.
//! - `TrapCode::user(code as u8)` carries an `object::TrapCode`.
//! - `udiv`, `sdiv`, `urem`, `srem` trap as CLIF says; lowering supplies the checks (and calls the runtime for I64).
//! - Accesses are little-endian, of any alignment. Without bounds checks in the code a memory access may trap
//!   (`MemoryOutOfBounds`) and is not `can_move`; after a check it is `notrap`.
//! - Source locations are offsets in the module's binary.

use crate::codegen::object::Symbol;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir;

/// One function as CLIF.
#[derive(Debug)]
pub struct Translated {
    pub func: ir::Function,
    /// Meaning of `UserExternalName { namespace: 0, index }`.
    pub symbols: Vec<Symbol>,
    /// For signatures of `call_indirect`: the global type id.
    pub indirect_types: SecondaryMap<ir::SigRef, Option<u32>>,
}
