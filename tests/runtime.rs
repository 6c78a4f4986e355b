//! The runtime's helpers, run by an interpreter on the host, against native arithmetic and models.

use arbtest::arbtest;
use compose::codegen::{ARENA_EXHAUSTED, ARENA_MISUSE};
use std::cell::RefCell;
use wasmi::{Engine, Instance, Linker, Memory, Module, Store, TypedFunc, WasmParams, WasmResults};
use wasmparser::{Operator, Parser, Payload};

/// Bytes of memory that the tests work in; the runtime itself never grows its memory.
const MEMORY: usize = 0x10000;

struct Runtime {
    store: RefCell<Store<()>>,
    instance: Instance,
    memory: Memory,
}

impl Runtime {
    fn new() -> Self {
        let engine = Engine::default();
        let wasm = wat::parse_str(compose::runtime::SOURCE).expect("the runtime is valid text");
        let module = Module::new(&engine, &wasm).expect("the runtime is a valid module");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("it has no imports");
        let memory = instance.get_memory(&store, "memory").expect("its memory is exported");
        memory.grow(&mut store, 1).expect("one page");
        Runtime { store: RefCell::new(store), instance, memory }
    }

    fn call<P: WasmParams, R: WasmResults>(&self, name: &str, params: P) -> R {
        let mut store = self.store.borrow_mut();
        let function: TypedFunc<P, R> =
            self.instance.get_typed_func(&*store, name).unwrap_or_else(|error| panic!("{name}: {error}"));
        function.call(&mut *store, params).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn set_memory(&self, bytes: &[u8]) {
        self.memory.write(&mut *self.store.borrow_mut(), 0, bytes).expect("inside the memory");
    }

    fn memory(&self) -> Vec<u8> {
        self.memory.data(&*self.store.borrow()).to_vec()
    }
}

#[test]
fn every_declared_helper_is_exported() {
    let runtime = Runtime::new();
    let store = runtime.store.borrow();
    for function in compose::codegen::RuntimeFunction::ALL {
        assert!(runtime.instance.get_func(&*store, function.name()).is_some(), "{}", function.name());
    }
}

/// Else nothing that divides would have a bound of its stack.
#[test]
fn no_helper_is_recursive() {
    let wasm = wat::parse_str(compose::runtime::SOURCE).expect("the runtime is valid text");
    let mut calls: Vec<Vec<usize>> = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionEntry(body) = payload.expect("a valid module") {
            let operators = body.get_operators_reader().expect("a body").into_iter();
            let callee = |operator| match operator {
                Ok(Operator::Call { function_index }) => Some(function_index as usize),
                _ => None,
            };
            calls.push(operators.filter_map(callee).collect());
        }
    }
    // Functions whose callees are known to end, until there are no more.
    let mut ends = vec![false; calls.len()];
    while let Some(next) =
        (0..calls.len()).find(|&function| !ends[function] && calls[function].iter().all(|&callee| ends[callee]))
    {
        ends[next] = true;
    }
    let recursive: Vec<usize> = (0..calls.len()).filter(|&function| !ends[function]).collect();
    assert!(!calls.is_empty() && recursive.is_empty(), "functions {recursive:?}");
}

fn check_division(runtime: &Runtime, n: u64, d: u64) {
    if d == 0 {
        return;
    }
    let (n_s, d_s) = (n as i64, d as i64);
    assert_eq!(runtime.call::<_, u64>("i64_div_u", (n, d)), n / d, "{n:#x} / {d:#x}");
    assert_eq!(runtime.call::<_, u64>("i64_rem_u", (n, d)), n % d, "{n:#x} % {d:#x}");
    if let Some(quotient) = n_s.checked_div(d_s) {
        assert_eq!(runtime.call::<_, i64>("i64_div_s", (n_s, d_s)), quotient, "{n_s} / {d_s}");
    }
    assert_eq!(runtime.call::<_, i64>("i64_rem_s", (n_s, d_s)), n_s.wrapping_rem(d_s), "{n_s} % {d_s}");
}

