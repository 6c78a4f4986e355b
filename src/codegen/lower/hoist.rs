//! Constants out of loops. The mid-end makes a constant anew in every block that reads it, which is right where the
//! instruction that reads it takes it as an immediate; what selection had to load nevertheless is loaded once, before the
//! loop, as long as there are registers for it.

use super::Machine;
use super::blocks::Order;
use super::context::Context;
use super::pressure::Pressure;
use super::vcode::{BlockCode, Role};
use crate::codegen::reg::Reg;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::Block;
use cranelift_codegen::loop_analysis::Loop;
use regalloc2::RegClass;
use std::collections::HashMap;

/// How much more often code runs inside a loop than around it, for comparisons.
const TURNS: u64 = 8;

/// The code of each block.
pub(super) type Code<M> = SecondaryMap<Block, Option<BlockCode<<M as Machine>::Inst>>>;

/// The instruction that loads a constant.
#[derive(Clone, Copy)]
struct Load {
    block: Block,
    index: usize,
    rd: Reg,
}

/// The loads of one constant in one loop.
struct Group {
    within: Loop,
    class: RegClass,
    /// Instructions of one load.
    cost: u32,
    loads: Vec<Load>,
}

/// Moves loads of constants in front of the loops that they are in.
pub(super) fn constants<M: Machine>(cx: &mut Context<'_, M>, order: &Order, code: &mut Code<M>) {
    let mut groups = outermost::<M>(cx, order, code);
    if groups.is_empty() {
        return;
    }
    let loaded = groups.iter().flat_map(|group| group.loads.iter().map(|load| load.rd)).collect();
    let Some(mut pressure) = Pressure::compute::<M>(cx, order, code, &loaded) else { return };
    let mut moved = Vec::new();
    while !groups.is_empty() {
        // The most profitable first; the order of the code where two are alike.
        groups.sort_by_key(|group| (std::cmp::Reverse(gain(order, group)), group.loads[0].rd));
        let mut smaller = Vec::new();
        for group in groups {
            // To save one more register around calls is worth it for an expensive constant only.
            let cheap = group.cost == 1;
            let room = pressure.room(group.within, group.class);
            match preheader(order, group.within) {
                Some(before) if room > 0 && !(cheap && pressure.has_calls(group.within)) => {
                    pressure.occupy(&order.loops, group.within, group.class);
                    for load in &group.loads[1..] {
                        cx.alias(load.rd, group.loads[0].rd);
                    }
                    moved.push((before, group.loads));
                }
                _ => smaller.extend(split(order, &group)),
            }
        }
        groups = smaller;
    }
    apply::<M>(code, moved);
}

/// All loads in loops, by constant and outermost loop.
fn outermost<M: Machine>(cx: &Context<'_, M>, order: &Order, code: &Code<M>) -> Vec<Group> {
    let mut groups: HashMap<(Loop, M::Constant), Group> = HashMap::new();
    for &block in order.uses_first.iter().rev() {
        let Some(mut within) = order.loops.innermost_loop(block) else { continue };
        while let Some(parent) = order.loops.loop_parent(within) {
            within = parent;
        }
        for (index, (inst, _)) in code[block].as_ref().expect("all blocks are lowered").iter().enumerate() {
            let Some((constant, cost)) = M::constant(inst) else { continue };
            let mut rd = None;
            M::visit(&mut inst.clone(), &mut |reg, role| rd = rd.or((role == Role::Def).then_some(*reg)));
            let Some(rd) = rd.filter(|rd| rd.as_virtual().is_some()) else { continue };
            let new = || Group { within, class: cx.vreg(rd).class(), cost, loads: Vec::new() };
            groups.entry((within, constant)).or_insert_with(new).loads.push(Load { block, index, rd });
        }
    }
    groups.into_values().collect()
}

/// Instructions saved, weighted by how often they run.
fn gain(order: &Order, group: &Group) -> u64 {
    let runs = |load: &Load| TURNS.saturating_pow(order.loops.loop_level(load.block).level() as u32);
    group.loads.iter().map(runs).fold(0, u64::saturating_add).saturating_mul(group.cost.into())
}

/// The block that alone enters a loop, and goes nowhere else.
fn preheader(order: &Order, within: Loop) -> Option<Block> {
    let header = order.loops.loop_header(within);
    let mut outside = order.cfg.pred_iter(header).filter(|pred| !order.loops.is_in_loop(pred.block, within));
    let only = outside.next()?.block;
    (outside.next().is_none() && order.cfg.succ_iter(only).count() == 1).then_some(only)
}

/// The same for each loop directly inside.
fn split(order: &Order, group: &Group) -> Vec<Group> {
    let mut parts: Vec<Group> = Vec::new();
    for &load in &group.loads {
        let mut child = order.loops.innermost_loop(load.block).expect("a load of a group is in a loop");
        if child == group.within {
            continue;
        }
        while let Some(parent) = order.loops.loop_parent(child).filter(|&parent| parent != group.within) {
            child = parent;
        }
        match parts.iter_mut().find(|part| part.within == child) {
            Some(part) => part.loads.push(load),
            None => parts.push(Group { within: child, loads: vec![load], ..*group }),
        }
    }
    parts
}

/// Puts the first load of each list before the jump of the block in front, and takes the others away.
fn apply<M: Machine>(code: &mut Code<M>, moved: Vec<(Block, Vec<Load>)>) {
    let mut gone: HashMap<Block, Vec<usize>> = HashMap::new();
    for (before, loads) in moved {
        let first = loads[0];
        let load = code[first.block].as_ref().expect("lowered")[first.index].clone();
        let list = code[before].as_mut().expect("lowered");
        // A jump reads no flags. What comes before it keeps its index.
        list.insert(list.len() - 1, load);
        for load in loads {
            gone.entry(load.block).or_default().push(load.index);
        }
    }
    for (block, mut indices) in gone {
        indices.sort_unstable();
        let list = code[block].as_mut().expect("lowered");
        for index in indices.into_iter().rev() {
            list.remove(index);
        }
    }
}
