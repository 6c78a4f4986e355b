//! Codes of the `codegen` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&UNSUPPORTED, &TOO_LARGE, &NO_TARGET];

pub static UNSUPPORTED: Code = Code {
    id: "codegen::unsupported",
    title: "the code generator does not have an instruction or a type",
    explanation: "The module is valid WebAssembly, but uses an instruction or a value type that has no native code \
        yet, such as SIMD or exceptions. \
        Nothing is skipped in silence: each function that uses one is an error that gives its name and the offset \
        in the module (as `wasm-objdump -d` prints it).",
    example: "(module (func (export \"f\") (result v128) (v128.const i64x2 1 2)))",
};

pub static TOO_LARGE: Code = Code {
    id: "codegen::too-large",
    title: "a function is beyond the limits of the register allocator",
    explanation: "The allocator gave up on this function. It takes functions of up to about two million values; whoever \
        meets this limit has usually let a compiler inline a whole program into one function. If the function is \
        small, this is a bug in `compose`: report it with the module.",
    example: "a function of a million instructions",
};

pub static NO_TARGET: Code = Code {
    id: "codegen::no-target",
    title: "a board that nothing can be built for yet",
    explanation: "Board files can describe instruction sets and protection units that the code generator or the kernel does \
        not know yet. Systems for such boards can be planned and checked: banks, entries of the protection unit and \
        register words are as they will be, without code and without the kernel's own memory.",
    example: "board \"rp2350-riscv\"",
};
