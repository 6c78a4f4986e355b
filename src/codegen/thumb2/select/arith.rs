//! Integer arithmetic of at most 32 bits, and conversions. Bits above a narrow type are arbitrary.

use super::super::encode::alu_immediate_fits;
use super::super::inst::{AluOp, Flags, Inst, MulAddOp, MulLongOp, MulOp, Shift, ShiftOp, UnaryOp};
use super::{Cx, alu, alu_imm, alu_shifted, emit, is_modified_immediate, load_constant, mov, read};
use crate::codegen::lower::Unsupported;
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{Opcode, Value, types};

/// A value shifted by a constant that one user can take as its second operand.
pub(super) fn shifted_operand(cx: &mut Cx<'_>, value: Value) -> Option<(Value, Shift)> {
    if cx.ty(value) != types::I32 || !cx.is_single_use(value) {
        return None;
    }
    for (opcode, op) in [(Opcode::Ishl, ShiftOp::Lsl), (Opcode::Ushr, ShiftOp::Lsr), (Opcode::Sshr, ShiftOp::Asr)] {
        if let Some([source, amount]) = cx.as_binary(value, opcode)
            && let Some(amount) = cx.constant(amount)
            && (1..=31).contains(&amount)
            && cx.ty(source) == types::I32
        {
            return Some((source, Shift { op, amount: amount as u8 }));
        }
    }
    for (opcode, left) in [(Opcode::Rotl, true), (Opcode::Rotr, false)] {
        if let Some([source, amount]) = cx.as_binary(value, opcode)
            && let Some(amount) = cx.constant(amount)
            && (1..=31).contains(&amount)
        {
            let amount = if left { 32 - amount } else { amount };
            return Some((source, Shift { op: ShiftOp::Ror, amount: amount as u8 }));
        }
    }
    None
}

/// `rd = x op y` with a register or shifted second operand.
fn binary(cx: &mut Cx<'_>, op: AluOp, result: Value, x: Value, y: Value) {
    let rd = cx.def(result);
    if let Some((source, shift)) = shifted_operand(cx, y) {
        let (rn, rm) = (read(cx, x), read(cx, source));
        alu_shifted(cx, op, rd, rn, rm, shift);
    } else {
        let (rn, rm) = (read(cx, x), read(cx, y));
        alu(cx, op, Flags::Any, rd, rn, rm);
    }
}

/// Puts a constant operand second.
fn constant_second(cx: &Cx<'_>, x: Value, y: Value) -> (Value, Value) {
    if cx.constant(x).is_some() && cx.constant(y).is_none() { (y, x) } else { (x, y) }
}

pub(super) fn add(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    let (x, y) = constant_second(cx, x, y);
    if let Some(c) = cx.constant32(y) {
        let (rd, rn) = (cx.def(result), read(cx, x));
        add_constant(cx, rd, rn, sign_extend(c, cx.ty(y).bits()));
        return;
    }
    // x + a * b
    for (other, product) in [(x, y), (y, x)] {
        if cx.ty(result) == types::I32
            && cx.is_single_use(product)
            && let Some([a, b]) = cx.as_binary(product, Opcode::Imul)
        {
            let (rn, rm, ra, rd) = (read(cx, a), read(cx, b), read(cx, other), cx.def(result));
            emit(cx, Inst::MulAdd { op: MulAddOp::Mla, rd, rn, rm, ra });
            return;
        }
    }
    let (x, y) = if shifted_operand(cx, x).is_some() { (y, x) } else { (x, y) };
    binary(cx, AluOp::Add, result, x, y);
}

fn sign_extend(value: u32, bits: u32) -> u32 {
    ((value << (32 - bits)) as i32 >> (32 - bits)) as u32
}

/// `rd = rn + c` by one instruction where there is one.
pub(super) fn add_constant(cx: &mut Cx<'_>, rd: Reg, rn: Reg, c: u32) {
    if alu_immediate_fits(AluOp::Add, Flags::Any, c) {
        alu_imm(cx, AluOp::Add, Flags::Any, rd, rn, c);
    } else if alu_immediate_fits(AluOp::Sub, Flags::Any, c.wrapping_neg()) {
        alu_imm(cx, AluOp::Sub, Flags::Any, rd, rn, c.wrapping_neg());
    } else {
        let rm = load_constant(cx, c);
        alu(cx, AluOp::Add, Flags::Any, rd, rn, rm);
    }
}

