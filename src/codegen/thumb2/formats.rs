//! The encoding formats: one function each, which places the operands as the drawing above it shows, or returns
//! `None` where they do not fit or the architecture calls the result UNPREDICTABLE (DDI 0403, A7.7).
//!
//! Fixed bits, marked `.`, come from the [table](super::table)'s row. Registers 13 and 15 have a format of their own
//! wherever they are allowed at all.

use super::encode::{Operands, modified_immediate};
use super::inst::{Shift, ShiftOp};

const SP: u32 = 13;
const LR: u32 = 14;
const PC: u32 = 15;

fn low(registers: &[u32]) -> Option<()> {
    registers.iter().all(|&r| r < 8).then_some(())
}

/// Neither SP nor PC.
fn general(registers: &[u32]) -> Option<()> {
    registers.iter().all(|&r| r < SP || r == LR).then_some(())
}

fn not_pc(r: u32) -> Option<()> {
    (r < PC).then_some(())
}

fn check(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// `imm / scale`, where it is a multiple and below `1 << bits`.
fn scaled(imm: u32, scale: u32, bits: u32) -> Option<u32> {
    (imm.is_multiple_of(scale) && imm / scale < 1 << bits).then(|| imm / scale)
}

// ---- 16 bits ----

///     ....... mmm nnn ddd
pub(super) fn low_dnm(o: &Operands) -> Option<u32> {
    low(&[o.d, o.n, o.m])?;
    check(o.shift == Shift::NONE)?;
    Some(o.m << 6 | o.n << 3 | o.d)
}

///     .......... mmm ddd      d = d op m
pub(super) fn low_dm(o: &Operands) -> Option<u32> {
    low(&[o.d, o.m])?;
    check(o.d == o.n && o.shift == Shift::NONE)?;
    Some(o.m << 3 | o.d)
}

///     .......... mmm ddd      d = op m
pub(super) fn low_dm_move(o: &Operands) -> Option<u32> {
    low(&[o.d, o.m])?;
    check(o.shift == Shift::NONE)?;
    Some(o.m << 3 | o.d)
}

///     ........ D mmmm ddd     d = d op m
pub(super) fn high_dm(o: &Operands) -> Option<u32> {
    not_pc(o.d)?;
    not_pc(o.m)?;
    check(o.d == o.n && o.shift == Shift::NONE)?;
    Some((o.d & 8) << 4 | o.m << 3 | o.d & 7)
}

///     ........ D mmmm ddd     d = m
pub(super) fn any_dm(o: &Operands) -> Option<u32> {
    not_pc(o.d)?;
    not_pc(o.m)?;
    Some((o.d & 8) << 4 | o.m << 3 | o.d & 7)
}

///     .......... mmm nnn
pub(super) fn low_nm(o: &Operands) -> Option<u32> {
    low(&[o.n, o.m])?;
    check(o.shift == Shift::NONE)?;
    Some(o.m << 3 | o.n)
}

///     ........ N mmmm nnn     not both low
pub(super) fn high_nm(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    general(&[o.m])?;
    check((o.n >= 8 || o.m >= 8) && o.shift == Shift::NONE)?;
    Some((o.n & 8) << 4 | o.m << 3 | o.n & 7)
}

///     ....... iii nnn ddd
pub(super) fn low_dn_imm3(o: &Operands) -> Option<u32> {
    low(&[o.d, o.n])?;
    Some(scaled(o.imm, 1, 3)? << 6 | o.n << 3 | o.d)
}

///     ..... ddd iiiiiiii      d = d op i
pub(super) fn low_d_imm8(o: &Operands) -> Option<u32> {
    check(o.d == o.n)?;
    low_d_imm8_move(o)
}

///     ..... ddd iiiiiiii      d = i
pub(super) fn low_d_imm8_move(o: &Operands) -> Option<u32> {
    low(&[o.d])?;
    Some(o.d << 8 | scaled(o.imm, 1, 8)?)
}

///     ..... nnn iiiiiiii
pub(super) fn low_n_imm8(o: &Operands) -> Option<u32> {
    low(&[o.n])?;
    Some(o.n << 8 | scaled(o.imm, 1, 8)?)
}

///     .......... nnn ddd      the immediate is 0
pub(super) fn low_dn_zero(o: &Operands) -> Option<u32> {
    low(&[o.d, o.n])?;
    check(o.imm == 0)?;
    Some(o.n << 3 | o.d)
}

///     ......... iiiiiii       sp = sp op 4 * i
pub(super) fn sp_sp_imm7(o: &Operands) -> Option<u32> {
    check(o.d == SP && o.n == SP)?;
    scaled(o.imm, 4, 7)
}

///     ..... ddd iiiiiiii      d = sp + 4 * i
pub(super) fn low_d_sp_imm8(o: &Operands) -> Option<u32> {
    low(&[o.d])?;
    check(o.n == SP)?;
    Some(o.d << 8 | scaled(o.imm, 4, 8)?)
}

///     ..... iiiii mmm ddd     LSL 1..=31, LSR and ASR 1..=32 (32 is 0)
pub(super) fn low_dm_shift(o: &Operands) -> Option<u32> {
    low(&[o.d, o.m])?;
    let amount = shift_amount(o.shift)?;
    // LSL #0 is a move, which has its own row.
    check(o.shift.amount != 0)?;
    Some(amount << 6 | o.m << 3 | o.d)
}

///     ..... iiiii nnn ddd     [n, 4 * i]
pub(super) fn low_imm5_word(o: &Operands) -> Option<u32> {
    low(&[o.d, o.n])?;
    Some(scaled(o.imm, 4, 5)? << 6 | o.n << 3 | o.d)
}

///     ..... iiiii nnn ddd     [n, 2 * i]
pub(super) fn low_imm5_half(o: &Operands) -> Option<u32> {
    low(&[o.d, o.n])?;
    Some(scaled(o.imm, 2, 5)? << 6 | o.n << 3 | o.d)
}

///     ..... iiiii nnn ddd     [n, i]
pub(super) fn low_imm5_byte(o: &Operands) -> Option<u32> {
    low(&[o.d, o.n])?;
    Some(scaled(o.imm, 1, 5)? << 6 | o.n << 3 | o.d)
}

///     ..... ddd iiiiiiii      [sp, 4 * i]
pub(super) fn low_sp_imm8(o: &Operands) -> Option<u32> {
    low_d_sp_imm8(o)
}

///     ....... mmm nnn ddd     [n, m]
pub(super) fn low_index(o: &Operands) -> Option<u32> {
    low_dnm(o)
}

///     ..... nnn llllllll      writeback, the base is not in the list
pub(super) fn low_list(o: &Operands) -> Option<u32> {
    low(&[o.n])?;
    check(o.list != 0 && o.list < 0x100 && o.list & 1 << o.n == 0)?;
    Some(o.n << 8 | u32::from(o.list))
}

///     ..... nnn llllllll      no writeback, the base is in the list
pub(super) fn low_list_with_base(o: &Operands) -> Option<u32> {
    low(&[o.n])?;
    check(o.list < 0x100 && o.list & 1 << o.n != 0)?;
    Some(o.n << 8 | u32::from(o.list))
}

///     ....... M llllllll      M is LR
pub(super) fn push_low(o: &Operands) -> Option<u32> {
    check(o.list != 0 && o.list & !(0xff | 1 << LR) == 0)?;
    Some(u32::from(o.list & 0xff) | u32::from(o.list >> LR & 1) << 8)
}

///     ....... P llllllll      P is PC
pub(super) fn pop_low(o: &Operands) -> Option<u32> {
    check(o.list != 0 && o.list & !(0xff | 1 << PC) == 0)?;
    Some(u32::from(o.list & 0xff) | u32::from(o.list >> PC & 1) << 8)
}

///     ........ iiiiiiii
pub(super) fn imm8(o: &Operands) -> Option<u32> {
    scaled(o.imm, 1, 8)
}

///     ................
pub(super) fn none(_: &Operands) -> Option<u32> {
    Some(0)
}

///     ........ cccc ....      one instruction
pub(super) fn it(o: &Operands) -> Option<u32> {
    Some((o.cond as u32) << 4)
}

///     ........ cccc e...      e = !c<0>: the second instruction is under the opposite condition
pub(super) fn it_else(o: &Operands) -> Option<u32> {
    let cond = o.cond as u32;
    Some(cond << 4 | (!cond & 1) << 3)
}

///     ..... iiiiiiiiiii       2 * i, signed
pub(super) fn branch_11(o: &Operands) -> Option<u32> {
    signed_offset(o.imm, 11)
}

///     ........ iiiiiiii       2 * i, signed
pub(super) fn branch_if_8(o: &Operands) -> Option<u32> {
    Some((o.cond as u32) << 8 | signed_offset(o.imm, 8)?)
}

///     ...... i . iiiii nnn    2 * i, ahead
pub(super) fn branch_zero(o: &Operands) -> Option<u32> {
    low(&[o.n])?;
    let offset = scaled(o.imm, 2, 6)?;
    Some((offset & 0x20) << 4 | (offset & 0x1f) << 3 | o.n)
}

///     ......... mmmm ...
pub(super) fn branch_reg(o: &Operands) -> Option<u32> {
    general(&[o.m])?;
    Some(o.m << 3)
}

/// `imm / 2` in `bits` bits, two's complement.
fn signed_offset(imm: u32, bits: u32) -> Option<u32> {
    let half = imm as i32 >> 1;
    let limit = 1 << (bits - 1);
    (imm & 1 == 0 && (-limit..limit).contains(&half)).then_some(half as u32 & ((1 << bits) - 1))
}

// ---- 32 bits, drawn as two halfwords ----

/// The amount as the encodings hold it. 32 is 0; ROR 0 would be RRX, LSR and ASR 0 would be 32.
fn shift_amount(shift: Shift) -> Option<u32> {
    let amount = u32::from(shift.amount);
    match shift.op {
        ShiftOp::Lsl => check(amount < 32)?,
        ShiftOp::Lsr | ShiftOp::Asr => check((1..=32).contains(&amount))?,
        ShiftOp::Ror => check((1..32).contains(&amount))?,
    }
    Some(amount & 31)
}

///     ................ . iii .... ii.. ....     a shift's amount
fn shift_fields(shift: Shift) -> Option<u32> {
    let amount = shift_amount(shift)?;
    Some((amount >> 2) << 12 | (amount & 3) << 6)
}

///     ................ . iii .... iitt ....     a shift
fn shift_operand(shift: Shift) -> Option<u32> {
    Some(shift_fields(shift)? | (shift.op as u32) << 4)
}

///     ........... S nnnn  . iii dddd iitt mmmm
pub(super) fn shifted_dnm(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n, o.m])?;
    Some(o.n << 16 | o.d << 8 | shift_operand(o.shift)? | o.m)
}

