//! Modules that are legal and out of the ordinary: nothing overflows the native stack or takes for ever, and nothing
//! panics.

mod support;

use compose::codegen;
use std::fmt::Write;

/// Compiles a module; bytes of its code.
fn compile(nodes: &str, text: &str) -> usize {
    compile_binary(nodes, text.as_bytes())
}

fn compile_binary(nodes: &str, module: &[u8]) -> usize {
    let nodes = format!("  component \"main\" \"main.wat\" {{ {nodes} }}\n  run \"main#f\"\n");
    let (objects, found) =
        support::with_system(&nodes, &[("main", module)], codegen::compile).unwrap_or_else(|e| panic!("{e}"));
    let objects = objects.unwrap_or_else(|| panic!("{:#?}", found.list));
    objects[0].functions.iter().map(|function| function.code.len()).sum()
}

/// On a stack that is smaller than a main thread's.
fn on_a_small_stack(go: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(go).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn blocks_in_blocks() {
    on_a_small_stack(|| {
        let depth = 5000;
        for open in ["block", "loop", "local.get 0\nif"] {
            let mut text = String::from("(module (func (export \"f\") (local i32)\n");
            for level in 0..depth {
                let _ = writeln!(text, "{open}");
                if level % 100 == 99 {
                    let _ = writeln!(text, "local.get 0\nbr_if {}", level / 2);
                }
            }
            text.push_str("unreachable\n");
            text.push_str(&"end\n".repeat(depth));
            text.push_str("))");
            compile("", &text);
        }
    });
}

#[test]
fn blocks_that_cannot_run() {
    on_a_small_stack(|| {
        let depth = 20_000;
        let text = format!(
            "(module (func (export \"f\") unreachable\n{}\n{}))",
            "block\n".repeat(depth),
            "i32.const 1 drop end\n".repeat(depth)
        );
        assert!(compile("", &text) < 100, "code that cannot run is no code");
    });
}

#[test]
fn a_long_expression() {
    on_a_small_stack(|| {
        let count = 5000;
        let mut text = String::from("(module (memory 1 1) (func (export \"f\") (local i32)\n");
        for n in 0..count {
            let _ = writeln!(text, "local.get 0\ni32.load offset={n}");
        }
        text.push_str(&"i32.add\n".repeat(count - 1));
        text.push_str("drop))");
        compile("memory budget=(KiB)64", &text);
    });
}

#[test]
fn a_wide_table_of_branches() {
    let targets: String = (0..5000).map(|n| format!("{} ", n % 3)).collect();
    let text = format!(
        "(module (func (export \"f\") (local i32)\nblock block block local.get 0 br_table {targets} 1 end end end))"
    );
    compile("", &text);
}

#[test]
fn many_parameters_results_and_locals() {
    let params = "i32 i64 ".repeat(100);
    let gets: String = (0..200).map(|n| format!("local.get {n}\n")).collect();
    let text = format!(
        "(module (type $t (func (param {params}) (result {params})))
         (func $g (type $t) {gets})
         (func $h (type $t) (local {}) {gets} call $g)
         (func (export \"f\")))",
        "i64 ".repeat(2000)
    );
    compile("", &text);
}

/// More globals in one function than there are regions for the alias analysis.
#[test]
fn many_globals() {
    let mut text = String::from("(module\n");
    let mut body = String::new();
    for n in 0..9000 {
        let _ = writeln!(text, "(global (mut i32) (i32.const {n}))");
        let _ = writeln!(body, "(global.set {n} (global.get {}))", (n * 7) % 9000);
    }
    let _ = writeln!(text, "(func (export \"f\") {body}))");
    compile("", &text);
}

/// A bounds mode that a manifest names changes what is generated.
#[test]
fn bounds_change_the_code() {
    let text = "(module (memory 1 1) (func (export \"f\") (i32.store (i32.load (i32.const 0)) (i32.const 1))))";
    let hardware = compile("memory budget=(KiB)64; bounds \"hardware\"", text);
    let software = compile("memory budget=(KiB)64; bounds \"software\"", text);
    assert!(hardware < software, "{hardware} bytes, with compares {software}");
}

/// A module of 1 MB: of many functions like those of programs, one of them of 20 kB.
#[test]
fn a_megabyte() {
    use wasm_encoder::{BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemArg};
    use wasm_encoder::{MemorySection, MemoryType, Module, TypeSection, ValType};

    /// Hashes words of memory: about `27 * steps` bytes.
    fn body(seed: u32, steps: u32) -> Function {
        let word = |offset: u32| MemArg { offset: (offset % 60_000 & !3).into(), align: 2, memory_index: 0 };
        let mut function = Function::new([(3, ValType::I32)]);
        let mut code = function.instructions();
        for step in 0..steps {
            let constant = (seed + step).wrapping_mul(0x9e37_79b1) as i32;
            let (from, to) = (1 + step % 3, 1 + (step + seed) % 3);
            code.local_get(from).i32_const(constant).i32_xor().local_get(0).i32_load(word(seed + 4 * step));
            code.i32_add().i32_const(7).i32_rotl().local_set(to);
            if step % 8 == 7 {
                code.local_get(to).i32_const(1).i32_and().if_(BlockType::Empty);
                code.local_get(0).local_get(from).i32_store(word(seed ^ step)).end();
            }
            if step % 32 == 31 && seed > 0 {
                code.local_get(from).call((seed - 1) / 2).local_get(to).i32_add().local_set(to);
            }
        }
        code.local_get(1).local_get(2).i32_add().local_get(3).i32_add().end();
        function
    }
    let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([], [ValType::I32]);
    let mut count = 0;
    while code.byte_len() < 1 << 20 {
        functions.function(0);
        code.function(&body(count, if count == 100 { 800 } else { 40 }));
        count += 1;
    }
    let mut run = Function::new([]);
    run.instructions().i32_const(0).call(count - 1).end();
    functions.function(1);
    code.function(&run);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, count);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    let wasm = module.finish();
    assert!(wasm.len() > 1 << 20);
    on_a_small_stack(move || {
        compile_binary("memory budget=(KiB)64", &wasm);
    });
}
