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
//! dead     what nobody needs any more goes
//! ```
//!
//! Bounds checks compare wasm addresses, and are not touched.

mod dead;
mod rewrite;
mod uses;
mod webs;

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{self, Block, GlobalValue, Inst, Value, ValueDef};
use cranelift_codegen::loop_analysis::LoopAnalysis;
use std::collections::BTreeMap;

/// How much more often code runs inside a loop than around it, for comparisons.
const TURNS: u64 = 8;

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

/// What the steps share of a function.
struct Shape<'a> {
    func: &'a mut ir::Function,
    cfg: ControlFlowGraph,
    domtree: DominatorTree,
    loops: LoopAnalysis,
}

/// Reshapes the addresses of a function; `is_base` says which symbols are bases of linear memories.
pub fn shape(mut func: ir::Function, is_base: impl Fn(&ir::ExternalName) -> bool) -> ir::Function {
    func.dfg.resolve_all_aliases();
    let cfg = ControlFlowGraph::with_function(&func);
    let domtree = DominatorTree::with_function(&func, &cfg);
    let mut loops = LoopAnalysis::new();
    loops.compute(&func, &cfg, &domtree);
    let mut shape = Shape { func: &mut func, cfg, domtree, loops };
    let groups = shape.groups(&is_base);
    if !groups.is_empty() {
        let uses = uses::Uses::compute(&shape, &is_base);
        let webs = webs::choose(&shape, &uses, &groups);
        rewrite::rewrite(&mut shape, &uses, groups, webs);
        dead::remove(&mut func);
    }
    func
}

impl Shape<'_> {
    /// How often a block runs, for comparisons.
    fn weight(&self, block: Block) -> u64 {
        TURNS.pow(self.loops.loop_level(block).level().min(8) as u32)
    }

    /// The block that defines a value.
    fn block_of(&self, value: Value) -> Block {
        match self.func.dfg.value_def(value) {
            ValueDef::Param(block, _) => block,
            ValueDef::Result(inst, _) => self.func.layout.inst_block(inst).expect("definitions are in the layout"),
            ValueDef::Union(..) => unreachable!("the mid-end leaves no unions"),
        }
    }

    /// The closest block that dominates both.
    fn common_dominator(&self, mut a: Block, b: Block) -> Block {
        while !self.domtree.block_dominates(a, b) {
            a = self.domtree.idom(a).expect("the entry dominates all blocks");
        }
        a
    }

    /// The operands of a 32-bit addition.
    fn addition(&self, value: Value) -> Option<[Value; 2]> {
        let inst = self.func.dfg.value_def(value).inst()?;
        match self.func.dfg.insts[inst] {
            ir::InstructionData::Binary { opcode: ir::Opcode::Iadd, args }
                if self.func.dfg.value_type(value) == ir::types::I32 =>
            {
                Some(args)
            }
            _ => None,
        }
    }

    fn constant(&self, value: Value) -> Option<i32> {
        let inst = self.func.dfg.value_def(value).inst()?;
        match self.func.dfg.insts[inst] {
            ir::InstructionData::UnaryImm { opcode: ir::Opcode::Iconst, imm } => Some(imm.bits() as i32),
            _ => None,
        }
    }

    /// A value as a sum of another and a constant, as far as that goes.
    fn strip(&self, mut value: Value) -> (Value, i32) {
        let mut sum = 0i32;
        while let Some((less, constant)) = self.step(value) {
            value = less;
            sum = sum.wrapping_add(constant);
        }
        (value, sum)
    }

    /// `value = other + constant`.
    fn step(&self, value: Value) -> Option<(Value, i32)> {
        let [x, y] = self.addition(value)?;
        match (self.constant(x), self.constant(y)) {
            (None, Some(c)) => Some((x, c)),
            (Some(c), None) => Some((y, c)),
            _ => None,
        }
    }

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
