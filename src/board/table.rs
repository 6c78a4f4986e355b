//! The board files' nodes.

use crate::schema::{Child, Document, Field, Node, Type};

pub static BOARD: Document = Document { name: "board file", nodes: &[Child::one(&ROOT)], reserved: &[] };

static ROOT: Node = Node {
    name: "board",
    doc: "One board: what the chip and the wiring give.",
    args: &[Field::required("name", Type::Name, "What a manifest's `board` says.")],
    children: &[
        Child::at_most_one(&DESCRIPTION),
        Child::one(&CPU),
        Child::one(&PROTECTION),
        Child::any(&FLASH),
        Child::any(&RAM),
        Child::any(&PERIPHERAL),
        Child::at_most_one(&CONSOLE),
        Child::at_most_one(&CLOCK),
        Child::at_most_one(&EXIT),
        Child::at_most_one(&EMULATOR),
    ],
    example: "board \"mine\" { ... }",
    ..Node::EMPTY
};

static DESCRIPTION: Node = Node {
    name: "description",
    doc: "One line for `compose boards`.",
    args: &[Field::required("text", Type::Text, "One line.")],
    example: "description \"Arm MPS2+, AN386: Cortex-M4F\"",
    ..Node::EMPTY
};

static CPU: Node = Node {
    name: "cpu",
    doc: "Instruction-set facts: what code generation may use.",
    args: &[Field::required("name", Type::Name, "For people: `cortex-m4f`.")],
    props: &[
        Field::required(
            "isa",
            Type::Word(&["thumb2", "rv32"]),
            "`thumb2`: Armv7-M and Armv8-M Mainline. `rv32`: 32-bit RISC-V, for plans only as yet.",
        ),
        Field::optional("dsp", Type::Bool, "Has the DSP extension.").default("`#false`"),
        Field::optional("fpu-single", Type::Bool, "Single-precision floating point in hardware.").default("`#false`"),
        Field::optional("fpu-double", Type::Bool, "Double-precision floating point in hardware.").default("`#false`"),
        Field::optional("fpv5", Type::Bool, "FPv5 in hardware: rounding to integral values and its kin.")
            .default("`#false`"),
    ],
    example: "cpu \"cortex-m4f\" isa=\"thumb2\" dsp=#true fpu-single=#true",
    ..Node::EMPTY
};

static PROTECTION: Node = Node {
    name: "protection",
    doc: "The unit that keeps processes apart.",
    args: &[Field::required(
        "model",
        Type::Word(&["pmsav7", "pmsav8", "pmp"]),
        "`pmsav7`: the MPU of Armv7-M. `pmsav8`: the MPU of Armv8-M. `pmp`: the unit of RISC-V, for plans only as yet.",
    )],
    props: &[
        Field::required("regions", Type::Integer(1, 16), "How many regions or entries the unit has."),
        Field::required("granule", Type::Size, "The smallest region."),
        Field::optional("tor", Type::Bool, "PMP: whether entries can have two free ends.").default("`#true`"),
    ],
    example: "protection \"pmsav7\" regions=8 granule=(B)32",
    ..Node::EMPTY
};

const ADDRESS: Type = Type::Integer(0, u32::MAX as i128);

const BASE: Field = Field::required("base", ADDRESS, "First address.");
const SIZE: Field = Field::required("size", Type::Size, "Bytes.");
const RANGE: &[Field] = &[BASE, SIZE];

static FLASH: Node = Node {
    name: "flash",
    doc: "A bank that holds code and constants. The first one holds the image, vector table at its base.",
    args: &[Field::required("name", Type::Name, "Unique on the board.")],
    props: RANGE,
    example: "flash \"flash\" base=0x0800_0000 size=(KiB)512",
    ..Node::EMPTY
};

static RAM: Node = Node {
    name: "ram",
    doc: "A bank of RAM. The first one is preferred.",
    args: &[Field::required("name", Type::Name, "Unique on the board.")],
    props: &[
        BASE,
        SIZE,
        Field::optional("dma", Type::Bool, "DMA controllers reach it.").default("`#false`"),
        Field::optional("core-coupled", Type::Bool, "Only the processor reaches it.").default("`#false`"),
        Field::optional("fast", Type::Bool, "No wait states.").default("`#false`"),
    ],
    example: "ram \"sram\" base=0x2000_0000 size=(KiB)128 dma=#true",
    ..Node::EMPTY
};

static PERIPHERAL: Node = Node {
    name: "peripheral",
    doc: "A device.",
    args: &[Field::required("name", Type::Name, "Unique on the board.")],
    props: RANGE,
    children: &[Child::at_most_one(&INTERRUPTS)],
    example: "peripheral \"uart0\" base=0x4000_4000 size=(KiB)4 { interrupts 0 1 }",
    ..Node::EMPTY
};

const INTERRUPT: Field = Field::optional("interrupt", Type::Integer(0, 495), "External interrupt numbers.");

static INTERRUPTS: Node = Node {
    name: "interrupts",
    doc: "The device's interrupt lines.",
    rest: Some(&INTERRUPT),
    example: "interrupts 0 1",
    ..Node::EMPTY
};

static CONSOLE: Node = Node {
    name: "console",
    doc: "Where the kernel prints.",
    args: &[Field::required("driver", Type::Word(&["cmsdk-uart"]), "`cmsdk-uart`: Arm CMSDK APB UART (DDI 0479).")],
    props: &[Field::required("peripheral", Type::Text, "A peripheral of this board.")],
    example: "console \"cmsdk-uart\" peripheral=\"uart0\"",
    ..Node::EMPTY
};

static CLOCK: Node = Node {
    name: "clock",
    doc: "What the kernel tells the time by.",
    args: &[Field::required(
        "driver",
        Type::Word(&["mps2-fpgaio"]),
        "`mps2-fpgaio`: the counters in the FPGA of Arm's MPS2 boards (DAI 0386, DAI 0505).",
    )],
    props: &[
        Field::required("peripheral", Type::Text, "A peripheral of this board."),
        Field::required("mhz", Type::Integer(1, 1000), "Cycles of its counter in a microsecond."),
    ],
    example: "clock \"mps2-fpgaio\" peripheral=\"fpgaio\" mhz=25",
    ..Node::EMPTY
};

static EXIT: Node = Node {
    name: "exit",
    doc: "What happens when the program ends.",
    args: &[Field::required(
        "how",
        Type::Word(&["semihosting", "halt"]),
        "`semihosting`: an Arm semihosting call with the exit code, for emulators and debuggers. `halt`: wait for ever.",
    )
    .default("`\"halt\"`")],
    example: "exit \"semihosting\"",
    ..Node::EMPTY
};

static EMULATOR: Node = Node {
    name: "emulator",
    doc: "How QEMU runs an image: `program -M machine args... -kernel image`.",
    args: &[Field::required("program", Type::Text, "The command.")],
    props: &[
        Field::required("machine", Type::Text, "The `-M` argument."),
        Field::optional("serial", Type::Integer(0, 15), "Which `-serial` line the console is.").default("0"),
    ],
    children: &[Child::at_most_one(&ARGS)],
    example: "emulator \"qemu-system-arm\" machine=\"mps2-an386\"",
    ..Node::EMPTY
};

const ARG: Field = Field::optional("argument", Type::Text, "Further arguments of the command.");

static ARGS: Node = Node {
    name: "args",
    doc: "Further arguments.",
    rest: Some(&ARG),
    example: "args \"-global\" \"cortex-m7-arm-cpu.pmsav7-dregion=16\"",
    ..Node::EMPTY
};
