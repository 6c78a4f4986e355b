//! What of the kernel is Arm's own: vectors, start-up, exception entry and exit, gates (Armv7-M: DDI 0403, B1.5, B3.2; all
//! of it holds for Armv8-M Mainline too, DDI 0553). What the two have each of its own is in [`super::pmsav7`] and
//! [`super::pmsav8`].
//!
//! In a handler, `sp` is the main stack, empty on entry: `[sp]` is where kernel memory begins. The processor has pushed
//! the caller's r0-r3, r12, lr, pc, xpsr on the process's stack, where PSP points, with the process's own rights: what
//! PSP points to is the process's, whatever it set its stack pointer to.

use super::Calls;
use super::code::{Code, list};
use super::layout::*;
use super::tables::{self, CONFIGURATION, COPIES, GATES, HOSTS, PROCESSES, XPSR, ZEROS};
use super::{pmsav7, pmsav8};
use crate::board::{Exit, ProtectionModel};
use crate::codegen::reg::Reg;
use crate::codegen::thumb2::inst::*;
use crate::codegen::{Constant, Function, Relocation, RelocationKind, Symbol, TrapCode};
use crate::link::{GateId, GateKind, NativeFunction, System};

const RESET: Symbol = Symbol::Native("reset");
const SVC: Symbol = Symbol::Native("svc");
const FAULT: Symbol = Symbol::Native("exception");
const NO_ACCESS: Symbol = Symbol::Native("no_access");
const DISPATCH: Symbol = Symbol::Native("dispatch");
const EXIT: Symbol = Symbol::Native("exit");
const RETURN: [Symbol; 6] = [
    Symbol::Native("return0"),
    Symbol::Native("return1"),
    Symbol::Native("return2"),
    Symbol::Native("return3"),
    Symbol::Native("return4"),
    Symbol::Native("return_more"),
];

/// Base of the system control space's page with SCB and MPU (B3.2.2).
pub const SCS: u32 = 0xe000_ed00;
const VTOR: i32 = 0x08;
const CCR: i32 = 0x14;
const SHPR2: i32 = 0x1c;
const SHCSR: i32 = 0x24;
const HFSR: i32 = 0x2c;
const CPACR: i32 = 0x88;
const FPCCR: i32 = 0x234;
const MPU_TYPE: i32 = 0x90;
pub const MPU_CTRL: i32 = 0x94;
pub const MPU_RNR: i32 = 0x98;
pub const MPU_RBAR: i32 = 0x9c;
/// RLAR on Armv8-M. In both, bit 0 is the region's switch.
const MPU_RASR: i32 = 0xa0;

/// STKALIGN: frames are aligned to 8. DIV_0_TRP: a division by zero faults, as WebAssembly wants.
const CCR_VALUE: u32 = 1 << 9 | 1 << 4;
/// MemManage, BusFault and UsageFault have handlers of their own.
pub const SHCSR_VALUE: u32 = 7 << 16;
/// SVCall gives way to faults, so that a fault of the kernel itself is seen as one.
const SHPR2_VALUE: u32 = 0x80 << 24;
/// Full access to the floating-point unit, CP10 and CP11 (B3.2.20).
const CPACR_VALUE: u32 = 0xf << 20;
/// No automatic or lazy saving of floating-point registers (B3.2.21): the kernel has no use for them, and no component
/// expects any to be kept across a call. A lazy save would go to the stack of a process that is no longer current.
const FPCCR_VALUE: u32 = 0;
/// ENABLE; PRIVDEFENA: the kernel sees all memory.
pub const MPU_CTRL_VALUE: u32 = 1 | 1 << 2;

/// Armv8-M, which has this model and no other.
fn is_v8(system: &System) -> bool {
    system.board.protection.model == ProtectionModel::Pmsav8
}

/// Where a component's function returns to, by the number of its result words.
pub fn return_stub(results: u32) -> Symbol {
    RETURN[results.min(5) as usize]
}

