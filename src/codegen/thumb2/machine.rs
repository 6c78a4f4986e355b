//! Thumb-2 as [`lower::Machine`](crate::codegen::lower::Machine): instructions with operands for the allocator.

use super::inst::{Cond, Inst, LR, Mem, MulAddOp, MulLongOp};
use super::{emit, select};
use crate::codegen::lower::{BlockIndex, Context, Emitted, Machine, Role, Unsupported, VCode};
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use cranelift_codegen::ir;
use regalloc2::{MachineEnv, PReg, PRegSet, RegClass};

#[derive(Clone, Copy, Debug)]
pub struct Thumb2;

/// A machine instruction before allocation: one of [`Inst`], or what needs the block structure or the calling convention.
#[derive(Clone, Debug)]
pub enum MInst {
    Plain(Inst),
    /// The parameters that arrive in registers.
    Args {
        defs: Vec<(Reg, u8)>,
    },
    Call {
        target: CallTarget,
        /// Global type id of an indirect call.
        type_id: Option<u32>,
        uses: Vec<(Reg, u8)>,
        defs: Vec<(Reg, u8)>,
    },
    /// Takes the frame down and returns.
    Return {
        uses: Vec<(Reg, u8)>,
    },
    Jump {
        to: BlockIndex,
    },
    /// On the flags.
    BranchIf {
        cond: Cond,
        then: BlockIndex,
        otherwise: BlockIndex,
    },
    BranchZero {
        nonzero: bool,
        rn: Reg,
        then: BlockIndex,
        otherwise: BlockIndex,
    },
    /// Reads the flags of `CMP index, #targets.len()`: to `default` where `index` is not below.
    BranchTable {
        index: Reg,
        default: BlockIndex,
        targets: Vec<BlockIndex>,
    },
}

#[derive(Clone, Copy, Debug)]
pub enum CallTarget {
    Symbol(Symbol),
    Reg(Reg),
}

/// Registers of arguments and results: r0-r3.
pub const ARGUMENT_REGISTERS: usize = 4;

fn preg(reg: Reg) -> PReg {
    PReg::new(reg.number() as usize, RegClass::Int)
}

impl Machine for Thumb2 {
    type Inst = MInst;

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
            set.add(preg(LR));
            for (_, number) in defs {
                set.remove(PReg::new(*number as usize, RegClass::Int));
            }
        }
        set
    }

    fn is_return(inst: &MInst) -> bool {
        matches!(inst, MInst::Return { .. } | MInst::Plain(Inst::Trap { .. }))
    }

    fn is_branch(inst: &MInst) -> bool {
        matches!(
            inst,
            MInst::Jump { .. } | MInst::BranchIf { .. } | MInst::BranchZero { .. } | MInst::BranchTable { .. }
        )
    }

    /// r0-r3 first: they cost no push. Never r11 (home base), r12 (the emitter's scratch), sp, pc.
    fn environment() -> MachineEnv {
        let set = |registers: &[u8]| {
            registers.iter().fold(PRegSet::empty(), |set, &r| set.with(PReg::new(r as usize, RegClass::Int)))
        };
        let none = PRegSet::empty();
        MachineEnv {
            preferred_regs_by_class: [set(&[0, 1, 2, 3]), none, none],
            non_preferred_regs_by_class: [set(&[4, 5, 6, 7, 8, 9, 10, 14]), none, none],
            scratch_by_class: [None; 3],
            fixed_stack_slots: Vec::new(),
        }
    }

    fn emit(vcode: &VCode<Self>, allocation: &regalloc2::Output) -> Emitted {
        emit::function(vcode, allocation)
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
        TestImm { rn, .. } => visitor(rn, Role::Use),
        ShiftImm { rd, rm, .. } | Mov { rd, rm } | Mvn { rd, rm, .. } | Unary { rd, rm, .. } => {
            visitor(rm, Role::Use);
            visitor(rd, Role::Def);
        }
        MovImm { rd, .. } | LoadSymbol { rd, .. } | CondSet { rd, .. } => visitor(rd, Role::Def),
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
        BitfieldInsert { rd, rd_in, rn, .. } | CondMov { rd, rd_in, rn, .. } => {
            visitor(rd_in, Role::Use);
            visitor(rn, Role::Use);
            visitor(rd, Role::Reuse(0));
        }
        CondMovImm { rd, rd_in, .. } => {
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
        FrameAddress { rd, .. } => visitor(rd, Role::Def),
        TrapIf { .. } | Trap { .. } | Nop => {}
        _ => unreachable!("lowering does not make {inst:?}"),
    }
}
