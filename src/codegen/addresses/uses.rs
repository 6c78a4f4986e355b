//! Who reads each value, and how.

use crate::codegen::flow::{Flow, passed};
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, Inst, InstructionData, Value};

#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
    /// Added to a base, for accesses only.
    Address,
    /// A constant is added; the sum.
    Step(Value),
    /// Compared for equality with the other value.
    Equal {
        inst: Inst,
        other: Value,
    },
    /// Passed to this parameter of a block.
    Passed(Value),
    Other,
}

pub(super) struct Uses {
    of: SecondaryMap<Value, Vec<Use>>,
}

impl Uses {
    pub fn compute(flow: &Flow, is_base: &impl Fn(&ir::ExternalName) -> bool) -> Uses {
        let func = &*flow.func;
        // Sums of a base that are read by anything but accesses.
        let mut escapes: SecondaryMap<Value, bool> = SecondaryMap::new();
        for_each(func, |inst| {
            for (index, &value) in func.dfg.inst_args(inst).iter().enumerate() {
                let address = match func.dfg.insts[inst] {
                    InstructionData::Load { .. } => true,
                    InstructionData::Store { .. } => index == 1,
                    _ => false,
                };
                escapes[value] |= !address;
            }
            for (_, value) in passed(func, inst) {
                escapes[value] = true;
            }
        });
        let mut uses = Uses { of: SecondaryMap::new() };
        for_each(func, |inst| {
            let result = func.dfg.inst_results(inst).first().copied();
            let args = func.dfg.inst_args(inst);
            match func.dfg.insts[inst] {
                InstructionData::Binary { opcode: ir::Opcode::Iadd, .. } => {
                    let result = result.expect("a sum");
                    if let Some((_, wasm)) = flow.split(result, is_base).filter(|_| !escapes[result]) {
                        uses.of[wasm].push(Use::Address);
                        return;
                    }
                    if let Some((less, _)) = flow.step(result) {
                        uses.of[less].push(Use::Step(result));
                        return;
                    }
                }
                InstructionData::IntCompare { cond: IntCC::Equal | IntCC::NotEqual, args: [x, y], .. } if x != y => {
                    uses.of[x].push(Use::Equal { inst, other: y });
                    uses.of[y].push(Use::Equal { inst, other: x });
                    return;
                }
                _ => {}
            }
            args.iter().for_each(|&value| uses.of[value].push(Use::Other));
            for (param, value) in passed(func, inst) {
                uses.of[value].push(Use::Passed(param));
            }
        });
        uses
    }

    pub fn of(&self, value: Value) -> &[Use] {
        &self.of[value]
    }

    /// Is the value itself needed, whatever becomes of addresses?
    pub fn is_needed(&self, value: Value) -> bool {
        self.of(value).iter().any(|r#use| !matches!(r#use, Use::Address | Use::Step(_)))
    }
}

fn for_each(func: &ir::Function, mut visit: impl FnMut(Inst)) {
    for block in func.layout.blocks() {
        func.layout.block_insts(block).for_each(&mut visit);
    }
}
