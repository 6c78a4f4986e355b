//! Runs compiled code without kernel, plan or protection: a loader of its own, so that a failure is the code
//! generator's. Software bounds only; one component; privileged, in QEMU's mps2-an386.

use crate::oracle::Outcome;
use compose::codegen::thumb2::asm::Assembler;
use compose::codegen::thumb2::inst::*;
use compose::codegen::{self, Relocation, RelocationKind, Symbol, TrapCode};
use compose::ingest::{ImportKind, Unit};
use compose::link::{HostFunction, InstanceWord, Linked, System};
use compose::manifest::ComponentId;
use std::collections::BTreeMap;
use std::process::Command;

const RAM: u32 = 0x2000_0000;
const STACK_TOP: u32 = RAM + 0x1_0000;
const ME: ComponentId = ComponentId(0);
const UART: u32 = 0x4000_4000;
/// Before a trap's code in what the program sends.
const TRAP: u32 = 0x7ead_0000;

struct Item {
    symbol: Symbol,
    bytes: Vec<u8>,
    relocations: Vec<Relocation>,
}

/// Compiles and runs the start function and the export `run`.
pub fn run(system: &System, name: &str) -> Result<Outcome, String> {
    let (objects, found) = codegen::compile(system);
    let objects = objects.ok_or_else(|| format!("{:#?}", found.list))?;
    let linked = &system.components[0];
    let mut items = vec![support("reset", |asm| reset(asm, linked)), support("trap", trap)];
    items.push(Item { symbol: Symbol::Host { component: ME, function: HostFunction::LogU32 }, ..support("log", log) });
    for object in objects {
        items.extend(object.functions.into_iter().map(|f| Item {
            symbol: f.symbol,
            bytes: f.code,
            relocations: f.relocations,
        }));
        items.extend(object.constants.into_iter().map(|c| Item {
            symbol: c.symbol,
            bytes: c.bytes,
            relocations: c.relocations,
        }));
    }
    let (flash, ram) = place(linked, items)?;
    let log = emulate(name, &flash, &ram)?;
    Ok(outcome(log))
}

fn support(name: &'static str, write: impl FnOnce(&mut Assembler)) -> Item {
    let mut asm = Assembler::new();
    write(&mut asm);
    let assembled = asm.finish();
    Item { symbol: Symbol::Native(name), bytes: assembled.code, relocations: assembled.relocations }
}

fn set(asm: &mut Assembler, rd: compose::codegen::reg::Reg, imm: u32) {
    asm.push(&Inst::MovImm { flags: Flags::Any, rd, imm });
}

fn reset(asm: &mut Assembler, linked: &Linked) {
    let word = |offset| Mem::Offset { base: R1, offset };
    set(asm, R1, UART);
    set(asm, R0, 16);
    asm.push(&Inst::Store { width: Width::Word, rt: R0, mem: word(16) });
    set(asm, R0, 1);
    asm.push(&Inst::Store { width: Width::Word, rt: R0, mem: word(8) });
    // CCR.DIV_0_TRP: division by zero is an exception.
    set(asm, R1, 0xe000_ed14);
    set(asm, R0, 0x210);
    asm.push(&Inst::Store { width: Width::Word, rt: R0, mem: word(0) });
    asm.push(&Inst::LoadSymbol { rd: HOME, symbol: Symbol::HomeBase(ME), addend: 0 });
    let run = linked.module.export("run").expect("programs export `run`");
    let ImportKind::Function(run) = run.kind else { panic!("`run` is a function") };
    for index in linked.module.start.into_iter().chain([run]) {
        // Everything that a function must keep.
        for number in 4..=10 {
            set(asm, compose::codegen::reg::Reg::physical(number), 0x1000_0000 + u32::from(number));
        }
        asm.push(&Inst::Call { target: Symbol::Function { unit: Unit::Component(ME), index } });
        for number in 4..=10 {
            let reg = compose::codegen::reg::Reg::physical(number);
            set(asm, R0, 0x1000_0000 + u32::from(number));
            asm.push(&Inst::Test { op: TestOp::Cmp, rn: reg, rm: R0, shift: Shift::NONE });
            asm.push(&Inst::TrapIf { cond: Cond::Ne, code: TrapCode::Stopped });
        }
    }
    exit(asm);
}

fn exit(asm: &mut Assembler) {
    set(asm, R0, 0x18);
    set(asm, R1, 0x20026);
    asm.push(&Inst::Bkpt { imm: 0xab });
}

