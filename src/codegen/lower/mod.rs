//! CLIF -> machine instructions with virtual registers -> allocation; what all ISAs share.
//!
//! Blocks are lowered from their last instruction to their first, and in an order that puts every use before its
//! definition. An instruction whose results nobody asked for by then, and that has no effect, is not lowered:
//! that is how values that were folded into their users vanish.
//!
//! A value that is wider than a register of its kind is two virtual registers from here on. An ISA supplies [`Machine`]: it selects instructions,
//! names their operands, and emits bytes once registers are known.

mod blocks;
mod context;
mod hoist;
mod narrow;
mod pressure;
mod vcode;

pub use blocks::BlockIndex;
pub use context::{Context, Unsupported, has_effect};
pub use vcode::{Role, VCode};

use crate::board::Cpu;
use crate::codegen::object;
use crate::codegen::translate::Translated;
use crate::ingest::Unit;
use cranelift_codegen::ir;
use regalloc2::RegClass;
use std::fmt::Debug;

/// What an ISA supplies.
pub trait Machine: Sized {
    type Inst: Clone + Debug;

    /// What an instruction makes of nothing.
    type Constant: Eq + std::hash::Hash;

    /// The registers of a value of this type: one, or two core registers.
    fn classes(cpu: &Cpu, ty: ir::Type) -> &'static [RegClass];

    /// Lowers one instruction that is not a branch.
    fn select(cx: &mut Context<'_, Self>, inst: ir::Inst) -> Result<(), Unsupported>;

    /// Lowers the branch or return at the end of a block. `targets` are its successors in CLIF's order.
    fn select_terminator(cx: &mut Context<'_, Self>, inst: ir::Inst, targets: &[BlockIndex])
    -> Result<(), Unsupported>;

    /// The instructions that bring the parameters into registers, first of the entry block.
    fn select_entry(cx: &mut Context<'_, Self>, params: &[ir::Value]);

    /// A jump, for blocks that split an edge.
    fn jump(to: BlockIndex) -> Self::Inst;

    /// Shows every register of an instruction, with its role, always in the same order.
    fn visit(inst: &mut Self::Inst, visitor: &mut dyn FnMut(&mut crate::codegen::reg::Reg, Role));

    /// Registers that are destroyed, results excepted.
    fn clobbers(inst: &Self::Inst) -> regalloc2::PRegSet;

    /// Does an instruction nothing but define its results? Then it may be left out where nobody reads them.
    fn is_pure(inst: &Self::Inst) -> bool;

    /// The constant that an instruction loads, if it does nothing else, and how many instructions that takes.
    fn constant(inst: &Self::Inst) -> Option<(Self::Constant, u32)>;

    fn is_return(inst: &Self::Inst) -> bool;

    fn is_branch(inst: &Self::Inst) -> bool;

    fn environment(cpu: &Cpu) -> regalloc2::MachineEnv;

    /// Words of a spill slot.
    fn spill_words(class: RegClass) -> usize;

    /// Bytes, once the registers are known.
    fn emit(vcode: &VCode<Self>, allocation: &regalloc2::Output) -> Emitted;
}

/// What emission yields of one function.
#[derive(Debug)]
pub struct Emitted {
    pub code: Vec<u8>,
    pub relocations: Vec<object::Relocation>,
    /// Bytes of stack.
    pub frame: u32,
    pub calls: Vec<object::Call>,
    pub tail_calls: Vec<object::Call>,
    pub lines: Vec<(u32, u32)>,
    /// (code offset, text) of labels and instructions.
    pub listing: Vec<(u32, String)>,
}

/// Why a function could not be lowered.
#[derive(Debug)]
pub enum LowerError {
    /// An operator that lowering does not know, at this wasm offset.
    Unsupported { operator: String, offset: Option<u32> },
    /// The allocator's own error: an internal bug, or a function beyond its limits.
    Allocation(String),
}

/// Lowers one optimised function, allocates registers and emits it; with `listing`, as text too.
pub fn function<M: Machine>(
    unit: Unit,
    cpu: &Cpu,
    translated: &Translated,
    listing: bool,
) -> Result<Emitted, LowerError> {
    let mut vcode = vcode::build::<M>(unit, cpu, translated)?;
    vcode.listing = listing;
    let environment = M::environment(cpu);
    let options = regalloc2::RegallocOptions {
        verbose_log: false,
        validate_ssa: cfg!(debug_assertions),
        algorithm: regalloc2::Algorithm::Ion,
    };
    let allocation =
        regalloc2::run(&vcode, &environment, &options).map_err(|e| LowerError::Allocation(e.to_string()))?;
    emit(&vcode, &environment, &allocation)
}

/// Emits a function; in debug builds, only after the allocator's independent checker has followed every value through
/// the allocation.
fn emit<M: Machine>(
    vcode: &VCode<M>,
    environment: &regalloc2::MachineEnv,
    allocation: &regalloc2::Output,
) -> Result<Emitted, LowerError> {
    if cfg!(debug_assertions) {
        let mut checker = regalloc2::checker::Checker::new(vcode, environment);
        checker.prepare(allocation);
        checker.run().map_err(|e| LowerError::Allocation(format!("{e:?}")))?;
    }
    Ok(M::emit(vcode, allocation))
}

#[cfg(test)]
mod tests;
