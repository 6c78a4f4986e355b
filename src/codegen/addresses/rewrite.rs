//! New addresses for the accesses, new parameters for the webs.

use super::uses::{Use, Uses};
use super::webs::{Web, bias, is_comparable, separate, table};
use super::{Access, Group};
use crate::codegen::flow::{Flow, incoming};
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{self, Block, BlockArg, GlobalValue, InstBuilder, InstructionData, Value, ValueDef, types};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Native values that exist: of a wasm value, for a base and what is added to it.
type Natives = HashMap<(GlobalValue, i32, Value), Value>;

pub(super) fn rewrite(flow: &mut Flow, uses: &Uses, groups: Vec<Group>, webs: Vec<Web>) {
    let mut natives = Natives::new();
    for web in &webs {
        add_params(flow, web, &mut natives);
    }
    for web in &webs {
        pass_arguments(flow, web, &mut natives);
        if !web.needed {
            compare(flow, uses, web, &mut natives);
        }
    }
    for group in groups {
        if let Some(web) = webs.iter().find(|web| web.params.contains(&group.root)) {
            let root = natives[&(web.base, web.bias, group.root)];
            group.accesses.iter().for_each(|access| relative(flow, access, root, web.bias));
        } else if separate(flow, uses, &group) == 0 || separate(flow, uses, &group) < shared(flow, &group) {
            let parts = parts(flow, &group).filter(|_| !uses.is_needed(group.root));
            group.accesses.iter().for_each(|access| alone(flow, &group, access, parts, &mut natives));
        } else if table(flow, &group) {
            group.accesses.iter().for_each(|access| indexed(flow, &group, access));
        } else {
            let bias = bias(&group.accesses);
            let root = close(flow, uses, &group, bias, &mut natives);
            group.accesses.iter().for_each(|access| relative(flow, access, root, bias));
        }
    }
}

/// Instructions beside the accesses themselves, if they share something.
fn shared(flow: &Flow, group: &Group) -> u64 {
    if table(flow, group) { 0 } else { flow.weight(flow.block_of(group.root)) }
}

/// The parameters of a web get native twins.
fn add_params(flow: &mut Flow, web: &Web, natives: &mut Natives) {
    for &param in &web.params {
        let block = flow.block_of(param);
        let twin = flow.func.dfg.append_block_param(block, types::I32);
        natives.insert((web.base, web.bias, param), twin);
    }
}

/// Every branch to a block of a web passes the native twins of what it passes.
fn pass_arguments(flow: &mut Flow, web: &Web, natives: &mut Natives) {
    for &param in &web.params {
        let block = flow.block_of(param);
        // The new parameters stand at the end, in this order.
        for (source, _) in incoming(flow, block, param).into_iter().collect::<std::collections::BTreeMap<_, _>>() {
            let branch = flow.func.layout.last_inst(source).expect("a block ends in a branch");
            let calls = destinations(flow, branch);
            for (index, (target, args)) in calls.into_iter().enumerate() {
                if target != block {
                    continue;
                }
                let ValueDef::Param(_, number) = flow.func.dfg.value_def(param) else { unreachable!("a parameter") };
                let value = match flow.constant(args[number]) {
                    Some(_) => native_at_end(flow, web, source, args[number]),
                    None => native(flow, web.base, web.bias, args[number], natives),
                };
                let dfg = &mut flow.func.dfg;
                let calls = dfg.insts[branch].branch_destination_mut(&mut dfg.jump_tables, &mut dfg.exception_tables);
                calls[index].append_argument(BlockArg::Value(value), &mut dfg.value_lists);
            }
        }
    }
}

/// (block, arguments) of each destination of a branch.
fn destinations(flow: &Flow, branch: ir::Inst) -> Vec<(Block, Vec<Value>)> {
    let dfg = &flow.func.dfg;
    let calls = dfg.insts[branch].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
    let pool = &dfg.value_lists;
    let plain = |arg: BlockArg| arg.as_value().expect("plain arguments");
    calls.iter().map(|call| (call.block(pool), call.args(pool).map(plain).collect())).collect()
}

