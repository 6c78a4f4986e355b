//! Thumb-2 as [`lower::Machine`](crate::codegen::lower::Machine): instructions with operands for the allocator.

use super::encode::{float_immediate_fits, move_immediate_fits};
use super::inst::{AluOp, Flags, HOME, Inst, LR, Mem, MulAddOp, MulLongOp, MulOp};
use super::minst::{ARGUMENT_REGISTERS, CallTarget, DOUBLE, MInst, SINGLE, Thumb2};
use super::{emit, select};
use crate::board::Cpu;
use crate::codegen::lower::{BlockIndex, Context, Emitted, Machine, Role, Unsupported, VCode};
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{self, types};
use regalloc2::{MachineEnv, PReg, PRegSet, RegClass};

/// What one load makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constant {
    Imm(u32),
    /// The home base and this.
    Home(u32),
    Symbol(Symbol, i32),
    Single(u32),
}

impl Machine for Thumb2 {
    type Inst = MInst;
    type Constant = Constant;

    /// What the CPU has no registers for is in core registers, and its operations are calls of the runtime.
    fn classes(cpu: &Cpu, ty: ir::Type) -> &'static [RegClass] {
        match ty {
            types::F32 if cpu.fpu_single => &[SINGLE],
            types::F64 if cpu.fpu_double => &[DOUBLE],
            _ if ty.bits() > 32 => &[RegClass::Int, RegClass::Int],
            _ => &[RegClass::Int],
        }
    }

    fn select(cx: &mut Context<'_, Self>, inst: ir::Inst) -> Result<(), Unsupported> {
        select::instruction(cx, inst)
    }

    fn select_terminator(
        cx: &mut Context<'_, Self>,
        inst: ir::Inst,
        targets: &[BlockIndex],
    ) -> Result<(), Unsupported> {
        select::control::terminator(cx, inst, targets)
    }

    fn select_entry(cx: &mut Context<'_, Self>, params: &[ir::Value]) {
        select::call::entry(cx, params);
    }

    fn jump(to: BlockIndex) -> MInst {
        MInst::Jump { to }
    }

    fn visit(inst: &mut MInst, visitor: &mut dyn FnMut(&mut Reg, Role)) {
        match inst {
            MInst::Plain(inst) => visit_plain(inst, visitor),
            MInst::Args { defs } => defs.iter_mut().for_each(|(reg, p)| visitor(reg, Role::FixedDef(*p))),
            MInst::Call { target, uses, defs, .. } => {
                if let CallTarget::Reg(reg) = target {
                    visitor(reg, Role::Use);
                }
                uses.iter_mut().for_each(|(reg, p)| visitor(reg, Role::FixedUse(*p)));
                defs.iter_mut().for_each(|(reg, p)| visitor(reg, Role::FixedDef(*p)));
            }
            MInst::TailCall { target, uses, .. } => {
                if let CallTarget::Reg(reg) = target {
                    visitor(reg, Role::Use);
                }
                uses.iter_mut().for_each(|(reg, p)| visitor(reg, Role::FixedUse(*p)));
            }
            MInst::Return { uses } => uses.iter_mut().for_each(|(reg, p)| visitor(reg, Role::FixedUse(*p))),
            MInst::BranchZero { rn, .. } => visitor(rn, Role::Use),
            MInst::BranchTable { index, .. } => visitor(index, Role::Use),
            MInst::Jump { .. } | MInst::BranchIf { .. } => {}
        }
    }

    fn clobbers(inst: &MInst) -> PRegSet {
        let mut set = PRegSet::empty();
        if let MInst::Call { defs, .. } = inst {
            for number in 0..ARGUMENT_REGISTERS {
                set.add(PReg::new(number, RegClass::Int));
            }
            set.add(PReg::new(LR.number() as usize, RegClass::Int));
            // No floating-point register is kept across a call.
            for number in 0..32 {
                set.add(PReg::new(number, SINGLE));
            }
            for number in 0..16 {
                set.add(PReg::new(number, DOUBLE));
            }
            for (_, number) in defs {
                set.remove(PReg::new(*number as usize, RegClass::Int));
            }
        }
        set
    }

    fn is_pure(inst: &MInst) -> bool {
        let MInst::Plain(inst) = inst else { return false };
        match inst {
            Inst::Alu { flags, .. }
            | Inst::AluImm { flags, .. }
            | Inst::ShiftReg { flags, .. }
            | Inst::ShiftImm { flags, .. }
            | Inst::Mvn { flags, .. }
            | Inst::MovImm { flags, .. } => *flags != Flags::Set,
            // A division may trap, and a load fault.
            Inst::Mul { op, .. } => *op == MulOp::Mul,
            Inst::Load { mem, .. } => matches!(mem, Mem::Incoming { .. } | Mem::Outgoing { .. }),
            Inst::LoadSymbol { rd, .. } => rd.as_virtual().is_some(),
            Inst::Mov { .. }
            | Inst::Unary { .. }
            | Inst::MulAdd { .. }
            | Inst::MulLong { .. }
            | Inst::Bitfield { .. }
            | Inst::BitfieldInsert { .. }
            | Inst::CondMov { .. }
            | Inst::CondMovImm { .. }
            | Inst::CondAlu { .. }
            | Inst::CondAluImm { .. }
            | Inst::FloatConstant { .. }
            | Inst::CondSet { .. }
            | Inst::Float { .. }
            | Inst::FloatUnary { .. }
            | Inst::FloatMov { .. }
            | Inst::FloatCondMov { .. }
            | Inst::FloatCondAdd { .. }
            | Inst::Convert { .. }
            | Inst::FloatFromCore { .. }
            | Inst::CoreFromFloat { .. }
            | Inst::DoubleFromCore { .. }
            | Inst::CoreFromDouble { .. } => true,
            _ => false,
        }
    }

    fn constant(inst: &MInst) -> Option<(Constant, u32)> {
        match *inst {
            MInst::Plain(Inst::MovImm { flags, imm, .. }) if flags != Flags::Set => {
                Some((Constant::Imm(imm), if move_immediate_fits(imm) { 1 } else { 2 }))
            }
            MInst::Plain(Inst::FloatConstant { bits, .. }) => Some((Constant::Single(bits), float_constant_cost(bits))),
            MInst::Plain(Inst::LoadSymbol { rd, symbol, addend }) if rd.as_virtual().is_some() => {
                Some((Constant::Symbol(symbol, addend), 2))
            }
            MInst::Plain(Inst::AluImm { op: AluOp::Add, flags, rn: HOME, imm, .. }) if flags != Flags::Set => {
                Some((Constant::Home(imm), 1))
            }
            _ => None,
        }
    }

    fn is_return(inst: &MInst) -> bool {
        matches!(inst, MInst::Return { .. } | MInst::TailCall { .. } | MInst::Plain(Inst::Trap { .. }))
    }

    fn is_branch(inst: &MInst) -> bool {
        matches!(
            inst,
            MInst::Jump { .. } | MInst::BranchIf { .. } | MInst::BranchZero { .. } | MInst::BranchTable { .. }
        )
    }

    /// r0-r3 first: they cost no push. Never r11 (home base), r12 (the emitter's scratch), sp, pc.
    ///
    /// The allocator knows no overlapping registers. Where a CPU has both precisions, the lower half of the file is
    /// single registers, s0-s15, and the upper half double ones, d8-d15.
    fn environment(cpu: &Cpu) -> MachineEnv {
        let set = |registers: std::ops::Range<usize>, class| {
            registers.fold(PRegSet::empty(), |set, r| set.with(PReg::new(r, class)))
        };
        let singles = match (cpu.fpu_single, cpu.fpu_double) {
            (false, _) => 0,
            (true, true) => 16,
            (true, false) => 32,
        };
        let doubles = if cpu.fpu_double { 8..16 } else { 0..0 };
        let saved = set(4..11, RegClass::Int).with(PReg::new(LR.number() as usize, RegClass::Int));
        MachineEnv {
            preferred_regs_by_class: [set(0..4, RegClass::Int), set(0..singles, SINGLE), set(doubles, DOUBLE)],
            non_preferred_regs_by_class: [saved, PRegSet::empty(), PRegSet::empty()],
            scratch_by_class: [None; 3],
            fixed_stack_slots: Vec::new(),
        }
    }

    fn spill_words(class: RegClass) -> usize {
        if class == DOUBLE { 2 } else { 1 }
    }

    fn emit(vcode: &VCode<Self>, allocation: &regalloc2::Output) -> Emitted {
        emit::function(vcode, allocation)
    }
}

