//! Items that fit the table -> [`Board`], and what the table cannot say.

use super::*;
use crate::diag::codes::board as code;
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::Item;
use crate::source::Span;

pub(super) fn board(items: &[Item], found: &mut Diagnostics) -> Option<Board> {
    let root = items.iter().find(|i| i.node.name == "board")?;
    let ranges = ranges(root, found);
    for (kind, example) in [
        ("flash", "flash \"flash\" base=0x0800_0000 size=(KiB)512"),
        ("ram", "ram \"sram\" base=0x2000_0000 size=(KiB)128"),
    ] {
        if root.child(kind).is_none() {
            found.push(
                Diagnostic::error(&code::BANK_MISSING, format!("this board has no `{kind}` bank"))
                    .label(root.head, "at least one is needed")
                    .help(format!("add a line such as `{example}`")),
            );
        }
    }
    let console = console(root, &ranges, found);
    let clock = clock(root, &ranges, found);
    let protection = protection(root.child("protection")?, found);
    let cpu = root.child("cpu")?;
    let board = Board {
        name: root.arg::<String>(0)?.value,
        description: root.child("description").and_then(|d| d.arg::<String>(0)).map(|d| d.value).unwrap_or_default(),
        cpu: Cpu {
            name: cpu.arg::<String>(0)?.value,
            isa: match cpu.prop::<&'static str>("isa")?.value {
                "thumb2" => Isa::Thumb2,
                "rv32" => Isa::Rv32,
                _ => return None,
            },
            fpu_single: flag(cpu, "fpu-single"),
            fpu_double: flag(cpu, "fpu-double"),
            fpv5: flag(cpu, "fpv5"),
            dsp: flag(cpu, "dsp"),
        },
        banks: ranges.iter().filter_map(Range::bank).collect(),
        protection: protection?,
        peripherals: ranges.iter().filter(|r| r.kind == "peripheral").map(Range::peripheral).collect(),
        console,
        clock,
        exit: match root.child("exit").and_then(|e| e.arg::<&'static str>(0)).map(|e| e.value) {
            Some("semihosting") => Exit::Semihosting,
            _ => Exit::Halt,
        },
        emulator: root.child("emulator").and_then(emulator),
    };
    if root.child("console").is_none() && board.lacks().is_none() {
        found.push(
            Diagnostic::error(&code::CONSOLE_MISSING, "this board has no `console`")
                .label(root.head, "the kernel prints on it")
                .help("add a line such as `console \"cmsdk-uart\" peripheral=\"uart0\"`"),
        );
    }
    Some(board)
}

fn console(root: &Item, ranges: &[Range], found: &mut Diagnostics) -> Option<Console> {
    let console = root.child("console")?;
    let (peripheral, base) = device(console, root, ranges, found)?;
    let driver = match console.arg::<&'static str>(0)?.value {
        "cmsdk-uart" => ConsoleDriver::CmsdkUart,
        _ => return None,
    };
    Some(Console { driver, peripheral, base })
}

fn clock(root: &Item, ranges: &[Range], found: &mut Diagnostics) -> Option<Clock> {
    let clock = root.child("clock")?;
    let (peripheral, base) = device(clock, root, ranges, found)?;
    let driver = match clock.arg::<&'static str>(0)?.value {
        "mps2-fpgaio" => ClockDriver::Mps2Fpgaio,
        _ => return None,
    };
    let mhz: Spanned<i128> = clock.prop("mhz")?;
    Some(Clock { driver, peripheral, base, mhz: u32::try_from(mhz.value).ok()? })
}

/// The peripheral that the kernel has for `item`: its name and base.
fn device(item: &Item, root: &Item, ranges: &[Range], found: &mut Diagnostics) -> Option<(String, u32)> {
    let peripheral: Spanned<String> = item.prop("peripheral")?;
    let device = ranges.iter().find(|r| r.kind == "peripheral" && r.name.value == peripheral.value);
    // A range that could not be read may be the one.
    let complete = ranges.len() == root.children.iter().filter(|c| c.node.prop("base").is_some()).count();
    if device.is_none() && complete {
        found.push(
            Diagnostic::error(&code::UNKNOWN_PERIPHERAL, format!("this board has no peripheral `{peripheral}`"))
                .label(peripheral.span, "unknown peripheral")
                .help("add a `peripheral` of this name"),
        );
    }
    Some((peripheral.value, device?.base))
}

fn flag(item: &Item, name: &str) -> bool {
    item.prop::<bool>(name).is_some_and(|f| f.value)
}

