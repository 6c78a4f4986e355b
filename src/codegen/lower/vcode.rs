//! A function as machine instructions with virtual registers, as regalloc2 sees it.

use super::blocks::{BlockIndex, Lowered, Order, destinations};
use super::context::{Context, Unsupported, has_effect};
use super::hoist::{self, Code};
use super::{LowerError, Machine};
use crate::board::Cpu;
use crate::codegen::reg::Reg;
use crate::codegen::translate::Translated;
use crate::ingest::Unit;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir;
use regalloc2::{
    Block, Inst, InstRange, Operand, OperandConstraint, OperandKind, OperandPos, PReg, PRegSet, RegClass, VReg,
};

/// What an instruction does with a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Use,
    /// Read after the first result may have been written.
    UseLate,
    Def,
    /// Written before all operands have been read.
    DefEarly,
    /// Written; the same register as the operand of this index (counted over virtual registers only).
    Reuse(usize),
    FixedUse(u8),
    FixedDef(u8),
}

/// Instructions of all blocks, in the order that the allocator sees.
pub struct VCode<M: Machine> {
    pub unit: Unit,
    pub insts: Vec<M::Inst>,
    /// Wasm offset of each instruction.
    pub locations: Vec<Option<u32>>,
    /// Instructions of each block: `ranges[i]..ranges[i + 1]`.
    pub ranges: Vec<u32>,
    /// All blocks in the order of emission.
    pub layout: Vec<BlockIndex>,
    /// Largest outgoing area, in words.
    pub outgoing_words: u32,
    pub has_calls: bool,
    /// Emission keeps the text of its instructions.
    pub listing: bool,
    operands: Vec<Operand>,
    operand_ranges: Vec<u32>,
    clobbers: Vec<PRegSet>,
    succs: Vec<Vec<Block>>,
    preds: Vec<Vec<Block>>,
    params: Vec<Vec<VReg>>,
    /// For each block, the arguments for each successor.
    args: Vec<Vec<Vec<VReg>>>,
    classes: Vec<RegClass>,
}

impl<M: Machine> VCode<M> {
    pub fn block_count(&self) -> usize {
        self.ranges.len() - 1
    }

    pub fn block_range(&self, block: BlockIndex) -> std::ops::Range<usize> {
        self.ranges[block.0 as usize] as usize..self.ranges[block.0 as usize + 1] as usize
    }

    /// The instructions in text form, before allocation.
    pub fn listing(&self) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        for block in 0..self.block_count() {
            let _ = writeln!(text, "block{block}:");
            for inst in &self.insts[self.block_range(BlockIndex(block as u32))] {
                let _ = writeln!(text, "    {inst:?}");
            }
        }
        text
    }
}

pub(super) type BlockCode<I> = Vec<(I, Option<u32>)>;

