//! `Inst` -> the machine instructions it stands for. What needs a label or a symbol is the assembler's.

use super::encode::{Machine, Op, Operands};
use super::inst::*;

/// The machine instructions of `inst`, in order. `None` for what the assembler does itself: branches, calls, symbols.
pub(super) fn expand(inst: &Inst) -> Option<Vec<Machine>> {
    let zero = Operands::default();
    let one = |op, operands| Some(vec![Machine { op, operands }]);
    match *inst {
        Inst::Alu { op, flags, rd, rn, rm, shift } => {
            one(Op::Alu(op), Operands { d: rd.number(), n: rn.number(), m: rm.number(), shift, flags, ..zero })
        }
        Inst::AluImm { op, flags, rd, rn, imm } => {
            one(Op::AluImm(op), Operands { d: rd.number(), n: rn.number(), imm, flags, ..zero })
        }
        Inst::Test { op, rn, rm, shift } => {
            one(Op::Test(op), Operands { n: rn.number(), m: rm.number(), shift, ..zero })
        }
        Inst::TestImm { op, rn, imm } => one(Op::TestImm(op), Operands { n: rn.number(), imm, ..zero }),
        Inst::ShiftReg { op, flags, rd, rn, rm } => {
            one(Op::ShiftReg(op), Operands { d: rd.number(), n: rn.number(), m: rm.number(), flags, ..zero })
        }
        Inst::ShiftImm { op: ShiftOp::Lsl, flags, rd, rm, amount: 0 } => {
            one(Op::Mov, Operands { d: rd.number(), m: rm.number(), flags, ..zero })
        }
        Inst::ShiftImm { op, flags, rd, rm, amount } => one(
            Op::ShiftImm(op),
            Operands {
                d: rd.number(),
                m: rm.number(),
                imm: u32::from(amount),
                shift: Shift { op, amount },
                flags,
                ..zero
            },
        ),
        Inst::Mov { rd, rm } if rd == rm => Some(vec![]),
        Inst::Mov { rd, rm } => one(Op::Mov, Operands { d: rd.number(), m: rm.number(), flags: Flags::Keep, ..zero }),
        Inst::Mvn { flags, rd, rm, shift } => {
            one(Op::Mvn, Operands { d: rd.number(), m: rm.number(), shift, flags, ..zero })
        }
        Inst::MovImm { flags, rd, imm } => Some(constant(flags, rd, imm)),
        Inst::Unary { op, rd, rm } => one(Op::Unary(op), Operands { d: rd.number(), m: rm.number(), ..zero }),
        Inst::Mul { op, rd, rn, rm } => {
            one(Op::Mul(op), Operands { d: rd.number(), n: rn.number(), m: rm.number(), ..zero })
        }
        Inst::MulAdd { op, rd, rn, rm, ra } => {
            one(Op::MulAdd(op), Operands { d: rd.number(), n: rn.number(), m: rm.number(), a: ra.number(), ..zero })
        }
        Inst::MulLong { op, lo, hi, rn, rm, lo_in, hi_in } => {
            debug_assert!(
                matches!(op, MulLongOp::Umull | MulLongOp::Smull) || (lo, hi) == (lo_in, hi_in),
                "allocation must tie the accumulators of {inst:?}"
            );
            one(Op::MulLong(op), Operands { d: hi.number(), a: lo.number(), n: rn.number(), m: rm.number(), ..zero })
        }
        Inst::Bitfield { signed, rd, rn, lsb, width } => one(
            Op::Bitfield { signed },
            Operands { d: rd.number(), n: rn.number(), imm: lsb.into(), width: width.into(), ..zero },
        ),
        Inst::BitfieldInsert { rd, rd_in, rn, lsb, width } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            one(
                Op::BitfieldInsert,
                Operands { d: rd.number(), n: rn.number(), imm: lsb.into(), width: width.into(), ..zero },
            )
        }
        Inst::CondMov { cond, rd, rd_in, rn } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            if rd == rn {
                return Some(vec![]);
            }
            Some(vec![it(cond, false), in_it(cond, Op::Mov, Operands { d: rd.number(), m: rn.number(), ..zero })])
        }
        Inst::CondMovImm { cond, rd, rd_in, imm } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            Some(vec![it(cond, false), in_it(cond, Op::MovImm, Operands { d: rd.number(), imm, ..zero })])
        }
        Inst::CondAlu { cond, op, rd, rd_in, rm } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            let operands = Operands { d: rd.number(), n: rd.number(), m: rm.number(), ..zero };
            Some(vec![it(cond, false), in_it(cond, Op::Alu(op), operands)])
        }
        Inst::CondAluImm { cond, op, rd, rd_in, imm } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            let operands = Operands { d: rd.number(), n: rd.number(), imm, ..zero };
            Some(vec![it(cond, false), in_it(cond, Op::AluImm(op), operands)])
        }
        Inst::CondSet { cond, rd } => Some(vec![
            it(cond, true),
            in_it(cond, Op::MovImm, Operands { d: rd.number(), imm: 1, ..zero }),
            in_it(cond.inverse(), Op::MovImm, Operands { d: rd.number(), imm: 0, ..zero }),
        ]),
        Inst::Load { width, rt, mem } => {
            let forms = [Op::Load(width), Op::LoadIndex(width), Op::LoadPre(width), Op::LoadPost(width)];
            Some(vec![access(forms, rt, mem)])
        }
        Inst::Store { width, rt, mem } => {
            // Stores have no sign.
            let width = match width {
                Width::SignedByte => Width::Byte,
                Width::SignedHalf => Width::Half,
                width => width,
            };
            let forms = [Op::Store(width), Op::StoreIndex(width), Op::StorePre(width), Op::StorePost(width)];
            Some(vec![access(forms, rt, mem)])
        }
        Inst::Float { op, precision, rd, rn, rm } => {
            one(Op::Float(op, precision), Operands { d: float(rd), n: float(rn), m: float(rm), ..zero })
        }
        Inst::FloatUnary { op, precision, rd, rm } => {
            one(Op::FloatUnary(op, precision), Operands { d: float(rd), m: float(rm), ..zero })
        }
        Inst::FloatMov { rd, rm, .. } if rd == rm => Some(vec![]),
        Inst::FloatMov { precision, rd, rm } => {
            one(Op::FloatMov(precision), Operands { d: float(rd), m: float(rm), ..zero })
        }
        Inst::FloatCondMov { cond, precision, rd, rd_in, rn } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            if rd == rn {
                return Some(vec![]);
            }
            let operands = Operands { d: float(rd), m: float(rn), ..zero };
            Some(vec![it(cond, false), in_it(cond, Op::FloatMov(precision), operands)])
        }
        Inst::FloatCondAdd { cond, precision, rd, rd_in, rn, rm } => {
            debug_assert_eq!(rd, rd_in, "allocation must tie the destination of {inst:?}");
            let operands = Operands { d: float(rd), n: float(rn), m: float(rm), ..zero };
            Some(vec![it(cond, false), in_it(cond, Op::Float(FloatOp::Add, precision), operands)])
        }
        Inst::FloatCompare { precision, rn, rm } => Some(vec![
            Machine { op: Op::FloatCompare(precision), operands: Operands { d: float(rn), m: float(rm), ..zero } },
            Machine { op: Op::FloatFlags, operands: zero },
        ]),
        Inst::FloatCompareZero { precision, rn } => Some(vec![
            Machine { op: Op::FloatCompareZero(precision), operands: Operands { d: float(rn), ..zero } },
            Machine { op: Op::FloatFlags, operands: zero },
        ]),
        Inst::Convert { op, rd, rm } => one(Op::Convert(op), Operands { d: float(rd), m: float(rm), ..zero }),
        Inst::FloatConstant { rd, bits } => {
            let short = Machine { op: Op::FloatImmediate, operands: Operands { d: float(rd), imm: bits, ..zero } };
            if short.encode().is_some() {
                return Some(vec![short]);
            }
            let mut out = constant(Flags::Keep, IP, bits);
            let operands = Operands { n: float(rd), d: IP.number(), ..zero };
            out.push(Machine { op: Op::FloatFromCore, operands });
            Some(out)
        }
        Inst::FloatFromCore { rd, rt } => one(Op::FloatFromCore, Operands { n: float(rd), d: rt.number(), ..zero }),
        Inst::CoreFromFloat { rt, rm } => one(Op::CoreFromFloat, Operands { n: float(rm), d: rt.number(), ..zero }),
        Inst::DoubleFromCore { rd, rt, rt2 } => {
            one(Op::DoubleFromCore, Operands { m: float(rd), d: rt.number(), a: rt2.number(), ..zero })
        }
        Inst::CoreFromDouble { rt, rt2, rm } => {
            one(Op::CoreFromDouble, Operands { m: float(rm), d: rt.number(), a: rt2.number(), ..zero })
        }
        Inst::FloatLoad { precision, rt, mem } => one(Op::FloatLoad(precision), float_access(rt, mem)),
        Inst::FloatStore { precision, rt, mem } => one(Op::FloatStore(precision), float_access(rt, mem)),
        Inst::FloatStoreAll { base } => one(Op::FloatStoreAll, Operands { n: base.number(), ..zero }),
        Inst::LoadUser { rt, base } => one(Op::LoadUser, Operands { d: rt.number(), n: base.number(), ..zero }),
        Inst::StoreUser { rt, base } => one(Op::StoreUser, Operands { d: rt.number(), n: base.number(), ..zero }),
        Inst::FloatLoadAll { base } => one(Op::FloatLoadAll, Operands { n: base.number(), ..zero }),
        Inst::LoadPair { rt, rt2, base, offset } => one(
            Op::LoadPair,
            Operands { d: rt.number(), a: rt2.number(), n: base.number(), imm: offset as u32, ..zero },
        ),
        Inst::StorePair { rt, rt2, base, offset } => one(
            Op::StorePair,
            Operands { d: rt.number(), a: rt2.number(), n: base.number(), imm: offset as u32, ..zero },
        ),
        Inst::LoadMultiple { base, writeback, list } => {
            one(Op::LoadMultiple { writeback }, Operands { n: base.number(), list, ..zero })
        }
        Inst::StoreMultiple { base, writeback, decrement: false, list } => {
            one(Op::StoreMultiple { writeback }, Operands { n: base.number(), list, ..zero })
        }
        Inst::StoreMultiple { base, writeback, decrement: true, list } => {
            one(Op::StoreMultipleDown { writeback }, Operands { n: base.number(), list, ..zero })
        }
        Inst::Push { list: 0 } | Inst::Pop { list: 0 } => Some(vec![]),
        Inst::Push { list } => one(Op::Push, Operands { list, ..zero }),
        Inst::Pop { list } => one(Op::Pop, Operands { list, ..zero }),
        Inst::CallReg { rm } => one(Op::CallReg, Operands { m: rm.number(), ..zero }),
        Inst::BranchReg { rm } => one(Op::BranchReg, Operands { m: rm.number(), ..zero }),
        Inst::Trap { code } => one(Op::Udf, Operands { imm: code as u32, ..zero }),
        Inst::Mrs { rd, special } => one(Op::Mrs, Operands { d: rd.number(), imm: special.number(), ..zero }),
        Inst::Msr { special, rn } => one(Op::Msr, Operands { n: rn.number(), imm: special.number(), ..zero }),
        Inst::Svc { imm } => one(Op::Svc, Operands { imm: imm.into(), ..zero }),
        Inst::Udf { imm } => one(Op::Udf, Operands { imm: imm.into(), ..zero }),
        Inst::Bkpt { imm } => one(Op::Bkpt, Operands { imm: imm.into(), ..zero }),
        Inst::Cps { enable } => one(Op::Cps { enable }, zero),
        Inst::Dsb => one(Op::Dsb, zero),
        Inst::Isb => one(Op::Isb, zero),
        Inst::Wfi => one(Op::Wfi, zero),
        Inst::Nop => one(Op::Nop, zero),
        Inst::LoadSymbol { .. }
        | Inst::FrameAddress { .. }
        | Inst::Branch { .. }
        | Inst::BranchIf { .. }
        | Inst::BranchZero { .. }
        | Inst::BranchTable { .. }
        | Inst::TrapIf { .. }
        | Inst::Call { .. }
        | Inst::TailCall { .. }
        | Inst::TrapAbove { .. }
        | Inst::Word { .. } => None,
    }
}

