//! Branches, traps and returns.

use super::super::inst::{Cond, Inst};
use super::super::minst::MInst;
use super::compare::{self, Test};
use super::{Cx, call, emit};
use crate::codegen::lower::{BlockIndex, Unsupported};
use crate::codegen::object::TrapCode;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Value, types};

pub fn terminator(cx: &mut Cx<'_>, inst: ir::Inst, targets: &[BlockIndex]) -> Result<(), Unsupported> {
    let func = cx.func;
    match func.dfg.insts[inst] {
        InstructionData::Jump { .. } => cx.emit(MInst::Jump { to: targets[0] }),
        InstructionData::Brif { arg, .. } => branch_if(cx, arg, targets[0], targets[1]),
        InstructionData::BranchTable { arg, .. } => {
            let (default, rest) = targets.split_first().expect("a br_table has a default");
            if rest.is_empty() {
                cx.emit(MInst::Jump { to: *default });
            } else {
                let index = cx.reg(arg);
                compare::compare_constant(cx, index, rest.len() as u32);
                cx.emit(MInst::BranchTable { index, default: *default, targets: rest.to_vec() });
            }
        }
        InstructionData::MultiAry { opcode: Opcode::Return, .. } => {
            let results = func.dfg.inst_args(inst).to_vec();
            call::return_(cx, &results);
        }
        InstructionData::Trap { code, .. } => {
            let code = trap_code(code)?;
            emit(cx, Inst::Trap { code });
        }
        _ => return Err(Unsupported(func.dfg.display_inst(inst).to_string())),
    }
    Ok(())
}

fn branch_if(cx: &mut Cx<'_>, arg: Value, then: BlockIndex, otherwise: BlockIndex) {
    if let Test::Value { value, zero } = compare::test_of(cx, arg)
        && cx.ty(value) == types::I32
    {
        let rn = cx.reg(value);
        cx.emit(MInst::BranchZero { nonzero: !zero, rn, then, otherwise });
        return;
    }
    let cond = compare::condition(cx, arg);
    cx.emit(MInst::BranchIf { cond, then, otherwise });
}

/// Stops where `value` is not 0, or where it is 0.
pub(super) fn trap_if(cx: &mut Cx<'_>, value: Value, nonzero: bool, code: ir::TrapCode) -> Result<(), Unsupported> {
    let code = trap_code(code)?;
    let cond: Cond = compare::condition(cx, value);
    let cond = if nonzero { cond } else { cond.inverse() };
    emit(cx, Inst::TrapIf { cond, code });
    Ok(())
}

fn trap_code(code: ir::TrapCode) -> Result<TrapCode, Unsupported> {
    let raw = code.as_raw().get();
    TrapCode::ALL.into_iter().find(|&t| t as u8 == raw).ok_or_else(|| Unsupported(format!("trap code {code}")))
}
