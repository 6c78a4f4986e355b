//! What is known of values: from how they are made, from the branches and checks that lead here, from how often a
//! loop turns.

use super::range::Range;
use super::turns;
use super::widths::widths;
use crate::codegen::flow::{Flow, incoming};
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{Block, Inst, InstructionData, Opcode, Value, ValueDef, types};
use std::collections::HashMap;

/// How many definitions back a value is followed.
const DEPTH: u32 = 6;

/// How many parameters, each passed to the next. The input does not choose how deep this recurses.
const NESTING: u32 = 16;

pub(super) struct Known {
    widths: SecondaryMap<Value, u8>,
    /// What holds at the place that is looked at, of values that are no sums with a constant.
    facts: HashMap<Value, Range>,
    /// What to put back when the walk leaves a block.
    undo: Vec<(Value, Option<Range>)>,
    /// Of block parameters, wherever they can be read. Those that are being worked out are full.
    params: HashMap<Value, Range>,
    /// Parameters that are being worked out.
    nesting: u32,
    /// For each head of a loop: how often it runs at most, each time that the loop is entered.
    pub(super) turns: HashMap<Block, Option<u32>>,
}

impl Known {
    pub fn new(flow: &Flow) -> Known {
        Known {
            widths: widths(flow),
            facts: HashMap::new(),
            undo: Vec::new(),
            params: HashMap::new(),
            nesting: 0,
            turns: HashMap::new(),
        }
    }

    /// A mark for [`Self::forget`].
    pub fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Drops the facts since a mark.
    pub fn forget(&mut self, mark: usize) {
        for (value, before) in self.undo.drain(mark..).rev() {
            match before {
                Some(range) => self.facts.insert(value, range),
                None => self.facts.remove(&value),
            };
        }
    }

    /// `value` is in `range` from here on.
    pub fn learn(&mut self, flow: &Flow, value: Value, range: Range) {
        let (root, constant) = flow.strip(value);
        if flow.constant(root).is_some() {
            return;
        }
        let range = range.shift((constant as u32).wrapping_neg());
        let before = self.facts.get(&root).copied();
        let after = before.map_or(range, |before| before.meet(range));
        self.undo.push((root, before));
        self.facts.insert(root, after);
    }

    /// `condition` is not zero, or is zero.
    pub fn learn_condition(&mut self, flow: &Flow, condition: Value, holds: bool) {
        for (value, range) in implied(flow, self, condition, holds) {
            self.learn(flow, value, range);
        }
    }

    /// All that `value`, of type i32, can be here.
    pub fn range(&mut self, flow: &Flow, value: Value) -> Range {
        self.at_depth(flow, value, DEPTH)
    }

    fn at_depth(&mut self, flow: &Flow, value: Value, depth: u32) -> Range {
        let (root, constant) = flow.strip(value);
        let narrow = match self.widths[root] {
            width @ 0..32 if flow.func.dfg.value_type(root) == types::I32 => Range::new(0, (1 << width) - 1),
            _ => Range::FULL,
        };
        let made = if depth == 0 { narrow } else { self.definition(flow, root, depth - 1).meet(narrow) };
        let range = self.facts.get(&root).map_or(made, |fact| made.meet(*fact));
        range.shift(constant as u32)
    }

    fn definition(&mut self, flow: &Flow, value: Value, depth: u32) -> Range {
        if flow.func.dfg.value_type(value) != types::I32 {
            return Range::FULL;
        }
        match flow.func.dfg.value_def(value) {
            ValueDef::Result(inst, _) => self.result(flow, inst, depth),
            ValueDef::Param(block, _) => self.param(flow, block, value),
            ValueDef::Union(..) => unreachable!("the mid-end leaves no unions"),
        }
    }

