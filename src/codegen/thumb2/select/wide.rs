//! 64-bit arithmetic on pairs of registers. The two halves of a carry chain are emitted side by side, so that nothing
//! but the allocator's flag-neutral moves can come between them.

use super::super::encode::alu_immediate_fits;
use super::super::inst::{AluOp, Cond, Flags, Inst, MulAddOp, MulLongOp, Shift, ShiftOp, TestOp, UnaryOp};
use super::arith::{bitwise_constant, bitwise_op};
use super::{Cx, Word, alu, alu_imm, emit, extended_low, is_extended, load_constant, mov, wide_words};
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{Opcode, Value};

/// `rd = rn op word`; a constant that does not fit must have been loaded before a carry chain starts.
fn alu_word(cx: &mut Cx<'_>, op: AluOp, flags: Flags, rd: Reg, rn: Reg, word: Word) {
    match word {
        Word::Imm(imm) => alu_imm(cx, op, flags, rd, rn, imm),
        Word::Reg(rm) => alu(cx, op, flags, rd, rn, rm),
    }
}

/// Loads a constant that `op` cannot take.
fn legal(cx: &mut Cx<'_>, op: AluOp, flags: Flags, word: Word) -> Word {
    match word {
        Word::Imm(imm) if !alu_immediate_fits(op, flags, imm) => Word::Reg(load_constant(cx, imm)),
        word => word,
    }
}

fn carry_chain(cx: &mut Cx<'_>, ops: (AluOp, AluOp), rd: (Reg, Reg), x: (Reg, Reg), y: (Word, Word)) {
    let low = legal(cx, ops.0, Flags::Set, y.0);
    let high = legal(cx, ops.1, Flags::Keep, y.1);
    alu_word(cx, ops.0, Flags::Set, rd.0, x.0, low);
    alu_word(cx, ops.1, Flags::Keep, rd.1, x.1, high);
}

fn loaded(cx: &mut Cx<'_>, words: (Word, Word)) -> (Reg, Reg) {
    (words.0.reg(cx), words.1.reg(cx))
}

pub(super) fn add(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    for (other, product) in [(x, y), (y, x)] {
        if let Some((op, rn, rm)) = long_product(cx, product) {
            let other = wide_words(cx, other);
            let ((lo_in, hi_in), (lo, hi)) = (loaded(cx, other), cx.def_pair(result));
            emit(cx, Inst::MulLong { op, lo, hi, rn, rm, lo_in, hi_in });
            return;
        }
    }
    let (mut xs, mut ys) = (wide_words(cx, x), wide_words(cx, y));
    if matches!(xs.1, Word::Imm(_)) {
        std::mem::swap(&mut xs, &mut ys);
    }
    let (xs, rd) = (loaded(cx, xs), cx.def_pair(result));
    carry_chain(cx, (AluOp::Add, AluOp::Adc), rd, xs, ys);
}

/// A product of two 32-bit values that only its sum needs: UMLAL or SMLAL.
fn long_product(cx: &mut Cx<'_>, product: Value) -> Option<(MulLongOp, Reg, Reg)> {
    if !cx.is_single_use(product) {
        return None;
    }
    let [a, b] = cx.as_binary(product, Opcode::Imul)?;
    for (signed, op) in [(false, MulLongOp::Umlal), (true, MulLongOp::Smlal)] {
        if is_extended(cx, a, signed) && is_extended(cx, b, signed) {
            return Some((op, extended_low(cx, a, signed)?, extended_low(cx, b, signed)?));
        }
    }
    None
}

pub(super) fn sub(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    let xs = wide_words(cx, x);
    let (xs, ys, rd) = (loaded(cx, xs), wide_words(cx, y), cx.def_pair(result));
    carry_chain(cx, (AluOp::Sub, AluOp::Sbc), rd, xs, ys);
}

pub(super) fn neg(cx: &mut Cx<'_>, result: Value, x: Value) {
    let (xs, rd) = (cx.pair(x), cx.def_pair(result));
    negate(cx, rd, xs);
}

fn negate(cx: &mut Cx<'_>, rd: (Reg, Reg), x: (Reg, Reg)) {
    let zero = load_constant(cx, 0);
    alu_imm(cx, AluOp::Rsb, Flags::Set, rd.0, x.0, 0);
    alu(cx, AluOp::Sbc, Flags::Keep, rd.1, zero, x.1);
}

