//! Systems that run on an emulated board: `tests/kernel/*.wat`.
//!
//! Lines that start with `;;!` are the manifest's nodes, `;;board NAME...` the boards (without: mps2-an386), `;;@ FILE`
//! starts a module. From `;;= output` on, the file is what the console says and the exit code; `BLESS=1` writes it.
//! Addresses are shown as the function or section that they are in, so that they do not depend on the placing. In nodes,
//! `{flash}`, `{console}` and `{0x3000_0000}` are the distances of addresses from the board's RAM.

use compose::codegen::reg::Reg;
use compose::codegen::thumb2::asm::Assembler;
use compose::codegen::thumb2::inst::*;
use compose::codegen::{self, Object, Symbol, TrapCode};
use compose::emulator::Measured;
use compose::flatten::Flat;
use compose::image::{self, Image};
use compose::ingest::{self, Module, Unit};
use compose::kernel::{self, Kernel};
use compose::manifest::{self, ComponentId, ProcessId};
use compose::plan::{self, Plan};
use compose::{board, link, source::Sources};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../benches/calls.rs"]
mod calls;
#[path = "../benches/gate.rs"]
mod gate;
#[path = "emulated/stack.rs"]
mod stack;

/// For what is not in files: Armv7-M, Armv8-M.
const BOARDS: &[&str] = &["mps2-an386", "mps2-an505"];

const OUTPUT: &str = ";;= output";

fn main() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel"))
        .expect("the tests are there")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    let files = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || check(&file))
    });
    let attacks = attacks()
        .into_iter()
        .map(|(name, code, reason)| (name, code, reason, BOARDS))
        .chain(attacks_on_v8().into_iter().map(|(name, code, reason)| (name, code, reason, &BOARDS[1..])))
        .map(|(name, code, reason, boards)| {
            Trial::test(format!("attack::{name}"), move || boards.iter().try_for_each(|b| attack(&code, reason, b)))
        });
    let fatal = Trial::test("a_fault_in_the_kernel_ends_the_program", || {
        BOARDS.iter().try_for_each(|board| fault_in_the_kernel(board))
    });
    let clock = Trial::test("the_clock_is_not_fast", || BOARDS.iter().try_for_each(|board| clock_is_not_fast(board)));
    let cost = Trial::test("gate_cost", || {
        gate::BOARDS.iter().try_for_each(|board| match gate::measure(board)? {
            ..=gate::MOST => Ok(()),
            instructions => Err(format!("on {board} a gate takes {instructions} instructions").into()),
        })
    });
    let calls = Trial::test("calls_cost", || {
        calls::BOARDS.iter().try_for_each(|board| match calls::ratio(&calls::measure(board)?) {
            ..=calls::MOST => Ok(()),
            ratio => Err(format!("on {board} passing 256 bytes takes {ratio:.2} copies and scalar calls").into()),
        })
    });
    let trials = files.chain(attacks).chain([fatal, clock, cost, calls]);
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn check(file: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let (input, expected) = match text.find(OUTPUT) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let boards = input.lines().find_map(|line| line.strip_prefix(";;board "));
    let mut first: Option<String> = None;
    for board in boards.unwrap_or("mps2-an386").split_whitespace() {
        let actual = run(input, board)?;
        let first = first.get_or_insert_with(|| actual.clone());
        if *first != actual {
            return Err(format!("on {board}:\n{actual}otherwise:\n{first}").into());
        }
    }
    let actual = first.expect("a board");
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, format!("{}\n\n{actual}", input.trim_end()))?;
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, &actual);
    Err(format!("{}\nBLESS=1 accepts the new output", diff.unified_diff().header("expected", "actual")).into())
}

fn run(input: &str, board: &str) -> Result<String, Failed> {
    let Ran { console, code, stacks } = run_with(input, board, |_, _| {})?;
    stacks?;
    let mut output = format!("{OUTPUT}\n");
    for line in console.lines() {
        output.push_str(format!(";; {line}").trim_end());
        output.push('\n');
    }
    output.push_str(&format!(";;= exit {code}\n"));
    Ok(output)
}

