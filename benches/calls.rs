//! What calls between components cost, in instructions on a Cortex-M4 and on a Cortex-M33: `cargo bench --bench calls`.
//!
//! Counted is everything from the caller's BL up to the instruction after it: kernel, adapter, allocation, copy and the callee
//! itself, which returns at once. The emulator runs one instruction at a time and logs each.

#[path = "../tests/components/encode.rs"]
mod encode;
#[path = "stepped.rs"]
mod stepped;

use compose::diag::Diagnostics;
use compose::source::Sources;
use compose::trace::Trace;
use goblin::elf::Elf;
use std::error::Error;
use wit_component::StringEncoding;

/// The emulated machines: one for each kernel.
pub const BOARDS: [&str; 2] = ["mps2-an386", "mps2-an505"];

/// Exports of the caller, and what each of them measures.
pub const CALLS: [(&str, &str); 7] = [
    ("copy", "`memory.copy` of 256 bytes, inside one component"),
    ("numbers", "two `u32` there and one back"),
    ("checked", "a `u8` and a `bool` there, one `u32` back"),
    ("bytes", "`list<u8>` of 256 there"),
    ("words", "`list<u32>` of 64 there"),
    ("text", "`string` of 256 ASCII bytes there"),
    ("reply", "`list<u8>` of 256 back"),
];

/// The aim: passing 256 bytes costs at most so many times as much as a copy and a scalar call.
pub const MOST: f64 = 1.5;

const SYSTEM: &str = r#"
system "calls" {
    board "BOARD"
    component "caller" "caller.wasm" { memory budget=(KiB)4; arena (KiB)2 }
    component "callee" "callee.wasm" { memory budget=(KiB)4; arena (KiB)2 }
RUNS
}
"#;

const WIT: &str = r#"
package bench:calls;
interface api {
    numbers: func(a: u32, b: u32) -> u32;
    checked: func(a: u8, b: bool) -> u32;
    bytes: func(of: list<u8>);
    words: func(of: list<u32>);
    text: func(text: string);
    reply: func() -> list<u8>;
}
world caller {
    import api;
    import cabi-arena-realloc: func(old-ptr: u32, old-len: u32, align: u32, new-len: u32) -> u32;
    export run: func(which: u32);
}
world callee {
    import cabi-arena-realloc: func(old-ptr: u32, old-len: u32, align: u32, new-len: u32) -> u32;
    export api;
}
"#;

