//! Codes of the `flatten` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[
    &MISSING,
    &VERSION,
    &AMBIGUOUS,
    &TYPE,
    &RESOURCE,
    &CYCLE,
    &ITSELF,
    &NOT_EXPORTED,
    &CORE_MODULE,
    &WASI,
    &ROOT_IMPORT,
    &ARENA_IMPORT,
    &RUN_EXPORT,
    &RUN_TYPE,
    &COMPOSITION,
    &UNSUPPORTED,
];

pub static UNSUPPORTED: Code = Code {
    id: "flatten::unsupported",
    title: "a component uses what is not supported",
    explanation: "Components are made into core modules when the image is built. Some of what the component model has \
        needs a host at run time, or is not there yet: the note says what it is. Asynchronous functions, streams, \
        futures, threads and imported core modules are refused when the file is read.",
    example: "",
};

pub static MISSING: Code = Code {
    id: "flatten::missing-interface",
    title: "nothing exports an interface that a component imports",
    explanation: "An interface is provided by the component that a `link` names, by the kernel (`compose:host`), or by the \
        one other component that exports it under the same name, in a version that goes with the imported one. \
        Interfaces that hold types alone need nobody.",
    example: "(import \"demo:log/snik\" (instance ...)), where `demo:log/sink` is exported",
};

pub static VERSION: Code = Code {
    id: "flatten::version",
    title: "an interface is exported in a version that does not go with the imported one",
    explanation: "Two versions go together if the first of their numbers that is not zero is the same, and so is all \
        before it: 1.2.0 with 1.0.5, 0.2.1 with 0.2.0, 0.0.3 with itself alone. A pre-release goes with itself alone.",
    example: "(import \"demo:log/sink@0.2.1\" (instance ...)), where `demo:log/sink@0.3.0` is exported",
};

pub static AMBIGUOUS: Code = Code {
    id: "flatten::ambiguous-interface",
    title: "several components could provide an interface",
    explanation: "A choice between components is for the manifest to make: the order of the document must not.",
    example: "(import \"demo:log/sink\" (instance ...)), with two components that export it",
};

pub static TYPE: Code = Code {
    id: "flatten::type",
    title: "an import and its provider have different types",
    explanation: "Types must be equal part by part, with the names and the order of parameters, fields and cases. What the \
        exporter has beyond what is imported does not matter. The two sides were built from different WIT; the notes \
        say where they differ first.",
    example: "`a` imports `greet: func(name: string)`, `b` exports `greet: func(name: list<u8>)`",
};

pub static RESOURCE: Code = Code {
    id: "flatten::two-resources",
    title: "two components mean different resources by one name",
    explanation: "A resource is defined by one component, however many import it. Where a component passes a handle to \
        another, both must have the resource from the same one.",
    example: "`a` has `demo:db/types` from `b` and `demo:db/query` from `c`, and `c` has its `types` from `d`",
};

pub static CYCLE: Code = Code {
    id: "flatten::cycle",
    title: "components import from one another in a circle",
    explanation: "A component is instantiated after those that it imports from, and is entered by one call at a time. \
        Neither works in a circle. Interfaces of types alone do not count.",
    example: "`a` imports what `b` exports, and `b` imports what `a` exports",
};

pub static ITSELF: Code = Code {
    id: "flatten::imports-itself",
    title: "a component imports what only itself exports",
    explanation: "An import is satisfied by another component. A component that changes an interface on its way, such as \
        one that counts calls, imports and exports the same one; then another must export it too.",
    example: "one component with (import \"demo:log/sink\" ...) and (export \"demo:log/sink\" ...)",
};

pub static NOT_EXPORTED: Code = Code {
    id: "flatten::not-exported",
    title: "a link names a component that does not export the interface",
    explanation: "The component on the right of a `link` must export what the link is for.",
    example: "link \"sampler\" to=\"filter\" interface=\"demo:log/sink\", where `filter` exports no such interface",
};

pub static CORE_MODULE: Code = Code {
    id: "flatten::core-module",
    title: "a link between a component and a core module",
    explanation: "Core modules are linked with core modules, by names and machine types; components with components, by \
        interfaces. A core module becomes a component by `wasm-tools component new`.",
    example: "link \"sampler\" to=\"logger\", where one file is a component and the other a core module",
};

pub static WASI: Code = Code {
    id: "flatten::wasi",
    title: "a component imports WASI",
    explanation: "There are no files, sockets or clocks of WASI on a microcontroller here. Which part of the program asks \
        for them is mostly a standard library: build for `wasm32-unknown-unknown`, or without the standard library. What \
        the kernel gives instead is in `wit/host.wit`.",
    example: "(import \"wasi:io/streams@0.2.0\" (instance ...))",
};

pub static ROOT_IMPORT: Code = Code {
    id: "flatten::root-import",
    title: "a component imports something outside interfaces that nothing provides",
    explanation: "Outside interfaces a component may import its arena (`cabi-arena-realloc`), and functions that another \
        component exports outside interfaces under the same name. Resources belong into interfaces.",
    example: "(import \"lgo\" (func (param \"text\" string)))",
};

pub static ARENA_IMPORT: Code = Code {
    id: "flatten::arena-import",
    title: "an `import` node names no import of its component",
    explanation: "The node says that a function which the component imports outside interfaces is its arena. Without it \
        that is `cabi-arena-realloc`.",
    example: "component \"a\" \"a.wasm\" { import \"my-raelloc\" symbol=\"__cabi_arena_realloc\" }",
};

pub static RUN_EXPORT: Code = Code {
    id: "flatten::run-export",
    title: "a `run` names something that is not a function of the component",
    explanation: "`run \"component#export\"` calls a function that the component exports outside interfaces, and \
        `run \"component#ns:package/interface#function\"` one of an interface.",
    example: "run \"sampler#tikc\"",
};

pub static RUN_TYPE: Code = Code {
    id: "flatten::run-type",
    title: "a `run` calls a function with types or arguments that do not do",
    explanation: "Arguments are integers of the manifest, one for each parameter, in the parameter's range. The result is \
        ignored; it must be a number, a `bool`, a `char` or a `result` without payloads, since anything else would be \
        left in memory.",
    example: "run \"sampler#tick\", where `tick` is `func(name: string)`",
};

pub static COMPOSITION: Code = Code {
    id: "flatten::composition",
    title: "the composed component is not valid",
    explanation: "Each component is valid and both sides of each import agree, as far as this program can tell, and still \
        the whole does not validate. That is a bug of this program: please report it with the components.",
    example: "",
};
