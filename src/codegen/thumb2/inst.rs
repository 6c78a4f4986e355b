//! The machine instructions of Armv7-M that lowering and the kernel use (DDI 0403, A7). The operands are virtual
//! registers until allocation, physical ones after.

use crate::codegen::object::{Symbol, TrapCode};
use crate::codegen::reg::Reg;

pub const R0: Reg = Reg::physical(0);
pub const R1: Reg = Reg::physical(1);
pub const R2: Reg = Reg::physical(2);
pub const R3: Reg = Reg::physical(3);
pub const R4: Reg = Reg::physical(4);
pub const R5: Reg = Reg::physical(5);
pub const R6: Reg = Reg::physical(6);
pub const R7: Reg = Reg::physical(7);
pub const R8: Reg = Reg::physical(8);
pub const R9: Reg = Reg::physical(9);
pub const R10: Reg = Reg::physical(10);
/// Holds the native address of the home memory.
pub const HOME: Reg = Reg::physical(11);
/// The emitter's scratch register; never allocated.
pub const IP: Reg = Reg::physical(12);
pub const SP: Reg = Reg::physical(13);
pub const LR: Reg = Reg::physical(14);
pub const PC: Reg = Reg::physical(15);

/// Single-precision register `n`.
pub const fn single(n: u8) -> Reg {
    assert!(n < 32);
    Reg::physical(FIRST_SINGLE + n)
}

/// Double-precision register `n`.
pub const fn double(n: u8) -> Reg {
    assert!(n < 16);
    Reg::physical(FIRST_DOUBLE + n)
}

pub(super) const FIRST_SINGLE: u8 = 16;
pub(super) const FIRST_DOUBLE: u8 = 48;

/// A position in one function's code, bound by the assembler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// What an instruction does to the condition flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flags {
    /// Must leave them: some later instruction reads what an earlier one set.
    Keep,
    /// Must set them.
    Set,
    /// Nobody reads them here: the shorter encoding may set them.
    Any,
}

/// Condition codes (A7.3); the discriminant is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cond {
    Eq = 0,
    Ne = 1,
    Hs = 2,
    Lo = 3,
    Mi = 4,
    Pl = 5,
    Vs = 6,
    Vc = 7,
    Hi = 8,
    Ls = 9,
    Ge = 10,
    Lt = 11,
    Gt = 12,
    Le = 13,
}

impl Cond {
    /// The condition that holds exactly where this one does not: bit 0 of the encoding.
    pub fn inverse(self) -> Cond {
        match self {
            Cond::Eq => Cond::Ne,
            Cond::Ne => Cond::Eq,
            Cond::Hs => Cond::Lo,
            Cond::Lo => Cond::Hs,
            Cond::Mi => Cond::Pl,
            Cond::Pl => Cond::Mi,
            Cond::Vs => Cond::Vc,
            Cond::Vc => Cond::Vs,
            Cond::Hi => Cond::Ls,
            Cond::Ls => Cond::Hi,
            Cond::Ge => Cond::Lt,
            Cond::Lt => Cond::Ge,
            Cond::Gt => Cond::Le,
            Cond::Le => Cond::Gt,
        }
    }
}

/// `rd = rn op rm` (data processing, A5.3.1 and A5.3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AluOp {
    Add,
    Adc,
    Sub,
    Sbc,
    Rsb,
    And,
    Orr,
    Eor,
    Bic,
    Orn,
}

/// `op rn, rm`: flags only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOp {
    Cmp,
    Cmn,
    Tst,
    Teq,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftOp {
    Lsl,
    Lsr,
    Asr,
    Ror,
}

/// An operand shifted by a constant: `rm, lsl #3`. Amount 0 with `Lsl` is the plain register; Lsr and Asr take
/// 1..=32, Ror 1..=31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub op: ShiftOp,
    pub amount: u8,
}

impl Shift {
    pub const NONE: Shift = Shift { op: ShiftOp::Lsl, amount: 0 };
}

/// `rd = op rm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Clz,
    Rbit,
    Rev,
    Rev16,
    Sxtb,
    Sxth,
    Uxtb,
    Uxth,
}

