//! Each board's code holds only instructions that its CPU has: a foreign disassembler for that CPU knows all of them.
//! An emulator would not do, since emulated CPUs accept more than the real ones. What the programs say is the same on all.

mod emulated;

use compose::Product;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A board, without some of what its file gives it, and what tells LLVM of its CPU.
struct Target {
    board: &'static str,
    without: &'static str,
    cpu: &'static str,
}

const TARGETS: [Target; 5] = [
    Target { board: "mps2-an385", without: "", cpu: "--mcpu=cortex-m3" },
    Target { board: "mps2-an386", without: "", cpu: "--mcpu=cortex-m4" },
    Target { board: "mps2-an500", without: "", cpu: "--mcpu=cortex-m7" },
    Target { board: "mps2-an505", without: "", cpu: "--mcpu=cortex-m33" },
    // Both are options of this CPU.
    Target {
        board: "mps2-an505",
        without: " dsp=#true fpu-single=#true fpv5=#true",
        cpu: "--mcpu=cortex-m33 --mattr=-dsp,-fp-armv8d16sp",
    },
];

/// The programs of `tests/execute`, which have every integer operator, and all floating-point operators.
fn build(target: &Target) -> Product {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let board = fs::read_to_string(root.join(format!("boards/{}.kdl", target.board))).expect("a board");
    assert!(board.contains(target.without), "{} has no `{}`", target.board, target.without);
    fs::write(folder.path().join("board.kdl"), board.replace(target.without, "")).expect("a file");
    let programs = root.join("tests/execute/programs");
    let mut components = String::new();
    let mut runs = String::new();
    let mut component = |name: &str, text: &str| {
        fs::write(folder.path().join(format!("{name}.wat")), text).expect("a file");
        let nodes: String =
            text.lines().filter_map(|line| line.strip_prefix(";;!")).fold(String::new(), |all, line| all + line + "\n");
        // Some call themselves.
        let stack = if nodes.contains("stack") { "" } else { "stack (KiB)4" };
        writeln!(components, "component {name:?} \"{name}.wat\" {{\n{nodes}{stack}\n}}").expect("a string");
        writeln!(runs, "run \"{name}#run\"").expect("a string");
    };
    let mut files: Vec<_> = fs::read_dir(programs).expect("the programs").map(|f| f.expect("a file").path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        if !name.starts_with("trap-") {
            component(&name, &fs::read_to_string(&file).expect("text"));
        }
    }
    component("all-floats", &floats());
    let text = format!("system \"legal\" {{\nboard \"board.kdl\"\n{components}{runs}}}\n");
    emulated::build(folder.path(), &text).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Every operator, on what is loaded, so that nothing is known of it. Prints a hash of all results.
fn floats() -> String {
    let mut body = String::new();
    let mut each = |result: &str, expression: String| {
        writeln!(body, "    ({result}.store (i32.const 32) {expression}) (call $hash)").expect("a string");
    };
    for float in ["f32", "f64"] {
        let (x, y) = (format!("({float}.load (i32.const 8))"), format!("({float}.load (i32.const 16))"));
        for op in ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"] {
            each(float, format!("({float}.{op} {x})"));
        }
        for op in ["add", "sub", "mul", "div", "min", "max", "copysign"] {
            each(float, format!("({float}.{op} {x} {y})"));
        }
        each(float, format!("({float}.add ({float}.mul {x} {y}) {y})"));
        each(float, format!("(select {x} {y} (i32.load (i32.const 24)))"));
        for op in ["eq", "ne", "lt", "gt", "le", "ge"] {
            each("i32", format!("({float}.{op} {x} {y})"));
        }
        for integer in ["i32", "i64"] {
            for sign in ["s", "u"] {
                each(integer, format!("({integer}.trunc_{float}_{sign} {x})"));
                each(integer, format!("({integer}.trunc_sat_{float}_{sign} {x})"));
                each(float, format!("({float}.convert_{integer}_{sign} ({integer}.load (i32.const 24)))"));
            }
        }
        let integer = if float == "f32" { "i32" } else { "i64" };
        each(integer, format!("({integer}.reinterpret_{float} {x})"));
        each(float, format!("({float}.reinterpret_{integer} ({integer}.load (i32.const 24)))"));
    }
    each("f32", "(f32.demote_f64 (f64.load (i32.const 8)))".to_owned());
    each("f64", "(f64.promote_f32 (f32.load (i32.const 8)))".to_owned());
    format!(
        r#"(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory 64 (pagesize 1))
  ;; As f32 and as f64: 3.07 and 3.14, 1.13 and 1.23; as i32 and as i64: 123456 and a little over 7 * 2^32.
  (data (i32.const 8) "\18\2d\44\40\fb\21\09\40\45\23\91\3f\ca\c0\f3\3f\40\e2\01\00\07\00\00\00")
  (global $sum (mut i32) (i32.const 0))
  (func $hash
    (global.set $sum
      (i32.add
        (i32.mul (global.get $sum) (i32.const 31))
        (i32.xor (i32.load (i32.const 32)) (i32.load (i32.const 36))))))
  (func (export "run")
{body}    (call $log (global.get $sum))))
"#
    )
}

/// Lines of the disassembly, and those that are no instruction of this CPU.
fn disassemble(elf: &[u8], cpu: &str) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("legal.elf");
    fs::write(&file, elf).expect("a file");
    let mut command = Command::new("llvm-objdump-19");
    command.args(["--disassemble", "--no-show-raw-insn"]).args(cpu.split(' ')).arg(&file);
    let output = command.output().expect("llvm-objdump-19 runs; scripts/test installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let unknown = text.lines().filter(|line| line.contains("<unknown>")).map(str::to_owned).collect();
    (text.lines().count(), unknown)
}

#[test]
fn each_cpu_gets_its_own_instructions() {
    let products: Vec<Product> = TARGETS.iter().map(build).collect();
    let mut first = None;
    for (product, Target { cpu, .. }) in products.iter().zip(&TARGETS) {
        let (lines, unknown) = disassemble(&product.image.elf, cpu);
        assert!(lines > 5000, "{cpu}: only {lines} lines");
        assert!(unknown.is_empty(), "{cpu} has none of these:\n{}", unknown.join("\n"));
        let said = emulated::run(product).unwrap_or_else(|error| panic!("{cpu}: {error:?}"));
        assert!(!said.console.contains("`all-floats`"), "{cpu}: {}", said.console);
        // Where a trap was depends on the code.
        let place = [" at 0x", " (code "];
        let line =
            |line: &str| place.iter().fold(line, |line, mark| line.split(mark).next().unwrap_or(line)).to_owned();
        let mut lines: Vec<String> = said.console.lines().map(line).collect();
        lines.push(format!("exit {}", said.exit_code));
        assert!(lines.len() > 100, "{cpu}: {lines:?}");
        assert_eq!(*first.get_or_insert_with(|| lines.clone()), lines, "{cpu}");
    }
    // The disassembler can tell: no floats on the M3; doubles on the M7 alone; rounding from FPv5 on.
    for (built, other) in [(1, 0), (2, 1), (2, 3), (3, 0), (3, 1), (3, 4)] {
        let cpu = TARGETS[other].cpu;
        let (_, unknown) = disassemble(&products[built].image.elf, cpu);
        assert!(!unknown.is_empty(), "what is for {} has nothing that {cpu} lacks", TARGETS[built].cpu);
    }
}