/// The same with `n` = SP: ADD and SUB only, and into SP only with LSL 0..=3.
pub(super) fn shifted_sp(o: &Operands) -> Option<u32> {
    check(o.n == SP)?;
    not_pc(o.d)?;
    general(&[o.m])?;
    check(o.d != SP || o.shift.op == ShiftOp::Lsl && o.shift.amount <= 3)?;
    Some(o.n << 16 | o.d << 8 | shift_operand(o.shift)? | o.m)
}

///     ............ ....  . iii dddd iitt mmmm
pub(super) fn shifted_dm(o: &Operands) -> Option<u32> {
    general(&[o.d, o.m])?;
    Some(o.d << 8 | shift_operand(o.shift)? | o.m)
}

///     ............ ....  . iii dddd ii.. mmmm
pub(super) fn move_shift(o: &Operands) -> Option<u32> {
    general(&[o.d, o.m])?;
    check(o.shift.amount != 0)?;
    Some(o.d << 8 | shift_fields(o.shift)? | o.m)
}

///     ............ nnnn  . iii .... iitt mmmm
pub(super) fn shifted_nm(o: &Operands) -> Option<u32> {
    general(&[o.n, o.m])?;
    Some(o.n << 16 | shift_operand(o.shift)? | o.m)
}

///     ..... i ..... .... . iii .... iiiiiiii     ThumbExpandImm
fn modified(imm: u32) -> Option<u32> {
    let field = modified_immediate(imm)?;
    Some((field & 0x800) << 15 | (field & 0x700) << 4 | field & 0xff)
}

