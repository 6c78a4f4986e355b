//! Codes of the `codegen` stage.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&UNSUPPORTED];

pub static UNSUPPORTED: Code = Code {
    id: "codegen::unsupported",
    title: "the code generator does not have an instruction or a type",
    explanation: "The module is valid WebAssembly, but uses an instruction or a value type that has no native code \
        yet: floating point, SIMD, tail calls, exceptions, references other than to functions, growing tables. \
        Nothing is skipped in silence: each function that uses one is an error that gives its name and the offset \
        in the module (as `wasm-objdump -d` prints it).",
    example: "(module (func (export \"f\") (result f32) (f32.const 1)))",
};
