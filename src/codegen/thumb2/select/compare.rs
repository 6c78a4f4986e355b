//! Conditions: compares, and what reads the flags right after them.

use super::super::encode::alu_immediate_fits;
use super::super::inst::{AluOp, Cond, Flags, Inst, Shift, TestOp};
use super::arith::{extended, shifted_operand};
use super::float;
use super::{Cx, Word, alu, alu_imm, emit, is_modified_immediate, load_constant, wide_words};
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::condcodes::{CondCode, FloatCC, IntCC};
use cranelift_codegen::ir::{InstructionData, Opcode, Value, types};

fn cond_of(cc: IntCC) -> Cond {
    match cc {
        IntCC::Equal => Cond::Eq,
        IntCC::NotEqual => Cond::Ne,
        IntCC::SignedLessThan => Cond::Lt,
        IntCC::SignedGreaterThanOrEqual => Cond::Ge,
        IntCC::SignedGreaterThan => Cond::Gt,
        IntCC::SignedLessThanOrEqual => Cond::Le,
        IntCC::UnsignedLessThan => Cond::Lo,
        IntCC::UnsignedGreaterThanOrEqual => Cond::Hs,
        IntCC::UnsignedGreaterThan => Cond::Hi,
        IntCC::UnsignedLessThanOrEqual => Cond::Ls,
    }
}

/// What decides a condition, with all wrapping taken off.
pub(super) enum Test {
    Compare(IntCC, Value, Value),
    /// In hardware.
    Float(FloatCC, Value, Value),
    /// Not zero, or zero where `zero`.
    Value {
        value: Value,
        zero: bool,
    },
}

/// Looks through extensions of booleans and compares of booleans with 0.
pub(super) fn test_of(cx: &Cx<'_>, mut value: Value) -> Test {
    let mut inverted = false;
    loop {
        let Some(inst) = cx.def_inst(value) else { break };
        match cx.func.dfg.insts[inst] {
            InstructionData::IntCompare { cond, args: [x, y], .. } => {
                let zero_test = matches!(cond, IntCC::Equal | IntCC::NotEqual) && cx.constant(y) == Some(0);
                if zero_test && is_wrapped_compare(cx, x) {
                    inverted ^= cond == IntCC::Equal;
                    value = x;
                    continue;
                }
                let cond = if inverted { cond.complement() } else { cond };
                if zero_test && cx.ty(x) == types::I32 && cx.as_binary(x, Opcode::Band).is_none() {
                    return Test::Value { value: x, zero: cond == IntCC::Equal };
                }
                return Test::Compare(cond, x, y);
            }
            InstructionData::FloatCompare { cond, args: [x, y], .. } if float::hardware(cx, x).is_some() => {
                return Test::Float(if inverted { cond.complement() } else { cond }, x, y);
            }
            InstructionData::Unary { opcode: Opcode::Uextend, arg } => value = arg,
            _ => break,
        }
    }
    Test::Value { value, zero: inverted }
}

fn is_wrapped_compare(cx: &Cx<'_>, mut value: Value) -> bool {
    while let Some(arg) = cx.as_unary(value, Opcode::Uextend) {
        value = arg;
    }
    is_compare(cx, value)
}

/// Compares leave 0 or 1 in the whole register.
pub(super) fn is_compare(cx: &Cx<'_>, value: Value) -> bool {
    let opcode = cx.def_inst(value).map(|inst| cx.func.dfg.insts[inst].opcode());
    matches!(opcode, Some(Opcode::Icmp | Opcode::Fcmp))
}

/// Sets the flags so that the result holds where `value` is not 0.
pub(super) fn condition(cx: &mut Cx<'_>, value: Value) -> Cond {
    match test_of(cx, value) {
        Test::Compare(cc, x, y) => compare(cx, cc, x, y),
        Test::Float(cc, x, y) => float::compare(cx, cc, x, y),
        Test::Value { value, zero } => {
            nonzero(cx, value);
            if zero { Cond::Eq } else { Cond::Ne }
        }
    }
}