///     ..... i ..... S nnnn  . iii dddd iiiiiiii
pub(super) fn modified_dn(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n])?;
    Some(o.n << 16 | o.d << 8 | modified(o.imm)?)
}

/// The same with `n` = SP: ADD and SUB only.
pub(super) fn modified_sp(o: &Operands) -> Option<u32> {
    check(o.n == SP)?;
    not_pc(o.d)?;
    Some(o.n << 16 | o.d << 8 | modified(o.imm)?)
}

///     ..... i ..... . nnnn  . iii .... iiiiiiii
pub(super) fn modified_n(o: &Operands) -> Option<u32> {
    general(&[o.n])?;
    Some(o.n << 16 | modified(o.imm)?)
}

///     ..... i ..... S ....  . iii dddd iiiiiiii
pub(super) fn modified_d(o: &Operands) -> Option<u32> {
    general(&[o.d])?;
    Some(o.d << 8 | modified(o.imm)?)
}

/// The same of the complement.
pub(super) fn modified_d_not(o: &Operands) -> Option<u32> {
    modified_d(&Operands { imm: !o.imm, ..*o })
}

///     ..... i ...... nnnn  . iii dddd iiiiiiii    12 bits, zero-extended
pub(super) fn plain_imm12(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    check(o.d != SP || o.n == SP)?;
    not_pc(o.d)?;
    let imm = scaled(o.imm, 1, 12)?;
    Some((imm & 0x800) << 15 | o.n << 16 | (imm & 0x700) << 4 | o.d << 8 | imm & 0xff)
}

