//! Every integer instruction, on operands where arithmetic goes wrong, as programs.
//!
//! A case is a list of expressions over `x` and `y`. Its function runs through all pairs of operands and logs one hash.
//! The forms matter as much as the operators: variables, constants on either side, the same variable twice, results
//! that feed a branch or a select, and pairs of operators for which an ISA has one instruction.

use std::fmt::Write;

/// Operands of the 32-bit cases.
const WORDS: [u32; 36] = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    10,
    31,
    32,
    33,
    63,
    64,
    100,
    127,
    128,
    255,
    256,
    1000,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x00ff_00ff,
    0xff00_ff00,
    0x5555_5555,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xaaaa_aaaa,
    0x1234_5678,
    0xdead_beef,
    0xffff_fffe,
    0xffff_ffff,
];

/// Operands of the 64-bit cases.
const PAIRS: [u64; 34] = [
    0,
    1,
    2,
    5,
    7,
    10,
    31,
    32,
    33,
    63,
    64,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    0x1_8000_0000,
    0x1_ffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0x8000_0000_0000_0001,
    0x8000_0000_8000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_fff6,
    0xffff_ffff_0000_0000,
    0xffff_ffff_8000_0000,
    0xffff_fffe_ffff_ffff,
    0x0123_4567_89ab_cdef,
    0xfedc_ba98_7654_3210,
    0x5555_5555_5555_5555,
    0x0000_8000_ffff_0000,
];

const BINARY: [&str; 15] = [
    "add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl",
    "rotr",
];
const COMPARE: [&str; 10] = ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Width {
    W32,
    W64,
}

impl Width {
    fn ty(self) -> &'static str {
        match self {
            Width::W32 => "i32",
            Width::W64 => "i64",
        }
    }

    /// All operands, as the text format writes them.
    fn operands(self) -> Vec<String> {
        match self {
            Width::W32 => WORDS.iter().map(|word| format!("{word:#x}")).collect(),
            Width::W64 => PAIRS.iter().map(|pair| format!("{pair:#x}")).collect(),
        }
    }

    fn constant(self, value: &str) -> String {
        format!("({}.const {value})", self.ty())
    }

    fn op(self, name: &str, x: &str, y: &str) -> String {
        format!("({}.{name} {x} {y})", self.ty())
    }

    fn smallest(self) -> String {
        self.constant(match self {
            Width::W32 => "0x80000000",
            Width::W64 => "0x8000000000000000",
        })
    }

    /// A division of something, or of nothing where it would trap.
    fn safe(self, name: &str, x: &str, y: &str) -> String {
        let operation = self.op(name, x, y);
        if !name.starts_with("div") && !name.starts_with("rem") {
            return operation;
        }
        let ty = self.ty();
        let zero = format!("({ty}.eqz {y})");
        let traps = match name {
            "div_s" => {
                format!("(i32.or {zero} (i32.and ({ty}.eq {x} {}) ({ty}.eq {y} ({ty}.const -1))))", self.smallest())
            }
            _ => zero,
        };
        format!("(if (result {ty}) {traps} (then {x}) (else {operation}))")
    }
}

/// One function of a program.
#[derive(Clone)]
pub struct Case {
    pub label: String,
    operands: Width,
    /// (text, width of the result).
    expressions: Vec<(String, Width)>,
}

const X: &str = "(local.get $x)";
const Y: &str = "(local.get $y)";

/// The cases of one program.
pub struct Group {
    pub name: &'static str,
    pub cases: Vec<Case>,
}

pub fn groups() -> Vec<Group> {
    let both = |make: fn(Width) -> Vec<Case>| [make(Width::W32), make(Width::W64)].concat();
    vec![
        Group { name: "variables", cases: both(variables) },
        Group { name: "constant-right", cases: both(constant_right) },
        Group { name: "constant-left", cases: both(constant_left) },
        Group { name: "constants", cases: both(constants) },
        Group { name: "branches", cases: both(branches) },
        Group { name: "one-operand", cases: both(one_operand) },
        Group { name: "pairs", cases: both(pairs) },
        Group { name: "mixed-widths", cases: mixed_widths() },
        Group { name: "random", cases: both(random) },
    ]
}

fn results(width: Width) -> impl Iterator<Item = (&'static str, Width)> {
    BINARY.into_iter().map(move |name| (name, width)).chain(COMPARE.into_iter().map(|name| (name, Width::W32)))
}

