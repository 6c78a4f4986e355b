//! The register words and the ELF, held against an emulated processor.

use crate::fixture::{Attack, CAUGHT, Fixture, HUB, kernel};
use compose::codegen::Symbol;
use compose::manifest::{ComponentId, ProcessId};
use std::process::{Command, Stdio};

fn boot(board: &str, attack: Attack) -> i32 {
    let fixture = Fixture::new(&HUB.replace("mps2-an386", board));
    let image = fixture.image_with(&fixture.objects(), &kernel(&fixture, attack));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.elf");
    std::fs::write(&path, image.elf).unwrap();
    let status = Command::new("timeout")
        .args(["20", "qemu-system-arm", "-M", board, "-display", "none", "-monitor", "none", "-serial", "null"])
        .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
        .arg(&path)
        .stdin(Stdio::null())
        .status()
        .expect("`timeout` and `qemu-system-arm` are installed (see scripts/test)");
    status.code().expect("the emulator ends by itself")
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
        (Symbol::RamEnd, 0),
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
