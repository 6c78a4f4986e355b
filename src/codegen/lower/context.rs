//! What instruction selection sees: values as registers, and what defines a value.

use super::{Machine, narrow};
use crate::board::Cpu;
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use crate::codegen::translate::Translated;
use crate::ingest::Unit;
use crate::manifest::Optimize;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Type, Value, ValueDef};
use regalloc2::{RegClass, VReg};
use std::collections::{HashMap, HashSet};

/// An operator that an ISA does not lower.
#[derive(Debug)]
pub struct Unsupported(pub String);

/// The registers of a value: one, or two for what is wider than a core register; low word first.
#[derive(Clone, Copy, Debug)]
struct Regs {
    list: [Reg; 2],
    count: usize,
}

impl Regs {
    fn as_slice(&self) -> &[Reg] {
        &self.list[..self.count]
    }
}

pub struct Context<'a, M: Machine> {
    pub func: &'a ir::Function,
    /// Whose code this is.
    pub unit: Unit,
    pub cpu: &'a Cpu,
    translated: &'a Translated,
    regs: SecondaryMap<Value, Option<Regs>>,
    /// How often the CLIF names a value.
    clif_uses: SecondaryMap<Value, u32>,
    /// Values of less than 32 bits that have zeros above their type.
    zero_extended: SecondaryMap<Value, bool>,
    /// Whether lowered code reads the value's registers.
    used: SecondaryMap<Value, bool>,
    aliases: HashMap<Reg, Reg>,
    /// Of each virtual register: whether code that has been lowered reads it. Uses are lowered before definitions.
    live: Vec<bool>,
    done: HashSet<ir::Inst>,
    /// Of each virtual register.
    classes: Vec<RegClass>,
    /// Instructions of the CLIF instruction that is being lowered, in program order.
    pub(super) out: Vec<M::Inst>,
    /// Largest outgoing area, in words.
    pub outgoing_words: u32,
    pub has_calls: bool,
}

impl<'a, M: Machine> Context<'a, M> {
    pub(super) fn new(unit: Unit, cpu: &'a Cpu, translated: &'a Translated) -> Self {
        let func = &translated.func;
        let mut cx = Context {
            func,
            unit,
            cpu,
            translated,
            regs: SecondaryMap::new(),
            clif_uses: SecondaryMap::new(),
            zero_extended: narrow::zero_extended(func),
            used: SecondaryMap::new(),
            aliases: HashMap::new(),
            live: Vec::new(),
            done: HashSet::new(),
            classes: Vec::new(),
            out: Vec::new(),
            outgoing_words: 0,
            has_calls: false,
        };
        for block in func.layout.blocks() {
            for &param in func.dfg.block_params(block) {
                cx.assign(param);
            }
            for inst in func.layout.block_insts(block) {
                for &result in func.dfg.inst_results(inst) {
                    cx.assign(result);
                }
                for value in func.dfg.inst_values(inst) {
                    cx.clif_uses[value] += 1;
                }
            }
        }
        cx
    }

    fn assign(&mut self, value: Value) {
        let classes = M::classes(self.cpu, self.ty(value));
        let first = self.temp_of(classes[0]);
        let second = classes.get(1).map_or(first, |&class| self.temp_of(class));
        self.regs[value] = Some(Regs { list: [first, second], count: classes.len() });
    }

    /// A fresh virtual core register.
    pub fn temp(&mut self) -> Reg {
        self.temp_of(RegClass::Int)
    }

    pub fn temp_of(&mut self, class: RegClass) -> Reg {
        self.classes.push(class);
        Reg::virtual_(self.classes.len() as u32 - 1)
    }

    /// Virtual registers so far.
    pub(super) fn virtual_count(&self) -> usize {
        self.classes.len()
    }

    pub(super) fn into_classes(self) -> Vec<RegClass> {
        self.classes
    }

    /// As regalloc2 names it.
    pub(super) fn vreg(&self, reg: Reg) -> VReg {
        let index = reg.as_virtual().expect("a virtual register") as usize;
        VReg::new(index, self.classes[index])
    }

    pub fn emit(&mut self, inst: M::Inst) {
        self.out.push(inst);
    }

    pub fn ty(&self, value: Value) -> Type {
        self.func.dfg.value_type(value)
    }

    /// A value that is in one register. Bits above its type are arbitrary.
    pub fn reg(&mut self, value: Value) -> Reg {
        debug_assert_eq!(self.regs[value].map(|regs| regs.count), Some(1));
        self.low(value)
    }

    /// Are the bits above the type of a narrow integer zeros?
    pub fn is_zero_extended(&self, value: Value) -> bool {
        self.zero_extended[value]
    }

    /// The low word of a value.
    pub fn low(&mut self, value: Value) -> Reg {
        self.words(value)[0]
    }

    /// A value that is in two core registers, as (low, high).
    pub fn pair(&mut self, value: Value) -> (Reg, Reg) {
        match self.words(value)[..] {
            [lo, hi] => (lo, hi),
            _ => unreachable!("{value} is in one register"),
        }
    }

    /// The registers of a value, low word first.
    pub fn words(&mut self, value: Value) -> Vec<Reg> {
        self.used[value] = true;
        self.def_words(value)
    }

    /// The registers that the code being lowered has to define.
    pub fn def(&mut self, value: Value) -> Reg {
        self.def_words(value)[0]
    }

    pub fn def_pair(&mut self, value: Value) -> (Reg, Reg) {
        match self.def_words(value)[..] {
            [lo, hi] => (lo, hi),
            _ => unreachable!("{value} is in one register"),
        }
    }

    pub fn def_words(&mut self, value: Value) -> Vec<Reg> {
        self.regs[value].expect("every value has registers").as_slice().to_vec()
    }

