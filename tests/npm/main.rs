//! Modules that others made and publish on npm (`hash-wasm` 4.13.0 and `xxhash-wasm` 1.1.0, both under the MIT licence
//! beside them; `extract.mjs` takes them out of the packages), on the target and on an interpreter.
//!
//! A driver in the same process calls them. Each module gets two more functions, for the driver to reach its memory.

#[path = "../support/append.rs"]
mod append;
#[path = "../emulated/mod.rs"]
mod emulated;
#[path = "../execute/oracle.rs"]
mod oracle;

use append::{Added, append};
use libtest_mimic::{Arguments, Failed, Trial};
use oracle::{Arena, Machine, Outcome};
use std::fmt::Write;
use std::path::Path;
use wasm_encoder::{Function, MemArg, ValType};
use wasmparser::{Parser, Payload, TypeRef};

/// A module of `hash-wasm`.
struct Hash {
    name: &'static str,
    /// What its functions take besides lengths, where they take something.
    init: u32,
    last: u32,
    /// The first four bytes for "abc", from the algorithm's own definition or another implementation of it.
    abc: u32,
}

const fn hash(name: &'static str, init: u32, last: u32, abc: u32) -> Hash {
    Hash { name, init, last, abc }
}

const HASHES: [Hash; 19] = [
    hash("adler32", 0, 0, 0x024d_0127),
    hash("blake2b", 512, 0, 0xba80_a53f),
    hash("blake2s", 256, 0, 0x508c_5e8c),
    hash("blake3", 0, 32, 0x6437_b3ac),
    hash("crc32", 0xedb8_8320, 0, 0x3524_41c2),
    hash("crc64", 0, 0, 0),
    hash("md4", 0, 0, 0xa448_017a),
    hash("md5", 0, 0, 0x9001_5098),
    hash("ripemd160", 0, 0, 0x8eb2_08f7),
    hash("sha1", 0, 0, 0xa999_3e36),
    hash("sha256", 256, 0, 0xba78_16bf),
    hash("sha3", 256, 6, 0x3a98_5da7),
    hash("sha512", 512, 0, 0xddaf_35a1),
    hash("sm3", 0, 0, 0x66c7_f0f4),
    hash("whirlpool", 0, 0, 0x4e24_48a4),
    hash("xxhash128", 0, 0, 0x06b0_5ab6),
    hash("xxhash3", 0, 0, 0x78af_5f94),
    hash("xxhash32", 0, 0, 0x32d1_53ff),
    hash("xxhash64", 0, 0, 0x44bc_2cf5),
];

const LENGTHS: [u32; 7] = [3, 0, 1, 64, 129, 1000, 5000];

