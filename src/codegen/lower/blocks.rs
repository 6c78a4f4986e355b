//! Block order, with every critical edge split (regalloc2 places the moves of block parameters on edges).

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{self, Block, Inst};
use cranelift_codegen::loop_analysis::LoopAnalysis;

/// Index of a lowered block, in the order that the allocator sees.
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

/// All reachable blocks: layout order, cold blocks last, split edges behind their source.
pub struct Order {
    pub blocks: Vec<Lowered>,
    /// For each block's terminator: the index that each successor's branch goes to.
    pub targets: SecondaryMap<Block, Vec<BlockIndex>>,
    pub index: SecondaryMap<Block, Option<BlockIndex>>,
    /// Reachable blocks so that every block comes before the blocks that dominate it.
    pub uses_first: Vec<Block>,
    /// The order of emission. It is that of `blocks`, but that a split edge which goes back to the head of a loop comes
    /// directly before it, so that a turn of the loop takes one branch.
    pub layout: Vec<BlockIndex>,
    pub cfg: ControlFlowGraph,
    pub loops: LoopAnalysis,
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
        let mut loops = LoopAnalysis::new();
        loops.compute(func, &cfg, &domtree);
        let layout = layout(func, &blocks, &index, &loops);
        Order { blocks, targets, index, uses_first: domtree.cfg_postorder().to_vec(), layout, cfg, loops }
    }
}

fn layout(
    func: &ir::Function,
    blocks: &[Lowered],
    index: &SecondaryMap<Block, Option<BlockIndex>>,
    loops: &LoopAnalysis,
) -> Vec<BlockIndex> {
    // Of several edges back to one head, the last is the one at the end of the loop.
    let mut back: SecondaryMap<Block, Option<BlockIndex>> = SecondaryMap::new();
    let mut moved = vec![false; blocks.len()];
    for (at, lowered) in blocks.iter().enumerate() {
        let Lowered::Edge { branch, successor } = *lowered else { continue };
        let source = func.layout.inst_block(branch).expect("the branch is in the layout");
        let head = destinations(func, source)[successor].block(&func.dfg.value_lists);
        let Some(turn) = loops.is_loop_header(head) else { continue };
        if loops.is_in_loop(source, turn) && !func.layout.is_cold(source) {
            if let Some(BlockIndex(earlier)) = back[head].replace(BlockIndex(at as u32)) {
                moved[earlier as usize] = false;
            }
            moved[at] = true;
        }
    }
    let mut layout = Vec::with_capacity(blocks.len());
    for (at, lowered) in blocks.iter().enumerate() {
        if let Lowered::Original(block) = *lowered {
            layout.extend(back[block]);
            debug_assert_eq!(index[block], Some(BlockIndex(at as u32)));
        }
        if !moved[at] {
            layout.push(BlockIndex(at as u32));
        }
    }
    layout
}

/// The destinations of a block's terminator; for `br_table` the default first (`JumpTableData::all_branches`).
pub fn destinations(func: &ir::Function, block: Block) -> &[ir::BlockCall] {
    match func.layout.last_inst(block) {
        Some(inst) => func.dfg.insts[inst].branch_destination(&func.dfg.jump_tables, &func.dfg.exception_tables),
        None => &[],
    }
}
