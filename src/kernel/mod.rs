//! The privileged code of the image: boot, regions, gates, faults.
//!
//! What can be is written as wasm ([`SOURCES`]: the console, reports, the job list, host functions) and compiled like
//! any unit. What cannot be is emitted by the assembler of the instruction set ([`thumb2`]: vectors, start-up,
//! exception entry and exit, gates; [`pmsav7`], [`pmsav8`]: what the protection models differ in). Both read tables in flash ([`tables`]) whose words are known when the plan is;
//! [`layout`] says where each word is.
//!
//! # States
//!
//! After start-up everything happens in exception handlers, on the kernel's stack. Components run unprivileged, each
//! process on its own stack. A job, a gate, a host function and a return are all calls to the kernel (SVC) with a
//! number in r12:
//!
//! ```text
//! 0..gates               gate r12
//! gates                  return with at most four result words
//! gates + 1              return with more
//! gates + 2 ..           host function r12 - gates - 2
//! ```
//!
//! Nothing that a component can do makes these numbers true: a stack is the component's own memory, so it can make the
//! processor run any instruction in flash, with any registers. The kernel checks the stack pointer, the number, and
//! whether the process that runs is the one that the gate was made for.
//!
//! A process is entered by one call at a time (no cycle of links between processes). Its record says who called:
//! nobody, the kernel, or the process that waits; so the chain of calls is a list through the records, and a trap
//! walks it to free those that wait.
//!
//! # Calls in which a process must not leave
//!
//! Adapters let components allocate and clean up ([`link::GateKind`]). During such a call the process runs under another
//! descriptor, which no gate and no host function names: so it reaches none. An adapter's own caller, which waits for it,
//! is entered on top of what it has on its stack, and this descriptor has a record of its own.

mod code;
mod layout;
mod pmsav7;
mod pmsav8;
mod stack;
mod tables;
mod texts;
mod thumb2;

pub use tables::{COPIES, copies};

use crate::board::{Clock, ClockDriver, Console, ConsoleDriver, ProtectionModel};
use crate::codegen::{self, Object};
use crate::ingest::{self, FuncType, Module, Unit};
use crate::link::{self, Gate, HostFunction, System};
use crate::manifest::{ComponentId, ProcessId};

/// Bytes of a process's stack below its deepest frame that exceptions take: the frame of a call to the kernel
/// (8 words, DDI 0403, B1.5.6) and the eight registers that a gate saves. (The frame of a fault may be 4 bytes larger
/// to be aligned, and nothing is saved below it.)
pub const STACK_RESERVE: u32 = 64;

/// The kernel as code and tables, and what RAM it needs.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Everything that is in flash. Relocations carry all that the plan decides.
    pub object: Object,
    /// Bytes of RAM at [`Symbol::KernelMemory`](crate::codegen::Symbol::KernelMemory).
    pub memory: u32,
    /// Bytes of RAM below [`Symbol::KernelStackTop`](crate::codegen::Symbol::KernelStackTop), which is where the
    /// kernel's memory begins.
    pub stack: u32,
}

/// Makes the kernel of a system.
pub fn compile(system: &System) -> Kernel {
    let hosts = host_functions(system);
    let clock = clock(system, &hosts);
    let module = module(system, clock);
    let linked = link::privileged(&module);
    assert!(linked.instance.is_empty() && linked.data.is_empty(), "the kernel's wasm has no state but its memory");
    let (object, found) = codegen::unit(system, &linked);
    let mut object = object.unwrap_or_else(|| panic!("the kernel's own source does not compile: {:?}", found.list));
    let calls = Calls { hosts, clock, module: &module };
    object.functions.extend(thumb2::functions(system, &calls));
    object.constants.push(thumb2::vectors());
    object.constants.extend(tables::all(system, &calls));
    Kernel {
        memory: layout::RECORDS + layout::RECORD_SIZE * (tables::records(system) + 1),
        stack: stack::bound(&object),
        object,
    }
}