/// The vector table (B1.5.2): initial stack pointer, then the handlers of exceptions 1-15. No interrupt is enabled.
pub fn vectors() -> Constant {
    let handlers =
        [RESET, FAULT, FAULT, FAULT, FAULT, FAULT, FAULT, FAULT, FAULT, FAULT, SVC, FAULT, FAULT, FAULT, FAULT];
    let words = std::iter::once(Symbol::KernelStackTop).chain(handlers);
    let relocations = words.enumerate().map(|(k, target)| Relocation {
        offset: 4 * k as u32,
        kind: RelocationKind::Abs32,
        target,
        addend: 0,
    });
    let relocations = relocations.collect();
    // VTOR wants a power of two that holds the table, and no less than 128.
    Constant { symbol: Symbol::KernelTable("vectors"), bytes: vec![0; 64], align: 128, relocations }
}

pub fn functions(system: &System, calls: &Calls) -> Vec<Function> {
    let gates = system.gates.len() as u32;
    let mut out = vec![reset(system, calls), svc(system, calls), dispatch(system, calls), fault(system, calls)];
    out.push(exit(system));
    out.extend(user_accesses());
    for (results, symbol) in (0u32..).zip(RETURN) {
        out.push(return_(symbol, results, if results <= 4 { gates } else { gates + 1 }));
    }
    out.extend((0..gates).map(|index| stub(Symbol::Gate(GateId(index)), format!("gate{index}"), index)));
    for (&(component, function), index) in calls.hosts.iter().zip(gates + 2..) {
        let name = format!("{function:?} of {}", system.manifest.component(component).name.value);
        out.push(stub(Symbol::Host { component, function }, name.to_lowercase(), index));
    }
    out
}

// ---- Components' side ----

/// What a component calls: the kernel returns to the BX.
fn stub(symbol: Symbol, name: String, number: u32) -> Function {
    let mut c = Code::new();
    c.constant(IP, number);
    c.push(Inst::Svc { imm: 0 });
    c.push(Inst::BranchReg { rm: LR });
    c.finish(symbol, &name, 0)
}

/// What a component's function returns to. The registers that hold no result are cleared: the caller gets them too.
fn return_(symbol: Symbol, results: u32, number: u32) -> Function {
    let mut c = Code::new();
    for rd in [R0, R1, R2, R3].into_iter().skip(results as usize) {
        c.constant(rd, 0);
    }
    c.constant(IP, number);
    c.push(Inst::Svc { imm: 0 });
    let Symbol::Native(name) = symbol else { unreachable!("the stubs have names") };
    c.finish(symbol, name, 0)
}

// ---- Start-up ----