fn it(cond: Cond, otherwise: bool) -> Machine {
    Machine { op: Op::It { otherwise }, operands: Operands { cond, ..Operands::default() } }
}

fn in_it(cond: Cond, op: Op, operands: Operands) -> Machine {
    Machine { op, operands: Operands { it: Some(cond), ..operands } }
}

fn access([offset_form, index_form, pre, post]: [Op; 4], rt: crate::codegen::reg::Reg, mem: Mem) -> Machine {
    let zero = Operands { d: rt.number(), ..Operands::default() };
    let (op, operands) = match mem {
        Mem::Offset { base, offset } => (offset_form, Operands { n: base.number(), imm: offset as u32, ..zero }),
        Mem::Index { base, index, shift } => (
            index_form,
            Operands { n: base.number(), m: index.number(), shift: Shift { op: ShiftOp::Lsl, amount: shift }, ..zero },
        ),
        Mem::PreIndex { base, offset } => (pre, Operands { n: base.number(), imm: offset as u32, ..zero }),
        Mem::PostIndex { base, offset } => (post, Operands { n: base.number(), imm: offset as u32, ..zero }),
        Mem::Slot { .. } | Mem::Outgoing { .. } | Mem::Incoming { .. } => {
            unreachable!("{mem:?} reached the encoder: emission resolves the frame")
        }
    };
    Machine { op, operands }
}