/// Lowers all blocks.
pub(super) fn build<M: Machine>(unit: Unit, cpu: &Cpu, translated: &Translated) -> Result<VCode<M>, LowerError> {
    let func = &translated.func;
    let order = Order::compute(func);
    let mut cx = Context::<M>::new(unit, cpu, translated);
    let mut code: Code<M> = SecondaryMap::new();
    for &block in &order.uses_first {
        code[block] = Some(lower_block(&mut cx, block, &order)?);
    }
    hoist::constants(&mut cx, &order, &mut code);

    let mut vcode = VCode {
        unit,
        insts: Vec::new(),
        locations: Vec::new(),
        ranges: vec![0],
        layout: order.layout.clone(),
        outgoing_words: cx.outgoing_words,
        has_calls: cx.has_calls,
        listing: false,
        operands: Vec::new(),
        operand_ranges: vec![0],
        clobbers: Vec::new(),
        succs: Vec::new(),
        preds: vec![Vec::new(); order.blocks.len()],
        params: Vec::new(),
        args: Vec::new(),
        classes: Vec::new(),
    };
    let entry = func.layout.entry_block();
    for (index, lowered) in order.blocks.iter().enumerate() {
        let (succs, args) = match *lowered {
            Lowered::Original(block) => {
                for (inst, location) in code[block].take().expect("every block in the order was lowered") {
                    vcode.push(&cx, inst, location);
                }
                let calls = destinations(func, block);
                let targets = &order.targets[block];
                let args = calls.iter().zip(targets).map(|(call, target)| match order.blocks[target.0 as usize] {
                    // The edge's own block passes the arguments on.
                    Lowered::Edge { .. } => Vec::new(),
                    Lowered::Original(_) => vregs(&mut cx, call),
                });
                (targets.iter().map(|t| Block::new(t.0 as usize)).collect::<Vec<_>>(), args.collect::<Vec<_>>())
            }
            Lowered::Edge { branch, successor } => {
                let block = func.layout.inst_block(branch).expect("the branch is in the layout");
                let call = &destinations(func, block)[successor];
                let target = order.index[call.block(&func.dfg.value_lists)].expect("a successor is reachable");
                vcode.push(&cx, M::jump(target), None);
                (vec![Block::new(target.0 as usize)], vec![vregs(&mut cx, call)])
            }
        };
        for succ in &succs {
            vcode.preds[succ.index()].push(Block::new(index));
        }
        vcode.succs.push(succs);
        vcode.args.push(args);
        vcode.params.push(match *lowered {
            Lowered::Original(block) if Some(block) != entry => {
                let params = func.dfg.block_params(block).to_vec();
                let words: Vec<Reg> = params.iter().flat_map(|&p| cx.def_words(p)).collect();
                words.into_iter().map(|r| cx.vreg(cx.resolve(r))).collect()
            }
            _ => Vec::new(),
        });
        vcode.ranges.push(vcode.insts.len() as u32);
    }
    vcode.classes = cx.into_classes();
    Ok(vcode)
}

/// The registers that a branch passes to a block.
pub(super) fn arguments<M: Machine>(cx: &mut Context<'_, M>, call: &ir::BlockCall) -> Vec<Reg> {
    let values: Vec<ir::Value> =
        call.args(&cx.func.dfg.value_lists).map(|a| a.as_value().expect("plain arguments")).collect();
    let words: Vec<Reg> = values.iter().flat_map(|&v| cx.words(v)).collect();
    words.into_iter().map(|reg| cx.resolve(reg)).collect()
}

fn vregs<M: Machine>(cx: &mut Context<'_, M>, call: &ir::BlockCall) -> Vec<VReg> {
    arguments(cx, call).into_iter().map(|reg| cx.vreg(reg)).collect()
}

/// Takes the instructions that were just lowered, last first, but for those whose results nobody reads: one half of a
/// pair, a constant that was folded after all.
fn keep_needed<M: Machine>(cx: &mut Context<'_, M>, location: Option<u32>, reversed: &mut BlockCode<M::Inst>) {
    for mut inst in std::mem::take(&mut cx.out).into_iter().rev() {
        let (mut uses, mut needed) = (Vec::new(), !M::is_pure(&inst));
        M::visit(&mut inst, &mut |reg, role| match role {
            Role::Use | Role::UseLate | Role::FixedUse(_) => uses.push(*reg),
            Role::Def | Role::DefEarly | Role::Reuse(_) | Role::FixedDef(_) => needed |= cx.is_live(*reg),
        });
        if needed {
            uses.into_iter().for_each(|reg| {
                let reg = cx.resolve(reg);
                cx.mark_live(reg);
            });
            reversed.push((inst, location));
        }
    }
}