/// Zeroes RAM, copies what has initial contents, sets up exceptions and regions, and calls the kernel for the first job.
fn reset(system: &System, calls: &Calls) -> Function {
    let mut c = Code::new();
    c.constant(R2, 0);
    c.constant(R3, 0);
    for bank in (0..=u8::MAX).take(system.board.ram().count()) {
        c.address(R0, Symbol::RamStart(bank), 0);
        c.address(R1, Symbol::RamEnd(bank), 0);
        let zeroed = c.label();
        let zero = c.here();
        c.compare_regs(R0, R1);
        c.branch_if(Cond::Eq, zeroed);
        c.store_many(R0, true, &[R2, R3]);
        c.branch(zero);
        c.bind(zeroed);
    }

    let records = tables::copies(system);
    if records > 0 {
        c.address(R4, COPIES, 0);
        c.constant(R5, records);
        let (record, word, bytes, byte, next) = (c.here(), c.label(), c.label(), c.label(), c.label());
        c.load_many(R4, true, &[R0, R1, R2]);
        c.bind(word);
        c.subs(R2, R2, 4);
        c.branch_if(Cond::Lo, bytes);
        c.push(Inst::Load { width: Width::Word, rt: R3, mem: Mem::PostIndex { base: R1, offset: 4 } });
        c.push(Inst::Store { width: Width::Word, rt: R3, mem: Mem::PostIndex { base: R0, offset: 4 } });
        c.branch(word);
        c.bind(bytes);
        c.add(R2, R2, 4);
        c.bind(byte);
        c.subs(R2, R2, 1);
        c.branch_if(Cond::Lo, next);
        c.push(Inst::Load { width: Width::Byte, rt: R3, mem: Mem::PostIndex { base: R1, offset: 1 } });
        c.push(Inst::Store { width: Width::Byte, rt: R3, mem: Mem::PostIndex { base: R0, offset: 1 } });
        c.branch(byte);
        c.bind(next);
        c.subs(R5, R5, 1);
        c.branch_if(Cond::Ne, record);
    }

    c.constant(R0, SCS);
    let faults = if is_v8(system) { pmsav8::SHCSR_VALUE } else { SHCSR_VALUE };
    for (offset, value) in [(CCR, CCR_VALUE), (SHPR2, SHPR2_VALUE), (SHCSR, faults)] {
        c.constant(R1, value);
        c.store(R1, R0, offset as u32);
    }
    c.address(R1, Symbol::FlashBase, 0);
    c.store(R1, R0, VTOR as u32);
    if system.board.cpu.fpu_single {
        for (offset, value) in [(CPACR, CPACR_VALUE), (FPCCR, FPCCR_VALUE)] {
            c.constant(R1, value);
            c.store(R1, R0, offset as u32);
        }
    }

    // All regions off, the fixed one on.
    c.load(R1, R0, MPU_TYPE as u32);
    c.push(Inst::Bitfield { signed: false, rd: R1, rn: R1, lsb: 8, width: 8 });
    c.constant(R2, 0);
    let (off, cleared) = (c.here(), c.label());
    c.push(Inst::BranchZero { nonzero: false, rn: R1, to: cleared });
    c.subs(R1, R1, 1);
    c.store(R1, R0, MPU_RNR as u32);
    c.store(R2, R0, MPU_RASR as u32);
    c.branch(off);
    c.bind(cleared);
    if is_v8(system) {
        pmsav8::start(&mut c)
    } else {
        pmsav7::start(&mut c)
    }
    c.constant(R1, MPU_CTRL_VALUE);
    c.store(R1, R0, MPU_CTRL as u32);
    c.push(Inst::Dsb);
    c.push(Inst::Isb);

    c.address(HOME, Symbol::KernelMemory, 0);
    c.address(R0, CONFIGURATION, 0);
    c.call(calls, "start");
    if calls.clock.is_some() {
        c.call(calls, "clock_start");
    }
    // As if a process's function returned: the kernel goes on with the first job. The frame of this call goes on
    // top of the kernel's stack, where nobody wants it.
    c.address(R0, PROCESSES, tables::boot(system));
    c.store(R0, HOME, CURRENT);
    c.address(R0, Symbol::KernelStackTop, 0);
    c.push(Inst::Msr { special: Special::Psp, rn: R0 });
    c.constant(R0, 2);
    c.push(Inst::Msr { special: Special::Control, rn: R0 });
    c.push(Inst::Isb);
    c.constant(IP, system.gates.len() as u32);
    c.push(Inst::Svc { imm: 0 });
    c.push(Inst::Udf { imm: 0 });
    c.finish(RESET, "reset", 0)
}

/// Ends the program with the exit code in r0.
fn exit(system: &System) -> Function {
    let mut c = Code::new();
    if system.board.exit == Exit::Semihosting {
        // SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit (Arm semihosting 2.0).
        c.mov(R2, R0);
        c.constant(R1, 0x20026);
        c.push(Inst::Push { list: list(&[R1, R2]) });
        c.mov(R1, SP);
        c.constant(R0, 0x20);
        c.push(Inst::Bkpt { imm: 0xab });
    }
    let halted = c.here();
    c.push(Inst::Wfi);
    c.branch(halted);
    c.finish(EXIT, "exit", 8)
}

// ---- Handlers ----

/// Loads the region words at r4 and lets them take effect, and clears what the other process left in floating-point
/// registers, which nobody expects to be kept. Clobbers r0-r3, r6-r10, r12; r4 moves on.
fn load_regions(c: &mut Code, system: &System) {
    let (first, count) = (system.fixed_entries(), system.process_slots());
    if count == 0 {
        return;
    }
    if is_v8(system) {
        pmsav8::load(c, first, count)
    } else {
        pmsav7::load(c, count)
    }
    if tables::clears_floats(system) {
        c.address(IP, ZEROS, 0);
        c.push(Inst::FloatLoadAll { base: IP });
    }
    c.push(Inst::Dsb);
    c.push(Inst::Isb);
}