fn case(width: Width, name: &str, form: &str, expressions: Vec<(String, Width)>) -> Case {
    Case { label: format!("{}.{name} {form}", width.ty()), operands: width, expressions }
}

fn variables(width: Width) -> Vec<Case> {
    let cases = results(width).map(|(name, result)| {
        let expressions = vec![(width.safe(name, X, Y), result), (width.safe(name, X, X), result)];
        case(width, name, "of variables", expressions)
    });
    cases.collect()
}

fn constant_right(width: Width) -> Vec<Case> {
    let cases = results(width).map(|(name, result)| {
        let constants = width.operands().into_iter().map(|c| (width.safe(name, X, &width.constant(&c)), result));
        case(width, name, "by constants", constants.collect())
    });
    cases.collect()
}

fn constant_left(width: Width) -> Vec<Case> {
    let cases = results(width).map(|(name, result)| {
        let constants = width.operands().into_iter().map(|c| (width.safe(name, &width.constant(&c), X), result));
        case(width, name, "of constants", constants.collect())
    });
    cases.collect()
}

/// What the optimiser computes at build time.
fn constants(width: Width) -> Vec<Case> {
    let some: Vec<String> = width.operands().into_iter().step_by(3).map(|c| width.constant(&c)).collect();
    let cases = results(width).map(|(name, result)| {
        let pairs = some.iter().flat_map(|x| some.iter().map(move |y| (x, y)));
        case(width, name, "folded", pairs.map(|(x, y)| (width.safe(name, x, y), result)).collect())
    });
    cases.collect()
}

/// Comparisons whose result nobody keeps.
fn branches(width: Width) -> Vec<Case> {
    let cases = COMPARE.into_iter().map(|name| {
        let mut expressions = Vec::new();
        let constants = width.operands().into_iter().step_by(5).map(|c| width.constant(&c));
        for right in constants.chain([Y.to_owned()]) {
            let test = width.op(name, X, &right);
            let ty = width.ty();
            expressions
                .push((format!("(if (result i32) {test} (then (i32.const 3)) (else (i32.const 5)))"), Width::W32));
            expressions.push((format!("(select {X} {Y} {test})"), width));
            expressions.push((format!("(select (i32.const 1) (i32.const 0) {test})"), Width::W32));
            expressions.push((format!("(select {X} {right} (i32.eqz {test}))"), width));
            expressions.push((format!("(block (result {ty}) (br_if 0 {X} {test}) (drop) {Y})"), width));
            let other = width.op("lt_u", Y, X);
            expressions.push((
                format!("(if (result i32) (i32.and {test} {other}) (then (i32.const 7)) (else (i32.const 9)))"),
                Width::W32,
            ));
            expressions.push((
                format!("(if (result i32) (i32.or {test} {other}) (then (i32.const 7)) (else (i32.const 9)))"),
                Width::W32,
            ));
            expressions.push((format!("(i32.sub (i32.const 0) {test})"), Width::W32));
        }
        case(width, name, "in branches", expressions)
    });
    let ty = width.ty();
    let zero = vec![
        (format!("(if (result i32) ({ty}.eqz {X}) (then (i32.const 3)) (else (i32.const 5)))"), Width::W32),
        (format!("(select {X} {Y} ({ty}.eqz {X}))"), width),
        (format!("(select {X} {Y} (i32.eqz ({ty}.eqz {X})))"), width),
        (format!("(i32.add (i32.const 4) (i32.eqz ({ty}.eqz {X})))"), Width::W32),
    ];
    cases.chain([case(width, "eqz", "in branches", zero)]).collect()
}

fn one_operand(width: Width) -> Vec<Case> {
    let ty = width.ty();
    let mut list: Vec<(&str, Width)> = vec![
        ("clz", width),
        ("ctz", width),
        ("popcnt", width),
        ("eqz", Width::W32),
        ("extend8_s", width),
        ("extend16_s", width),
    ];
    let mut cases = Vec::new();
    match width {
        Width::W32 => {
            let wide = ["i64.extend_i32_s", "i64.extend_i32_u"];
            for name in wide {
                let expressions = vec![
                    (format!("({name} {X})"), Width::W64),
                    (format!("(i64.add ({name} {X}) ({name} {Y}))"), Width::W64),
                ];
                cases.push(Case { label: name.to_owned(), operands: width, expressions });
            }
        }
        Width::W64 => {
            list.push(("extend32_s", width));
            let expressions = vec![
                (format!("(i32.wrap_i64 {X})"), Width::W32),
                (format!("(i32.wrap_i64 (i64.sub {X} {Y}))"), Width::W32),
            ];
            cases.push(Case { label: "i32.wrap_i64".to_owned(), operands: width, expressions });
        }
    }
    for (name, result) in list {
        let mut expressions =
            vec![(format!("({ty}.{name} {X})"), result), (format!("({ty}.{name} ({ty}.xor {X} {Y}))"), result)];
        expressions.extend(width.operands().iter().map(|c| (format!("({ty}.{name} {})", width.constant(c)), result)));
        cases.push(case(width, name, "of one operand", expressions));
    }
    cases
}