///     ..... i ...... jjjj  . kkk dddd llllllll    j:i:k:l
pub(super) fn imm16(o: &Operands) -> Option<u32> {
    general(&[o.d])?;
    let imm = scaled(o.imm, 1, 16)?;
    Some((imm & 0xf000) << 4 | (imm & 0x800) << 15 | (imm & 0x700) << 4 | o.d << 8 | imm & 0xff)
}

///     ............ nnnn  .... dddd .... mmmm
pub(super) fn wide_dnm(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n, o.m])?;
    Some(o.n << 16 | o.d << 8 | o.m)
}

///     ............ ....  .... dddd .... mmmm
pub(super) fn wide_dm(o: &Operands) -> Option<u32> {
    general(&[o.d, o.m])?;
    Some(o.d << 8 | o.m)
}

///     ............ mmmm  .... dddd .... mmmm
pub(super) fn wide_dmm(o: &Operands) -> Option<u32> {
    general(&[o.d, o.m])?;
    Some(o.m << 16 | o.d << 8 | o.m)
}

///     ............ nnnn  aaaa dddd .... mmmm
pub(super) fn wide_dnma(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n, o.m, o.a])?;
    Some(o.n << 16 | o.a << 12 | o.d << 8 | o.m)
}

///     ............ nnnn  llll hhhh .... mmmm     l in `a`, h in `d`
pub(super) fn long_multiply(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n, o.m, o.a])?;
    check(o.a != o.d)?;
    Some(o.n << 16 | o.a << 12 | o.d << 8 | o.m)
}

///     ............ nnnn  . iii dddd ii . wwwww   lsb i, width w + 1
pub(super) fn bitfield(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n])?;
    check(o.width >= 1 && o.imm < 32 && o.imm + o.width <= 32)?;
    Some(o.n << 16 | (o.imm >> 2) << 12 | o.d << 8 | (o.imm & 3) << 6 | (o.width - 1))
}

