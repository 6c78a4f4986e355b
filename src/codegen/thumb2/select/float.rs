//! Floating point: instructions where the CPU has them for this precision, else helpers of the runtime. A value that
//! the CPU has no registers for is in core registers, as its bits.

use super::super::inst::{AluOp, Cond, Convert, Flags, FloatOp, FloatUnaryOp, Inst, Precision, ShiftOp, TestOp};
use super::super::minst::{DOUBLE, SINGLE};
use super::arith::extended;
use super::call::{core_words, runtime, runtime_words};
use super::{Cx, SIGN, alu, alu_imm, emit, load_constant, mov};
use crate::codegen::lower::Unsupported;
use crate::codegen::object::{RuntimeFunction, TrapCode};
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Type, Value, types};

/// The precision in which the CPU computes a value, if it does.
pub(super) fn hardware(cx: &Cx<'_>, value: Value) -> Option<Precision> {
    match cx.class(value) {
        SINGLE => Some(Precision::Single),
        DOUBLE => Some(Precision::Double),
        _ => None,
    }
}

/// The helper `T_operation`, with `T` the type as in the text format.
fn helper(ty: Type, operation: &str) -> RuntimeFunction {
    let name = format!("{ty}_{operation}");
    let found = RuntimeFunction::ALL.iter().copied().find(|function| function.name() == name);
    found.unwrap_or_else(|| panic!("the runtime has no `{name}`"))
}

/// Is this an operation on floats? Loads, stores, calls, selects and block parameters are not: they move bits.
pub(super) fn concerns(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::F32const
            | Opcode::F64const
            | Opcode::Fadd
            | Opcode::Fsub
            | Opcode::Fmul
            | Opcode::Fdiv
            | Opcode::Sqrt
            | Opcode::Fmin
            | Opcode::Fmax
            | Opcode::Ceil
            | Opcode::Floor
            | Opcode::Trunc
            | Opcode::Nearest
            | Opcode::Fneg
            | Opcode::Fabs
            | Opcode::Fcopysign
            | Opcode::Fcmp
            | Opcode::FcvtToSint
            | Opcode::FcvtToUint
            | Opcode::FcvtToSintSat
            | Opcode::FcvtToUintSat
            | Opcode::FcvtFromSint
            | Opcode::FcvtFromUint
            | Opcode::Fpromote
            | Opcode::Fdemote
            | Opcode::Bitcast
    )
}

pub(super) fn instruction(cx: &mut Cx<'_>, inst: ir::Inst) -> Result<(), Unsupported> {
    let func = cx.func;
    let opcode = func.dfg.insts[inst].opcode();
    let args = func.dfg.inst_args(inst);
    let result = func.dfg.first_result(inst);
    match opcode {
        Opcode::F32const | Opcode::F64const => constant(cx, result),
        Opcode::Fadd => binary(cx, FloatOp::Add, "add", result, args[0], args[1]),
        Opcode::Fsub => binary(cx, FloatOp::Sub, "sub", result, args[0], args[1]),
        Opcode::Fmul => binary(cx, FloatOp::Mul, "mul", result, args[0], args[1]),
        Opcode::Fdiv => binary(cx, FloatOp::Div, "div", result, args[0], args[1]),
        Opcode::Fmin => min_max(cx, "min", result, args[0], args[1]),
        Opcode::Fmax => min_max(cx, "max", result, args[0], args[1]),
        Opcode::Sqrt => unary(cx, FloatUnaryOp::Sqrt, "sqrt", result, args[0]),
        Opcode::Ceil => unary(cx, FloatUnaryOp::RoundUp, "ceil", result, args[0]),
        Opcode::Floor => unary(cx, FloatUnaryOp::RoundDown, "floor", result, args[0]),
        Opcode::Trunc => unary(cx, FloatUnaryOp::RoundToZero, "trunc", result, args[0]),
        Opcode::Nearest => unary(cx, FloatUnaryOp::RoundToNearest, "nearest", result, args[0]),
        Opcode::Fneg | Opcode::Fabs => sign(cx, opcode, result, args[0]),
        Opcode::Fcopysign => copysign(cx, result, args[0], args[1]),
        Opcode::Fcmp => {
            let InstructionData::FloatCompare { cond, args: [x, y], .. } = func.dfg.insts[inst] else {
                unreachable!("format of fcmp")
            };
            match hardware(cx, x) {
                Some(_) => {
                    let cond = compare(cx, cond, x, y);
                    let rd = cx.def(result);
                    emit(cx, Inst::CondSet { cond, rd });
                }
                None => compare_by_helper(cx, cond, result, x, y),
            }
        }
        Opcode::FcvtToSint | Opcode::FcvtToUint => {
            check_range(cx, opcode == Opcode::FcvtToSint, result, args[0]);
            to_integer(cx, opcode == Opcode::FcvtToSint, result, args[0])?;
        }
        Opcode::FcvtToSintSat => to_integer(cx, true, result, args[0])?,
        Opcode::FcvtToUintSat => to_integer(cx, false, result, args[0])?,
        Opcode::FcvtFromSint => from_integer(cx, true, result, args[0]),
        Opcode::FcvtFromUint => from_integer(cx, false, result, args[0]),
        Opcode::Fpromote if hardware(cx, result).is_some() => {
            let (rm, rd) = (cx.reg(args[0]), cx.def(result));
            emit(cx, Inst::Convert { op: Convert::DoubleFromSingle, rd, rm });
        }
        Opcode::Fpromote => runtime(cx, helper(types::F64, "promote_f32"), args, result),
        Opcode::Fdemote if hardware(cx, args[0]).is_some() => {
            let (rm, rd) = (cx.reg(args[0]), cx.def(result));
            emit(cx, Inst::Convert { op: Convert::SingleFromDouble, rd, rm });
        }
        Opcode::Fdemote => runtime(cx, helper(types::F32, "demote_f64"), args, result),
        Opcode::Bitcast => bitcast(cx, result, args[0]),
        _ => return Err(Unsupported(func.dfg.display_inst(inst).to_string())),
    }
    Ok(())
}

