//! Calls, parameters and results: the convention of `codegen/mod.rs`.

use super::super::inst::{HOME, Inst, Mem, Width};
use super::super::machine::{ARGUMENT_REGISTERS, CallTarget, MInst};
use super::{Cx, emit};
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use crate::ingest::Unit;
use cranelift_codegen::ir::{self, InstructionData, Value};

/// Where the words of the results go.
pub(super) struct Results(pub Vec<Reg>);

pub(super) fn call(cx: &mut Cx<'_>, inst: ir::Inst) {
    let func = cx.func;
    let args = func.dfg.inst_args(inst);
    let (target, type_id, args) = match func.dfg.insts[inst] {
        InstructionData::Call { func_ref, .. } => (CallTarget::Symbol(cx.callee(func_ref)), None, args),
        InstructionData::CallIndirect { sig_ref, .. } => {
            (CallTarget::Reg(cx.reg(args[0])), cx.indirect_type(sig_ref), &args[1..])
        }
        _ => unreachable!("not a call"),
    };
    let words: Vec<Reg> = args.iter().flat_map(|&a| words_of(cx, a)).collect();
    let results: Vec<Reg> = func.dfg.inst_results(inst).iter().flat_map(|&r| cx.def_words(r)).collect();
    emit_call(cx, target, type_id, &words, Results(results));
}

fn words_of(cx: &mut Cx<'_>, value: Value) -> Vec<Reg> {
    cx.words(value)
}

pub(super) fn symbol(cx: &mut Cx<'_>, target: Symbol, args: &[Reg], results: Results) {
    emit_call(cx, CallTarget::Symbol(target), None, args, results);
}

fn emit_call(cx: &mut Cx<'_>, target: CallTarget, type_id: Option<u32>, args: &[Reg], Results(results): Results) {
    cx.has_calls = true;
    let beyond = args.len().max(results.len()).saturating_sub(ARGUMENT_REGISTERS);
    cx.outgoing_words = cx.outgoing_words.max(beyond as u32);
    for (word, &rt) in args.iter().skip(ARGUMENT_REGISTERS).enumerate() {
        emit(cx, Inst::Store { width: Width::Word, rt, mem: Mem::Outgoing { word: word as u32 } });
    }
    let peer = peer_of(cx, target);
    if let Some((peer, _)) = peer {
        emit(cx, Inst::LoadSymbol { rd: HOME, symbol: peer, addend: 0 });
    }
    cx.emit(MInst::Call { target, type_id, uses: in_registers(args), defs: in_registers(&results) });
    if let Some((_, own)) = peer {
        emit(cx, Inst::LoadSymbol { rd: HOME, symbol: own, addend: 0 });
    }
    for (word, &rt) in results.iter().skip(ARGUMENT_REGISTERS).enumerate() {
        emit(cx, Inst::Load { width: Width::Word, rt, mem: Mem::Outgoing { word: word as u32 } });
    }
}

/// The home bases (callee's, own) to switch between, for a direct call into another component.
fn peer_of(cx: &Cx<'_>, target: CallTarget) -> Option<(Symbol, Symbol)> {
    match (target, cx.unit) {
        (CallTarget::Symbol(Symbol::Function { unit: Unit::Component(peer), .. }), Unit::Component(own))
            if peer != own =>
        {
            Some((Symbol::HomeBase(peer), Symbol::HomeBase(own)))
        }
        _ => None,
    }
}

fn in_registers(words: &[Reg]) -> Vec<(Reg, u8)> {
    words.iter().take(ARGUMENT_REGISTERS).enumerate().map(|(i, &reg)| (reg, i as u8)).collect()
}

/// Brings the parameters into registers: those in registers are defined by one pseudo-instruction, the rest loaded.
pub fn entry(cx: &mut Cx<'_>, params: &[Value]) {
    let mut words: Vec<(Reg, bool)> = Vec::new();
    for &param in params {
        let used = cx.is_used(param);
        words.extend(cx.def_words(param).into_iter().map(|reg| (reg, used)));
    }
    let registers = words.iter().take(ARGUMENT_REGISTERS).enumerate();
    let defs = registers.filter(|(_, (_, used))| *used).map(|(i, &(reg, _))| (reg, i as u8)).collect();
    cx.emit(MInst::Args { defs });
    for (word, &(rt, used)) in words.iter().skip(ARGUMENT_REGISTERS).enumerate() {
        if used {
            emit(cx, Inst::Load { width: Width::Word, rt, mem: Mem::Incoming { word: word as u32 } });
        }
    }
}

/// Puts the results where the caller expects them, and returns.
pub(super) fn return_(cx: &mut Cx<'_>, results: &[Value]) {
    let words: Vec<Reg> = results.iter().flat_map(|&r| words_of(cx, r)).collect();
    for (word, &rt) in words.iter().skip(ARGUMENT_REGISTERS).enumerate() {
        emit(cx, Inst::Store { width: Width::Word, rt, mem: Mem::Incoming { word: word as u32 } });
    }
    cx.emit(MInst::Return { uses: in_registers(&words) });
}
