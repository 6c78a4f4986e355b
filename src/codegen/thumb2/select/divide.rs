//! Division. A 32-bit division by zero traps in hardware (the kernel sets CCR.DIV_0_TRP; DDI 0403, B3.2.8); overflow
//! does not and is compared. 64-bit division is a helper of the runtime, with all checks here, so that the trap's
//! address is in the function that divides.

use super::super::inst::{AluOp, Cond, Flags, Inst, MulAddOp, MulOp};
use super::call;
use super::{Cx, SIGN, alu, alu_imm, emit, read};
use crate::codegen::lower::Unsupported;
use crate::codegen::object::{RuntimeFunction, TrapCode};
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{Opcode, Value};

pub(super) fn divide(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) -> Result<(), Unsupported> {
    match cx.ty(result).bits() {
        32 => divide32(cx, opcode, result, x, y),
        64 => divide64(cx, opcode, result, x, y),
        bits => return Err(Unsupported(format!("{opcode}.i{bits}"))),
    }
    Ok(())
}

fn divide32(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) {
    let (rn, rm, rd) = (read(cx, x), read(cx, y), cx.def(result));
    let signed = matches!(opcode, Opcode::Sdiv | Opcode::Srem);
    if opcode == Opcode::Sdiv && cx.constant32(y).is_none_or(|c| c == u32::MAX) {
        // (x ^ INT_MIN) | !y is 0 for INT_MIN / -1 only.
        let (flipped, scratch) = (cx.temp(), cx.temp());
        alu_imm(cx, AluOp::Eor, Flags::Any, flipped, rn, SIGN);
        emit_orn_not(cx, scratch, flipped, rm);
        emit(cx, Inst::TrapIf { cond: Cond::Eq, code: TrapCode::IntegerOverflow });
    }
    let op = if signed { MulOp::Sdiv } else { MulOp::Udiv };
    if matches!(opcode, Opcode::Sdiv | Opcode::Udiv) {
        emit(cx, Inst::Mul { op, rd, rn, rm });
    } else {
        let quotient = cx.temp();
        emit(cx, Inst::Mul { op, rd: quotient, rn, rm });
        emit(cx, Inst::MulAdd { op: MulAddOp::Mls, rd, rn: quotient, rm, ra: rn });
    }
}

/// `scratch = a | !b`, setting the flags.
fn emit_orn_not(cx: &mut Cx<'_>, scratch: Reg, a: Reg, b: Reg) {
    alu(cx, AluOp::Orn, Flags::Set, scratch, a, b);
}

fn divide64(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) {
    let ((xl, xh), (yl, yh)) = (cx.pair(x), cx.pair(y));
    if cx.constant(y).is_none_or(|c| c == 0) {
        let scratch = cx.temp();
        alu(cx, AluOp::Orr, Flags::Set, scratch, yl, yh);
        emit(cx, Inst::TrapIf { cond: Cond::Eq, code: TrapCode::IntegerDivideByZero });
    }
    if opcode == Opcode::Sdiv && cx.constant(y).is_none_or(|c| c == u64::MAX) {
        let [flipped, min, ones, scratch] = std::array::from_fn(|_| cx.temp());
        alu_imm(cx, AluOp::Eor, Flags::Any, flipped, xh, SIGN);
        alu(cx, AluOp::Orr, Flags::Any, min, flipped, xl);
        alu(cx, AluOp::And, Flags::Any, ones, yl, yh);
        emit_orn_not(cx, scratch, min, ones);
        emit(cx, Inst::TrapIf { cond: Cond::Eq, code: TrapCode::IntegerOverflow });
    }
    let helper = match opcode {
        Opcode::Udiv => RuntimeFunction::I64DivU,
        Opcode::Sdiv => RuntimeFunction::I64DivS,
        Opcode::Urem => RuntimeFunction::I64RemU,
        _ => RuntimeFunction::I64RemS,
    };
    let (lo, hi) = cx.def_pair(result);
    call::runtime_words(cx, helper, &[xl, xh, yl, yh], &[lo, hi]);
}