/// Leaves the handler into a function. r4: its process. r5: the entry's `ENTRY_FRAME`. r6: where its exception frame
/// goes. r7: its first four argument words. lr: EXC_RETURN.
fn enter(c: &mut Code, system: &System) {
    c.push(Inst::Msr { special: Special::Psp, rn: R6 });
    c.load_many(R7, false, &[R0, R1, R2, R3]);
    c.store_many(R6, true, &[R0, R1, R2, R3]);
    c.load_many(R5, true, &[R0, R1, R2, R3]);
    c.store_many(R6, true, &[R0, R1, R2, R3]);
    c.add(R4, R4, PROCESS_REGIONS);
    load_regions(c, system);
    c.load_many(R5, false, &[R4, R5, R6, R7, R8, R9, R10, HOME]);
    c.push(Inst::BranchReg { rm: LR });
}

/// Copies `r9` bytes, a multiple of 4 that may be 0, from `from` to `to`, last word first. Clobbers r9 and r12.
fn copy_words(c: &mut Code, from: Reg, to: Reg) {
    let done = c.label();
    let next = c.here();
    c.subs(R9, R9, 4);
    c.branch_if(Cond::Mi, done);
    c.push(Inst::Load { width: Width::Word, rt: IP, mem: Mem::Index { base: from, index: R9, shift: 0 } });
    c.push(Inst::Store { width: Width::Word, rt: IP, mem: Mem::Index { base: to, index: R9, shift: 0 } });
    c.branch(next);
    c.bind(done);
}

/// r7 = the descriptor of gate `number`.
fn gate_address(c: &mut Code, number: Reg) {
    c.address(R7, GATES, 0);
    let shift = Shift { op: ShiftOp::Lsl, amount: ENTRY_SIZE.trailing_zeros() as u8 };
    c.push(Inst::Alu { op: AluOp::Add, flags: Flags::Any, rd: R7, rn: R7, rm: number, shift });
}