/// `rd = rn op rm`, no shift, flags kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MulOp {
    Mul,
    Sdiv,
    Udiv,
}

/// `rd = ra op rn * rm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MulAddOp {
    Mla,
    Mls,
}

/// `lo:hi = rn * rm`, or added to what `lo:hi` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MulLongOp {
    Umull,
    Smull,
    Umlal,
    Smlal,
}

/// Width and sign of an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Byte,
    Half,
    Word,
    /// Loads only.
    SignedByte,
    SignedHalf,
}

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mem {
    /// `[rn, #offset]`, -255..=4095.
    Offset { base: Reg, offset: i32 },
    /// `[rn, rm, lsl #shift]`, shift 0..=3.
    Index { base: Reg, index: Reg, shift: u8 },
    /// `[rn, #offset]!`, -255..=255: `rn` is updated first. Kernel only.
    PreIndex { base: Reg, offset: i32 },
    /// `[rn], #offset`, -255..=255: `rn` is updated after. Kernel only.
    PostIndex { base: Reg, offset: i32 },
    /// `[sp, #offset]` of this frame's spill slot; resolved by emission.
    Slot { index: u32 },
    /// `[sp, #4*word]` of this frame's outgoing area.
    Outgoing { word: u32 },
    /// Word `word` of the incoming area (the caller's outgoing area); resolved by emission.
    Incoming { word: u32 },
}

/// Special registers of MRS and MSR (B5.2.2, B5.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    Msp,
    Psp,
    Primask,
    Control,
    Ipsr,
}

impl Special {
    /// SYSm.
    pub fn number(self) -> u32 {
        match self {
            Special::Ipsr => 5,
            Special::Msp => 8,
            Special::Psp => 9,
            Special::Primask => 16,
            Special::Control => 20,
        }
    }
}

/// Width of a floating-point operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Registers s0-s31.
    Single,
    /// Registers d0-d15; d*n* is s*2n* and s*2n+1*.
    Double,
}

/// `rd = rn op rm` (A6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// `rd = op rm`. The rounding ones need FPv5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatUnaryOp {
    Abs,
    Neg,
    Sqrt,
    RoundToZero,
    RoundToNearest,
    RoundUp,
    RoundDown,
}

/// Conversions: destination, then source. Integers are in single registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convert {
    FloatFromSigned(Precision),
    FloatFromUnsigned(Precision),
    /// Rounds toward zero and saturates; NaN gives 0.
    SignedFromFloat(Precision),
    UnsignedFromFloat(Precision),
    DoubleFromSingle,
    SingleFromDouble,
}

