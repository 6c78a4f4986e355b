//! Masks that change nothing: of what is small, and of what is only compared.

use super::known::Known;
use super::range::Range;
use crate::codegen::flow::Flow;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Inst, InstructionData, Opcode, Value, types};

/// Simplifies one instruction, if it masks or compares what is masked.
pub(super) fn simplify(flow: &mut Flow, known: &mut Known, inst: Inst) {
    match flow.func.dfg.insts[inst] {
        InstructionData::Binary { opcode: Opcode::Band, .. } => {
            let result = flow.func.dfg.first_result(inst);
            if let Some((value, mask)) = masked(flow, result)
                && Range::new(0, mask).covers(known.range(flow, value))
            {
                flow.func.layout.remove_inst(inst);
                flow.func.dfg.clear_results(inst);
                flow.func.dfg.change_to_alias(result, value);
            }
        }
        InstructionData::IntCompare { cond, args: [x, y], .. } => {
            if let Some((value, mask)) = masked(flow, x)
                && let Some(constant) = flow.constant(y)
                && decides(cond, constant as u32, mask, known.range(flow, value))
            {
                flow.func.dfg.inst_args_mut(inst)[0] = value;
            }
        }
        _ => {}
    }
}

/// `value & mask`, the mask being the lowest bits.
fn masked(flow: &Flow, value: Value) -> Option<(Value, u32)> {
    if flow.func.dfg.value_type(value) != types::I32 {
        return None;
    }
    let inst = flow.func.dfg.value_def(value).inst()?;
    let InstructionData::Binary { opcode: Opcode::Band, args: [x, y] } = flow.func.dfg.insts[inst] else { return None };
    let (value, mask) = match (flow.constant(x), flow.constant(y)) {
        (None, Some(mask)) => (x, mask as u32),
        (Some(mask), None) => (y, mask as u32),
        _ => return None,
    };
    (mask != u32::MAX && mask & mask.wrapping_add(1) == 0).then_some((value, mask))
}

/// Does every value of `range` compare with `constant` as its masked self does?
fn decides(cond: IntCC, constant: u32, mask: u32, range: Range) -> bool {
    if constant > mask {
        return false;
    }
    match cond {
        // No other value of the range has these low bits.
        IntCC::Equal | IntCC::NotEqual => {
            Range::new(constant.wrapping_sub(mask), constant.wrapping_add(mask)).covers(range)
        }
        // What is below 0 is above the constant, masked as well as unmasked.
        IntCC::UnsignedLessThan | IntCC::UnsignedGreaterThanOrEqual => {
            Range::new(constant.wrapping_sub(mask).wrapping_sub(1), mask).covers(range)
        }
        IntCC::UnsignedLessThanOrEqual | IntCC::UnsignedGreaterThan => {
            Range::new(constant.wrapping_sub(mask), mask).covers(range)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(cond: IntCC, x: u32, y: u32) -> bool {
        match cond {
            IntCC::Equal => x == y,
            IntCC::NotEqual => x != y,
            IntCC::UnsignedLessThan => x < y,
            IntCC::UnsignedLessThanOrEqual => x <= y,
            IntCC::UnsignedGreaterThan => x > y,
            _ => x >= y,
        }
    }

    /// Every range of small numbers and their negatives, every constant, a mask of three bits.
    #[test]
    fn what_decides_is_right() {
        let conds = [
            IntCC::Equal,
            IntCC::NotEqual,
            IntCC::UnsignedLessThan,
            IntCC::UnsignedLessThanOrEqual,
            IntCC::UnsignedGreaterThan,
            IntCC::UnsignedGreaterThanOrEqual,
        ];
        let mut decided = 0;
        for (start, width) in (-20..20i32).flat_map(|start| (0..30u32).map(move |width| (start, width))) {
            let range = Range { start: start as u32, width };
            for (constant, cond) in (0..9).flat_map(|constant| conds.map(|cond| (constant, cond))) {
                if decides(cond, constant, 7, range) {
                    decided += 1;
                    for x in (0..=width).map(|offset| range.start.wrapping_add(offset)) {
                        assert_eq!(holds(cond, x, constant), holds(cond, x & 7, constant), "{x:#x} {cond} {constant}");
                    }
                }
            }
        }
        assert!(decided > 1000, "{decided}");
    }
}
