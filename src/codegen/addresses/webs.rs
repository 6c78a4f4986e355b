//! Which block parameters become native pointers.
//!
//! Parameters that are passed to each other, directly or with a constant added, form a web: all of them are native or none
//! is. Native, an access costs nothing but itself; what enters the web must be added to the base, and where something
//! else needs the wasm address, that is kept beside it.

use super::uses::{Use, Uses};
use super::{Access, Group};
use crate::codegen::flow::{Flow, incoming};
use cranelift_codegen::ir::{GlobalValue, Value, ValueDef};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct Web {
    pub base: GlobalValue,
    /// What is added to the wasm address, beside the base.
    pub bias: i32,
    pub params: BTreeSet<Value>,
    /// Some of the wasm addresses stay.
    pub needed: bool,
}

/// Webs that are better native.
pub(super) fn choose(flow: &Flow, uses: &Uses, groups: &[Group]) -> Vec<Web> {
    let is_param = |value: Value| {
        matches!(flow.func.dfg.value_def(value), ValueDef::Param(block, _)
            if Some(block) != flow.func.layout.entry_block())
    };
    let mut web_of: BTreeMap<Value, usize> = BTreeMap::new();
    let mut webs: Vec<BTreeSet<Value>> = Vec::new();
    for group in groups.iter().filter(|group| is_param(group.root)) {
        let mut params = BTreeSet::new();
        let mut open = vec![group.root];
        while let Some(param) = open.pop() {
            if !params.insert(param) {
                continue;
            }
            for (_, value) in incoming(flow, flow.block_of(param), param) {
                let (from, _) = flow.strip(value);
                if is_param(from) {
                    open.push(from);
                }
            }
        }
        // Joined with the webs that it meets.
        let met: BTreeSet<usize> = params.iter().filter_map(|param| web_of.get(param).copied()).collect();
        for &index in &met {
            params.append(&mut webs[index]);
        }
        web_of.extend(params.iter().map(|&param| (param, webs.len())));
        webs.push(params);
    }
    let webs = webs.into_iter().filter(|params| !params.is_empty());
    webs.filter_map(|params| judge(flow, uses, groups, params)).collect()
}

fn judge(flow: &Flow, uses: &Uses, groups: &[Group], params: BTreeSet<Value>) -> Option<Web> {
    let mine: Vec<&Group> = groups.iter().filter(|group| params.contains(&group.root)).collect();
    let base = mine.first()?.base;
    if mine.iter().any(|group| group.base != base) {
        return None;
    }
    let as_wasm: u64 = mine.iter().map(|group| cost(flow, uses, group)).sum();
    let mut native = 0;
    for &param in &params {
        let block = flow.block_of(param);
        for (source, value) in incoming(flow, block, param) {
            if !params.contains(&flow.strip(value).0) {
                let at = if flow.constant(value).is_some() { source } else { flow.block_of(value) };
                native += flow.weight(at);
            }
        }
    }
    let mut needed = false;
    for &param in params.iter().filter(|&&param| is_needed(flow, uses, &params, param, &mut BTreeSet::new())) {
        needed = true;
        native += flow.weight(flow.block_of(param));
    }
    let accesses: Vec<Access> = mine.iter().flat_map(|group| group.accesses.iter().copied()).collect();
    (native < as_wasm).then(|| Web { base, bias: bias(&accesses), params, needed })
}

/// Is the wasm address needed as well? `seen` are values that are being looked at.
fn is_needed(flow: &Flow, uses: &Uses, params: &BTreeSet<Value>, value: Value, seen: &mut BTreeSet<Value>) -> bool {
    seen.insert(value)
        && uses.of(value).iter().any(|r#use| match *r#use {
            Use::Address => false,
            Use::Step(sum) => is_needed(flow, uses, params, sum, seen),
            Use::Passed(param) => !params.contains(&param) || is_needed(flow, uses, params, param, seen),
            Use::Equal { other, .. } => !is_comparable(flow, params, value, other),
            Use::Other => true,
        })
}

/// May `other` be made native for a comparison with a value of the web? If it changes more rarely.
pub(super) fn is_comparable(flow: &Flow, params: &BTreeSet<Value>, value: Value, other: Value) -> bool {
    let root = flow.strip(other).0;
    params.contains(&root)
        || flow.constant(other).is_some()
        || flow.weight(flow.block_of(other)) < flow.weight(flow.block_of(value))
}

/// Instructions beside the accesses themselves, if the root stays a wasm address.
fn cost(flow: &Flow, uses: &Uses, group: &Group) -> u64 {
    separate(flow, uses, group).min(match table(flow, group) {
        true => 0,
        false => flow.weight(flow.block_of(group.root)),
    })
}

/// The same where every access adds up its own address.
pub(super) fn separate(flow: &Flow, uses: &Uses, group: &Group) -> u64 {
    let mut sums: BTreeSet<Value> = BTreeSet::new();
    let mut total = 0;
    for access in &group.accesses {
        let weight = flow.weight(access.block);
        if access.wasm != group.root && !uses.is_needed(access.wasm) && sums.insert(access.wasm) {
            total += weight;
        }
        if access.offset != 0 || !access.indexable {
            total += weight;
        }
    }
    total
}

/// Are all accesses to one constant distance, inside a loop: a table and its index?
pub(super) fn table(flow: &Flow, group: &Group) -> bool {
    let first = group.accesses[0].total;
    let in_loop = |access: &Access| flow.loops.innermost_loop(access.block).is_some();
    group.accesses.iter().all(|access| access.indexable && access.total == first && in_loop(access))
}

/// What to add to the base so that the offsets that remain fit.
pub(super) fn bias(accesses: &[Access]) -> i32 {
    let fits = |bias: i32| accesses.iter().filter(|a| (a.least..=a.most).contains(&a.total.wrapping_sub(bias))).count();
    let lowest = accesses.iter().map(|access| access.total).min().unwrap_or(0);
    if fits(lowest) > fits(0) { lowest } else { 0 }
}