pub(super) fn abs(cx: &mut Cx<'_>, result: Value, x: Value) {
    let (lo, hi) = cx.pair(x);
    let (sign, a, b) = (cx.temp(), cx.temp(), cx.temp());
    emit(cx, Inst::ShiftImm { op: ShiftOp::Asr, flags: Flags::Any, rd: sign, rm: hi, amount: 31 });
    alu(cx, AluOp::Eor, Flags::Any, a, lo, sign);
    alu(cx, AluOp::Eor, Flags::Any, b, hi, sign);
    let rd = cx.def_pair(result);
    carry_chain(cx, (AluOp::Sub, AluOp::Sbc), rd, (a, b), (Word::Reg(sign), Word::Reg(sign)));
}

pub(super) fn not(cx: &mut Cx<'_>, result: Value, x: Value) {
    let (words, rds) = (cx.words(x), cx.def_words(result));
    for (rd, rm) in rds.into_iter().zip(words) {
        emit(cx, Inst::Mvn { flags: Flags::Any, rd, rm, shift: Shift::NONE });
    }
}

pub(super) fn bitwise(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) {
    let op = bitwise_op(opcode);
    let (xs, ys, rd) = (wide_words(cx, x), wide_words(cx, y), cx.def_pair(result));
    for (rd, a, b) in [(rd.0, xs.0, ys.0), (rd.1, xs.1, ys.1)] {
        let (a, b) = if matches!(a, Word::Imm(_)) { (b, a) } else { (a, b) };
        match (op, a, b) {
            (_, Word::Imm(a), Word::Imm(b)) => {
                let imm = match op {
                    AluOp::And => a & b,
                    AluOp::Orr => a | b,
                    _ => a ^ b,
                };
                emit(cx, Inst::MovImm { flags: Flags::Any, rd, imm });
            }
            (AluOp::And, _, Word::Imm(0)) => emit(cx, Inst::MovImm { flags: Flags::Any, rd, imm: 0 }),
            (AluOp::Orr | AluOp::Eor, Word::Reg(rn), Word::Imm(0))
            | (AluOp::And, Word::Reg(rn), Word::Imm(u32::MAX)) => mov(cx, rd, rn),
            (_, Word::Reg(rn), Word::Imm(c)) => bitwise_constant(cx, op, rd, rn, c),
            (_, a, b) => {
                let (rn, rm) = (a.reg(cx), b.reg(cx));
                alu(cx, op, Flags::Any, rd, rn, rm);
            }
        }
    }
}

pub(super) fn mul(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    let (lo, hi) = cx.def_pair(result);
    for (signed, op) in [(false, MulLongOp::Umull), (true, MulLongOp::Smull)] {
        if is_extended(cx, x, signed)
            && is_extended(cx, y, signed)
            && let (Some(rn), Some(rm)) = (extended_low(cx, x, signed), extended_low(cx, y, signed))
        {
            emit(cx, Inst::MulLong { op, lo, hi, rn, rm, lo_in: lo, hi_in: hi });
            return;
        }
    }
    // lo:hi = xl * yl + ((xl * yh + xh * yl) << 32); products with a zero half are left out.
    let (xl, xh) = wide_words(cx, x);
    let (yl, yh) = wide_words(cx, y);
    let (xl, yl) = (xl.reg(cx), yl.reg(cx));
    let zero_half = |half: Word| matches!(half, Word::Imm(0));
    let mut crossed = Vec::new();
    if !zero_half(yh) {
        crossed.push((xl, yh.reg(cx)));
    }
    if !zero_half(xh) {
        crossed.push((yl, xh.reg(cx)));
    }
    let mut top = if crossed.is_empty() { hi } else { cx.temp() };
    emit(cx, Inst::MulLong { op: MulLongOp::Umull, lo, hi: top, rn: xl, rm: yl, lo_in: lo, hi_in: top });
    let count = crossed.len();
    for (index, (rn, rm)) in crossed.into_iter().enumerate() {
        let rd = if index + 1 == count { hi } else { cx.temp() };
        emit(cx, Inst::MulAdd { op: MulAddOp::Mla, rd, rn, rm, ra: top });
        top = rd;
    }
}

