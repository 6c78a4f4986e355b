//! Codes of the `manifest` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[
    &NO_COMPONENTS,
    &EMPTY_PROCESS,
    &DUPLICATE_NAME,
    &RESERVED_NAME,
    &DUPLICATE_MEMORY,
    &ARENA_WITHOUT_MEMORY,
    &ARENA_TOO_LARGE,
    &UNKNOWN_COMPONENT,
    &LINK_TO_ITSELF,
    &RUN_FORMAT,
    &ON_TRAP_SHARED,
    &DUPLICATE_DEVICE,
    &STACK_IN_TWO_BANKS,
];

pub static NO_COMPONENTS: Code = Code {
    id: "manifest::no-components",
    title: "a system without components",
    explanation: "An image needs at least one component: there would be nothing to run.",
    example: "system \"hub\" { board \"mps2-an386\" }",
};

pub static EMPTY_PROCESS: Code = Code {
    id: "manifest::empty-process",
    title: "a process without components",
    explanation: "A process is the set of its components; without any it has no memory and no code.",
    example: "process \"control\"",
};

pub static DUPLICATE_NAME: Code = Code {
    id: "manifest::duplicate-name",
    title: "a name that is taken",
    explanation: "Components are known by name everywhere: in links, in section names, in reports. A component outside \
a `process` node is a process of its own name, so that name is taken among processes as well.",
    example: "component \"a\" \"a.wasm\"\ncomponent \"a\" \"b.wasm\"",
};

pub static RESERVED_NAME: Code = Code {
    id: "manifest::reserved-name",
    title: "a component with the name of compose's own code",
    explanation: "The image has code of two more origins than the components: the `kernel`, and the `runtime`, which \
holds helpers that any code may call. Sections, symbols and reports say `kernel!name` and `runtime!name` for them.",
    example: "component \"kernel\" \"kernel.wasm\" { memory budget=(KiB)8 }",
};

pub static DUPLICATE_MEMORY: Code = Code {
    id: "manifest::duplicate-memory",
    title: "two budgets for one memory or table",
    explanation: "Each `memory` node speaks of another memory of the module, and each `table` node of another table. Without \
a name it means the first one.",
    example: "memory budget=(KiB)8\nmemory budget=(KiB)16",
};

pub static ARENA_WITHOUT_MEMORY: Code = Code {
    id: "manifest::arena-without-memory",
    title: "an arena without a memory",
    explanation: "The arena is a part of the component's first memory, inside its budget.",
    example: "component \"a\" \"a.wasm\" { arena (KiB)4 }",
};

pub static ARENA_TOO_LARGE: Code = Code {
    id: "manifest::arena-too-large",
    title: "an arena larger than its memory's budget",
    explanation: "The arena is inside the budget, beside the module's data and its stack.",
    example: "memory budget=(KiB)4\narena (KiB)8",
};

pub static UNKNOWN_COMPONENT: Code = Code {
    id: "manifest::unknown-component",
    title: "a component that the manifest does not have",
    explanation: "`link` and `run` name components of this manifest.",
    example: "run \"smapler#tick\"",
};

pub static LINK_TO_ITSELF: Code = Code {
    id: "manifest::link-to-itself",
    title: "a component linked to itself",
    explanation: "A link satisfies imports of one component by exports of another one.",
    example: "link \"a\" to=\"a\"",
};

pub static RUN_FORMAT: Code = Code {
    id: "manifest::run-format",
    title: "`run` without a component and an export",
    explanation: "The string names the component, a `#`, and the export of its module.",
    example: "run \"main\"",
};

pub static ON_TRAP_SHARED: Code = Code {
    id: "manifest::on-trap-shared",
    title: "`on-trap` for one component of a process",
    explanation: "Components of a process call each other directly, on one stack. A trap in one of them ends the calls of \
all, so what happens then is a property of the process.",
    example: "process \"control\" { component \"law\" \"law.wasm\" { on-trap \"continue\" } }",
};

pub static DUPLICATE_DEVICE: Code = Code {
    id: "manifest::duplicate-device",
    title: "a device that a component names twice",
    explanation: "One `mmio` for each device: whether it is shared is said once.",
    example: "component \"a\" \"a.wasm\" { mmio \"uart1\"; mmio \"uart1\" shared=#true }",
};

pub static STACK_IN_TWO_BANKS: Code = Code {
    id: "manifest::stack-in-two-banks",
    title: "two wishes for one stack",
    explanation: "The components of one process run on one native stack, which lies in one bank. If several of them say \
                  where it is to be, they say the same.",
    example: "process \"p\" {\n    component \"a\" \"a.wasm\" { stack auto in=\"dtcm\" }\n    component \"b\" \"b.wasm\" { stack auto in=\"sram\" }\n}",
};