/// Waits for a second by the kernel's clock: for no less by this machine's. (For more, if it has other things to do.)
fn clock_is_not_fast(board: &str) -> Result<(), Failed> {
    let waits = r#";;! component "a" "a.wat" { memory budget=(KiB)4 }
;;! run "a#main"
;;@ a.wat
(module
  (import "compose" "clock" (func $clock (result i64)))
  (memory 1)
  (func (export "main")
    (loop $again (br_if $again (i64.lt_u (call $clock) (i64.const 1_000_000_000))))))
"#;
    let start = Instant::now();
    let Ran { console, code, stacks } = run_with(waits, board, |_, _| {})?;
    stacks?;
    match (code, start.elapsed() >= Duration::from_secs(1)) {
        (0, true) => Ok(()),
        (0, false) => Err(format!("a second took {:?} on {board}", start.elapsed()).into()),
        (code, _) => Err(format!("on {board} it ends with {code}: {console}").into()),
    }
}

struct Ran {
    console: String,
    code: i32,
    /// Whether they were enough: code of a test's own has no bound.
    stacks: Result<(), Failed>,
}

/// Builds the system for the board and runs it.
fn run_with(input: &str, board: &str, change: impl FnOnce(&mut [Object], &mut Kernel)) -> Result<Ran, Failed> {
    let mut nodes = String::new();
    let mut modules: Vec<(&str, String)> = Vec::new();
    let described = board::all().into_iter().find(|described| described.name == board).ok_or("no such board")?;
    for line in input.lines() {
        if let Some(node) = line.strip_prefix(";;!") {
            nodes.push_str(&distances(node, &described)?);
            nodes.push('\n');
        } else if let Some(name) = line.strip_prefix(";;@ ") {
            modules.push((name.trim(), String::new()));
        } else if let Some((_, module)) = modules.last_mut() {
            module.push_str(line);
            module.push('\n');
        }
    }
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", ".", format!("system \"test\" {{\n  board \"{board}\"\n{nodes}}}\n"));
    let (manifest, found) = manifest::read(&sources, id);
    let manifest = manifest.filter(|_| !found.has_errors()).ok_or_else(|| format!("manifest: {:#?}", found.list))?;
    let (board, found) = board::load(&mut sources, &manifest);
    let board = board.ok_or_else(|| format!("board: {:#?}", found.list))?;
    let mut in_order: Vec<Module> = Vec::new();
    for (index, component) in manifest.components.iter().enumerate() {
        let name = component.name.value.as_str();
        let path = component.path.value.as_str();
        let (_, text) = modules.iter().find(|(file, _)| *file == path).ok_or("a component without a module")?;
        let unit = Unit::Component(ComponentId(index as u32));
        in_order.push(ingest::module(name, unit, text.as_bytes()).map_err(|error| format!("{error:#?}"))?);
    }
    let flat = Flat::of_modules(manifest, in_order);
    let (system, found) = link::resolve(&flat, &board);
    let system = system.ok_or_else(|| format!("link: {:#?}", found.list))?;
    let (objects, found) = codegen::compile(&system);
    let mut objects = objects.ok_or_else(|| format!("codegen: {:#?}", found.list))?;
    let mut kernel = kernel::compile(&system);
    change(&mut objects, &mut kernel);
    let (plan, found) = plan::place(&system, &objects, &kernel, None);
    let plan = plan.ok_or_else(|| format!("plan: {:#?}", found.list))?;
    let (image, found) = image::write(&system, &objects, &kernel, &plan);
    let image = image.ok_or_else(|| format!("image: {:#?}", found.list))?;

    let text: u32 = kernel.object.functions.iter().map(|function| function.code.len() as u32).sum();
    if text > 4096 || kernel.memory + kernel.stack > 1024 {
        return Err(format!("the kernel is too large: {text} of code, {} + {}", kernel.memory, kernel.stack).into());
    }
    let Ran { console, code, stacks } = emulate(&image, &board)?;
    let console = replace_addresses(&console, "(code ", &|address| function_at(address, &plan, &image));
    let console = replace_addresses(&console, " at ", &|address| section_at(address, &plan, &board));
    Ok(Ran { console, code, stacks })
}