/// Pairs of operators that an ISA may do in one instruction, and those that look like it.
fn pairs(width: Width) -> Vec<Case> {
    let mut cases = Vec::new();
    let op = |name: &str, x: &str, y: &str| width.op(name, x, y);
    let c = |value: &str| width.constant(value);
    let amounts: &[&str] = match width {
        Width::W32 => &["0", "1", "2", "3", "5", "16", "24", "31"],
        Width::W64 => &["0", "1", "3", "16", "31", "32", "33", "40", "63"],
    };
    for shift in ["shl", "shr_u", "shr_s", "rotl", "rotr"] {
        let mut expressions = Vec::new();
        for amount in amounts {
            let shifted = op(shift, Y, &c(amount));
            for name in ["add", "sub", "and", "or", "xor"] {
                expressions.push((op(name, X, &shifted), width));
                expressions.push((op(name, &shifted, X), width));
            }
            for name in ["eq", "lt_s", "ge_u"] {
                expressions.push((op(name, X, &shifted), Width::W32));
            }
            expressions.push((op("xor", &shifted, &c("-1")), width));
        }
        cases.push(case(width, shift, "as an operand", expressions));
    }
    let mut fields = Vec::new();
    for amount in amounts {
        for mask in ["1", "0xff", "0x3ff", "0xffff", "0xfffff", "0x7fffffff"] {
            fields.push((op("and", &op("shr_u", X, &c(amount)), &c(mask)), width));
            fields.push((op("shr_u", &op("and", X, &c(mask)), &c(amount)), width));
            fields.push((op("and", &op("shl", X, &c(amount)), &c(mask)), width));
            let hole = op("xor", &op("shl", &c(mask), &c(amount)), &c("-1"));
            let field = op("shl", &op("and", Y, &c(mask)), &c(amount));
            fields.push((op("or", &op("and", X, &hole), &field), width));
        }
        for other in amounts {
            fields.push((op("shr_s", &op("shl", X, &c(amount)), &c(other)), width));
            fields.push((op("shr_u", &op("shl", X, &c(amount)), &c(other)), width));
            fields.push((op("shl", &op("shr_u", X, &c(amount)), &c(other)), width));
        }
    }
    cases.push(case(width, "and", "of bit fields", fields));
    let not = |x: &str| op("xor", x, &c("-1"));
    let product = op("mul", X, Y);
    let sums = vec![
        (op("and", X, &not(Y)), width),
        (op("or", X, &not(Y)), width),
        (op("xor", &not(X), Y), width),
        (op("sub", &c("0"), X), width),
        (op("add", &product, X), width),
        (op("add", Y, &product), width),
        (op("sub", X, &product), width),
        (op("sub", &product, Y), width),
        (op("add", &op("mul", X, &c("5")), Y), width),
        (op("sub", &op("mul", X, &c("8")), X), width),
        (op("sub", &c("1000"), &op("mul", X, &c("3"))), width),
        (op("add", &op("add", X, &c("0xfff")), &op("add", Y, &c("4096"))), width),
        (op("sub", &op("sub", X, &c("255")), &op("sub", Y, &c("-256"))), width),
        (op("or", &op("shl", X, &c("13")), &op("shr_u", X, &c("19"))), width),
        (op("or", &op("shl", X, Y), &op("shr_u", X, &op("sub", &c("0"), Y))), width),
        (op("xor", &op("add", X, &op("shr_s", X, &c("31"))), &op("shr_s", X, &c("31"))), width),
        (format!("(select {X} {} {})", op("sub", &c("0"), X), op("gt_s", X, &c("0"))), width),
        (format!("(select {X} {Y} {})", op("lt_s", X, Y)), width),
        (format!("(select {X} {Y} {})", op("gt_u", X, Y)), width),
    ];
    cases.push(case(width, "add", "of products and complements", sums));
    cases
}