/// Defines a value by its bits, in core registers.
fn define_from_core(cx: &mut Cx<'_>, value: Value, words: &[Reg]) {
    let rd = cx.def_words(value);
    match hardware(cx, value) {
        Some(Precision::Single) => emit(cx, Inst::FloatFromCore { rd: rd[0], rt: words[0] }),
        Some(Precision::Double) => emit(cx, Inst::DoubleFromCore { rd: rd[0], rt: words[0], rt2: words[1] }),
        None => rd.into_iter().zip(words).for_each(|(rd, &rm)| mov(cx, rd, rm)),
    }
}

fn constant(cx: &mut Cx<'_>, result: Value) {
    let bits = cx.constant(result).expect("a float constant");
    match hardware(cx, result) {
        Some(precision) => {
            let rd = cx.def(result);
            float_constant(cx, precision, rd, bits);
        }
        None => {
            for (index, rd) in cx.def_words(result).into_iter().enumerate() {
                emit(cx, Inst::MovImm { flags: Flags::Any, rd, imm: (bits >> (32 * index)) as u32 });
            }
        }
    }
}

fn float_constant(cx: &mut Cx<'_>, precision: Precision, rd: Reg, bits: u64) {
    match precision {
        Precision::Single => emit(cx, Inst::FloatConstant { rd, bits: bits as u32 }),
        Precision::Double => {
            let rt = load_constant(cx, bits as u32);
            let rt2 = load_constant(cx, (bits >> 32) as u32);
            emit(cx, Inst::DoubleFromCore { rd, rt, rt2 });
        }
    }
}

fn binary(cx: &mut Cx<'_>, op: FloatOp, name: &str, result: Value, x: Value, y: Value) {
    match hardware(cx, result) {
        Some(precision) => {
            let (rn, rm, rd) = (cx.reg(x), cx.reg(y), cx.def(result));
            emit(cx, Inst::Float { op, precision, rd, rn, rm });
        }
        None => runtime(cx, helper(cx.ty(result), name), &[x, y], result),
    }
}

/// FPv4 has the square root, but no rounding to an integral value (VRINT is FPv5's).
fn unary(cx: &mut Cx<'_>, op: FloatUnaryOp, name: &str, result: Value, x: Value) {
    match hardware(cx, result) {
        Some(precision) if op == FloatUnaryOp::Sqrt || cx.cpu.fpv5 => {
            let (rm, rd) = (cx.reg(x), cx.def(result));
            emit(cx, Inst::FloatUnary { op, precision, rd, rm });
        }
        _ => runtime(cx, helper(cx.ty(result), name), &[x], result),
    }
}

