//! Loops: how often the head runs, and what its parameters can be.
//!
//! A parameter that each turn adds the same constant to is `first + step * turn`. What is certain of it wherever the
//! loop goes back to its head bounds the number of turns, and that bounds all other such parameters.

use super::known::{Known, condition, implied};
use super::range::Range;
use crate::codegen::flow::{Flow, incoming};
use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{Block, InstructionData, Value, types};

/// A parameter that moves by a constant.
struct Moving {
    param: Value,
    first: Vec<Value>,
    /// Of each way back.
    next: Vec<(Block, Value)>,
    step: Option<i32>,
}

/// What a parameter of the head of a loop can be. No facts are known but those that hold everywhere.
pub(super) fn param(known: &mut Known, flow: &Flow, head: Block, param: Value) -> Range {
    let moving = moving(flow, head, param);
    let first = moving.first.iter().map(|&value| known.range(flow, value)).reduce(Range::join).unwrap_or(Range::FULL);
    let mut range = Range::FULL;
    if let Some(step) = moving.step
        && let Some(turns) = turns(known, flow, head)
    {
        range = range.meet(after(first, step, turns - 1));
    }
    // What is passed back was passed on some way back.
    let mut back = Some(first);
    for &(latch, value) in &moving.next {
        let there = on_the_way_back(known, flow, head, latch, value);
        back = back.zip(there).map(|(back, there)| back.join(there));
    }
    range.meet(back.unwrap_or(Range::FULL))
}

fn moving(flow: &Flow, head: Block, param: Value) -> Moving {
    let turn = flow.loops.is_loop_header(head).expect("the head of a loop");
    let (next, first): (Vec<_>, Vec<_>) =
        incoming(flow, head, param).into_iter().partition(|&(from, _)| flow.loops.is_in_loop(from, turn));
    let steps = next.iter().map(|&(_, value)| match flow.strip(value) {
        (root, step) if root == param => Some(step),
        _ => None,
    });
    let step = steps.reduce(|a, b| if a == b { a } else { None }).flatten();
    Moving { param, first: first.into_iter().map(|(_, value)| value).collect(), next, step }
}

/// `first`, and what up to `count` steps from there lead to.
fn after(first: Range, step: i32, count: u32) -> Range {
    let Some(way) = step.unsigned_abs().checked_mul(count) else { return Range::FULL };
    let moved = Range { start: if step < 0 { 0u32.wrapping_sub(way) } else { 0 }, width: way };
    first.add(moved)
}

/// The range of `value`, passed from `latch` to the head, by the conditions on the way to there and by what it is.
fn on_the_way_back(known: &mut Known, flow: &Flow, head: Block, latch: Block, value: Value) -> Option<Range> {
    let mark = known.mark();
    for (condition, holds) in conditions(flow, head, latch) {
        known.learn_condition(flow, condition, holds);
    }
    let range = known.range(flow, value);
    known.forget(mark);
    Some(range).filter(|range| range.width != u32::MAX)
}

/// Conditions that hold whenever `latch` goes back to the head.
fn conditions(flow: &Flow, head: Block, latch: Block) -> Vec<(Value, bool)> {
    let mut conditions: Vec<_> = condition(flow, latch, head).into_iter().collect();
    let mut block = latch;
    while block != head {
        let mut preds = flow.cfg.pred_iter(block);
        if let (Some(pred), None) = (preds.next(), preds.next()) {
            conditions.extend(condition(flow, pred.block, block));
        }
        match flow.domtree.idom(block) {
            Some(next) => block = next,
            None => break,
        }
    }
    conditions
}

/// How often the head runs at most, each time that the loop is entered. At least 1.
fn turns(known: &mut Known, flow: &Flow, head: Block) -> Option<u32> {
    if let Some(&turns) = known.turns.get(&head) {
        return turns;
    }
    known.turns.insert(head, None);
    let params = flow.func.dfg.block_params(head).iter().filter(|&&p| flow.func.dfg.value_type(p) == types::I32);
    let all: Vec<Moving> = params.map(|&param| moving(flow, head, param)).collect();
    let least = all.iter().filter_map(|moving| bound(known, flow, head, moving)).min();
    known.turns.insert(head, least);
    least
}