/// Sets Z where a value is 0.
fn nonzero(cx: &mut Cx<'_>, value: Value) {
    match cx.ty(value).bits() {
        64 => {
            let (lo, hi) = cx.pair(value);
            let scratch = cx.temp();
            alu(cx, AluOp::Orr, Flags::Set, scratch, lo, hi);
        }
        8 if !cx.is_zero_extended(value) => {
            let rn = cx.reg(value);
            emit(cx, Inst::TestImm { op: TestOp::Tst, rn, imm: 0xff });
        }
        _ => {
            let rn = extended(cx, value, false);
            emit(cx, Inst::TestImm { op: TestOp::Cmp, rn, imm: 0 });
        }
    }
}

fn is_signed(cc: IntCC) -> bool {
    matches!(
        cc,
        IntCC::SignedLessThan
            | IntCC::SignedLessThanOrEqual
            | IntCC::SignedGreaterThan
            | IntCC::SignedGreaterThanOrEqual
    )
}

/// Sets the flags by `x - y`; the result is the condition that says `x cc y`.
pub(super) fn compare(cx: &mut Cx<'_>, cc: IntCC, x: Value, y: Value) -> Cond {
    let (cc, x, y) =
        if cx.constant(x).is_some() && cx.constant(y).is_none() { (cc.swap_args(), y, x) } else { (cc, x, y) };
    if cx.ty(x) == types::I64 {
        return wide_compare(cx, cc, x, y);
    }
    let equality = matches!(cc, IntCC::Equal | IntCC::NotEqual);
    if equality
        && cx.constant(y) == Some(0)
        && cx.ty(x) == types::I32
        && cx.is_single_use(x)
        && let Some([a, b]) = cx.as_binary(x, Opcode::Band)
    {
        test_bits(cx, a, b);
        return cond_of(cc);
    }
    let signed = is_signed(cc);
    if cx.ty(x).bits() < 32 {
        let rn = extended(cx, x, signed);
        // Unsigned and equal, a constant is as it is.
        if let Some(c) = cx.constant32(y).filter(|_| !signed) {
            compare_constant(cx, rn, c);
            return cond_of(cc);
        }
        let rm = extended(cx, y, signed);
        emit(cx, Inst::Test { op: TestOp::Cmp, rn, rm, shift: Shift::NONE });
        return cond_of(cc);
    }
    let rn = cx.reg(x);
    if let Some(c) = cx.constant32(y) {
        let (cc, c) = neighbour(cc, c);
        compare_constant(cx, rn, c);
        return cond_of(cc);
    } else if let Some((source, shift)) = shifted_operand(cx, y) {
        let rm = cx.reg(source);
        emit(cx, Inst::Test { op: TestOp::Cmp, rn, rm, shift });
    } else {
        let rm = cx.reg(y);
        emit(cx, Inst::Test { op: TestOp::Cmp, rn, rm, shift: Shift::NONE });
    }
    cond_of(cc)
}

fn is_comparable(c: u32) -> bool {
    is_modified_immediate(c) || (is_modified_immediate(c.wrapping_neg()) && c.wrapping_neg() != c)
}

/// Does a compare for this order take the constant, or the next one?
pub(super) fn is_order_comparable(cc: IntCC, c: u32) -> bool {
    is_comparable(neighbour(cc, c).1)
}

/// The same order by the next constant, where only that one needs no register: `x > c` is `x >= c + 1`.
fn neighbour(cc: IntCC, c: u32) -> (IntCC, u32) {
    let (other, next) = match cc {
        IntCC::UnsignedGreaterThan => (IntCC::UnsignedGreaterThanOrEqual, c.checked_add(1)),
        IntCC::UnsignedLessThanOrEqual => (IntCC::UnsignedLessThan, c.checked_add(1)),
        IntCC::UnsignedLessThan => (IntCC::UnsignedLessThanOrEqual, c.checked_sub(1)),
        IntCC::UnsignedGreaterThanOrEqual => (IntCC::UnsignedGreaterThan, c.checked_sub(1)),
        IntCC::SignedGreaterThan => (IntCC::SignedGreaterThanOrEqual, (c as i32).checked_add(1).map(|c| c as u32)),
        IntCC::SignedLessThanOrEqual => (IntCC::SignedLessThan, (c as i32).checked_add(1).map(|c| c as u32)),
        IntCC::SignedLessThan => (IntCC::SignedLessThanOrEqual, (c as i32).checked_sub(1).map(|c| c as u32)),
        IntCC::SignedGreaterThanOrEqual => (IntCC::SignedGreaterThan, (c as i32).checked_sub(1).map(|c| c as u32)),
        IntCC::Equal | IntCC::NotEqual => return (cc, c),
    };
    match next {
        Some(next) if !is_comparable(c) && is_comparable(next) => (other, next),
        _ => (cc, c),
    }
}

