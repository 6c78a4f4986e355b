//! One machine instruction -> its encoding: the first fitting row of the [table](super::table), a narrow one if
//! there is one. Also what lowering asks about legal immediates.

use super::inst::{
    AluOp, Cond, Convert, Flags, FloatOp, FloatUnaryOp, MulAddOp, MulLongOp, MulOp, Precision, Shift, ShiftOp, TestOp,
    UnaryOp, Width,
};
use super::table::{Effect, Row, rows};

/// What the table is keyed by: one mnemonic with one kind of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Alu(AluOp),
    AluImm(AluOp),
    Test(TestOp),
    TestImm(TestOp),
    ShiftReg(ShiftOp),
    ShiftImm(ShiftOp),
    Mov,
    Mvn,
    MovImm,
    Movt,
    Unary(UnaryOp),
    Mul(MulOp),
    MulAdd(MulAddOp),
    MulLong(MulLongOp),
    Bitfield { signed: bool },
    BitfieldInsert,
    It { otherwise: bool },
    Load(Width),
    LoadIndex(Width),
    LoadPre(Width),
    LoadPost(Width),
    Store(Width),
    StoreIndex(Width),
    StorePre(Width),
    StorePost(Width),
    Float(FloatOp, Precision),
    FloatUnary(FloatUnaryOp, Precision),
    FloatMov(Precision),
    FloatCompare(Precision),
    FloatCompareZero(Precision),
    FloatFlags,
    Convert(Convert),
    FloatImmediate,
    FloatFromCore,
    CoreFromFloat,
    DoubleFromCore,
    CoreFromDouble,
    FloatLoad(Precision),
    FloatStore(Precision),
    FloatLoadAll,
    FloatStoreAll,
    LoadUser,
    StoreUser,
    LoadPair,
    StorePair,
    LoadMultiple { writeback: bool },
    StoreMultiple { writeback: bool },
    StoreMultipleDown { writeback: bool },
    Push,
    Pop,
    Branch,
    BranchIf,
    BranchZero { nonzero: bool },
    TableByte,
    TableHalf,
    Call,
    CallReg,
    BranchReg,
    Mrs,
    Msr,
    Svc,
    Udf,
    Bkpt,
    Cps { enable: bool },
    Dsb,
    Isb,
    Wfi,
    Nop,
}

/// The operands of any instruction; each uses some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operands {
    /// Destination, or the register that is loaded or stored.
    pub d: u32,
    /// First source, or base address. `RdHi` of a long multiplication.
    pub n: u32,
    /// Second source, or index.
    pub m: u32,
    /// Accumulator, or the second register of a pair.
    pub a: u32,
    /// Immediate; offsets are signed. A branch's is counted from its own address + 4.
    pub imm: u32,
    pub shift: Shift,
    /// Width of a bit field.
    pub width: u32,
    pub list: u16,
    pub flags: Flags,
    /// The condition of a branch or an IT.
    pub cond: Cond,
    /// The instruction stands in an IT block, under this condition.
    pub it: Option<Cond>,
}

impl Default for Operands {
    fn default() -> Self {
        Operands {
            d: 0,
            n: 0,
            m: 0,
            a: 0,
            imm: 0,
            shift: Shift::NONE,
            width: 0,
            list: 0,
            flags: Flags::Any,
            cond: Cond::Eq,
            it: None,
        }
    }
}

/// A machine instruction whose encoding is not chosen yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub op: Op,
    pub operands: Operands,
}

/// A chosen encoding.
#[derive(Clone, Copy)]
pub(super) struct Encoded {
    pub row: &'static Row,
    pub operands: Operands,
    pub bits: u32,
}

impl Encoded {
    pub fn is_wide(&self) -> bool {
        self.row.bits > 0xffff
    }

    /// A wide instruction is two little-endian halfwords, the high one first (DDI 0403, A5.1).
    pub fn write(&self, code: &mut Vec<u8>) {
        if self.is_wide() {
            code.extend_from_slice(&((self.bits >> 16) as u16).to_le_bytes());
        }
        code.extend_from_slice(&(self.bits as u16).to_le_bytes());
    }
}

