//! The order of computations in a block: early, where that ends more lives than it begins.
//!
//! The mid-end puts what is pure directly before its first use. Of a long sum of products that leaves all loads first, and
//! all their values in registers, or rather on the stack. Here an operation that is the last reader of a value moves up to
//! where its last operand is made.

use super::lower::has_effect;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, Block, Inst, Opcode, Value, ValueDef};
use std::cmp::Ordering;

/// Moves operations up in all blocks.
pub fn schedule(func: &mut ir::Function) {
    let mut uses: SecondaryMap<Value, u32> = SecondaryMap::new();
    let blocks: Vec<Block> = func.layout.blocks().collect();
    for &block in &blocks {
        for inst in func.layout.block_insts(block) {
            func.dfg.inst_values(inst).for_each(|value| uses[value] += 1);
        }
    }
    for block in blocks {
        let insts: Vec<Inst> = func.layout.block_insts(block).collect();
        for inst in insts {
            if !may_move(func, inst) {
                continue;
            }
            let operands = func.dfg.inst_args(inst).to_vec();
            let made = |func: &ir::Function, value: Value| match func.dfg.value_def(value) {
                ValueDef::Result(made, _) if func.layout.inst_block(made) == Some(block) => Some(made),
                _ => None,
            };
            let ends = |value: &Value| uses[*value] == 1 && made(func, *value).is_some();
            if !operands.iter().any(ends) {
                continue;
            }
            let later = |a: Inst, b: Inst| if func.layout.pp_cmp(a, b) == Ordering::Less { b } else { a };
            let latest = operands.iter().filter_map(|&value| made(func, value)).reduce(later);
            let latest = latest.expect("an operand is made in this block");
            if func.layout.next_inst(latest) != Some(inst) {
                func.layout.remove_inst(inst);
                FuncCursor::new(func).after_inst(latest).insert_inst(inst);
            }
        }
    }
}

/// An operation on at least two values, which has no effect, and which is no compare: those belong to who reads them.
fn may_move(func: &ir::Function, inst: Inst) -> bool {
    let opcode = func.dfg.insts[inst].opcode();
    let constant = |value: &Value| {
        let made = func.dfg.value_def(*value).inst();
        made.is_some_and(|made| func.dfg.insts[made].opcode() == Opcode::Iconst)
    };
    let args = func.dfg.inst_args(inst);
    !has_effect(func, inst)
        && !opcode.can_load()
        && !matches!(opcode, Opcode::Icmp | Opcode::Fcmp | Opcode::Select)
        && args.len() > 1
        && !args.iter().any(constant)
}