/// How often a loop of one block, whose branch is its only way out, runs each time that it is entered.
pub fn exact(flow: &Flow, head: Block) -> Option<u32> {
    let (condition, holds) = condition(flow, head, head)?;
    flow.func.dfg.block_params(head).iter().find_map(|&param| {
        let moving = moving(flow, head, param);
        let step = moving.step.filter(|&step| step != 0)?;
        let (&[first], [_]) = (moving.first.as_slice(), moving.next.as_slice()) else { return None };
        let (last, constant) = differs(flow, condition, holds, param)?;
        distance(flow, first, last, constant, step)
    })
}

/// A bound on the turns by what is certain of one parameter on the only way back.
fn bound(known: &mut Known, flow: &Flow, head: Block, moving: &Moving) -> Option<u32> {
    let step = moving.step.filter(|&step| step != 0)?;
    let (&[first], &[(latch, _)]) = (moving.first.as_slice(), moving.next.as_slice()) else { return None };
    let mut least: Option<u32> = None;
    for (condition, holds) in conditions(flow, head, latch) {
        let by_difference = differs(flow, condition, holds, moving.param)
            .and_then(|(last, constant)| distance(flow, first, last, constant, step));
        let by_range = implied(flow, known, condition, holds)
            .into_iter()
            .filter_map(|(value, range)| match flow.strip(value) {
                (root, constant) if root == moving.param => Some(range.shift((constant as u32).wrapping_neg())),
                _ => None,
            })
            .filter_map(|range| steps_within(known.range(flow, first), range, step))
            .min();
        for turns in [by_difference, by_range].into_iter().flatten() {
            least = Some(least.map_or(turns, |least| least.min(turns)));
        }
    }
    least
}

/// The condition says that `param` is not `value + constant`.
fn differs(flow: &Flow, condition: Value, holds: bool, param: Value) -> Option<(Option<Value>, i32)> {
    let relative = |x: Value| match flow.strip(x) {
        (root, constant) if root == param => Some(constant),
        _ => None,
    };
    let comparison = flow.func.dfg.value_def(condition).inst().map(|inst| flow.func.dfg.insts[inst]);
    let Some(InstructionData::IntCompare { cond, args: [x, y], .. }) = comparison else {
        // The condition is the value itself.
        return relative(condition).filter(|_| holds).map(|constant| (None, constant.wrapping_neg()));
    };
    let cond = if holds { cond } else { cond.complement() };
    if cond != IntCC::NotEqual {
        return None;
    }
    let (constant, other) = match (relative(x), relative(y)) {
        (Some(constant), None) => (constant, y),
        (None, Some(constant)) => (constant, x),
        _ => return None,
    };
    Some(match flow.constant(other) {
        Some(last) => (None, last.wrapping_sub(constant)),
        None => {
            let (root, more) = flow.strip(other);
            (Some(root), more.wrapping_sub(constant))
        }
    })
}

/// Turns of a head whose parameter starts at `first`, moves by `step`, and does not go on from `last + constant`, if it
/// meets that exactly.
fn distance(flow: &Flow, first: Value, last: Option<Value>, constant: i32, step: i32) -> Option<u32> {
    let way = match (flow.constant(first), last) {
        (Some(first), None) => constant.wrapping_sub(first),
        (None, Some(last)) => match flow.strip(first) {
            (root, more) if root == last => constant.wrapping_sub(more),
            _ => return None,
        },
        _ => return None,
    };
    let way = if step < 0 { way.wrapping_neg() } else { way } as u32;
    let step = step.unsigned_abs();
    (way % step == 0).then(|| way / step).and_then(|steps| steps.checked_add(1))
}

/// Turns of a head whose parameter starts in `first`, moves by `step`, and does not go on from outside `range`.
fn steps_within(first: Range, range: Range, step: i32) -> Option<u32> {
    // The parameter cannot step over all that is outside.
    let outside = range.complement()?;
    if outside.width < step.unsigned_abs() - 1 {
        return None;
    }
    let way = if step < 0 { first.end().wrapping_sub(range.start) } else { range.end().wrapping_sub(first.start) };
    // All first values are inside: they move to the end of the range, and then once more. If not, each is outside at
    // once, or may be anywhere.
    range.covers(first).then(|| way / step.unsigned_abs()).and_then(|steps| steps.checked_add(2))
}
