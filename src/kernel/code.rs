//! Thumb-2 in shorthand, for what of the kernel is written by hand.

use super::Calls;
use crate::codegen::reg::Reg;
use crate::codegen::thumb2::asm::Assembler;
use crate::codegen::thumb2::encode::test_immediate_fits;
use crate::codegen::thumb2::inst::*;
use crate::codegen::{Function, Symbol};
use crate::ingest::{ImportKind, Unit};

/// Code of the kernel as it grows.
pub struct Code {
    asm: Assembler,
}

impl Code {
    pub fn new() -> Self {
        Code { asm: Assembler::new() }
    }

    /// `frame`: bytes of the stack that the code itself uses.
    pub fn finish(self, symbol: Symbol, name: &str, frame: u32) -> Function {
        let done = self.asm.finish();
        let name = name.to_owned();
        let (code, relocations) = (done.code, done.relocations);
        let (calls, tail_calls) = (done.calls, done.tail_calls);
        Function { symbol, name, code, relocations, frame, calls, tail_calls, lines: Vec::new() }
    }

    pub fn push(&mut self, inst: Inst) {
        self.asm.push(&inst);
    }

    pub fn label(&mut self) -> Label {
        self.asm.new_label()
    }

    pub fn bind(&mut self, label: Label) {
        self.asm.bind(label);
    }

    /// Makes a label here.
    pub fn here(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    pub fn constant(&mut self, rd: Reg, imm: u32) {
        self.push(Inst::MovImm { flags: Flags::Any, rd, imm });
    }

    pub fn address(&mut self, rd: Reg, symbol: Symbol, addend: u32) {
        self.push(Inst::LoadSymbol { rd, symbol, addend: addend as i32 });
    }

    pub fn mov(&mut self, rd: Reg, rm: Reg) {
        self.push(Inst::Mov { rd, rm });
    }

    pub fn add(&mut self, rd: Reg, rn: Reg, imm: u32) {
        self.push(Inst::AluImm { op: AluOp::Add, flags: Flags::Any, rd, rn, imm });
    }

    pub fn alu(&mut self, op: AluOp, rd: Reg, rn: Reg, rm: Reg) {
        self.push(Inst::Alu { op, flags: Flags::Any, rd, rn, rm, shift: Shift::NONE });
    }

    /// `rd = rn - imm`, with flags.
    pub fn subs(&mut self, rd: Reg, rn: Reg, imm: u32) {
        self.push(Inst::AluImm { op: AluOp::Sub, flags: Flags::Set, rd, rn, imm });
    }

    pub fn load(&mut self, rt: Reg, base: Reg, offset: u32) {
        self.push(Inst::Load { width: Width::Word, rt, mem: Mem::Offset { base, offset: offset as i32 } });
    }

    pub fn load_half(&mut self, rt: Reg, base: Reg, offset: u32) {
        self.push(Inst::Load { width: Width::Half, rt, mem: Mem::Offset { base, offset: offset as i32 } });
    }

    pub fn store(&mut self, rt: Reg, base: Reg, offset: u32) {
        self.push(Inst::Store { width: Width::Word, rt, mem: Mem::Offset { base, offset: offset as i32 } });
    }

    pub fn load_pair(&mut self, rt: Reg, rt2: Reg, base: Reg, offset: u32) {
        self.push(Inst::LoadPair { rt, rt2, base, offset: offset as i32 });
    }

    /// `LDM base, {regs}`, or `LDM base!, {regs}`.
    pub fn load_many(&mut self, base: Reg, writeback: bool, regs: &[Reg]) {
        self.push(Inst::LoadMultiple { base, writeback, list: list(regs) });
    }

    pub fn store_many(&mut self, base: Reg, writeback: bool, regs: &[Reg]) {
        self.push(Inst::StoreMultiple { base, writeback, decrement: false, list: list(regs) });
    }

    /// Compares with a constant; may use r2.
    pub fn compare(&mut self, rn: Reg, imm: u32) {
        if test_immediate_fits(TestOp::Cmp, imm) {
            self.push(Inst::TestImm { op: TestOp::Cmp, rn, imm });
        } else {
            self.constant(R2, imm);
            self.compare_regs(rn, R2);
        }
    }

    pub fn compare_regs(&mut self, rn: Reg, rm: Reg) {
        self.push(Inst::Test { op: TestOp::Cmp, rn, rm, shift: Shift::NONE });
    }

    pub fn branch_if(&mut self, cond: Cond, to: Label) {
        self.push(Inst::BranchIf { cond, to });
    }

    pub fn branch(&mut self, to: Label) {
        self.push(Inst::Branch { to });
    }

    /// Calls a function of the kernel's wasm, by the name of its export. r11 is the kernel's memory.
    pub fn call(&mut self, calls: &Calls, export: &str) {
        let Some(ImportKind::Function(index)) = calls.module.export(export).map(|export| export.kind) else {
            panic!("the kernel's wasm exports no function `{export}`");
        };
        self.push(Inst::Call { target: Symbol::Function { unit: Unit::Kernel, index } });
    }
}

/// A list of registers as the encodings have it.
pub fn list(regs: &[Reg]) -> u16 {
    regs.iter().fold(0, |list, reg| list | 1 << reg.number())
}