pub(super) fn sub(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    if let Some(c) = cx.constant32(y) {
        let (rd, rn) = (cx.def(result), read(cx, x));
        add_constant(cx, rd, rn, sign_extend(c, cx.ty(y).bits()).wrapping_neg());
        return;
    }
    if let Some(c) = cx.constant32(x).filter(|&c| is_modified_immediate(c)) {
        let (rd, rn) = (cx.def(result), read(cx, y));
        alu_imm(cx, AluOp::Rsb, Flags::Any, rd, rn, c);
        return;
    }
    if cx.ty(result) == types::I32
        && cx.is_single_use(y)
        && let Some([a, b]) = cx.as_binary(y, Opcode::Imul)
    {
        let (rn, rm, ra, rd) = (read(cx, a), read(cx, b), read(cx, x), cx.def(result));
        emit(cx, Inst::MulAdd { op: MulAddOp::Mls, rd, rn, rm, ra });
        return;
    }
    if let Some((source, shift)) = shifted_operand(cx, x) {
        let (rn, rm, rd) = (read(cx, y), read(cx, source), cx.def(result));
        alu_shifted(cx, AluOp::Rsb, rd, rn, rm, shift);
        return;
    }
    binary(cx, AluOp::Sub, result, x, y);
}

pub(super) fn mul(cx: &mut Cx<'_>, result: Value, x: Value, y: Value) {
    let (rn, rm, rd) = (read(cx, x), read(cx, y), cx.def(result));
    emit(cx, Inst::Mul { op: MulOp::Mul, rd, rn, rm });
}

pub(super) fn mul_high(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) {
    let op = if opcode == Opcode::Umulhi { MulLongOp::Umull } else { MulLongOp::Smull };
    let (rn, rm, hi, lo) = (read(cx, x), read(cx, y), cx.def(result), cx.temp());
    emit(cx, Inst::MulLong { op, lo, hi, rn, rm, lo_in: lo, hi_in: hi });
}

pub(super) fn neg(cx: &mut Cx<'_>, result: Value, x: Value) {
    let (rd, rn) = (cx.def(result), read(cx, x));
    alu_imm(cx, AluOp::Rsb, Flags::Any, rd, rn, 0);
}

pub(super) fn not(cx: &mut Cx<'_>, result: Value, x: Value) {
    let (rd, rm) = (cx.def(result), read(cx, x));
    emit(cx, Inst::Mvn { flags: Flags::Any, rd, rm, shift: Shift::NONE });
}

/// `(x ^ (x >> 31)) - (x >> 31)`.
pub(super) fn abs(cx: &mut Cx<'_>, result: Value, x: Value) {
    let rn = extended(cx, x, true);
    let (sign, flipped, rd) = (cx.temp(), cx.temp(), cx.def(result));
    emit(cx, Inst::ShiftImm { op: ShiftOp::Asr, flags: Flags::Any, rd: sign, rm: rn, amount: 31 });
    alu(cx, AluOp::Eor, Flags::Any, flipped, rn, sign);
    alu(cx, AluOp::Sub, Flags::Any, rd, flipped, sign);
}

pub(super) fn bitwise(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value, y: Value) {
    let (x, y) = constant_second(cx, x, y);
    let op = bitwise_op(opcode);
    if let Some(c) = cx.constant32(y) {
        if op == AluOp::And
            && let Some((source, lsb, width)) = field(cx, x, c)
        {
            let (rd, rn) = (cx.def(result), cx.reg(source));
            emit(cx, Inst::Bitfield { signed: false, rd, rn, lsb, width });
            return;
        }
        let (rd, rn) = (cx.def(result), read(cx, x));
        bitwise_constant(cx, op, rd, rn, c);
        return;
    }
    // x & !y, x | !y
    if let Some(inverse) = match op {
        AluOp::And => Some(AluOp::Bic),
        AluOp::Orr => Some(AluOp::Orn),
        _ => None,
    } {
        for (other, negated) in [(x, y), (y, x)] {
            if cx.is_single_use(negated)
                && let Some(source) = cx.as_unary(negated, Opcode::Bnot)
            {
                let (rn, rm, rd) = (read(cx, other), read(cx, source), cx.def(result));
                alu(cx, inverse, Flags::Any, rd, rn, rm);
                return;
            }
        }
    }
    let (x, y) = if shifted_operand(cx, x).is_some() { (y, x) } else { (x, y) };
    binary(cx, op, result, x, y);
}