///     ............ nnnn  . iii dddd ii . hhhhh   lsb i, highest bit h
pub(super) fn bitfield_insert(o: &Operands) -> Option<u32> {
    general(&[o.d, o.n])?;
    check(o.width >= 1 && o.imm < 32 && o.imm + o.width <= 32)?;
    Some(o.n << 16 | (o.imm >> 2) << 12 | o.d << 8 | (o.imm & 3) << 6 | (o.imm + o.width - 1))
}

///     ............ nnnn  dddd iiiiiiiiiiii
pub(super) fn word_imm12(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    not_pc(o.d)?;
    Some(o.n << 16 | o.d << 12 | scaled(o.imm, 1, 12)?)
}

/// The same, and `d` is not SP.
pub(super) fn part_imm12(o: &Operands) -> Option<u32> {
    check(o.d != SP)?;
    word_imm12(o)
}

///     ............ nnnn  dddd .... iiiiiiii      [n, -i]
pub(super) fn word_negative_imm8(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    not_pc(o.d)?;
    Some(o.n << 16 | o.d << 12 | scaled(o.imm.wrapping_neg(), 1, 8)?)
}

/// The same, and `d` is not SP.
pub(super) fn part_negative_imm8(o: &Operands) -> Option<u32> {
    check(o.d != SP)?;
    word_negative_imm8(o)
}

///     ............ nnnn  dddd .. U. iiiiiiii     U: add
pub(super) fn word_writeback(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    not_pc(o.d)?;
    check(o.d != o.n)?;
    let offset = o.imm as i32;
    let add = u32::from(offset >= 0);
    Some(o.n << 16 | o.d << 12 | add << 9 | scaled(offset.unsigned_abs(), 1, 8)?)
}

/// The same, and `d` is not SP.
pub(super) fn part_writeback(o: &Operands) -> Option<u32> {
    check(o.d != SP)?;
    word_writeback(o)
}

///     ............ nnnn  dddd ...... ii mmmm     [n, m, lsl i]
pub(super) fn word_index(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    not_pc(o.d)?;
    general(&[o.m])?;
    check(o.shift.op == ShiftOp::Lsl && o.shift.amount <= 3)?;
    Some(o.n << 16 | o.d << 12 | u32::from(o.shift.amount) << 4 | o.m)
}

/// The same, and `d` is not SP.
pub(super) fn part_index(o: &Operands) -> Option<u32> {
    check(o.d != SP)?;
    word_index(o)
}

///     ........ U... nnnn  dddd aaaa iiiiiiii     [n, +-4 * i]
pub(super) fn store_pair(o: &Operands) -> Option<u32> {
    general(&[o.d, o.a])?;
    not_pc(o.n)?;
    let offset = o.imm as i32;
    let add = u32::from(offset >= 0);
    Some(add << 23 | o.n << 16 | o.d << 12 | o.a << 8 | scaled(offset.unsigned_abs(), 4, 8)?)
}

/// The same; the registers differ.
pub(super) fn load_pair(o: &Operands) -> Option<u32> {
    check(o.d != o.a)?;
    store_pair(o)
}

///     ............ nnnn  llllllllllllllll        two registers at least
pub(super) fn store_list(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    check(o.list.count_ones() >= 2 && o.list & (1 << SP | 1 << PC) == 0)?;
    Some(o.n << 16 | u32::from(o.list))
}

/// The same; the base is not in the list.
pub(super) fn store_list_writeback(o: &Operands) -> Option<u32> {
    check(o.list & 1 << o.n == 0)?;
    store_list(o)
}

/// As `store_list`; LR or PC but not both.
pub(super) fn load_list(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    check(o.list.count_ones() >= 2 && o.list & 1 << SP == 0 && o.list >> LR != 3)?;
    Some(o.n << 16 | u32::from(o.list))
}

/// The same; the base is not in the list.
pub(super) fn load_list_writeback(o: &Operands) -> Option<u32> {
    check(o.list & 1 << o.n == 0)?;
    load_list(o)
}

