//! Random programs of branches, loops, calls, memory and globals; always the same ones for the same seed.

use crate::table::Source;
use std::fmt::Write;

/// A program of [`FUNCTIONS`] functions; each may call those before it.
pub fn program(seed: u64) -> String {
    let mut text = String::from(
        "(module\n  (import \"compose\" \"log_u32\" (func $log (param i32)))\n  (memory 1 1)\n  \
         (type $t (func (param i32 i64 i32) (result i64 i32)))\n  (global $fuel (mut i32) (i32.const 0))\n  \
         (global $g (mut i32) (i32.const 1))\n  (global $w (mut i64) (i64.const 2))\n",
    );
    let names: String = (0..FUNCTIONS).map(|n| format!(" $f{n}")).collect();
    let _ = writeln!(text, "  (table funcref (elem{names}))");
    let mut shape = Shape { source: Source::new(seed), text, labels: Vec::new(), function: 0, count: 0 };
    for function in 0..FUNCTIONS {
        shape.function = function;
        shape.function();
    }
    shape.text.push_str("  (func (export \"run\") (local i64)\n");
    for function in 0..FUNCTIONS {
        for (a, b, c) in [("1", "2", "3"), ("-1", "0x8000000000000001", "0x7fffffff"), ("100", "-5", "0")] {
            let _ = writeln!(
                shape.text,
                "    (global.set $fuel (i32.const 300))\n    (call $f{function} (i32.const {a}) (i64.const {b}) (i32.const {c}))\n    \
                 (call $log) (local.set 0)\n    (call $log (i32.wrap_i64 (local.get 0)))\n    \
                 (call $log (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))\n    \
                 (call $log (global.get $g)) (call $log (i32.wrap_i64 (global.get $w)))"
            );
        }
    }
    shape.text.push_str("    (call $log (i32.load (i32.const 64)))))\n");
    shape.text
}

const FUNCTIONS: usize = 8;
const WORDS: [&str; 4] = ["$a", "$c", "$p", "$q"];
const PAIRS: [&str; 3] = ["$b", "$r", "$s"];

struct Shape {
    source: Source,
    text: String,
    /// Names of the open blocks without results.
    labels: Vec<String>,
    function: usize,
    count: usize,
}

impl Shape {
    fn function(&mut self) {
        let _ = writeln!(
            self.text,
            "  (func $f{} (type $t) (param $a i32) (param $b i64) (param $c i32) (result i64 i32)\n    \
             (local $p i32) (local $q i32) (local $r i64) (local $s i64)",
            self.function
        );
        self.statements(4);
        let (pair, word) = (self.pair(2), self.word(2));
        let mix = "(i64.add (i64.add (local.get $b) (local.get $r)) (i64.xor (local.get $s) (i64.extend_i32_s (local.get $q))))";
        let _ =
            writeln!(self.text, "    (i64.add {mix} {pair}) (i32.add (i32.sub (local.get $a) (local.get $p)) {word}))");
    }

