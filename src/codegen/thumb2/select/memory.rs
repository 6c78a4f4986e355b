//! Loads and stores. LDR, LDRH, STR and STRH take any address; LDRD, STRD, VLDR and VSTR want a multiple of 4 (DDI 0403,
//! A3.2.1), and are used where the module's alignment hint promises one. The kernel mends what breaks the promise.

use super::super::encode::{float_offset_fits, pair_offset_fits};
use super::super::inst::{AluOp, Flags, Inst, Mem, Precision, Shift, ShiftOp, Width};
use super::arith::add_constant;
use super::call::{core_definitions, core_words};
use super::{Cx, alu_shifted, emit, float, read};
use crate::codegen::lower::Unsupported;
use crate::codegen::object::Symbol;
use crate::codegen::reg::Reg;
use cranelift_codegen::ir::{self, InstructionData, Opcode, Value, types};

pub(super) fn access(cx: &mut Cx<'_>, inst: ir::Inst) -> Result<(), Unsupported> {
    let func = cx.func;
    let data = &func.dfg.insts[inst];
    let aligned = data.memflags_data(&func.dfg).is_some_and(|flags| flags.aligned());
    let done = match *data {
        InstructionData::Load { opcode, arg, offset, .. } => {
            load(cx, opcode, func.dfg.first_result(inst), Place { addr: arg, offset: offset.into(), aligned })
        }
        InstructionData::Store { opcode, args: [value, addr], offset, .. } => {
            store(cx, opcode, value, Place { addr, offset: offset.into(), aligned })
        }
        _ => None,
    };
    done.ok_or_else(|| Unsupported(func.dfg.display_inst(inst).to_string()))
}

/// What an access names.
#[derive(Clone, Copy)]
struct Place {
    addr: Value,
    offset: i32,
    /// The address is said to be a multiple of 4.
    aligned: bool,
}

fn load(cx: &mut Cx<'_>, opcode: Opcode, result: Value, place: Place) -> Option<()> {
    let ty = cx.ty(result);
    let width = match (opcode, ty.bits()) {
        (Opcode::Load, 8) | (Opcode::Uload8, _) => Width::Byte,
        (Opcode::Load, 16) | (Opcode::Uload16, _) => Width::Half,
        (Opcode::Sload8, _) => Width::SignedByte,
        (Opcode::Sload16, _) => Width::SignedHalf,
        (Opcode::Load, 32 | 64) | (Opcode::Uload32 | Opcode::Sload32, _) => Width::Word,
        _ => return None,
    };
    if let Some((precision, mem)) = float_address(cx, result, place) {
        let rt = cx.def(result);
        emit(cx, Inst::FloatLoad { precision, rt, mem });
        return Some(());
    }
    let (words, moves) = core_definitions(cx, &[result]);
    load_words(cx, opcode, width, &words, place)?;
    moves.into_iter().for_each(|inst| emit(cx, inst));
    Some(())
}

/// For a value in a floating-point register that VLDR or VSTR may move: its address. They have no register offset, so
/// that an address of two registers is left to LDR or STR if nobody else needs the sum.
fn float_address(cx: &mut Cx<'_>, value: Value, place: Place) -> Option<(Precision, Mem)> {
    let precision = float::hardware(cx, value).filter(|_| place.aligned)?;
    let sum = cx.as_binary(place.addr, Opcode::Iadd);
    if place.offset == 0
        && cx.is_single_use(place.addr)
        && sum.is_some_and(|[x, y]| cx.constant(x).is_none() && cx.constant(y).is_none())
        && precision == Precision::Single
    {
        return None;
    }
    let (base, offset) = base_and_offset(cx, place.addr, place.offset);
    if float_offset_fits(offset) {
        return Some((precision, Mem::Offset { base, offset }));
    }
    let sum = cx.temp();
    add_constant(cx, sum, base, offset as u32);
    Some((precision, Mem::Offset { base: sum, offset: 0 }))
}

fn load_words(cx: &mut Cx<'_>, opcode: Opcode, width: Width, words: &[Reg], place: Place) -> Option<()> {
    let Place { addr, offset, aligned } = place;
    let [lo, hi] = match *words {
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
            let (base, offset) = address_pair(cx, addr, offset);
            if aligned && pair_offset_fits(offset) {
                emit(cx, Inst::LoadPair { rt: lo, rt2: hi, base, offset });
            } else {
                emit(cx, Inst::Load { width, rt: hi, mem: Mem::Offset { base, offset: offset + 4 } });
                emit(cx, Inst::Load { width, rt: lo, mem: Mem::Offset { base, offset } });
            }
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

fn store(cx: &mut Cx<'_>, opcode: Opcode, value: Value, place: Place) -> Option<()> {
    if let Some((precision, mem)) = float_address(cx, value, place) {
        let rt = cx.reg(value);
        emit(cx, Inst::FloatStore { precision, rt, mem });
        return Some(());
    }
    let Place { addr, offset, aligned } = place;
    let width = match (opcode, cx.ty(value).bits()) {
        (Opcode::Store, 8) | (Opcode::Istore8, _) => Width::Byte,
        (Opcode::Store, 16) | (Opcode::Istore16, _) => Width::Half,
        (Opcode::Store, 32) | (Opcode::Istore32, _) => Width::Word,
        (Opcode::Store, 64) => {
            let words = core_words(cx, value);
            let (lo, hi) = (words[0], words[1]);
            let (base, offset) = address_pair(cx, addr, offset);
            if aligned && pair_offset_fits(offset) {
                emit(cx, Inst::StorePair { rt: lo, rt2: hi, base, offset });
            } else {
                // The second word first: an access that straddles the end of its memory must write nothing.
                let second = Mem::Offset { base, offset: offset + 4 };
                emit(cx, Inst::Store { width: Width::Word, rt: hi, mem: second });
                emit(cx, Inst::Store { width: Width::Word, rt: lo, mem: Mem::Offset { base, offset } });
            }
            return Some(());
        }
        _ => return None,
    };
    let rt = core_words(cx, value)[0];
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
    // An address with several users is in a register anyway.
    if !cx.is_single_use(addr) {
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

/// The address of a 64-bit access as base and offset, with both words in reach.
fn address_pair(cx: &mut Cx<'_>, addr: Value, offset: i32) -> (Reg, i32) {
    let indexed = if offset == 0 { index_form(cx, addr) } else { None };
    let mem = match indexed {
        Some(Mem::Index { base, index, shift }) => {
            let sum = cx.temp();
            let shift = Shift { op: ShiftOp::Lsl, amount: shift };
            alu_shifted(cx, AluOp::Add, sum, base, index, shift);
            return (sum, 0);
        }
        _ => {
            let (base, offset) = base_and_offset(cx, addr, offset);
            offset_form(cx, base, offset, 4)
        }
    };
    let Mem::Offset { base, offset } = mem else { unreachable!("an offset form") };
    (base, offset)
}
