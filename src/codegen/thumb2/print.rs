//! Machine instructions as text that an assembler reads back to the same bytes (unified syntax, `.syntax unified`).
//!
//! In a row's text, `{s}` is the `s` of a flag-setting encoding or the condition in an IT block; `{d}`, `{n}`, `{m}`
//! and `{a}` are registers; `{Sd}` and so on single, `{Dd}` double ones; `{1}` the only register of the list; `{i}` the immediate, `{~i}` its complement, `{o}` a
//! signed offset, which is left out with its `, #` if it is 0; `{w}` a width; `{sh}` a shift; `{l}` a list; `{c}` a condition; `{x}` a
//! special register; `{t}` what a branch goes to.

use super::encode::Encoded;
use super::inst::{Cond, Flags, Shift, ShiftOp};
use super::table::Effect;
use crate::codegen::object::Symbol;
use crate::ingest::Unit;
use std::fmt::Write;

/// One line of text; `target` is the label or symbol of a branch.
pub(super) fn text(encoded: &Encoded, target: &str) -> String {
    let o = &encoded.operands;
    let mut out = String::new();
    let mut rest = encoded.row.text;
    while let Some((before, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').expect("a row's text has closed braces");
        out.push_str(before);
        rest = after;
        match field {
            "s" => {
                let sets = match encoded.row.effect {
                    Effect::Sets => o.it.is_none(),
                    Effect::Keeps => false,
                    Effect::Chooses => o.flags == Flags::Set,
                };
                out.push_str(if sets { "s" } else { "" });
                out.push_str(o.it.map_or("", condition));
            }
            "d" => out.push_str(register(o.d)),
            "n" => out.push_str(register(o.n)),
            "m" => out.push_str(register(o.m)),
            "a" => out.push_str(register(o.a)),
            "Sd" => write!(out, "s{}", o.d).unwrap(),
            "Sn" => write!(out, "s{}", o.n).unwrap(),
            "Sm" => write!(out, "s{}", o.m).unwrap(),
            "Dd" => write!(out, "d{}", o.d).unwrap(),
            "Dn" => write!(out, "d{}", o.n).unwrap(),
            "Dm" => write!(out, "d{}", o.m).unwrap(),
            "f" => write!(out, "{:?}", f32::from_bits(o.imm)).unwrap(),
            "all" => {
                let names: Vec<_> = (0..32).map(|r| format!("s{r}")).collect();
                write!(out, "{{{}}}", names.join(", ")).unwrap();
            }
            "1" => out.push_str(register(o.list.trailing_zeros())),
            "i" => write!(out, "{}", o.imm).unwrap(),
            "~i" => write!(out, "{}", !o.imm).unwrap(),
            // In brackets, an offset 0 is left out; outside it is an operand.
            "o" if out.ends_with('#') => write!(out, "{}", o.imm as i32).unwrap(),
            "o" if o.imm == 0 => {}
            "o" => write!(out, ", #{}", o.imm as i32).unwrap(),
            "w" => write!(out, "{}", o.width).unwrap(),
            "sh" => shift(&mut out, o.shift),
            "l" => {
                let names: Vec<_> = (0..16).filter(|r| o.list >> r & 1 != 0).map(register).collect();
                write!(out, "{{{}}}", names.join(", ")).unwrap();
            }
            "c" => out.push_str(condition(o.cond)),
            "x" => out.push_str(special(o.imm)),
            "t" => out.push_str(target),
            _ => unreachable!("row text has an unknown field {field}"),
        }
    }
    out.push_str(rest);
    out
}

pub(super) fn register(number: u32) -> &'static str {
    const NAMES: [&str; 16] =
        ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"];
    NAMES[number as usize]
}

pub(super) fn condition(cond: Cond) -> &'static str {
    const NAMES: [&str; 14] = ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"];
    NAMES[cond as usize]
}

fn shift(out: &mut String, shift: Shift) {
    let name = match shift.op {
        ShiftOp::Lsl if shift.amount == 0 => return,
        ShiftOp::Lsl => "lsl",
        ShiftOp::Lsr => "lsr",
        ShiftOp::Asr => "asr",
        ShiftOp::Ror => "ror",
    };
    write!(out, ", {name} #{}", shift.amount).unwrap();
}

/// SYSm (B5.2.2).
fn special(number: u32) -> &'static str {
    match number {
        5 => "ipsr",
        8 => "msp",
        9 => "psp",
        16 => "primask",
        20 => "control",
        _ => unreachable!("special register {number}"),
    }
}

/// A symbol as an assembler's identifier.
pub fn symbol(symbol: &Symbol) -> String {
    let unit = |unit: &Unit| match unit {
        Unit::Component(id) => format!("component{}", id.0),
        Unit::Kernel => "kernel".to_owned(),
        Unit::Runtime => "runtime".to_owned(),
    };
    match symbol {
        Symbol::Function { unit: u, index } => format!("{}.func{index}", unit(u)),
        Symbol::Entry { component, index } => format!("component{}.entry{index}", component.0),
        Symbol::Runtime(function) => format!("runtime.{}", function.name()),
        Symbol::Native(name) => format!("native.{name}"),
        Symbol::Gate(id) => format!("gate{}", id.0),
        Symbol::Host { component, function } => {
            format!("component{}.host.{}", component.0, format!("{function:?}").to_lowercase())
        }
        Symbol::Descriptor(None) => "null".to_owned(),
        Symbol::Descriptor(Some(f)) => format!("{}.descriptor{}", unit(&f.unit), f.index),
        Symbol::Table { unit: u, index } => format!("{}.table{index}", unit(u)),
        Symbol::Data { unit: u, index } => format!("{}.data{index}", unit(u)),
        Symbol::Elements { unit: u, index } => format!("{}.elements{index}", unit(u)),
        Symbol::KernelTable(name) => format!("kernel.{name}"),
        Symbol::LoadImage(component) => format!("component{}.load_image", component.0),
        Symbol::CodeStart(component) => format!("component{}.code_start", component.0),
        Symbol::CodeEnd(component) => format!("component{}.code_end", component.0),
        Symbol::Memory { component, index } => format!("component{}.memory{index}", component.0),
        Symbol::HomeBase(component) => format!("component{}.home", component.0),
        Symbol::Home => "home".to_owned(),
        Symbol::StackBase(process) => format!("process{}.stack_base", process.0),
        Symbol::StackTop(process) => format!("process{}.stack_top", process.0),
        Symbol::RegionWord { process, index } => format!("process{}.region_word{index}", process.0),
        Symbol::FixedRegionWord { index } => format!("region_word{index}"),
        Symbol::KernelMemory => "kernel.memory".to_owned(),
        Symbol::KernelStackTop => "kernel.stack_top".to_owned(),
        Symbol::RamStart(bank) => format!("ram_start{bank}"),
        Symbol::RamEnd(bank) => format!("ram_end{bank}"),
        Symbol::FlashBase => "flash_base".to_owned(),
        Symbol::FlashEnd => "flash_end".to_owned(),
    }
}