/// Instructions of [`Inst::FloatConstant`].
fn float_constant_cost(bits: u32) -> u32 {
    match (float_immediate_fits(bits), move_immediate_fits(bits)) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

fn visit_mem(mem: &mut Mem, visitor: &mut dyn FnMut(&mut Reg, Role)) {
    match mem {
        Mem::Offset { base, .. } => visitor(base, Role::Use),
        Mem::Index { base, index, .. } => {
            visitor(base, Role::Use);
            visitor(index, Role::Use);
        }
        Mem::Slot { .. } | Mem::Outgoing { .. } | Mem::Incoming { .. } => {}
        Mem::PreIndex { .. } | Mem::PostIndex { .. } => unreachable!("lowering makes no indexed writeback"),
    }
}

fn visit_plain(inst: &mut Inst, visitor: &mut dyn FnMut(&mut Reg, Role)) {
    use Inst::*;
    match inst {
        Alu { rd, rn, rm, .. } | Mul { rd, rn, rm, .. } | ShiftReg { rd, rn, rm, .. } => {
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
            visitor(rd, Role::Def);
        }
        AluImm { rd, rn, .. } | Bitfield { rd, rn, .. } => {
            visitor(rn, Role::Use);
            visitor(rd, Role::Def);
        }
        Test { rn, rm, .. } => {
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
        }
        TestImm { rn, .. } | TrapAbove { rn, .. } => visitor(rn, Role::Use),
        ShiftImm { rd, rm, .. } | Mov { rd, rm } | Mvn { rd, rm, .. } | Unary { rd, rm, .. } => {
            visitor(rm, Role::Use);
            visitor(rd, Role::Def);
        }
        MovImm { rd, .. } | LoadSymbol { rd, .. } | CondSet { rd, .. } | FloatConstant { rd, .. } => {
            visitor(rd, Role::Def)
        }
        MulAdd { op: MulAddOp::Mla | MulAddOp::Mls, rd, rn, rm, ra } => {
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
            visitor(ra, Role::Use);
            visitor(rd, Role::Def);
        }
        MulLong { op, lo, hi, rn, rm, lo_in, hi_in } => {
            let accumulates = matches!(op, MulLongOp::Umlal | MulLongOp::Smlal);
            if accumulates {
                visitor(lo_in, Role::Use);
                visitor(hi_in, Role::Use);
            }
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
            visitor(lo, if accumulates { Role::Reuse(0) } else { Role::Def });
            visitor(hi, if accumulates { Role::Reuse(1) } else { Role::Def });
        }
        BitfieldInsert { rd, rd_in, rn, .. } | CondMov { rd, rd_in, rn, .. } | CondAlu { rd, rd_in, rm: rn, .. } => {
            visitor(rd_in, Role::Use);
            visitor(rn, Role::Use);
            visitor(rd, Role::Reuse(0));
        }
        CondMovImm { rd, rd_in, .. } | CondAluImm { rd, rd_in, .. } => {
            visitor(rd_in, Role::Use);
            visitor(rd, Role::Reuse(0));
        }
        Load { rt, mem, .. } => {
            visit_mem(mem, visitor);
            visitor(rt, Role::Def);
        }
        Store { rt, mem, .. } => {
            visitor(rt, Role::Use);
            visit_mem(mem, visitor);
        }
        Float { rd, rn, rm, .. } => {
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
            visitor(rd, Role::Def);
        }
        FloatUnary { rd, rm, .. } | FloatMov { rd, rm, .. } | Convert { rd, rm, .. } => {
            visitor(rm, Role::Use);
            visitor(rd, Role::Def);
        }
        FloatCondMov { rd, rd_in, rn, .. } => {
            visitor(rd_in, Role::Use);
            visitor(rn, Role::Use);
            visitor(rd, Role::Reuse(0));
        }
        FloatCondAdd { rd, rd_in, rn, rm, .. } => {
            visitor(rd_in, Role::Use);
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
            visitor(rd, Role::Reuse(0));
        }
        FloatCompare { rn, rm, .. } => {
            visitor(rn, Role::Use);
            visitor(rm, Role::Use);
        }
        FloatCompareZero { rn, .. } => visitor(rn, Role::Use),
        FloatFromCore { rd, rt } => {
            visitor(rt, Role::Use);
            visitor(rd, Role::Def);
        }
        CoreFromFloat { rt, rm } => {
            visitor(rm, Role::Use);
            visitor(rt, Role::Def);
        }
        DoubleFromCore { rd, rt, rt2 } => {
            visitor(rt, Role::Use);
            visitor(rt2, Role::Use);
            visitor(rd, Role::Def);
        }
        CoreFromDouble { rt, rt2, rm } => {
            visitor(rm, Role::Use);
            visitor(rt, Role::Def);
            visitor(rt2, Role::Def);
        }
        FloatLoad { rt, mem, .. } => {
            visit_mem(mem, visitor);
            visitor(rt, Role::Def);
        }
        FloatStore { rt, mem, .. } => {
            visitor(rt, Role::Use);
            visit_mem(mem, visitor);
        }
        LoadPair { rt, rt2, base, .. } => {
            visitor(base, Role::Use);
            visitor(rt, Role::Def);
            visitor(rt2, Role::Def);
        }
        StorePair { rt, rt2, base, .. } => {
            visitor(rt, Role::Use);
            visitor(rt2, Role::Use);
            visitor(base, Role::Use);
        }
        FrameAddress { rd, .. } => visitor(rd, Role::Def),
        TrapIf { .. } | Trap { .. } | Nop => {}
        _ => unreachable!("lowering does not make {inst:?}"),
    }
}
