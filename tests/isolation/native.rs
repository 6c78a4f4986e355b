//! Components that run machine code of their own, as if they had talked the processor into some: in a call through an adapter, in
//! `realloc` of the callee (which must not leave then), in `realloc` of the caller (which waits), and in no call at all.
//!
//! The code of one function is replaced by a table of attacks, one image for each function and board. Each job does the attack
//! of its number; after it another pair of components calls one another, and the victim looks after its memory.

use super::{BOARDS, Case, emulated, same};
use compose::codegen::reg::Reg;
use compose::codegen::thumb2::asm::Assembler;
use compose::codegen::thumb2::inst::*;
use compose::codegen::{self, Function, Symbol, TrapCode, blamed};
use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::link::{self, GateKind, HostFunction, Party, System};
use compose::manifest::{ComponentId, ProcessId};
use compose::source::Sources;
use compose::{board, flatten, image, ingest, kernel, manifest, plan};
use libtest_mimic::{Failed, Trial};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What is replaced: a component, a part of the function's name, and whether it runs while it must not leave.
const PLACES: [(&str, &str, &str, bool); 4] = [
    ("call", "b", "demo:api/api#echo", false),
    ("stay", "b", "cabi_realloc", true),
    ("back", "a", "cabi_realloc", true),
    ("alone", "a", "go", false),
];

const FORGED: &str = "forged call to the kernel";
const CANNOT_LEAVE: &str = "call out of a component that cannot be left";
const STACK: &str = "stack overflow";

pub fn trials() -> Vec<Trial> {
    PLACES
        .iter()
        .map(|&(name, component, function, confined)| {
            Trial::test(format!("native::{name}"), move || {
                BOARDS.split_whitespace().try_for_each(|board| attack(board, component, function, confined))
            })
        })
        .collect()
}

struct Attack {
    what: String,
    code: Vec<Inst>,
    expected: Expected,
}

enum Expected {
    /// A trap of the attacker for this reason.
    Trap(&'static str),
    /// A trap of the attacker.
    SomeTrap,
    /// That, or nothing: it does itself no harm, or not at once.
    Harmless,
}

fn attack(board: &str, component: &str, function: &str, confined: bool) -> Result<(), Failed> {
    // How many attacks there are depends on nothing but the system, and not on how often it is called.
    let count = build(board, component, function, confined, 1)?.1.len();
    let (elf, attacks) = build(board, component, function, confined, count)?;
    let board = board::all().into_iter().find(|described| described.name == board).ok_or("no such board")?;
    let folder = tempfile::tempdir()?;
    let said = emulated::emulate(&elf, &board, folder.path())?;
    let mut expected = String::from("victim: filled\n");
    let mut lines = said.console.lines().map(super::without_addresses);
    let mut actual = format!("{}\n", lines.next().unwrap_or_default());
    let trap = format!("trap: component `{component}`: ");
    for Attack { what, expected: wanted, .. } in &attacks {
        writeln!(expected, "{what}: as it should be\nvictim: intact\n101\n")?;
        let mut found: Vec<&str> = lines.by_ref().take_while(|line| *line != "victim: intact").collect();
        let after = lines.next().unwrap_or_default();
        let fine = match (wanted, found.as_slice()) {
            (Expected::Trap(reason), [line]) => line.strip_prefix(&trap) == Some(reason),
            (Expected::SomeTrap, [line]) => line.starts_with(&trap),
            (Expected::Harmless, []) => true,
            (Expected::Harmless, [line]) => line.starts_with(&trap) || line.parse::<u32>().is_ok(),
            _ => false,
        };
        if fine {
            found = vec!["as it should be"];
        }
        writeln!(actual, "{what}: {}\nvictim: intact\n{after}\n", found.join(" / "))?;
    }
    lines.for_each(|line| actual.push_str(line));
    same(&expected, &actual, &format!("expected on {}", board.name))
}

/// An image with so many attacks in its jobs, and all that there are.
fn build(
    board: &str,
    component: &str,
    function: &str,
    confined: bool,
    jobs: usize,
) -> Result<(Vec<u8>, Vec<Attack>), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/isolation/native.case");
    let case = Case::read(&fs::read_to_string(root)?)?;
    let folder = tempfile::tempdir()?;
    case.write(folder.path())?;
    let mut text = case.manifest(board, false, None)?;
    text.truncate(text.rfind('}').ok_or("a manifest")?);
    for job in 1..=jobs {
        writeln!(text, "run \"a#go\" {job}\nrun \"victim#check\"\nrun \"other-a#go\" 4")?;
    }
    text.push_str("}\n");
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", folder.path(), text);
    let mut found = Diagnostics::new();
    let made = (|| {
        let manifest = found.take(manifest::read(&sources, id))?;
        let board = found.take(board::load(&mut sources, &manifest))?;
        let inputs = found.take(ingest::read(&sources, &manifest, &board))?;
        let flat = found.take(flatten::flatten(&manifest, inputs))?;
        let system = found.take(link::resolve(&flat, &board))?;
        let mut objects = found.take(codegen::compile(&system))?;
        let kernel = kernel::compile(&system);
        let attacker = (0u32..).map(ComponentId).find(|id| system.manifest.component(*id).name.value == component)?;
        let attacks = attacks(&system, attacker, function, confined);
        let own = &mut objects[attacker.0 as usize].functions;
        replace(own.iter_mut().find(|own| own.name.contains(function))?, &attacks, function);
        let plan = found.take(plan::place(&system, &objects, &kernel, None))?;
        let image = found.take(image::write(&system, &objects, &kernel, &plan))?;
        Some((image.elf, attacks))
    })();
    made.ok_or_else(|| render(&found, &sources, Format::Human, Look { color: false, width: 120 }).into())
}