/// 64-bit operators whose operands are 32 bits wide.
fn mixed_widths() -> Vec<Case> {
    let unsigned = |x: &str| format!("(i64.extend_i32_u {x})");
    let signed = |x: &str| format!("(i64.extend_i32_s {x})");
    let mut cases = Vec::new();
    for name in
        ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "div_u", "rem_u", "div_s", "rem_s"]
    {
        let safe = |x: &str, y: &str| Width::W64.safe(name, x, y);
        let wide = [
            safe(&unsigned(X), &unsigned(Y)),
            safe(&signed(X), &signed(Y)),
            safe(&signed(X), &unsigned(Y)),
            safe(&unsigned(X), "(i64.const 10)"),
            safe("(i64.const 0x123456789)", &signed(X)),
        ];
        let mut expressions = Vec::new();
        for text in wide {
            expressions.push((format!("(i64.add {text} {})", unsigned(Y)), Width::W64));
            expressions.push((format!("(i32.wrap_i64 {text})"), Width::W32));
            expressions.push((format!("(i32.wrap_i64 (i64.shr_u {text} (i64.const 32)))"), Width::W32));
            expressions.push((text, Width::W64));
        }
        cases.push(Case { label: format!("i64.{name} of words"), operands: Width::W32, expressions });
    }
    for name in COMPARE {
        let expressions = vec![
            (format!("(i64.{name} {} {})", unsigned(X), unsigned(Y)), Width::W32),
            (format!("(i64.{name} {} {})", signed(X), signed(Y)), Width::W32),
            (format!("(i64.{name} {} {})", signed(X), unsigned(Y)), Width::W32),
            (format!("(i64.{name} {} (i64.const 0xffffffff))", unsigned(X)), Width::W32),
            (format!("(i64.{name} {} (i64.const -1))", signed(X)), Width::W32),
        ];
        cases.push(Case { label: format!("i64.{name} of words"), operands: Width::W32, expressions });
    }
    cases
}

/// Trees of operators, always the same ones.
fn random(width: Width) -> Vec<Case> {
    let mut source = Source::new(match width {
        Width::W32 => 1,
        Width::W64 => 2,
    });
    let cases = (0..25).map(|number| {
        let expressions = (0..6).map(|_| (source.tree(width, 5, width), width)).collect();
        Case { label: format!("{} tree {number}", width.ty()), operands: width, expressions }
    });
    cases.collect()
}

/// Knuth's linear congruential generator (MMIX).
pub struct Source(u64);