/// Bytes at the top of the process's stack that calls into it take before their function's own frame, and bytes that
/// the kernel needs below the deepest frame.
pub fn stack_reserve(system: &System, process: ProcessId) -> u32 {
    let own = |component: ComponentId| system.manifest.component(component).process == process;
    let gates = system.gates.iter().filter(|gate| own(gate.callee)).map(|gate| &gate.ty);
    let jobs = system.jobs.iter().filter(|job| own(job.component)).map(|job| tables::job_type(system, job));
    let areas = gates.chain(jobs).map(words).map(|(arguments, results)| tables::area(system, arguments, results));
    areas.max().unwrap_or(0) + STACK_RESERVE
}

/// Bytes of a process's stack between what it has on it when it calls through a gate, and where it is entered when the
/// callee calls back: the frame of its call and the registers saved below it, and the area for arguments and results.
pub fn back_reserve(system: &System, gate: &Gate) -> u32 {
    let (arguments, results) = words(&gate.ty);
    STACK_RESERVE + tables::area(system, arguments, results)
}

/// What components call, beyond gates.
struct Calls<'a> {
    /// Numbered from `gates + 2` on.
    hosts: Vec<(ComponentId, HostFunction)>,
    /// If a component asks for the time.
    clock: Option<&'a Clock>,
    module: &'a Module,
}

/// Machine words of the parameters and of the results.
fn words(ty: &FuncType) -> (u32, u32) {
    let sum = |types: &[ingest::ValType]| types.iter().map(|ty| ty.words()).sum();
    (sum(&ty.params), sum(&ty.results))
}

/// The board's clock, if any component asks for the time. `link` refuses those that ask a board without one.
fn clock<'a>(system: &'a System, hosts: &[(ComponentId, HostFunction)]) -> Option<&'a Clock> {
    hosts.iter().find(|(_, function)| *function == HostFunction::Clock)?;
    system.board.clock.as_ref()
}

fn host_functions(system: &System) -> Vec<(ComponentId, HostFunction)> {
    let mut out = Vec::new();
    for linked in &system.components {
        let Unit::Component(component) = linked.unit else { continue };
        out.extend(linked.host_functions().into_iter().map(|function| (component, function)));
    }
    out.sort();
    out.dedup();
    out
}

/// The parts that are the same on every board, in the text format.
const SOURCES: [&str; 5] = [
    include_str!("text.wat"),
    include_str!("jobs.wat"),
    include_str!("host.wat"),
    include_str!("fault.wat"),
    include_str!("unaligned.wat"),
];

fn console<'a>(system: &'a System) -> &'a Console {
    system.board.console.as_ref().expect("a board that boots has a console")
}

fn module(system: &System, clock: Option<&Clock>) -> Module {
    let console = match console(system).driver {
        ConsoleDriver::CmsdkUart => include_str!("cmsdk_uart.wat"),
    };
    let clock = match clock.map(|clock| clock.driver) {
        Some(ClockDriver::Mps2Fpgaio) => concat!(include_str!("clock.wat"), include_str!("mps2_fpgaio.wat")),
        None => "",
    };
    let secure_fault = match system.board.protection.model {
        ProtectionModel::Pmsav8 => include_str!("secure_fault.wat"),
        _ => "  (func $secure_fault (result i32) (i32.const 0))\n",
    };
    let text = format!(
        "(module $kernel\n  (import \"native\" \"exit\" (func $exit (param i32)))\n  (import \"native\" \
         \"user_load\" (func $user_load (param i32) (result i32 i32)))\n  (import \"native\" \"user_store\" (func \
         $user_store (param i32 i32) (result i32)))\n  (memory $ram {size} {size} \
         (pagesize 1))\n  (memory $phys 65536)\n{}{}{console}{clock}{secure_fault}{})\n",
        layout::globals(),
        texts::globals(),
        SOURCES.concat(),
        size = layout::RECORDS,
    );
    ingest::module("kernel", Unit::Kernel, text.as_bytes())
        .unwrap_or_else(|error| panic!("the kernel's own source: {}", error.message))
}