/// Values around which division goes wrong: digit and word borders, normalised and not.
fn edges() -> Vec<u64> {
    let mut values = Vec::new();
    for shift in 0..64 {
        for near in -2i64..=2 {
            values.push((1u64 << shift).wrapping_add_signed(near));
        }
    }
    values.extend([0x8000_0000_ffff_ffff, 0xffff_0000_0000_ffff, 0x0000_ffff_ffff_0000, 0x7fff_8000_7fff_8001]);
    values.extend([10, 100, 1000, 1_000_000_007, 10_000_000_000_000_000_000, 0xffff_ffff_0000_0001]);
    values.sort_unstable();
    values.dedup();
    values
}

#[test]
fn division_of_edges() {
    let runtime = Runtime::new();
    for n in edges() {
        for d in edges() {
            check_division(&runtime, n, d);
        }
    }
}

#[test]
fn division_at_random() {
    let runtime = Runtime::new();
    arbtest(|u| {
        // Random widths, so that all paths are taken.
        let n = u.arbitrary::<u64>()? >> u.int_in_range(0..=63)?;
        let d = u.arbitrary::<u64>()? >> u.int_in_range(0..=63)?;
        check_division(&runtime, n, d);
        if let Some(q) = n.checked_mul(d) {
            // At and around a multiple.
            check_division(&runtime, q, d);
            check_division(&runtime, q.wrapping_sub(1), d);
        }
        Ok(())
    });
}

/// Dividends just below a multiple and divisors just above a digit's border: estimates that need correcting.
#[test]
fn division_corrects_its_estimates() {
    let runtime = Runtime::new();
    for (n, d) in [
        (0x7fff_ffff_0000_0000, 0x8000_ffff),
        (0x8000_0000_0000_0003, 0x2000_0000_0000_0001),
        (0xffff_fffe_ffff_ffff, 0xffff_ffff),
        (0x8000_0000_fffe_0000, 0x8000_ffff),
    ] {
        check_division(&runtime, n, d);
    }
}

fn numbered() -> Vec<u8> {
    (0..MEMORY).map(|i| (i as u8) ^ ((i >> 8) as u8).wrapping_mul(37)).collect()
}

fn check_copy(runtime: &Runtime, to: usize, from: usize, length: usize) {
    let mut model = numbered();
    runtime.set_memory(&model);
    runtime.call::<_, ()>("memory_copy", (to as u32, from as u32, length as u32));
    model.copy_within(from..from + length, to);
    assert!(runtime.memory() == model, "copy {length} from {from} to {to}");
}

fn check_fill(runtime: &Runtime, to: usize, byte: u32, length: usize) {
    let mut model = numbered();
    runtime.set_memory(&model);
    runtime.call::<_, ()>("memory_fill", (to as u32, byte, length as u32));
    model[to..to + length].fill(byte as u8);
    assert!(runtime.memory() == model, "fill {length} at {to} with {byte:#x}");
}

#[test]
fn words_are_filled() {
    let runtime = Runtime::new();
    for (to, count) in [(0, 0), (0, 1), (64, 2), (100, 7), (MEMORY - 40, 10), (MEMORY, 0)] {
        let mut model = numbered();
        runtime.set_memory(&model);
        runtime.call::<_, ()>("word_fill", (to as u32, 0x1234_5678u32, count as u32));
        model[to..to + 4 * count].chunks_mut(4).for_each(|word| word.copy_from_slice(&0x1234_5678u32.to_le_bytes()));
        assert!(runtime.memory() == model, "{count} words at {to}");
    }
}

#[test]
fn copies_of_every_alignment_and_overlap() {
    let runtime = Runtime::new();
    for length in [0, 1, 3, 4, 15, 16, 17, 31, 36, 67] {
        for to in 64..68 {
            for from in (60..72).chain([64 + length, 64 - 16, 512]) {
                check_copy(&runtime, to, from, length);
            }
        }
    }
}

#[test]
fn copies_at_the_ends() {
    let runtime = Runtime::new();
    for length in [0, 1, 4, 16, 33, 100] {
        check_copy(&runtime, 0, MEMORY - length, length);
        check_copy(&runtime, MEMORY - length, 0, length);
        check_copy(&runtime, MEMORY - length, MEMORY - length - 1, length);
    }
    check_copy(&runtime, 0, 1, MEMORY - 1);
    check_copy(&runtime, 1, 0, MEMORY - 1);
}

#[test]
fn copies_at_random() {
    let runtime = Runtime::new();
    arbtest(|u| {
        let length = u.int_in_range(0..=300)?;
        let to = u.int_in_range(0..=1000)?;
        let from = u.int_in_range(0..=1000)?;
        check_copy(&runtime, to, from, length);
        Ok(())
    });
}

