//! The control flow and the definitions of one function in CLIF: what the passes behind the mid-end ask for.

mod dead;

pub(super) use dead::remove as remove_dead;

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{self, Block, Inst, Value, ValueDef};
use cranelift_codegen::loop_analysis::LoopAnalysis;

/// How much more often code runs inside a loop than around it, for comparisons.
const TURNS: u64 = 8;

/// A function in the state that the mid-end leaves it in, with its analyses. The passes change no branch targets.
pub(super) struct Flow<'a> {
    pub func: &'a mut ir::Function,
    pub cfg: ControlFlowGraph,
    pub domtree: DominatorTree,
    pub loops: LoopAnalysis,
}

impl<'a> Flow<'a> {
    pub fn new(func: &'a mut ir::Function) -> Flow<'a> {
        let cfg = ControlFlowGraph::with_function(func);
        let domtree = DominatorTree::with_function(func, &cfg);
        let mut loops = LoopAnalysis::new();
        loops.compute(func, &cfg, &domtree);
        Flow { func, cfg, domtree, loops }
    }

    /// How often a block runs, for comparisons.
    pub fn weight(&self, block: Block) -> u64 {
        TURNS.pow(self.loops.loop_level(block).level().min(8) as u32)
    }

    /// The block that defines a value.
    pub fn block_of(&self, value: Value) -> Block {
        match self.func.dfg.value_def(value) {
            ValueDef::Param(block, _) => block,
            ValueDef::Result(inst, _) => self.func.layout.inst_block(inst).expect("definitions are in the layout"),
            ValueDef::Union(..) => unreachable!("the mid-end leaves no unions"),
        }
    }

    /// The closest block that dominates both.
    pub fn common_dominator(&self, mut a: Block, b: Block) -> Block {
        while !self.domtree.block_dominates(a, b) {
            a = self.domtree.idom(a).expect("the entry dominates all blocks");
        }
        a
    }

    /// The operands of a 32-bit addition.
    pub fn addition(&self, value: Value) -> Option<[Value; 2]> {
        let inst = self.func.dfg.value_def(value).inst()?;
        match self.func.dfg.insts[inst] {
            ir::InstructionData::Binary { opcode: ir::Opcode::Iadd, args }
                if self.func.dfg.value_type(value) == ir::types::I32 =>
            {
                Some(args)
            }
            _ => None,
        }
    }

    pub fn constant(&self, value: Value) -> Option<i32> {
        let inst = self.func.dfg.value_def(value).inst()?;
        match self.func.dfg.insts[inst] {
            ir::InstructionData::UnaryImm { opcode: ir::Opcode::Iconst, imm } => Some(imm.bits() as i32),
            _ => None,
        }
    }

    /// A value as a sum of another and a constant, as far as that goes.
    pub fn strip(&self, mut value: Value) -> (Value, i32) {
        let mut sum = 0i32;
        while let Some((less, constant)) = self.step(value) {
            value = less;
            sum = sum.wrapping_add(constant);
        }
        (value, sum)
    }

    /// `value = other + constant`.
    pub fn step(&self, value: Value) -> Option<(Value, i32)> {
        let [x, y] = self.addition(value)?;
        match (self.constant(x), self.constant(y)) {
            (None, Some(c)) => Some((x, c)),
            (Some(c), None) => Some((y, c)),
            _ => None,
        }
    }
}

/// Names every value by its own name, in what is in the layout. (What the data flow graph does by itself also visits
/// instructions that are not, whose lists may have been freed.)
pub(super) fn resolve_aliases(func: &mut ir::Function) {
    let blocks: Vec<Block> = func.layout.blocks().collect();
    for block in blocks {
        let insts: Vec<Inst> = func.layout.block_insts(block).collect();
        for inst in insts {
            let values = func.dfg.inst_values(inst).map(|value| (value, func.dfg.resolve_aliases(value)));
            let other: Vec<(Value, Value)> = values.filter(|(value, own)| value != own).collect();
            if !other.is_empty() {
                let own = |value| other.iter().find(|(alias, _)| *alias == value).map_or(value, |(_, own)| *own);
                func.dfg.map_inst_values(inst, own);
            }
        }
    }
}

/// What a branch passes on: (parameter, value).
pub(super) fn passed(func: &ir::Function, inst: Inst) -> Vec<(Value, Value)> {
    let data = &func.dfg.insts[inst];
    let calls = data.branch_destination(&func.dfg.jump_tables, &func.dfg.exception_tables);
    let pool = &func.dfg.value_lists;
    let pairs = calls.iter().flat_map(|call| {
        let params = func.dfg.block_params(call.block(pool));
        params.iter().copied().zip(call.args(pool).map(|arg| arg.as_value().expect("plain arguments")))
    });
    pairs.collect()
}

/// What is passed to a parameter: (the block that passes it, value).
pub(super) fn incoming(flow: &Flow, block: Block, param: Value) -> Vec<(Block, Value)> {
    let preds = flow.cfg.pred_iter(block);
    let pairs = preds.flat_map(|pred| {
        let passed = passed(flow.func, pred.inst);
        passed.into_iter().filter(|(to, _)| *to == param).map(move |(_, value)| (pred.block, value))
    });
    pairs.collect()
}
