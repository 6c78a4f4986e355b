//! Loads and stores. LDR, LDRH, STR and STRH take any address (DDI 0403, A3.2.1); LDRD and LDM do not, so a 64-bit access
//! is two words.

use super::super::inst::{AluOp, Flags, HOME, Inst, Mem, ShiftOp, Width};
use super::arith::add_constant;
use super::{Cx, alu, emit, read};
use crate::codegen::lower::Unsupported;
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Value, types};

pub(super) fn access(cx: &mut Cx<'_>, inst: ir::Inst) -> Result<(), Unsupported> {
    let func = cx.func;
    let unsupported = || Unsupported(func.dfg.display_inst(inst).to_string());
    match func.dfg.insts[inst] {
        InstructionData::Load { opcode, arg, offset, .. } => {
            let result = func.dfg.first_result(inst);
            load(cx, opcode, result, arg, offset.into()).ok_or_else(unsupported)
        }
        InstructionData::Store { opcode, args: [value, addr], offset, .. } => {
            store(cx, opcode, value, addr, offset.into()).ok_or_else(unsupported)
        }
        _ => Err(unsupported()),
    }
}

fn load(cx: &mut Cx<'_>, opcode: Opcode, result: Value, addr: Value, offset: i32) -> Option<()> {
    let ty = cx.ty(result);
    let width = match (opcode, ty.bits()) {
        (Opcode::Load, 8) | (Opcode::Uload8, _) => Width::Byte,
        (Opcode::Load, 16) | (Opcode::Uload16, _) => Width::Half,
        (Opcode::Sload8, _) => Width::SignedByte,
        (Opcode::Sload16, _) => Width::SignedHalf,
        (Opcode::Load, 32 | 64) | (Opcode::Uload32 | Opcode::Sload32, _) => Width::Word,
        _ => return None,
    };
    let words = cx.def_words(result);
    let [lo, hi] = match words[..] {
        [lo] => {
            let mem = address(cx, addr, offset);
            emit(cx, Inst::Load { width, rt: lo, mem });
            return Some(());
        }
        [lo, hi] => [lo, hi],
        _ => return None,
    };
    match opcode {
        Opcode::Load => {
            let (first, second) = address_pair(cx, addr, offset);
            // The second word first: a pair that straddles the end of its memory faults before anything is lost.
            emit(cx, Inst::Load { width, rt: hi, mem: second });
            emit(cx, Inst::Load { width, rt: lo, mem: first });
        }
        Opcode::Sload8 | Opcode::Sload16 | Opcode::Sload32 => {
            let mem = address(cx, addr, offset);
            emit(cx, Inst::Load { width, rt: lo, mem });
            emit(cx, Inst::ShiftImm { op: ShiftOp::Asr, flags: Flags::Any, rd: hi, rm: lo, amount: 31 });
        }
        _ => {
            let mem = address(cx, addr, offset);
            emit(cx, Inst::Load { width, rt: lo, mem });
            emit(cx, Inst::MovImm { flags: Flags::Any, rd: hi, imm: 0 });
        }
    }
    Some(())
}

fn store(cx: &mut Cx<'_>, opcode: Opcode, value: Value, addr: Value, offset: i32) -> Option<()> {
    let width = match (opcode, cx.ty(value).bits()) {
        (Opcode::Store, 8) | (Opcode::Istore8, _) => Width::Byte,
        (Opcode::Store, 16) | (Opcode::Istore16, _) => Width::Half,
        (Opcode::Store, 32) | (Opcode::Istore32, _) => Width::Word,
        (Opcode::Store, 64) => {
            let (lo, hi) = cx.pair(value);
            let (first, second) = address_pair(cx, addr, offset);
            // The second word first: an access that straddles the end of its memory must write nothing.
            emit(cx, Inst::Store { width: Width::Word, rt: hi, mem: second });
            emit(cx, Inst::Store { width: Width::Word, rt: lo, mem: first });
            return Some(());
        }
        _ => return None,
    };
    let rt = cx.low(value);
    let mem = address(cx, addr, offset);
    emit(cx, Inst::Store { width, rt, mem });
    Some(())
}

fn fits_offset(offset: i32) -> bool {
    (-255..=4095).contains(&offset)
}

/// Two operands of an address that a register-offset form can take: base, index, shift.
fn index_form(cx: &mut Cx<'_>, addr: Value) -> Option<Mem> {
    let [x, y] = cx.as_binary(addr, Opcode::Iadd)?;
    let home = |cx: &Cx<'_>, v: Value| cx.symbol(v) == Some(Symbol::Home);
    let (base, index) = if home(cx, y) { (y, x) } else { (x, y) };
    // Without the pinned base, folding an address with several users keeps two registers alive for one.
    if !home(cx, base) && !cx.is_single_use(addr) {
        return None;
    }
    if cx.constant(index).is_some() {
        return None;
    }
    if let Some([source, amount]) = cx.as_binary(index, Opcode::Ishl)
        && let Some(shift) = cx.constant(amount).filter(|&n| n <= 3)
        && cx.ty(source) == types::I32
    {
        let (base, index) = (read(cx, base), read(cx, source));
        return Some(Mem::Index { base, index, shift: shift as u8 });
    }
    let (base, index) = (read(cx, base), read(cx, index));
    Some(Mem::Index { base, index, shift: 0 })
}

/// A base register and what is left to add.
fn base_and_offset(cx: &mut Cx<'_>, addr: Value, offset: i32) -> (Reg, i32) {
    if let Some([x, y]) = cx.as_binary(addr, Opcode::Iadd)
        && let Some(c) = cx.constant32(y)
        && fits_offset((c as i32).wrapping_add(offset))
    {
        return (read(cx, x), (c as i32).wrapping_add(offset));
    }
    (read(cx, addr), offset)
}

fn address(cx: &mut Cx<'_>, addr: Value, offset: i32) -> Mem {
    if offset == 0
        && let Some(mem) = index_form(cx, addr)
    {
        return mem;
    }
    let (base, offset) = base_and_offset(cx, addr, offset);
    offset_form(cx, base, offset, 0)
}

/// `[base, #offset]`, with `offset..=offset + extra` in reach; else through a sum.
fn offset_form(cx: &mut Cx<'_>, base: Reg, offset: i32, extra: i32) -> Mem {
    if fits_offset(offset) && fits_offset(offset.saturating_add(extra)) {
        return Mem::Offset { base, offset };
    }
    let sum = cx.temp();
    add_constant(cx, sum, base, offset as u32);
    Mem::Offset { base: sum, offset: 0 }
}

/// The addresses of the two words of a 64-bit access.
fn address_pair(cx: &mut Cx<'_>, addr: Value, offset: i32) -> (Mem, Mem) {
    let indexed = if offset == 0 { index_form(cx, addr) } else { None };
    let first = match indexed {
        Some(Mem::Index { base: HOME, index, shift: 0 }) => {
            let sum = cx.temp();
            alu(cx, AluOp::Add, Flags::Any, sum, HOME, index);
            Mem::Offset { base: sum, offset: 0 }
        }
        Some(Mem::Index { base, index, shift }) => {
            let sum = cx.temp();
            let shift = super::Shift { op: ShiftOp::Lsl, amount: shift };
            super::alu_shifted(cx, AluOp::Add, sum, base, index, shift);
            Mem::Offset { base: sum, offset: 0 }
        }
        _ => {
            let (base, offset) = base_and_offset(cx, addr, offset);
            offset_form(cx, base, offset, 4)
        }
    };
    let Mem::Offset { base, offset } = first else { unreachable!("both arms make offset forms") };
    (first, Mem::Offset { base, offset: offset + 4 })
}
