//! Codes of the `board` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[
    &UNKNOWN_BOARD,
    &UNREADABLE,
    &BANK_MISSING,
    &BANKS_OVERLAP,
    &PAST_THE_END,
    &DUPLICATE_NAME,
    &PROTECTION,
    &UNKNOWN_PERIPHERAL,
    &BUDGET_TOO_LARGE,
    &UNKNOWN_BANK,
    &DEVICE_TAKEN,
    &CONSOLE_MISSING,
];

pub static UNKNOWN_BOARD: Code = Code {
    id: "board::unknown",
    title: "a board that is not known",
    explanation: "`compose boards` lists the boards that come with this version. For one of your own, write a board file \
and give its path, ending in `.kdl`, relative to the manifest.",
    example: "board \"mps2-an368\"",
};

pub static UNREADABLE: Code = Code {
    id: "board::unreadable",
    title: "a board file that cannot be read",
    explanation: "The path is relative to the manifest's folder, not to the current one.",
    example: "board \"boards/mine.kdl\"",
};

pub static BANK_MISSING: Code = Code {
    id: "board::bank-missing",
    title: "a board without flash or without RAM",
    explanation: "The image goes into the first `flash` bank and everything writable into `ram` banks: one of each is \
needed.",
    example: "board \"mine\" { ram \"sram\" base=0x20000000 size=(KiB)64; ... }",
};

pub static BANKS_OVERLAP: Code = Code {
    id: "board::overlap",
    title: "two address ranges of a board overlap",
    explanation: "An address belongs to one bank or one peripheral. Aliases of a bank are left out: name each byte once.",
    example: "ram \"a\" base=0x20000000 size=(KiB)64\nram \"b\" base=0x20008000 size=(KiB)64",
};

pub static PAST_THE_END: Code = Code {
    id: "board::past-the-end",
    title: "an address range that passes the end of the address space",
    explanation: "Base plus size is at most 4 GiB.",
    example: "ram \"a\" base=0xffff_0000 size=(KiB)128",
};

pub static DUPLICATE_NAME: Code = Code {
    id: "board::duplicate-name",
    title: "a name that is taken",
    explanation: "Banks and peripherals are known by name in plans and reports.",
    example: "ram \"sram\" base=0x20000000 size=(KiB)64\nram \"sram\" base=0x30000000 size=(KiB)64",
};

pub static PROTECTION: Code = Code {
    id: "board::protection",
    title: "a protection unit that cannot be",
    explanation: "PMSAv7 has up to 16 regions (8 on most parts), and the smallest region is a power of two of 32 bytes or more.",
    example: "protection \"pmsav7\" regions=8 granule=(B)24",
};

pub static UNKNOWN_PERIPHERAL: Code = Code {
    id: "board::unknown-peripheral",
    title: "a peripheral that the board does not have",
    explanation: "The console of a board is one of its own peripherals, and so is each device that a component names with \
`mmio`. The board file lists them.",
    example: "console \"cmsdk-uart\" peripheral=\"uart7\"",
};

pub static BUDGET_TOO_LARGE: Code = Code {
    id: "board::budget-too-large",
    title: "a budget larger than any RAM bank of the board",
    explanation: "A memory lies in one bank: its addresses are contiguous. The largest bank is the largest possible budget, \
less what stacks and the kernel need there.",
    example: "memory budget=(MiB)64",
};

pub static UNKNOWN_BANK: Code = Code {
    id: "board::unknown-bank",
    title: "a wish for a RAM bank that the board does not have",
    explanation: "`in=` names a RAM bank of the board, or a property that one of them has: `dma`, `core-coupled` or \
                  `fast`. The board file lists the banks and what they are.",
    example: "memory budget=(KiB)24 in=\"dtmc\"",
};

pub static DEVICE_TAKEN: Code = Code {
    id: "board::device-taken",
    title: "a device that is not for one process alone",
    explanation: "A device belongs to one process, so that nobody else can change what it does. It can be shared, if all \
                  who name it say so. The kernel prints on the console's device: a component that wants it shares it \
                  with the kernel.",
    example: "component \"a\" \"a.wasm\" { mmio \"timer0\" }\ncomponent \"b\" \"b.wasm\" { mmio \"timer0\" }",
};

pub static CONSOLE_MISSING: Code = Code {
    id: "board::console-missing",
    title: "a board without a console",
    explanation: "The kernel prints traps and what components write. The console is one of the board's peripherals, and \
                  names the driver for it.",
    example: "board \"mine\" { /* no `console` */ }",
};