/// A node with numbers for what is in braces around a number or a name.
fn distances(node: &str, board: &board::Board) -> Result<String, Failed> {
    let ram = board.ram().next().ok_or("no RAM")?.base;
    let flash = board.banks.iter().find(|bank| bank.kind == board::BankKind::Flash).ok_or("no flash")?.base;
    let mut out = String::new();
    for part in node.split_inclusive(['{', '}']) {
        let name = part.trim_end_matches('}');
        let number = name.strip_prefix("0x").and_then(|d| u32::from_str_radix(&d.replace('_', ""), 16).ok());
        let address = match name {
            "flash" => Some(flash + 0x1000),
            "console" => board.console.as_ref().map(|console| console.base),
            _ => number,
        };
        match address.filter(|_| out.ends_with('{') && part.ends_with('}')) {
            Some(address) => {
                out.pop();
                out.push_str(&address.wrapping_sub(ram).to_string());
            }
            None => out.push_str(part),
        }
    }
    Ok(out)
}

fn emulate(image: &Image, board: &board::Board) -> Result<Ran, Failed> {
    let folder = tempfile::tempdir()?;
    let measured = Measured::new(image, board, folder.path())?.ok_or("a board that can be emulated")?;
    let emulator = measured.board.emulator.as_ref().ok_or("a board that can be emulated")?;
    let path = folder.path().join("test.elf");
    std::fs::write(&path, &measured.elf)?;
    if let Some(keep) = std::env::var_os("KEEP") {
        std::fs::write(keep, &image.elf)?;
    }
    let output = Command::new("timeout")
        .args(["20", &emulator.program, "-M", &emulator.machine])
        .args(["-display", "none", "-monitor", "none", "-serial", "stdio"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .args(&emulator.args)
        .arg("-kernel")
        .arg(&path)
        .stdin(Stdio::null())
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !stderr.is_empty() {
        return Err(format!("the emulator says: {stderr}\nconsole: {}", String::from_utf8_lossy(&output.stdout)).into());
    }
    let code = output.status.code().ok_or("the emulator was stopped")?;
    let console = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Ran { console, code, stacks: stack::check(&measured, image) })
}

/// Replaces the addresses (`0x0000_1234`) after `before`.
fn replace_addresses(console: &str, before: &str, name: &dyn Fn(u32) -> String) -> String {
    let mut out = String::new();
    let mut rest = console;
    while let Some(at) = rest.find(before) {
        let (copied, after) = rest.split_at(at + before.len());
        out.push_str(copied);
        rest = after;
        let digits = after.strip_prefix("0x").and_then(|digits| digits.get(..9));
        if let Some(address) = digits.and_then(|digits| u32::from_str_radix(&digits.replace('_', ""), 16).ok()) {
            out.push_str(&name(address));
            rest = &after[11..];
        }
    }
    out.push_str(rest);
    out
}

/// The section that an address is in or, less than 64 bytes, below.
fn section_at(address: u32, plan: &Plan, board: &board::Board) -> String {
    let inside = |s: &&plan::Section| address.checked_sub(s.base).is_some_and(|offset| offset < s.size);
    let below = |s: &&plan::Section| s.base.checked_sub(address).is_some_and(|offset| offset < 64);
    let of = |filter: &dyn Fn(&&plan::Section) -> bool| plan.sections.iter().filter(|s| s.size > 0).find(|s| filter(s));
    match (of(&inside), of(&below)) {
        (Some(section), _) if section.kind == plan::SectionKind::Stack => section.name.clone(),
        (Some(section), _) if section.kind.in_flash() => section.name.clone(),
        (Some(section), _) => format!("{}+{:#x}", section.name, address - section.base),
        (None, Some(section)) => format!("just below {}", section.name),
        (None, None) if (plan.flash.base..plan.flash.base + plan.flash.size).contains(&address) => "flash".to_owned(),
        (None, None) if board.console.as_ref().is_some_and(|console| address >> 16 == console.base >> 16) => {
            "the console".to_owned()
        }
        (None, None) => format!("{:#x}......", address >> 24),
    }
}

fn function_at(address: u32, plan: &Plan, image: &Image) -> String {
    let is_code = |symbol: &Symbol| {
        matches!(
            symbol,
            Symbol::Function { .. } | Symbol::Runtime(_) | Symbol::Native(_) | Symbol::Gate(_) | Symbol::Host { .. }
        )
    };
    let code = plan.symbols.iter().filter(|(symbol, value)| is_code(symbol) && **value <= address);
    let Some(start) = code.map(|(_, value)| *value).max() else { return "nowhere".to_owned() };
    let elf = goblin::elf::Elf::parse(&image.elf).expect("the image is an ELF");
    let symbol = elf.syms.iter().find(|symbol| symbol.st_value as u32 & !1 == start && symbol.is_function());
    let name = symbol.and_then(|symbol| elf.strtab.get_at(symbol.st_name)).unwrap_or("?");
    name.to_owned()
}

// ---- Native attacks ----

/// `intruder` runs machine code of its own, as if it had talked the processor into some: it has no rights but its own.
/// The others must be as they were: `victim` says 42 when asked, and through `other`'s gate 43.
const ATTACKED: &str = r#"
;;! component "victim" "victim.wat" { memory budget=(KiB)1 }
;;! component "other" "other.wat" { memory budget=(KiB)1 }
;;! component "intruder" "intruder.wat" { memory budget=(KiB)1; stack (B)256 }
;;! run "intruder#attack"
;;! run "victim#check"
;;! run "other#check"
;;@ victim.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (data (i32.const 64) "\2a")
  (func (export "get") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "set") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "wide") (param i32 i32 i32 i32 i32 i32) (result i32) (local.get 5))
  (func (export "check") (call $log (i32.load (i32.const 64)))))
