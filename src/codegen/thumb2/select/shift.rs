//! Shifts and rotates. WebAssembly and CLIF take the amount modulo the width; a register shift takes its low byte,
//! and an amount of 32 to 255 gives 0 (DDI 0403, A2.2.1). The 64-bit forms rest on that.

use super::super::inst::{AluOp, Cond, Flags, Inst, Shift, ShiftOp};
use super::arith::extended;
use super::{Cx, alu, alu_imm, alu_shifted, emit, mov, read};
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{Opcode, Value, types};

fn shift_op(opcode: Opcode) -> ShiftOp {
    match opcode {
        Opcode::Ishl => ShiftOp::Lsl,
        Opcode::Ushr => ShiftOp::Lsr,
        Opcode::Sshr => ShiftOp::Asr,
        _ => ShiftOp::Ror,
    }
}

fn shift_imm(cx: &mut Cx<'_>, op: ShiftOp, rd: Reg, rm: Reg, amount: u32) {
    if amount == 0 {
        mov(cx, rd, rm);
    } else {
        emit(cx, Inst::ShiftImm { op, flags: Flags::Any, rd, rm, amount: amount as u8 });
    }
}

fn shift_reg(cx: &mut Cx<'_>, op: ShiftOp, rd: Reg, rn: Reg, rm: Reg) {
    emit(cx, Inst::ShiftReg { op, flags: Flags::Any, rd, rn, rm });
}

/// The amount modulo `bits` in a register.
fn masked_amount(cx: &mut Cx<'_>, amount: Value, bits: u32) -> Reg {
    // An amount that is masked already needs no second AND.
    let masked = cx
        .as_binary(amount, Opcode::Band)
        .is_some_and(|[_, mask]| cx.constant(mask).is_some_and(|mask| mask < u64::from(bits)));
    let rn = cx.low(amount);
    if masked && cx.ty(amount).bits() >= 8 {
        return rn;
    }
    let rd = cx.temp();
    alu_imm(cx, AluOp::And, Flags::Any, rd, rn, bits - 1);
    rd
}

fn constant_amount(cx: &Cx<'_>, amount: Value, bits: u32) -> Option<u32> {
    cx.constant(amount).map(|c| c as u32 & (bits - 1))
}

pub(super) fn shift(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, amount: Value) {
    let bits = cx.ty(x).bits();
    let op = shift_op(opcode);
    if let Some((source, lsb, width)) = field(cx, opcode, x, amount) {
        let (rd, rn) = (cx.def(result), read(cx, source));
        emit(cx, Inst::Bitfield { signed: opcode == Opcode::Sshr, rd, rn, lsb, width });
        return;
    }
    let rn = match opcode {
        Opcode::Ishl => read(cx, x),
        _ => extended(cx, x, opcode == Opcode::Sshr),
    };
    let rd = cx.def(result);
    match constant_amount(cx, amount, bits) {
        Some(amount) => shift_imm(cx, op, rd, rn, amount),
        None => {
            let rm = masked_amount(cx, amount, bits);
            shift_reg(cx, op, rd, rn, rm);
        }
    }
}

/// `(source << a) >> b` as a bit field of the source: its first bit and its width.
fn field(cx: &Cx<'_>, opcode: Opcode, x: Value, amount: Value) -> Option<(Value, u8, u8)> {
    if opcode == Opcode::Ishl || cx.ty(x) != types::I32 {
        return None;
    }
    let [source, left] = cx.as_binary(x, Opcode::Ishl)?;
    let (left, right) = (constant_amount(cx, left, 32)?, constant_amount(cx, amount, 32)?);
    (left > 0 && left <= right).then(|| (source, (right - left) as u8, (32 - right) as u8))
}

/// Rotation by a register is by its low byte modulo 32: no mask is needed.
pub(super) fn rotate(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, amount: Value) {
    let (rn, rd) = (read(cx, x), cx.def(result));
    match constant_amount(cx, amount, 32) {
        Some(amount) => {
            let right = if opcode == Opcode::Rotr { amount } else { (32 - amount) & 31 };
            shift_imm(cx, ShiftOp::Ror, rd, rn, right);
        }
        None => {
            let mut rm = cx.low(amount);
            if opcode == Opcode::Rotl {
                let negated = cx.temp();
                alu_imm(cx, AluOp::Rsb, Flags::Any, negated, rm, 0);
                rm = negated;
            }
            shift_reg(cx, ShiftOp::Ror, rd, rn, rm);
        }
    }
}

pub(super) fn wide_shift(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, amount: Value) {
    let (source, rd) = (cx.pair(x), cx.def_pair(result));
    match constant_amount(cx, amount, 64) {
        Some(amount) => by_constant(cx, opcode, rd, source, amount),
        None => {
            let rm = masked_amount(cx, amount, 64);
            by_register(cx, opcode, rd, source, rm);
        }
    }
    debug_assert_eq!(cx.ty(result), types::I64);
}