/// The number that an encoding has for a floating-point register.
fn float(reg: crate::codegen::reg::Reg) -> u32 {
    let (number, first) = (reg.number(), u32::from(FIRST_DOUBLE));
    if number >= first { number - first } else { number - u32::from(FIRST_SINGLE) }
}

fn float_access(rt: crate::codegen::reg::Reg, mem: Mem) -> Operands {
    let Mem::Offset { base, offset } = mem else {
        unreachable!("{mem:?}: VLDR and VSTR have the offset form only, and emission resolves the frame")
    };
    Operands { d: float(rt), n: base.number(), imm: offset as u32, ..Operands::default() }
}

/// MOV, MVN or MOVW if one of them does, else MOVW and MOVT (and a move onto itself where the flags are wanted).
fn constant(flags: Flags, rd: crate::codegen::reg::Reg, imm: u32) -> Vec<Machine> {
    let base = Operands { d: rd.number(), flags, ..Operands::default() };
    let whole = Machine { op: Op::MovImm, operands: Operands { imm, ..base } };
    if whole.encode().is_some() {
        return vec![whole];
    }
    let keep = Operands { flags: Flags::Keep, ..base };
    let mut out = vec![Machine { op: Op::MovImm, operands: Operands { imm: imm & 0xffff, ..keep } }];
    if imm > 0xffff {
        out.push(Machine { op: Op::Movt, operands: Operands { imm: imm >> 16, ..keep } });
    }
    if flags == Flags::Set {
        out.push(Machine { op: Op::Mov, operands: Operands { m: rd.number(), ..base } });
    }
    out
}