/// The smaller (larger) operand; the sum, a quiet NaN, where they are unordered; and of two equal ones, which differ
/// as zeros only, the one with (without) the sign.
fn min_max(cx: &mut Cx<'_>, name: &str, result: Value, x: Value, y: Value) {
    let Some(precision) = hardware(cx, result) else {
        return runtime(cx, helper(cx.ty(result), name), &[x, y], result);
    };
    let minimum = name == "min";
    let class = cx.class(result);
    let (xs, ys) = (core_words(cx, x), core_words(cx, y));
    let top = xs.len() - 1;
    let joined = cx.temp();
    let op = if minimum { AluOp::Orr } else { AluOp::And };
    alu(cx, op, Flags::Any, joined, xs[top], ys[top]);
    let equal = cx.temp_of(class);
    match precision {
        Precision::Single => emit(cx, Inst::FloatFromCore { rd: equal, rt: joined }),
        Precision::Double => emit(cx, Inst::DoubleFromCore { rd: equal, rt: xs[0], rt2: joined }),
    }
    let (rn, rm, rd) = (cx.reg(x), cx.reg(y), cx.def(result));
    let (chosen, signed) = (cx.temp_of(class), cx.temp_of(class));
    emit(cx, Inst::FloatCompare { precision, rn, rm });
    let cond = if minimum { Cond::Mi } else { Cond::Gt };
    emit(cx, Inst::FloatCondMov { cond, precision, rd: chosen, rd_in: rm, rn });
    emit(cx, Inst::FloatCondMov { cond: Cond::Eq, precision, rd: signed, rd_in: chosen, rn: equal });
    emit(cx, Inst::FloatCondAdd { cond: Cond::Vs, precision, rd, rd_in: signed, rn, rm });
}

fn sign(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value) {
    let negate = opcode == Opcode::Fneg;
    if let Some(precision) = hardware(cx, result) {
        let op = if negate { FloatUnaryOp::Neg } else { FloatUnaryOp::Abs };
        let (rm, rd) = (cx.reg(x), cx.def(result));
        return emit(cx, Inst::FloatUnary { op, precision, rd, rm });
    }
    let (words, rd) = (cx.words(x), cx.def_words(result));
    let top = words.len() - 1;
    let op = if negate { AluOp::Eor } else { AluOp::Bic };
    alu_imm(cx, op, Flags::Any, rd[top], words[top], SIGN);
    if top == 1 {
        cx.alias(rd[0], words[0]);
    }
}

fn copysign(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    let (xs, ys) = (core_words(cx, x), core_words(cx, y));
    let top = xs.len() - 1;
    let (bit, signed) = (cx.temp(), cx.temp());
    emit(cx, Inst::ShiftImm { op: ShiftOp::Lsr, flags: Flags::Any, rd: bit, rm: ys[top], amount: 31 });
    emit(cx, Inst::BitfieldInsert { rd: signed, rd_in: xs[top], rn: bit, lsb: 31, width: 1 });
    let words: Vec<Reg> = xs[..top].iter().copied().chain([signed]).collect();
    define_from_core(cx, result, &words);
}

fn bitcast(cx: &mut Cx<'_>, result: Value, x: Value) {
    let words = core_words(cx, x);
    if hardware(cx, result).is_some() {
        return define_from_core(cx, result, &words);
    }
    for (rd, word) in cx.def_words(result).into_iter().zip(words) {
        cx.alias(rd, word);
    }
}