/// `CMN rn, #-c` sets the flags of `CMP rn, #c` for every c but 0 and `i32::MIN` (the carry of the negation).
pub(super) fn compare_constant(cx: &mut Cx<'_>, rn: Reg, c: u32) {
    let negated = c.wrapping_neg();
    if is_modified_immediate(c) {
        emit(cx, Inst::TestImm { op: TestOp::Cmp, rn, imm: c });
    } else if is_modified_immediate(negated) && negated != c {
        emit(cx, Inst::TestImm { op: TestOp::Cmn, rn, imm: negated });
    } else {
        let rm = load_constant(cx, c);
        emit(cx, Inst::Test { op: TestOp::Cmp, rn, rm, shift: Shift::NONE });
    }
}

fn test_bits(cx: &mut Cx<'_>, a: Value, b: Value) {
    let (a, b) = if cx.constant(a).is_some() { (b, a) } else { (a, b) };
    let rn = cx.reg(a);
    match cx.constant32(b) {
        Some(imm) if is_modified_immediate(imm) => emit(cx, Inst::TestImm { op: TestOp::Tst, rn, imm }),
        _ => {
            let rm = cx.reg(b);
            emit(cx, Inst::Test { op: TestOp::Tst, rn, rm, shift: Shift::NONE });
        }
    }
}

/// Equality by `(xl ^ yl) | (xh ^ yh)`, order by a subtraction whose low half only yields the carry.
fn wide_compare(cx: &mut Cx<'_>, cc: IntCC, x: Value, y: Value) -> Cond {
    if matches!(cc, IntCC::Equal | IntCC::NotEqual) {
        let (xl, xh) = cx.pair(x);
        let (yl, yh) = wide_words(cx, y);
        let difference = |cx: &mut Cx<'_>, x: Reg, y: Word| match y {
            Word::Imm(0) => x,
            Word::Imm(c) if is_modified_immediate(c) => {
                let rd = cx.temp();
                alu_imm(cx, AluOp::Eor, Flags::Any, rd, x, c);
                rd
            }
            word => {
                let (rm, rd) = (word.reg(cx), cx.temp());
                alu(cx, AluOp::Eor, Flags::Any, rd, x, rm);
                rd
            }
        };
        let (low, high, scratch) = (difference(cx, xl, yl), difference(cx, xh, yh), cx.temp());
        alu(cx, AluOp::Orr, Flags::Set, scratch, low, high);
        return cond_of(cc);
    }
    // x > y is y < x, and x <= y is y >= x: only LT and GE can be read off N, V and C alone.
    let swap = matches!(
        cc,
        IntCC::SignedGreaterThan
            | IntCC::SignedLessThanOrEqual
            | IntCC::UnsignedGreaterThan
            | IntCC::UnsignedLessThanOrEqual
    );
    let (cc, x, y) = if swap { (cc.swap_args(), y, x) } else { (cc, x, y) };
    let (xs, (yl, yh)) = (wide_words(cx, x), wide_words(cx, y));
    let (xl, xh) = (xs.0.reg(cx), xs.1.reg(cx));
    let high = match yh {
        Word::Imm(c) if !alu_immediate_fits(AluOp::Sbc, Flags::Set, c) => Word::Reg(load_constant(cx, c)),
        word => word,
    };
    match yl {
        Word::Imm(c) => compare_constant(cx, xl, c),
        Word::Reg(rm) => emit(cx, Inst::Test { op: TestOp::Cmp, rn: xl, rm, shift: Shift::NONE }),
    }
    let scratch = cx.temp();
    match high {
        Word::Imm(c) => alu_imm(cx, AluOp::Sbc, Flags::Set, scratch, xh, c),
        Word::Reg(rm) => alu(cx, AluOp::Sbc, Flags::Set, scratch, xh, rm),
    }
    cond_of(cc)
}

