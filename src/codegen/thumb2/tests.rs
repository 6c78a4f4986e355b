//! The instruction table against a foreign assembler: the printed text of every row, with all classes of registers
//! and the edges of the immediates, must assemble to the bytes that the encoder gives.

use super::asm::Assembler;
use super::encode::Machine;
use super::expand::expand;
use super::inst::*;
use super::table::rows;
use crate::codegen::object::{RelocationKind, Symbol, TrapCode};
use crate::codegen::reg::Reg;
use crate::link::GateId;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

const ALU: [AluOp; 10] = [
    AluOp::Add,
    AluOp::Adc,
    AluOp::Sub,
    AluOp::Sbc,
    AluOp::Rsb,
    AluOp::And,
    AluOp::Orr,
    AluOp::Eor,
    AluOp::Bic,
    AluOp::Orn,
];
const TEST: [TestOp; 4] = [TestOp::Cmp, TestOp::Cmn, TestOp::Tst, TestOp::Teq];
const SHIFT: [ShiftOp; 4] = [ShiftOp::Lsl, ShiftOp::Lsr, ShiftOp::Asr, ShiftOp::Ror];
const UNARY: [UnaryOp; 8] = [
    UnaryOp::Clz,
    UnaryOp::Rbit,
    UnaryOp::Rev,
    UnaryOp::Rev16,
    UnaryOp::Sxtb,
    UnaryOp::Sxth,
    UnaryOp::Uxtb,
    UnaryOp::Uxth,
];
const MUL: [MulOp; 3] = [MulOp::Mul, MulOp::Sdiv, MulOp::Udiv];
const MUL_ADD: [MulAddOp; 2] = [MulAddOp::Mla, MulAddOp::Mls];
const MUL_LONG: [MulLongOp; 4] = [MulLongOp::Umull, MulLongOp::Smull, MulLongOp::Umlal, MulLongOp::Smlal];
const WIDTH: [Width; 5] = [Width::Byte, Width::Half, Width::Word, Width::SignedByte, Width::SignedHalf];
const SPECIAL: [Special; 5] = [Special::Msp, Special::Psp, Special::Primask, Special::Control, Special::Ipsr];
const FLAGS: [Flags; 3] = [Flags::Keep, Flags::Set, Flags::Any];
const REGS: [Reg; 6] = [R0, R3, R7, R8, LR, SP];
const CONDS: [Cond; 14] = [
    Cond::Eq,
    Cond::Ne,
    Cond::Hs,
    Cond::Lo,
    Cond::Mi,
    Cond::Pl,
    Cond::Vs,
    Cond::Vc,
    Cond::Hi,
    Cond::Ls,
    Cond::Ge,
    Cond::Lt,
    Cond::Gt,
    Cond::Le,
];
const IMMEDIATES: [u32; 26] = [
    0,
    1,
    3,
    4,
    7,
    8,
    255,
    256,
    260,
    508,
    512,
    1020,
    1024,
    4095,
    4096,
    0x00ab_00ab,
    0xab00_ab00,
    0xabab_abab,
    0xff00_0000,
    0x0001_fe00,
    0x8000_0000,
    0xffff_ffff,
    0xffff_ff01,
    0xffff_f001,
    0x7fff_ffff,
    0xffff,
];

fn shifts() -> Vec<Shift> {
    let mut out = vec![Shift::NONE];
    for op in SHIFT {
        let last = if matches!(op, ShiftOp::Lsr | ShiftOp::Asr) { 32 } else { 31 };
        out.extend([1, 3, 4, last].map(|amount| Shift { op, amount }));
    }
    out
}