/// High 64 bits of the 128-bit product: four 32x32 products, added so that no sum overflows 64 bits. The signed
/// one subtracts each operand where the other is negative.
pub(super) fn mul_high(cx: &mut Cx<'_>, result: Value, x: Value, y: Value, signed: bool) {
    let (xs, ys) = (wide_words(cx, x), wide_words(cx, y));
    let ((xl, xh), (yl, yh)) = (loaded(cx, xs), loaded(cx, ys));
    let zero = load_constant(cx, 0);
    let accumulate = |cx: &mut Cx<'_>, rn, rm, lo_in, hi_in| {
        let (lo, hi) = (cx.temp(), cx.temp());
        emit(cx, Inst::MulLong { op: MulLongOp::Umlal, lo, hi, rn, rm, lo_in, hi_in });
        (lo, hi)
    };
    let (low, carry) = (cx.temp(), cx.temp());
    emit(cx, Inst::MulLong { op: MulLongOp::Umull, lo: low, hi: carry, rn: xl, rm: yl, lo_in: low, hi_in: carry });
    let (middle, top1) = accumulate(cx, xl, yh, carry, zero);
    let (_, top2) = accumulate(cx, xh, yl, middle, zero);
    let (sum, high) = accumulate(cx, xh, yh, top1, zero);
    let rd = cx.def_pair(result);
    let unsigned = if signed { (cx.temp(), cx.temp()) } else { rd };
    carry_chain(cx, (AluOp::Add, AluOp::Adc), unsigned, (sum, high), (Word::Reg(top2), Word::Reg(zero)));
    if !signed {
        return;
    }
    let mut from = unsigned;
    for (index, (sign_of, other)) in [(xh, (yl, yh)), (yh, (xl, xh))].into_iter().enumerate() {
        let (lo, hi) = (cx.temp(), cx.temp());
        let asr = Shift { op: ShiftOp::Asr, amount: 31 };
        emit(cx, Inst::Alu { op: AluOp::And, flags: Flags::Any, rd: lo, rn: other.0, rm: sign_of, shift: asr });
        emit(cx, Inst::Alu { op: AluOp::And, flags: Flags::Any, rd: hi, rn: other.1, rm: sign_of, shift: asr });
        let to = if index == 1 { rd } else { (cx.temp(), cx.temp()) };
        carry_chain(cx, (AluOp::Sub, AluOp::Sbc), to, from, (Word::Reg(lo), Word::Reg(hi)));
        from = to;
    }
}

/// Zeros of the first half, or 32 more than those of the other where the first is all zero.
pub(super) fn count_zeros(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value) {
    let (lo, hi) = cx.pair(x);
    let (rd, rd_high) = cx.def_pair(result);
    let (first, second) = if opcode == Opcode::Clz {
        (hi, lo)
    } else {
        let (a, b) = (cx.temp(), cx.temp());
        emit(cx, Inst::Unary { op: UnaryOp::Rbit, rd: a, rm: lo });
        emit(cx, Inst::Unary { op: UnaryOp::Rbit, rd: b, rm: hi });
        (a, b)
    };
    let [a, b, c] = std::array::from_fn(|_| cx.temp());
    emit(cx, Inst::Unary { op: UnaryOp::Clz, rd: a, rm: first });
    emit(cx, Inst::Unary { op: UnaryOp::Clz, rd: b, rm: second });
    alu_imm(cx, AluOp::Add, Flags::Any, c, b, 32);
    emit(cx, Inst::TestImm { op: TestOp::Cmp, rn: first, imm: 0 });
    emit(cx, Inst::CondMov { cond: Cond::Eq, rd, rd_in: a, rn: c });
    emit(cx, Inst::MovImm { flags: Flags::Any, rd: rd_high, imm: 0 });
}

/// Bytes or bits in reverse: each half reversed, and the halves swapped.
pub(super) fn reverse(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value) {
    let (lo, hi) = cx.pair(x);
    let (rd_lo, rd_hi) = cx.def_pair(result);
    let op = if opcode == Opcode::Bswap { UnaryOp::Rev } else { UnaryOp::Rbit };
    emit(cx, Inst::Unary { op, rd: rd_lo, rm: hi });
    emit(cx, Inst::Unary { op, rd: rd_hi, rm: lo });
}
