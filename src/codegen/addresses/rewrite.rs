//! New addresses for the accesses, new parameters for the webs.

use super::uses::{Use, Uses, incoming};
use super::webs::{Web, bias, is_comparable, separate, table};
use super::{Access, Group, Shape};
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{self, Block, BlockArg, GlobalValue, InstBuilder, InstructionData, Value, ValueDef, types};
use std::collections::HashMap;

/// Native values that exist: of a wasm value, for a base and what is added to it.
type Natives = HashMap<(GlobalValue, i32, Value), Value>;

pub(super) fn rewrite(shape: &mut Shape, uses: &Uses, groups: Vec<Group>, webs: Vec<Web>) {
    let mut natives = Natives::new();
    for web in &webs {
        add_params(shape, web, &mut natives);
    }
    for web in &webs {
        pass_arguments(shape, web, &mut natives);
        if !web.needed {
            compare(shape, uses, web, &mut natives);
        }
    }
    for group in groups {
        if let Some(web) = webs.iter().find(|web| web.params.contains(&group.root)) {
            let root = natives[&(web.base, web.bias, group.root)];
            group.accesses.iter().for_each(|access| relative(shape, access, root, web.bias));
        } else if separate(shape, uses, &group) == 0 || separate(shape, uses, &group) < shared(shape, &group) {
            group.accesses.iter().for_each(|access| alone(shape, &group, access));
        } else if table(shape, &group) {
            group.accesses.iter().for_each(|access| indexed(shape, &group, access));
        } else {
            let bias = bias(&group.accesses);
            let root = close(shape, &group, bias);
            group.accesses.iter().for_each(|access| relative(shape, access, root, bias));
        }
    }
}

/// Instructions beside the accesses themselves, if they share something.
fn shared(shape: &Shape, group: &Group) -> u64 {
    if table(shape, group) { 0 } else { shape.weight(shape.block_of(group.root)) }
}

/// The parameters of a web get native twins.
fn add_params(shape: &mut Shape, web: &Web, natives: &mut Natives) {
    for &param in &web.params {
        let block = shape.block_of(param);
        let twin = shape.func.dfg.append_block_param(block, types::I32);
        natives.insert((web.base, web.bias, param), twin);
    }
}

/// Every branch to a block of a web passes the native twins of what it passes.
fn pass_arguments(shape: &mut Shape, web: &Web, natives: &mut Natives) {
    for &param in &web.params {
        let block = shape.block_of(param);
        // The new parameters stand at the end, in this order.
        for (source, _) in incoming(shape, block, param).into_iter().collect::<std::collections::BTreeMap<_, _>>() {
            let branch = shape.func.layout.last_inst(source).expect("a block ends in a branch");
            let calls = destinations(shape, branch);
            for (index, (target, args)) in calls.into_iter().enumerate() {
                if target != block {
                    continue;
                }
                let ValueDef::Param(_, number) = shape.func.dfg.value_def(param) else { unreachable!("a parameter") };
                let value = match shape.constant(args[number]) {
                    Some(_) => native_at_end(shape, web, source, args[number]),
                    None => native(shape, web.base, web.bias, args[number], natives),
                };
                let dfg = &mut shape.func.dfg;
                let calls = dfg.insts[branch].branch_destination_mut(&mut dfg.jump_tables, &mut dfg.exception_tables);
                calls[index].append_argument(BlockArg::Value(value), &mut dfg.value_lists);
            }
        }
    }
}

/// (block, arguments) of each destination of a branch.
fn destinations(shape: &Shape, branch: ir::Inst) -> Vec<(Block, Vec<Value>)> {
    let dfg = &shape.func.dfg;
    let calls = dfg.insts[branch].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
    let pool = &dfg.value_lists;
    let plain = |arg: BlockArg| arg.as_value().expect("plain arguments");
    calls.iter().map(|call| (call.block(pool), call.args(pool).map(plain).collect())).collect()
}

/// `base + bias + value`, for a constant that a block passes on.
fn native_at_end(shape: &mut Shape, web: &Web, block: Block, value: Value) -> Value {
    let constant = shape.constant(value).expect("a constant");
    let branch = shape.func.layout.last_inst(block).expect("a block ends in a branch");
    let mut cursor = FuncCursor::new(shape.func).at_inst(branch);
    sum(&mut cursor, web.base, web.bias.wrapping_add(constant))
}

/// `base + constant`.
fn sum(cursor: &mut FuncCursor, base: GlobalValue, constant: i32) -> Value {
    let base = cursor.ins().symbol_value(types::I32, base);
    if constant == 0 {
        return base;
    }
    let constant = cursor.ins().iconst(types::I32, i64::from(constant as u32));
    cursor.ins().iadd(base, constant)
}

