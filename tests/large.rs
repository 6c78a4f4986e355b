//! Modules that are legal and out of the ordinary: nothing overflows the native stack or takes for ever, and nothing
//! panics.

mod support;

use compose::codegen;
use std::fmt::Write;

/// Compiles a module; bytes of its code.
fn compile(nodes: &str, text: &str) -> usize {
    let nodes = format!("  component \"main\" \"main.wat\" {{ {nodes} }}\n  run \"main#f\"\n");
    let (objects, found) =
        support::with_system(&nodes, &[("main", text.as_bytes())], codegen::compile).unwrap_or_else(|e| panic!("{e}"));
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