/// `result = condition ? op(y, z) : y`, or the other way round: the operation itself is conditional.
fn conditional_operation(cx: &mut Cx<'_>, result: Value, test: Value, x: Value, y: Value) -> bool {
    if cx.ty(result) != types::I32 {
        return false;
    }
    for (changed, kept, inverted) in [(x, y, false), (y, x, true)] {
        let Some((op, other)) = operation_on(cx, changed, kept) else { continue };
        let rd_in = cx.reg(kept);
        let immediate = cx.constant32(other).filter(|&c| is_modified_immediate(c));
        let rm = if immediate.is_some() { None } else { Some(cx.reg(other)) };
        let cond = condition(cx, test);
        let cond = if inverted { cond.inverse() } else { cond };
        let rd = cx.def(result);
        emit(
            cx,
            match (immediate, rm) {
                (Some(imm), _) => Inst::CondAluImm { cond, op, rd, rd_in, imm },
                (None, Some(rm)) => Inst::CondAlu { cond, op, rd, rd_in, rm },
                (None, None) => unreachable!("an operand is an immediate or a register"),
            },
        );
        return true;
    }
    false
}

/// `value = kept op other`, read by nobody else.
fn operation_on(cx: &Cx<'_>, value: Value, kept: Value) -> Option<(AluOp, Value)> {
    if !cx.is_single_use(value) {
        return None;
    }
    let operations = [
        (Opcode::Iadd, AluOp::Add, true),
        (Opcode::Isub, AluOp::Sub, false),
        (Opcode::Band, AluOp::And, true),
        (Opcode::Bor, AluOp::Orr, true),
        (Opcode::Bxor, AluOp::Eor, true),
    ];
    operations.into_iter().find_map(|(opcode, op, commutes)| match cx.as_binary(value, opcode)? {
        [a, b] if a == kept && b != kept => Some((op, b)),
        [a, b] if commutes && b == kept && a != kept => Some((op, a)),
        _ => None,
    })
}

/// `result = condition ? x : y` by conditional moves. Everything that the moves read is in registers before the
/// compare, since loading a constant may set flags.
pub(super) fn select(cx: &mut Cx<'_>, result: Value, test: Value, x: Value, y: Value) {
    if let Some(precision) = float::hardware(cx, result) {
        return float::select(cx, precision, result, test, x, y);
    }
    if conditional_operation(cx, result, test, x, y) {
        return;
    }
    let short = |c: Option<u64>| c.is_some_and(|c| c <= 0xff);
    let (x, y, inverted) = if short(cx.constant(y)) && !short(cx.constant(x)) { (y, x, true) } else { (x, y, false) };
    let otherwise = cx.words(y);
    let constant = cx.constant(x).filter(|&c| c <= 0xff);
    let then = if constant.is_some() { Vec::new() } else { cx.words(x) };
    let cond = condition(cx, test);
    let cond = if inverted { cond.inverse() } else { cond };
    for (index, rd) in cx.def_words(result).into_iter().enumerate() {
        let rd_in = otherwise[index];
        match constant {
            Some(c) => {
                emit(cx, Inst::CondMovImm { cond, rd, rd_in, imm: if index == 0 { c as u32 } else { 0 } });
            }
            None => emit(cx, Inst::CondMov { cond, rd, rd_in, rn: then[index] }),
        }
    }
}

pub(super) fn min_max(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) {
    let cc = match opcode {
        Opcode::Smin => IntCC::SignedLessThan,
        Opcode::Smax => IntCC::SignedGreaterThanOrEqual,
        Opcode::Umin => IntCC::UnsignedLessThan,
        _ => IntCC::UnsignedGreaterThanOrEqual,
    };
    let (xs, ys) = (cx.words(x), cx.words(y));
    let cond = compare(cx, cc, x, y);
    // `compare` may have swapped constant operands, never the meaning of the condition.
    for (index, rd) in cx.def_words(result).into_iter().enumerate() {
        emit(cx, Inst::CondMov { cond, rd, rd_in: ys[index], rn: xs[index] });
    }
}

/// All ones where a value is not 0.
pub(super) fn mask(cx: &mut Cx<'_>, result: Value, x: Value) {
    let cond = condition(cx, x);
    let words = cx.def_words(result);
    let bit = cx.temp();
    emit(cx, Inst::CondSet { cond, rd: bit });
    for rd in words {
        alu_imm(cx, AluOp::Rsb, Flags::Any, rd, bit, 0);
    }
}