/// The native twin of a value, made where the value is.
fn native(shape: &mut Shape, base: GlobalValue, bias: i32, value: Value, natives: &mut Natives) -> Value {
    if let Some(&native) = natives.get(&(base, bias, value)) {
        return native;
    }
    // From the twin of what a constant is added to, if that has one.
    let twin = shape.step(value).and_then(|(less, constant)| {
        let root = shape.strip(less).0;
        natives.contains_key(&(base, bias, root)).then_some((less, constant))
    });
    let twin = twin.map(|(less, constant)| (native(shape, base, bias, less, natives), constant));
    let mut cursor = after(shape.func, value);
    let made = match twin {
        Some((less, constant)) => {
            let constant = cursor.ins().iconst(types::I32, i64::from(constant as u32));
            cursor.ins().iadd(less, constant)
        }
        None => {
            let base = sum(&mut cursor, base, bias);
            cursor.ins().iadd(base, value)
        }
    };
    natives.insert((base, bias, value), made);
    made
}

/// The native root of a group: before its first access, if that is no more often than where the root comes from.
fn close(shape: &mut Shape, group: &Group, bias: i32) -> Value {
    let blocks = group.accesses.iter().map(|access| access.block);
    let block = blocks.reduce(|a, b| shape.common_dominator(a, b)).expect("groups are not empty");
    let mut cursor = if shape.weight(block) > shape.weight(shape.block_of(group.root)) {
        after(shape.func, group.root)
    } else {
        let first = group.accesses.iter().find(|access| access.block == block).map(|access| access.inst);
        let end = shape.func.layout.last_inst(block).expect("a block ends in a branch");
        FuncCursor::new(shape.func).at_inst(first.unwrap_or(end))
    };
    let base = sum(&mut cursor, group.base, bias);
    cursor.ins().iadd(base, group.root)
}

/// Directly behind the definition of a value.
fn after(func: &mut ir::Function, value: Value) -> FuncCursor<'_> {
    match func.dfg.value_def(value) {
        ValueDef::Param(block, _) => {
            let cursor = FuncCursor::new(func);
            cursor.at_first_insertion_point(block)
        }
        ValueDef::Result(inst, _) => FuncCursor::new(func).after_inst(inst),
        ValueDef::Union(..) => unreachable!("the mid-end leaves no unions"),
    }
}

/// Comparisons for equality in a web compare native pointers.
fn compare(shape: &mut Shape, uses: &Uses, web: &Web, natives: &mut Natives) {
    let mut open: Vec<Value> = web.params.iter().copied().collect();
    while let Some(value) = open.pop() {
        for &r#use in uses.of(value) {
            match r#use {
                Use::Step(sum) => open.push(sum),
                Use::Equal { inst, other } if is_comparable(shape, &web.params, value, other) => {
                    let InstructionData::IntCompare { args, .. } = shape.func.dfg.insts[inst] else {
                        unreachable!("a comparison")
                    };
                    // Once, though both sides may be of the web.
                    if !args.contains(&value) || !args.contains(&other) {
                        continue;
                    }
                    let mine = native(shape, web.base, web.bias, value, natives);
                    let theirs = match shape.constant(other) {
                        Some(constant) => {
                            let mut cursor = FuncCursor::new(shape.func).at_inst(inst);
                            sum(&mut cursor, web.base, web.bias.wrapping_add(constant))
                        }
                        None => native(shape, web.base, web.bias, other, natives),
                    };
                    let swap = |arg: Value| if arg == value { mine } else { theirs };
                    shape.func.dfg.map_inst_values(inst, swap);
                }
                _ => {}
            }
        }
    }
}

fn set_address(shape: &mut Shape, access: &Access, to: Value, by: i32) {
    match &mut shape.func.dfg.insts[access.inst] {
        InstructionData::Load { arg, offset, .. } => (*arg, *offset) = (to, Offset32::new(by)),
        InstructionData::Store { args, offset, .. } => (args[1], *offset) = (to, Offset32::new(by)),
        _ => unreachable!("an access"),
    }
}

/// From a native pointer that others share.
fn relative(shape: &mut Shape, access: &Access, root: Value, bias: i32) {
    set_address(shape, access, root, access.total.wrapping_sub(bias));
}

/// `base + total` is a constant; the root is the index.
fn indexed(shape: &mut Shape, group: &Group, access: &Access) {
    let mut cursor = FuncCursor::new(shape.func).at_inst(access.inst);
    let base = sum(&mut cursor, group.base, access.total);
    let address = cursor.ins().iadd(base, group.root);
    set_address(shape, access, address, 0);
}

/// An address of its own.
fn alone(shape: &mut Shape, group: &Group, access: &Access) {
    let mut cursor = FuncCursor::new(shape.func).at_inst(access.inst);
    let base = cursor.ins().symbol_value(types::I32, group.base);
    let address = cursor.ins().iadd(base, access.wasm);
    set_address(shape, access, address, access.offset);
}
