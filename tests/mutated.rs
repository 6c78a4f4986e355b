//! Modules that are cut off or changed at random: `ingest` and `link` answer with a diagnostic, never with a panic.

use arbtest::arbitrary::Unstructured;
use arbtest::arbtest;
use compose::board;
use compose::flatten::Flat;
use compose::ingest::{self, Unit};
use compose::link;
use compose::manifest::{self, ComponentId, Manifest};
use compose::source::Sources;

/// Every section and every kind of segment, import and export.
const SEED: &str = r#"
(module
  (import "compose" "write" (func $write (param i32 i32)))
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 4)
  (memory $second 100 (pagesize 1))
  (table $changed 3 funcref)
  (table $fixed 2 funcref)
  (global $stack (mut i32) (i32.const 1024))
  (global (export "wide") i64 (i64.add (i64.const -2) (i64.const 5)))
  (elem (table $fixed) (i32.const 0) func $main $main)
  (elem $passive funcref (ref.null func) (ref.func $main))
  (elem declare func $start)
  (data (i32.const 16) "active")
  (data (memory $second) (offset (i32.add (i32.const 1) (i32.const 2))) "second")
  (data $bytes "passive")
  (func $start (local i32 i64 i32) (call $write (i32.const 16) (i32.const 6)))
  (func $main (export "main") (param i32) (result i32 i64)
    (memory.init $bytes (i32.const 0) (i32.const 0) (i32.const 1))
    (table.init $changed $passive (i32.const 0) (i32.const 0) (i32.const 1))
    (drop (memory.grow (i32.const 1)))
    (call_indirect (param i32) (result i32 i64) (local.get 0) (i32.const 0)))
  (start $start))
"#;

const MANIFEST: &str = r#"
system "mutated" {
    board "mps2-an386"
    component "a" "a.wasm" {
        memory budget=(KiB)128 grow=#true
        memory "second" budget=(B)100
        arena (B)64
    }
    run "a#main" 1
}
"#;

fn manifest() -> (Sources, Manifest) {
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", "", MANIFEST);
    let (manifest, found) = manifest::read(&sources, id);
    assert!(!found.has_errors(), "{found:?}");
    (sources, manifest.expect("a manifest"))
}

#[test]
fn seed_is_right() {
    let (mut sources, manifest) = manifest();
    let board = board::load(&mut sources, &manifest).0.expect("a board");
    let module = ingest::module("a", Unit::Component(ComponentId(0)), SEED.as_bytes()).expect("a valid module");
    let flat = Flat::of_modules(manifest, vec![module]);
    let (system, found) = link::resolve(&flat, &board);
    assert!(system.is_some(), "{found:?}");
}

#[test]
fn mutated_modules_do_not_panic() {
    let (mut sources, manifest) = manifest();
    let board = board::load(&mut sources, &manifest).0.expect("a board");
    let seed = wat::parse_str(SEED).expect("a valid module");
    let (mut accepted, mut refused) = (0u32, 0u32);
    arbtest(|u| {
        let bytes = mutate(u, &seed)?;
        match ingest::module("a", Unit::Component(ComponentId(0)), &bytes) {
            Err(_) => refused += 1,
            Ok(module) => {
                accepted += 1;
                let flat = Flat::of_modules(manifest.clone(), vec![module]);
                let (system, found) = link::resolve(&flat, &board);
                assert_eq!(system.is_none(), found.has_errors());
            }
        }
        Ok(())
    })
    .budget_ms(1000);
    // Mutations that are all refused, or all harmless, would test nothing.
    assert!(accepted > 10 && refused > 10, "{accepted} accepted, {refused} refused");
}

fn mutate(u: &mut Unstructured<'_>, seed: &[u8]) -> arbtest::arbitrary::Result<Vec<u8>> {
    let mut bytes = seed.to_vec();
    if u.ratio(1, 4)? {
        bytes.truncate(u.choose_index(seed.len())?);
    }
    for _ in 0..u.int_in_range(0..=4)? {
        if bytes.is_empty() {
            break;
        }
        let at = u.choose_index(bytes.len())?;
        match u.int_in_range(0..=3)? {
            0 => bytes[at] = u.arbitrary()?,
            1 => bytes[at] ^= 1 << u.int_in_range(0..=7)?,
            2 => bytes.insert(at, u.arbitrary()?),
            _ => drop(bytes.remove(at)),
        }
    }
    Ok(bytes)
}
