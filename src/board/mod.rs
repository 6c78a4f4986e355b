//! Stage 2: the manifest's `board` -> [`Board`]: memory banks, CPU features, protection unit, peripherals, console, and
//! how the emulator runs it. All of it is data, in `boards/*.kdl`.

mod build;
mod table;
mod wishes;

pub use table::BOARD;

use crate::diag::codes::board as code;
use crate::diag::suggest::{listed, nearest};
use crate::diag::{Diagnostic, Diagnostics};
use crate::manifest::Manifest;
use crate::schema;
use crate::source::{SourceId, Sources, Spanned};

/// The boards that come with the program: name, and the text of `boards/NAME.kdl`.
const BUILT_IN: &[(&str, &str)] = &[
    ("mps2-an385", include_str!("../../boards/mps2-an385.kdl")),
    ("mps2-an386", include_str!("../../boards/mps2-an386.kdl")),
    ("mps2-an500", include_str!("../../boards/mps2-an500.kdl")),
    ("mps2-an500-16", include_str!("../../boards/mps2-an500-16.kdl")),
    ("mps2-an505", include_str!("../../boards/mps2-an505.kdl")),
    ("rp2350-riscv", include_str!("../../boards/rp2350-riscv.kdl")),
    ("sifive_e", include_str!("../../boards/sifive_e.kdl")),
];

/// Finds and reads the manifest's board, and holds the manifest's budgets against its banks. Board files of one's
/// own are added to `sources`.
pub fn load(sources: &mut Sources, manifest: &Manifest) -> (Option<Board>, Diagnostics) {
    let mut found = Diagnostics::new();
    let Some(id) = find(sources, manifest, &mut found) else { return (None, found) };
    let board = read(sources, id, &mut found);
    if let Some(board) = &board {
        wishes::check(board, manifest, &mut found);
    }
    (board, found)
}

/// The boards that come with the program.
pub fn all() -> Vec<Board> {
    let mut sources = Sources::new();
    let mut found = Diagnostics::new();
    BUILT_IN
        .iter()
        .filter_map(|(name, text)| {
            let id = sources.add(format!("boards/{name}.kdl"), "", *text);
            read(&sources, id, &mut found)
        })
        .collect()
}

fn read(sources: &Sources, id: SourceId, found: &mut Diagnostics) -> Option<Board> {
    let (items, diagnostics) = schema::read(sources, id, &BOARD);
    found.extend(diagnostics);
    build::board(&items?, found)
}

fn find(sources: &mut Sources, manifest: &Manifest, found: &mut Diagnostics) -> Option<SourceId> {
    let name = &manifest.board;
    if name.ends_with(".kdl") {
        let path = manifest.dir.join(&name.value);
        return match sources.read(&path) {
            Ok(id) => Some(id),
            Err(error) => {
                found.push(
                    Diagnostic::error(&code::UNREADABLE, format!("cannot read the board file `{name}`"))
                        .label(name.span, io_reason(&error))
                        .help("the path starts from the manifest's folder"),
                );
                None
            }
        };
    }
    if let Some((_, text)) = BUILT_IN.iter().find(|(n, _)| *n == name.value) {
        return Some(sources.add(format!("boards/{name}.kdl"), "", *text));
    }
    let names = || BUILT_IN.iter().map(|(n, _)| *n);
    let error = Diagnostic::error(&code::UNKNOWN_BOARD, format!("there is no board `{}`", name.value.escape_debug()))
        .label(name.span, "unknown board");
    found.push(match nearest(name, names()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("boards are {}; a path to a board file ends in `.kdl`", listed(names()))),
    });
    None
}

/// The same words on every system.
fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::IsADirectory => "this is a folder".into(),
        kind => kind.to_string(),
    }
}

/// Properties of banks that a manifest can wish for.
const PROPERTIES: [&str; 3] = ["dma", "core-coupled", "fast"];

impl Board {
    /// RAM banks, in the order of the board.
    pub fn ram(&self) -> impl Iterator<Item = &Bank> {
        self.banks.iter().filter(|bank| bank.kind == BankKind::Ram)
    }

    /// The RAM banks (their numbers among [`Board::ram`]) that a wish of the manifest allows: the one of this name, or
    /// all that have this property; all where there is no wish.
    pub fn allowed(&self, wish: Option<&str>) -> Vec<usize> {
        let numbered = || self.ram().enumerate();
        let named = wish.and_then(|wish| numbered().find(|(_, bank)| bank.name.value == wish));
        if let Some((number, _)) = named {
            return vec![number];
        }
        let fits = |bank: &Bank| match wish {
            None => true,
            Some("dma") => bank.dma,
            Some("core-coupled") => bank.core_coupled,
            Some("fast") => bank.fast,
            Some(_) => false,
        };
        numbered().filter(|(_, bank)| fits(bank)).map(|(number, _)| number).collect()
    }