/// Which argument has the number: of `go(number)`, `echo(at, number)`, `cabi_realloc(0, 0, 1, number)`.
fn replace(function: &mut Function, attacks: &[Attack], name: &str) {
    let number = match name {
        "go" => R0,
        "cabi_realloc" => R3,
        _ => R1,
    };
    let mut asm = Assembler::new();
    // What it calls stays reachable.
    function
        .relocations
        .retain(|r| matches!(r.target, Symbol::Gate(_) | Symbol::Host { .. } | Symbol::Function { .. }));
    let references: Vec<_> = function.relocations.iter().map(|r| r.target).collect();
    let targets: Vec<Label> = attacks.iter().map(|_| asm.new_label()).collect();
    asm.push(&Inst::AluImm { op: AluOp::Sub, flags: Flags::Any, rd: R4, rn: number, imm: 1 });
    asm.push(&Inst::BranchTable { index: R4, targets: targets.clone() });
    for (attack, label) in attacks.iter().zip(targets) {
        asm.bind(label);
        attack.code.iter().for_each(|inst| asm.push(inst));
        asm.push(&Inst::Trap { code: TrapCode::Unreachable });
    }
    references.into_iter().for_each(|target| asm.push(&Inst::Call { target }));
    let done = asm.finish();
    (function.code, function.relocations, function.lines) = (done.code, done.relocations, Vec::new());
}

fn set(rd: Reg, imm: u32) -> Inst {
    Inst::MovImm { flags: Flags::Any, rd, imm }
}

fn svc(number: u32) -> Vec<Inst> {
    vec![set(IP, number), Inst::Svc { imm: 0 }]
}