/// `base + bias + value`, for a constant that a block passes on.
fn native_at_end(flow: &mut Flow, web: &Web, block: Block, value: Value) -> Value {
    let constant = flow.constant(value).expect("a constant");
    let branch = flow.func.layout.last_inst(block).expect("a block ends in a branch");
    let mut cursor = FuncCursor::new(flow.func).at_inst(branch);
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
fn native(flow: &mut Flow, base: GlobalValue, bias: i32, value: Value, natives: &mut Natives) -> Value {
    if let Some(&native) = natives.get(&(base, bias, value)) {
        return native;
    }
    // From the twin of what a constant is added to, if that has one.
    let twin = flow.step(value).and_then(|(less, constant)| {
        let root = flow.strip(less).0;
        natives.contains_key(&(base, bias, root)).then_some((less, constant))
    });
    let twin = twin.map(|(less, constant)| (native(flow, base, bias, less, natives), constant));
    let mut cursor = after(flow.func, value);
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
fn close(flow: &mut Flow, uses: &Uses, group: &Group, bias: i32, natives: &mut Natives) -> Value {
    let parts = parts(flow, group).filter(|_| !uses.is_needed(group.root));
    let fixed = parts.map(|(fixed, moving)| (native(flow, group.base, bias, fixed, natives), moving));
    let blocks = group.accesses.iter().map(|access| access.block);
    let block = blocks.reduce(|a, b| flow.common_dominator(a, b)).expect("groups are not empty");
    let mut cursor = if flow.weight(block) > flow.weight(flow.block_of(group.root)) {
        after(flow.func, group.root)
    } else {
        let first = group.accesses.iter().find(|access| access.block == block).map(|access| access.inst);
        let end = flow.func.layout.last_inst(block).expect("a block ends in a branch");
        FuncCursor::new(flow.func).at_inst(first.unwrap_or(end))
    };
    if let Some((fixed, moving)) = fixed {
        return cursor.ins().iadd(fixed, moving);
    }
    let base = sum(&mut cursor, group.base, bias);
    cursor.ins().iadd(base, group.root)
}

/// Of a root that is a sum: what the loop around does not change, and what it does. The first and the base are added
/// before the loop.
fn parts(flow: &Flow, group: &Group) -> Option<(Value, Value)> {
    let [x, y] = flow.addition(group.root)?;
    if flow.constant(x).is_some() || flow.constant(y).is_some() {
        return None;
    }
    let weight = |value: Value| flow.weight(flow.block_of(value));
    match weight(x).cmp(&weight(y)) {
        Ordering::Less => Some((x, y)),
        Ordering::Greater => Some((y, x)),
        Ordering::Equal => None,
    }
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
fn compare(flow: &mut Flow, uses: &Uses, web: &Web, natives: &mut Natives) {
    let mut open: Vec<Value> = web.params.iter().copied().collect();
    while let Some(value) = open.pop() {
        for &r#use in uses.of(value) {
            match r#use {
                Use::Step(sum) => open.push(sum),
                Use::Equal { inst, other } if is_comparable(flow, &web.params, value, other) => {
                    let InstructionData::IntCompare { args, .. } = flow.func.dfg.insts[inst] else {
                        unreachable!("a comparison")
                    };
                    // Once, though both sides may be of the web.
                    if !args.contains(&value) || !args.contains(&other) {
                        continue;
                    }
                    let mine = native(flow, web.base, web.bias, value, natives);
                    let theirs = match flow.constant(other) {
                        Some(constant) => {
                            let mut cursor = FuncCursor::new(flow.func).at_inst(inst);
                            sum(&mut cursor, web.base, web.bias.wrapping_add(constant))
                        }
                        None => native(flow, web.base, web.bias, other, natives),
                    };
                    let swap = |arg: Value| if arg == value { mine } else { theirs };
                    flow.func.dfg.map_inst_values(inst, swap);
                }
                _ => {}
            }
        }
    }
}

fn set_address(flow: &mut Flow, access: &Access, to: Value, by: i32) {
    match &mut flow.func.dfg.insts[access.inst] {
        InstructionData::Load { arg, offset, .. } => (*arg, *offset) = (to, Offset32::new(by)),
        InstructionData::Store { args, offset, .. } => (args[1], *offset) = (to, Offset32::new(by)),
        _ => unreachable!("an access"),
    }
}

/// From a native pointer that others share.
fn relative(flow: &mut Flow, access: &Access, root: Value, bias: i32) {
    set_address(flow, access, root, access.total.wrapping_sub(bias));
}

/// `base + total` is a constant; the root is the index.
fn indexed(flow: &mut Flow, group: &Group, access: &Access) {
    let mut cursor = FuncCursor::new(flow.func).at_inst(access.inst);
    let base = sum(&mut cursor, group.base, access.total);
    let address = cursor.ins().iadd(base, group.root);
    set_address(flow, access, address, 0);
}

/// An address of its own.
fn alone(flow: &mut Flow, group: &Group, access: &Access, parts: Option<(Value, Value)>, natives: &mut Natives) {
    if let Some((fixed, moving)) = parts.filter(|_| access.indexable) {
        let fixed = native(flow, group.base, access.total, fixed, natives);
        let address = FuncCursor::new(flow.func).at_inst(access.inst).ins().iadd(fixed, moving);
        return set_address(flow, access, address, 0);
    }
    let mut cursor = FuncCursor::new(flow.func).at_inst(access.inst);
    let base = cursor.ins().symbol_value(types::I32, group.base);
    let address = cursor.ins().iadd(base, access.wasm);
    set_address(flow, access, address, access.offset);
}