///     ................  llllllllllllllll
pub(super) fn push_list(o: &Operands) -> Option<u32> {
    store_list(o).map(|_| u32::from(o.list))
}

///     ................  llllllllllllllll
pub(super) fn pop_list(o: &Operands) -> Option<u32> {
    load_list(o).map(|_| u32::from(o.list))
}

///     ................  dddd ............        the only register of the list
pub(super) fn single(o: &Operands) -> Option<u32> {
    check(o.list.count_ones() == 1)?;
    general(&[o.list.trailing_zeros()])?;
    Some(o.list.trailing_zeros() << 12)
}

///     ..... S iiiiiiiiii  .. J . K jjjjjjjjjjj   2 * S:I1:I2:i:j, J = !(I1 ^ S), K = !(I2 ^ S)
pub(super) fn branch_24(o: &Operands) -> Option<u32> {
    let offset = signed_offset(o.imm, 24)?;
    let s = offset >> 23;
    let j1 = !(offset >> 22 ^ s) & 1;
    let j2 = !(offset >> 21 ^ s) & 1;
    Some(s << 26 | (offset >> 11 & 0x3ff) << 16 | j1 << 13 | j2 << 11 | offset & 0x7ff)
}

///     ..... S cccc iiiiii  .. J . K jjjjjjjjjjj  2 * S:K:J:i:j
pub(super) fn branch_if_20(o: &Operands) -> Option<u32> {
    let offset = signed_offset(o.imm, 20)?;
    let (s, j2, j1) = (offset >> 19, offset >> 18 & 1, offset >> 17 & 1);
    Some(s << 26 | (o.cond as u32) << 22 | (offset >> 11 & 0x3f) << 16 | j1 << 13 | j2 << 11 | offset & 0x7ff)
}

///     ................  ............ mmmm
pub(super) fn table_branch(o: &Operands) -> Option<u32> {
    general(&[o.m])?;
    Some(o.m)
}

///     ................  .... dddd xxxxxxxx       SYSm
pub(super) fn mrs(o: &Operands) -> Option<u32> {
    general(&[o.d])?;
    Some(o.d << 8 | o.imm)
}

///     ............ nnnn  ........ xxxxxxxx       SYSm
pub(super) fn msr(o: &Operands) -> Option<u32> {
    general(&[o.n])?;
    Some(o.n << 16 | o.imm)
}

// ---- floating point: a single register is Vx:X, a double one X:Vx, with X 0 for d0-d15 ----

fn is_single(r: u32) -> Option<()> {
    check(r < 32)
}

fn is_double(r: u32) -> Option<()> {
    check(r < 16)
}

/// Vd in bits 15:12, D in bit 22.
fn single_field_d(r: u32) -> u32 {
    (r >> 1) << 12 | (r & 1) << 22
}

/// Vn in bits 19:16, N in bit 7.
fn single_field_n(r: u32) -> u32 {
    (r >> 1) << 16 | (r & 1) << 7
}

/// Vm in bits 3:0, M in bit 5.
fn single_field_m(r: u32) -> u32 {
    r >> 1 | (r & 1) << 5
}

///     ......... D .. nnnn dddd .... N . M . mmmm
pub(super) fn single_dnm(o: &Operands) -> Option<u32> {
    is_single(o.d)?;
    is_single(o.n)?;
    is_single(o.m)?;
    Some(single_field_d(o.d) | single_field_n(o.n) | single_field_m(o.m))
}

///     ......... 0 .. nnnn dddd .... 0 . 0 . mmmm
pub(super) fn double_dnm(o: &Operands) -> Option<u32> {
    is_double(o.d)?;
    is_double(o.n)?;
    is_double(o.m)?;
    Some(o.d << 12 | o.n << 16 | o.m)
}

///     ......... D .. .... dddd .... . . M . mmmm
pub(super) fn single_dm(o: &Operands) -> Option<u32> {
    is_single(o.d)?;
    is_single(o.m)?;
    Some(single_field_d(o.d) | single_field_m(o.m))
}

