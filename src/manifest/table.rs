//! The manifest's nodes: what the reader accepts, what it suggests, and what the reference says.

use crate::schema::{Child, Document, Field, Node, Type};

pub static MANIFEST: Document = Document {
    name: "manifest",
    nodes: &[Child::one(&SYSTEM)],
    reserved: &[
        ("task", "call exports after start-up with `run \"component#export\"`"),
        ("kernel", "the kernel sizes its own memory and stack"),
    ],
};

const WHY: Field = Field::optional("why", Type::Text, "The reason, kept for the report.");

static SYSTEM: Node = Node {
    name: "system",
    doc: "One firmware image.",
    args: &[Field::required("name", Type::Name, "Names the files that are written.")],
    props: &[Field::optional("version", Type::Text, "Shown in the report.")],
    children: &[
        Child::one(&BOARD),
        Child::any(&COMPONENT),
        Child::any(&PROCESS),
        Child::any(&LINK),
        Child::any(&RUN),
        Child::at_most_one(&POLICY),
    ],
    example: "system \"sensor-hub\" version=\"1.0.0\" { ... }",
    ..Node::EMPTY
};

const IN: Field = Field::optional(
    "in",
    Type::Name,
    "A RAM bank of the board by its name, or what it must be: `dma`, `core-coupled` or `fast`.",
)
.default("the first bank with room");

static BOARD: Node = Node {
    name: "board",
    doc: "The target.",
    args: &[Field::required(
        "name",
        Type::Text,
        "A name that `compose boards` lists, or the path of a board file (`.kdl`), relative to the manifest.",
    )],
    example: "board \"mps2-an386\"",
    ..Node::EMPTY
};

static COMPONENT: Node = Node {
    name: "component",
    doc: "One WebAssembly component, or one core module. Outside a `process` it is a process of its own.",
    args: &[
        Field::required("name", Type::Name, "Unique in the system."),
        Field::required("path", Type::Text, "A `.wasm` or `.wat` file, relative to the manifest."),
    ],
    props: &[WHY],
    children: &[
        Child::any(&MEMORY),
        Child::any(&TABLE),
        Child::at_most_one(&ARENA),
        Child::any(&IMPORT),
        Child::at_most_one(&HANDLES),
        Child::at_most_one(&STACK),
        Child::at_most_one(&BOUNDS),
        Child::at_most_one(&ON_TRAP),
        Child::any(&MMIO),
    ],
    example: "component \"sampler\" \"sampler.wasm\" { memory budget=(KiB)24 }",
    ..Node::EMPTY
};

static MEMORY: Node = Node {
    name: "memory",
    doc: "What is reserved for one linear memory.",
    args: &[Field::optional(
        "name",
        Type::Text,
        "Export name, name in the name section, or index of the memory.",
    )
    .default("the module's first memory")],
    props: &[
        Field::required("budget", Type::Size, "Native bytes reserved, arena included. Never an address."),
        Field::optional(
            "grow",
            Type::Either(&[Type::Bool, Type::Word(&["deny"])]),
            "`#true`: `memory.grow` works up to the budget. `\"deny\"`: it returns -1. `#false`: it is an error at build time.",
        )
        .default("`#false`"),
        IN,
        WHY,
    ],
    example: "memory budget=(KiB)24",
    ..Node::EMPTY
};

static TABLE: Node = Node {
    name: "table",
    doc: "Room for a table that grows: `table.grow` works up to so many entries, of 4 bytes each.",
    args: &[
        Field::optional("name", Type::Text, "Export name or index of the table.").default("the module's first table")
    ],
    props: &[
        Field::required(
            "entries",
            Type::Integer(1, 1 << 24),
            "Entries reserved. Without the node they are the maximum that the module declares if that is at most 1024; else \
`table.grow` returns -1.",
        ),
        WHY,
    ],
    example: "table entries=64",
    ..Node::EMPTY
};

static ARENA: Node = Node {
    name: "arena",
    doc: "What `__cabi_arena_realloc` hands out, inside the budget of the first memory. A core module imports it as \
`env::__cabi_arena_realloc`. A component imports it in its world as `cabi-arena-realloc: func(old-ptr: u32, old-len: u32, \
align: u32, new-len: u32) -> u32`: the symbol in kebab case, without the underscores in front. Which names mean the symbol \
besides this one is for `import` to say.",
    args: &[Field::required("size", Type::Size, "Bytes.").default("no arena")],
    props: &[
        Field::optional(
            "reset",
            Type::Word(&["never", "per-call"]),
            "When all blocks are taken back. `\"per-call\"`: when a call has ended that came into the component's process from \
outside, by a `run`, from another process, or through an interface; results have been copied by then, and `post-return` has run.",
        )
        .default("`\"never\"`"),
        Field::optional(
            "take-over",
            Type::Bool,
            "The module's own `cabi_realloc` is replaced by the arena, and what only it reaches is left out: for modules whose \
`cabi_realloc` runs `memory.grow`. The module must not free what comes from there by an allocator of its own.",
        )
        .default("`#false`"),
    ],
    example: "arena (KiB)4",
    ..Node::EMPTY
};

static IMPORT: Node = Node {
    name: "import",
    doc: "Which symbol a function is that a component imports in its world, outside interfaces. Without this node the import \
`cabi-arena-realloc` is `__cabi_arena_realloc`, and no other is.",
    args: &[Field::required("name", Type::Text, "The import's name in the component.")],
    props: &[Field::required(
        "symbol",
        Type::Word(&["__cabi_arena_realloc"]),
        "`\"__cabi_arena_realloc\"`: the component's own arena.",
    )],
    example: "import \"my-realloc\" symbol=\"__cabi_arena_realloc\"",
    ..Node::EMPTY
};