/// Every exception: sends the immediate of the UDF, or that of a division by zero.
fn trap(asm: &mut Assembler) {
    let division = asm.new_label();
    let send = asm.new_label();
    // CFSR.DIVBYZERO.
    set(asm, R1, 0xe000_ed28);
    asm.push(&Inst::Load { width: Width::Word, rt: R1, mem: Mem::Offset { base: R1, offset: 0 } });
    asm.push(&Inst::TestImm { op: TestOp::Tst, rn: R1, imm: 0x0200_0000 });
    asm.push(&Inst::BranchIf { cond: Cond::Ne, to: division });
    asm.push(&Inst::Load { width: Width::Word, rt: R0, mem: Mem::Offset { base: SP, offset: 24 } });
    asm.push(&Inst::Load { width: Width::Byte, rt: R0, mem: Mem::Offset { base: R0, offset: 0 } });
    asm.push(&Inst::Branch { to: send });
    asm.bind(division);
    set(asm, R0, TrapCode::IntegerDivideByZero as u32);
    asm.bind(send);
    asm.push(&Inst::AluImm { op: AluOp::Add, flags: Flags::Any, rd: R0, rn: R0, imm: 0x7e00_0000 });
    asm.push(&Inst::AluImm { op: AluOp::Add, flags: Flags::Any, rd: R0, rn: R0, imm: 0x00ad_0000 });
    asm.push(&Inst::Call { target: Symbol::Host { component: ME, function: HostFunction::LogU32 } });
    exit(asm);
}

/// Four bytes, low one first.
fn log(asm: &mut Assembler) {
    set(asm, R1, UART);
    set(asm, R2, 4);
    let wait = asm.new_label();
    asm.bind(wait);
    asm.push(&Inst::Load { width: Width::Word, rt: R3, mem: Mem::Offset { base: R1, offset: 4 } });
    asm.push(&Inst::TestImm { op: TestOp::Tst, rn: R3, imm: 1 });
    asm.push(&Inst::BranchIf { cond: Cond::Ne, to: wait });
    asm.push(&Inst::Store { width: Width::Word, rt: R0, mem: Mem::Offset { base: R1, offset: 0 } });
    asm.push(&Inst::ShiftImm { op: ShiftOp::Lsr, flags: Flags::Any, rd: R0, rm: R0, amount: 8 });
    asm.push(&Inst::AluImm { op: AluOp::Sub, flags: Flags::Set, rd: R2, rn: R2, imm: 1 });
    asm.push(&Inst::BranchIf { cond: Cond::Ne, to: wait });
    // What a callee may destroy, it destroys.
    for rd in [R0, R1, R2, R3, IP] {
        set(asm, rd, 0xdead_beef);
    }
    asm.push(&Inst::BranchReg { rm: LR });
}

fn place(linked: &Linked, mut items: Vec<Item>) -> Result<(Vec<u8>, Vec<u8>), String> {
    let mut symbols: BTreeMap<Symbol, u32> = BTreeMap::new();
    // RAM: the stack below STACK_TOP, instance data, memories.
    let home = STACK_TOP + 4 * linked.instance.len() as u32;
    symbols.insert(Symbol::HomeBase(ME), home);
    let mut end = home;
    for (index, memory) in linked.memories.iter().enumerate() {
        symbols.insert(Symbol::Memory { component: ME, index: index as u32 }, end);
        end += memory.budget.next_multiple_of(8);
    }
    let mut at = 64;
    for item in &items {
        symbols.insert(item.symbol, at);
        at += (item.bytes.len() as u32).next_multiple_of(8);
    }
    let mut flash = vec![0; at as usize];
    let trap = symbols[&Symbol::Native("trap")] | 1;
    flash[..4].copy_from_slice(&STACK_TOP.to_le_bytes());
    flash[4..8].copy_from_slice(&(symbols[&Symbol::Native("reset")] | 1).to_le_bytes());
    for vector in 2..16 {
        flash[4 * vector..4 * vector + 4].copy_from_slice(&trap.to_le_bytes());
    }
    for item in &mut items {
        let at = symbols[&item.symbol];
        for relocation in &item.relocations {
            relocate(&mut item.bytes, at, relocation, &symbols)?;
        }
        flash[at as usize..][..item.bytes.len()].copy_from_slice(&item.bytes);
    }

    let mut ram = vec![0; (end - RAM) as usize];
    // Stale bytes on the stack are not zero.
    ram[..(STACK_TOP - RAM) as usize].fill(0xa5);
    for (index, word) in linked.instance.iter().enumerate() {
        let value = match *word {
            InstanceWord::Value(value) => value,
            InstanceWord::FuncRef(reference) => symbols[&Symbol::Descriptor(reference)],
            InstanceWord::MemoryAddress { memory, offset } => {
                symbols[&Symbol::Memory { component: ME, index: memory }] + offset
            }
        };
        ram[(STACK_TOP - RAM) as usize + 4 * index..][..4].copy_from_slice(&value.to_le_bytes());
    }
    for (memory, offset, bytes) in &linked.data {
        let base = symbols[&Symbol::Memory { component: ME, index: *memory }] - RAM;
        ram[(base + offset) as usize..][..bytes.len()].copy_from_slice(&linked.module.wasm[bytes.clone()]);
    }
    Ok((flash, ram))
}

