//! What values can be, and what follows: behind the mid-end, which knows nothing of ranges.
//!
//! ```text
//! widths   how many bits each value takes
//! known    what a value can be at a place: from how it is made, and from the branches and checks that lead there
//! turns    how often loops turn, and so what moves with them can be
//! checks   bounds checks that cannot fail, and those that become one
//! masks    masks that change nothing
//! ```

mod checks;
mod known;
mod masks;
mod range;
mod turns;
mod widths;

use super::flow::{Flow, remove_dead, resolve_aliases};
pub use turns::exact as exact_turns;

use checks::Checks;
use cranelift_codegen::ir::{self, Block, Inst, TrapCode};
use known::{Known, condition};
use std::collections::BTreeMap;

/// Simplifies a function by what its values can be. Bounds checks are the traps with `bounds`.
pub fn simplify(func: &mut ir::Function, bounds: TrapCode) {
    let mut flow = Flow::new(func);
    let mut known = Known::new(&flow);
    // Depth first down the dominator tree; a block's facts hold in all blocks below it.
    enum Step {
        Enter(Block),
        Leave(usize),
    }
    let mut children: BTreeMap<Block, Vec<Block>> = BTreeMap::new();
    for &block in flow.domtree.cfg_postorder() {
        if let Some(parent) = flow.domtree.idom(block) {
            children.entry(parent).or_default().push(block);
        }
    }
    let mut steps: Vec<Step> = flow.func.layout.entry_block().map(Step::Enter).into_iter().collect();
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave(mark) => known.forget(mark),
            Step::Enter(block) => {
                steps.push(Step::Leave(known.mark()));
                enter(&flow, &mut known, block);
                let insts: Vec<Inst> = flow.func.layout.block_insts(block).collect();
                let mut checks = Checks::new(bounds);
                for inst in insts {
                    checks.next(&mut flow, &mut known, inst);
                    masks::simplify(&mut flow, &mut known, inst);
                }
                steps.extend(children.remove(&block).unwrap_or_default().into_iter().map(Step::Enter));
            }
        }
    }
    resolve_aliases(func);
    remove_dead(func);
}

/// What the branch that leads here tells.
fn enter(flow: &Flow, known: &mut Known, block: Block) {
    let mut preds = flow.cfg.pred_iter(block);
    if let (Some(pred), None) = (preds.next(), preds.next())
        && let Some((condition, holds)) = condition(flow, pred.block, block)
    {
        known.learn_condition(flow, condition, holds);
    }
}
