//! Codes of the `link` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[
    &UNUSED_LINK,
    &UNRESOLVED,
    &AMBIGUOUS,
    &IMPORT_TYPE,
    &IMPORT_KIND,
    &NO_ARENA,
    &NO_CLOCK,
    &REFERENCE,
    &REEXPORT,
    &CYCLE,
    &GLOBAL_CYCLE,
    &NO_SUCH_MEMORY,
    &MEMORY_TWICE,
    &NO_BUDGET,
    &TOO_LARGE,
    &BUDGET,
    &GROW,
    &TAKE_OVER,
    &GROW_NO_ROOM,
    &TABLE_ROOM,
    &ARENA,
    &BOUNDS_RAISED,
    &DATA_OUTSIDE,
    &ELEMENTS_OUTSIDE,
    &RUN_EXPORT,
    &RUN_ARGUMENTS,
    &IDLE,
];

pub static UNUSED_LINK: Code = Code {
    id: "link::unused-link",
    title: "a link binds nothing",
    explanation: "The component on the left imports nothing that this link could satisfy. It is harmless, and \
        misleading.",
    example: "link \"sampler\" to=\"logger\" interface=\"no:such/interface\"",
};

pub static UNRESOLVED: Code = Code {
    id: "link::unresolved-import",
    title: "nothing provides an import",
    explanation: "An import is satisfied by the kernel (module `compose`), by the component's own arena \
        (`env::__cabi_arena_realloc`), by a component that a `link` names, by a component that is called \
        like the import's module, or by the one other component that exports a function of that name and \
        type.",
    example: "(import \"logger\" \"lgo\" (func (param i32)))",
};

pub static AMBIGUOUS: Code = Code {
    id: "link::ambiguous-import",
    title: "several components could provide an import",
    explanation: "A choice between components is for the manifest to make: the order of the document must not.",
    example: "(import \"sink\" \"put\" (func (param i32))), with two components that export `put`",
};

pub static IMPORT_TYPE: Code = Code {
    id: "link::import-type",
    title: "an import and its provider have different types",
    explanation: "Types must be equal, parameter by parameter. The two sides were built from different declarations.",
    example: "(import \"logger\" \"log\" (func (param i64))), where `logger` exports (func (param i32))",
};

pub static IMPORT_KIND: Code = Code {
    id: "link::import-kind",
    title: "a module imports a memory, a table or a mutable global",
    explanation: "Components share nothing that can be written: memories, tables and cells belong to one component \
        each. Functions and constant globals may be imported.",
    example: "(import \"env\" \"memory\" (memory 1))",
};

pub static NO_ARENA: Code = Code {
    id: "link::no-arena",
    title: "a module imports `__cabi_arena_realloc` without an arena",
    explanation: "Canonical-ABI code allocates in a bounded area of the component's own memory. How many bytes that \
        has is for the manifest to say.",
    example: "(import \"env\" \"__cabi_arena_realloc\" (func (param i32 i32 i32 i32) (result i32))) in a component without `arena`",
};

pub static NO_CLOCK: Code = Code {
    id: "link::no-clock",
    title: "a component asks for the time on a board without a clock",
    explanation: "The kernel tells the time by a counter that the board file names in a `clock` node, and by nothing else.",
    example: "(import \"compose\" \"clock\" (func (result i64))), where the board has no `clock`",
};

pub static REFERENCE: Code = Code {
    id: "link::reference-crosses",
    title: "a function with references is called across components",
    explanation: "A `funcref` or `externref` means something only inside the component that made it: code and tables \
        of another component are not reachable.",
    example: "(import \"b\" \"call\" (func (param funcref)))",
};

pub static REEXPORT: Code = Code {
    id: "link::re-export",
    title: "an import is passed on without code behind it",
    explanation: "A module may export what it imports. The way must end at a function body of a component: what the \
        kernel provides belongs to the component that imports it, and a circle has no end.",
    example: "(import \"compose\" \"write\" (func $w (param i32 i32))) (export \"w\" (func $w)), imported by another component",
};

pub static CYCLE: Code = Code {
    id: "link::cycle",
    title: "calls between processes form a cycle",
    explanation: "A process has one stack and is entered by one call at a time. With a cycle, a call could find it \
        waiting for itself. Inside one process components may call each other as they like.",
    example: "`a` imports from `b`, and `b` imports from `a`",
};

pub static GLOBAL_CYCLE: Code = Code {
    id: "link::global-cycle",
    title: "the value of an imported constant depends on itself",
    explanation: "Constants are evaluated when the image is built. This one leads back to itself through what \
        components export again.",
    example: "`a` exports a global that it imports from `b`, and `b` the same one from `a`",
};

pub static NO_SUCH_MEMORY: Code = Code {
    id: "link::no-such-memory",
    title: "a `memory` node names a memory that the module does not have",
    explanation: "Memories are named by export, by the name section, or by index. Without a name the node means the \
        first memory.",
    example: "memory \"scratch\" budget=(KiB)4",
};

pub static MEMORY_TWICE: Code = Code {
    id: "link::memory-twice",
    title: "a memory has two budgets",
    explanation: "Two `memory` nodes mean the same memory, perhaps once by name and once as the first one.",
    example: "memory budget=(KiB)4; memory \"0\" budget=(KiB)8",
};

