//! What a call from one process into another costs, in instructions on a Cortex-M4 and on a Cortex-M33:
//! `cargo bench --bench gate`.
//!
//! The emulator runs one instruction at a time and logs each. Counted is everything from the caller's BL up to the
//! instruction after it, with both ways through the kernel and a callee that adds its arguments.

#[path = "stepped.rs"]
mod stepped;

use compose::diag::Diagnostics;
use compose::source::Sources;
use compose::trace::Trace;
use goblin::elf::Elf;
use std::error::Error;

/// The requirement; the aim is 100.
pub const MOST: usize = 150;

/// The emulated machines: one for each kernel.
pub const BOARDS: [&str; 2] = ["mps2-an386", "mps2-an505"];

const SYSTEM: &str = r#"
system "gate" {
    board "BOARD"
    component "caller" "caller.wat" { memory budget=(B)64 }
    component "callee" "callee.wat" { memory budget=(B)64 }
    run "caller#call" 1 2
}
"#;
const CALLER: &str = r#"(module
    (import "callee" "add" (func $add (param i32 i32) (result i32)))
    (memory 64 64 (pagesize 1))
    (func (export "call") (param i32 i32) (i32.store (i32.const 0) (call $add (local.get 0) (local.get 1)))))"#;
const CALLEE: &str = r#"(module
    (memory 64 64 (pagesize 1))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"#;

/// Instructions of a scalar call there and back.
pub fn measure(board: &str) -> Result<usize, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for (name, text) in
        [("system.kdl", SYSTEM.replace("BOARD", board).as_str()), ("caller.wat", CALLER), ("callee.wat", CALLEE)]
    {
        std::fs::write(folder.path().join(name), text)?;
    }
    let mut sources = Sources::new();
    let id = sources.read(&folder.path().join("system.kdl"))?;
    let mut found = Diagnostics::new();
    let product = compose::build(&mut sources, id, &mut Trace::new(None), &mut found);
    let product = product.ok_or_else(|| format!("{:?}", found.list))?;
    let elf = Elf::parse(&product.image.elf)?;
    let stub = elf.syms.iter().find(|symbol| elf.strtab.get_at(symbol.st_name) == Some("kernel!gate0"));
    let stub = stub.ok_or("the image has no gate")?.st_value as u32 & !1;
    let trace = stepped::run(&product.image.elf, board)?;
    stepped::call(&trace, trace.iter().position(|&pc| pc == stub).ok_or("nobody called the gate")?)
}

#[allow(dead_code, reason = "a test measures too")]
fn main() -> Result<(), Box<dyn Error>> {
    for board in BOARDS {
        let instructions = measure(board)?;
        println!("{board}: gate, two words there and one back: {instructions} instructions (at most {MOST})");
        if instructions > MOST {
            return Err("too many".into());
        }
    }
    Ok(())
}
