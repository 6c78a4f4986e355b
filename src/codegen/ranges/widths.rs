//! How many low bits a value of type i32 takes: the rest is zeros. All values at once, so that those which only pass
//! through each other, around loops, are known too.

use crate::codegen::flow::{Flow, passed};
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, Inst, InstructionData, Opcode, Value, types};

/// Bits of each value. From 0 up, until nothing grows.
pub(super) fn widths(flow: &Flow) -> SecondaryMap<Value, u8> {
    let func = &*flow.func;
    let mut widths: SecondaryMap<Value, u8> = SecondaryMap::new();
    if let Some(entry) = func.layout.entry_block() {
        func.dfg.block_params(entry).iter().for_each(|&param| widths[param] = 32);
    }
    let insts: Vec<Inst> = func.layout.blocks().flat_map(|block| func.layout.block_insts(block)).collect();
    let branches: Vec<(Value, Value)> = insts.iter().flat_map(|&inst| passed(func, inst)).collect();
    loop {
        let mut grew = false;
        let mut raise = |widths: &mut SecondaryMap<Value, u8>, value: Value, width: u8| {
            if widths[value] < width {
                widths[value] = width;
                grew = true;
            }
        };
        for &inst in &insts {
            for &result in func.dfg.inst_results(inst) {
                let width = if func.dfg.value_type(result) == types::I32 { made(func, &widths, inst) } else { 32 };
                raise(&mut widths, result, width);
            }
        }
        for &(param, value) in &branches {
            let width = widths[value];
            raise(&mut widths, param, width);
        }
        if !grew {
            return widths;
        }
    }
}

fn made(func: &ir::Function, widths: &SecondaryMap<Value, u8>, inst: Inst) -> u8 {
    let constant = |value: Value| match func.dfg.insts[func.dfg.value_def(value).inst()?] {
        InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits() as u8 & 31),
        _ => None,
    };
    let width = match func.dfg.insts[inst] {
        InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => 32 - (imm.bits() as u32).leading_zeros() as u8,
        InstructionData::Load { opcode: Opcode::Uload8, .. } => 8,
        InstructionData::Load { opcode: Opcode::Uload16, .. } => 16,
        InstructionData::Unary { opcode: Opcode::Uextend, arg } => func.dfg.value_type(arg).bits().min(32) as u8,
        InstructionData::Ternary { opcode: Opcode::Select, args: [_, x, y] } => widths[x].max(widths[y]),
        InstructionData::Binary { opcode, args: [x, y] } => match opcode {
            Opcode::Band | Opcode::Umin => widths[x].min(widths[y]),
            Opcode::Bor | Opcode::Bxor | Opcode::Umax => widths[x].max(widths[y]),
            Opcode::Iadd => widths[x].max(widths[y]) + 1,
            Opcode::Imul => widths[x] + widths[y],
            Opcode::Udiv => widths[x],
            Opcode::Urem => widths[x].min(widths[y]),
            Opcode::Ushr => widths[x] - constant(y).unwrap_or(0).min(widths[x]),
            Opcode::Ishl => constant(y).map_or(32, |by| widths[x] + by),
            _ => 32,
        },
        _ => 32,
    };
    width.min(32)
}