const CALLER: &str = r#"(module
    (import "bench:calls/api" "numbers" (func $numbers (param i32 i32) (result i32)))
    (import "bench:calls/api" "checked" (func $checked (param i32 i32) (result i32)))
    (import "bench:calls/api" "bytes" (func $bytes (param i32 i32)))
    (import "bench:calls/api" "words" (func $words (param i32 i32)))
    (import "bench:calls/api" "text" (func $text (param i32 i32)))
    (import "bench:calls/api" "reply" (func $reply (param i32)))
    (import "$root" "cabi-arena-realloc" (func $arena (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global (export "__heap_base") i32 (i32.const 1024))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (call $arena (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func $copy (memory.copy (i32.const 512) (i32.const 0) (i32.const 256)))
    (func $call_numbers (i32.store (i32.const 0) (call $numbers (i32.load (i32.const 0)) (i32.load (i32.const 4)))))
    (func $call_checked (i32.store (i32.const 0) (call $checked (i32.load (i32.const 0)) (i32.load (i32.const 4)))))
    (func $call_bytes (call $bytes (i32.load (i32.const 0)) (i32.const 256)))
    (func $call_words (call $words (i32.load (i32.const 0)) (i32.const 64)))
    (func $call_text (call $text (i32.load (i32.const 0)) (i32.const 256)))
    (func $call_reply (call $reply (i32.const 64)))
    (func (export "run") (param i32)
        (if (i32.eq (local.get 0) (i32.const 0)) (then (call $copy)))
        (if (i32.eq (local.get 0) (i32.const 1)) (then (call $call_numbers)))
        (if (i32.eq (local.get 0) (i32.const 2)) (then (call $call_checked)))
        (if (i32.eq (local.get 0) (i32.const 3)) (then (call $call_bytes)))
        (if (i32.eq (local.get 0) (i32.const 4)) (then (call $call_words)))
        (if (i32.eq (local.get 0) (i32.const 5)) (then (call $call_text)))
        (if (i32.eq (local.get 0) (i32.const 6)) (then (call $call_reply)))))"#;

const CALLEE: &str = r#"(module
    (import "$root" "cabi-arena-realloc" (func $arena (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global (export "__heap_base") i32 (i32.const 1024))
    (data (i32.const 0) "\10\00\00\00\00\01\00\00")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (call $arena (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "bench:calls/api#numbers") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "bench:calls/api#checked") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "bench:calls/api#bytes") (param i32 i32))
    (func (export "bench:calls/api#words") (param i32 i32))
    (func (export "bench:calls/api#text") (param i32 i32))
    (func (export "bench:calls/api#reply") (result i32) (i32.const 0)))"#;

/// Instructions of each of [`CALLS`].
pub fn measure(board: &str) -> Result<Vec<usize>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let runs: String = (0..CALLS.len()).map(|which| format!("    run \"caller#run\" {which}\n")).collect();
    let system = SYSTEM.replace("BOARD", board).replace("RUNS", &runs);
    std::fs::write(folder.path().join("system.kdl"), system)?;
    for (name, core) in [("caller", CALLER), ("callee", CALLEE)] {
        let component = encode::component(core, WIT, Some(name), StringEncoding::UTF8)?;
        std::fs::write(folder.path().join(format!("{name}.wasm")), component)?;
    }
    let mut sources = Sources::new();
    let id = sources.read(&folder.path().join("system.kdl"))?;
    let mut found = Diagnostics::new();
    let product = compose::build(&mut sources, id, &mut Trace::new(None), &mut found);
    let product = product.ok_or_else(|| format!("{:?}", found.list))?;
    let trace = stepped::run(&product.image.elf, board)?;
    let elf = Elf::parse(&product.image.elf)?;
    CALLS.iter().map(|(name, _)| count(&elf, &trace, name)).collect()
}

/// From the first call in a function up to the instruction after it.
fn count(elf: &Elf, trace: &[u32], name: &str) -> Result<usize, Box<dyn Error>> {
    let symbol = if name == "copy" { "caller!copy".to_string() } else { format!("caller!call_{name}") };
    let function = elf.syms.iter().find(|found| elf.strtab.get_at(found.st_name) == Some(&symbol));
    let function = function.ok_or_else(|| format!("the image has no `{symbol}`"))?;
    let start = function.st_value as u32 & !1;
    let inside = |pc: u32| pc.wrapping_sub(start) < function.st_size as u32;
    let entered = trace.iter().position(|&pc| pc == start).ok_or("nobody called it")?;
    let left = trace[entered..].iter().position(|&pc| !inside(pc)).ok_or("it calls nothing")? + entered;
    stepped::call(trace, left)
}

#[allow(dead_code, reason = "the table of benchmarks measures too")]
fn main() -> Result<(), Box<dyn Error>> {
    for board in BOARDS {
        let counts = measure(board)?;
        for ((_, what), count) in CALLS.iter().zip(&counts) {
            println!("{board}: {what}: {count} instructions");
        }
        println!("{board}: 256 bytes over a copy and a scalar call: {:.2}", ratio(&counts));
    }
    Ok(())
}

/// Passing a list of 256 bytes, over a copy of 256 bytes and a scalar call.
pub fn ratio(counts: &[usize]) -> f64 {
    let of = |name| CALLS.iter().position(|(known, _)| *known == name).map_or(0, |index| counts[index]) as f64;
    of("bytes") / (of("copy") + of("numbers"))
}