fn main() {
    let mut trials = Vec::new();
    for bounds in ["software", "hardware"] {
        for hash in &HASHES {
            trials.push(Trial::test(format!("{bounds}::{}", hash.name), move || check_hash(hash, bounds)));
        }
        trials.push(Trial::test(format!("{bounds}::xxhash-wasm"), move || check_xxhash(bounds)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn read(path: &str) -> Result<Vec<u8>, Failed> {
    Ok(std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm").join(path))?)
}

/// Writes bytes by chance that begin with "abc" to `$buffer`.
const FILL: &str = "
    (func $fill (param $at i32) (param $length i32) (local $i i32)
      (loop $next
        (if (i32.lt_u (local.get $i) (local.get $length)) (then
          (call $poke (i32.add (local.get $at) (local.get $i))
            (select
              (i32.add (i32.const 97) (local.get $i))
              (i32.shr_u (i32.mul (local.get $i) (i32.const 0x9e3779b1)) (i32.const 13))
              (i32.lt_u (local.get $i) (i32.const 3))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next)))))";

fn check_hash(hash: &Hash, bounds: &str) -> Result<(), Failed> {
    let wasm = read(&format!("hash-wasm/{}.wasm", hash.name))?;
    let params = |export: &str| parameters(&wasm, export);
    // As the package calls them; what a module does not take, JavaScript drops.
    let argument = |export: &str, value: u32| match params(export) {
        0 => (String::new(), String::new()),
        _ => ("(param i32)".to_owned(), format!("(i32.const {})", value as i32)),
    };
    let (init_type, init) = argument("Hash_Init", hash.init);
    let (last_type, last) = argument("Hash_Final", hash.last);
    let mut text = format!(
        "(module
    (import \"compose\" \"log_u32\" (func $log (param i32)))
    (import \"hash\" \"poke\" (func $poke (param i32 i32)))
    (import \"hash\" \"peek\" (func $peek (param i32) (result i32)))
    (import \"hash\" \"Hash_GetBuffer\" (func $buffer (result i32)))
    (import \"hash\" \"Hash_Init\" (func $init {init_type}))
    (import \"hash\" \"Hash_Update\" (func $update (param i32)))
    (import \"hash\" \"Hash_Final\" (func $final {last_type}))
    {FILL}
    (func $hash (param $length i32) (local $buffer i32) (local $i i32)
      (local.set $buffer (call $buffer))
      (loop $clear
        (call $poke (i32.add (local.get $buffer) (local.get $i)) (i32.const 0))
        (br_if $clear (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64))))
      (call $init {init})
      (call $fill (local.get $buffer) (local.get $length))
      (call $update (local.get $length))
      (call $final {last})
      (local.set $i (i32.const 0))
      (loop $show
        (call $log (call $peek (i32.add (local.get $buffer) (local.get $i))))
        (br_if $show (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 64)))))
    (func (export \"run\")"
    );
    for length in LENGTHS {
        let _ = write!(text, " (call $hash (i32.const {length}))");
    }
    text.push_str("))");
    let outcome = check(&wasm, &text, bounds)?;
    let first = outcome.log.first().copied().unwrap_or_default().swap_bytes();
    if hash.abc != 0 && first != hash.abc {
        return Err(format!("the hash of \"abc\" begins with {first:#010x}").into());
    }
    Ok(())
}

fn check_xxhash(bounds: &str) -> Result<(), Failed> {
    let wasm = read("xxhash-wasm/xxhash.wasm")?;
    let mut text = format!(
        "(module
    (import \"compose\" \"log_u32\" (func $log (param i32)))
    (import \"hash\" \"poke\" (func $poke (param i32 i32)))
    (import \"hash\" \"xxh32\" (func $xxh32 (param i32 i32 i32) (result i32)))
    (import \"hash\" \"xxh64\" (func $xxh64 (param i32 i32 i64) (result i64)))
    {FILL}
    (func $hash (param $length i32) (param $seed i32) (local $wide i64)
      (call $fill (i32.const 0) (local.get $length))
      (call $log (call $xxh32 (i32.const 0) (local.get $length) (local.get $seed)))
      (local.set $wide (call $xxh64 (i32.const 0) (local.get $length) (i64.extend_i32_u (local.get $seed))))
      (call $log (i32.wrap_i64 (i64.shr_u (local.get $wide) (i64.const 32))))
      (call $log (i32.wrap_i64 (local.get $wide))))
    (func (export \"run\")"
    );
    for length in LENGTHS {
        let _ = write!(text, " (call $hash (i32.const {length}) (i32.const 0))");
        let _ = write!(text, " (call $hash (i32.const {length}) (i32.const -7))");
    }
    text.push_str("))");
    let outcome = check(&wasm, &text, bounds)?;
    let abc = [0x32d1_53ff, 0x44bc_2cf5, 0xad77_0999];
    if outcome.log[..3] != abc {
        Err(format!("the hashes of \"abc\" are {:x?}", &outcome.log[..3]).into())
    } else {
        Ok(())
    }
}

/// Runs the driver with the module on both sides.
fn check(wasm: &[u8], driver: &str, bounds: &str) -> Result<Outcome, Failed> {
    let byte = MemArg { offset: 0, align: 0, memory_index: 0 };
    let mut poke = Function::new([]);
    poke.instructions().local_get(0).local_get(1).i32_store8(byte).end();
    let mut peek = Function::new([]);
    peek.instructions().local_get(0).i32_load(byte).end();
    let added = [
        Added { export: "poke".into(), params: vec![ValType::I32; 2], results: vec![], body: poke },
        Added { export: "peek".into(), params: vec![ValType::I32], results: vec![ValType::I32], body: peek },
    ];
    let hash = append(wasm, count(wasm), &added);
    let driver = wat::parse_str(driver)?;

    let mut machine = Machine::new(Arena::new(0, 0));
    let instantiated = machine.instantiate("hash", &hash).and_then(|_| machine.instantiate("driver", &driver));
    let expected = match instantiated {
        Ok(instance) => machine.call(instance, "run"),
        Err(outcome) => outcome,
    };
    if let Some(trap) = &expected.trap {
        return Err(format!("the interpreter traps: {trap}").into());
    }

    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("hash.wasm"), &hash)?;
    std::fs::write(folder.path().join("driver.wasm"), &driver)?;
    let text = format!(
        "system \"npm\" {{
  board \"mps2-an386\"
  process \"hashing\" {{
    component \"hash\" \"hash.wasm\" {{ bounds \"{bounds}\"; stack (KiB)2 }}
    component \"driver\" \"driver.wasm\" {{ bounds \"{bounds}\"; stack (B)512 }}
  }}
  run \"driver#run\"
}}
"
    );
    let said = emulated::run(&emulated::build(folder.path(), &text)?)?;
    if said.exit_code != 0 {
        return Err(format!("exit code {}:\n{}", said.exit_code, said.console).into());
    }
    let log: Result<Vec<u32>, _> = said.console.lines().map(str::parse).collect();
    let actual = Outcome { log: log?, trap: None };
    if actual == expected {
        return Ok(actual);
    }
    let (expected, actual) = (expected.to_string(), actual.to_string());
    let diff = similar::TextDiff::from_lines(&expected, &actual);
    Err(diff.unified_diff().header("interpreter", "target").to_string().into())
}

/// Functions of a module, imported ones too.
fn count(wasm: &[u8]) -> u32 {
    let count = |payload| match payload {
        Payload::ImportSection(section) => section
            .into_imports()
            .filter(|import| matches!(import, Ok(import) if matches!(import.ty, TypeRef::Func(_))))
            .count() as u32,
        Payload::FunctionSection(section) => section.count(),
        _ => 0,
    };
    Parser::new(0).parse_all(wasm).map(|payload| count(payload.expect("a valid module"))).sum()
}

/// How many parameters an exported function has. The modules import nothing.
fn parameters(wasm: &[u8], name: &str) -> usize {
    let (mut types, mut functions, mut found) = (Vec::new(), Vec::new(), None);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a valid module") {
            Payload::TypeSection(section) => {
                let params = |ty: wasmparser::Result<wasmparser::FuncType>| ty.expect("a valid type").params().len();
                types.extend(section.into_iter_err_on_gc_types().map(params));
            }
            Payload::FunctionSection(section) => {
                functions.extend(section.into_iter().map(|ty| ty.expect("a valid function")));
            }
            Payload::ExportSection(section) => {
                let exports = section.into_iter().map(|export| export.expect("a valid export"));
                found = exports.filter(|export| export.name == name).map(|export| export.index).last();
            }
            _ => {}
        }
    }
    types[functions[found.expect("it is exported") as usize] as usize]
}