/// Sets the flags; the result is the condition that says `x cc y`. In hardware only.
pub(super) fn compare(cx: &mut Cx<'_>, cc: FloatCC, x: Value, y: Value) -> Cond {
    let precision = hardware(cx, x).expect("a compare in hardware");
    let rn = cx.reg(x);
    // VCMP with #0 compares with +0, which equals -0.
    let zero = cx.constant(y).is_some_and(|bits| bits == 0);
    if zero {
        emit(cx, Inst::FloatCompareZero { precision, rn });
    } else {
        let rm = cx.reg(y);
        emit(cx, Inst::FloatCompare { precision, rn, rm });
    }
    // Less gives N, equal Z and C, greater C, unordered C and V (DDI 0403, A7.7.226).
    match cc {
        FloatCC::Equal => Cond::Eq,
        FloatCC::NotEqual => Cond::Ne,
        FloatCC::LessThan => Cond::Mi,
        FloatCC::LessThanOrEqual => Cond::Ls,
        FloatCC::GreaterThan => Cond::Gt,
        FloatCC::GreaterThanOrEqual => Cond::Ge,
        FloatCC::UnorderedOrLessThan => Cond::Lt,
        FloatCC::UnorderedOrLessThanOrEqual => Cond::Le,
        FloatCC::UnorderedOrGreaterThan => Cond::Hi,
        FloatCC::UnorderedOrGreaterThanOrEqual => Cond::Pl,
        FloatCC::Ordered => Cond::Vc,
        FloatCC::Unordered => Cond::Vs,
        FloatCC::OrderedNotEqual | FloatCC::UnorderedOrEqual => {
            let (less, either) = (cx.temp(), cx.temp());
            emit(cx, Inst::CondSet { cond: Cond::Mi, rd: less });
            emit(cx, Inst::CondMovImm { cond: Cond::Gt, rd: either, rd_in: less, imm: 1 });
            emit(cx, Inst::TestImm { op: TestOp::Cmp, rn: either, imm: 0 });
            if cc == FloatCC::OrderedNotEqual { Cond::Ne } else { Cond::Eq }
        }
    }
}

/// What the helpers compute: the comparison itself, or its negation.
fn compare_by_helper(cx: &mut Cx<'_>, cc: FloatCC, result: Value, x: Value, y: Value) {
    let (terms, negated): (&[(&str, bool)], bool) = match cc {
        FloatCC::Equal => (&[("eq", false)], false),
        FloatCC::NotEqual => (&[("eq", false)], true),
        FloatCC::LessThan => (&[("lt", false)], false),
        FloatCC::LessThanOrEqual => (&[("le", false)], false),
        FloatCC::GreaterThan => (&[("lt", true)], false),
        FloatCC::GreaterThanOrEqual => (&[("le", true)], false),
        FloatCC::UnorderedOrLessThan => (&[("le", true)], true),
        FloatCC::UnorderedOrLessThanOrEqual => (&[("lt", true)], true),
        FloatCC::UnorderedOrGreaterThan => (&[("le", false)], true),
        FloatCC::UnorderedOrGreaterThanOrEqual => (&[("lt", false)], true),
        FloatCC::Ordered => (&[("le", false), ("le", true)], false),
        FloatCC::Unordered => (&[("le", false), ("le", true)], true),
        FloatCC::OrderedNotEqual => (&[("lt", false), ("lt", true)], false),
        FloatCC::UnorderedOrEqual => (&[("lt", false), ("lt", true)], true),
    };
    let mut sum = None;
    for &(name, swapped) in terms {
        let (a, b) = if swapped { (y, x) } else { (x, y) };
        let words = [core_words(cx, a), core_words(cx, b)].concat();
        let rd = cx.temp();
        runtime_words(cx, helper(cx.ty(x), name), &words, &[rd]);
        sum = Some(match sum {
            None => rd,
            Some(other) => {
                let both = cx.temp();
                alu(cx, AluOp::Orr, Flags::Any, both, other, rd);
                both
            }
        });
    }
    let (sum, rd) = (sum.expect("at least one term"), cx.def(result));
    if negated {
        alu_imm(cx, AluOp::Eor, Flags::Any, rd, sum, 1);
    } else {
        mov(cx, rd, sum);
    }
}

/// `i32_s` and so on.
fn integer_name(cx: &Cx<'_>, integer: Value, signed: bool) -> String {
    format!("{}_{}", cx.ty(integer), if signed { "s" } else { "u" })
}