impl Source {
    pub fn new(seed: u64) -> Self {
        Source((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// An expression of type `width` over variables of type `variables`.
    fn tree(&mut self, width: Width, depth: u32, variables: Width) -> String {
        let ty = width.ty();
        if depth == 0 || self.below(8) == 0 {
            let operands = width.operands();
            return match self.below(3) {
                0 => width.constant(&operands[self.below(operands.len())]),
                n if variables == width => [X, Y][n - 1].to_owned(),
                n if width == Width::W64 => format!("(i64.extend_i32_s {})", [X, Y][n - 1]),
                n => format!("(i32.wrap_i64 {})", [X, Y][n - 1]),
            };
        }
        let inner = |this: &mut Self, width| this.tree(width, depth - 1, variables);
        match self.below(10) {
            0..=4 => {
                // Divisions have an `if` around them; their operands appear several times, so they stay small.
                let name = BINARY[self.below(BINARY.len())];
                if name.starts_with("div") || name.starts_with("rem") {
                    let divisor = width.operands()[1 + self.below(width.operands().len() - 2)].clone();
                    let dividend = inner(self, width);
                    let divisor = width.op("or", &width.constant(&divisor), &width.constant("1"));
                    let dividend =
                        width.op("and", &dividend, &width.op("xor", &width.smallest(), &width.constant("-1")));
                    return width.op(name, &dividend, &divisor);
                }
                let (x, y) = (inner(self, width), inner(self, width));
                width.op(name, &x, &y)
            }
            5 => {
                let test = self.test(depth - 1, variables);
                let (x, y) = (inner(self, width), inner(self, width));
                format!("(select {x} {y} {test})")
            }
            6 => {
                let test = self.test(depth - 1, variables);
                let (x, y) = (inner(self, width), inner(self, width));
                format!("(if (result {ty}) {test} (then {x}) (else {y}))")
            }
            7 => {
                let name = ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"][self.below(5)];
                let x = inner(self, width);
                format!("({ty}.{name} {x})")
            }
            8 => match width {
                Width::W32 => format!("(i32.wrap_i64 {})", inner(self, Width::W64)),
                Width::W64 => {
                    let name = ["i64.extend_i32_s", "i64.extend_i32_u"][self.below(2)];
                    format!("({name} {})", inner(self, Width::W32))
                }
            },
            _ => {
                let test = self.test(depth - 1, variables);
                match width {
                    Width::W32 => test,
                    Width::W64 => format!("(i64.extend_i32_u {test})"),
                }
            }
        }
    }

    fn test(&mut self, depth: u32, variables: Width) -> String {
        let width = [Width::W32, Width::W64][self.below(2)];
        let (x, y) = (self.tree(width, depth, variables), self.tree(width, depth, variables));
        let name = COMPARE[self.below(COMPARE.len())];
        width.op(name, &x, &y)
    }
}

/// The text of a program that logs one hash for each case; with `detail`, every single result.
pub fn program(cases: &[Case], detail: bool) -> String {
    let mut text =
        String::from("(module\n  (import \"compose\" \"log_u32\" (func $log (param i32)))\n  (memory 1 1)\n");
    text.push_str("  (global $h (mut i32) (i32.const 0))\n");
    let bytes = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let words = bytes(WORDS.iter().flat_map(|word| word.to_le_bytes()).collect());
    let pairs = bytes(PAIRS.iter().flat_map(|pair| pair.to_le_bytes()).collect());
    let _ = writeln!(text, "  (data (i32.const 0) \"{words}\")\n  (data (i32.const 1024) \"{pairs}\")");
    let show = if detail { "(call $log (local.get 0))" } else { "" };
    let _ = writeln!(
        text,
        "  (func $i32 (param i32) {show}\n    (global.set $h (i32.add (i32.mul (global.get $h) (i32.const 31)) (local.get 0))))\n  \
         (func $i64 (param i64)\n    (call $i32 (i32.wrap_i64 (local.get 0)))\n    \
         (call $i32 (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32)))))"
    );
    for (index, case) in cases.iter().enumerate() {
        let ty = case.operands.ty();
        let (base, size, count) = match case.operands {
            Width::W32 => (0, 4, WORDS.len()),
            Width::W64 => (1024, 8, PAIRS.len()),
        };
        let end = size * count;
        let uses_y = case.expressions.iter().any(|(text, _)| text.contains("$y"));
        let _ = writeln!(text, "  ;; {}", case.label);
        let _ = writeln!(text, "  (func $case{index} (local $x {ty}) (local $y {ty}) (local $i i32) (local $j i32)");
        let _ = writeln!(text, "    (loop $xs\n      (local.set $x ({ty}.load offset={base} (local.get $i)))");
        let _ = writeln!(text, "      (local.set $j (i32.const {}))", if uses_y { 0 } else { end - size });
        let _ = writeln!(text, "      (loop $ys\n        (local.set $y ({ty}.load offset={base} (local.get $j)))");
        for (expression, result) in &case.expressions {
            let _ = writeln!(text, "        (call ${} {expression})", result.ty());
        }
        for (local, label) in [("j", "ys"), ("i", "xs")] {
            let next = format!("(local.tee ${local} (i32.add (local.get ${local}) (i32.const {size})))");
            let _ = writeln!(text, "        (br_if ${label} (i32.lt_u {next} (i32.const {end}))))");
        }
        text.push_str("  )\n");
    }
    text.push_str("  (func (export \"run\")\n");
    for index in 0..cases.len() {
        let _ = writeln!(text, "    (global.set $h (i32.const 0)) (call $case{index}) (call $log (global.get $h))");
    }
    text.push_str("))\n");
    text
}

/// What the `line`th result of a case in detail is.
pub fn describe(case: &Case, line: usize) -> String {
    let uses_y = case.expressions.iter().any(|(text, _)| text.contains("$y"));
    let operands = case.operands.operands();
    let mut at = 0;
    for x in &operands {
        for y in operands.iter().take(if uses_y { operands.len() } else { 1 }) {
            for (expression, result) in &case.expressions {
                at += if *result == Width::W64 { 2 } else { 1 };
                if line < at {
                    return format!("x = {x}, y = {y}: {expression}");
                }
            }
        }
    }
    "after the last result".to_owned()
}
