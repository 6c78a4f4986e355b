//! Codes of the `plan` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[
    &RAM_TOO_SMALL,
    &FLASH_TOO_SMALL,
    &NO_COVER,
    &TOO_FEW_ENTRIES,
    &FLASH_REGION,
    &NO_BANK,
    &STACK_UNBOUNDED,
    &STACK_BELOW_BOUND,
    &STACK_TOO_SMALL,
    &STACK_UNKNOWN,
    &MAX_WASTE,
    &ADAPTER_ENTRIES,
    &INTERNAL,
];

pub static ADAPTER_ENTRIES: Code = Code {
    id: "plan::adapter-entries",
    title: "an adapter between two processes needs too many entries of the protection unit",
    explanation: "Calls that carry strings, lists or other values in memory from one process to another go through an adapter, \
        which reaches the memories of both. So it needs the entries of both, and one for its own stack. Each process \
        gets at most half of what is left; a board with very few entries, or memories spread over several banks, can \
        still be too much.",
    example: "two components that exchange strings, each with memories in three banks",
};

pub static RAM_TOO_SMALL: Code = Code {
    id: "plan::ram-too-small",
    title: "the memories and stacks do not fit the board's RAM",
    explanation: "Budgets, native stacks, instance data and the kernel's own RAM are all reserved when the image is \
                  built. Together they are more than the RAM bank holds, whatever the order. The labels show the \
                  largest demands. Make one of them smaller by at least the missing bytes, or take a larger board.",
    example: "component \"a\" \"a.wasm\" { memory budget=(MiB)8 }   // on a board with 4 MiB of RAM",
};

pub static FLASH_TOO_SMALL: Code = Code {
    id: "plan::flash-too-small",
    title: "the image does not fit the board's flash",
    explanation: "Code, constants and the initial contents of memories are kept in flash. What nothing calls is left \
                  out already. Build the modules for size, or take a larger board.",
    example: "system \"hub\" { board \"a-board-with-16-KiB-of-flash\"; ... }",
};

pub static NO_COVER: Code = Code {
    id: "plan::no-cover",
    title: "the protection unit has no regions that cover a process",
    explanation: "The bytes of the process would fit, but a region has a power of two as its size and begins at a \
                  multiple of it, and every legal set of regions reaches outside of what is free. Round the budgets \
                  to larger powers of two, or free some RAM.",
    example: "memory budget=4193311   // nearly all of the bank, and no round number",
};

pub static TOO_FEW_ENTRIES: Code = Code {
    id: "plan::too-few-entries",
    title: "a process needs more entries than the protection unit has",
    explanation: "Each run of memory of a process takes at least one entry, and each of its devices one or more, unless \
                  one piece can hold several that lie side by side. `policy { over-grant }` allows a piece to grant \
                  bytes between devices that the board gives to no other. Otherwise move devices to components in \
                  other processes.",
    example: "component \"a\" \"a.wasm\" { mmio \"uart0\"; mmio \"timer0\"; /* and six more, far apart */ }",
};

pub static FLASH_REGION: Code = Code {
    id: "plan::flash-region",
    title: "no single region covers the image in flash",
    explanation: "One region is always on and lets every component read and execute the image. Its size is a power of \
                  two and its base a multiple of that. The board's flash bank leaves no room for such a region around \
                  the image.",
    example: "bank \"flash\" kind=\"flash\" base=0x08000100 size=(KiB)64",
};

pub static NO_BANK: Code = Code {
    id: "plan::no-bank",
    title: "the board has no bank of a kind that an image needs",
    explanation: "An image needs a flash bank for code and a RAM bank for data. A board file lists both.",
    example: "board \"mine\" { /* no bank of kind \"ram\" */ }",
};

pub static STACK_UNBOUNDED: Code = Code {
    id: "plan::stack-unbounded",
    title: "a recursion leaves the native stack without a bound",
    explanation: "Without a `stack` node, or with `stack auto`, the native stack is the worst case over all calls. \
                  Functions that call each other in a cycle have no worst case. Say how much stack the component \
                  gets; if that is not enough when it runs, the protection unit stops the component with a report.",
    example: "component \"parser\" \"recursive.wasm\" { memory budget=(KiB)16; stack auto }",
};

pub static STACK_BELOW_BOUND: Code = Code {
    id: "plan::stack-below-bound",
    title: "a native stack is smaller than the worst case of its calls",
    explanation: "The compiler knows the stack use of every function and the calls between them, and adds what the \
                  kernel needs for gates and faults. The stack that the manifest gives is smaller. The bound may \
                  be pessimistic: a call through a table counts as a call of every function of that type. If the \
                  stack does overflow, the protection unit stops the component with a report.",
    example: "component \"a\" \"a.wasm\" { memory budget=(KiB)16; stack 64 }",
};

pub static STACK_TOO_SMALL: Code = Code {
    id: "plan::stack-too-small",
    title: "a native stack has no room for what the kernel puts there",
    explanation: "To enter a process and to switch away from it, the kernel keeps registers on the process's own stack, \
                  and argument and result words that do not fit registers. The stack that the manifest gives is \
                  smaller than that, before any function of the component has run.",
    example: "component \"a\" \"a.wasm\" { memory budget=(KiB)16; stack (B)16 }",
};

pub static STACK_UNKNOWN: Code = Code {
    id: "plan::stack-unknown",
    title: "a stack without a size, on a board without code generation",
    explanation: "Without a `stack` node, or with `stack auto`, the native stack is the worst case of the compiled code. For \
                  this board there is no code generator yet, so only the manifest can say how much it is.",
    example: "component \"a\" \"a.wasm\" { memory budget=(KiB)16 }   // board \"rp2350-riscv\"",
};

pub static MAX_WASTE: Code = Code {
    id: "plan::max-waste",
    title: "more RAM is wasted than the policy allows",
    explanation: "Waste is what processes are granted or lose beyond the bytes they asked for: before and after \
                  their extents, because regions have coarse edges, and between the parts of an extent, because \
                  memories begin at multiples of 8. `policy max-waste` limits it in percent of the bytes asked for.",
    example: "policy { max-waste (percent)0 }",
};

pub static INTERNAL: Code = Code {
    id: "plan::internal",
    title: "the plan contradicts itself",
    explanation: "Every plan is checked after it is made. This one does not hold together, which is a bug in compose \
                  and not in the manifest.",
    example: "",
};
