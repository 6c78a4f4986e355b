//! Optimised CLIF -> the same with the addresses of linear memories as a 32-bit machine wants them.
//!
//! A native address is `base + wasm address + offset`, and all three are added modulo 2^32: the sum may be taken in any
//! order. So where several accesses go to `p + 4`, `p + 8`, ..., `base + p` is made once, and the instructions hold the
//! rest; where a table at a fixed address is indexed, `base + table` is a constant, which loops keep, and the index is
//! the instruction's; and a loop that moves a pointer moves the native one.
//!
//! ```text
//! uses     who reads each value, and how
//! webs     which block parameters become native pointers
//! rewrite  new addresses; new parameters
//! ```
//!
//! Bounds checks compare wasm addresses, and are not touched.

mod rewrite;
mod uses;
mod webs;

use super::flow::{Flow, remove_dead};
use cranelift_codegen::ir::{self, Block, GlobalValue, Inst, Value};
use std::collections::BTreeMap;

/// One load or store at `base + root + total`.
#[derive(Clone, Copy, Debug)]
struct Access {
    inst: Inst,
    block: Block,
    /// What is added to the base now: the root and a constant.
    wasm: Value,
    /// The constant and the instruction's offset.
    total: i32,
    /// The instruction's offset.
    offset: i32,
    /// Offsets that the instruction can hold.
    least: i32,
    most: i32,
    /// Can the instruction hold two registers?
    indexable: bool,
}

/// The accesses relative to one value of one base.
#[derive(Debug)]
struct Group {
    base: GlobalValue,
    root: Value,
    accesses: Vec<Access>,
}

/// Reshapes the addresses of a function; `is_base` says which symbols are bases of linear memories.
pub fn shape(func: &mut ir::Function, is_base: impl Fn(&ir::ExternalName) -> bool) {
    let mut flow = Flow::new(func);
    let groups = flow.groups(&is_base);
    if !groups.is_empty() {
        let uses = uses::Uses::compute(&flow, &is_base);
        let webs = webs::choose(&flow, &uses, &groups);
        rewrite::rewrite(&mut flow, &uses, groups, webs);
        remove_dead(func);
    }
}

impl Flow<'_> {
    /// `address = base + wasm`.
    fn split(&self, address: Value, is_base: &impl Fn(&ir::ExternalName) -> bool) -> Option<(GlobalValue, Value)> {
        let [x, y] = self.addition(address)?;
        let base = |value: Value| {
            let inst = self.func.dfg.value_def(value).inst()?;
            let ir::InstructionData::UnaryGlobalValue { global_value, .. } = self.func.dfg.insts[inst] else {
                return None;
            };
            match &self.func.global_values[global_value] {
                ir::GlobalValueData::Symbol { name, .. } if is_base(name) => Some(global_value),
                _ => None,
            }
        };
        base(x).map(|base| (base, y)).or_else(|| base(y).map(|base| (base, x)))
    }

    /// All accesses in code that can run, of linear memories at addresses that are not constant.
    fn groups(&self, is_base: &impl Fn(&ir::ExternalName) -> bool) -> Vec<Group> {
        let mut groups: BTreeMap<(Value, GlobalValue), Vec<Access>> = BTreeMap::new();
        for block in self.func.layout.blocks().filter(|&block| self.domtree.is_reachable(block)) {
            for inst in self.func.layout.block_insts(block) {
                let (address, offset, ty) = match self.func.dfg.insts[inst] {
                    ir::InstructionData::Load { arg, offset, .. } => {
                        (arg, offset, self.func.dfg.value_type(self.func.dfg.first_result(inst)))
                    }
                    ir::InstructionData::Store { args: [value, address], offset, .. } => {
                        (address, offset, self.func.dfg.value_type(value))
                    }
                    _ => continue,
                };
                let Some((base, wasm)) = self.split(address, is_base) else { continue };
                if self.constant(wasm).is_some() {
                    continue;
                }
                let (root, constant) = self.strip(wasm);
                let offset = i32::from(offset);
                let indexable = ty.is_int() && ty.bits() <= 32;
                let (least, most) = if indexable { (-255, 4095) } else { (-1016, 1016) };
                let total = constant.wrapping_add(offset);
                let access = Access { inst, block, wasm, total, offset, least, most, indexable };
                groups.entry((root, base)).or_default().push(access);
            }
        }
        groups.into_iter().map(|((root, base), accesses)| Group { base, root, accesses }).collect()
    }
}
