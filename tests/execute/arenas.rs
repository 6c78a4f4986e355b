//! Generated sequences of calls of the arena on the boards, against a model of its contract that is written here and
//! shares nothing with the runtime: addresses, bytes that are kept, traps and their words. Always the same ones.

use crate::emulated;
use libtest_mimic::{Failed, Trial};
use std::fmt::Write;

const BOARDS: [&str; 2] = ["mps2-an386", "mps2-an505"];
/// Calls of a sequence, and bytes of its arena. The arena begins at an odd address.
const CALLS: usize = 160;
const ARENA: u32 = 613;
const START: u32 = 16 * CALLS as u32 + 3;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for board in BOARDS {
        for (seed, per_call) in [(1, false), (2, false), (3, true), (4, true)] {
            let name = format!("arena::{board}::{}{seed}", if per_call { "per-call-" } else { "" });
            trials.push(Trial::test(name, move || check(board, seed, per_call)));
        }
    }
    trials
}

/// One call: `(old, old_length, align, length)`.
type Call = [u32; 4];

/// What the contract says a call does.
#[derive(Debug, PartialEq)]
enum Answer {
    Address(u32),
    Exhausted,
    Misuse,
}

/// The contract, in 64 bits.
struct Model {
    next: u64,
    high: u64,
    last: Option<u64>,
    /// The whole memory, as the program leaves it.
    bytes: Vec<u8>,
}

impl Model {
    const END: u64 = (START + ARENA) as u64;

    fn realloc(&mut self, [old, old_length, align, length]: Call) -> Answer {
        let [old, old_length, align, length] = [old, old_length, align, length].map(u64::from);
        if !align.is_power_of_two() {
            return Answer::Misuse;
        }
        if old_length == 0 && length == 0 {
            return Answer::Address(align as u32);
        }
        let known = old >= START.into() && old + old_length <= self.next;
        if old_length > 0 && !known {
            return Answer::Misuse;
        }
        let stays = old_length > 0 && old % align == 0;
        let at = match stays {
            true if self.last == Some(old) => old,
            true if length <= old_length => return Answer::Address(old as u32),
            _ => self.next.div_ceil(align) * align,
        };
        if at + length > Self::END {
            return Answer::Exhausted;
        }
        let kept = old_length.min(length) as usize;
        if kept > 0 {
            self.bytes.copy_within(old as usize..old as usize + kept, at as usize);
        }
        (self.next, self.last) = (at + length, Some(at));
        self.high = self.high.max(self.next);
        Answer::Address(at as u32)
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn call(&mut self, blocks: &[(u32, u32)]) -> Call {
        let align = match self.below(24) {
            0 => self.below(1 << 32) as u32,
            1 => 0,
            2 => 1 << self.below(32),
            _ => 1 << self.below(7),
        };
        let length = match self.below(12) {
            0 => u32::MAX - self.below(2000) as u32,
            1 => self.below(1 << 32) as u32,
            2 | 3 => 0,
            4 => ARENA - self.below(30) as u32,
            _ => self.below(60) as u32,
        };
        let (old, old_length) = match blocks {
            _ if self.one_in(12) => (self.below(1 << 32) as u32, self.below(1 << 32) as u32),
            _ if self.one_in(12) => {
                (START - 1 + self.below(u64::from(ARENA)) as u32, u32::MAX - self.below(700) as u32)
            }
            [.., last] if self.one_in(3) => *last,
            [_, ..] if self.one_in(2) => blocks[self.below(blocks.len() as u64) as usize],
            _ => (self.below(2) as u32 * u32::MAX, 0),
        };
        [old, old_length, align, length]
    }
}

/// The calls, how many the kernel makes at a time, and all that the console says.
struct Sequence {
    calls: Vec<Call>,
    runs: Vec<(usize, usize)>,
    console: String,
}

fn sequence(seed: u64, per_call: bool) -> Sequence {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed);
    let start = u64::from(START);
    let mut model = Model { next: start, high: start, last: None, bytes: vec![0; (START + ARENA) as usize] };
    let mut blocks: Vec<(u32, u32)> = Vec::new();
    let mut sequence = Sequence { calls: Vec::new(), runs: Vec::new(), console: String::new() };
    let mut from = 0;
    for index in 0..CALLS {
        let call = random.call(&blocks);
        let [old, old_length, _, length] = call;
        sequence.calls.push(call);
        let answer = model.realloc(call);
        let ends = answer != Answer::Exhausted && answer != Answer::Misuse;
        match answer {
            Answer::Address(at) => {
                let kept = old_length.min(length) as usize;
                let range = if length == 0 { 0..0 } else { at as usize..(at + length) as usize };
                let block = &mut model.bytes[range];
                let sum =
                    block[..kept].iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
                let _ = writeln!(sequence.console, "{at}\n{sum}");
                (0..).zip(block).for_each(|(k, byte): (usize, _)| *byte = (index * 7 + k * 13) as u8);
                blocks.retain(|block| *block != (old, old_length) || old_length == 0);
                if length > 0 {
                    blocks.push((at, length));
                }
            }
            Answer::Exhausted => {
                let (left, high) = (Model::END - model.next, model.high - start);
                let before = if u64::from(length) <= left { " before alignment" } else { "" };
                let what = format!("{length} bytes asked for, {left} left{before}, high-water mark {high}");
                let _ = writeln!(sequence.console, "trap: component `main`: arena exhausted: {what}");
            }
            Answer::Misuse => sequence.console.push_str("trap: component `main`: invalid realloc\n"),
        }
        if !ends || index + 1 == CALLS || per_call && random.one_in(20) {
            sequence.runs.push((from, index + 1));
            from = index + 1;
            if per_call {
                (model.next, model.last) = (start, None);
                blocks.clear();
            }
        }
    }
    sequence
}