/// `(source >> lsb) & mask` as a bit field of the source, which is 32 bits wide.
fn field(cx: &Cx<'_>, shifted: Value, mask: u32) -> Option<(Value, u8, u8)> {
    let [source, amount] = cx.as_binary(shifted, Opcode::Ushr)?;
    let (lsb, width) = (cx.constant(amount)? as u32 & 31, mask.trailing_ones());
    let low_bits = (1..32).contains(&width) && mask >> width == 0;
    let fits = low_bits && lsb > 0 && lsb + width <= 32 && cx.ty(source) == types::I32;
    fits.then_some((source, lsb as u8, width as u8))
}

pub(super) fn bitwise_op(opcode: Opcode) -> AluOp {
    match opcode {
        Opcode::Band => AluOp::And,
        Opcode::Bor => AluOp::Orr,
        Opcode::Bxor => AluOp::Eor,
        _ => unreachable!("{opcode} is not bitwise"),
    }
}

/// `rd = rn op c`, by one instruction where there is one.
pub(super) fn bitwise_constant(cx: &mut Cx<'_>, op: AluOp, rd: Reg, rn: Reg, c: u32) {
    let low_bits = c.trailing_ones();
    match op {
        AluOp::And if c == 0xff => emit(cx, Inst::Unary { op: UnaryOp::Uxtb, rd, rm: rn }),
        AluOp::And if c == 0xffff => emit(cx, Inst::Unary { op: UnaryOp::Uxth, rd, rm: rn }),
        AluOp::And if c == u32::MAX => mov(cx, rd, rn),
        AluOp::Eor if c == u32::MAX => emit(cx, Inst::Mvn { flags: Flags::Any, rd, rm: rn, shift: Shift::NONE }),
        _ if is_modified_immediate(c) => alu_imm(cx, op, Flags::Any, rd, rn, c),
        AluOp::And if is_modified_immediate(!c) => alu_imm(cx, AluOp::Bic, Flags::Any, rd, rn, !c),
        AluOp::And if low_bits > 0 && c >> low_bits == 0 => {
            emit(cx, Inst::Bitfield { signed: false, rd, rn, lsb: 0, width: low_bits as u8 });
        }
        AluOp::Orr if is_modified_immediate(!c) => alu_imm(cx, AluOp::Orn, Flags::Any, rd, rn, !c),
        _ => {
            let rm = load_constant(cx, c);
            alu(cx, op, Flags::Any, rd, rn, rm);
        }
    }
}

pub(super) fn bitselect(cx: &mut Cx<'_>, result: Value, mask: Value, x: Value, y: Value) {
    let (masks, xs, ys) = (cx.words(mask), cx.words(x), cx.words(y));
    for (index, rd) in cx.def_words(result).into_iter().enumerate() {
        let (a, b) = (cx.temp(), cx.temp());
        alu(cx, AluOp::And, Flags::Any, a, xs[index], masks[index]);
        alu(cx, AluOp::Bic, Flags::Any, b, ys[index], masks[index]);
        alu(cx, AluOp::Orr, Flags::Any, rd, a, b);
    }
}

/// A value of at most 32 bits, extended to 32.
pub(super) fn extended(cx: &mut Cx<'_>, value: Value, signed: bool) -> Reg {
    let bits = cx.ty(value).bits();
    if bits == 32 {
        return read(cx, value);
    }
    if !signed && cx.is_zero_extended(value) && cx.constant(value).is_none() {
        return read(cx, value);
    }
    if let Some(c) = cx.constant32(value) {
        return load_constant(cx, if signed { sign_extend(c, bits) } else { c });
    }
    let (rd, rm) = (cx.temp(), cx.reg(value));
    emit(cx, Inst::Unary { op: extend_op(bits, signed), rd, rm });
    rd
}

fn extend_op(bits: u32, signed: bool) -> UnaryOp {
    match (bits, signed) {
        (8, false) => UnaryOp::Uxtb,
        (8, true) => UnaryOp::Sxtb,
        (16, false) => UnaryOp::Uxth,
        (16, true) => UnaryOp::Sxth,
        _ => unreachable!("nothing extends {bits} bits in one register"),
    }
}

