//! Machine instructions before allocation: what selection makes and emission takes.

use super::inst::{Cond, Inst};
use crate::codegen::lower::BlockIndex;
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use regalloc2::RegClass;

/// The instruction set, as the shared half of lowering names it.
#[derive(Clone, Copy, Debug)]
pub struct Thumb2;

/// A machine instruction before allocation: one of [`Inst`], or what needs the block structure or the calling convention.
#[derive(Clone, Debug)]
pub enum MInst {
    Plain(Inst),
    /// The parameters that arrive in registers.
    Args {
        defs: Vec<(Reg, u8)>,
    },
    Call {
        target: CallTarget,
        /// Global type id of an indirect call.
        type_id: Option<u32>,
        uses: Vec<(Reg, u8)>,
        defs: Vec<(Reg, u8)>,
    },
    /// Takes the frame down and goes on in another function, which returns to this one's caller.
    TailCall {
        target: CallTarget,
        type_id: Option<u32>,
        uses: Vec<(Reg, u8)>,
    },
    /// Takes the frame down and returns.
    Return {
        uses: Vec<(Reg, u8)>,
    },
    Jump {
        to: BlockIndex,
    },
    /// On the flags.
    BranchIf {
        cond: Cond,
        then: BlockIndex,
        otherwise: BlockIndex,
    },
    BranchZero {
        nonzero: bool,
        rn: Reg,
        then: BlockIndex,
        otherwise: BlockIndex,
    },
    /// Reads the flags of `CMP index, #targets.len()`: to `default` where `index` is not below.
    BranchTable {
        index: Reg,
        default: BlockIndex,
        targets: Vec<BlockIndex>,
    },
}

#[derive(Clone, Copy, Debug)]
pub enum CallTarget {
    Symbol(Symbol),
    Reg(Reg),
}

/// Registers of arguments and results: r0-r3.
pub const ARGUMENT_REGISTERS: usize = 4;

/// Classes of the floating-point registers.
pub const SINGLE: RegClass = RegClass::Float;
pub const DOUBLE: RegClass = RegClass::Vector;