fn by_constant(cx: &mut Cx<'_>, opcode: Opcode, rd: (Reg, Reg), (lo, hi): (Reg, Reg), n: u32) {
    let op = shift_op(opcode);
    let left = op == ShiftOp::Lsl;
    // `near` loses bits, `far` gains them: for a left shift low and high, for a right shift high and low.
    let (near, far) = if left { (lo, hi) } else { (hi, lo) };
    let (rd_near, rd_far) = if left { rd } else { (rd.1, rd.0) };
    match n {
        0 => {
            mov(cx, rd.0, lo);
            mov(cx, rd.1, hi);
        }
        1..=31 => {
            let (part, far_op) = (cx.temp(), if left { ShiftOp::Lsl } else { ShiftOp::Lsr });
            shift_imm(cx, far_op, part, far, n);
            let back = if left { ShiftOp::Lsr } else { ShiftOp::Lsl };
            alu_shifted(cx, AluOp::Orr, rd_far, part, near, Shift { op: back, amount: (32 - n) as u8 });
            shift_imm(cx, op, rd_near, near, n);
        }
        _ => {
            shift_imm(cx, op, rd_far, near, n - 32);
            if op == ShiftOp::Asr {
                shift_imm(cx, op, rd_near, near, 31);
            } else {
                emit(cx, Inst::MovImm { flags: Flags::Any, rd: rd_near, imm: 0 });
            }
        }
    }
}

/// `n` is 0..=63. With n below 32, `n - 32` has a low byte of at least 224 and shifts everything out; with n above
/// 32 so does `32 - n`.
fn by_register(cx: &mut Cx<'_>, opcode: Opcode, rd: (Reg, Reg), (lo, hi): (Reg, Reg), n: Reg) {
    let op = shift_op(opcode);
    let left = op == ShiftOp::Lsl;
    let (near, far) = if left { (lo, hi) } else { (hi, lo) };
    let (rd_near, rd_far) = if left { rd } else { (rd.1, rd.0) };
    let (far_op, back) = if left { (ShiftOp::Lsl, ShiftOp::Lsr) } else { (ShiftOp::Lsr, ShiftOp::Lsl) };
    let [complement, excess, kept, crossed, both, moved] = std::array::from_fn(|_| cx.temp());
    alu_imm(cx, AluOp::Rsb, Flags::Any, complement, n, 32);
    shift_reg(cx, far_op, kept, far, n);
    shift_reg(cx, back, crossed, near, complement);
    alu(cx, AluOp::Orr, Flags::Any, both, kept, crossed);
    if op == ShiftOp::Asr {
        // An arithmetic shift fills with the sign, so that the parts cannot simply be joined.
        alu_imm(cx, AluOp::Sub, Flags::Set, excess, n, 32);
        emit(cx, Inst::ShiftReg { op, flags: Flags::Keep, rd: moved, rn: near, rm: excess });
        emit(cx, Inst::CondMov { cond: Cond::Pl, rd: rd_far, rd_in: both, rn: moved });
    } else {
        alu_imm(cx, AluOp::Sub, Flags::Any, excess, n, 32);
        shift_reg(cx, op, moved, near, excess);
        alu(cx, AluOp::Orr, Flags::Any, rd_far, both, moved);
    }
    shift_reg(cx, op, rd_near, near, n);
}

pub(super) fn wide_rotate(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, amount: Value) {
    let ((lo, hi), rd) = (cx.pair(x), cx.def_pair(result));
    if let Some(amount) = constant_amount(cx, amount, 64) {
        let left = if opcode == Opcode::Rotl { amount } else { (64 - amount) & 63 };
        let (lo, hi) = if left >= 32 { (hi, lo) } else { (lo, hi) };
        match left & 31 {
            0 => {
                mov(cx, rd.0, lo);
                mov(cx, rd.1, hi);
            }
            n => {
                let back = Shift { op: ShiftOp::Lsr, amount: (32 - n) as u8 };
                let (a, b) = (cx.temp(), cx.temp());
                shift_imm(cx, ShiftOp::Lsl, a, hi, n);
                alu_shifted(cx, AluOp::Orr, rd.1, a, lo, back);
                shift_imm(cx, ShiftOp::Lsl, b, lo, n);
                alu_shifted(cx, AluOp::Orr, rd.0, b, hi, back);
            }
        }
        return;
    }
    // (x << n) | (x >> (64 - n) mod 64), and x | x where n is 0.
    let there = masked_amount(cx, amount, 64);
    let (negated, back) = (cx.temp(), cx.temp());
    alu_imm(cx, AluOp::Rsb, Flags::Any, negated, there, 64);
    alu_imm(cx, AluOp::And, Flags::Any, back, negated, 63);
    let (left, right) = if opcode == Opcode::Rotl { (there, back) } else { (back, there) };
    let (a, b) = ((cx.temp(), cx.temp()), (cx.temp(), cx.temp()));
    by_register(cx, Opcode::Ishl, a, (lo, hi), left);
    by_register(cx, Opcode::Ushr, b, (lo, hi), right);
    alu(cx, AluOp::Orr, Flags::Any, rd.0, a.0, b.0);
    alu(cx, AluOp::Orr, Flags::Any, rd.1, a.1, b.1);
}
