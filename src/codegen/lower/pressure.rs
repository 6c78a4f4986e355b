//! How many registers loops have to spare.

use super::Machine;
use super::blocks::{Order, destinations};
use super::context::Context;
use super::hoist::Code;
use super::vcode::{Role, arguments};
use crate::codegen::reg::Reg;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::Block;
use cranelift_codegen::loop_analysis::{Loop, LoopAnalysis};
use regalloc2::{PRegSet, RegClass};
use std::collections::{HashMap, HashSet};

/// Entries of all lists of live registers beyond which nothing is computed: it would take longer than all the rest.
const MOST_ENTRIES: usize = 4_000_000;

const CLASSES: usize = 3;

/// For each loop, the registers of each class that are free at its tightest point; below 0 where values are spilled.
pub(super) struct Pressure {
    room: HashMap<Loop, [i32; CLASSES]>,
    /// Loops with calls in them.
    calls: HashSet<Loop>,
}

impl Pressure {
    /// Without the registers that `ignored` says. `None` for a function that is too large.
    pub fn compute<M: Machine>(
        cx: &mut Context<'_, M>,
        order: &Order,
        code: &Code<M>,
        ignored: &HashSet<Reg>,
    ) -> Option<Pressure> {
        let live_out = live_out::<M>(cx, order, code)?;
        let environment = M::environment(cx.cpu);
        let sets = (0..CLASSES)
            .map(|class| environment.preferred_regs_by_class[class] | environment.non_preferred_regs_by_class[class]);
        let sets: Vec<_> = sets.collect();
        let mut pressure = Pressure { room: HashMap::new(), calls: HashSet::new() };
        let mut live = vec![false; cx.virtual_count()];
        for &block in &order.uses_first {
            let Some(within) = order.loops.innermost_loop(block) else { continue };
            let mut counts = [0i32; CLASSES];
            let mut room = [i32::MAX; CLASSES];
            let mut alive = Vec::new();
            let mut calls = false;
            let mut enter = |reg: Reg, live: &mut Vec<bool>, counts: &mut [i32; CLASSES], cx: &Context<'_, M>| {
                let vreg = cx.vreg(reg);
                if !ignored.contains(&reg) && !std::mem::replace(&mut live[vreg.vreg()], true) {
                    counts[vreg.class() as usize] += 1;
                    alive.push(vreg.vreg());
                }
            };
            for &reg in &live_out[block] {
                enter(reg, &mut live, &mut counts, cx);
            }
            for reg in passed(cx, block) {
                enter(reg, &mut live, &mut counts, cx);
            }
            for (inst, _) in code[block].as_ref().expect("all blocks are lowered").iter().rev() {
                let mut inst = inst.clone();
                let mut tighten = |counts: &[i32; CLASSES], lost: [i32; CLASSES]| {
                    for class in 0..CLASSES {
                        room[class] = room[class].min(sets[class].len() as i32 - lost[class] - counts[class]);
                    }
                };
                tighten(&counts, [0; CLASSES]);
                let mut results = [0; CLASSES];
                M::visit(&mut inst, &mut |reg, role| {
                    if reg.as_virtual().is_some() && !is_use(role) {
                        let vreg = cx.vreg(cx.resolve(*reg));
                        results[vreg.class() as usize] += i32::from(matches!(role, Role::FixedDef(_)));
                        counts[vreg.class() as usize] -= i32::from(std::mem::replace(&mut live[vreg.vreg()], false));
                    }
                });
                // What a call destroys, nothing that lives across it can be in; nor in the registers of its results.
                let clobbers = M::clobbers(&inst);
                calls |= clobbers != PRegSet::empty();
                let mut lost = results;
                for (class, lost) in lost.iter_mut().enumerate() {
                    *lost += (sets[class] & clobbers).len() as i32;
                }
                tighten(&counts, lost);
                M::visit(&mut inst, &mut |reg, role| {
                    if reg.as_virtual().is_some() && is_use(role) {
                        enter(cx.resolve(*reg), &mut live, &mut counts, cx);
                    }
                });
            }
            alive.into_iter().for_each(|index| live[index] = false);
            let mut at = Some(within);
            while let Some(within) = at {
                if calls {
                    pressure.calls.insert(within);
                }
                let entry = pressure.room.entry(within).or_insert([i32::MAX; CLASSES]);
                (0..CLASSES).for_each(|class| entry[class] = entry[class].min(room[class]));
                at = order.loops.loop_parent(within);
            }
        }
        Some(pressure)
    }

    pub fn room(&self, within: Loop, class: RegClass) -> i32 {
        self.room.get(&within).map_or(0, |room| room[class as usize])
    }

    pub fn has_calls(&self, within: Loop) -> bool {
        self.calls.contains(&within)
    }

    /// One more value lives all through a loop.
    pub fn occupy(&mut self, loops: &LoopAnalysis, within: Loop, class: RegClass) {
        let inner: Vec<Loop> = self.room.keys().copied().filter(|&l| loops.is_child_loop(l, within)).collect();
        for inner in inner {
            self.room.get_mut(&inner).expect("a key")[class as usize] -= 1;
        }
        let least = self.room(within, class);
        let mut at = loops.loop_parent(within);
        while let Some(outer) = at {
            let room = &mut self.room.get_mut(&outer).expect("a loop around a loop has room as well")[class as usize];
            *room = least.min(*room);
            at = loops.loop_parent(outer);
        }
    }
}

