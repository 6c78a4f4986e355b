//! Instruction selection: CLIF -> Thumb-2, one CLIF instruction at a time, folding what its operands allow.
//!
//! The flags live only inside what one call here emits, and between the last compare of a block and its branch. The
//! allocator's own moves and reloads between instructions never touch them.

mod arith;
pub mod call;
mod compare;
pub mod control;
mod divide;
mod float;
mod memory;
mod shift;
mod wide;

use super::encode::{alu_immediate_fits, modified_immediate};
use super::inst::{AluOp, Flags, HOME, Inst, Shift};
use super::minst::{MInst, Thumb2};
use crate::codegen::lower::{Context, Unsupported};
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Value, types};

/// Bit 31.
const SIGN: u32 = 0x8000_0000;

type Cx<'a> = Context<'a, Thumb2>;

fn emit(cx: &mut Cx<'_>, inst: Inst) {
    cx.emit(MInst::Plain(inst));
}

/// A register for reading: the pinned register itself for the home base.
fn read(cx: &mut Cx<'_>, value: Value) -> Reg {
    if cx.symbol(value) == Some(Symbol::Home) { HOME } else { cx.reg(value) }
}

fn load_constant(cx: &mut Cx<'_>, imm: u32) -> Reg {
    let rd = cx.temp();
    emit(cx, Inst::MovImm { flags: Flags::Any, rd, imm });
    rd
}

fn alu(cx: &mut Cx<'_>, op: AluOp, flags: Flags, rd: Reg, rn: Reg, rm: Reg) {
    emit(cx, Inst::Alu { op, flags, rd, rn, rm, shift: Shift::NONE });
}

fn alu_shifted(cx: &mut Cx<'_>, op: AluOp, rd: Reg, rn: Reg, rm: Reg, shift: Shift) {
    emit(cx, Inst::Alu { op, flags: Flags::Any, rd, rn, rm, shift });
}

/// The immediate must be legal.
fn alu_imm(cx: &mut Cx<'_>, op: AluOp, flags: Flags, rd: Reg, rn: Reg, imm: u32) {
    debug_assert!(alu_immediate_fits(op, flags, imm), "{op:?} #{imm:#x}");
    emit(cx, Inst::AluImm { op, flags, rd, rn, imm });
}

/// `rd = rm`: one name for both, but for the pinned register, which the allocator does not know.
fn mov(cx: &mut Cx<'_>, rd: Reg, rm: Reg) {
    if rm.as_virtual().is_some() {
        cx.alias(rd, rm);
    } else {
        emit(cx, Inst::Mov { rd, rm });
    }
}

fn is_modified_immediate(imm: u32) -> bool {
    modified_immediate(imm).is_some()
}

/// One 32-bit word of an operand: a register, or a constant.
#[derive(Clone, Copy, Debug)]
enum Word {
    Reg(Reg),
    Imm(u32),
}

impl Word {
    fn reg(self, cx: &mut Cx<'_>) -> Reg {
        match self {
            Word::Reg(reg) => reg,
            Word::Imm(imm) => load_constant(cx, imm),
        }
    }
}

/// The low word of a 64-bit value whose high word is its extension: zeros, or the sign.
fn extended_low(cx: &mut Cx<'_>, value: Value, signed: bool) -> Option<Reg> {
    if !is_extended(cx, value, signed) {
        return None;
    }
    let inst = cx.def_inst(value).expect("an extension");
    Some(match cx.func.dfg.insts[inst] {
        InstructionData::Unary { arg, .. } => read(cx, arg),
        _ => cx.low(value),
    })
}

/// Would [`extended_low`] find one?
fn is_extended(cx: &Cx<'_>, value: Value, signed: bool) -> bool {
    let Some(inst) = cx.def_inst(value) else { return false };
    let (extend, loads) = match signed {
        false => (Opcode::Uextend, [Opcode::Uload8, Opcode::Uload16, Opcode::Uload32]),
        true => (Opcode::Sextend, [Opcode::Sload8, Opcode::Sload16, Opcode::Sload32]),
    };
    match cx.func.dfg.insts[inst] {
        InstructionData::Unary { opcode, arg } => opcode == extend && cx.ty(arg) == types::I32,
        InstructionData::Load { opcode, .. } => loads.contains(&opcode),
        _ => false,
    }
}