#[test]
fn fills_of_every_alignment() {
    let runtime = Runtime::new();
    for length in [0, 1, 3, 15, 16, 17, 18, 19, 20, 64, 101] {
        for to in 64..68 {
            check_fill(&runtime, to, 0xab, length);
            // Only the low byte counts.
            check_fill(&runtime, to, 0xdead_be80, length);
        }
        check_fill(&runtime, MEMORY - length, 1, length);
    }
}

/// Why a call fails, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Exhausted,
    Misuse,
}

/// What `arena_realloc` promises, in 64 bits and without its tricks.
#[derive(Clone, Debug)]
struct Arena {
    start: u64,
    end: u64,
    next: u64,
    last: Option<u64>,
    high: u64,
}

impl Arena {
    fn realloc(&mut self, old: u64, old_length: u64, align: u64, length: u64) -> Result<u64, Refused> {
        if !align.is_power_of_two() {
            return Err(Refused::Misuse);
        }
        if old_length == 0 && length == 0 {
            return Ok(align);
        }
        if old_length != 0 {
            if old < self.start || old + old_length > self.next {
                return Err(Refused::Misuse);
            }
            if old.is_multiple_of(align) && self.last == Some(old) {
                return self.take(old, length);
            }
            if old.is_multiple_of(align) && length <= old_length {
                return Ok(old);
            }
        }
        let new = self.take(self.next.next_multiple_of(align), length)?;
        self.last = Some(new);
        Ok(new)
    }

    fn take(&mut self, at: u64, length: u64) -> Result<u64, Refused> {
        if at + length > self.end {
            return Err(Refused::Exhausted);
        }
        self.next = at + length;
        self.high = self.high.max(self.next);
        Ok(at)
    }

    fn reset(&mut self) {
        (self.next, self.last) = (self.start, None);
    }
}

/// Where the arena's three words and its memory's byte 0 are in the tests.
const STATE: u32 = 16;
const BASE: u32 = 64;

fn words(memory: &[u8]) -> [u32; 3] {
    [0, 4, 8].map(|at| {
        let at = STATE as usize + at;
        u32::from_le_bytes(memory[at..at + 4].try_into().unwrap())
    })
}

struct ArenaPair<'r> {
    runtime: &'r Runtime,
    model: Arena,
    bytes: Vec<u8>,
}

impl<'r> ArenaPair<'r> {
    fn new(runtime: &'r Runtime, start: u32, end: u32) -> Self {
        let mut bytes = numbered();
        for (i, word) in [start, u32::MAX, start].into_iter().enumerate() {
            bytes[STATE as usize + 4 * i..][..4].copy_from_slice(&word.to_le_bytes());
        }
        runtime.set_memory(&bytes);
        let (start, end) = (u64::from(start), u64::from(end));
        ArenaPair { runtime, model: Arena { start, end, next: start, last: None, high: start }, bytes }
    }

    fn realloc(&mut self, old: u32, old_length: u32, align: u32, length: u32) -> Result<u32, Refused> {
        let before = self.model.clone();
        let expected = self.model.realloc(old.into(), old_length.into(), align.into(), length.into());
        let (start, end) = (before.start as u32, before.end as u32);
        let pointer: u32 =
            self.runtime.call("arena_realloc", (STATE, start, end, BASE, old, old_length, align, length));
        let pointer = match pointer {
            ARENA_EXHAUSTED => Err(Refused::Exhausted),
            ARENA_MISUSE => Err(Refused::Misuse),
            pointer => Ok(pointer),
        };
        let what = format!("realloc({old:#x}, {old_length:#x}, {align:#x}, {length:#x}) of {before:x?}");
        assert_eq!(pointer.map(u64::from), expected, "{what}");
        if let Ok(pointer) = pointer
            && old_length != 0
            && pointer != old
        {
            let kept = old_length.min(length) as usize;
            let (from, to) = ((BASE + old) as usize, (BASE + pointer) as usize);
            self.bytes.copy_within(from..from + kept, to);
        }
        self.check(&what);
        pointer
    }

    fn reset(&mut self) {
        self.model.reset();
        self.runtime.call::<_, ()>("arena_reset", (STATE, self.model.start as u32));
        self.check("a reset");
    }

