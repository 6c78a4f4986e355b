//! What instruction selection sees: values as registers, and what defines a value.

use super::Machine;
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use crate::codegen::translate::Translated;
use crate::ingest::Unit;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Type, Value, ValueDef, types};
use std::collections::HashMap;

/// An operator that an ISA does not lower.
#[derive(Debug)]
pub struct Unsupported(pub String);

/// The registers of a value: `hi` exists for 64-bit values only.
#[derive(Clone, Copy, Debug)]
struct Regs {
    lo: Reg,
    hi: Reg,
}

pub struct Context<'a, M: Machine> {
    pub func: &'a ir::Function,
    /// Whose code this is.
    pub unit: Unit,
    translated: &'a Translated,
    regs: SecondaryMap<Value, Option<Regs>>,
    /// How often the CLIF names a value.
    clif_uses: SecondaryMap<Value, u32>,
    /// Whether lowered code reads the value's registers.
    used: SecondaryMap<Value, bool>,
    aliases: HashMap<Reg, Reg>,
    next_virtual: u32,
    /// Instructions of the CLIF instruction that is being lowered, in program order.
    pub(super) out: Vec<M::Inst>,
    /// Largest outgoing area, in words.
    pub outgoing_words: u32,
    /// Words of results and parameters beyond the registers, at the caller's.
    pub has_calls: bool,
}

impl<'a, M: Machine> Context<'a, M> {
    pub(super) fn new(unit: Unit, translated: &'a Translated) -> Self {
        let func = &translated.func;
        let mut cx = Context {
            func,
            unit,
            translated,
            regs: SecondaryMap::new(),
            clif_uses: SecondaryMap::new(),
            used: SecondaryMap::new(),
            aliases: HashMap::new(),
            next_virtual: 0,
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
        let lo = self.temp();
        let hi = if self.ty(value).bits() > 32 { self.temp() } else { lo };
        self.regs[value] = Some(Regs { lo, hi });
    }

    /// A fresh virtual register.
    pub fn temp(&mut self) -> Reg {
        self.next_virtual += 1;
        Reg::virtual_(self.next_virtual - 1)
    }

    pub(super) fn virtual_count(&self) -> u32 {
        self.next_virtual
    }

    pub fn emit(&mut self, inst: M::Inst) {
        self.out.push(inst);
    }

    pub fn ty(&self, value: Value) -> Type {
        self.func.dfg.value_type(value)
    }

    /// A value of at most 32 bits as a register. Bits above its type are arbitrary.
    pub fn reg(&mut self, value: Value) -> Reg {
        debug_assert!(self.ty(value).bits() <= 32);
        self.low(value)
    }

    /// The low 32 bits of a value.
    pub fn low(&mut self, value: Value) -> Reg {
        self.used[value] = true;
        self.regs[value].expect("every value has registers").lo
    }

    /// A 64-bit value as (low, high).
    pub fn pair(&mut self, value: Value) -> (Reg, Reg) {
        debug_assert_eq!(self.ty(value).bits(), 64);
        self.used[value] = true;
        let regs = self.regs[value].expect("every value has registers");
        (regs.lo, regs.hi)
    }

    /// The words of a value, low first.
    pub fn words(&mut self, value: Value) -> Vec<Reg> {
        if self.ty(value).bits() == 64 {
            let (lo, hi) = self.pair(value);
            vec![lo, hi]
        } else {
            vec![self.reg(value)]
        }
    }

    /// The registers that the code being lowered has to define.
    pub fn def(&mut self, value: Value) -> Reg {
        self.regs[value].expect("every value has registers").lo
    }

    pub fn def_pair(&mut self, value: Value) -> (Reg, Reg) {
        let regs = self.regs[value].expect("every value has registers");
        (regs.lo, regs.hi)
    }

    pub fn def_words(&mut self, value: Value) -> Vec<Reg> {
        let regs = self.regs[value].expect("every value has registers");
        if self.ty(value).bits() == 64 { vec![regs.lo, regs.hi] } else { vec![regs.lo] }
    }

    /// Makes `defined` another name of `source`: no instruction is needed.
    pub fn alias(&mut self, defined: Reg, source: Reg) {
        let source = self.resolve(source);
        debug_assert_ne!(defined, source);
        self.aliases.insert(defined, source);
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

    /// The bits of a constant, zero-extended from its type.
    pub fn constant(&self, value: Value) -> Option<u64> {
        match self.func.dfg.insts[self.def_inst(value)?] {
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
        if self.ty(value) == types::I64 {
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

    /// The global type id of an indirect call's signature.
    pub fn indirect_type(&self, sig: ir::SigRef) -> Option<u32> {
        self.translated.indirect_types[sig]
    }
}

/// Must this instruction be lowered although nobody reads its results?
pub(super) fn has_effect(func: &ir::Function, inst: ir::Inst) -> bool {
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