pub(super) fn extend(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value) {
    let signed = opcode == Opcode::Sextend;
    let bits = cx.ty(x).bits();
    let words = cx.def_words(result);
    let low = words[0];
    let rm = cx.reg(x);
    if bits == 32 || (!signed && cx.is_zero_extended(x)) {
        cx.alias(low, rm);
    } else {
        emit(cx, Inst::Unary { op: extend_op(bits, signed), rd: low, rm });
    }
    if let [_, high] = words[..] {
        if signed {
            let rm = if bits == 32 { rm } else { low };
            emit(cx, Inst::ShiftImm { op: ShiftOp::Asr, flags: Flags::Any, rd: high, rm, amount: 31 });
        } else {
            emit(cx, Inst::MovImm { flags: Flags::Any, rd: high, imm: 0 });
        }
    }
}

/// Counts within the type: narrow values are moved to the top first.
pub(super) fn count_or_reverse(cx: &mut Cx<'_>, opcode: Opcode, result: Value, x: Value) -> Result<(), Unsupported> {
    let bits = cx.ty(x).bits();
    let rd = cx.def(result);
    match (opcode, bits) {
        (Opcode::Clz, 32) => {
            let rm = read(cx, x);
            emit(cx, Inst::Unary { op: UnaryOp::Clz, rd, rm });
        }
        (Opcode::Ctz, 32) => {
            let (rm, reversed) = (read(cx, x), cx.temp());
            emit(cx, Inst::Unary { op: UnaryOp::Rbit, rd: reversed, rm });
            emit(cx, Inst::Unary { op: UnaryOp::Clz, rd, rm: reversed });
        }
        (Opcode::Bswap, 32) => {
            let rm = read(cx, x);
            emit(cx, Inst::Unary { op: UnaryOp::Rev, rd, rm });
        }
        (Opcode::Bswap, 16) => {
            let rm = read(cx, x);
            emit(cx, Inst::Unary { op: UnaryOp::Rev16, rd, rm });
        }
        (Opcode::Bitrev, 32) => {
            let rm = read(cx, x);
            emit(cx, Inst::Unary { op: UnaryOp::Rbit, rd, rm });
        }
        _ => return Err(Unsupported(format!("{opcode}.i{bits}"))),
    }
    Ok(())
}

/// Set bits, by adding neighbouring fields of 1, 2, 4, 8 bits (Warren, Hacker's Delight, section 5-1).
pub(super) fn popcnt(cx: &mut Cx<'_>, result: Value, x: Value) {
    let words: Vec<Reg> = if cx.ty(x).bits() == 64 { cx.words(x) } else { vec![extended(cx, x, false)] };
    let ones = load_constant(cx, 0x5555_5555);
    let twos = load_constant(cx, 0x3333_3333);
    let fours = load_constant(cx, 0x0f0f_0f0f);
    let mut fields = Vec::new();
    for word in words {
        let [a, b, c, d, e, f, g] = std::array::from_fn(|_| cx.temp());
        let lsr = |amount| Shift { op: ShiftOp::Lsr, amount };
        // a = word - ((word >> 1) & 0x5555_5555)
        emit(cx, Inst::ShiftImm { op: ShiftOp::Lsr, flags: Flags::Any, rd: g, rm: word, amount: 1 });
        alu(cx, AluOp::And, Flags::Any, f, g, ones);
        alu(cx, AluOp::Sub, Flags::Any, a, word, f);
        // d = (a & 0x3333_3333) + ((a >> 2) & 0x3333_3333)
        alu(cx, AluOp::And, Flags::Any, b, a, twos);
        alu_shifted(cx, AluOp::And, c, twos, a, lsr(2));
        alu(cx, AluOp::Add, Flags::Any, d, b, c);
        // e = (d + (d >> 4)) & 0x0f0f_0f0f: a count of at most 8 in each byte
        let sum = cx.temp();
        alu_shifted(cx, AluOp::Add, sum, d, d, lsr(4));
        alu(cx, AluOp::And, Flags::Any, e, sum, fours);
        fields.push(e);
    }
    let total = match fields[..] {
        [low, high] => {
            let sum = cx.temp();
            alu(cx, AluOp::Add, Flags::Any, sum, low, high);
            sum
        }
        _ => fields[0],
    };
    let factor = load_constant(cx, 0x0101_0101);
    let product = cx.temp();
    emit(cx, Inst::Mul { op: MulOp::Mul, rd: product, rn: total, rm: factor });
    let out = cx.def_words(result);
    emit(cx, Inst::ShiftImm { op: ShiftOp::Lsr, flags: Flags::Any, rd: out[0], rm: product, amount: 24 });
    if let [_, high] = out[..] {
        emit(cx, Inst::MovImm { flags: Flags::Any, rd: high, imm: 0 });
    }
}
