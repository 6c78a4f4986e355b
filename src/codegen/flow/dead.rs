//! Removes parameters of blocks and instructions that nothing with an effect needs.

use super::passed;
use crate::codegen::lower::has_effect;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{self, Block, Inst, Value, ValueDef};

pub fn remove(func: &mut ir::Function) {
    let cfg = ControlFlowGraph::with_function(func);
    let mut live: SecondaryMap<Value, bool> = SecondaryMap::new();
    let mut open: Vec<Value> = Vec::new();
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block).filter(|&inst| has_effect(func, inst)) {
            open.extend(func.dfg.inst_args(inst));
        }
    }
    while let Some(value) = open.pop() {
        if std::mem::replace(&mut live[value], true) {
            continue;
        }
        match func.dfg.value_def(value) {
            ValueDef::Result(inst, _) => open.extend(func.dfg.inst_args(inst)),
            ValueDef::Param(block, _) => {
                for pred in cfg.pred_iter(block) {
                    open.extend(passed(func, pred.inst).iter().filter(|(to, _)| *to == value).map(|(_, from)| *from));
                }
            }
            ValueDef::Union(..) => unreachable!("the mid-end leaves no unions"),
        }
    }
    let blocks: Vec<Block> = func.layout.blocks().collect();
    // The first block is the entry, whose parameters are the function's.
    for &block in blocks.iter().skip(1) {
        let params = func.dfg.block_params(block).to_vec();
        for (index, &param) in params.iter().enumerate().rev().filter(|(_, param)| !live[**param]) {
            let mut branches: Vec<Inst> = cfg.pred_iter(block).map(|pred| pred.inst).collect();
            branches.dedup();
            for branch in branches {
                let dfg = &mut func.dfg;
                let calls = dfg.insts[branch].branch_destination_mut(&mut dfg.jump_tables, &mut dfg.exception_tables);
                for call in calls {
                    if call.block(&dfg.value_lists) == block {
                        call.remove(index, &mut dfg.value_lists);
                    }
                }
            }
            func.dfg.remove_block_param(param);
        }
    }
    for &block in &blocks {
        let insts: Vec<Inst> = func.layout.block_insts(block).collect();
        for inst in insts {
            let results = func.dfg.inst_results(inst);
            if !has_effect(func, inst) && !results.iter().any(|&result| live[result]) {
                func.layout.remove_inst(inst);
            }
        }
    }
}