fn relocate(bytes: &mut [u8], place: u32, r: &Relocation, symbols: &BTreeMap<Symbol, u32>) -> Result<(), String> {
    let target = *symbols.get(&r.target).ok_or_else(|| format!("{:?} is not there", r.target))?;
    let is_code = matches!(r.target, Symbol::Function { .. } | Symbol::Runtime(_) | Symbol::Host { .. });
    let absolute = (target | u32::from(is_code)).wrapping_add_signed(r.addend);
    let field = &mut bytes[r.offset as usize..];
    let half = |field: &[u8], at: usize| u32::from(u16::from_le_bytes([field[at], field[at + 1]]));
    let write = |field: &mut [u8], at: usize, value: u32| {
        field[at..at + 2].copy_from_slice(&(value as u16).to_le_bytes());
    };
    match r.kind {
        RelocationKind::Abs32 => field[..4].copy_from_slice(&absolute.to_le_bytes()),
        RelocationKind::ThumbMovwMovt => {
            for (at, value) in [(0, absolute & 0xffff), (4, absolute >> 16)] {
                let high = half(field, at) & 0xfbf0 | value >> 12 | (value >> 11 & 1) << 10;
                let low = half(field, at + 2) & 0x8f00 | (value >> 8 & 7) << 12 | value & 0xff;
                write(field, at, high);
                write(field, at + 2, low);
            }
        }
        RelocationKind::ThumbCall => {
            let distance = target.wrapping_add_signed(r.addend).wrapping_sub(place + r.offset);
            let s = distance >> 24 & 1;
            let j = |bit: u32| (distance >> bit & 1) ^ s ^ 1;
            let high = half(field, 0) & 0xf800 | s << 10 | distance >> 12 & 0x3ff;
            let low = half(field, 2) & 0xd000 | j(23) << 13 | j(22) << 11 | distance >> 1 & 0x7ff;
            write(field, 0, high);
            write(field, 2, low);
        }
    }
    Ok(())
}

fn emulate(name: &str, flash: &[u8], ram: &[u8]) -> Result<Vec<u32>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = |what: &str, bytes: &[u8]| {
        let path = folder.path().join(what);
        std::fs::write(&path, bytes).map(|()| path.display().to_string()).map_err(|error| error.to_string())
    };
    let (flash, ram) = (file("flash.bin", flash)?, file("ram.bin", ram)?);
    let output = Command::new("timeout")
        .args(["20", "qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none"])
        .args(["-serial", "stdio", "-semihosting-config", "enable=on,target=native", "-device"])
        .arg(format!("loader,file={flash},addr=0,force-raw=on"))
        .arg("-device")
        .arg(format!("loader,file={ram},addr={RAM:#x},force-raw=on"))
        .output()
        .map_err(|error| format!("qemu-system-arm: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name}: {} {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(output.stdout.chunks(4).map(|word| u32::from_le_bytes(word.try_into().expect("whole words"))).collect())
}

fn outcome(mut log: Vec<u32>) -> Outcome {
    let trap = log.last().and_then(|last| {
        let code = last.checked_sub(TRAP)?;
        TrapCode::ALL.into_iter().find(|trap| *trap as u32 == code)
    });
    if trap.is_some() {
        log.pop();
    }
    Outcome { log, trap: trap.map(|trap| trap.text().to_owned()) }
}