static HANDLES: Node = Node {
    name: "handles",
    doc: "Handles to resources that the component may have at a time, of all types together; each of its instances that has any. \
They are in memory that no component reaches. One more is a trap.",
    args: &[Field::required("count", Type::Integer(1, 4096), "Handles.").default("16")],
    example: "handles 32",
    ..Node::EMPTY
};

static STACK: Node = Node {
    name: "stack",
    doc: "The native stack.",
    args: &[Field::required(
        "size",
        Type::Either(&[Type::Size, Type::Word(&["auto"])]),
        "Bytes, or `\"auto\"`: the compiler's own worst-case bound.",
    )
    .default("`\"auto\"`")],
    props: &[IN],
    example: "stack (KiB)2",
    ..Node::EMPTY
};

static BOUNDS: Node = Node {
    name: "bounds",
    doc: "How accesses outside a memory are caught.",
    args: &[Field::required(
        "mode",
        Type::Word(&["hardware", "software"]),
        "`\"hardware\"`: by the protection unit, no code. `\"software\"`: by compares in the code, exactly as WebAssembly says.",
    )
    .default("`\"hardware\"`; `\"software\"` where there are several memories")],
    example: "bounds \"software\"",
    ..Node::EMPTY
};

static ON_TRAP: Node = Node {
    name: "on-trap",
    doc: "What a trap does to the process that it happens in, after it has ended the call that was running. Components that \
share a process share this: there it stands in the `process` node.",
    args: &[Field::required(
        "action",
        Type::Word(&["stop", "continue"]),
        "`\"stop\"`: nobody enters the process again. `\"continue\"`: it can be called again, with memories, globals and \
tables as the trap left them, and the stack empty.",
    )
    .default("`\"stop\"`")],
    example: "on-trap \"continue\"",
    ..Node::EMPTY
};

static MMIO: Node = Node {
    name: "mmio",
    doc: "A device that the component's process may access.",
    args: &[Field::required("peripheral", Type::Name, "A peripheral that the board names.")],
    props: &[
        Field::optional("shared", Type::Bool, "Other processes may have it too, if they say the same.")
            .default("`#false`"),
        WHY,
    ],
    example: "mmio \"uart1\"",
    ..Node::EMPTY
};

static PROCESS: Node = Node {
    name: "process",
    doc: "Components that trust each other: one protection domain, direct calls inside.",
    args: &[Field::required("name", Type::Name, "Unique among processes and components outside any.")],
    props: &[WHY],
    children: &[Child::any(&COMPONENT), Child::at_most_one(&ON_TRAP)],
    example: "process \"control\" { component \"filter\" \"filter.wasm\" }",
    ..Node::EMPTY
};

static LINK: Node = Node {
    name: "link",
    doc: "Satisfies imports of one component by exports of another, where names leave a choice.",
    args: &[Field::required("from", Type::Text, "The component that imports.")],
    props: &[
        Field::required("to", Type::Text, "The component that exports."),
        Field::optional(
            "interface",
            Type::Text,
            "The import's interface, such as `demo:log/sink`, with its version or without; of a core module the import's module \
name.",
        )
        .default("all that the one imports and the other exports"),
        WHY,
    ],
    example: "link \"sampler\" to=\"logger\" interface=\"demo:log/sink\"",
    ..Node::EMPTY
};

const ARGUMENT: Field = Field::optional(
    "argument",
    Type::Integer(i64::MIN as i128, u64::MAX as i128),
    "Constant arguments; the range is the parameter's.",
);

static RUN: Node = Node {
    name: "run",
    doc: "Calls an export after start-up; several in the order written.",
    args: &[Field::required(
        "export",
        Type::Text,
        "`\"component#export\"`; of a function in an interface `\"component#demo:log/sink#flush\"`.",
    )],
    rest: Some(&ARGUMENT),
    example: "run \"sampler#tick\" 1 2",
    ..Node::EMPTY
};

static POLICY: Node = Node {
    name: "policy",
    doc: "Limits that a build must keep, and what it aims at.",
    children: &[Child::at_most_one(&MAX_WASTE), Child::at_most_one(&OVER_GRANT), Child::at_most_one(&OPTIMIZE)],
    example: "policy { max-waste (percent)3 }",
    ..Node::EMPTY
};

static OPTIMIZE: Node = Node {
    name: "optimize",
    doc: "What the code of components should be. `--optimize` on the command line overrides it.",
    args: &[Field::required(
        "aim",
        Type::Word(&["speed", "size"]),
        "`\"speed\"`: short loops hold several turns. `\"size\"`: nothing that makes code larger.",
    )
    .default("`\"speed\"`")],
    example: "optimize \"size\"",
    ..Node::EMPTY
};

static MAX_WASTE: Node = Node {
    name: "max-waste",
    doc: "Largest waste of RAM over the bytes asked for.",
    args: &[Field::required("share", Type::Percent, "Percent.").default("no limit")],
    example: "max-waste (percent)3",
    ..Node::EMPTY
};

static OVER_GRANT: Node = Node {
    name: "over-grant",
    doc: "How many bytes beyond its devices a process may be granted, so that neighbours fit in one region.",
    args: &[Field::required("size", Type::Size, "Bytes of addresses that the board gives no name.").default("none")],
    example: "over-grant (KiB)4",
    ..Node::EMPTY
};