/// One machine instruction. `Call*`, `Trap*`, `Args`, `LoadSymbol`, `Return` and `Move` stand for a fixed short sequence.
#[derive(Clone, Debug, PartialEq)]
pub enum Inst {
    /// `rd = rn op (rm shift)`.
    Alu {
        op: AluOp,
        flags: Flags,
        rd: Reg,
        rn: Reg,
        rm: Reg,
        shift: Shift,
    },
    /// `rd = rn op imm`. Legal immediates: [`super::encode::alu_immediate_fits`].
    AluImm {
        op: AluOp,
        flags: Flags,
        rd: Reg,
        rn: Reg,
        imm: u32,
    },
    Test {
        op: TestOp,
        rn: Reg,
        rm: Reg,
        shift: Shift,
    },
    /// Legal immediates: [`super::encode::test_immediate_fits`].
    TestImm {
        op: TestOp,
        rn: Reg,
        imm: u32,
    },
    /// `rd = rn shifted by the low byte of rm`.
    ShiftReg {
        op: ShiftOp,
        flags: Flags,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    /// `rd = rm shifted by amount`.
    ShiftImm {
        op: ShiftOp,
        flags: Flags,
        rd: Reg,
        rm: Reg,
        amount: u8,
    },
    /// `rd = rm`; never touches the flags.
    Mov {
        rd: Reg,
        rm: Reg,
    },
    /// `rd = !(rm shift)`.
    Mvn {
        flags: Flags,
        rd: Reg,
        rm: Reg,
        shift: Shift,
    },
    /// `rd = imm`, any 32-bit constant, by the cheapest of MOV, MVN, MOVW, MOVW+MOVT. `flags` as for the others.
    MovImm {
        flags: Flags,
        rd: Reg,
        imm: u32,
    },
    Unary {
        op: UnaryOp,
        rd: Reg,
        rm: Reg,
    },
    Mul {
        op: MulOp,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    MulAdd {
        op: MulAddOp,
        rd: Reg,
        rn: Reg,
        rm: Reg,
        ra: Reg,
    },
    /// For Umlal and Smlal `lo` and `hi` are also inputs, in `lo_in` and `hi_in`, tied to `lo` and `hi`.
    MulLong {
        op: MulLongOp,
        lo: Reg,
        hi: Reg,
        rn: Reg,
        rm: Reg,
        lo_in: Reg,
        hi_in: Reg,
    },
    /// `rd = rn[lsb..lsb+width]`, zero- or sign-extended.
    Bitfield {
        signed: bool,
        rd: Reg,
        rn: Reg,
        lsb: u8,
        width: u8,
    },
    /// `rd = rd_in` with bits `lsb..lsb+width` from the low bits of `rn`; `rd_in` is tied to `rd`.
    BitfieldInsert {
        rd: Reg,
        rd_in: Reg,
        rn: Reg,
        lsb: u8,
        width: u8,
    },
    /// `rd = cond ? rn : rd_in` as `IT cond; MOV rd, rn`; `rd_in` is tied to `rd`. Reads the flags.
    CondMov {
        cond: Cond,
        rd: Reg,
        rd_in: Reg,
        rn: Reg,
    },
    /// `rd = cond ? imm : rd_in`; tied likewise. Legal immediates:
    /// [`super::encode::move_immediate_fits`]. Reads the flags.
    CondMovImm {
        cond: Cond,
        rd: Reg,
        rd_in: Reg,
        imm: u32,
    },
    /// `rd = cond ? rd_in op rm : rd_in` as `IT cond; op rd, rd, rm`; tied likewise. Reads the flags.
    CondAlu {
        cond: Cond,
        op: AluOp,
        rd: Reg,
        rd_in: Reg,
        rm: Reg,
    },
    CondAluImm {
        cond: Cond,
        op: AluOp,
        rd: Reg,
        rd_in: Reg,
        imm: u32,
    },
    /// `rd = cond ? 1 : 0` as `ITE cond; MOV rd, #1; MOV rd, #0`. Reads the flags.
    CondSet {
        cond: Cond,
        rd: Reg,
    },
    Load {
        width: Width,
        rt: Reg,
        mem: Mem,
    },
    Store {
        width: Width,
        rt: Reg,
        mem: Mem,
    },
    /// `rd = symbol + addend`: MOVW and MOVT, 8 bytes, one relocation.
    LoadSymbol {
        rd: Reg,
        symbol: Symbol,
        addend: i32,
    },
    /// `rd = sp + 4*word` of the outgoing or incoming area, or a slot: see [`Mem`].
    FrameAddress {
        rd: Reg,
        mem: Mem,
    },

    /// Unconditional branch; short or long by relaxation.
    Branch {
        to: Label,
    },
    /// `B<cond> to`; short or long by relaxation.
    BranchIf {
        cond: Cond,
        to: Label,
    },
    /// `CBZ`/`CBNZ` where the target is near and ahead, else `CMP rn, #0; B<cond>`. Clobbers the flags.
    BranchZero {
        nonzero: bool,
        rn: Reg,
        to: Label,
    },
    /// Jumps to `targets[index]`; `index` is below `targets.len()`. TBB or TBH; clobbers `IP`.
    BranchTable {
        index: Reg,
        targets: Vec<Label>,
    },
    /// Stops if `rn` is above `limit`, which no compare takes: `CMP rn, #near; BLS over; MOVW IP, limit; CMP rn, IP;
    /// BLS over; UDF #code`, where `near` is a little less. Clobbers `IP` and the flags.
    TrapAbove {
        rn: Reg,
        limit: u32,
        code: TrapCode,
    },
    /// `B<!cond> over; UDF #code`: stops if `cond` holds.
    TrapIf {
        cond: Cond,
        code: TrapCode,
    },
    Trap {
        code: TrapCode,
    },
    /// `BL symbol`.
    Call {
        target: Symbol,
    },
    /// `BLX rm`.
    CallReg {
        rm: Reg,
    },
    /// `B.W symbol`: a tail call.
    TailCall {
        target: Symbol,
    },
    /// `BX rm`.
    BranchReg {
        rm: Reg,
    },

    Float {
        op: FloatOp,
        precision: Precision,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    FloatUnary {
        op: FloatUnaryOp,
        precision: Precision,
        rd: Reg,
        rm: Reg,
    },
    FloatMov {
        precision: Precision,
        rd: Reg,
        rm: Reg,
    },
    /// `rd = cond ? rn : rd_in`, as [`Inst::CondMov`].
    FloatCondMov {
        cond: Cond,
        precision: Precision,
        rd: Reg,
        rd_in: Reg,
        rn: Reg,
    },
    /// `rd = cond ? rn + rm : rd_in`: a quiet NaN where an operand is NaN.
    FloatCondAdd {
        cond: Cond,
        precision: Precision,
        rd: Reg,
        rd_in: Reg,
        rn: Reg,
        rm: Reg,
    },
    /// `VCMP rn, rm; VMRS APSR_nzcv, FPSCR`. Unordered gives C and V.
    FloatCompare {
        precision: Precision,
        rn: Reg,
        rm: Reg,
    },
    FloatCompareZero {
        precision: Precision,
        rn: Reg,
    },
    Convert {
        op: Convert,
        rd: Reg,
        rm: Reg,
    },
    /// `rd = bits`, a constant: VMOV (immediate), or by way of `IP`.
    FloatConstant {
        rd: Reg,
        bits: u32,
    },
    /// Bits of a core register to a single register, and back.
    FloatFromCore {
        rd: Reg,
        rt: Reg,
    },
    CoreFromFloat {
        rt: Reg,
        rm: Reg,
    },
    /// Bits of two core registers, low first, to a double register, and back.
    DoubleFromCore {
        rd: Reg,
        rt: Reg,
        rt2: Reg,
    },
    CoreFromDouble {
        rt: Reg,
        rt2: Reg,
        rm: Reg,
    },
    /// `VLDR`, `VSTR`: `[base, #offset]`, a multiple of 4, -1020..=1020; the address is a multiple of 4.
    FloatLoad {
        precision: Precision,
        rt: Reg,
        mem: Mem,
    },
    FloatStore {
        precision: Precision,
        rt: Reg,
        mem: Mem,
    },

    /// `VLDMIA base, {s0-s31}`: all floating-point registers at once.
    FloatLoadAll {
        base: Reg,
    },
    /// `VSTMIA base, {s0-s31}`.
    FloatStoreAll {
        base: Reg,
    },
    /// `LDRT`/`STRT rt, [base]`: as if unprivileged (A7.7.71).
    LoadUser {
        rt: Reg,
        base: Reg,
    },
    StoreUser {
        rt: Reg,
        base: Reg,
    },

    /// `LDRD`/`STRD rt, rt2, [base, #offset]`: a multiple of 4, -1020..=1020, address 4-aligned.
    LoadPair {
        rt: Reg,
        rt2: Reg,
        base: Reg,
        offset: i32,
    },
    StorePair {
        rt: Reg,
        rt2: Reg,
        base: Reg,
        offset: i32,
    },
    /// `LDMIA`/`STMIA base{!}, {list}`: bit n of the list is rn. `STMDB base!` is `decrement`.
    LoadMultiple {
        base: Reg,
        writeback: bool,
        list: u16,
    },
    StoreMultiple {
        base: Reg,
        writeback: bool,
        decrement: bool,
        list: u16,
    },
    Push {
        list: u16,
    },
    Pop {
        list: u16,
    },
    /// `MRS rd, special`.
    Mrs {
        rd: Reg,
        special: Special,
    },
    Msr {
        special: Special,
        rn: Reg,
    },
    Svc {
        imm: u8,
    },
    Udf {
        imm: u8,
    },
    Bkpt {
        imm: u8,
    },
    Cps {
        enable: bool,
    },
    Dsb,
    Isb,
    Wfi,
    Nop,
    /// A 32-bit word in the code.
    Word {
        value: u32,
    },
}