    /// The words and all bytes are what the model says.
    fn check(&mut self, what: &str) {
        let state =
            [self.model.next as u32, self.model.last.map_or(u32::MAX, |last| last as u32), self.model.high as u32];
        for (i, word) in state.into_iter().enumerate() {
            self.bytes[STATE as usize + 4 * i..][..4].copy_from_slice(&word.to_le_bytes());
        }
        let memory = self.runtime.memory();
        assert_eq!(words(&memory), state, "{what}");
        assert!(memory == self.bytes, "bytes after {what}");
    }
}

#[test]
fn arena_contract() {
    let runtime = Runtime::new();
    let mut arena = ArenaPair::new(&runtime, 100, 1000);
    // 0/0 gives the alignment and takes nothing.
    assert_eq!(arena.realloc(0, 0, 8, 0), Ok(8));
    // Aligned, in order.
    assert_eq!(arena.realloc(0, 0, 8, 10), Ok(104));
    assert_eq!(arena.realloc(0, 0, 1, 1), Ok(114));
    // The last block grows and shrinks in place.
    assert_eq!(arena.realloc(114, 1, 1, 50), Ok(114));
    assert_eq!(arena.realloc(114, 50, 1, 20), Ok(114));
    // Another one moves, and keeps its bytes.
    assert_eq!(arena.realloc(104, 10, 4, 30), Ok(136));
    // Shrinks stay.
    assert_eq!(arena.realloc(104, 10, 8, 5), Ok(104));
    // Up to the last byte, and not one more.
    assert_eq!(arena.realloc(0, 0, 1, 1000 - 166 + 1), Err(Refused::Exhausted));
    assert_eq!(arena.realloc(0, 0, 1, 1000 - 166), Ok(166));
    assert_eq!(arena.realloc(0, 0, 1, 1), Err(Refused::Exhausted));
    assert_eq!(arena.realloc(166, 834, 1, 835), Err(Refused::Exhausted));
    assert_eq!(arena.realloc(166, 834, 1, 1), Ok(166));
    // From the start again.
    arena.reset();
    assert_eq!(arena.model.high, 1000);
    assert_eq!(arena.realloc(0, 0, 8, 10), Ok(104));
    assert_eq!(arena.realloc(166, 1, 1, 1), Err(Refused::Misuse));
}

#[test]
fn arena_refuses_what_wraps() {
    let runtime = Runtime::new();
    for (start, end) in [(100, 1000), (0, 16), (5, 5), (0xffff_0003, u32::MAX)] {
        let mut arena = ArenaPair::new(&runtime, start, end);
        let room = end - start;
        let lengths = [u32::MAX, u32::MAX - start, 0x8000_0000, room + 1];
        for length in lengths.into_iter().filter(|&length| length > room) {
            for align in [1, 2, 0x1000, 0x8000_0000] {
                assert_eq!(
                    arena.realloc(0, 0, align, length),
                    Err(Refused::Exhausted),
                    "{length:#x} bytes in {start:#x}..{end:#x}"
                );
            }
        }
        for align in [0, 3, 6, 0xffff_ffff, 0x8000_0001] {
            assert_eq!(arena.realloc(0, 0, align, 1), Err(Refused::Misuse), "an alignment of {align:#x}");
        }
        // Old blocks that the arena has not handed out.
        assert_eq!(arena.realloc(u32::MAX, 1, 1, 1), Err(Refused::Misuse));
        assert_eq!(arena.realloc(start, u32::MAX, 1, 1), Err(Refused::Misuse));
        assert_eq!(arena.realloc(start, u32::MAX - start, 1, 1), Err(Refused::Misuse));
        assert_eq!(arena.realloc(0xffff_fff0, 0x20, 1, 1), Err(Refused::Misuse));
    }
}