impl Machine {
    /// The shortest encoding; `None` where no row takes these operands.
    pub fn encode(&self) -> Option<Encoded> {
        let direct = encode_as(self.op, self.operands);
        if direct.is_some_and(|e| !e.is_wide()) {
            return direct;
        }
        let other = inverse(self.op, &self.operands).and_then(|(op, operands)| encode_as(op, operands));
        match (direct, other) {
            (Some(_), Some(other)) if !other.is_wide() => Some(other),
            (Some(direct), _) => Some(direct),
            (None, other) => other,
        }
    }
}

fn encode_as(op: Op, mut operands: Operands) -> Option<Encoded> {
    // The narrow two-address forms want `d == n`.
    let o = &mut operands;
    if commutes(op) && o.d == o.m && o.d != o.n && o.shift == Shift::NONE {
        std::mem::swap(&mut o.n, &mut o.m);
    }
    rows(op).iter().find_map(|row| {
        let set_bit = match (row.effect, operands.flags) {
            (Effect::Sets, Flags::Keep) if operands.it.is_none() => return None,
            (Effect::Sets, Flags::Set) if operands.it.is_some() => return None,
            (Effect::Keeps, Flags::Set) => return None,
            (Effect::Chooses, Flags::Set) => 1 << 20,
            _ => 0,
        };
        (row.format)(&operands).map(|fields| Encoded { row, operands, bits: row.bits | fields | set_bit })
    })
}

fn commutes(op: Op) -> bool {
    matches!(op, Op::Alu(AluOp::Add | AluOp::Adc | AluOp::And | AluOp::Orr | AluOp::Eor))
}

/// The other instruction that does the same with the negative or the complement of the immediate.
///
/// `adds r, #x` and `subs r, #-x` agree in all flags but for 0 (carry) and 1 << 31 (overflow).
fn inverse(op: Op, operands: &Operands) -> Option<(Op, Operands)> {
    let negative = operands.imm.wrapping_neg();
    let exact = operands.imm & 0x7fff_ffff != 0;
    let (op, imm) = match op {
        Op::AluImm(AluOp::Add) if exact || operands.flags != Flags::Set => (Op::AluImm(AluOp::Sub), negative),
        Op::AluImm(AluOp::Sub) if exact || operands.flags != Flags::Set => (Op::AluImm(AluOp::Add), negative),
        Op::TestImm(TestOp::Cmp) if exact => (Op::TestImm(TestOp::Cmn), negative),
        Op::TestImm(TestOp::Cmn) if exact => (Op::TestImm(TestOp::Cmp), negative),
        Op::AluImm(AluOp::Adc) => (Op::AluImm(AluOp::Sbc), !operands.imm),
        Op::AluImm(AluOp::Sbc) => (Op::AluImm(AluOp::Adc), !operands.imm),
        Op::AluImm(AluOp::And) => (Op::AluImm(AluOp::Bic), !operands.imm),
        Op::AluImm(AluOp::Bic) => (Op::AluImm(AluOp::And), !operands.imm),
        Op::AluImm(AluOp::Orr) => (Op::AluImm(AluOp::Orn), !operands.imm),
        Op::AluImm(AluOp::Orn) => (Op::AluImm(AluOp::Orr), !operands.imm),
        _ => return None,
    };
    Some((op, Operands { imm, ..*operands }))
}

/// The 12-bit field `i:imm3:imm8` of a modified immediate (DDI 0403, A5.3.2):
///
/// ```text
/// 00 00 imm8   0x000000ab        01 10 imm8   0xab00ab00
/// 00 01 imm8   0x00ab00ab        00 11 imm8   0xabababab
/// rotation in bits 11:7 (8..=31), 1:imm8<6:0> rotated right by it
/// ```
pub fn modified_immediate(imm: u32) -> Option<u32> {
    let byte = imm & 0xff;
    if imm == byte {
        return Some(byte);
    }
    if imm == byte * 0x0001_0001 {
        return Some(0x100 | byte);
    }
    if imm == byte * 0x0101_0101 {
        return Some(0x300 | byte);
    }
    let second = imm >> 8 & 0xff;
    if imm == second * 0x0100_0100 {
        return Some(0x200 | second);
    }
    // The highest set bit lands in bit 7 of the byte.
    let rotation = imm.leading_zeros() + 8;
    let byte = imm.rotate_left(rotation);
    (rotation < 32 && byte <= 0xff).then_some(rotation << 7 | byte & 0x7f)
}

