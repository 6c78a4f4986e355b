//! The instruction table: for each operation its encodings, the shortest first. A row gives the text, what the
//! encoding does to the flags, the fixed bits and the [format](super::formats) of the rest.
//!
//! Sections in the comments are of the Armv7-M Architecture Reference Manual, DDI 0403.

use super::encode::{Op, Operands};
use super::formats as f;
use super::inst::{
    AluOp, Convert, FloatOp, FloatUnaryOp, MulAddOp, MulLongOp, MulOp, Precision, ShiftOp, TestOp, UnaryOp, Width,
};

pub(super) struct Row {
    /// See [`super::print`].
    pub text: &'static str,
    pub effect: Effect,
    /// A narrow encoding has only the low halfword.
    pub bits: u32,
    pub format: Format,
}

/// The operands' bits; `None` where the encoding does not take them.
pub(super) type Format = fn(&Operands) -> Option<u32>;

/// What an encoding does to the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Sets them outside an IT block, keeps them inside (the narrow data processing).
    Sets,
    /// Keeps them, or always sets them (tests).
    Keeps,
    /// Bit 20 says.
    Chooses,
}

/// The rows of an operation.
pub(super) fn rows(op: Op) -> &'static [Row] {
    use Effect::{Chooses, Keeps, Sets};
    macro_rules! table {
        ($($text:literal $effect:ident $bits:literal $format:ident),* $(,)?) => {
            &[$(Row { text: $text, effect: $effect, bits: $bits, format: f::$format }),*]
        };
    }
    match op {
        // Data processing, registers (A5.2.2, A5.2.3, A5.3.11).
        Op::Alu(AluOp::Add) => table![
            "add{s} {d}, {n}, {m}"       Sets    0x1800      low_dnm,
            "add{s} {d}, {m}"            Keeps   0x4400      high_dm,
            "add{s}.w {d}, {n}, {m}{sh}" Chooses 0xeb00_0000 shifted_dnm,
            "add{s}.w {d}, {n}, {m}{sh}" Chooses 0xeb00_0000 shifted_sp,
        ],
        Op::Alu(AluOp::Sub) => table![
            "sub{s} {d}, {n}, {m}"       Sets    0x1a00      low_dnm,
            "sub{s}.w {d}, {n}, {m}{sh}" Chooses 0xeba0_0000 shifted_dnm,
            "sub{s}.w {d}, {n}, {m}{sh}" Chooses 0xeba0_0000 shifted_sp,
        ],
        Op::Alu(AluOp::Adc) => table![
            "adc{s} {d}, {m}"            Sets    0x4140      low_dm,
            "adc{s}.w {d}, {n}, {m}{sh}" Chooses 0xeb40_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::Sbc) => table![
            "sbc{s} {d}, {m}"            Sets    0x4180      low_dm,
            "sbc{s}.w {d}, {n}, {m}{sh}" Chooses 0xeb60_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::Rsb) => table![
            "rsb{s}.w {d}, {n}, {m}{sh}" Chooses 0xebc0_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::And) => table![
            "and{s} {d}, {m}"            Sets    0x4000      low_dm,
            "and{s}.w {d}, {n}, {m}{sh}" Chooses 0xea00_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::Orr) => table![
            "orr{s} {d}, {m}"            Sets    0x4300      low_dm,
            "orr{s}.w {d}, {n}, {m}{sh}" Chooses 0xea40_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::Eor) => table![
            "eor{s} {d}, {m}"            Sets    0x4040      low_dm,
            "eor{s}.w {d}, {n}, {m}{sh}" Chooses 0xea80_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::Bic) => table![
            "bic{s} {d}, {m}"            Sets    0x4380      low_dm,
            "bic{s}.w {d}, {n}, {m}{sh}" Chooses 0xea20_0000 shifted_dnm,
        ],
        Op::Alu(AluOp::Orn) => table![
            "orn{s} {d}, {n}, {m}{sh}"   Chooses 0xea60_0000 shifted_dnm,
        ],

        // Data processing, immediates (A5.2.1, A5.3.1, A5.3.3).
        Op::AluImm(AluOp::Add) => table![
            "add{s} {d}, {n}, #{i}"      Sets    0x1c00      low_dn_imm3,
            "add{s} {d}, #{i}"           Sets    0x3000      low_d_imm8,
            "add{s} sp, #{i}"            Keeps   0xb000      sp_sp_imm7,
            "add{s} {d}, sp, #{i}"       Keeps   0xa800      low_d_sp_imm8,
            "add{s}.w {d}, {n}, #{i}"    Chooses 0xf100_0000 modified_dn,
            "add{s}.w {d}, {n}, #{i}"    Chooses 0xf100_0000 modified_sp,
            "addw{s} {d}, {n}, #{i}"     Keeps   0xf200_0000 plain_imm12,
        ],
        Op::AluImm(AluOp::Sub) => table![
            "sub{s} {d}, {n}, #{i}"      Sets    0x1e00      low_dn_imm3,
            "sub{s} {d}, #{i}"           Sets    0x3800      low_d_imm8,
            "sub{s} sp, #{i}"            Keeps   0xb080      sp_sp_imm7,
            "sub{s}.w {d}, {n}, #{i}"    Chooses 0xf1a0_0000 modified_dn,
            "sub{s}.w {d}, {n}, #{i}"    Chooses 0xf1a0_0000 modified_sp,
            "subw{s} {d}, {n}, #{i}"     Keeps   0xf2a0_0000 plain_imm12,
        ],
        Op::AluImm(AluOp::Rsb) => table![
            "rsb{s} {d}, {n}, #0"        Sets    0x4240      low_dn_zero,
            "rsb{s}.w {d}, {n}, #{i}"    Chooses 0xf1c0_0000 modified_dn,
        ],
        Op::AluImm(AluOp::Adc) => table!["adc{s} {d}, {n}, #{i}" Chooses 0xf140_0000 modified_dn],
        Op::AluImm(AluOp::Sbc) => table!["sbc{s} {d}, {n}, #{i}" Chooses 0xf160_0000 modified_dn],
        Op::AluImm(AluOp::And) => table!["and{s} {d}, {n}, #{i}" Chooses 0xf000_0000 modified_dn],
        Op::AluImm(AluOp::Orr) => table!["orr{s} {d}, {n}, #{i}" Chooses 0xf040_0000 modified_dn],
        Op::AluImm(AluOp::Eor) => table!["eor{s} {d}, {n}, #{i}" Chooses 0xf080_0000 modified_dn],
        Op::AluImm(AluOp::Bic) => table!["bic{s} {d}, {n}, #{i}" Chooses 0xf020_0000 modified_dn],
        Op::AluImm(AluOp::Orn) => table!["orn{s} {d}, {n}, #{i}" Chooses 0xf060_0000 modified_dn],

        // Flags only.
        Op::Test(TestOp::Cmp) => table![
            "cmp{s} {n}, {m}"            Keeps   0x4280      low_nm,
            "cmp{s} {n}, {m}"            Keeps   0x4500      high_nm,
            "cmp{s}.w {n}, {m}{sh}"      Keeps   0xebb0_0f00 shifted_nm,
        ],
        Op::Test(TestOp::Cmn) => table![
            "cmn{s} {n}, {m}"            Keeps   0x42c0      low_nm,
            "cmn{s}.w {n}, {m}{sh}"      Keeps   0xeb10_0f00 shifted_nm,
        ],
        Op::Test(TestOp::Tst) => table![
            "tst{s} {n}, {m}"            Keeps   0x4200      low_nm,
            "tst{s}.w {n}, {m}{sh}"      Keeps   0xea10_0f00 shifted_nm,
        ],
        Op::Test(TestOp::Teq) => table!["teq{s} {n}, {m}{sh}" Keeps 0xea90_0f00 shifted_nm],
        Op::TestImm(TestOp::Cmp) => table![
            "cmp{s} {n}, #{i}"           Keeps   0x2800      low_n_imm8,
            "cmp{s}.w {n}, #{i}"         Keeps   0xf1b0_0f00 modified_n,
        ],
        Op::TestImm(TestOp::Cmn) => table!["cmn{s}.w {n}, #{i}" Keeps 0xf110_0f00 modified_n],
        Op::TestImm(TestOp::Tst) => table!["tst{s}.w {n}, #{i}" Keeps 0xf010_0f00 modified_n],
        Op::TestImm(TestOp::Teq) => table!["teq{s}.w {n}, #{i}" Keeps 0xf090_0f00 modified_n],

        // Shifts (A5.3.12) and moves.
        Op::ShiftReg(ShiftOp::Lsl) => table![
            "lsl{s} {d}, {m}"            Sets    0x4080      low_dm,
            "lsl{s}.w {d}, {n}, {m}"     Chooses 0xfa00_f000 wide_dnm,
        ],
        Op::ShiftReg(ShiftOp::Lsr) => table![
            "lsr{s} {d}, {m}"            Sets    0x40c0      low_dm,
            "lsr{s}.w {d}, {n}, {m}"     Chooses 0xfa20_f000 wide_dnm,
        ],
        Op::ShiftReg(ShiftOp::Asr) => table![
            "asr{s} {d}, {m}"            Sets    0x4100      low_dm,
            "asr{s}.w {d}, {n}, {m}"     Chooses 0xfa40_f000 wide_dnm,
        ],
        Op::ShiftReg(ShiftOp::Ror) => table![
            "ror{s} {d}, {m}"            Sets    0x41c0      low_dm,
            "ror{s}.w {d}, {n}, {m}"     Chooses 0xfa60_f000 wide_dnm,
        ],
        Op::ShiftImm(ShiftOp::Lsl) => table![
            "lsl{s} {d}, {m}, #{i}"      Sets    0x0000      low_dm_shift,
            "lsl{s}.w {d}, {m}, #{i}"    Chooses 0xea4f_0000 move_shift,
        ],
        Op::ShiftImm(ShiftOp::Lsr) => table![
            "lsr{s} {d}, {m}, #{i}"      Sets    0x0800      low_dm_shift,
            "lsr{s}.w {d}, {m}, #{i}"    Chooses 0xea4f_0010 move_shift,
        ],
        Op::ShiftImm(ShiftOp::Asr) => table![
            "asr{s} {d}, {m}, #{i}"      Sets    0x1000      low_dm_shift,
            "asr{s}.w {d}, {m}, #{i}"    Chooses 0xea4f_0020 move_shift,
        ],
        Op::ShiftImm(ShiftOp::Ror) => table!["ror{s}.w {d}, {m}, #{i}" Chooses 0xea4f_0030 move_shift],
        Op::Mov => table![
            "mov{s} {d}, {m}"            Keeps   0x4600      any_dm,
            "mov{s} {d}, {m}"            Sets    0x0000      low_dm_move,
            "mov{s}.w {d}, {m}"          Chooses 0xea4f_0000 shifted_dm,
        ],
        Op::Mvn => table![
            "mvn{s} {d}, {m}"            Sets    0x43c0      low_dm_move,
            "mvn{s}.w {d}, {m}{sh}"      Chooses 0xea6f_0000 shifted_dm,
        ],
        Op::MovImm => table![
            "mov{s} {d}, #{i}"           Sets    0x2000      low_d_imm8_move,
            "mov{s}.w {d}, #{i}"         Chooses 0xf04f_0000 modified_d,
            "mvn{s}.w {d}, #{~i}"        Chooses 0xf06f_0000 modified_d_not,
            "movw{s} {d}, #{i}"          Keeps   0xf240_0000 imm16,
        ],
        Op::Movt => table!["movt{s} {d}, #{i}" Keeps 0xf2c0_0000 imm16],

        Op::Unary(UnaryOp::Clz) => table!["clz{s} {d}, {m}" Keeps 0xfab0_f080 wide_dmm],
        Op::Unary(UnaryOp::Rbit) => table!["rbit{s} {d}, {m}" Keeps 0xfa90_f0a0 wide_dmm],
        Op::Unary(UnaryOp::Rev) => table![
            "rev{s} {d}, {m}"            Keeps   0xba00      low_dm_move,
            "rev{s}.w {d}, {m}"          Keeps   0xfa90_f080 wide_dmm,
        ],
        Op::Unary(UnaryOp::Rev16) => table![
            "rev16{s} {d}, {m}"          Keeps   0xba40      low_dm_move,
            "rev16{s}.w {d}, {m}"        Keeps   0xfa90_f090 wide_dmm,
        ],
        Op::Unary(UnaryOp::Sxtb) => table![
            "sxtb{s} {d}, {m}"           Keeps   0xb240      low_dm_move,
            "sxtb{s}.w {d}, {m}"         Keeps   0xfa4f_f080 wide_dm,
        ],
        Op::Unary(UnaryOp::Sxth) => table![
            "sxth{s} {d}, {m}"           Keeps   0xb200      low_dm_move,
            "sxth{s}.w {d}, {m}"         Keeps   0xfa0f_f080 wide_dm,
        ],
        Op::Unary(UnaryOp::Uxtb) => table![
            "uxtb{s} {d}, {m}"           Keeps   0xb2c0      low_dm_move,
            "uxtb{s}.w {d}, {m}"         Keeps   0xfa5f_f080 wide_dm,
        ],
        Op::Unary(UnaryOp::Uxth) => table![
            "uxth{s} {d}, {m}"           Keeps   0xb280      low_dm_move,
            "uxth{s}.w {d}, {m}"         Keeps   0xfa1f_f080 wide_dm,
        ],

        // Multiplication and division (A5.3.16, A5.3.17). The narrow MUL sets flags and is not used.
        Op::Mul(MulOp::Mul) => table!["mul{s} {d}, {n}, {m}" Keeps 0xfb00_f000 wide_dnm],
        Op::Mul(MulOp::Sdiv) => table!["sdiv{s} {d}, {n}, {m}" Keeps 0xfb90_f0f0 wide_dnm],
        Op::Mul(MulOp::Udiv) => table!["udiv{s} {d}, {n}, {m}" Keeps 0xfbb0_f0f0 wide_dnm],
        Op::MulAdd(MulAddOp::Mla) => table!["mla{s} {d}, {n}, {m}, {a}" Keeps 0xfb00_0000 wide_dnma],
        Op::MulAdd(MulAddOp::Mls) => table!["mls{s} {d}, {n}, {m}, {a}" Keeps 0xfb00_0010 wide_dnma],
        Op::MulLong(MulLongOp::Umull) => table!["umull{s} {a}, {d}, {n}, {m}" Keeps 0xfba0_0000 long_multiply],
        Op::MulLong(MulLongOp::Smull) => table!["smull{s} {a}, {d}, {n}, {m}" Keeps 0xfb80_0000 long_multiply],
        Op::MulLong(MulLongOp::Umlal) => table!["umlal{s} {a}, {d}, {n}, {m}" Keeps 0xfbe0_0000 long_multiply],
        Op::MulLong(MulLongOp::Smlal) => table!["smlal{s} {a}, {d}, {n}, {m}" Keeps 0xfbc0_0000 long_multiply],
        Op::Bitfield { signed: false } => table!["ubfx{s} {d}, {n}, #{i}, #{w}" Keeps 0xf3c0_0000 bitfield],
        Op::Bitfield { signed: true } => table!["sbfx{s} {d}, {n}, #{i}, #{w}" Keeps 0xf340_0000 bitfield],
        Op::BitfieldInsert => table!["bfi{s} {d}, {n}, #{i}, #{w}" Keeps 0xf360_0000 bitfield_insert],
        Op::It { otherwise: false } => table!["it {c}" Keeps 0xbf08 it],
        Op::It { otherwise: true } => table!["ite {c}" Keeps 0xbf04 it_else],

        // Loads and stores (A5.2.4, A5.3.7-A5.3.10).
        Op::Load(Width::Word) => table![
            "ldr{s} {d}, [{n}{o}]"       Keeps   0x6800      low_imm5_word,
            "ldr{s} {d}, [{n}{o}]"       Keeps   0x9800      low_sp_imm8,
            "ldr{s}.w {d}, [{n}{o}]"     Keeps   0xf8d0_0000 word_imm12,
            "ldr{s} {d}, [{n}{o}]"       Keeps   0xf850_0c00 word_negative_imm8,
        ],
        Op::Load(Width::Half) => table![
            "ldrh{s} {d}, [{n}{o}]"      Keeps   0x8800      low_imm5_half,
            "ldrh{s}.w {d}, [{n}{o}]"    Keeps   0xf8b0_0000 part_imm12,
            "ldrh{s} {d}, [{n}{o}]"      Keeps   0xf830_0c00 part_negative_imm8,
        ],
        Op::Load(Width::Byte) => table![
            "ldrb{s} {d}, [{n}{o}]"      Keeps   0x7800      low_imm5_byte,
            "ldrb{s}.w {d}, [{n}{o}]"    Keeps   0xf890_0000 part_imm12,
            "ldrb{s} {d}, [{n}{o}]"      Keeps   0xf810_0c00 part_negative_imm8,
        ],
        Op::Load(Width::SignedHalf) => table![
            "ldrsh{s}.w {d}, [{n}{o}]"   Keeps   0xf9b0_0000 part_imm12,
            "ldrsh{s} {d}, [{n}{o}]"     Keeps   0xf930_0c00 part_negative_imm8,
        ],
        Op::Load(Width::SignedByte) => table![
            "ldrsb{s}.w {d}, [{n}{o}]"   Keeps   0xf990_0000 part_imm12,
            "ldrsb{s} {d}, [{n}{o}]"     Keeps   0xf910_0c00 part_negative_imm8,
        ],
        Op::Store(Width::Word) => table![
            "str{s} {d}, [{n}{o}]"       Keeps   0x6000      low_imm5_word,
            "str{s} {d}, [{n}{o}]"       Keeps   0x9000      low_sp_imm8,
            "str{s}.w {d}, [{n}{o}]"     Keeps   0xf8c0_0000 word_imm12,
            "str{s} {d}, [{n}{o}]"       Keeps   0xf840_0c00 word_negative_imm8,
        ],
        Op::Store(Width::Half) => table![
            "strh{s} {d}, [{n}{o}]"      Keeps   0x8000      low_imm5_half,
            "strh{s}.w {d}, [{n}{o}]"    Keeps   0xf8a0_0000 part_imm12,
            "strh{s} {d}, [{n}{o}]"      Keeps   0xf820_0c00 part_negative_imm8,
        ],
        Op::Store(Width::Byte) => table![
            "strb{s} {d}, [{n}{o}]"      Keeps   0x7000      low_imm5_byte,
            "strb{s}.w {d}, [{n}{o}]"    Keeps   0xf880_0000 part_imm12,
            "strb{s} {d}, [{n}{o}]"      Keeps   0xf800_0c00 part_negative_imm8,
        ],
        Op::Store(Width::SignedByte | Width::SignedHalf) => &[],
        Op::LoadIndex(Width::Word) => table![
            "ldr{s} {d}, [{n}, {m}]"         Keeps 0x5800      low_index,
            "ldr{s}.w {d}, [{n}, {m}{sh}]"   Keeps 0xf850_0000 word_index,
        ],
        Op::LoadIndex(Width::Half) => table![
            "ldrh{s} {d}, [{n}, {m}]"        Keeps 0x5a00      low_index,
            "ldrh{s}.w {d}, [{n}, {m}{sh}]"  Keeps 0xf830_0000 part_index,
        ],
        Op::LoadIndex(Width::Byte) => table![
            "ldrb{s} {d}, [{n}, {m}]"        Keeps 0x5c00      low_index,
            "ldrb{s}.w {d}, [{n}, {m}{sh}]"  Keeps 0xf810_0000 part_index,
        ],
        Op::LoadIndex(Width::SignedHalf) => table![
            "ldrsh{s} {d}, [{n}, {m}]"       Keeps 0x5e00      low_index,
            "ldrsh{s}.w {d}, [{n}, {m}{sh}]" Keeps 0xf930_0000 part_index,
        ],
        Op::LoadIndex(Width::SignedByte) => table![
            "ldrsb{s} {d}, [{n}, {m}]"       Keeps 0x5600      low_index,
            "ldrsb{s}.w {d}, [{n}, {m}{sh}]" Keeps 0xf910_0000 part_index,
        ],
        Op::StoreIndex(Width::Word) => table![
            "str{s} {d}, [{n}, {m}]"         Keeps 0x5000      low_index,
            "str{s}.w {d}, [{n}, {m}{sh}]"   Keeps 0xf840_0000 word_index,
        ],
        Op::StoreIndex(Width::Half) => table![
            "strh{s} {d}, [{n}, {m}]"        Keeps 0x5200      low_index,
            "strh{s}.w {d}, [{n}, {m}{sh}]"  Keeps 0xf820_0000 part_index,
        ],
        Op::StoreIndex(Width::Byte) => table![
            "strb{s} {d}, [{n}, {m}]"        Keeps 0x5400      low_index,
            "strb{s}.w {d}, [{n}, {m}{sh}]"  Keeps 0xf800_0000 part_index,
        ],
        Op::StoreIndex(Width::SignedByte | Width::SignedHalf) => &[],
        Op::LoadPre(Width::Word) => table!["ldr{s} {d}, [{n}, #{o}]!" Keeps 0xf850_0d00 word_writeback],
        Op::LoadPre(Width::Half) => table!["ldrh{s} {d}, [{n}, #{o}]!" Keeps 0xf830_0d00 part_writeback],
        Op::LoadPre(Width::Byte) => table!["ldrb{s} {d}, [{n}, #{o}]!" Keeps 0xf810_0d00 part_writeback],
        Op::LoadPre(Width::SignedHalf) => table!["ldrsh{s} {d}, [{n}, #{o}]!" Keeps 0xf930_0d00 part_writeback],
        Op::LoadPre(Width::SignedByte) => table!["ldrsb{s} {d}, [{n}, #{o}]!" Keeps 0xf910_0d00 part_writeback],
        Op::LoadPost(Width::Word) => table!["ldr{s} {d}, [{n}], #{o}" Keeps 0xf850_0900 word_writeback],
        Op::LoadPost(Width::Half) => table!["ldrh{s} {d}, [{n}], #{o}" Keeps 0xf830_0900 part_writeback],
        Op::LoadPost(Width::Byte) => table!["ldrb{s} {d}, [{n}], #{o}" Keeps 0xf810_0900 part_writeback],
        Op::LoadPost(Width::SignedHalf) => table!["ldrsh{s} {d}, [{n}], #{o}" Keeps 0xf930_0900 part_writeback],
        Op::LoadPost(Width::SignedByte) => table!["ldrsb{s} {d}, [{n}], #{o}" Keeps 0xf910_0900 part_writeback],
        Op::StorePre(Width::Word) => table!["str{s} {d}, [{n}, #{o}]!" Keeps 0xf840_0d00 word_writeback],
        Op::StorePre(Width::Half) => table!["strh{s} {d}, [{n}, #{o}]!" Keeps 0xf820_0d00 part_writeback],
        Op::StorePre(Width::Byte) => table!["strb{s} {d}, [{n}, #{o}]!" Keeps 0xf800_0d00 part_writeback],
        Op::StorePost(Width::Word) => table!["str{s} {d}, [{n}], #{o}" Keeps 0xf840_0900 word_writeback],
        Op::StorePost(Width::Half) => table!["strh{s} {d}, [{n}], #{o}" Keeps 0xf820_0900 part_writeback],
        Op::StorePost(Width::Byte) => table!["strb{s} {d}, [{n}], #{o}" Keeps 0xf800_0900 part_writeback],
        Op::StorePre(Width::SignedByte | Width::SignedHalf) => &[],
        Op::StorePost(Width::SignedByte | Width::SignedHalf) => &[],
        Op::LoadPair => table!["ldrd{s} {d}, {a}, [{n}{o}]" Keeps 0xe950_0000 load_pair],
        Op::StorePair => table!["strd{s} {d}, {a}, [{n}{o}]" Keeps 0xe940_0000 store_pair],
        Op::LoadMultiple { writeback: false } => table![
            "ldm{s} {n}, {l}"            Keeps   0xc800      low_list_with_base,
            "ldm{s}.w {n}, {l}"          Keeps   0xe890_0000 load_list,
        ],
        Op::LoadMultiple { writeback: true } => table![
            "ldm{s} {n}!, {l}"           Keeps   0xc800      low_list,
            "ldm{s}.w {n}!, {l}"         Keeps   0xe8b0_0000 load_list_writeback,
        ],
        Op::StoreMultiple { writeback: false } => table!["stm{s}.w {n}, {l}" Keeps 0xe880_0000 store_list],
        Op::StoreMultiple { writeback: true } => table![
            "stm{s} {n}!, {l}"           Keeps   0xc000      low_list,
            "stm{s}.w {n}!, {l}"         Keeps   0xe8a0_0000 store_list_writeback,
        ],
        Op::StoreMultipleDown { writeback: false } => table!["stmdb{s} {n}, {l}" Keeps 0xe900_0000 store_list],
        Op::StoreMultipleDown { writeback: true } => table![
            "stmdb{s} {n}!, {l}"         Keeps   0xe920_0000 store_list_writeback,
        ],
        Op::Push => table![
            "push{s} {l}"                Keeps   0xb400      push_low,
            "push{s}.w {l}"              Keeps   0xe92d_0000 push_list,
            "str{s} {1}, [sp, #-4]!"     Keeps   0xf84d_0d04 single,
        ],
        Op::Pop => table![
            "pop{s} {l}"                 Keeps   0xbc00      pop_low,
            "pop{s}.w {l}"               Keeps   0xe8bd_0000 pop_list,
            "ldr{s} {1}, [sp], #4"       Keeps   0xf85d_0b04 single,
        ],

        // Floating point (A6.5-A6.7). The rounding ones but VRINTZ have no condition.
        Op::Float(FloatOp::Add, Precision::Single) => {
            table!["vadd{s}.f32 {Sd}, {Sn}, {Sm}" Keeps 0xee30_0a00 single_dnm]
        }
        Op::Float(FloatOp::Add, Precision::Double) => {
            table!["vadd{s}.f64 {Dd}, {Dn}, {Dm}" Keeps 0xee30_0b00 double_dnm]
        }
        Op::Float(FloatOp::Sub, Precision::Single) => {
            table!["vsub{s}.f32 {Sd}, {Sn}, {Sm}" Keeps 0xee30_0a40 single_dnm]
        }
        Op::Float(FloatOp::Sub, Precision::Double) => {
            table!["vsub{s}.f64 {Dd}, {Dn}, {Dm}" Keeps 0xee30_0b40 double_dnm]
        }
        Op::Float(FloatOp::Mul, Precision::Single) => {
            table!["vmul{s}.f32 {Sd}, {Sn}, {Sm}" Keeps 0xee20_0a00 single_dnm]
        }
        Op::Float(FloatOp::Mul, Precision::Double) => {
            table!["vmul{s}.f64 {Dd}, {Dn}, {Dm}" Keeps 0xee20_0b00 double_dnm]
        }
        Op::Float(FloatOp::Div, Precision::Single) => {
            table!["vdiv{s}.f32 {Sd}, {Sn}, {Sm}" Keeps 0xee80_0a00 single_dnm]
        }
        Op::Float(FloatOp::Div, Precision::Double) => {
            table!["vdiv{s}.f64 {Dd}, {Dn}, {Dm}" Keeps 0xee80_0b00 double_dnm]
        }
        Op::FloatUnary(FloatUnaryOp::Abs, Precision::Single) => {
            table!["vabs{s}.f32 {Sd}, {Sm}" Keeps 0xeeb0_0ac0 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::Abs, Precision::Double) => {
            table!["vabs{s}.f64 {Dd}, {Dm}" Keeps 0xeeb0_0bc0 double_dm]
        }
        Op::FloatUnary(FloatUnaryOp::Neg, Precision::Single) => {
            table!["vneg{s}.f32 {Sd}, {Sm}" Keeps 0xeeb1_0a40 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::Neg, Precision::Double) => {
            table!["vneg{s}.f64 {Dd}, {Dm}" Keeps 0xeeb1_0b40 double_dm]
        }
        Op::FloatUnary(FloatUnaryOp::Sqrt, Precision::Single) => {
            table!["vsqrt{s}.f32 {Sd}, {Sm}" Keeps 0xeeb1_0ac0 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::Sqrt, Precision::Double) => {
            table!["vsqrt{s}.f64 {Dd}, {Dm}" Keeps 0xeeb1_0bc0 double_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundToZero, Precision::Single) => {
            table!["vrintz{s}.f32 {Sd}, {Sm}" Keeps 0xeeb6_0ac0 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundToZero, Precision::Double) => {
            table!["vrintz{s}.f64 {Dd}, {Dm}" Keeps 0xeeb6_0bc0 double_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundToNearest, Precision::Single) => {
            table!["vrintn.f32 {Sd}, {Sm}" Keeps 0xfeb9_0a40 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundToNearest, Precision::Double) => {
            table!["vrintn.f64 {Dd}, {Dm}" Keeps 0xfeb9_0b40 double_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundUp, Precision::Single) => {
            table!["vrintp.f32 {Sd}, {Sm}" Keeps 0xfeba_0a40 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundUp, Precision::Double) => {
            table!["vrintp.f64 {Dd}, {Dm}" Keeps 0xfeba_0b40 double_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundDown, Precision::Single) => {
            table!["vrintm.f32 {Sd}, {Sm}" Keeps 0xfebb_0a40 single_dm]
        }
        Op::FloatUnary(FloatUnaryOp::RoundDown, Precision::Double) => {
            table!["vrintm.f64 {Dd}, {Dm}" Keeps 0xfebb_0b40 double_dm]
        }
        Op::FloatMov(Precision::Single) => table!["vmov{s}.f32 {Sd}, {Sm}" Keeps 0xeeb0_0a40 single_dm],
        Op::FloatMov(Precision::Double) => table!["vmov{s}.f64 {Dd}, {Dm}" Keeps 0xeeb0_0b40 double_dm],
        Op::FloatCompare(Precision::Single) => table!["vcmp{s}.f32 {Sd}, {Sm}" Keeps 0xeeb4_0a40 single_dm],
        Op::FloatCompare(Precision::Double) => table!["vcmp{s}.f64 {Dd}, {Dm}" Keeps 0xeeb4_0b40 double_dm],
        Op::FloatCompareZero(Precision::Single) => table!["vcmp{s}.f32 {Sd}, #0" Keeps 0xeeb5_0a40 single_d],
        Op::FloatCompareZero(Precision::Double) => table!["vcmp{s}.f64 {Dd}, #0" Keeps 0xeeb5_0b40 double_d],
        Op::FloatFlags => table!["vmrs{s} APSR_nzcv, fpscr" Keeps 0xeef1_fa10 none],
        Op::Convert(Convert::FloatFromSigned(Precision::Single)) => {
            table!["vcvt{s}.f32.s32 {Sd}, {Sm}" Keeps 0xeeb8_0ac0 single_dm]
        }
        Op::Convert(Convert::FloatFromSigned(Precision::Double)) => {
            table!["vcvt{s}.f64.s32 {Dd}, {Sm}" Keeps 0xeeb8_0bc0 double_d_single_m]
        }
        Op::Convert(Convert::FloatFromUnsigned(Precision::Single)) => {
            table!["vcvt{s}.f32.u32 {Sd}, {Sm}" Keeps 0xeeb8_0a40 single_dm]
        }
        Op::Convert(Convert::FloatFromUnsigned(Precision::Double)) => {
            table!["vcvt{s}.f64.u32 {Dd}, {Sm}" Keeps 0xeeb8_0b40 double_d_single_m]
        }
        Op::Convert(Convert::SignedFromFloat(Precision::Single)) => {
            table!["vcvt{s}.s32.f32 {Sd}, {Sm}" Keeps 0xeebd_0ac0 single_dm]
        }
        Op::Convert(Convert::SignedFromFloat(Precision::Double)) => {
            table!["vcvt{s}.s32.f64 {Sd}, {Dm}" Keeps 0xeebd_0bc0 single_d_double_m]
        }
        Op::Convert(Convert::UnsignedFromFloat(Precision::Single)) => {
            table!["vcvt{s}.u32.f32 {Sd}, {Sm}" Keeps 0xeebc_0ac0 single_dm]
        }
        Op::Convert(Convert::UnsignedFromFloat(Precision::Double)) => {
            table!["vcvt{s}.u32.f64 {Sd}, {Dm}" Keeps 0xeebc_0bc0 single_d_double_m]
        }
        Op::Convert(Convert::DoubleFromSingle) => {
            table!["vcvt{s}.f64.f32 {Dd}, {Sm}" Keeps 0xeeb7_0ac0 double_d_single_m]
        }
        Op::Convert(Convert::SingleFromDouble) => {
            table!["vcvt{s}.f32.f64 {Sd}, {Dm}" Keeps 0xeeb7_0bc0 single_d_double_m]
        }
        Op::FloatImmediate => table!["vmov{s}.f32 {Sd}, #{f}" Keeps 0xeeb0_0a00 single_d_imm8],
        Op::FloatFromCore => table!["vmov{s} {Sn}, {d}" Keeps 0xee00_0a10 single_n_core_d],
        Op::CoreFromFloat => table!["vmov{s} {d}, {Sn}" Keeps 0xee10_0a10 single_n_core_d],
        Op::DoubleFromCore => table!["vmov{s} {Dm}, {d}, {a}" Keeps 0xec40_0b10 double_m_core_pair],
        Op::CoreFromDouble => table!["vmov{s} {d}, {a}, {Dm}" Keeps 0xec50_0b10 double_m_core_pair_distinct],
        Op::FloatLoad(Precision::Single) => table!["vldr{s} {Sd}, [{n}{o}]" Keeps 0xed10_0a00 single_offset],
        Op::FloatLoad(Precision::Double) => table!["vldr{s} {Dd}, [{n}{o}]" Keeps 0xed10_0b00 double_offset],
        Op::FloatStore(Precision::Single) => table!["vstr{s} {Sd}, [{n}{o}]" Keeps 0xed00_0a00 single_offset],
        Op::FloatStore(Precision::Double) => table!["vstr{s} {Dd}, [{n}{o}]" Keeps 0xed00_0b00 double_offset],

        Op::FloatLoadAll => table!["vldmia{s} {n}, {all}" Keeps 0xec90_0a20 base_n],

        Op::FloatStoreAll => table!["vstmia{s} {n}, {all}" Keeps 0xec80_0a20 base_n],
        Op::LoadUser => table!["ldrt{s} {d}, [{n}]" Keeps 0xf850_0e00 user_access],
        Op::StoreUser => table!["strt{s} {d}, [{n}]" Keeps 0xf840_0e00 user_access],

        // Branches (A5.2.6, A5.3.4). The assembler grows what does not reach.
        Op::Branch => table![
            "b.n {t}"                    Keeps   0xe000      branch_11,
            "b.w {t}"                    Keeps   0xf000_9000 branch_24,
        ],
        Op::BranchIf => table![
            "b{c}.n {t}"                 Keeps   0xd000      branch_if_8,
            "b{c}.w {t}"                 Keeps   0xf000_8000 branch_if_20,
        ],
        Op::BranchZero { nonzero: false } => table!["cbz {n}, {t}" Keeps 0xb100 branch_zero],
        Op::BranchZero { nonzero: true } => table!["cbnz {n}, {t}" Keeps 0xb900 branch_zero],
        Op::TableByte => table!["tbb [pc, {m}]" Keeps 0xe8df_f000 table_branch],
        Op::TableHalf => table!["tbh [pc, {m}, lsl #1]" Keeps 0xe8df_f010 table_branch],
        Op::Call => table!["bl {t}" Keeps 0xf000_d000 branch_24],
        Op::CallReg => table!["blx {m}" Keeps 0x4780 branch_reg],
        Op::BranchReg => table!["bx {m}" Keeps 0x4700 branch_reg],

        // System (A5.2.5, A5.3.5, B5.2).
        Op::Mrs => table!["mrs {d}, {x}" Keeps 0xf3ef_8000 mrs],
        Op::Msr => table!["msr {x}, {n}" Keeps 0xf380_8800 msr],
        Op::Svc => table!["svc #{i}" Keeps 0xdf00 imm8],
        Op::Udf => table!["udf #{i}" Keeps 0xde00 imm8],
        Op::Bkpt => table!["bkpt #{i}" Keeps 0xbe00 imm8],
        Op::Cps { enable: true } => table!["cpsie i" Keeps 0xb662 none],
        Op::Cps { enable: false } => table!["cpsid i" Keeps 0xb672 none],
        Op::Dsb => table!["dsb sy" Keeps 0xf3bf_8f4f none],
        Op::Isb => table!["isb sy" Keeps 0xf3bf_8f6f none],
        Op::Wfi => table!["wfi" Keeps 0xbf30 none],
        Op::Nop => table!["nop" Keeps 0xbf00 none],
    }
}
