//! Codes of the `ingest` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&FILE, &NOT_WASM, &TEXT, &INVALID, &UNSUPPORTED, &ENCODING, &LIMIT];

pub static FILE: Code = Code {
    id: "ingest::file",
    title: "a module's file cannot be read",
    explanation: "The path of a component is relative to the folder of the manifest. The file must exist and be \
        readable when the image is built; `compose` builds no components itself.",
    example: "component \"sampler\" \"no-such-file.wasm\"",
};

pub static NOT_WASM: Code = Code {
    id: "ingest::not-wasm",
    title: "a file is not a WebAssembly binary",
    explanation: "A binary starts with the bytes 00 61 73 6d. WebAssembly text is read from files that end in `.wat`. \
        Object files and archives of other targets are no use here: build the component for a WebAssembly target.",
    example: "component \"sampler\" \"sampler.elf\"",
};

pub static TEXT: Code = Code {
    id: "ingest::text",
    title: "a `.wat` file does not parse",
    explanation: "The message gives file, line and column in the WebAssembly text.",
    example: "(module (func (i32.add)",
};

pub static INVALID: Code = Code {
    id: "ingest::invalid",
    title: "a module does not validate",
    explanation: "The binary breaks a rule of the WebAssembly specification, or is cut off. Nothing is generated from \
        such a module. The note gives the offset in the file and, inside code, the function.",
    example: "(module (func (result i32)))",
};

pub static UNSUPPORTED: Code = Code {
    id: "ingest::unsupported",
    title: "a module uses a WebAssembly feature that is not supported",
    explanation: "Supported is WebAssembly 2.0 without SIMD, plus multi-memory, custom page sizes, extended \
        constants and tail calls. The module is refused as a whole: a function is never skipped.",
    example: "(module (func (drop (v128.const i32x4 0 0 0 0))))",
};

pub static ENCODING: Code = Code {
    id: "ingest::encoding",
    title: "a component's strings are not UTF-8",
    explanation: "A component says how it encodes strings. Between components they are copied as they are, once they have \
        been found to be UTF-8; there is no transcoder in the image. Tool chains encode strings as UTF-8 unless they are \
        told otherwise.",
    example: "(canon lift (core func $greet) string-encoding=utf16 ...)",
};

pub static LIMIT: Code = Code {
    id: "ingest::limit",
    title: "a module is too large to read",
    explanation: "Files, functions, locals and the modules inside a component have limits that are far above what a microcontroller holds, so that a \
        broken or hostile module cannot exhaust the machine that builds.",
    example: "a module with 100000 functions",
};