    fn statements(&mut self, depth: u32) {
        for _ in 0..1 + self.source.below(4) {
            self.statement(depth);
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str("    ");
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn fresh(&mut self) -> String {
        self.count += 1;
        format!("$l{}", self.count)
    }

    fn statement(&mut self, depth: u32) {
        let choice = self.source.below(if depth == 0 { 6 } else { 14 });
        match choice {
            0 | 1 => {
                let (to, value) = (WORDS[self.source.below(4)], self.word(3));
                self.line(&format!("(local.set {to} {value})"));
            }
            2 => {
                let (to, value) = (PAIRS[self.source.below(3)], self.pair(3));
                self.line(&format!("(local.set {to} {value})"));
            }
            3 => {
                let (address, word, pair) = (self.address(), self.word(2), self.pair(2));
                let store = [
                    format!("(i32.store offset=4 {address} {word})"),
                    format!("(i64.store {address} {pair})"),
                    format!("(i32.store8 {address} {word})"),
                    format!("(i64.store32 offset=8 {address} {pair})"),
                ];
                let choice = self.source.below(store.len());
                self.line(&store[choice]);
            }
            4 => {
                let (word, pair) = (self.word(2), self.pair(2));
                let set = [format!("(global.set $g {word})"), format!("(global.set $w {pair})")];
                let choice = self.source.below(set.len());
                self.line(&set[choice]);
            }
            5 => self.branch(),
            6 | 7 => {
                let test = self.word(2);
                self.line(&format!("(if {test} (then"));
                self.statements(depth - 1);
                if self.source.below(2) == 0 {
                    self.line(") (else");
                    self.statements(depth - 1);
                }
                self.line("))");
            }
            8 => self.labelled("block", depth, None),
            9 | 10 => {
                let test = self.word(2);
                let again =
                    format!("(i32.and (i32.ne {test} (i32.const 7)) (i32.gt_s (global.get $fuel) (i32.const 0)))");
                self.labelled("loop", depth, Some(again));
            }
            11 => {
                // A block with parameters and results; one way out is a branch.
                let (word, pair, test) = (self.word(2), self.pair(2), self.word(2));
                self.line(&format!("{word} {pair}\n    (block (param i32 i64) (result i64 i32)"));
                self.line(&format!("(local.set $s) (local.set $q) (local.get $s) (local.get $q) (br_if 0 {test})"));
                self.line("(local.set $q) (drop)");
                self.statements(depth - 1);
                let (pair, word) = (self.pair(2), self.word(2));
                self.line(&format!("{pair} {word}) (local.set $a) (local.set $b)"));
            }
            12 => {
                let (test, word) = (self.word(2), self.word(2));
                self.line(&format!("(local.set $p (if (result i32) {test} (then"));
                self.statements(depth - 1);
                let other = self.word(2);
                self.line(&format!("{word}) (else {other})))"));
            }
            _ => self.call(),
        }
    }

    fn labelled(&mut self, kind: &str, depth: u32, again: Option<String>) {
        let label = self.fresh();
        self.line(&format!("({kind} {label}"));
        self.line("(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))");
        // Only blocks may be left from inside: a jump to a loop has to look at the fuel.
        let leaves = again.is_none();
        if leaves {
            self.labels.push(label.clone());
        }
        self.statements(depth - 1);
        if leaves {
            self.labels.pop();
        }
        match again {
            Some(again) => self.line(&format!("(br_if {label} {again}))")),
            None => self.line(")"),
        }
    }

    fn branch(&mut self) {
        let test = self.word(2);
        if self.labels.is_empty() {
            let (pair, word) = (self.pair(1), self.word(1));
            self.line(&format!("(if {test} (then (return {pair} {word})))"));
            return;
        }
        let some: Vec<String> = (0..4).map(|_| self.labels[self.source.below(self.labels.len())].clone()).collect();
        match self.source.below(3) {
            0 => self.line(&format!("(br_if {} {test})", some[0])),
            1 => self.line(&format!("(if {test} (then (br {})))", some[0])),
            _ => {
                // Some indices go on behind the table.
                let stay = self.fresh();
                let [a, b, c, d] = [&some[0], &some[1], &some[2], &some[3]];
                self.line(&format!(
                    "(block {stay} (br_table {a} {stay} {b} {stay} {c} {d} {stay} (i32.and {test} (i32.const 15))))"
                ));
            }
        }
    }

    fn call(&mut self) {
        if self.function == 0 {
            return self.line("(global.set $g (i32.add (global.get $g) (i32.const 1)))");
        }
        let callee = self.source.below(self.function);
        let (a, b, c) = (self.word(2), self.pair(2), self.word(2));
        let call = match self.source.below(2) {
            0 => format!("(call $f{callee} {a} {b} {c})"),
            _ => format!("(call_indirect (type $t) {a} {b} {c} (i32.const {callee}))"),
        };
        self.line(&format!(
            "(if (i32.gt_s (global.get $fuel) (i32.const 0)) (then\n    {call} (local.set $c) (local.set $r)))"
        ));
    }

    fn address(&mut self) -> String {
        let word = self.word(1);
        format!("(i32.and {word} (i32.const 0xff))")
    }

    fn word(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.source.below(3) {
                0 => format!("(i32.const {})", [0, 1, -1, 7, 255, 4096, i32::MIN, 123_456_789][self.source.below(8)]),
                _ => format!("(local.get {})", WORDS[self.source.below(4)]),
            };
        }
        let (x, y) = (self.word(depth - 1), self.word(depth - 1));
        match self.source.below(12) {
            0 => format!("(i32.wrap_i64 {})", self.pair(depth - 1)),
            1 => format!("(i64.lt_s {} {})", self.pair(depth - 1), self.pair(depth - 1)),
            2 => format!("(i32.load {})", self.address()),
            3 => format!("(i32.load16_s offset=1 {})", self.address()),
            4 => "(global.get $g)".to_owned(),
            5 => format!("(select {x} {y} (i32.gt_u {y} {x}))"),
            6 => format!("(i32.div_s {x} (i32.or (i32.const 3) (i32.and {y} (i32.const 0xff))))"),
            7 => format!("(local.tee {} {x})", WORDS[self.source.below(4)]),
            n => format!("(i32.{} {x} {y})", ["add", "sub", "xor", "shl"][n - 8]),
        }
    }

    fn pair(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.source.below(3) {
                0 => format!(
                    "(i64.const {})",
                    [0, 1, -1, 1 << 32, i64::MIN, 0x0123_4567_89ab_cdef][self.source.below(6)]
                ),
                _ => format!("(local.get {})", PAIRS[self.source.below(3)]),
            };
        }
        let (x, y) = (self.pair(depth - 1), self.pair(depth - 1));
        match self.source.below(11) {
            0 => format!("(i64.extend_i32_s {})", self.word(depth - 1)),
            1 => format!("(i64.load offset=3 {})", self.address()),
            2 => "(global.get $w)".to_owned(),
            3 => format!("(select {x} {y} {})", self.word(depth - 1)),
            4 => format!("(i64.rem_u {x} (i64.or (i64.const 5) {y}))"),
            5 => format!("(local.tee {} {x})", PAIRS[self.source.below(3)]),
            n => format!("(i64.{} {x} {y})", ["add", "sub", "mul", "rotr", "shr_s"][n - 6]),
        }
    }
}
