//! Bounds checks of software bounds: what cannot fail is dropped, and several become one.
//!
//! A check is a trap if an address is above the last one that the memory has room for.
//!
//! - A check that cannot fail is dropped: indices that were masked, loops over arrays of constant size, an access below
//!   one that was checked.
//! - Checks of `p + 4`, `p + 8`, ... become one, at the first, where nothing lies between that anybody could tell from
//!   a trap before it: no store, call, or other trap.
//! - A check of `p + 4` is one of `p` where that sum cannot wrap: no instruction for the sum.
//!
//! Exact: a module traps where it would have trapped, before the same effects. The reported offset is that of the first
//! of the accesses that share a check.

use super::known::Known;
use super::range::Range;
use crate::codegen::flow::Flow;
use crate::codegen::lower::has_effect;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{Inst, InstBuilder, InstructionData, Opcode, TrapCode, Value, types};

/// A check that later ones can join.
struct Open {
    inst: Inst,
    root: Value,
    /// What the root may be: this, and the check is passed.
    allowed: Range,
}

/// The checks of one block.
pub(super) struct Checks {
    code: TrapCode,
    open: Vec<Open>,
}

impl Checks {
    /// Those that trap with `code`.
    pub fn new(code: TrapCode) -> Checks {
        Checks { code, open: Vec::new() }
    }

    /// Looks at the next instruction of the block.
    pub fn next(&mut self, flow: &mut Flow, known: &mut Known, inst: Inst) {
        let is_check = matches!(flow.func.dfg.insts[inst],
            InstructionData::CondTrap { opcode: Opcode::Trapnz, code, .. } if code == self.code);
        if !is_check {
            let opcode = flow.func.dfg.insts[inst].opcode();
            let only_loads = opcode.can_load() && !opcode.can_store() && !opcode.is_call();
            if has_effect(flow.func, inst) && !only_loads {
                self.open.clear();
            }
            return;
        }
        let Some((address, last)) = limit(flow, inst) else {
            self.open.clear();
            return;
        };
        let inside = Range::new(0, last);
        if inside.covers(known.range(flow, address)) {
            flow.func.layout.remove_inst(inst);
            return;
        }
        let (root, constant) = flow.strip(address);
        let allowed = inside.shift((constant as u32).wrapping_neg());
        // Joined with an earlier one of the same root.
        if let Some(earlier) = self.open.iter_mut().find(|earlier| earlier.root == root)
            && let Some(both) = earlier.allowed.exact_meet(allowed)
        {
            earlier.allowed = both;
            let (first, root) = (earlier.inst, earlier.root);
            // What has been learnt since then of other values stays true; of this root, it is this.
            known.learn(flow, root, both);
            require(flow, first, root, both);
            flow.func.layout.remove_inst(inst);
            return;
        }
        // With what is known of the root, perhaps its upper end alone decides.
        let before = known.range(flow, root);
        let needed = before.exact_meet(allowed);
        if constant != 0
            && let Some(needed) =
                needed.filter(|needed| needed.start == before.start && before.start == before.unsigned().0)
        {
            require(flow, inst, root, Range::new(0, needed.end()));
        }
        known.learn(flow, root, allowed);
        self.open.push(Open { inst, root, allowed: needed.unwrap_or(allowed) });
    }
}

/// Of a check: the address, and the last one that passes.
fn limit(flow: &Flow, inst: Inst) -> Option<(Value, u32)> {
    let condition = flow.func.dfg.inst_args(inst)[0];
    let comparison = flow.func.dfg.value_def(condition).inst()?;
    let InstructionData::IntCompare { cond, args: [x, y], .. } = flow.func.dfg.insts[comparison] else { return None };
    if flow.func.dfg.value_type(x) != types::I32 {
        return None;
    }
    let (cond, address, other) = match (flow.constant(x), flow.constant(y)) {
        (None, Some(other)) => (cond, x, other as u32),
        (Some(other), None) => (cond.swap_args(), y, other as u32),
        _ => return None,
    };
    match cond {
        IntCC::UnsignedGreaterThan => Some((address, other)),
        IntCC::UnsignedGreaterThanOrEqual => Some((address, other.checked_sub(1)?)),
        _ => None,
    }
}

/// Lets a check trap unless `root` is in `allowed`.
fn require(flow: &mut Flow, check: Inst, root: Value, allowed: Range) {
    let mut cursor = FuncCursor::new(flow.func).at_inst(check);
    cursor.set_srcloc(cursor.func.srcloc(check));
    let offset = match allowed.start {
        0 => root,
        start => {
            let less = cursor.ins().iconst(types::I32, i64::from(start.wrapping_neg() as i32));
            cursor.ins().iadd(root, less)
        }
    };
    let width = cursor.ins().iconst(types::I32, i64::from(allowed.width as i32));
    let beyond = cursor.ins().icmp(IntCC::UnsignedGreaterThan, offset, width);
    flow.func.dfg.inst_args_mut(check)[0] = beyond;
}
