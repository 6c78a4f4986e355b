//! Loops whose number of turns is known, and whose turns are short: several turns become one.
//!
//! A loop of one block that turns a multiple of `n` times holds its body `n` times, and tests and steps once for all of
//! them. What is then left of the steps in between, the mid-end folds into the offsets of accesses.

use super::flow::Flow;
use super::ranges::exact_turns;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{self, Block, Inst, InstructionData, Opcode, Value};
use std::collections::HashMap;

/// Instructions that an unrolled loop holds at most.
const MOST: usize = 96;

/// Turns in one.
const FACTORS: [u32; 5] = [16, 8, 4, 3, 2];

/// Unrolls loops; whether there were any.
pub fn unroll(func: &mut ir::Function) -> bool {
    let mut flow = Flow::new(func);
    let heads: Vec<Block> = flow.func.layout.blocks().filter(|&b| flow.loops.is_loop_header(b).is_some()).collect();
    let mut plans = Vec::new();
    for head in heads {
        if let Some(factor) = factor(&flow, head) {
            plans.push((head, factor));
        }
    }
    for &(head, factor) in &plans {
        repeat(&mut flow, head, factor);
    }
    !plans.is_empty()
}

/// How many turns of a loop become one, if that is worth while.
fn factor(flow: &Flow, head: Block) -> Option<u32> {
    let branch = flow.func.layout.last_inst(head)?;
    let InstructionData::Brif { blocks: [then, otherwise], .. } = flow.func.dfg.insts[branch] else { return None };
    let pool = &flow.func.dfg.value_lists;
    // One block, which goes back to itself or out.
    if (then.block(pool) == head) == (otherwise.block(pool) == head) {
        return None;
    }
    let mut size = 0;
    for inst in flow.func.layout.block_insts(head) {
        let opcode = flow.func.dfg.insts[inst].opcode();
        // A call costs more than what there is to save.
        if opcode.is_call() {
            return None;
        }
        size +=
            usize::from(!matches!(opcode, Opcode::Iconst | Opcode::F32const | Opcode::F64const | Opcode::SymbolValue));
    }
    let turns = exact_turns(flow, head)?;
    FACTORS.into_iter().find(|&factor| turns % factor == 0 && turns > factor && size * factor as usize <= MOST)
}

/// Puts `factor - 1` copies of the body in front of it. No copy branches: the number of turns is a multiple of `factor`.
fn repeat(flow: &mut Flow, head: Block, factor: u32) {
    let branch = flow.func.layout.last_inst(head).expect("a block ends in a branch");
    let body: Vec<Inst> = flow.func.layout.block_insts(head).filter(|&inst| inst != branch).collect();
    let params = flow.func.dfg.block_params(head).to_vec();
    let passed = arguments(flow, branch, head);
    // What each value of the loop is in the turn that is being copied.
    let mut now: HashMap<Value, Value> = params.iter().map(|&param| (param, param)).collect();
    let first = body.first().copied().unwrap_or(branch);
    for _ in 1..factor {
        for &inst in &body {
            let copy = flow.func.dfg.clone_inst(inst);
            flow.func.dfg.map_inst_values(copy, |value| now.get(&value).copied().unwrap_or(value));
            FuncCursor::new(flow.func).at_inst(first).insert_inst(copy);
            let location = flow.func.srcloc(inst);
            flow.func.set_srcloc(copy, location);
            let results = flow.func.dfg.inst_results(inst).to_vec();
            now.extend(results.into_iter().zip(flow.func.dfg.inst_results(copy).to_vec()));
        }
        let next: Vec<Value> = passed.iter().map(|value| now.get(value).copied().unwrap_or(*value)).collect();
        now.extend(params.iter().copied().zip(next));
    }
    // The body itself is the last turn, also for all who read of the loop's values behind it.
    let last: HashMap<Value, Value> = params.iter().map(|&param| (param, now[&param])).collect();
    let mut own = body;
    own.push(branch);
    for block in flow.func.layout.blocks().collect::<Vec<_>>() {
        let insts = if block == head { own.clone() } else { flow.func.layout.block_insts(block).collect() };
        for inst in insts {
            flow.func.dfg.map_inst_values(inst, |value| last.get(&value).copied().unwrap_or(value));
        }
    }
}

/// What a branch passes to `to`.
fn arguments(flow: &Flow, branch: Inst, to: Block) -> Vec<Value> {
    let pool = &flow.func.dfg.value_lists;
    let dfg = &flow.func.dfg;
    let calls = dfg.insts[branch].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
    let call = calls.iter().find(|call| call.block(pool) == to).expect("the branch goes there");
    call.args(pool).map(|arg| arg.as_value().expect("plain arguments")).collect()
}