///     ......... 0 .. .... dddd .... . . 0 . mmmm
pub(super) fn double_dm(o: &Operands) -> Option<u32> {
    is_double(o.d)?;
    is_double(o.m)?;
    Some(o.d << 12 | o.m)
}

///     ......... D .. .... dddd ....
pub(super) fn single_d(o: &Operands) -> Option<u32> {
    is_single(o.d)?;
    Some(single_field_d(o.d))
}

///     ......... D .. hhhh dddd .... .... llll        the bits of a float, in 8: A7.5.1, VFPExpandImm
pub(super) fn single_d_imm8(o: &Operands) -> Option<u32> {
    is_single(o.d)?;
    let imm8 = float_immediate(o.imm)?;
    Some(single_field_d(o.d) | (imm8 >> 4) << 16 | imm8 & 15)
}

/// `aBbbbbbc defgh000 ...`, B the inverse of b, as abcdefgh.
pub(super) fn float_immediate(bits: u32) -> Option<u32> {
    let imm8 = (bits >> 24) & 0x80 | (bits >> 19) & 0x7f;
    let b = imm8 >> 6 & 1;
    let exponent = if b == 1 { 0x1f } else { 0x20 };
    let expanded = (imm8 >> 7) << 31 | exponent << 25 | (imm8 & 0x3f) << 19;
    (expanded == bits).then_some(imm8)
}

///     ......... 0 .. .... dddd ....
pub(super) fn double_d(o: &Operands) -> Option<u32> {
    is_double(o.d)?;
    Some(o.d << 12)
}

///     ......... 0 .. .... dddd .... . . M . mmmm
pub(super) fn double_d_single_m(o: &Operands) -> Option<u32> {
    is_double(o.d)?;
    is_single(o.m)?;
    Some(o.d << 12 | single_field_m(o.m))
}

///     ......... D .. .... dddd .... . . 0 . mmmm
pub(super) fn single_d_double_m(o: &Operands) -> Option<u32> {
    is_single(o.d)?;
    is_double(o.m)?;
    Some(single_field_d(o.d) | o.m)
}

///     ............ nnnn tttt .... N . . . ....      t is a core register
pub(super) fn single_n_core_d(o: &Operands) -> Option<u32> {
    is_single(o.n)?;
    general(&[o.d])?;
    Some(single_field_n(o.n) | o.d << 12)
}

///     ............ uuuu tttt .... . . 0 . mmmm      t and u are core registers
pub(super) fn double_m_core_pair(o: &Operands) -> Option<u32> {
    is_double(o.m)?;
    general(&[o.d, o.a])?;
    Some(o.a << 16 | o.d << 12 | o.m)
}

///     ............ nnnn tttt .... 00000000
pub(super) fn user_access(o: &Operands) -> Option<u32> {
    general(&[o.d])?;
    not_pc(o.n)?;
    Some(o.n << 16 | o.d << 12)
}

///     ............ nnnn ................
pub(super) fn base_n(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    Some(o.n << 16)
}

/// As [`double_m_core_pair`]; two registers cannot be written as one.
pub(super) fn double_m_core_pair_distinct(o: &Operands) -> Option<u32> {
    check(o.d != o.a)?;
    double_m_core_pair(o)
}

///     ........ U D .. nnnn dddd .... iiiiiiii       [n, #+-4 * i]
pub(super) fn single_offset(o: &Operands) -> Option<u32> {
    is_single(o.d)?;
    Some(single_field_d(o.d) | float_address(o)?)
}

///     ........ U 0 .. nnnn dddd .... iiiiiiii       [n, #+-4 * i]
pub(super) fn double_offset(o: &Operands) -> Option<u32> {
    is_double(o.d)?;
    Some(o.d << 12 | float_address(o)?)
}

fn float_address(o: &Operands) -> Option<u32> {
    not_pc(o.n)?;
    let offset = o.imm as i32;
    let up = u32::from(offset >= 0) << 23;
    Some(up | o.n << 16 | scaled(offset.unsigned_abs(), 4, 8)?)
}
