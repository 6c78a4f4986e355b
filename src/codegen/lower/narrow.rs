//! Which values of 8 and 16 bits leave zeros above their type in their registers. Elsewhere those bits are arbitrary.

use super::blocks::destinations;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Value, ValueDef};

/// Values that are known to be zero-extended. Every ISA's narrow loads, compares, constants and logical right shifts are.
pub(super) fn zero_extended(func: &ir::Function) -> SecondaryMap<Value, bool> {
    let is_narrow = |value: Value| {
        let ty = func.dfg.value_type(value);
        ty.is_int() && ty.bits() < 32
    };
    let mut narrow: Vec<Value> = Vec::new();
    let mut passed: Vec<(Value, Value)> = Vec::new();
    for block in func.layout.blocks() {
        narrow.extend(func.dfg.block_params(block).iter().copied().filter(|&value| is_narrow(value)));
        for inst in func.layout.block_insts(block) {
            narrow.extend(func.dfg.inst_results(inst).iter().copied().filter(|&value| is_narrow(value)));
        }
        for call in destinations(func, block) {
            let params = func.dfg.block_params(call.block(&func.dfg.value_lists));
            let args = call.args(&func.dfg.value_lists).map(|arg| arg.as_value().expect("plain arguments"));
            passed.extend(params.iter().copied().zip(args).filter(|&(param, _)| is_narrow(param)));
        }
    }
    // All are, until one is found that is not.
    let mut zero: SecondaryMap<Value, bool> = SecondaryMap::new();
    narrow.iter().for_each(|&value| zero[value] = true);
    loop {
        let mut changed = false;
        for &value in &narrow {
            if zero[value] && !holds(func, &zero, value) {
                zero[value] = false;
                changed = true;
            }
        }
        for &(param, value) in &passed {
            if zero[param] && !zero[value] {
                zero[param] = false;
                changed = true;
            }
        }
        if !changed {
            return zero;
        }
    }
}

/// Is a value zero-extended if those of `zero` are?
fn holds(func: &ir::Function, zero: &SecondaryMap<Value, bool>, value: Value) -> bool {
    let inst = match func.dfg.value_def(value) {
        ValueDef::Param(block, _) => return Some(block) != func.layout.entry_block(),
        ValueDef::Result(inst, 0) => inst,
        _ => return false,
    };
    match func.dfg.insts[inst] {
        InstructionData::Load { opcode, .. } => opcode == Opcode::Load,
        InstructionData::IntCompare { .. } | InstructionData::FloatCompare { .. } => true,
        InstructionData::UnaryImm { opcode, .. } => opcode == Opcode::Iconst,
        InstructionData::Binary { opcode, args: [x, y] } => match opcode {
            Opcode::Band => zero[x] || zero[y],
            Opcode::Bor | Opcode::Bxor | Opcode::Umin | Opcode::Umax => zero[x] && zero[y],
            Opcode::Ushr => true,
            _ => false,
        },
        InstructionData::Ternary { opcode: Opcode::Select, args: [_, x, y] } => zero[x] && zero[y],
        _ => false,
    }
}
