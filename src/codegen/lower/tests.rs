//! The allocator's checker is on where assertions are, and catches a wrong allocation.

use super::*;
use crate::board::Isa;
use crate::codegen::thumb2::Thumb2;
use crate::manifest::Optimize;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, UserFuncName, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use regalloc2::{Allocation, Function as _, OperandConstraint};

/// `(x, y) -> (x * y) - x`.
fn translated() -> Translated {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(types::I32), AbiParam::new(types::I32)]);
    signature.returns.push(AbiParam::new(types::I32));
    let mut func = ir::Function::with_name_signature(UserFuncName::user(0, 0), signature);
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut func, &mut context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    builder.seal_block(entry);
    let [x, y] = builder.block_params(entry) else { unreachable!("two parameters") };
    let (x, y) = (*x, *y);
    let product = builder.ins().imul(x, y);
    let difference = builder.ins().isub(product, x);
    builder.ins().return_(&[difference]);
    builder.finalize(crate::codegen::optimize::frontend_config());
    Translated {
        func,
        symbols: Vec::new(),
        indirect_types: SecondaryMap::new(),
        tail_words: 0,
        optimize: Optimize::Speed,
    }
}

#[test]
fn a_wrong_allocation_is_caught() {
    let cpu = Cpu {
        name: "cortex-m3".into(),
        isa: Isa::Thumb2,
        fpu_single: false,
        fpu_double: false,
        fpv5: false,
        dsp: false,
    };
    let vcode = vcode::build::<Thumb2>(Unit::Runtime, &cpu, &translated()).expect("it can be lowered");
    let environment = Thumb2::environment(&cpu);
    let right = regalloc2::run(&vcode, &environment, &Default::default()).expect("it can be allocated");
    emit(&vcode, &environment, &right).expect("the allocator is right");

    let mut caught = 0;
    for index in 0..vcode.num_insts() {
        let inst = regalloc2::Inst::new(index);
        for (operand, at) in vcode.inst_operands(inst).iter().zip(right.inst_alloc_offsets[index] as usize..) {
            let free = |allocation: Allocation| !right.allocs.contains(&allocation);
            let candidates = &environment.preferred_regs_by_class[RegClass::Int as usize];
            let Some(wrong) = candidates.into_iter().map(Allocation::reg).find(|&reg| free(reg)) else { continue };
            if operand.kind() == regalloc2::OperandKind::Use && operand.constraint() == OperandConstraint::Reg {
                let mut allocation = right.clone();
                allocation.allocs[at] = wrong;
                assert!(emit(&vcode, &environment, &allocation).is_err(), "operand {at} reads {wrong}");
                caught += 1;
            }
        }
    }
    assert!(caught >= 3, "{caught}");
}