fn protection(item: &Item, found: &mut Diagnostics) -> Option<Protection> {
    let granule: Spanned<u32> = item.prop("granule")?;
    let (model, name, legal, help) = match item.arg::<&'static str>(0)?.value {
        "pmsav7" => (
            ProtectionModel::Pmsav7,
            "PMSAv7",
            granule.value.is_power_of_two() && granule.value >= 32,
            "write a power of two of 32 bytes or more: `granule=(B)32` on most parts",
        ),
        "pmsav8" => (ProtectionModel::Pmsav8, "PMSAv8", granule.value == 32, "write `granule=(B)32`"),
        "pmp" => (
            ProtectionModel::Pmp,
            "PMP",
            granule.value.is_power_of_two() && granule.value >= 4,
            "write a power of two of 4 bytes or more: `granule=(B)4` on most parts",
        ),
        _ => return None,
    };
    if !legal {
        found.push(
            Diagnostic::error(&code::PROTECTION, format!("not a granule of {name}"))
                .label(granule.span, format!("{} bytes", granule.value))
                .help(help),
        );
    }
    let tor = item.prop::<bool>("tor");
    if let Some(tor) = &tor
        && model != ProtectionModel::Pmp
    {
        found.push(
            Diagnostic::error(&code::PROTECTION, format!("{name} has nothing that is called TOR"))
                .label(tor.span, "only PMP has")
                .help("remove it"),
        );
    }
    Some(Protection {
        model,
        tor: tor.is_none_or(|tor| tor.value),
        entries: u8::try_from(item.prop::<u32>("regions")?.value).ok()?,
        granule: granule.value,
    })
}

fn emulator(item: &Item) -> Option<Emulator> {
    let args = item.child("args");
    Some(Emulator {
        program: item.arg::<String>(0)?.value,
        machine: item.prop::<String>("machine")?.value,
        args: args
            .map_or(Vec::new(), |a| (0..a.arg_count()).filter_map(|i| a.arg::<String>(i)).map(|s| s.value).collect()),
        serial: item.prop::<u32>("serial").map_or(0, |s| s.value),
    })
}

/// A named range of addresses: a bank or a peripheral.
struct Range {
    kind: &'static str,
    name: Spanned<String>,
    base: u32,
    size: u32,
    interrupts: Vec<u32>,
    dma: bool,
    core_coupled: bool,
    fast: bool,
    head: Span,
}

impl Range {
    /// Past the last byte.
    fn end(&self) -> u64 {
        u64::from(self.base) + u64::from(self.size)
    }

    fn bank(&self) -> Option<Bank> {
        let kind = match self.kind {
            "flash" => BankKind::Flash,
            "ram" => BankKind::Ram,
            _ => return None,
        };
        let &Range { base, size, dma, core_coupled, fast, .. } = self;
        Some(Bank { name: self.name.clone(), base, size, kind, dma, core_coupled, fast })
    }

    fn peripheral(&self) -> Peripheral {
        Peripheral {
            name: self.name.value.clone(),
            base: self.base,
            size: self.size,
            interrupts: self.interrupts.clone(),
        }
    }
}

/// All ranges in document order, checked against each other.
fn ranges(root: &Item, found: &mut Diagnostics) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for item in &root.children {
        let (Some(name), Some(base), Some(size)) =
            (item.arg::<String>(0), item.prop::<u32>("base"), item.prop::<u32>("size"))
        else {
            continue;
        };
        let interrupts = item.child("interrupts").map_or(Vec::new(), |list| {
            (0..list.arg_count()).filter_map(|i| list.arg::<u32>(i)).map(|i| i.value).collect()
        });
        let range = Range {
            kind: item.node.name,
            name,
            base: base.value,
            size: size.value,
            interrupts,
            dma: flag(item, "dma"),
            core_coupled: flag(item, "core-coupled"),
            fast: flag(item, "fast"),
            head: item.head,
        };
        if range.end() > 1 << 32 {
            found.push(
                Diagnostic::error(&code::PAST_THE_END, format!("`{}` passes the end of the address space", range.name))
                    .label(range.head, format!("ends at 0x{:x}", range.end()))
                    .help("make it smaller, or correct the base"),
            );
        }
        if let Some(first) = ranges.iter().find(|r| r.name.value == range.name.value) {
            found.push(
                Diagnostic::error(&code::DUPLICATE_NAME, format!("two parts of the board are called `{}`", range.name))
                    .label(range.name.span, "a second one")
                    .label(first.name.span, "the first one")
                    .help("rename one of them"),
            );
        }
        if let Some(other) = ranges.iter().find(|r| u64::from(r.base) < range.end() && u64::from(range.base) < r.end())
        {
            found.push(
                Diagnostic::error(&code::BANKS_OVERLAP, format!("`{}` and `{}` overlap", other.name, range.name))
                    .label(range.head, format!("0x{:08x} to 0x{:08x}", range.base, range.end() - 1))
                    .label(other.head, format!("0x{:08x} to 0x{:08x}", other.base, other.end() - 1))
                    .help("name each byte once, and leave aliases out"),
            );
        }
        ranges.push(range);
    }
    ranges
}