/// Calls to the kernel: gates, returns, host functions. r0 is PSP, r1 the process throughout, r3 the highest PSP.
fn svc(system: &System, calls: &Calls) -> Function {
    let gates = system.gates.len() as u32;
    let mut c = Code::new();
    let (overflow, overflow_saved, forged, stopped) = (c.label(), c.label(), c.label(), c.label());
    let (other, wide, entered) = (c.label(), c.label(), c.label());

    // The frame is inside the process's stack, and there is room below it for eight registers.
    c.push(Inst::Mrs { rd: R0, special: Special::Psp });
    c.load(R1, SP, CURRENT);
    c.load_pair(R2, R3, R1, PROCESS_LOWEST);
    c.load(IP, R0, 16);
    c.compare_regs(R0, R2);
    c.branch_if(Cond::Lo, overflow);
    c.compare_regs(R0, R3);
    c.branch_if(Cond::Hi, overflow);
    c.compare(IP, gates);
    c.branch_if(Cond::Hs, other);

    // A gate. What the caller must find again goes below its frame; no one else can reach it there.
    let saved = [R4, R5, R6, R7, R8, R9, R10, HOME];
    c.push(Inst::StoreMultiple { base: R0, writeback: true, decrement: true, list: list(&saved) });
    gate_address(&mut c, IP);
    // Caller, process, area, bytes of arguments and results.
    c.load_many(R7, true, &[R4, R5, R6, R9]);
    c.compare_regs(R4, R1);
    c.branch_if(Cond::Ne, forged);
    c.load(R8, R5, PROCESS_RECORD);
    c.load(R2, R8, RECORD_CALLER);
    c.push(Inst::BranchZero { nonzero: true, rn: R2, to: stopped });
    c.load(R10, R5, PROCESS_HIGHEST);
    c.push(Inst::BranchZero { nonzero: true, rn: R6, to: wide });
    c.bind(entered);
    c.push(Inst::StorePair { rt: R1, rt2: R0, base: R8, offset: RECORD_CALLER as i32 });
    c.store(R5, SP, CURRENT);
    c.mov(R4, R5);
    c.mov(R5, R7);
    c.mov(R6, R10);
    c.add(R7, R0, 32);
    enter(&mut c, system);

    // A call back into the process that waits for this one: on top of what it has on its stack, if that leaves room.
    let (forward, no_room) = (c.label(), c.label());
    c.bind(wide);
    c.push(Inst::TestImm { op: TestOp::Tst, rn: R6, imm: ENTRY_BACK });
    c.branch_if(Cond::Eq, forward);
    c.load(R10, R1, PROCESS_RECORD);
    c.load(R10, R10, RECORD_CALLER_STACK);
    c.subs(R10, R10, 32);
    c.subs(R6, R6, ENTRY_BACK);
    c.alu(AluOp::Sub, IP, R10, R6);
    c.load(R2, R5, PROCESS_LOWEST);
    c.compare_regs(IP, R2);
    c.branch_if(Cond::Lo, no_room);
    c.push(Inst::BranchZero { nonzero: false, rn: R6, to: entered });

    // Argument words on the stack: they are inside the caller's, and so is the room for result words.
    c.bind(forward);
    c.add(R2, R0, 32);
    c.alu(AluOp::Add, R2, R2, R6);
    c.compare_regs(R2, R3);
    c.branch_if(Cond::Hi, overflow_saved);
    c.alu(AluOp::Sub, R10, R10, R6);
    c.push(Inst::Unary { op: UnaryOp::Uxth, rd: R9, rm: R9 });
    c.add(R2, R0, 64);
    c.add(R3, R10, 32);
    copy_words(&mut c, R2, R3);
    c.branch(entered);

    // Returns. The process that called is the one in the record; what it saved is where the record says.
    c.bind(other);
    let (return_, return_more, job_done, host) = (c.label(), c.label(), c.label(), c.label());
    c.branch_if(Cond::Ne, return_more);
    c.bind(return_);
    c.load(R8, R1, PROCESS_RECORD);
    c.load_pair(R4, R5, R8, RECORD_CALLER);
    c.compare(R4, CALLER_KERNEL);
    c.branch_if(Cond::Ls, job_done);
    c.constant(R6, CALLER_NONE);
    c.store(R6, R8, RECORD_CALLER);
    c.store(R4, SP, CURRENT);
    c.load_many(R0, false, &[R0, R1, R2, R3]);
    c.add(R6, R5, 32);
    c.store_many(R6, true, &[R0, R1, R2, R3]);
    // Where callers are called back, they may have written anything there: the processor must be able to return to them (B1.5.8).
    if system.gates.iter().any(|gate| gate.kind == GateKind::Back) {
        c.load(R0, R6, 8);
        c.push(Inst::AluImm { op: AluOp::Bic, flags: Flags::Any, rd: R0, rn: R0, imm: 1 });
        c.constant(R1, XPSR);
        c.push(Inst::StorePair { rt: R0, rt2: R1, base: R6, offset: 8 });
    }
    c.add(R4, R4, PROCESS_REGIONS);
    load_regions(&mut c, system);
    c.mov(R0, R5);
    c.load_many(R0, true, &saved);
    c.push(Inst::Msr { special: Special::Psp, rn: R0 });
    c.push(Inst::BranchReg { rm: LR });

    // Result words on the stack. The caller's r12 is the gate's number: it has been checked, and only the caller,
    // which waits, could have changed it since. One that is called back waits for an adapter, and those have no such results.
    c.bind(return_more);
    c.compare(IP, gates + 1);
    c.branch_if(Cond::Ne, host);
    c.load(R8, R1, PROCESS_RECORD);
    c.load_pair(R4, R5, R8, RECORD_CALLER);
    c.compare(R4, CALLER_KERNEL);
    c.branch_if(Cond::Ls, job_done);
    c.load(R6, R5, 32 + 16);
    gate_address(&mut c, R6);
    c.load(R6, R7, ENTRY_AREA);
    c.load_half(R9, R7, ENTRY_RESULTS);
    c.alu(AluOp::Sub, R2, R3, R6);
    c.add(R2, R2, 32);
    c.add(R3, R5, 64);
    copy_words(&mut c, R2, R3);
    c.branch(return_);

    c.bind(job_done);
    c.constant(R6, CALLER_NONE);
    c.store(R6, R8, RECORD_CALLER);
    c.push(Inst::TailCall { target: DISPATCH });

    // Host functions: those of the process that runs. One that must not leave has those that end its call.
    c.bind(host);
    let bad_host = c.label();
    c.constant(R2, gates + 2);
    c.alu(AluOp::Sub, IP, IP, R2);
    c.compare(IP, calls.hosts.len() as u32);
    c.branch_if(Cond::Hs, bad_host);
    c.constant(R2, HOST_SIZE);
    c.address(R3, HOSTS, 0);
    c.push(Inst::MulAdd { op: MulAddOp::Mla, rd: R3, rn: IP, rm: R2, ra: R3 });
    c.load(R2, R3, HOST_PROCESS);
    let granted = c.label();
    c.compare_regs(R2, R1);
    c.branch_if(Cond::Eq, granted);
    c.load(IP, R3, HOST_FUNCTION);
    c.compare(IP, HOST_BLAME);
    c.branch_if(Cond::Lo, bad_host);
    c.load(IP, R1, PROCESS_ITSELF);
    c.compare_regs(R2, IP);
    c.branch_if(Cond::Ne, bad_host);
    c.bind(granted);
    c.push(Inst::Push { list: list(&[R0, R1, HOME, LR]) });
    c.load_pair(R1, R2, R0, 0);
    c.mov(IP, R3);
    c.mov(R3, R0);
    c.mov(R0, IP);
    c.address(HOME, Symbol::KernelMemory, 0);
    c.call(calls, if calls.clock.is_some() { "host_or_clock" } else { "host" });
    c.mov(R2, R0);
    c.push(Inst::Pop { list: list(&[R0, R1, HOME, LR]) });
    let trap = c.label();
    c.push(Inst::BranchZero { nonzero: true, rn: R2, to: trap });
    c.push(Inst::BranchReg { rm: LR });

    // Refusals: r0 is PSP, or 32 below it once registers have been saved; r1 the process; r2 the reason; from `report` on
    // r3 the process to blame.
    let report = c.label();
    c.bind(stopped);
    c.add(R0, R0, 32);
    c.constant(R2, TrapCode::Stopped as u32);
    c.branch(trap);
    c.bind(no_room);
    c.add(R0, R0, 32);
    c.load(R3, R5, PROCESS_ITSELF);
    c.constant(R2, TrapCode::StackOverflow as u32);
    c.branch(report);
    c.bind(forged);
    c.add(R0, R0, 32);
    c.bind(bad_host);
    // A process that must not leave has another descriptor than its gates name.
    c.load(R3, R1, PROCESS_ITSELF);
    c.constant(R2, TrapCode::Forged as u32);
    c.compare_regs(R3, R1);
    c.branch_if(Cond::Eq, trap);
    c.constant(R2, TrapCode::CannotLeave as u32);
    c.branch(trap);
    c.bind(overflow_saved);
    c.add(R0, R0, 32);
    c.bind(overflow);
    c.constant(R2, TrapCode::StackOverflow as u32);
    c.bind(trap);
    c.load(R3, R1, PROCESS_ITSELF);
    c.bind(report);
    c.address(HOME, Symbol::KernelMemory, 0);
    c.call(calls, "trap");
    c.push(Inst::TailCall { target: DISPATCH });
    c.finish(SVC, "svc", 16)
}