/// Every instruction but the branches, with operands from the lists above. Some of them have no encoding.
fn candidates() -> Vec<Inst> {
    let mut out = vec![];
    let pairs: Vec<(Reg, Reg)> = REGS.iter().flat_map(|&a| REGS.map(|b| (a, b))).collect();
    let lists: [u16; 14] = [
        0x0001, 0x0002, 0x0003, 0x0081, 0x00ff, 0x0100, 0x0180, 0x0ff0, 0x4000, 0x4010, 0x4ff0, 0x8000, 0x8010, 0x8ff0,
    ];
    for flags in FLAGS {
        for &(rd, rn) in &pairs {
            for rm in REGS {
                for op in ALU {
                    for &shift in &shifts() {
                        out.push(Inst::Alu { op, flags, rd, rn, rm, shift });
                    }
                }
                for op in SHIFT {
                    out.push(Inst::ShiftReg { op, flags, rd, rn, rm });
                }
            }
            for op in ALU {
                for imm in IMMEDIATES {
                    out.push(Inst::AluImm { op, flags, rd, rn, imm });
                }
            }
            for shift in shifts() {
                out.push(Inst::ShiftImm { op: shift.op, flags, rd, rm: rn, amount: shift.amount });
                out.push(Inst::Mvn { flags, rd, rm: rn, shift });
            }
        }
        for rd in REGS {
            for imm in IMMEDIATES {
                out.push(Inst::MovImm { flags, rd, imm });
            }
        }
    }
    for &(rd, rn) in &pairs {
        for op in TEST {
            for shift in shifts() {
                out.push(Inst::Test { op, rn: rd, rm: rn, shift });
            }
        }
        out.push(Inst::Mov { rd, rm: rn });
        for op in UNARY {
            out.push(Inst::Unary { op, rd, rm: rn });
        }
        for (lsb, width) in [(0, 1), (0, 32), (5, 8), (31, 1), (16, 16)] {
            out.push(Inst::Bitfield { signed: false, rd, rn, lsb, width });
            out.push(Inst::Bitfield { signed: true, rd, rn, lsb, width });
            out.push(Inst::BitfieldInsert { rd, rd_in: rd, rn, lsb, width });
        }
        for cond in CONDS {
            out.push(Inst::CondMov { cond, rd, rd_in: rd, rn });
            for op in [AluOp::Add, AluOp::Sub, AluOp::And, AluOp::Orr, AluOp::Eor] {
                out.push(Inst::CondAlu { cond, op, rd, rd_in: rd, rm: rn });
            }
        }
        for rm in REGS {
            for op in MUL {
                out.push(Inst::Mul { op, rd, rn, rm });
            }
            for ra in REGS {
                for op in MUL_ADD {
                    out.push(Inst::MulAdd { op, rd, rn, rm, ra });
                }
                for op in MUL_LONG {
                    out.push(Inst::MulLong { op, lo: rd, hi: ra, rn, rm, lo_in: rd, hi_in: ra });
                }
            }
        }
        for width in WIDTH {
            let mut mems: Vec<Mem> = [0, 1, 2, 4, 31, 32, 62, 64, 124, 128, 1020, 1024, 4092, 4095, -1, -4, -255]
                .map(|offset| Mem::Offset { base: rn, offset })
                .to_vec();
            for offset in [0, 4, 255, -4, -255] {
                mems.push(Mem::PreIndex { base: rn, offset });
                mems.push(Mem::PostIndex { base: rn, offset });
            }
            for index in REGS {
                mems.extend([0, 1, 3].map(|shift| Mem::Index { base: rn, index, shift }));
            }
            for mem in mems {
                out.push(Inst::Load { width, rt: rd, mem });
                if !matches!(width, Width::SignedByte | Width::SignedHalf) {
                    out.push(Inst::Store { width, rt: rd, mem });
                }
            }
        }
        for base in REGS {
            for offset in [0, 4, 1020, -4, -1020] {
                out.push(Inst::LoadPair { rt: rd, rt2: rn, base, offset });
                out.push(Inst::StorePair { rt: rd, rt2: rn, base, offset });
            }
        }
    }
    for rn in REGS {
        for imm in IMMEDIATES {
            for op in TEST {
                out.push(Inst::TestImm { op, rn, imm });
            }
            out.push(Inst::CondMovImm { cond: Cond::Lo, rd: rn, rd_in: rn, imm });
            out.push(Inst::CondAluImm { cond: Cond::Ne, op: AluOp::Eor, rd: rn, rd_in: rn, imm });
            out.push(Inst::CondAluImm { cond: Cond::Hs, op: AluOp::Add, rd: rn, rd_in: rn, imm });
        }
        for cond in CONDS {
            out.push(Inst::CondSet { cond, rd: rn });
        }
        for list in lists {
            for writeback in [false, true] {
                out.push(Inst::LoadMultiple { base: rn, writeback, list });
                out.push(Inst::StoreMultiple { base: rn, writeback, decrement: false, list });
                out.push(Inst::StoreMultiple { base: rn, writeback, decrement: true, list });
            }
        }
        for special in SPECIAL {
            out.push(Inst::Mrs { rd: rn, special });
            out.push(Inst::Msr { special, rn });
        }
        out.push(Inst::CallReg { rm: rn });
        out.push(Inst::BranchReg { rm: rn });
        out.push(Inst::LoadSymbol { rd: rn, symbol: Symbol::RamStart(0), addend: 0 });
    }
    out.extend(float_candidates());
    for list in lists {
        out.push(Inst::Push { list });
        out.push(Inst::Pop { list });
    }
    for imm in [0, 1, 0xab, 255] {
        out.extend([Inst::Svc { imm }, Inst::Udf { imm }, Inst::Bkpt { imm }]);
    }
    for cond in CONDS {
        out.push(Inst::TrapIf { cond, code: TrapCode::IntegerOverflow });
    }
    out.extend(TrapCode::ALL.map(|code| Inst::Trap { code }));
    for (rn, limit) in REGS.into_iter().flat_map(|rn| [0xfffc, 0x1_2345, 0x7fff_fff8, 0x1ff].map(|limit| (rn, limit))) {
        out.push(Inst::TrapAbove { rn, limit, code: TrapCode::MemoryOutOfBounds });
    }
    out.extend([Inst::Call { target: Symbol::Gate(GateId(3)) }, Inst::TailCall { target: Symbol::Native("svc") }]);
    out.extend([Inst::Cps { enable: true }, Inst::Cps { enable: false }, Inst::Dsb, Inst::Isb, Inst::Wfi, Inst::Nop]);
    out.push(Inst::Word { value: 0x1234_5678 });
    out
}