/// The words of a 64-bit value, constants unloaded, and the zero halves of extensions and long shifts known as such.
fn wide_words(cx: &mut Cx<'_>, value: Value) -> (Word, Word) {
    if let Some(c) = cx.constant(value) {
        return (Word::Imm(c as u32), Word::Imm((c >> 32) as u32));
    }
    if let Some(low) = extended_low(cx, value, false) {
        return (Word::Reg(low), Word::Imm(0));
    }
    for (opcode, left) in [(Opcode::Ishl, true), (Opcode::Ushr, false)] {
        if let Some([source, amount]) = cx.as_binary(value, opcode)
            && cx.constant(amount).is_some_and(|n| n & 63 == 32)
        {
            let (low, high) = wide_words(cx, source);
            return if left { (Word::Imm(0), low) } else { (high, Word::Imm(0)) };
        }
    }
    let (lo, hi) = cx.pair(value);
    (Word::Reg(lo), Word::Reg(hi))
}

/// Lowers one instruction that does not end a block.
pub fn instruction(cx: &mut Cx<'_>, inst: ir::Inst) -> Result<(), Unsupported> {
    let func = cx.func;
    let data = &func.dfg.insts[inst];
    let opcode = data.opcode();
    let args = func.dfg.inst_args(inst);
    let result = func.dfg.inst_results(inst).first().copied();
    let wide = result.is_some_and(|r| cx.ty(r) == types::I64);
    if float::concerns(opcode) {
        return float::instruction(cx, inst);
    }
    match (opcode, result) {
        (Opcode::Iconst, Some(r)) => {
            let value = cx.constant(r).expect("an iconst is a constant");
            for (index, rd) in cx.def_words(r).into_iter().enumerate() {
                emit(cx, Inst::MovImm { flags: Flags::Any, rd, imm: (value >> (32 * index)) as u32 });
            }
        }
        (Opcode::SymbolValue, Some(r)) => {
            let symbol = cx.symbol(r).expect("a symbol_value names a symbol");
            let rd = cx.def(r);
            match symbol {
                Symbol::Home => mov(cx, rd, HOME),
                symbol => emit(cx, Inst::LoadSymbol { rd, symbol, addend: 0 }),
            }
        }
        (Opcode::Iadd, Some(r)) if wide => wide::add(cx, r, args[0], args[1]),
        (Opcode::Isub, Some(r)) if wide => wide::sub(cx, r, args[0], args[1]),
        (Opcode::Imul, Some(r)) if wide => wide::mul(cx, r, args[0], args[1]),
        (Opcode::Umulhi, Some(r)) if wide => wide::mul_high(cx, r, args[0], args[1], false),
        (Opcode::Smulhi, Some(r)) if wide => wide::mul_high(cx, r, args[0], args[1], true),
        (Opcode::Ineg, Some(r)) if wide => wide::neg(cx, r, args[0]),
        (Opcode::Iabs, Some(r)) if wide => wide::abs(cx, r, args[0]),
        (Opcode::Band | Opcode::Bor | Opcode::Bxor, Some(r)) if wide => wide::bitwise(cx, opcode, r, args[0], args[1]),
        (Opcode::Bnot, Some(r)) if wide => wide::not(cx, r, args[0]),
        (Opcode::Ishl | Opcode::Ushr | Opcode::Sshr, Some(r)) if wide => {
            shift::wide_shift(cx, opcode, r, args[0], args[1])
        }
        (Opcode::Rotl | Opcode::Rotr, Some(r)) if wide => shift::wide_rotate(cx, opcode, r, args[0], args[1]),
        (Opcode::Clz | Opcode::Ctz, Some(r)) if wide => wide::count_zeros(cx, opcode, r, args[0]),
        (Opcode::Popcnt, Some(r)) => arith::popcnt(cx, r, args[0]),
        (Opcode::Bswap | Opcode::Bitrev, Some(r)) if wide => wide::reverse(cx, opcode, r, args[0]),

        (Opcode::Iadd, Some(r)) => arith::add(cx, r, args[0], args[1]),
        (Opcode::Isub, Some(r)) => arith::sub(cx, r, args[0], args[1]),
        (Opcode::Imul, Some(r)) => arith::mul(cx, r, args[0], args[1]),
        (Opcode::Umulhi | Opcode::Smulhi, Some(r)) if cx.ty(r) == types::I32 => {
            arith::mul_high(cx, opcode, r, args[0], args[1])
        }
        (Opcode::Ineg, Some(r)) => arith::neg(cx, r, args[0]),
        (Opcode::Iabs, Some(r)) => arith::abs(cx, r, args[0]),
        (Opcode::Band | Opcode::Bor | Opcode::Bxor, Some(r)) => arith::bitwise(cx, opcode, r, args[0], args[1]),
        (Opcode::Bnot, Some(r)) => arith::not(cx, r, args[0]),
        (Opcode::Ishl | Opcode::Ushr | Opcode::Sshr, Some(r)) => shift::shift(cx, opcode, r, args[0], args[1]),
        (Opcode::Rotl | Opcode::Rotr, Some(r)) if cx.ty(r) == types::I32 => {
            shift::rotate(cx, opcode, r, args[0], args[1])
        }
        (Opcode::Clz | Opcode::Ctz | Opcode::Bswap | Opcode::Bitrev, Some(r)) => {
            arith::count_or_reverse(cx, opcode, r, args[0])?;
        }
        (Opcode::Smin | Opcode::Smax | Opcode::Umin | Opcode::Umax, Some(r)) => {
            compare::min_max(cx, opcode, r, args[0], args[1])
        }
        (Opcode::Udiv | Opcode::Sdiv | Opcode::Urem | Opcode::Srem, Some(r)) => {
            divide::divide(cx, opcode, r, args[0], args[1])?;
        }

        (Opcode::Uextend | Opcode::Sextend, Some(r)) => arith::extend(cx, opcode, r, args[0]),
        (Opcode::Ireduce, Some(r)) => {
            let low = match cx.ty(args[0]) {
                types::I64 => wide_words(cx, args[0]).0.reg(cx),
                _ => cx.low(args[0]),
            };
            let rd = cx.def(r);
            cx.alias(rd, low);
        }
        (Opcode::Iconcat, Some(r)) if wide => {
            let (lo, hi) = cx.def_pair(r);
            let (a, b) = (cx.reg(args[0]), cx.reg(args[1]));
            cx.alias(lo, a);
            cx.alias(hi, b);
        }
        (Opcode::Isplit, Some(_)) if cx.ty(args[0]) == types::I64 => {
            let results = func.dfg.inst_results(inst);
            let (lo, hi) = cx.pair(args[0]);
            let (a, b) = (cx.def(results[0]), cx.def(results[1]));
            cx.alias(a, lo);
            cx.alias(b, hi);
        }
        (Opcode::Icmp, Some(r)) => {
            let cond = compare::condition(cx, r);
            let rd = cx.def(r);
            emit(cx, Inst::CondSet { cond, rd });
        }
        (Opcode::Select | Opcode::SelectSpectreGuard, Some(r)) => compare::select(cx, r, args[0], args[1], args[2]),
        (Opcode::Bitselect, Some(r)) => arith::bitselect(cx, r, args[0], args[1], args[2]),
        (Opcode::Bmask, Some(r)) => compare::mask(cx, r, args[0]),

        (op, _) if op.can_load() || op.can_store() => memory::access(cx, inst)?,
        (Opcode::Trapz | Opcode::Trapnz, _) => {
            let InstructionData::CondTrap { arg, code, .. } = *data else { unreachable!("format of {opcode}") };
            control::trap_if(cx, arg, opcode == Opcode::Trapnz, code)?;
        }
        (Opcode::Call | Opcode::CallIndirect, _) => call::call(cx, inst),
        (Opcode::Nop | Opcode::SequencePoint, _) => {}
        _ => return Err(Unsupported(func.dfg.display_inst(inst).to_string())),
    }
    Ok(())
}
