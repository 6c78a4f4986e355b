//! WebAssembly proposals that are not supported, by name.

use wasmparser::WasmFeatures;

pub struct Proposal {
    feature: WasmFeatures,
    pub name: &'static str,
    /// How to switch it off.
    pub help: &'static str,
}

const REBUILD: &str = "build the component without it";

const SYNC: &str = "declare functions without `async`, and build the component for the synchronous ABI";

/// Proposals that a tool chain may switch on.
const PROPOSALS: &[Proposal] = &[
    Proposal {
        feature: WasmFeatures::SIMD,
        name: "SIMD",
        help: "build without `-msimd128` (Rust: `-C target-feature=-simd128`)",
    },
    Proposal { feature: WasmFeatures::RELAXED_SIMD, name: "relaxed SIMD", help: "build without `-mrelaxed-simd`" },
    Proposal {
        feature: WasmFeatures::THREADS,
        name: "threads (shared memories, atomics)",
        help: "build without `-pthread` and `-matomics` (Rust: `-C target-feature=-atomics`)",
    },
    Proposal { feature: WasmFeatures::MEMORY64, name: "64-bit memories", help: "build for `wasm32`, not `wasm64`" },
    Proposal { feature: WasmFeatures::EXCEPTIONS, name: "exceptions", help: "build without `-fwasm-exceptions`" },
    Proposal {
        feature: WasmFeatures::LEGACY_EXCEPTIONS,
        name: "legacy exceptions",
        help: "build without `-fwasm-exceptions`",
    },
    Proposal { feature: WasmFeatures::GC, name: "garbage-collected types", help: REBUILD },
    Proposal { feature: WasmFeatures::FUNCTION_REFERENCES, name: "typed function references", help: REBUILD },
    Proposal {
        feature: WasmFeatures::WIDE_ARITHMETIC,
        name: "wide arithmetic",
        help: "build without `-mwide-arithmetic`",
    },
    Proposal { feature: WasmFeatures::STACK_SWITCHING, name: "stack switching", help: REBUILD },
    Proposal { feature: WasmFeatures::SHARED_EVERYTHING_THREADS, name: "shared-everything threads", help: REBUILD },
    Proposal { feature: WasmFeatures::MEMORY_CONTROL, name: "memory control", help: REBUILD },
    Proposal { feature: WasmFeatures::CM_ASYNC, name: "async functions, streams or futures", help: SYNC },
    Proposal { feature: WasmFeatures::CM_ASYNC_STACKFUL, name: "async functions", help: SYNC },
    Proposal { feature: WasmFeatures::CM_MORE_ASYNC_BUILTINS, name: "built-ins of async functions", help: SYNC },
    Proposal { feature: WasmFeatures::CM_THREADING, name: "threads", help: "build the component without threads" },
    Proposal {
        feature: WasmFeatures::CM_ERROR_CONTEXT,
        name: "error-contexts",
        help: "return a `result` with an error type of your own",
    },
    Proposal { feature: WasmFeatures::CM_VALUES, name: "values", help: "pass them by functions" },
    Proposal { feature: WasmFeatures::CM_FIXED_LENGTH_LISTS, name: "lists of fixed length", help: "pass a `list`" },
    Proposal { feature: WasmFeatures::CM_MAP, name: "maps", help: "pass a list of tuples" },
    Proposal { feature: WasmFeatures::CM_GC, name: "garbage-collected types", help: REBUILD },
    Proposal { feature: WasmFeatures::CM_IMPLEMENTS, name: "interfaces under other names", help: REBUILD },
    Proposal { feature: WasmFeatures::CM_NESTED_NAMES, name: "nested names", help: REBUILD },
    Proposal { feature: WasmFeatures::CM_CANON_NAMES, name: "canonical names", help: REBUILD },
    Proposal { feature: WasmFeatures::COMPACT_IMPORTS, name: "compact imports", help: REBUILD },
];

/// The proposal that the module needs, if that is why it did not validate.
pub fn missing(wasm: &[u8], error: &wasmparser::Error) -> Option<&'static Proposal> {
    // Built without its SIMD tables, the parser knows these opcodes only as unexpected.
    let simd_opcode = wasm.get(error.offset()) == Some(&0xfd) && error.message().contains("SIMD opcode");
    let feature = if simd_opcode { WasmFeatures::SIMD } else { error.missing_wasm_feature()? };
    PROPOSALS.iter().find(|proposal| proposal.feature.intersects(feature))
}
