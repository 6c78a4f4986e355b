//! Boards as data: memory banks, CPU features, protection unit, peripherals, console, and how the emulator runs it.

use crate::source::Spanned;

#[derive(Clone, Debug)]
pub struct Board {
    pub name: String,
    pub description: String,
    pub cpu: Cpu,
    /// The first executable bank holds the image; the first other one is the default RAM.
    pub banks: Vec<Bank>,
    pub protection: Protection,
    pub peripherals: Vec<Peripheral>,
    pub console: Console,
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
    /// The DSP extension (SMLAD and its kin).
    pub dsp: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// Armv7-M Thumb-2 (DDI 0403).
    Thumb2,
}

#[derive(Clone, Debug)]
pub struct Bank {
    pub name: Spanned<String>,
    pub base: u32,
    /// Bytes.
    pub size: u32,
    pub kind: BankKind,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtectionModel {
    /// Armv7-M (DDI 0403, B3.5).
    Pmsav7,
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
