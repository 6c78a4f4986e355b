//! Calls, parameters and results: the convention of `codegen/mod.rs`.

use super::super::inst::{HOME, Inst, Mem, Width};
use super::super::minst::{ARGUMENT_REGISTERS, CallTarget, DOUBLE, MInst, SINGLE};
use super::{Cx, emit};
use crate::codegen::object::{RuntimeFunction, Symbol};
use crate::codegen::reg::Reg;
use crate::ingest::Unit;
use cranelift_codegen::ir::{self, InstructionData, Value};
use regalloc2::RegClass;

pub(super) fn call(cx: &mut Cx<'_>, inst: ir::Inst) {
    let func = cx.func;
    let (target, type_id, words) = operands(cx, inst);
    let (results, moves) = core_definitions(cx, func.dfg.inst_results(inst));
    // Whom the callee passes control to may take more arguments than the callee.
    let passed_on = cx.tail_words().saturating_sub(ARGUMENT_REGISTERS as u32);
    cx.outgoing_words = cx.outgoing_words.max(passed_on);
    emit_call(cx, target, type_id, &words, &results);
    moves.into_iter().for_each(|inst| emit(cx, inst));
}

/// A call of a function of the same component that takes the place of returning. All incoming words have been read by
/// then, and there is room for as many arguments as any tail call passes (`System::tail_words`).
pub(super) fn tail_call(cx: &mut Cx<'_>, inst: ir::Inst) {
    let (target, type_id, words) = operands(cx, inst);
    store_beyond_registers(cx, &words, |word| Mem::Incoming { word });
    cx.emit(MInst::TailCall { target, type_id, uses: in_registers(&words) });
}

/// What a call goes to, its global type id if that is a table's entry, and the words of its arguments.
fn operands(cx: &mut Cx<'_>, inst: ir::Inst) -> (CallTarget, Option<u32>, Vec<Reg>) {
    let func = cx.func;
    let args = func.dfg.inst_args(inst);
    let (target, type_id, args) = match func.dfg.insts[inst] {
        InstructionData::Call { func_ref, .. } => (CallTarget::Symbol(cx.callee(func_ref)), None, args),
        InstructionData::CallIndirect { sig_ref, .. } => {
            (CallTarget::Reg(cx.reg(args[0])), cx.indirect_type(sig_ref), &args[1..])
        }
        _ => unreachable!("not a call"),
    };
    (target, type_id, args.iter().flat_map(|&a| core_words(cx, a)).collect())
}

fn store_beyond_registers(cx: &mut Cx<'_>, words: &[Reg], place: impl Fn(u32) -> Mem) {
    for (word, &rt) in words.iter().skip(ARGUMENT_REGISTERS).enumerate() {
        emit(cx, Inst::Store { width: Width::Word, rt, mem: place(word as u32) });
    }
}

/// A call of a helper of the runtime.
pub(super) fn runtime(cx: &mut Cx<'_>, function: RuntimeFunction, args: &[Value], result: Value) {
    let words: Vec<Reg> = args.iter().flat_map(|&a| core_words(cx, a)).collect();
    let (results, moves) = core_definitions(cx, &[result]);
    runtime_words(cx, function, &words, &results);
    moves.into_iter().for_each(|inst| emit(cx, inst));
}

/// As [`runtime`], with core registers.
pub(super) fn runtime_words(cx: &mut Cx<'_>, function: RuntimeFunction, args: &[Reg], results: &[Reg]) {
    emit_call(cx, CallTarget::Symbol(Symbol::Runtime(function)), None, args, results);
}

/// A value in core registers, where the convention passes everything.
pub(super) fn core_words(cx: &mut Cx<'_>, value: Value) -> Vec<Reg> {
    let words = cx.words(value);
    match cx.class(value) {
        SINGLE => {
            let rt = cx.temp();
            emit(cx, Inst::CoreFromFloat { rt, rm: words[0] });
            vec![rt]
        }
        DOUBLE => {
            let (rt, rt2) = (cx.temp(), cx.temp());
            emit(cx, Inst::CoreFromDouble { rt, rt2, rm: words[0] });
            vec![rt, rt2]
        }
        RegClass::Int => words,
    }
}

/// Core registers that receive values, and the moves that then define the values.
pub(super) fn core_definitions(cx: &mut Cx<'_>, values: &[Value]) -> (Vec<Reg>, Vec<Inst>) {
    let (mut registers, mut moves) = (Vec::new(), Vec::new());
    for &value in values {
        let words = cx.def_words(value);
        match cx.class(value) {
            SINGLE => {
                let rt = cx.temp();
                registers.push(rt);
                moves.push(Inst::FloatFromCore { rd: words[0], rt });
            }
            DOUBLE => {
                let (rt, rt2) = (cx.temp(), cx.temp());
                registers.extend([rt, rt2]);
                moves.push(Inst::DoubleFromCore { rd: words[0], rt, rt2 });
            }
            RegClass::Int => registers.extend(words),
        }
    }
    (registers, moves)
}

fn emit_call(cx: &mut Cx<'_>, target: CallTarget, type_id: Option<u32>, args: &[Reg], results: &[Reg]) {
    cx.has_calls = true;
    let beyond = args.len().max(results.len()).saturating_sub(ARGUMENT_REGISTERS);
    cx.outgoing_words = cx.outgoing_words.max(beyond as u32);
    store_beyond_registers(cx, args, |word| Mem::Outgoing { word });
    let peer = peer_of(cx, target);
    if let Some((peer, _)) = peer {
        emit(cx, Inst::LoadSymbol { rd: HOME, symbol: peer, addend: 0 });
    }
    cx.emit(MInst::Call { target, type_id, uses: in_registers(args), defs: in_registers(results) });
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
    let mut conversions = Vec::new();
    for &param in params {
        let used = cx.is_used(param);
        let (registers, moves) = core_definitions(cx, &[param]);
        words.extend(registers.into_iter().map(|reg| (reg, used)));
        if used {
            conversions.extend(moves);
        }
    }
    let registers = words.iter().take(ARGUMENT_REGISTERS).enumerate();
    let defs = registers.filter(|(_, (_, used))| *used).map(|(i, &(reg, _))| (reg, i as u8)).collect();
    cx.emit(MInst::Args { defs });
    for (word, &(rt, used)) in words.iter().skip(ARGUMENT_REGISTERS).enumerate() {
        if used {
            emit(cx, Inst::Load { width: Width::Word, rt, mem: Mem::Incoming { word: word as u32 } });
        }
    }
    conversions.into_iter().for_each(|inst| emit(cx, inst));
}

/// Puts the results where the caller expects them, and returns.
pub(super) fn return_(cx: &mut Cx<'_>, results: &[Value]) {
    let words: Vec<Reg> = results.iter().flat_map(|&r| core_words(cx, r)).collect();
    store_beyond_registers(cx, &words, |word| Mem::Incoming { word });
    cx.emit(MInst::Return { uses: in_registers(&words) });
}