#[test]
fn arena_at_random() {
    let runtime = Runtime::new();
    arbtest(|u| {
        let start = u.int_in_range(0..=200)?;
        let end = start + u.int_in_range(0..=600)?;
        let mut arena = ArenaPair::new(&runtime, start, end);
        let mut blocks: Vec<(u32, u32)> = Vec::new();
        for _ in 0..u.int_in_range(1..=20)? {
            let align = if u.ratio(1, 10)? { u.arbitrary()? } else { 1 << u.int_in_range(0..=8)? };
            let length = if u.ratio(1, 10)? { u.arbitrary()? } else { u.int_in_range(0..=120)? };
            if u.ratio(1, 20)? {
                arena.reset();
                blocks.clear();
            }
            if u.ratio(1, 20)? {
                let _ = arena.realloc(u.arbitrary()?, u.arbitrary()?, align, length);
            }
            if blocks.is_empty() || u.ratio(1, 2)? {
                if let Ok(pointer) = arena.realloc(0, 0, align, length) {
                    blocks.push((pointer, length));
                }
            } else {
                let index = u.choose_index(blocks.len())?;
                let (old, old_length) = blocks[index];
                if old_length == 0 {
                    continue;
                }
                if let Ok(pointer) = arena.realloc(old, old_length, align, length) {
                    blocks[index] = (pointer, length);
                }
            }
        }
        Ok(())
    });
}

/// Where `utf8_copy` reads and writes.
const FROM: usize = 0x100;
const TO: usize = 0x200;
const AROUND: usize = 0x80;

/// Copies `text` between any alignments: it must be refused if it is no UTF-8, and nothing else may change.
fn check_utf8(runtime: &Runtime, text: &[u8], from: usize, to: usize) {
    let (from, to) = (FROM + from, TO + to);
    let mut model = vec![0x5a; TO + 2 * AROUND];
    model[from..from + text.len()].copy_from_slice(text);
    runtime.set_memory(&model);
    let refused: u32 = runtime.call("utf8_copy", (to as u32, from as u32, text.len() as u32));
    assert_eq!(refused == 0, std::str::from_utf8(text).is_ok(), "{text:x?} from {from} to {to}");
    let found = &runtime.memory()[..model.len()];
    if refused == 0 {
        model[to..to + text.len()].copy_from_slice(text);
    } else {
        model[to..to + text.len()].copy_from_slice(&found[to..to + text.len()]);
    }
    assert!(found == model, "{text:x?} from {from} to {to}");
}

/// Bytes at which what is allowed changes.
const BORDERS: [u8; 22] = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0,
    0xf3, 0xf4, 0xf5,
];

#[test]
fn utf8_at_all_borders() {
    let runtime = Runtime::new();
    for first in 0..=0xff {
        check_utf8(&runtime, &[first], 0, 0);
        for second in BORDERS.into_iter().chain([first]) {
            check_utf8(&runtime, &[first, second], 1, 2);
        }
    }
    let starts = BORDERS.into_iter().filter(|byte| *byte >= 0xc0).chain([0xff]);
    for first in starts {
        for second in BORDERS {
            for third in [0x7f, 0x80, 0xbf, 0xc0] {
                check_utf8(&runtime, &[first, second, third], 3, 0);
                for fourth in [0x41, 0x80, 0xbf, 0xc2] {
                    check_utf8(&runtime, &[first, second, third, fourth], 0, 3);
                }
            }
        }
    }
}

#[test]
fn utf8_of_every_length_and_alignment() {
    let runtime = Runtime::new();
    let text = "abcdefg\u{e9}hijklmnop\u{20ac}q\u{1f980}rstuvwxyz0123456789";
    for length in 0..text.len() {
        for align in 0..16 {
            check_utf8(&runtime, &text.as_bytes()[..length], align % 4, align / 4);
            check_utf8(&runtime, &text.as_bytes()[length..], align % 4, align / 4);
        }
    }
}

/// Text with at most one thing wrong, and bytes of any kind.
#[test]
fn utf8_at_random() {
    let runtime = Runtime::new();
    arbtest(|u| {
        let mut text = String::new();
        for _ in 0..u.int_in_range(0..=20)? {
            // Few are not ASCII, so that words of four are met.
            text.push(if u.ratio(3, 4)? { char::from(u.int_in_range(0u8..=0x7f)?) } else { u.arbitrary()? });
        }
        let mut bytes = text.into_bytes();
        match u.int_in_range(0..=3)? {
            0 => {}
            1 if !bytes.is_empty() => {
                let at = u.choose_index(bytes.len())?;
                bytes[at] = u.arbitrary()?;
            }
            2 if !bytes.is_empty() => {
                bytes.remove(u.choose_index(bytes.len())?);
            }
            _ => bytes.insert(u.int_in_range(0..=bytes.len())?, u.arbitrary()?),
        }
        check_utf8(&runtime, &bytes, u.int_in_range(0..=3)?, u.int_in_range(0..=3)?);
        Ok(())
    });
}