/// Enters the next job. Nothing of the kernel is in use: what was before is over.
fn dispatch(system: &System, calls: &Calls) -> Function {
    let mut c = Code::new();
    c.address(HOME, Symbol::KernelMemory, 0);
    c.call(calls, "next");
    c.load(R4, R0, ENTRY_PROCESS);
    c.load(R8, R4, PROCESS_RECORD);
    c.constant(R2, CALLER_KERNEL);
    c.store(R2, R8, RECORD_CALLER);
    c.store(R4, SP, CURRENT);
    c.load(R6, R4, PROCESS_HIGHEST);
    c.load(R2, R0, ENTRY_AREA);
    c.alu(AluOp::Sub, R6, R6, R2);
    c.load_half(R9, R0, ENTRY_ARGUMENTS);
    c.add(R2, R0, JOB_ARGUMENTS + 16);
    c.add(R3, R6, 32);
    copy_words(&mut c, R2, R3);
    // Threads are unprivileged from here on.
    c.constant(R1, 1);
    c.push(Inst::Msr { special: Special::Control, rn: R1 });
    // EXC_RETURN: to thread mode and the process's stack, no floating-point state (B1.5.8).
    c.constant(LR, 0xffff_fffd);
    c.add(R7, R0, JOB_ARGUMENTS);
    c.mov(R5, R0);
    c.add(R5, R5, ENTRY_FRAME);
    enter(&mut c, system);
    c.finish(DISPATCH, "dispatch", 0)
}