fn float_candidates() -> Vec<Inst> {
    use Precision::{Double, Single};
    let mut out = vec![];
    let singles = [0, 1, 7, 16, 31].map(single);
    let doubles = [0, 1, 7, 8, 15].map(double);
    for (precision, regs) in [(Single, singles), (Double, doubles)] {
        for rd in regs {
            for rm in regs {
                for rn in regs {
                    for op in [FloatOp::Add, FloatOp::Sub, FloatOp::Mul, FloatOp::Div] {
                        out.push(Inst::Float { op, precision, rd, rn, rm });
                    }
                    out.push(Inst::FloatCondAdd { cond: Cond::Vs, precision, rd, rd_in: rd, rn, rm });
                }
                for op in [
                    FloatUnaryOp::Abs,
                    FloatUnaryOp::Neg,
                    FloatUnaryOp::Sqrt,
                    FloatUnaryOp::RoundToZero,
                    FloatUnaryOp::RoundToNearest,
                    FloatUnaryOp::RoundUp,
                    FloatUnaryOp::RoundDown,
                ] {
                    out.push(Inst::FloatUnary { op, precision, rd, rm });
                }
                out.push(Inst::FloatMov { precision, rd, rm });
                out.push(Inst::FloatCondMov { cond: Cond::Mi, precision, rd, rd_in: rd, rn: rm });
                out.push(Inst::FloatCompare { precision, rn: rd, rm });
            }
            out.push(Inst::FloatCompareZero { precision, rn: rd });
            for base in [R0, R8, SP] {
                for offset in [0, 4, 1020, -4, -1020] {
                    let mem = Mem::Offset { base, offset };
                    out.push(Inst::FloatLoad { precision, rt: rd, mem });
                    out.push(Inst::FloatStore { precision, rt: rd, mem });
                }
            }
        }
    }
    for (s, d) in singles.into_iter().zip(doubles) {
        for other in singles {
            for op in [Convert::FloatFromSigned(Single), Convert::FloatFromUnsigned(Single)] {
                out.push(Inst::Convert { op, rd: other, rm: s });
            }
            for op in [Convert::SignedFromFloat(Single), Convert::UnsignedFromFloat(Single)] {
                out.push(Inst::Convert { op, rd: other, rm: s });
            }
            for op in [Convert::FloatFromSigned(Double), Convert::FloatFromUnsigned(Double), Convert::DoubleFromSingle]
            {
                out.push(Inst::Convert { op, rd: d, rm: other });
            }
            for op in [Convert::SignedFromFloat(Double), Convert::UnsignedFromFloat(Double), Convert::SingleFromDouble]
            {
                out.push(Inst::Convert { op, rd: other, rm: d });
            }
        }
        for base in REGS {
            out.extend([Inst::FloatLoadAll { base }, Inst::FloatStoreAll { base }]);
            out.extend(REGS.map(|rt| Inst::LoadUser { rt, base }));
            out.extend(REGS.map(|rt| Inst::StoreUser { rt, base }));
        }
        for bits in [0x3f80_0000, 0xbf80_0000, 0x4000_0000, 0x41f8_0000, 0x3e00_0000, 0, 0x3f80_0001, 0x1234_5678] {
            out.push(Inst::FloatConstant { rd: s, bits });
        }
        for rt in REGS {
            out.push(Inst::FloatFromCore { rd: s, rt });
            out.push(Inst::CoreFromFloat { rt, rm: s });
            for rt2 in REGS {
                out.push(Inst::DoubleFromCore { rd: d, rt, rt2 });
                out.push(Inst::CoreFromDouble { rt, rt2, rm: d });
            }
        }
    }
    out
}

