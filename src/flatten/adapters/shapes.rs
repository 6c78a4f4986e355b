//! Runs of operators that adapters have in exactly this shape, and that have a better one.

use super::{Length, Step};
use wasmparser::Operator;

/// The memory that a load or store names.
pub fn memory_of(operator: &Operator) -> Option<u32> {
    use Operator::*;
    match operator {
        I32Load { memarg }
        | I64Load { memarg }
        | F32Load { memarg }
        | F64Load { memarg }
        | I32Load8S { memarg }
        | I32Load8U { memarg }
        | I32Load16S { memarg }
        | I32Load16U { memarg }
        | I64Load8S { memarg }
        | I64Load8U { memarg }
        | I64Load16S { memarg }
        | I64Load16U { memarg }
        | I64Load32S { memarg }
        | I64Load32U { memarg }
        | I32Store { memarg }
        | I64Store { memarg }
        | F32Store { memarg }
        | F64Store { memarg }
        | I32Store8 { memarg }
        | I32Store16 { memarg }
        | I64Store8 { memarg }
        | I64Store16 { memarg }
        | I64Store32 { memarg } => Some(memarg.memory),
        _ => None,
    }
}

/// Operators of a [`bounds_check`].
pub const BOUNDS_CHECK: usize = 11;

/// `memory.size << 16 >= pointer + length` and the branch out of the outer block: memory, pointer and length.
pub fn bounds_check(next: &[Operator]) -> Option<(u32, u32, Length)> {
    let [
        Operator::MemorySize { mem },
        Operator::I64ExtendI32U,
        Operator::I64Const { .. },
        Operator::I64Shl,
        Operator::LocalGet { local_index: pointer },
        Operator::I64ExtendI32U,
        length,
        Operator::I64ExtendI32U,
        Operator::I64Add,
        Operator::I64GeU,
        Operator::BrIf { relative_depth: 1 },
        ..,
    ] = next
    else {
        return None;
    };
    let length = match length {
        Operator::LocalGet { local_index } => Length::Local(*local_index),
        Operator::I32Const { value } => Length::Constant(*value),
        _ => return None,
    };
    Some((*mem, *pointer, length))
}

/// A loop that copies elements as they are, from one memory to another: all of it as one copy, and how many operators it
/// was. Afterwards nothing reads its pointers and its count.
pub fn copy_loop<'a>(next: &[Operator]) -> Option<(Step<'a>, usize)> {
    let mut operators = next.iter();
    let Operator::Loop { .. } = operators.next()? else { return None };
    let mut operators = operators.as_slice();
    let mut memories = None;
    let mut locals = None;
    // Pairs of a load and a store: no byte of the element may be left out, or be written twice.
    let mut end = 0;
    while let [
        Operator::LocalGet { local_index: target },
        Operator::LocalGet { local_index: source },
        load,
        store,
        rest @ ..,
    ] = operators
    {
        let Some((from, to, offset, width)) = plain_copy(load, store) else { break };
        if offset != end || *memories.get_or_insert((from, to)) != (from, to) {
            return None;
        }
        if *locals.get_or_insert((*source, *target)) != (*source, *target) {
            return None;
        }
        end += width;
        operators = rest;
    }
    let ((from, to), (source, target)) = (memories?, locals?);
    let [
        Operator::LocalGet { local_index: source_1 },
        Operator::I32Const { value: source_step },
        Operator::I32Add,
        Operator::LocalSet { local_index: source_2 },
        Operator::LocalGet { local_index: target_1 },
        Operator::I32Const { value: target_step },
        Operator::I32Add,
        Operator::LocalSet { local_index: target_2 },
        Operator::LocalGet { local_index: count },
        Operator::I32Const { value: -1 },
        Operator::I32Add,
        Operator::LocalTee { local_index: count_1 },
        Operator::BrIf { relative_depth: 0 },
        Operator::End,
        rest @ ..,
    ] = operators
    else {
        return None;
    };
    let size = u32::try_from(end).ok()?;
    let same = [*source_1, *source_2] == [source; 2] && [*target_1, *target_2] == [target; 2] && count == count_1;
    let steps = *source_step == size as i32 && *target_step == size as i32;
    (same && steps).then(|| (Step::Copy { from, to, source, target, count: *count, size }, next.len() - rest.len()))
}

/// A load and a store that move bytes and change none: memories, offset and width.
pub fn plain_copy(load: &Operator, store: &Operator) -> Option<(u32, u32, u64, u64)> {
    use Operator::*;
    let (from, to, width) = match (load, store) {
        (I32Load8U { memarg: from } | I32Load8S { memarg: from }, I32Store8 { memarg: to }) => (from, to, 1),
        (I32Load16U { memarg: from } | I32Load16S { memarg: from }, I32Store16 { memarg: to }) => (from, to, 2),
        (I32Load { memarg: from }, I32Store { memarg: to }) => (from, to, 4),
        (F32Load { memarg: from }, F32Store { memarg: to }) => (from, to, 4),
        (I64Load { memarg: from }, I64Store { memarg: to }) => (from, to, 8),
        (F64Load { memarg: from }, F64Store { memarg: to }) => (from, to, 8),
        _ => return None,
    };
    (from.offset == to.offset).then_some((from.memory, to.memory, from.offset, width))
}