    fn result(&mut self, flow: &Flow, inst: Inst, depth: u32) -> Range {
        let dfg = &flow.func.dfg;
        match dfg.insts[inst] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Range::one(imm.bits() as u32),
            InstructionData::Load { opcode, .. } => match opcode {
                Opcode::Uload8 => Range::new(0, 0xff),
                Opcode::Uload16 => Range::new(0, 0xffff),
                Opcode::Sload8 => Range::new(-0x80i32 as u32, 0x7f),
                Opcode::Sload16 => Range::new(-0x8000i32 as u32, 0x7fff),
                _ => Range::FULL,
            },
            InstructionData::Unary { opcode, arg } => {
                let bits = dfg.value_type(arg).bits();
                match opcode {
                    Opcode::Uextend if bits < 32 => Range::new(0, (1 << bits) - 1),
                    Opcode::Sextend if bits < 32 => Range::new((-1i32 << (bits - 1)) as u32, (1 << (bits - 1)) - 1),
                    Opcode::Clz | Opcode::Ctz | Opcode::Popcnt => Range::new(0, 32),
                    _ => Range::FULL,
                }
            }
            InstructionData::Ternary { opcode: Opcode::Select, args: [_, x, y] } => {
                self.at_depth(flow, x, depth).join(self.at_depth(flow, y, depth))
            }
            InstructionData::Binary { opcode, args: [x, y] } => self.binary(flow, opcode, x, y, depth),
            _ => Range::FULL,
        }
    }

    fn binary(&mut self, flow: &Flow, opcode: Opcode, x: Value, y: Value, depth: u32) -> Range {
        let (a, b) = (self.at_depth(flow, x, depth), self.at_depth(flow, y, depth));
        let ((a_least, a_most), (b_least, b_most)) = (a.unsigned(), b.unsigned());
        // Both ends of a function that grows, or everything if it wraps.
        let ends =
            |least: u64, most: u64| u32::try_from(most).map_or(Range::FULL, |most| Range::new(least as u32, most));
        match opcode {
            Opcode::Iadd => a.add(b),
            Opcode::Isub => a.add(b.negate()),
            Opcode::Imul => ends(u64::from(a_least) * u64::from(b_least), u64::from(a_most) * u64::from(b_most)),
            Opcode::Band => Range::new(0, a_most.min(b_most)),
            // No bit above the highest of both.
            Opcode::Bor | Opcode::Bxor => {
                Range::new(0, u32::MAX.checked_shr((a_most | b_most).leading_zeros()).unwrap_or(0))
            }
            Opcode::Umin => Range::new(a_least.min(b_least), a_most.min(b_most)),
            Opcode::Umax => Range::new(a_least.max(b_least), a_most.max(b_most)),
            // A division by zero has trapped.
            Opcode::Udiv => Range::new(a_least / b_most.max(1), a_most / b_least.max(1)),
            Opcode::Urem => Range::new(0, a_most.min(b_most.saturating_sub(1))),
            Opcode::Ushr => match b.value() {
                Some(by) => Range::new(a_least >> (by & 31), a_most >> (by & 31)),
                None => Range::new(0, a_most),
            },
            Opcode::Ishl => match b.value() {
                Some(by) => ends(u64::from(a_least) << (by & 31), u64::from(a_most) << (by & 31)),
                None => Range::FULL,
            },
            _ => Range::FULL,
        }
    }

    /// A parameter, without the facts of the place that is looked at: they need not hold where it is passed.
    fn param(&mut self, flow: &Flow, block: Block, param: Value) -> Range {
        if Some(block) == flow.func.layout.entry_block() {
            return Range::FULL;
        }
        if let Some(&range) = self.params.get(&param) {
            return range;
        }
        if self.nesting == NESTING {
            return Range::FULL;
        }
        self.nesting += 1;
        self.params.insert(param, Range::FULL);
        let here = std::mem::take(&mut self.facts);
        let range = if flow.loops.is_loop_header(block).is_some() {
            turns::param(self, flow, block, param)
        } else {
            let passed = incoming(flow, block, param).into_iter().map(|(_, value)| self.at_depth(flow, value, 2));
            passed.reduce(Range::join).unwrap_or(Range::FULL)
        };
        self.facts = here;
        self.nesting -= 1;
        self.params.insert(param, range);
        range
    }
}

/// What values are in if a condition holds, or does not.
pub(super) fn implied(flow: &Flow, known: &mut Known, condition: Value, holds: bool) -> Vec<(Value, Range)> {
    let comparison = flow.func.dfg.value_def(condition).inst().map(|inst| flow.func.dfg.insts[inst]);
    let Some(InstructionData::IntCompare { cond, args: [x, y], .. }) = comparison else {
        if flow.func.dfg.value_type(condition) != types::I32 {
            return Vec::new();
        }
        return vec![(condition, if holds { Range::new(1, u32::MAX) } else { Range::one(0) })];
    };
    if flow.func.dfg.value_type(x) != types::I32 {
        return Vec::new();
    }
    let cond = if holds { cond } else { cond.complement() };
    let (of_x, of_y) = (known.range(flow, x), known.range(flow, y));
    let sides = [(x, cond, of_y), (y, cond.swap_args(), of_x)];
    sides.into_iter().filter_map(|(value, cond, other)| Some((value, within(cond, other)?))).collect()
}

/// The values that compare so with some value of `other`; `None` if that tells nothing.
fn within(cond: IntCC, other: Range) -> Option<Range> {
    let (least, most) = other.unsigned();
    // Signed order is unsigned order after a shift by 2^31.
    let (signed_least, signed_most) = other.shift(1 << 31).unsigned();
    let flip = |least: u32, most: u32| Range::new(least, most).shift(1 << 31);
    Some(match cond {
        IntCC::Equal => other,
        IntCC::NotEqual => Range::one(other.value()?).complement()?,
        IntCC::UnsignedLessThan => Range::new(0, most.checked_sub(1)?),
        IntCC::UnsignedLessThanOrEqual => Range::new(0, most),
        IntCC::UnsignedGreaterThan => Range::new(least.checked_add(1)?, u32::MAX),
        IntCC::UnsignedGreaterThanOrEqual => Range::new(least, u32::MAX),
        IntCC::SignedLessThan => flip(0, signed_most.checked_sub(1)?),
        IntCC::SignedLessThanOrEqual => flip(0, signed_most),
        IntCC::SignedGreaterThan => flip(signed_least.checked_add(1)?, u32::MAX),
        IntCC::SignedGreaterThanOrEqual => flip(signed_least, u32::MAX),
    })
    .filter(|range| range.width != u32::MAX)
}

/// The condition of the branch from `from` to `to`, and whether it holds on the way; `None` if both ways lead there.
pub(super) fn condition(flow: &Flow, from: Block, to: Block) -> Option<(Value, bool)> {
    let branch = flow.func.layout.last_inst(from)?;
    let InstructionData::Brif { arg, blocks, .. } = flow.func.dfg.insts[branch] else { return None };
    let [then, otherwise] = blocks.map(|call| call.block(&flow.func.dfg.value_lists));
    (then != otherwise).then_some((arg, to == then))
}