/// All other exceptions: a fault of the component that runs, or of the kernel.
///
/// An access that the hardware does not do at its address, because the module's alignment hint was wrong, is done here,
/// and the component goes on. The hint is only a hint (WebAssembly 2.0, 4.4.7).
fn fault(system: &System, calls: &Calls) -> Function {
    let mut c = Code::new();
    let (kernel, report, unlucky) = (c.label(), c.label(), c.label());
    let floats = tables::clears_floats(system);
    // EXC_RETURN bit 2: the frame is on the process's stack (B1.5.8).
    c.push(Inst::TestImm { op: TestOp::Tst, rn: LR, imm: 4 });
    c.branch_if(Cond::Eq, kernel);
    let saved = [R3, R4, R5, R6, R7, R8, R9, R10, HOME];
    c.push(Inst::Push { list: list(&saved) | list(&[LR]) });
    c.address(HOME, Symbol::KernelMemory, 0);
    c.push(Inst::Mrs { rd: R0, special: Special::Psp });
    c.mov(R1, SP);
    if floats {
        c.push(Inst::AluImm { op: AluOp::Sub, flags: Flags::Any, rd: SP, rn: SP, imm: FLOAT_BYTES });
        c.push(Inst::FloatStoreAll { base: SP });
    }
    c.call(calls, "unaligned");
    if floats {
        c.push(Inst::FloatLoadAll { base: SP });
        c.add(SP, SP, FLOAT_BYTES);
    }
    c.push(Inst::BranchZero { nonzero: true, rn: R0, to: report });
    c.push(Inst::Pop { list: list(&saved) | list(&[PC]) });

    c.bind(report);
    c.add(SP, SP, SAVED_BYTES);
    c.push(Inst::Mrs { rd: R0, special: Special::Psp });
    c.load(R1, SP, CURRENT);
    c.call(calls, "fault");
    c.push(Inst::TailCall { target: DISPATCH });

    // A fault in a handler. Of an access on a component's behalf it is the component's: the access did not succeed.
    c.bind(kernel);
    c.load(R0, SP, 24);
    c.add(R0, R0, 1);
    for access in [NativeFunction::UserLoad, NativeFunction::UserStore] {
        c.address(R1, Symbol::Native(access.name()), 0);
        c.compare_regs(R0, R1);
        c.branch_if(Cond::Eq, unlucky);
    }
    c.address(HOME, Symbol::KernelMemory, 0);
    c.mov(R0, SP);
    c.call(calls, "fatal");
    c.push(Inst::Udf { imm: 0 });

    c.bind(unlucky);
    c.address(R0, NO_ACCESS, 0);
    c.push(Inst::AluImm { op: AluOp::Sub, flags: Flags::Any, rd: R0, rn: R0, imm: 1 });
    c.store(R0, SP, 24);
    c.constant(R0, SCS + HFSR as u32);
    c.constant(R1, u32::MAX);
    c.store(R1, R0, 0);
    c.push(Inst::BranchReg { rm: LR });
    c.finish(FAULT, "exception", SAVED_BYTES + if floats { FLOAT_BYTES } else { 0 })
}

/// r3-r11 and lr.
const SAVED_BYTES: u32 = 40;
/// s0-s31.
const FLOAT_BYTES: u32 = 128;

/// Accesses with the rights of the process that runs: the first instruction of each may fault, and then [`fault`] goes
/// on in the last of the three.
fn user_accesses() -> [Function; 3] {
    let mut load = Code::new();
    load.push(Inst::LoadUser { rt: R0, base: R0 });
    load.constant(R1, 1);
    load.push(Inst::BranchReg { rm: LR });
    let mut store = Code::new();
    store.push(Inst::StoreUser { rt: R1, base: R0 });
    store.constant(R0, 1);
    store.push(Inst::BranchReg { rm: LR });
    let mut none = Code::new();
    none.constant(R0, 0);
    none.constant(R1, 0);
    none.push(Inst::BranchReg { rm: LR });
    let symbol = |function: NativeFunction| Symbol::Native(function.name());
    [
        load.finish(symbol(NativeFunction::UserLoad), "user_load", 0),
        store.finish(symbol(NativeFunction::UserStore), "user_store", 0),
        none.finish(NO_ACCESS, "no_access", 0),
    ]
}