fn attacks(system: &System, attacker: ComponentId, function: &str, confined: bool) -> Vec<Attack> {
    let process = system.manifest.component(attacker).process;
    let returns = system.gates.len() as u32;
    let mut all = Vec::new();
    let mut add = |what: String, code: Vec<Inst>, expected| all.push(Attack { what, code, expected });
    let refused = if confined { CANNOT_LEAVE } else { FORGED };

    // Every gate of others; where it must not leave, its own too.
    for (number, gate) in (0u32..).zip(&system.gates) {
        if gate.caller == process && !confined {
            continue;
        }
        let caller = &system.manifest.process(gate.caller).name.value;
        let callee = &system.manifest.component(gate.callee).name.value;
        let what = format!("gate {number}, {:?} of {caller} to {callee}", gate.kind);
        add(what, svc(number), Expected::Trap(refused));
    }
    for number in [returns + 1000, u32::MAX, u32::MAX - 1] {
        add(format!("number {number}"), svc(number), Expected::Trap(refused));
    }

    // Every host function of others, and its own that end a call.
    let numbers = [0, 63, blamed(TrapCode::StackOverflow, Party::Caller), blamed(TrapCode::Unreachable, Party::Callee)];
    let numbers = numbers.into_iter().chain([255, u32::MAX]);
    for (id, linked) in (0u32..).map(ComponentId).zip(&system.components) {
        let own = system.manifest.component(id).process == process;
        for function in linked.host_functions() {
            let whose = &system.manifest.component(id).name.value;
            let arguments = match function {
                HostFunction::Blame => numbers.clone().collect(),
                _ => vec![1],
            };
            for number in arguments {
                let symbol = Symbol::Host { component: id, function };
                let code = vec![
                    set(R0, number),
                    set(R1, number),
                    Inst::LoadSymbol { rd: R4, symbol, addend: 0 },
                    Inst::BranchReg { rm: R4 },
                ];
                let ends = matches!(function, HostFunction::Blame | HostFunction::Exhausted);
                let expected = match (own, ends) {
                    (true, true) => Expected::SomeTrap,
                    (true, false) if !confined => continue,
                    _ => Expected::Trap(refused),
                };
                add(format!("{function:?} of {whose} with {number}"), code, expected);
            }
        }
    }

    // Returns from where it has no stack.
    let stacks = (0u32..system.manifest.processes.len() as u32).map(ProcessId).filter(|other| *other != process);
    let stacks = stacks.flat_map(|other| [(Symbol::StackBase(other), 64), (Symbol::StackTop(other), -64)]);
    let memory = Symbol::Memory { component: attacker, index: 0 };
    let nowhere = [
        (memory, 512),
        (Symbol::KernelMemory, 0),
        (Symbol::KernelStackTop, -64),
        (Symbol::FlashBase, 64),
        (Symbol::StackTop(process), 8),
        (Symbol::StackBase(process), 32),
    ];
    for (symbol, addend) in nowhere.into_iter().chain(stacks) {
        for number in [returns, returns + 1] {
            let mut code = vec![Inst::LoadSymbol { rd: R4, symbol, addend }, Inst::Mov { rd: SP, rm: R4 }];
            code.extend(svc(number));
            add(format!("return {} at {symbol:?} + {addend}", number - returns), code, Expected::Trap(STACK));
        }
    }

    // Returns from its own stack, with something that is no address.
    for number in [returns, returns + 1] {
        for (symbol, addend) in [(Symbol::StackTop(process), 0), (Symbol::StackBase(process), 128)] {
            let mut code =
                vec![set(R0, 0xffff_fff0), Inst::LoadSymbol { rd: R4, symbol, addend }, Inst::Mov { rd: SP, rm: R4 }];
            code.extend(svc(number));
            let expected = if function == "go" { Expected::Harmless } else { Expected::SomeTrap };
            add(format!("return {} of no address at {symbol:?}", number - returns), code, expected);
        }
    }

    // What the kernel keeps on the stack of the caller that waits: eight registers, then the exception frame.
    if system.gates.iter().any(|gate| gate.kind == GateKind::Back && gate.callee == attacker) && confined {
        let words = [0, u32::MAX, 0x0100_0003, 0x0600_0001, 0x2000_0000, 0x0100_0200, 0x0700_fc00];
        let places = [0..16, 8..16, 12..13, 13..14, 14..15, 15..16];
        for (value, place) in words.iter().flat_map(|value| places.iter().map(move |place| (*value, place.clone()))) {
            let mut code = vec![set(R4, value)];
            code.extend(place.clone().map(|word| Inst::Store {
                width: Width::Word,
                rt: R4,
                mem: Mem::Offset { base: SP, offset: 4 * word },
            }));
            code.push(set(R0, 4096));
            code.extend(svc(returns));
            add(format!("its own frame, words {place:?} = {value:#x}"), code, Expected::Harmless);
        }
    }
    all
}
