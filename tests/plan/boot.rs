//! The register words and the ELF, held against an emulated processor.

use crate::fixture::{Attack, CAUGHT, Fixture, HUB, halves, kernel, words};
use compose::board::Board;
use compose::codegen::{Constant, Function, Object, Relocation, RelocationKind, Symbol};
use compose::emulator::{self, Ended};
use compose::ingest::Unit;
use compose::kernel::Kernel;
use compose::manifest::{ComponentId, ProcessId};
use compose::plan;
use std::time::Duration;

/// Runs an image; how it ended, and what it printed.
fn run(fixture: &Fixture, kernel: &Kernel, seconds: u64) -> (Ended, String) {
    let image = fixture.image_with(&fixture.objects(), kernel);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.elf");
    std::fs::write(&path, image.elf).unwrap();
    let mut console = Vec::new();
    let ended = emulator::run(&path, &fixture.board, Duration::from_secs(seconds), &mut console);
    (ended.unwrap_or_else(|error| panic!("{error}")), String::from_utf8(console).unwrap())
}

fn boot(board: &str, attack: Attack) -> i32 {
    let fixture = Fixture::new(&HUB.replace("mps2-an386", board));
    match run(&fixture, &kernel(&fixture, attack), 20) {
        (Ended::Exited(code), _) => code.into(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn boots_and_runs_unprivileged() {
    for board in ["mps2-an385", "mps2-an386", "mps2-an500"] {
        assert_eq!(boot(board, Attack::None), 0, "{board}");
    }
}

#[test]
fn the_protection_unit_refuses_what_the_plan_does_not_grant() {
    let component = |index, memory| Symbol::Memory { component: ComponentId(index), index: memory };
    let attacks = [
        (component(1, 0), 0),
        (component(2, 0), 0),
        (component(3, 0), 7768),
        (Symbol::KernelMemory, 0),
        (Symbol::KernelStackTop, -4),
        (Symbol::RamEnd(0), 0),
        (Symbol::FlashBase, 0),
        (Symbol::Native("reset"), 0),
        (Symbol::StackTop(ProcessId(1)), -4),
    ];
    for (symbol, addend) in attacks {
        assert_eq!(boot("mps2-an386", Attack::StoreAt(symbol, addend)), CAUGHT, "{symbol:?}");
    }
}

#[test]
fn the_protection_unit_allows_what_the_plan_grants() {
    let own = |index| Symbol::Memory { component: ComponentId(0), index };
    let places = [(own(0), 24 * 1024 - 4), (own(1), 0), (own(1), 996), (Symbol::StackBase(ProcessId(0)), 0)];
    for (symbol, addend) in places {
        assert_eq!(boot("mps2-an386", Attack::StoreAt(symbol, addend)), 0, "{symbol:?}");
    }
}

/// A kernel that is only `reset`, which every exception enters too.
fn bare(fixture: &Fixture, code: &[u16], relocations: Vec<Relocation>, constants: Vec<Constant>) -> Kernel {
    let reset = Function {
        symbol: Symbol::Native("reset"),
        name: "reset".to_string(),
        code: halves(code),
        relocations,
        frame: 0,
        calls: Vec::new(),
        tail_calls: Vec::new(),
        lines: Vec::new(),
    };
    // The real tables stay in: they hold what else must be in an image.
    let mut vectors = vec![Symbol::KernelStackTop];
    vectors.extend([Symbol::Native("reset"); 15]);
    vectors.push(Symbol::KernelTable("processes"));
    let mut kernel = kernel(fixture, Attack::None);
    let tables = kernel.object.constants.into_iter().skip(1);
    let constants = std::iter::once(words("vectors", &vectors, 128)).chain(tables).chain(constants).collect();
    kernel.object = Object { unit: Unit::Kernel, functions: vec![reset], constants };
    kernel
}

#[test]
fn the_console_comes_through_with_traps_resolved() {
    let fixture = Fixture::new(HUB);
    let says = |text: &str| {
        let text_symbol = Symbol::KernelTable("text");
        let text = Constant {
            symbol: text_symbol,
            bytes: [text.as_bytes(), &[0]].concat(),
            align: 1,
            relocations: Vec::new(),
        };
        let kind = RelocationKind::ThumbMovwMovt;
        let relocation = Relocation { offset: 0, kind, target: text_symbol, addend: 0 };
        let code = [
            0xf240, 0x0000, 0xf2c0, 0x0000, // movw/movt r0, text
            0xf244, 0x0100, 0xf2c4, 0x0100, // movw/movt r1, uart0
            0x2201, 0x608a, 0x2210, 0x610a, // CTRL = 1, BAUDDIV = 16
            0xf810, 0x2b01, // 1: ldrb r2, [r0], #1
            0xb10a, 0x600a, 0xe7fa, // cbz r2, 2f; str r2, [r1]; b 1b
            0x2107, 0xf240, 0x0026, 0xf2c0, 0x0002, // 2: movs r1, #7; movw/movt r0, #0x20026
            0xb403, 0x4669, 0x2020, 0xbeab, // push {r0, r1}; mov r1, sp; movs r0, #0x20; bkpt #0xab
        ];
        bare(&fixture, &code, vec![relocation], vec![text])
    };
    // Constants come after all code: what the text says moves no function.
    let (plan, _) = plan::place(&fixture.system(), &fixture.objects(), &says(""), None);
    let tick = Symbol::Function { unit: Unit::Component(ComponentId(1)), index: 0 };
    let code = plan.unwrap().symbols[&tick] + 2;
    let report = |rest: &str| format!("a\nbtrap: component `logger`: unreachable (code 0x0000_{code:04x}{rest})\nend");
    let (ended, console) = run(&fixture, &says(&report("")), 20);
    assert_eq!((ended, ended.exit_code()), (Ended::Exited(7), 7));
    // The body begins at 0x100 of its module, and the second instruction comes from 0x110.
    assert_eq!(console, report(", logger!tick+0x10"));
}

#[test]
fn a_program_that_does_not_end_is_ended() {
    let fixture = Fixture::new(HUB);
    let (ended, _) = run(&fixture, &bare(&fixture, &[0xe7fe], Vec::new(), Vec::new()), 1);
    assert_eq!(ended, Ended::TimedOut(Duration::from_secs(1)));
    assert!(ended.message().unwrap().contains("after 1 s"));
}

#[test]
fn a_lockup_is_called_one() {
    let fixture = Fixture::new(HUB);
    let (ended, _) = run(&fixture, &bare(&fixture, &[0xde00], Vec::new(), Vec::new()), 20);
    assert_eq!((ended, ended.exit_code()), (Ended::LockedUp, 134));
    assert!(ended.message().unwrap().contains("locked up"));
}

#[test]
fn a_missing_emulator_says_how_to_get_one() {
    let mut fixture = Fixture::new(HUB);
    fixture.board.emulator.as_mut().unwrap().program = "qemu-system-riscv32-of-tomorrow".to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.elf");
    let ran =
        |board: &Board| emulator::run(&path, board, Duration::from_secs(1), &mut Vec::new()).unwrap_err().to_string();
    assert!(ran(&fixture.board).starts_with("cannot read `"));
    std::fs::write(&path, fixture.image().elf).unwrap();
    assert!(ran(&fixture.board).starts_with("`qemu-system-riscv32-of-tomorrow` is not installed: "));
    fixture.board.emulator = None;
    assert!(ran(&fixture.board).contains("names no emulator"));
}