    /// The class of the (first) register of a value.
    pub fn class(&self, value: Value) -> RegClass {
        let first = self.regs[value].expect("every value has registers").list[0];
        self.classes[first.as_virtual().expect("a virtual register") as usize]
    }

    /// Makes `defined` another name of `source`: no instruction is needed.
    pub fn alias(&mut self, defined: Reg, source: Reg) {
        let source = self.resolve(source);
        debug_assert_ne!(defined, source);
        self.aliases.insert(defined, source);
        if self.is_live(defined) {
            self.mark_live(source);
        }
    }

    /// Says that an instruction has been lowered as part of a later one.
    pub fn mark_done(&mut self, inst: ir::Inst) {
        self.done.insert(inst);
    }

    pub(super) fn is_done(&self, inst: ir::Inst) -> bool {
        self.done.contains(&inst)
    }

    /// How often the CLIF names a value.
    pub fn uses(&self, value: Value) -> u32 {
        self.clif_uses[value]
    }

    /// Notes that code which has been lowered reads a register.
    pub(super) fn mark_live(&mut self, reg: Reg) {
        if let Some(index) = reg.as_virtual() {
            let index = index as usize;
            if self.live.len() <= index {
                self.live.resize(index + 1, false);
            }
            self.live[index] = true;
        }
    }

    /// Does code that has been lowered read this register? Physical ones are always read.
    pub(super) fn is_live(&self, reg: Reg) -> bool {
        reg.as_virtual().is_none_or(|index| self.live.get(index as usize).copied().unwrap_or(false))
    }

    pub(super) fn resolve(&self, mut reg: Reg) -> Reg {
        while let Some(&source) = self.aliases.get(&reg) {
            reg = source;
        }
        reg
    }

    pub fn is_used(&self, value: Value) -> bool {
        self.used[value]
    }

    pub fn is_single_use(&self, value: Value) -> bool {
        self.clif_uses[value] == 1
    }

    /// The instruction that defines a value as its only result.
    pub fn def_inst(&self, value: Value) -> Option<ir::Inst> {
        match self.func.dfg.value_def(value) {
            ValueDef::Result(inst, 0) if self.func.dfg.inst_results(inst).len() == 1 => Some(inst),
            _ => None,
        }
    }

    /// The operands of the defining instruction, if it is a binary operation `opcode`.
    pub fn as_binary(&self, value: Value, opcode: Opcode) -> Option<[Value; 2]> {
        match self.func.dfg.insts[self.def_inst(value)?] {
            InstructionData::Binary { opcode: op, args } if op == opcode => Some(args),
            _ => None,
        }
    }

    pub fn as_unary(&self, value: Value, opcode: Opcode) -> Option<Value> {
        match self.func.dfg.insts[self.def_inst(value)?] {
            InstructionData::Unary { opcode: op, arg } if op == opcode => Some(arg),
            _ => None,
        }
    }

    /// The bits of a constant, zero-extended from its type; of a float, its bit pattern.
    pub fn constant(&self, value: Value) -> Option<u64> {
        match self.func.dfg.insts[self.def_inst(value)?] {
            InstructionData::UnaryIeee32 { imm, .. } => Some(u64::from(imm.bits())),
            InstructionData::UnaryIeee64 { imm, .. } => Some(imm.bits()),
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => {
                let bits = self.ty(value).bits();
                let mask = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
                Some(imm.bits() as u64 & mask)
            }
            _ => None,
        }
    }

    /// A constant of at most 32 bits, as a 32-bit operand with the bits above its type zero.
    pub fn constant32(&self, value: Value) -> Option<u32> {
        if self.ty(value).bits() > 32 {
            return None;
        }
        self.constant(value).map(|c| c as u32)
    }

    /// The symbol that a `symbol_value` names.
    pub fn symbol(&self, value: Value) -> Option<Symbol> {
        match self.func.dfg.insts[self.def_inst(value)?] {
            InstructionData::UnaryGlobalValue { opcode: Opcode::SymbolValue, global_value } => {
                match &self.func.global_values[global_value] {
                    ir::GlobalValueData::Symbol { name, .. } => Some(self.name(name)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What an external name means.
    pub fn name(&self, name: &ir::ExternalName) -> Symbol {
        let ir::ExternalName::User(reference) = name else { panic!("translation uses user names only, not {name:?}") };
        let user = &self.func.params.user_named_funcs()[*reference];
        self.translated.symbols[user.index as usize]
    }

    pub fn callee(&self, func_ref: ir::FuncRef) -> Symbol {
        self.name(&self.func.dfg.ext_funcs[func_ref].name)
    }

    /// What the code should be.
    pub fn optimize(&self) -> Optimize {
        self.translated.optimize
    }

    /// [`crate::link::System::tail_words`].
    pub fn tail_words(&self) -> u32 {
        self.translated.tail_words
    }

    /// The global type id of an indirect call's signature.
    pub fn indirect_type(&self, sig: ir::SigRef) -> Option<u32> {
        self.translated.indirect_types[sig]
    }
}

/// Must this instruction be lowered although nobody reads its results?
pub fn has_effect(func: &ir::Function, inst: ir::Inst) -> bool {
    let data = &func.dfg.insts[inst];
    let opcode = data.opcode();
    if opcode.can_load() {
        return !data.memflags_data(&func.dfg).is_some_and(|flags| flags.notrap()) || opcode.can_store();
    }
    opcode.is_call()
        || opcode.is_branch()
        || opcode.is_terminator()
        || opcode.is_return()
        || opcode.can_trap()
        || opcode.can_store()
        || opcode.other_side_effects()
}
