//! Branches, traps and returns.

use super::super::encode::alu_immediate_fits;
use super::super::inst::{AluOp, Cond, Flags, Inst};
use super::super::minst::MInst;
use super::compare::{self, Test};
use super::{Cx, SIGN, alu_imm, call, emit, read};
use crate::codegen::lower::{BlockIndex, Unsupported};
use crate::codegen::object::TrapCode;
use crate::manifest::Optimize;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Value, types};

pub fn terminator(cx: &mut Cx<'_>, inst: ir::Inst, targets: &[BlockIndex]) -> Result<(), Unsupported> {
    let func = cx.func;
    match func.dfg.insts[inst] {
        InstructionData::Jump { .. } => cx.emit(MInst::Jump { to: targets[0] }),
        InstructionData::Brif { arg, .. } => branch_if(cx, inst, arg, targets[0], targets[1]),
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
        InstructionData::Call { opcode: Opcode::ReturnCall, .. }
        | InstructionData::CallIndirect { opcode: Opcode::ReturnCallIndirect, .. } => call::tail_call(cx, inst),
        InstructionData::Trap { code, .. } => {
            let code = trap_code(code)?;
            emit(cx, Inst::Trap { code });
        }
        _ => return Err(Unsupported(func.dfg.display_inst(inst).to_string())),
    }
    Ok(())
}

fn branch_if(cx: &mut Cx<'_>, inst: ir::Inst, arg: Value, then: BlockIndex, otherwise: BlockIndex) {
    let test = compare::test_of(cx, arg);
    if let Test::Value { value, zero } = test
        && cx.ty(value) == types::I32
    {
        if let Some(update) = counter(cx, inst, arg, value) {
            update.emit(cx, Flags::Set);
            let cond = if zero { Cond::Eq } else { Cond::Ne };
            cx.emit(MInst::BranchIf { cond, then, otherwise });
            return;
        }
        if updates_of(cx, inst, &[value]).is_empty() {
            let rn = cx.reg(value);
            cx.emit(MInst::BranchZero { nonzero: !zero, rn, then, otherwise });
            return;
        }
    }
    let compared = match test {
        Test::Compare(_, x, y) => vec![x, y],
        Test::Value { value, .. } => vec![value],
        Test::Float(..) => Vec::new(),
    };
    let updates = updates_of(cx, inst, &compared);
    let cond = compare::condition(cx, arg);
    updates.into_iter().for_each(|update| update.emit(cx, Flags::Keep));
    cx.emit(MInst::BranchIf { cond, then, otherwise });
}

/// `result = source + constant` that is better done at the end of its block than where it stands.
struct Update {
    inst: ir::Inst,
    result: Value,
    source: Value,
    op: AluOp,
    imm: u32,
}

impl Update {
    /// The definition of a value in the block of `branch`, as one instruction.
    fn of(cx: &Cx<'_>, branch: ir::Inst, result: Value, flags: Flags) -> Option<Update> {
        let inst = cx.def_inst(result).filter(|_| cx.ty(result) == types::I32)?;
        let layout = &cx.func.layout;
        let sum = cx.as_binary(result, Opcode::Iadd).and_then(|[x, y]| Some((x, cx.constant32(y)?)));
        let difference =
            || cx.as_binary(result, Opcode::Isub).and_then(|[x, y]| Some((x, cx.constant32(y)?.wrapping_neg())));
        let (source, c) = sum.or_else(difference)?;
        let (op, imm) = [(AluOp::Add, c), (AluOp::Sub, c.wrapping_neg())]
            .into_iter()
            .find(|&(op, imm)| alu_immediate_fits(op, flags, imm) && imm < SIGN)?;
        let here = layout.inst_block(inst) == layout.inst_block(branch) && cx.constant(source).is_none();
        here.then_some(Update { inst, result, source, op, imm })
    }

    fn emit(self, cx: &mut Cx<'_>, flags: Flags) {
        let (rd, rn) = (cx.def(self.result), read(cx, self.source));
        alu_imm(cx, self.op, flags, rd, rn, self.imm);
        cx.mark_done(self.inst);
    }
}

/// The values that a branch passes on, each as often as it does.
fn passed_on(cx: &Cx<'_>, branch: ir::Inst) -> Vec<Value> {
    let dfg = &cx.func.dfg;
    let calls = dfg.insts[branch].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
    calls.iter().flat_map(|call| call.args(&dfg.value_lists)).filter_map(|arg| arg.as_value()).collect()
}

/// A counter whose new value the branch tests and passes on, and nobody else needs: its addition sets the flags.
fn counter(cx: &Cx<'_>, branch: ir::Inst, arg: Value, value: Value) -> Option<Update> {
    // What is between the branch and the value has no other user either.
    let mut between = arg;
    while between != value {
        let inst = cx.def_inst(between).filter(|_| cx.is_single_use(between))?;
        between = *cx.func.dfg.inst_args(inst).first()?;
    }
    let passed = passed_on(cx, branch).into_iter().filter(|&v| v == value).count() as u32;
    // An ADDS of a negative number and a SUBS agree in Z.
    Update::of(cx, branch, value, Flags::Set).filter(|_| cx.uses(value) == passed + 1 && passed > 0)
}

/// New values of what the branch compares, which only the next block needs. Computed after the compare, a new value can
/// have the old one's register.
fn updates_of(cx: &Cx<'_>, branch: ir::Inst, compared: &[Value]) -> Vec<Update> {
    let only_passed = |value: &Value| cx.is_single_use(*value) && !compared.contains(value);
    let values = passed_on(cx, branch).into_iter().filter(only_passed);
    let updates = values.filter_map(|value| Update::of(cx, branch, value, Flags::Keep));
    updates.filter(|update| compared.contains(&update.source)).collect()
}

/// Stops where `value` is not 0, or where it is 0.
pub(super) fn trap_if(cx: &mut Cx<'_>, value: Value, nonzero: bool, code: ir::TrapCode) -> Result<(), Unsupported> {
    let code = trap_code(code)?;
    // Otherwise the constant takes a register, or an instruction each time.
    if let Test::Compare(cc, x, y) = compare::test_of(cx, value)
        && cc == if nonzero { IntCC::UnsignedGreaterThan } else { IntCC::UnsignedLessThanOrEqual }
        && let Some(limit) = cx.constant32(y).filter(|&limit| limit > 0xff && !compare::is_order_comparable(cc, limit))
        && cx.optimize() == Optimize::Speed
        && cx.ty(x) == types::I32
    {
        let rn = cx.reg(x);
        emit(cx, Inst::TrapAbove { rn, limit, code });
        return Ok(());
    }
    let cond: Cond = compare::condition(cx, value);
    let cond = if nonzero { cond } else { cond.inverse() };
    emit(cx, Inst::TrapIf { cond, code });
    Ok(())
}

fn trap_code(code: ir::TrapCode) -> Result<TrapCode, Unsupported> {
    let raw = code.as_raw().get();
    TrapCode::ALL.into_iter().find(|&t| t as u8 == raw).ok_or_else(|| Unsupported(format!("trap code {code}")))
}
