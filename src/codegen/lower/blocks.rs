//! Block order, with every critical edge split (regalloc2 places the moves of block parameters on edges).

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{self, Block, Inst};

/// Index of a lowered block in emission order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockIndex(pub u32);

/// Where a lowered block comes from.
#[derive(Clone, Copy, Debug)]
pub enum Lowered {
    Original(Block),
    /// Holds the parameter moves of successor `successor` of `branch`, and jumps on.
    Edge {
        branch: Inst,
        successor: usize,
    },
}

/// All reachable blocks in emission order: layout order, cold blocks last, split edges behind their source.
pub struct Order {
    pub blocks: Vec<Lowered>,
    /// For each block's terminator: the index that each successor's branch goes to.
    pub targets: SecondaryMap<Block, Vec<BlockIndex>>,
    pub index: SecondaryMap<Block, Option<BlockIndex>>,
    /// Reachable blocks so that every block comes before the blocks that dominate it.
    pub uses_first: Vec<Block>,
}

impl Order {
    pub fn compute(func: &ir::Function) -> Order {
        let cfg = ControlFlowGraph::with_function(func);
        let domtree = cranelift_codegen::dominator_tree::DominatorTree::with_function(func, &cfg);
        let reachable = |block: &Block| domtree.is_reachable(*block);
        let (cold, warm): (Vec<Block>, Vec<Block>) =
            func.layout.blocks().filter(reachable).partition(|&b| func.layout.is_cold(b));

        let mut predecessors: SecondaryMap<Block, u32> = SecondaryMap::new();
        for &block in warm.iter().chain(&cold) {
            for call in destinations(func, block) {
                predecessors[call.block(&func.dfg.value_lists)] += 1;
            }
        }

        let mut blocks = Vec::new();
        let mut index = SecondaryMap::new();
        let mut edges: SecondaryMap<Block, Vec<Option<BlockIndex>>> = SecondaryMap::new();
        for &block in warm.iter().chain(&cold) {
            index[block] = Some(BlockIndex(blocks.len() as u32));
            blocks.push(Lowered::Original(block));
            let calls = destinations(func, block);
            let branch = func.layout.last_inst(block).expect("a reachable block ends in a branch");
            for (successor, call) in calls.iter().enumerate() {
                let critical = calls.len() > 1 && predecessors[call.block(&func.dfg.value_lists)] > 1;
                edges[block].push(critical.then(|| {
                    blocks.push(Lowered::Edge { branch, successor });
                    BlockIndex(blocks.len() as u32 - 1)
                }));
            }
        }
        let mut targets: SecondaryMap<Block, Vec<BlockIndex>> = SecondaryMap::new();
        for &block in warm.iter().chain(&cold) {
            targets[block] = destinations(func, block)
                .iter()
                .zip(&edges[block])
                .map(|(call, edge)| {
                    edge.unwrap_or_else(|| index[call.block(&func.dfg.value_lists)].expect("a successor is reachable"))
                })
                .collect();
        }
        Order { blocks, targets, index, uses_first: domtree.cfg_postorder().to_vec() }
    }
}

/// The destinations of a block's terminator; for `br_table` the default first (`JumpTableData::all_branches`).
pub fn destinations(func: &ir::Function, block: Block) -> &[ir::BlockCall] {
    match func.layout.last_inst(block) {
        Some(inst) => func.dfg.insts[inst].branch_destination(&func.dfg.jump_tables, &func.dfg.exception_tables),
        None => &[],
    }
}