fn is_use(role: Role) -> bool {
    matches!(role, Role::Use | Role::UseLate | Role::FixedUse(_))
}

/// What a block passes to its successors.
fn passed<M: Machine>(cx: &mut Context<'_, M>, block: Block) -> Vec<Reg> {
    let func = cx.func;
    let calls = destinations(func, block).to_vec();
    calls.iter().flat_map(|call| arguments(cx, call)).collect()
}

/// The registers that are live at the end of each block, without those that only its branch passes on.
fn live_out<M: Machine>(
    cx: &mut Context<'_, M>,
    order: &Order,
    code: &Code<M>,
) -> Option<SecondaryMap<Block, Vec<Reg>>> {
    let mut defined: Vec<Option<Block>> = vec![None; cx.virtual_count()];
    for &block in &order.uses_first {
        let params = cx.func.dfg.block_params(block).to_vec();
        let params: Vec<Reg> = params.into_iter().flat_map(|param| cx.def_words(param)).collect();
        let mut define = |reg: Reg| {
            if let Some(index) = cx.resolve(reg).as_virtual() {
                defined[index as usize] = Some(block);
            }
        };
        params.into_iter().for_each(&mut define);
        for (inst, _) in code[block].as_ref().expect("all blocks are lowered") {
            M::visit(&mut inst.clone(), &mut |reg, role| {
                if !is_use(role) {
                    define(*reg);
                }
            });
        }
    }
    // (register, block that reads it but does not define it)
    let mut exposed: Vec<(Reg, Block)> = Vec::new();
    for &block in &order.uses_first {
        let passed = passed(cx, block);
        let mut read = |reg: Reg| {
            if reg.as_virtual().is_some_and(|index| defined[index as usize] != Some(block)) {
                exposed.push((reg, block));
            }
        };
        passed.into_iter().for_each(&mut read);
        for (inst, _) in code[block].as_ref().expect("all blocks are lowered") {
            M::visit(&mut inst.clone(), &mut |reg, role| {
                if is_use(role) {
                    read(cx.resolve(*reg));
                }
            });
        }
    }
    exposed.sort_unstable_by_key(|&(reg, block)| (reg, block.as_u32()));
    exposed.dedup();

    let mut live_out: SecondaryMap<Block, Vec<Reg>> = SecondaryMap::new();
    let mut last: SecondaryMap<Block, Option<Reg>> = SecondaryMap::new();
    let mut entries = 0;
    for (reg, block) in exposed {
        let home = defined[reg.as_virtual().expect("virtual") as usize];
        let mut above = vec![block];
        while let Some(block) = above.pop() {
            for pred in order.cfg.pred_iter(block).map(|pred| pred.block) {
                if last[pred] == Some(reg) {
                    continue;
                }
                last[pred] = Some(reg);
                live_out[pred].push(reg);
                entries += 1;
                if home != Some(pred) {
                    above.push(pred);
                }
            }
        }
        if entries > MOST_ENTRIES {
            return None;
        }
    }
    Some(live_out)
}