fn lower_block<M: Machine>(
    cx: &mut Context<'_, M>,
    block: ir::Block,
    order: &Order,
) -> Result<BlockCode<M::Inst>, LowerError> {
    let func = cx.func;
    let mut reversed = Vec::new();
    // Arguments of the block's branches are uses, whoever passes them on.
    for call in destinations(func, block) {
        arguments(cx, call).into_iter().for_each(|reg| cx.mark_live(reg));
    }
    for inst in func.layout.block_insts(block).rev() {
        let needed = has_effect(func, inst) || func.dfg.inst_results(inst).iter().any(|&result| cx.is_used(result));
        if !needed || cx.is_done(inst) {
            continue;
        }
        let location = func.srcloc(inst);
        let location = (!location.is_default()).then(|| location.bits());
        let selected = if func.dfg.insts[inst].opcode().is_terminator() {
            M::select_terminator(cx, inst, &order.targets[block])
        } else {
            M::select(cx, inst)
        };
        selected.map_err(|Unsupported(operator)| LowerError::Unsupported { operator, offset: location })?;
        keep_needed(cx, location, &mut reversed);
    }
    if Some(block) == func.layout.entry_block() {
        let params = func.dfg.block_params(block).to_vec();
        M::select_entry(cx, &params);
        keep_needed(cx, None, &mut reversed);
    }
    reversed.reverse();
    Ok(reversed)
}

impl<M: Machine> VCode<M> {
    fn push(&mut self, cx: &Context<'_, M>, mut inst: M::Inst, location: Option<u32>) {
        let operands = &mut self.operands;
        M::visit(&mut inst, &mut |reg, role| {
            if reg.as_physical().is_some() {
                return;
            }
            *reg = cx.resolve(*reg);
            let (constraint, kind, pos) = match role {
                Role::Use => (OperandConstraint::Reg, OperandKind::Use, OperandPos::Early),
                Role::UseLate => (OperandConstraint::Reg, OperandKind::Use, OperandPos::Late),
                Role::Def => (OperandConstraint::Reg, OperandKind::Def, OperandPos::Late),
                Role::DefEarly => (OperandConstraint::Reg, OperandKind::Def, OperandPos::Early),
                Role::Reuse(index) => (OperandConstraint::Reuse(index), OperandKind::Def, OperandPos::Late),
                Role::FixedUse(p) => (fixed(p), OperandKind::Use, OperandPos::Early),
                Role::FixedDef(p) => (fixed(p), OperandKind::Def, OperandPos::Late),
            };
            operands.push(Operand::new(cx.vreg(*reg), constraint, kind, pos));
        });
        self.operand_ranges.push(self.operands.len() as u32);
        self.clobbers.push(M::clobbers(&inst));
        self.insts.push(inst);
        self.locations.push(location);
    }
}

fn fixed(number: u8) -> OperandConstraint {
    OperandConstraint::FixedReg(PReg::new(number as usize, RegClass::Int))
}

impl<M: Machine> regalloc2::Function for VCode<M> {
    fn num_insts(&self) -> usize {
        self.insts.len()
    }

    fn num_blocks(&self) -> usize {
        self.block_count()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    fn block_insns(&self, block: Block) -> InstRange {
        InstRange::new(
            Inst::new(self.ranges[block.index()] as usize),
            Inst::new(self.ranges[block.index() + 1] as usize),
        )
    }

    fn block_succs(&self, block: Block) -> &[Block] {
        &self.succs[block.index()]
    }

    fn block_preds(&self, block: Block) -> &[Block] {
        &self.preds[block.index()]
    }

    fn block_params(&self, block: Block) -> &[VReg] {
        &self.params[block.index()]
    }

    fn is_ret(&self, inst: Inst) -> bool {
        M::is_return(&self.insts[inst.index()])
    }

    fn is_branch(&self, inst: Inst) -> bool {
        M::is_branch(&self.insts[inst.index()])
    }

    fn branch_blockparams(&self, block: Block, _inst: Inst, successor: usize) -> &[VReg] {
        &self.args[block.index()][successor]
    }

    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        let start = self.operand_ranges[inst.index()] as usize;
        &self.operands[start..self.operand_ranges[inst.index() + 1] as usize]
    }

    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        self.clobbers[inst.index()]
    }

    fn num_vregs(&self) -> usize {
        self.classes.len()
    }

    fn spillslot_size(&self, class: RegClass) -> usize {
        M::spill_words(class)
    }
}
