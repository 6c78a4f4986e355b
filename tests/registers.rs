//! Device registers, which the kernel's `$phys` memory is: every access of the text is one of the code, in order.

mod support;

use compose::codegen::dump;
use compose::ingest::{self, Unit};
use compose::link;

/// The CLIF of the first function of a kernel module.
fn kernel_clif(functions: &str) -> String {
    let text = format!("(module (memory $phys 0 65536) (memory $own 1 1) {functions})");
    let module = ingest::module("kernel", Unit::Kernel, text.as_bytes()).expect("a valid module");
    let linked = link::privileged(&module);
    let other = b"(module (func (export \"f\")))";
    support::with_system("component \"main\" \"main.wat\"\n", &[("main", other)], |system| {
        dump::clif(system, &linked, 0).expect("it translates")
    })
    .expect("a system")
}

fn count(text: &str, what: &str) -> usize {
    text.lines().filter(|line| line.split_whitespace().any(|word| word == what)).count()
}

#[test]
fn the_same_value_is_stored_twice() {
    let store = "(i32.store $phys (i32.const 0x40004000) (i32.const 108))";
    let clif = kernel_clif(&format!("(func {store} {store})"));
    assert_eq!(count(&clif, "store"), 2, "{clif}");
}

#[test]
fn a_register_that_is_read_for_its_effect_is_read() {
    let load = "(drop (i32.load $phys (i32.const 0x40004000)))";
    let clif = kernel_clif(&format!("(func {load} {load})"));
    assert_eq!(count(&clif, "load.i32"), 2, "{clif}");
}

#[test]
fn a_register_is_polled_in_the_loop() {
    let clif = kernel_clif(
        "(func (local i32) (local.set 0 (i32.load $phys (i32.const 0x40004004)))
           (loop (br_if 0 (i32.and (i32.load $phys (i32.const 0x40004004)) (i32.const 1)))))",
    );
    let (_, in_loop) = clif.split_once("jump").expect("a jump into the loop");
    assert_eq!(count(in_loop, "load.i32"), 1, "{clif}");
}

/// The kernel's own memory is memory.
#[test]
fn other_memory_is_not_volatile() {
    let store = "(i32.store $own (i32.const 8) (i32.const 108))";
    let load = "(i32.load $own (i32.const 8))";
    let clif = kernel_clif(&format!("(func (result i32) {store} {store} (i32.add {load} {load}))"));
    assert_eq!((count(&clif, "store"), count(&clif, "load.i32")), (1, 0), "{clif}");
}
