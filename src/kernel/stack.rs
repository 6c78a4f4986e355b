//! How much stack the kernel needs, exactly: its call graph has no cycle and no call through a table.

use crate::codegen::{Call, Object, Symbol};
use std::collections::BTreeMap;

/// An exception frame, aligned (DDI 0403, B1.5.6).
const EXCEPTION: u32 = 36;

/// Bytes. One handler runs at a time; a fault in it, which ends the program, comes on top.
pub fn bound(object: &Object) -> u32 {
    let frames: BTreeMap<Symbol, (u32, Vec<Call>)> = object
        .functions
        .iter()
        .map(|f| (f.symbol, (f.frame, f.calls.iter().chain(&f.tail_calls).copied().collect())))
        .collect();
    let deepest = object.functions.iter().map(|f| depth(&frames, f.symbol, frames.len())).max().unwrap_or(0);
    (2 * deepest + EXCEPTION).next_multiple_of(8)
}

fn depth(frames: &BTreeMap<Symbol, (u32, Vec<Call>)>, symbol: Symbol, limit: usize) -> u32 {
    let Some((frame, calls)) = frames.get(&symbol) else {
        panic!("the kernel calls {symbol:?}, which is not its own");
    };
    let limit = limit.checked_sub(1).expect("the kernel's calls form no cycle");
    let below = calls.iter().map(|call| match call {
        Call::Direct(callee) => depth(frames, *callee, limit),
        Call::Indirect { .. } => panic!("the kernel calls through a table"),
    });
    frame + below.max().unwrap_or(0)
}