/// Logs each address and a sum of the bytes that were kept, and fills the block.
fn program(calls: &[Call]) -> String {
    let words = calls.iter().flatten().flat_map(|word| word.to_le_bytes());
    let data: String = words.map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        "(module
  (import \"compose\" \"log_u32\" (func $log (param i32)))
  (import \"env\" \"__cabi_arena_realloc\" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory {size} (pagesize 1))
  (global (export \"__heap_base\") i32 (i32.const {START}))
  (data (i32.const 0) \"{data}\")
  (func (export \"step\") (param $from i32) (param $to i32)
    (loop $next
      (call $one (local.get $from) (i32.shl (local.get $from) (i32.const 4)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $from) (local.get $to)))))
  (func $one (param $index i32) (param $call i32)
    (local $at i32) (local $old_length i32) (local $length i32) (local $k i32) (local $sum i32)
    (local.set $old_length (i32.load offset=4 (local.get $call)))
    (local.set $length (i32.load offset=12 (local.get $call)))
    (call $log
      (local.tee $at
        (call $realloc
          (i32.load (local.get $call)) (local.get $old_length)
          (i32.load offset=8 (local.get $call)) (local.get $length))))
    (block $summed
      (loop $next
        (br_if $summed (i32.ge_u (local.get $k) (local.get $old_length)))
        (br_if $summed (i32.ge_u (local.get $k) (local.get $length)))
        (local.set $sum
          (i32.add
            (i32.mul (local.get $sum) (i32.const 31))
            (i32.load8_u (i32.add (local.get $at) (local.get $k)))))
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (br $next)))
    (call $log (local.get $sum))
    (local.set $k (i32.const 0))
    (block $filled
      (loop $next
        (br_if $filled (i32.ge_u (local.get $k) (local.get $length)))
        (i32.store8
          (i32.add (local.get $at) (local.get $k))
          (i32.add (i32.mul (local.get $index) (i32.const 7)) (i32.mul (local.get $k) (i32.const 13))))
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (br $next)))))",
        size = START + ARENA,
    )
}

fn check(board: &str, seed: u64, per_call: bool) -> Result<(), Failed> {
    let Sequence { calls, runs, console } = sequence(seed, per_call);
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("main.wat"), program(&calls))?;
    let reset = if per_call { "per-call" } else { "never" };
    let mut manifest = format!(
        "system \"test\" {{\n  board \"{board}\"\n  component \"main\" \"main.wat\" {{\n    memory budget=(B){}\n    arena \
         (B){ARENA} reset=\"{reset}\"\n    on-trap \"continue\"\n  }}\n",
        START + ARENA
    );
    for (from, to) in &runs {
        let _ = writeln!(manifest, "  run \"main#step\" {from} {to}");
    }
    manifest.push_str("}\n");
    let said = emulated::run(&emulated::build(folder.path(), &manifest)?)?;
    // Without the places of traps.
    let line = |line: &str| line.split(" (code ").next().unwrap_or_default().to_owned() + "\n";
    let said: String = said.console.lines().map(line).collect();
    if said == console {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(&console, &said).unified_diff().header("model", board).to_string();
    Err(format!("{calls:x?}\n{diff}").into())
}