    pub fn peripheral(&self, name: &str) -> Option<&Peripheral> {
        self.peripherals.iter().find(|peripheral| peripheral.name == name)
    }

    /// What there is none of yet for this board: then its systems can be planned and not built.
    pub fn lacks(&self) -> Option<&'static str> {
        match (self.cpu.isa, self.protection.model) {
            (Isa::Rv32, _) => Some("code generator for RV32"),
            (Isa::Thumb2, ProtectionModel::Pmp) => Some("kernel for PMP on Arm"),
            (Isa::Thumb2, ProtectionModel::Pmsav7 | ProtectionModel::Pmsav8) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Board {
    pub name: String,
    pub description: String,
    pub cpu: Cpu,
    /// The first executable bank holds the image; the first other one is the default RAM.
    pub banks: Vec<Bank>,
    pub protection: Protection,
    pub peripherals: Vec<Peripheral>,
    /// Boards whose systems can only be planned may have none.
    pub console: Option<Console>,
    /// Without one, no component can ask for the time.
    pub clock: Option<Clock>,
    /// How a program ends and reports a code.
    pub exit: Exit,
    pub emulator: Option<Emulator>,
}

/// Instruction-set facts. Legality comes from here, never from what an emulator accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// `cortex-m3`, `cortex-m4f`, `cortex-m7`, ...
    pub name: String,
    pub isa: Isa,
    /// Single-precision floating point in hardware.
    pub fpu_single: bool,
    /// Double-precision floating point in hardware.
    pub fpu_double: bool,
    /// FPv5: rounding to integral values (VRINT) and its kin.
    pub fpv5: bool,
    /// The DSP extension (SMLAD and its kin).
    pub dsp: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// Armv7-M Thumb-2 (DDI 0403), which Armv8-M Mainline runs too.
    Thumb2,
    /// 32-bit RISC-V.
    Rv32,
}

#[derive(Clone, Debug)]
pub struct Bank {
    pub name: Spanned<String>,
    pub base: u32,
    /// Bytes.
    pub size: u32,
    pub kind: BankKind,
    /// DMA controllers reach it.
    pub dma: bool,
    /// Only the processor reaches it.
    pub core_coupled: bool,
    /// No wait states.
    pub fast: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankKind {
    /// Holds the image; reset vector table at its base.
    Flash,
    Ram,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    pub model: ProtectionModel,
    /// Regions (MPU) or entries (PMP).
    pub entries: u8,
    /// Smallest region in bytes.
    pub granule: u32,
    /// PMP: entries can have two free ends.
    pub tor: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtectionModel {
    /// Armv7-M (DDI 0403, B3.5).
    Pmsav7,
    /// Armv8-M (DDI 0553, B11.3).
    Pmsav8,
    /// RISC-V (privileged specification, 3.7).
    Pmp,
}

#[derive(Clone, Debug)]
pub struct Peripheral {
    pub name: String,
    pub base: u32,
    pub size: u32,
    pub interrupts: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Console {
    pub driver: ConsoleDriver,
    /// Name of the peripheral.
    pub peripheral: String,
    pub base: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleDriver {
    /// Arm CMSDK APB UART (DDI 0479): DATA +0, STATE +4 (bit 0: TX full), CTRL +8 (bit 0: TX enable), BAUDDIV +16.
    CmsdkUart,
}

/// What the kernel tells the time by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub driver: ClockDriver,
    /// Name of the peripheral.
    pub peripheral: String,
    pub base: u32,
    /// Cycles of its counter in a microsecond.
    pub mhz: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockDriver {
    /// Arm MPS2 FPGA system registers (DAI 0386, DAI 0505): CLK100HZ +0x14, COUNTER +0x18, PRESCALE +0x1c.
    Mps2Fpgaio,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Arm semihosting SYS_EXIT_EXTENDED.
    Semihosting,
    /// Wait for interrupts for ever.
    Halt,
}

/// How QEMU runs an image of this board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emulator {
    /// `qemu-system-arm`, ...
    pub program: String,
    /// `-M` argument.
    pub machine: String,
    /// More arguments, before `-kernel`.
    pub args: Vec<String>,
    /// Which `-serial` line the console is (0 = first).
    pub serial: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_boards_are_right_and_called_as_their_files() {
        let mut sources = Sources::new();
        let mut found = Diagnostics::new();
        for (name, text) in BUILT_IN {
            let id = sources.add(*name, "", *text);
            let board = read(&sources, id, &mut found).expect("a board");
            assert_eq!(board.name, *name);
            // What can be built can be run.
            assert!(board.lacks().is_some() || board.emulator.is_some_and(|e| name.starts_with(&e.machine)));
        }
        assert!(found.list.is_empty(), "{found:?}");
        assert_eq!(all().len(), BUILT_IN.len());
    }
}