;;@ other.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "compose" "exit" (func $exit (param i32)))
  (import "victim" "set" (func $set (param i32 i32)))
  (import "victim" "get" (func $get (param i32) (result i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "never") (call $exit (i32.const 5)))
  (func (export "check")
    (call $set (i32.const 64) (i32.add (call $get (i32.const 64)) (i32.const 1)))
    (call $log (call $get (i32.const 64)))))
;;@ intruder.wat
(module
  (import "victim" "get" (func $get (param i32) (result i32)))
  (import "victim" "wide" (func $wide (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func (export "attack")
    (call $log (call $get (call $wide
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))))
"#;

/// The gates' and host functions' numbers follow from the order of components and imports: 0 and 1 are `other`'s gates,
/// 2 and 3 the intruder's, 4 and 5 return, 6 is a host function of `victim`, 7 and 8 of `other`, 9 of the intruder.
fn attacks() -> Vec<(&'static str, Vec<Inst>, &'static str)> {
    let call = |number| vec![set(IP, number), Inst::Svc { imm: 0 }];
    let stack = |symbol, addend| vec![Inst::LoadSymbol { rd: R4, symbol, addend }, Inst::Mov { rd: SP, rm: R4 }];
    let with = |mut a: Vec<Inst>, b: Vec<Inst>| {
        a.extend(b);
        a
    };
    let intruder = ComponentId(2);
    let process = ProcessId(2);
    let memory = Symbol::Memory { component: intruder, index: 0 };
    let victim = Symbol::Memory { component: ComponentId(0), index: 0 };
    let store = |symbol, addend| {
        vec![
            Inst::LoadSymbol { rd: R4, symbol, addend },
            Inst::Store { width: Width::Word, rt: R5, mem: Mem::Offset { base: R4, offset: 0 } },
        ]
    };
    let privilege =
        vec![set(R0, 0), Inst::Msr { special: Special::Control, rn: R0 }, Inst::Isb, Inst::Cps { enable: false }];
    vec![
        ("own_gates_work", with(vec![Inst::Push { list: 3 }], with(call(2), call(3))), "unreachable"),
        ("gate_of_another", call(1), "forged call to the kernel"),
        ("no_such_number", call(10), "forged call to the kernel"),
        ("largest_number", call(u32::MAX), "forged call to the kernel"),
        ("host_function_of_another", call(8), "forged call to the kernel"),
        ("stack_in_own_memory", with(stack(memory, 512), call(2)), "stack overflow"),
        ("stack_in_victim", with(stack(victim, 512), call(2)), "stack overflow"),
        ("stack_in_kernel", with(stack(Symbol::KernelStackTop, 64), call(2)), "stack overflow"),
        ("stack_in_flash", with(stack(Symbol::FlashBase, 64), call(2)), "stack overflow"),
        ("stack_nowhere", with(vec![set(R4, 0), Inst::Mov { rd: SP, rm: R4 }], call(2)), "stack overflow"),
        (
            "stack_nowhere_and_a_fault",
            vec![set(R4, 0), Inst::Mov { rd: SP, rm: R4 }, Inst::Udf { imm: 1 }],
            "stack overflow",
        ),
        (
            "stack_nowhere_and_an_access",
            with(vec![set(R4, 0), Inst::Mov { rd: SP, rm: R4 }], store(victim, 64)),
            "stack overflow",
        ),
        (
            "stack_nowhere_and_a_breakpoint",
            vec![set(R4, 0), Inst::Mov { rd: SP, rm: R4 }, Inst::Bkpt { imm: 1 }],
            "stack overflow",
        ),
        ("room_for_the_frame_only", with(stack(Symbol::StackBase(process), 32), call(2)), "stack overflow"),
        ("stack_above_its_top", with(stack(Symbol::StackTop(process), 8), call(2)), "stack overflow"),
        ("arguments_above_the_stack", with(stack(Symbol::StackTop(process), 0), call(3)), "stack overflow"),
        ("privilege", with(privilege, store(victim, 64)), "memory access out of bounds"),
        ("kernel_memory", store(Symbol::KernelMemory, 0), "memory access out of bounds"),
        ("kernel_stack", store(Symbol::KernelStackTop, -4), "memory access out of bounds"),
        ("own_stack_is_below", store(Symbol::StackBase(process), -4), "memory access out of bounds"),
        ("vectors", store(Symbol::FlashBase, 0), "memory access out of bounds"),
        (
            "region_registers",
            vec![
                set(R4, 0xe000_ed94),
                Inst::Store { width: Width::Word, rt: R4, mem: Mem::Offset { base: R4, offset: 0 } },
            ],
            "memory access out of bounds",
        ),
        ("breakpoint", vec![Inst::Bkpt { imm: 0xab }], "undefined instruction"),
        (
            "data_as_code",
            with(vec![Inst::LoadSymbol { rd: R4, symbol: memory, addend: 1 }], branch()),
            "execution outside of code",
        ),
        (
            "arm_state",
            with(vec![Inst::LoadSymbol { rd: R4, symbol: Symbol::FlashBase, addend: 64 }], branch()),
            "execution outside of code",
        ),
        (
            "kernel_code",
            with(vec![Inst::LoadSymbol { rd: R4, symbol: Symbol::Native("dispatch"), addend: 0 }], branch()),
            "memory access out of bounds",
        ),
        ("exception_return", with(vec![set(R4, 0xffff_fff1)], branch()), "execution outside of code"),
        // LDRD the kernel does itself; what compiled code never does it reports.
        ("unaligned", vec![set(R4, 2), Inst::LoadMultiple { base: R4, writeback: false, list: 3 }], "unaligned access"),
        (
            "unaligned_store",
            vec![
                Inst::LoadSymbol { rd: R4, symbol: victim, addend: 2 },
                Inst::StorePair { rt: R0, rt2: R1, base: R4, offset: 0 },
            ],
            "memory access out of bounds",
        ),
        ("another_reason", vec![Inst::Udf { imm: 200 }], "undefined instruction"),
        ("reason_zero", vec![Inst::Udf { imm: 0 }], "undefined instruction"),
        // Nothing to gain, and no trap: the job ends.
        ("early_return", call(4), ""),
        ("return_with_more", call(5), ""),
        ("unaligned_stack", with(vec![Inst::Push { list: 1 }], with(call(2), call(4))), ""),
    ]
}

/// Attacks by what only Armv8-M has: ways into the Non-secure state, where nothing is.
fn attacks_on_v8() -> Vec<(&'static str, Vec<Inst>, &'static str)> {
    let intruder = Unit::Component(ComponentId(2));
    let function = Symbol::Function { unit: intruder, index: 3 };
    // The second half of `movw r7, #imm` is a branch to r4: two symbols and a branch come before it.
    let hidden = |target, addend, imm| {
        vec![
            Inst::LoadSymbol { rd: R4, symbol: target, addend },
            Inst::LoadSymbol { rd: R5, symbol: function, addend: 8 + 8 + 2 + 2 },
            Inst::BranchReg { rm: R5 },
            set(R7, imm),
        ]
    };
    // The same without a stack: two narrow instructions more.
    let nowhere = |mut code: Vec<Inst>| {
        code[1] = Inst::LoadSymbol { rd: R5, symbol: function, addend: 8 + 8 + 2 + 2 + 4 };
        code.splice(2..2, [set(R6, 0), Inst::Mov { rd: SP, rm: R6 }]);
        code
    };
    let (bxns, blxns) = (0x0424, 0x04a4);
    vec![
        ("non_secure_code", hidden(Symbol::FlashBase, 64, bxns), "execution outside of code"),
        ("non_secure_call", hidden(Symbol::FlashBase, 64, blxns), "execution outside of code"),
        ("non_secure_nowhere", nowhere(hidden(Symbol::FlashBase, 64, bxns)), "execution outside of code"),
        ("secure_by_the_same_way", hidden(Symbol::Native("dispatch"), 0, bxns), "memory access out of bounds"),
        ("function_return", vec![set(R4, 0xfeff_ffff), Inst::BranchReg { rm: R4 }], "execution outside of code"),
    ]
}

fn set(rd: Reg, imm: u32) -> Inst {
    Inst::MovImm { flags: Flags::Any, rd, imm }
}

fn branch() -> Vec<Inst> {
    vec![Inst::BranchReg { rm: R4 }]
}

fn attack(code: &[Inst], reason: &str, board: &str) -> Result<(), Failed> {
    let Ran { console, code: exit, .. } = run_with(ATTACKED, board, |objects, _| {
        let object = &mut objects[2];
        let function = object.functions.iter_mut().find(|f| f.name == "attack").expect("the intruder's function");
        let mut asm = Assembler::new();
        // What it calls stays reachable.
        function.relocations.retain(|r| matches!(r.target, Symbol::Gate(_) | Symbol::Host { .. }));
        let references: Vec<_> = function.relocations.iter().map(|r| r.target).collect();
        code.iter().for_each(|inst| asm.push(inst));
        asm.push(&Inst::Trap { code: TrapCode::Unreachable });
        references.into_iter().for_each(|target| asm.push(&Inst::Call { target }));
        let done = asm.finish();
        (function.code, function.relocations, function.lines) = (done.code, done.relocations, Vec::new());
    })?;
    let (first, rest) =
        if reason.is_empty() { ("", console.as_str()) } else { console.split_once('\n').unwrap_or(("", "")) };
    let exit_expected = i32::from(!reason.is_empty());
    let named = reason.is_empty() || first.starts_with(&format!("trap: component `intruder`: {reason}"));
    if !named || rest != "42\n43\n" || exit != exit_expected {
        return Err(format!("on {board}, exit {exit}:\n{console}").into());
    }
    Ok(())
}

/// The kernel itself goes wrong: it reads a descriptor where nothing is.
fn fault_in_the_kernel(board: &str) -> Result<(), Failed> {
    let Ran { console, code: exit, .. } = run_with(ATTACKED, board, |_, kernel| {
        let is_gates = |symbol| symbol == Symbol::KernelTable("gates");
        let gates = kernel.object.constants.iter_mut().find(|constant| is_gates(constant.symbol)).expect("gates");
        // The second word of a gate is the descriptor of the process that it enters.
        let callee = gates.relocations.iter_mut().find(|relocation| relocation.offset == 4).expect("a gate");
        callee.addend = 0x6000_0000;
    })?;
    let expected = "0\n42\n\
                    fatal: fault in the kernel (code kernel!svc)\n";
    let console = console.replace("\r", "");
    if console != expected || exit != 2 {
        return Err(format!("exit {exit}:\n{console}").into());
    }
    Ok(())
}