/// Whether `Inst::AluImm` takes the immediate in one instruction.
pub fn alu_immediate_fits(op: AluOp, flags: Flags, imm: u32) -> bool {
    // Registers that fit every row, so that only the immediate decides; a high one, so that the narrow rows, which
    // take a subset of what the wide ones take, do not.
    let operands = Operands { d: 8, n: 9, imm, flags, ..Operands::default() };
    Machine { op: Op::AluImm(op), operands }.encode().is_some()
}

/// Whether `Inst::TestImm` takes the immediate.
pub fn test_immediate_fits(op: TestOp, imm: u32) -> bool {
    let operands = Operands { n: 9, imm, ..Operands::default() };
    Machine { op: Op::TestImm(op), operands }.encode().is_some()
}

/// Whether one instruction moves the constant to a register: what `Inst::CondMovImm` takes.
pub fn move_immediate_fits(imm: u32) -> bool {
    imm <= 0xffff || modified_immediate(imm).is_some() || modified_immediate(!imm).is_some()
}

/// Whether `Mem::Offset` takes the offset.
pub fn offset_fits(offset: i32) -> bool {
    (-255..=4095).contains(&offset)
}

/// Whether `Inst::FloatLoad` and `Inst::FloatStore` take the offset.
pub fn float_offset_fits(offset: i32) -> bool {
    (-1020..=1020).contains(&offset) && offset % 4 == 0
}

/// Whether one instruction makes the constant in a single register (VMOV, immediate).
pub fn float_immediate_fits(bits: u32) -> bool {
    super::formats::float_immediate(bits).is_some()
}

/// Whether `Inst::LoadPair` and `Inst::StorePair` take the offset.
pub fn pair_offset_fits(offset: i32) -> bool {
    (-1020..=1020).contains(&offset) && offset % 4 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ThumbExpandImm (A5.3.2).
    fn expand(field: u32) -> u32 {
        let byte = field & 0xff;
        match field >> 8 {
            0 => byte,
            1 => byte << 16 | byte,
            2 => byte << 24 | byte << 8,
            3 => byte * 0x0101_0101,
            _ => (0x80 | field & 0x7f).rotate_right(field >> 7),
        }
    }

    #[test]
    fn every_modified_immediate_is_found() {
        for field in 0..4096 {
            let value = expand(field);
            let found = modified_immediate(value);
            assert_eq!(found.map(expand), Some(value), "field {field:#05x}");
        }
        for value in [0x101, 0x1ff, 0xfffe_ffff, 0x0102_0102, 0x8000_0001, 0x0003_fc01] {
            assert_eq!(modified_immediate(value), None, "{value:#x}");
        }
    }

    #[test]
    fn immediates_that_lowering_asks_for() {
        use {AluOp::*, Flags::*};
        for (op, flags, imm, fits) in [
            (Add, Any, 4095, true),
            (Add, Set, 4095, false),
            (Add, Set, 0xffff_ffff, true),
            (Add, Keep, 4095u32.wrapping_neg(), true),
            (Add, Keep, 4097, false),
            (Sub, Set, 1 << 31, true),
            (And, Any, 0xffff_ff00, true),
            (And, Any, 0xffff_fa05, false),
            (Eor, Any, 0xffff_ff00, false),
            (Rsb, Any, 0, true),
            (Adc, Set, 0xffff_fffe, true),
        ] {
            assert_eq!(alu_immediate_fits(op, flags, imm), fits, "{op:?} {flags:?} {imm:#x}");
        }
        assert!(test_immediate_fits(TestOp::Cmp, 0xffff_ffff));
        assert!(!test_immediate_fits(TestOp::Tst, 0xffff_fa05));
        assert!(move_immediate_fits(0xfffe) && move_immediate_fits(0xffff_fffe) && !move_immediate_fits(0x12345));
    }
}