/// The instructions of `candidates` that have an encoding.
fn legal() -> Vec<Inst> {
    let legal = |inst: &Inst| match expand(inst) {
        Some(machines) => machines.iter().all(|m| m.encode().is_some()),
        None => !matches!(inst, Inst::LoadSymbol { rd, .. } | Inst::TrapAbove { rn: rd, .. } if *rd == SP),
    };
    candidates().into_iter().filter(legal).collect()
}

/// What LLVM's assembler makes of the text.
fn llvm(text: &str) -> Vec<u8> {
    let mut child = Command::new("llvm-mc-19")
        .args(["--triple=thumbv7em-none-eabi", "--mcpu=cortex-m7", "--filetype=obj", "-o", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("llvm-mc-19 runs; scripts/test installs it");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let text = format!(".syntax unified\n{text}\n");
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let out = child.wait_with_output().expect("llvm-mc-19 ends");
    let _ = writer.join();
    assert!(out.status.success(), "llvm-mc-19 refuses the text");
    let elf = goblin::elf::Elf::parse(&out.stdout).expect("an ELF object");
    let section = elf
        .section_headers
        .iter()
        .find(|s| elf.shdr_strtab.get_at(s.sh_name) == Some(".text"))
        .expect("a text section");
    out.stdout[section.file_range().expect("bytes")].to_vec()
}

/// Assembles with both assemblers and compares line by line.
fn compare(asm: Assembler) -> super::asm::Assembled {
    let ours = asm.finish();
    let text: Vec<&str> = ours.listing.iter().map(|(_, line)| line.as_str()).collect();
    let theirs = llvm(&text.join("\n"));
    let mut wrong = vec![];
    for (k, (start, line)) in ours.listing.iter().enumerate() {
        let end = ours.listing.get(k + 1).map_or(ours.code.len(), |(next, _)| *next as usize);
        let ours = &ours.code[*start as usize..end];
        let theirs = theirs.get(*start as usize..end).unwrap_or(&[]);
        if ours != theirs {
            wrong.push(format!("{line}: ours {ours:02x?}, theirs {theirs:02x?}"));
            // Where the widths differ, nothing after it lines up.
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ours.code.len(), theirs.len());
    ours
}

#[test]
fn encodings_agree_with_llvm() {
    let mut asm = Assembler::with_listing();
    for inst in legal() {
        asm.push(&inst);
    }
    compare(asm);
}

#[test]
fn every_row_is_reached() {
    let mut reached = BTreeSet::new();
    let mut ops = vec![];
    for inst in legal() {
        for machine in expand(&inst).unwrap_or_default() {
            let encoded = machine.encode().expect("legal");
            reached.insert((encoded.row.text, encoded.row.bits, encoded.row.format as usize));
            if !ops.contains(&machine.op) {
                ops.push(machine.op);
            }
        }
    }
    // The branches are another test's.
    for op in &ops {
        for row in rows(*op) {
            let found = reached.contains(&(row.text, row.bits, row.format as usize));
            assert!(found, "{op:?}: no test reaches `{}`", row.text);
        }
    }
    assert_eq!(ops.len(), 169, "operations outside the branches: did the table grow without this test?");
}

/// Where the flags must stay, no flag-setting encoding is chosen, narrow or wide.
#[test]
fn kept_flags_are_kept() {
    let mut asm = Assembler::with_listing();
    for inst in legal() {
        match inst {
            Inst::Alu { flags: Flags::Keep, .. }
            | Inst::AluImm { flags: Flags::Keep, .. }
            | Inst::ShiftReg { flags: Flags::Keep, .. }
            | Inst::ShiftImm { flags: Flags::Keep, .. }
            | Inst::Mvn { flags: Flags::Keep, .. }
            | Inst::MovImm { flags: Flags::Keep, .. } => asm.push(&inst),
            _ => {}
        }
    }
    let listing = asm.finish().listing;
    assert!(listing.len() > 1000);
    for (_, line) in listing {
        let mnemonic = line.split([' ', '.']).next().unwrap();
        assert!(!mnemonic.ends_with('s'), "{line} sets the flags");
    }
}

fn gap(asm: &mut Assembler, bytes: u32) {
    if bytes > 0 {
        asm.nops(bytes / 2);
    }
}

/// Every branch at the edges of its forms' reach, ahead and back.
#[test]
fn branches_agree_with_llvm() {
    let kinds: [fn(Label) -> Inst; 5] = [
        |to| Inst::Branch { to },
        |to| Inst::BranchIf { cond: Cond::Lo, to },
        |to| Inst::BranchZero { nonzero: false, rn: R3, to },
        |to| Inst::BranchZero { nonzero: true, rn: R7, to },
        |to| Inst::BranchZero { nonzero: true, rn: R10, to },
    ];
    for kind in kinds {
        for distance in [0, 2, 122, 124, 126, 128, 130, 250, 252, 254, 256, 258, 2040, 2044, 2046, 2048, 2050, 2052] {
            let mut asm = Assembler::with_listing();
            let (back, ahead) = (asm.new_label(), asm.new_label());
            asm.bind(back);
            gap(&mut asm, distance);
            asm.push(&kind(back));
            asm.push(&kind(ahead));
            gap(&mut asm, distance);
            asm.bind(ahead);
            asm.push(&Inst::Nop);
            compare(asm);
        }
    }
    for distance in [0xffff0, 0xffff8, 0xffffa, 0xffffc, 0xffffe, 0x100000, 0x100002, 0x100004, 0x100006] {
        let mut asm = Assembler::with_listing();
        let (back, ahead) = (asm.new_label(), asm.new_label());
        asm.bind(back);
        gap(&mut asm, distance);
        asm.push(&Inst::BranchIf { cond: Cond::Ge, to: back });
        asm.push(&Inst::BranchIf { cond: Cond::Ge, to: ahead });
        gap(&mut asm, distance);
        asm.bind(ahead);
        asm.push(&Inst::Nop);
        compare(asm);
    }
}

/// Follows `TBB`/`TBH` entries and the branches behind the table to the address that index `k` reaches.
fn follow(code: &[u8], at: usize, k: usize) -> usize {
    let half = |at: usize| usize::from(u16::from_le_bytes([code[at], code[at + 1]]));
    let entry = if half(at + 2) & 0x10 != 0 { half(at + 4 + 2 * k) } else { usize::from(code[at + 4 + k]) };
    let to = at + 4 + 2 * entry;
    if half(to) & 0xf800 == 0xf000 && half(to + 2) & 0xd000 == 0x9000 {
        // B.W
        let (high, low) = (half(to) as i32, half(to + 2) as i32);
        let s = high >> 10 & 1;
        let (i1, i2) = (!(low >> 13 ^ s) & 1, !(low >> 11 ^ s) & 1);
        let offset = (-s << 24) + (i1 << 23) + (i2 << 22) + ((high & 0x3ff) << 12) + ((low & 0x7ff) << 1);
        return (to as i32 + 4 + offset) as usize;
    }
    to
}

#[test]
fn tables_reach_their_targets() {
    for (near, far) in [(4, 8), (300, 200), (510, 498), (490, 504), (0x1fff0, 8), (0x20100, 0x20100)] {
        let mut asm = Assembler::with_listing();
        let labels = [(); 4].map(|()| asm.new_label());
        asm.bind(labels[0]);
        gap(&mut asm, 12);
        let at = 12;
        // Odd: the byte table is padded.
        let targets = [0, 1, 2, 3, 2].map(|k| labels[k]);
        asm.push(&Inst::BranchTable { index: R2, targets: targets.to_vec() });
        asm.bind(labels[1]);
        asm.push(&Inst::Svc { imm: 1 });
        gap(&mut asm, near);
        asm.bind(labels[2]);
        asm.push(&Inst::Svc { imm: 2 });
        gap(&mut asm, far);
        asm.bind(labels[3]);
        asm.push(&Inst::Svc { imm: 3 });
        let out = compare(asm);
        assert_eq!(follow(&out.code, at, 0), 0, "{near} {far}");
        for (k, svc) in [(1, 1u8), (2, 2), (3, 3), (4, 2)] {
            let to = follow(&out.code, at, k);
            assert_eq!(out.code[to..to + 2], [svc, 0xdf], "{near} {far}: entry {k} goes to {to:#x}");
        }
    }
}

#[test]
fn relocations_and_lines_move_with_the_branches() {
    let mut asm = Assembler::new();
    let end = asm.new_label();
    asm.at(100);
    asm.push(&Inst::BranchIf { cond: Cond::Eq, to: end });
    asm.at(104);
    asm.push(&Inst::LoadSymbol { rd: R1, symbol: Symbol::RamEnd(0), addend: 8 });
    asm.at(104);
    asm.push(&Inst::Call { target: Symbol::Native("a") });
    gap(&mut asm, 300);
    asm.bind(end);
    asm.at(108);
    asm.push(&Inst::BranchReg { rm: LR });
    let out = asm.finish();
    let relocations: Vec<_> = out.relocations.iter().map(|r| (r.offset, r.kind, r.addend)).collect();
    assert_eq!(relocations, [(4, RelocationKind::ThumbMovwMovt, 8), (12, RelocationKind::ThumbCall, -4)]);
    assert_eq!(out.lines, [(0, 100), (4, 104), (316, 108)]);
    assert_eq!(out.calls, [crate::codegen::object::Call::Direct(Symbol::Native("a"))]);
}

#[test]
fn unpredictable_operands_have_no_encoding() {
    for inst in [
        Inst::Alu { op: AluOp::And, flags: Flags::Any, rd: SP, rn: R0, rm: R1, shift: Shift::NONE },
        Inst::MulLong { op: MulLongOp::Umull, lo: R1, hi: R1, rn: R2, rm: R3, lo_in: R1, hi_in: R1 },
        Inst::LoadPair { rt: R1, rt2: R1, base: R0, offset: 0 },
        Inst::Load { width: Width::Word, rt: R1, mem: Mem::PostIndex { base: R1, offset: 4 } },
        Inst::LoadMultiple { base: R1, writeback: true, list: 0x6 },
        Inst::Load { width: Width::Byte, rt: SP, mem: Mem::Offset { base: R1, offset: 4 } },
        Inst::Bitfield { signed: false, rd: R0, rn: R1, lsb: 30, width: 3 },
    ] {
        let machines: Vec<Machine> = expand(&inst).expect("no branch");
        assert!(machines.iter().any(|m| m.encode().is_none()), "{inst:?}");
    }
}