/// Traps where a truncation has no value of the integer type.
fn check_range(cx: &mut Cx<'_>, signed: bool, result: Value, x: Value) {
    let precision = hardware(cx, x).filter(|_| cx.ty(result) == types::I32);
    let Some(precision) = precision else {
        let status = cx.temp();
        let name = format!("trunc_status_{}", integer_name(cx, result, signed));
        let words = core_words(cx, x);
        runtime_words(cx, helper(cx.ty(x), &name), &words, &[status]);
        for code in [TrapCode::InvalidConversion, TrapCode::IntegerOverflow] {
            emit(cx, Inst::TestImm { op: TestOp::Cmp, rn: status, imm: code as u32 });
            emit(cx, Inst::TrapIf { cond: Cond::Eq, code });
        }
        return;
    };
    // Exclusive bounds; a lower one that is no float of this precision becomes the next one that is, inclusive.
    let (low, inclusive, high) = match (precision, signed) {
        (Precision::Single, true) => {
            (u64::from((-2_147_483_648f32).to_bits()), true, 2_147_483_648f32.to_bits().into())
        }
        (Precision::Single, false) => (u64::from((-1f32).to_bits()), false, 4_294_967_296f32.to_bits().into()),
        (Precision::Double, true) => ((-2_147_483_649f64).to_bits(), false, 2_147_483_648f64.to_bits()),
        (Precision::Double, false) => ((-1f64).to_bits(), false, 4_294_967_296f64.to_bits()),
    };
    let class = cx.class(x);
    let rn = cx.reg(x);
    let (low_reg, high_reg) = (cx.temp_of(class), cx.temp_of(class));
    float_constant(cx, precision, low_reg, low);
    float_constant(cx, precision, high_reg, high);
    emit(cx, Inst::FloatCompare { precision, rn, rm: high_reg });
    emit(cx, Inst::TrapIf { cond: Cond::Vs, code: TrapCode::InvalidConversion });
    emit(cx, Inst::TrapIf { cond: Cond::Ge, code: TrapCode::IntegerOverflow });
    emit(cx, Inst::FloatCompare { precision, rn, rm: low_reg });
    let cond = if inclusive { Cond::Mi } else { Cond::Ls };
    emit(cx, Inst::TrapIf { cond, code: TrapCode::IntegerOverflow });
}

/// Saturating truncation.
fn to_integer(cx: &mut Cx<'_>, signed: bool, result: Value, x: Value) -> Result<(), Unsupported> {
    if cx.ty(result).bits() < 32 {
        return Err(Unsupported(format!("truncation to {}", cx.ty(result))));
    }
    match hardware(cx, x).filter(|_| cx.ty(result) == types::I32) {
        Some(precision) => {
            let op = match signed {
                true => Convert::SignedFromFloat(precision),
                false => Convert::UnsignedFromFloat(precision),
            };
            let (rm, single, rt) = (cx.reg(x), cx.temp_of(SINGLE), cx.def(result));
            emit(cx, Inst::Convert { op, rd: single, rm });
            emit(cx, Inst::CoreFromFloat { rt, rm: single });
        }
        None => {
            let name = format!("trunc_sat_{}", integer_name(cx, result, signed));
            runtime(cx, helper(cx.ty(x), &name), &[x], result);
        }
    }
    Ok(())
}

/// The mid-end drops extensions before conversions: an integer of 8 or 16 bits is extended here.
fn from_integer(cx: &mut Cx<'_>, signed: bool, result: Value, x: Value) {
    if cx.ty(x) == types::I64 {
        let name = format!("convert_{}", integer_name(cx, x, signed));
        return runtime(cx, helper(cx.ty(result), &name), &[x], result);
    }
    let Some(precision) = hardware(cx, result) else {
        let name = if signed { "convert_i32_s" } else { "convert_i32_u" };
        let words = [extended(cx, x, signed)];
        let results = cx.def_words(result);
        return runtime_words(cx, helper(cx.ty(result), name), &words, &results);
    };
    let op = match signed {
        true => Convert::FloatFromSigned(precision),
        false => Convert::FloatFromUnsigned(precision),
    };
    let (rt, single, rd) = (extended(cx, x, signed), cx.temp_of(SINGLE), cx.def(result));
    emit(cx, Inst::FloatFromCore { rd: single, rt });
    emit(cx, Inst::Convert { op, rd, rm: single });
}

/// `result = test ? x : y` for values in floating-point registers.
pub(super) fn select(cx: &mut Cx<'_>, precision: Precision, result: Value, test: Value, x: Value, y: Value) {
    let (rn, rd_in) = (cx.reg(x), cx.reg(y));
    let cond = super::compare::condition(cx, test);
    let rd = cx.def(result);
    emit(cx, Inst::FloatCondMov { cond, precision, rd, rd_in, rn });
}