pub static NO_BUDGET: Code = Code {
    id: "link::no-budget",
    title: "a component with several memories leaves out a budget",
    explanation: "With one memory, the default is what the module declares. With several, each needs a `memory` node.",
    example: "component \"dsp\" \"two-memories.wasm\"",
};

pub static TOO_LARGE: Code = Code {
    id: "link::too-large",
    title: "a memory or table is larger than the board",
    explanation: "No bank of the board can hold it. A module that declares more than it uses may get a smaller `memory \
        budget=`.",
    example: "(memory 1000)",
};

pub static BUDGET: Code = Code {
    id: "link::budget-too-small",
    title: "a budget is smaller than what the module needs",
    explanation: "A budget below the declared minimum is allowed if nothing can see the difference: no `memory.size` \
        and no `memory.grow`, and data, stack and arena fit. Data and stack end at the highest of: the end \
        of the active data, `__heap_base`, the initial `__stack_pointer`.",
    example: "memory budget=(B)16, where the data has 20 bytes",
};

pub static GROW: Code = Code {
    id: "link::grow",
    title: "a module grows a memory that may not grow",
    explanation: "Everything is reserved when the image is built. Growth moves a number within the budget: \
        `grow=#true`. `grow=\"deny\"` makes `memory.grow` return -1, as the specification allows. An allocator that is \
        there for `cabi_realloc` alone gives way to the arena: `arena (KiB)4 take-over=#true`. Or the module allocates in \
        the arena from the start: Rust by a `#[global_allocator]`, C by a `malloc` and a `cabi_realloc` of its own, both \
        over the import `cabi-arena-realloc`; the book's chapter on arenas has them.",
    example: "(func (drop (memory.grow (i32.const 1)))) without `grow=`",
};

pub static TAKE_OVER: Code = Code {
    id: "link::take-over",
    title: "`take-over` of a module without a `cabi_realloc` that can be replaced, or that frees",
    explanation: "`take-over=#true` puts the arena in the place of the function that the module exports as \
        `cabi_realloc`. Whatever it hands out stays until the arena is reset: another allocator that is given such a \
        block to free would take it for one of its own.",
    example: "arena (KiB)4 take-over=#true, where the module exports no `cabi_realloc`",
};

pub static GROW_NO_ROOM: Code = Code {
    id: "link::grow-no-room",
    title: "a memory that may grow has no room to",
    explanation: "Growth is by whole pages, up to the budget and the maximum of the module. Here not one page is left: \
        `memory.grow` always returns -1.",
    example: "memory budget=(KiB)64 grow=#true, where the module declares one page",
};

pub static TABLE_ROOM: Code = Code {
    id: "link::table-room",
    title: "a `table` node, or a table that grows, without the other",
    explanation: "A table that grows is reserved whole: the entries that its `table` node says, else the maximum that \
        the module declares if that is at most 1024. Otherwise `table.grow` returns -1, which the specification allows. \
        Tables are named by export or by index; without a name the node means the first one.",
    example: "(table 10 funcref), grown by `table.grow`, and no `table entries=`",
};

pub static ARENA: Code = Code {
    id: "link::arena",
    title: "an arena does not fit",
    explanation: "The arena is the top of the component's first memory, above data and stack. Where the module has an \
        allocator of its own (it uses `memory.grow` or `memory.size`), it is above all that the module \
        declares.",
    example: "memory budget=(KiB)64; arena (KiB)64",
};

pub static BOUNDS_RAISED: Code = Code {
    id: "link::bounds-raised",
    title: "`bounds \"hardware\"` on a component with several memories",
    explanation: "The regions of one process cannot tell its memories apart. Such a component always has bounds checks \
        in its code, so that a store beyond one memory does not reach another.",
    example: "component \"dsp\" \"two-memories.wasm\" { bounds \"hardware\" }",
};

pub static DATA_OUTSIDE: Code = Code {
    id: "link::data-outside",
    title: "a data segment lies outside its memory",
    explanation: "The module would trap while it is instantiated. Either the module is wrong, or its memory is too \
        small for its data.",
    example: "(memory 1) (data (i32.const 65535) \"xy\")",
};

pub static ELEMENTS_OUTSIDE: Code = Code {
    id: "link::elements-outside",
    title: "an element segment lies outside its table",
    explanation: "The module would trap while it is instantiated.",
    example: "(table 1 funcref) (elem (i32.const 1) $f)",
};

pub static RUN_EXPORT: Code = Code {
    id: "link::run-export",
    title: "a `run` names something that is not a function of the component",
    explanation: "`run \"component#export\"` calls an exported function that has a body in some component.",
    example: "run \"sampler#tikc\"",
};

pub static RUN_ARGUMENTS: Code = Code {
    id: "link::run-arguments",
    title: "the arguments of a `run` do not match the function",
    explanation: "One integer for each parameter. An i32 may be written signed or unsigned, an i64 likewise.",
    example: "run \"sampler#tick\" 1 2, where `tick` takes one i32",
};

pub static IDLE: Code = Code {
    id: "link::idle-component",
    title: "nothing ever calls a component",
    explanation: "It is not run, has no start function, and no component that runs imports from it. It takes room in \
        flash and RAM for nothing.",
    example: "a component without `run` and without callers",
};
