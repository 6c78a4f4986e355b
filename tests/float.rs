//! The runtime's float helpers, run by an interpreter on the host, against the host's own floats, bit for bit.
//!
//! `FLOAT_SECONDS=600` makes each of the random tests run that long instead of for a second.

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use std::cell::RefCell;
use wasmi::{Engine, Instance, Linker, Module, Store, TypedFunc, WasmParams, WasmResults};

/// One of the two formats. Bits travel as the low bits of an u64.
#[derive(Clone, Copy)]
struct Format {
    name: &'static str,
    width: u32,
    /// Bits of the fraction.
    fraction: u32,
}

const F32: Format = Format { name: "f32", width: 32, fraction: 23 };
const F64: Format = Format { name: "f64", width: 64, fraction: 52 };

impl Format {
    fn sign(self) -> u64 {
        1 << (self.width - 1)
    }

    /// The exponent of infinities and NaNs.
    fn top(self) -> u64 {
        (1 << (self.width - 1 - self.fraction)) - 1
    }

    fn pack(self, negative: bool, exponent: u64, fraction: u64) -> u64 {
        let mask = (1 << self.fraction) - 1;
        u64::from(negative) << (self.width - 1) | (exponent & self.top()) << self.fraction | fraction & mask
    }

    /// The leading bits of `m` as a significand.
    fn leading(self, negative: bool, exponent: u64, m: u128) -> u64 {
        let m = m << m.leading_zeros() >> (127 - self.fraction);
        self.pack(negative, exponent, m as u64)
    }

    /// Bits at which operations change their ways, of both signs.
    fn edges(self) -> Vec<u64> {
        let (bias, ones) = (self.top() / 2, (1u64 << self.fraction) - 1);
        let fractions = [0, 1, 2, 3, ones, ones - 1, ones >> 1, (ones >> 1) + 1, (ones >> 1) + 2, ones << 1 & ones];
        let digits = u64::from(self.fraction);
        let mut values = vec![];
        for fraction in fractions {
            for exponent in [0, 1, 2, bias - 1, bias, bias + 1, self.top() - 2, self.top() - 1, self.top()] {
                values.push(self.pack(false, exponent, fraction));
            }
        }
        for exponent in [digits, digits + 1, digits + 2, 30, 31, 32, 61, 62, 63, 64, 65, 126, 127, 128] {
            for fraction in [0, 1, ones, (ones >> 1) + 1] {
                values.push(self.pack(false, bias + exponent, fraction));
                values.push(self.pack(false, bias.wrapping_sub(exponent), fraction));
            }
        }
        // Integers around powers of two, and halves.
        for shift in 0..self.fraction {
            for near in [-1i64, 0, 1] {
                let value = ((1i64 << shift) + near) as f64;
                values.extend([value, value + 0.5].map(|value| match self.width {
                    32 => u64::from((value as f32).to_bits()),
                    _ => value.to_bits(),
                }));
            }
        }
        values.extend(values.clone().iter().map(|value| value | self.sign()));
        values.sort_unstable();
        values.dedup();
        values
    }

    /// Some sixty of them, for pairs of all with all.
    fn few_edges(self) -> Vec<u64> {
        let (bias, ones) = (self.top() / 2, (1u64 << self.fraction) - 1);
        let mut values = vec![];
        for exponent in [0, 1, bias - 1, bias, bias + 1, self.top() - 1, self.top()] {
            for fraction in [0, 1, ones, (ones >> 1) + 1] {
                values.push(self.pack(false, exponent, fraction));
            }
        }
        let digits = u64::from(self.fraction);
        for exponent in [bias + digits, bias - digits, bias + digits + 1, bias - digits - 1, digits, digits + 2] {
            values.push(self.pack(false, exponent, 0));
            values.push(self.pack(false, exponent, ones));
        }
        values.extend(values.clone().iter().map(|value| value | self.sign()));
        values
    }
}

/// What the operations give on the host. A NaN is the canonical one.
macro_rules! host {
    ($module:ident, $float:ty, $bits:ty, $nan:literal) => {
        mod $module {
            fn bits(value: $float) -> u64 {
                if value.is_nan() { $nan } else { value.to_bits().into() }
            }

            pub fn binary(name: &str, a: u64, b: u64) -> u64 {
                let (x, y) = (<$float>::from_bits(a as $bits), <$float>::from_bits(b as $bits));
                let nan = x.is_nan() || y.is_nan();
                match name {
                    "add" => bits(x + y),
                    "sub" => bits(x - y),
                    "mul" => bits(x * y),
                    "div" => bits(x / y),
                    "min" | "max" if nan => $nan,
                    // The two zeros are equal: one bit tells.
                    "min" if x == y => a | b,
                    "max" if x == y => a & b,
                    "min" => bits(if x < y { x } else { y }),
                    "max" => bits(if x > y { x } else { y }),
                    "eq" => u64::from(x == y),
                    "lt" => u64::from(x < y),
                    "le" => u64::from(x <= y),
                    _ => unreachable!("{name}"),
                }
            }

            /// 0 if the truncated value is in `from..to`, both exact, or the trap's code.
            fn status(value: $float, from: $float, to: $float) -> u64 {
                match value.trunc() {
                    t if t.is_nan() => compose::codegen::TrapCode::InvalidConversion as u64,
                    t if t >= from && t < to => 0,
                    _ => compose::codegen::TrapCode::IntegerOverflow as u64,
                }
            }

            pub fn unary(name: &str, a: u64) -> u64 {
                let x = <$float>::from_bits(a as $bits);
                let two: $float = 2.0;
                match name {
                    "sqrt" => bits(x.sqrt()),
                    "ceil" => bits(x.ceil()),
                    "floor" => bits(x.floor()),
                    "trunc" => bits(x.trunc()),
                    "nearest" => bits(x.round_ties_even()),
                    "trunc_sat_i32_s" => (x as i32 as u32).into(),
                    "trunc_sat_i32_u" => (x as u32).into(),
                    "trunc_sat_i64_s" => x as i64 as u64,
                    "trunc_sat_i64_u" => x as u64,
                    "trunc_status_i32_s" => status(x, -two.powi(31), two.powi(31)),
                    "trunc_status_i32_u" => status(x, 0.0, two.powi(32)),
                    "trunc_status_i64_s" => status(x, -two.powi(63), two.powi(63)),
                    "trunc_status_i64_u" => status(x, 0.0, two.powi(64)),
                    _ => unreachable!("{name}"),
                }
            }

            pub fn convert(name: &str, a: u64) -> u64 {
                match name {
                    "convert_i32_s" => bits(a as u32 as i32 as $float),
                    "convert_i32_u" => bits(a as u32 as $float),
                    "convert_i64_s" => bits(a as i64 as $float),
                    "convert_i64_u" => bits(a as $float),
                    _ => unreachable!("{name}"),
                }
            }
        }
    };
}

host!(host32, f32, u32, 0x7fc0_0000);
host!(host64, f64, u64, 0x7ff8_0000_0000_0000);

const BINARY: [&str; 9] = ["add", "sub", "mul", "div", "min", "max", "eq", "lt", "le"];
const UNARY: [&str; 13] = [
    "sqrt",
    "ceil",
    "floor",
    "trunc",
    "nearest",
    "trunc_sat_i32_s",
    "trunc_sat_i32_u",
    "trunc_sat_i64_s",
    "trunc_sat_i64_u",
    "trunc_status_i32_s",
    "trunc_status_i32_u",
    "trunc_status_i64_s",
    "trunc_status_i64_u",
];
const CONVERT: [&str; 4] = ["convert_i32_s", "convert_i32_u", "convert_i64_s", "convert_i64_u"];

struct Runtime {
    store: RefCell<Store<()>>,
    instance: Instance,
}

type One<'r> = Box<dyn Fn(u64) -> u64 + 'r>;
type Two<'r> = Box<dyn Fn(u64, u64) -> u64 + 'r>;

impl Runtime {
    fn new() -> Self {
        let engine = Engine::default();
        let wasm = wat::parse_str(compose::runtime::SOURCE).expect("the runtime is valid text");
        let module = Module::new(&engine, &wasm).expect("the runtime is a valid module");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("it has no imports");
        Runtime { store: RefCell::new(store), instance }
    }

    fn function<'r, P: WasmParams + 'static, R: WasmResults + 'static>(
        &'r self,
        name: &str,
    ) -> impl Fn(P) -> R + use<'r, P, R> {
        let function: TypedFunc<P, R> =
            self.instance.get_typed_func(&*self.store.borrow(), name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let name = name.to_owned();
        move |params| {
            function.call(&mut *self.store.borrow_mut(), params).unwrap_or_else(|error| panic!("{name}: {error}"))
        }
    }

    fn binary(&self, format: Format, operation: &str) -> Two<'_> {
        let name = format!("{}_{operation}", format.name);
        match (format.width, operation) {
            (32, _) => {
                let function = self.function::<(u32, u32), u32>(&name);
                Box::new(move |a, b| function((a as u32, b as u32)).into())
            }
            (_, "eq" | "lt" | "le") => {
                let function = self.function::<(u64, u64), u32>(&name);
                Box::new(move |a, b| function((a, b)).into())
            }
            _ => {
                let function = self.function::<(u64, u64), u64>(&name);
                Box::new(move |a, b| function((a, b)))
            }
        }
    }

    fn unary(&self, name: &str, from: u32, to: u32) -> One<'_> {
        match (from, to) {
            (32, 32) => {
                let function = self.function::<u32, u32>(name);
                Box::new(move |a| function(a as u32).into())
            }
            (32, _) => {
                let function = self.function::<u32, u64>(name);
                Box::new(move |a| function(a as u32))
            }
            (_, 32) => {
                let function = self.function::<u64, u32>(name);
                Box::new(move |a| function(a).into())
            }
            _ => {
                let function = self.function::<u64, u64>(name);
                Box::new(function)
            }
        }
    }
}

/// An operation of the runtime and of the host.
struct Pair<'r> {
    format: Format,
    name: &'static str,
    ours: Two<'r>,
}

impl<'r> Pair<'r> {
    fn new(runtime: &'r Runtime, format: Format, name: &'static str) -> Self {
        Pair { format, name, ours: runtime.binary(format, name) }
    }

    fn check(&self, a: u64, b: u64) {
        let host = if self.format.width == 32 { host32::binary } else { host64::binary };
        let (ours, expected) = ((self.ours)(a, b), host(self.name, a, b));
        assert_eq!(
            ours, expected,
            "{}_{}({a:#x}, {b:#x}) is {ours:#x}, not {expected:#x}",
            self.format.name, self.name
        );
    }
}

struct Single<'r> {
    format: Format,
    name: &'static str,
    ours: One<'r>,
    host: fn(&str, u64) -> u64,
}

impl<'r> Single<'r> {
    fn new(runtime: &'r Runtime, format: Format, name: &'static str) -> Self {
        let to = match name {
            _ if name.starts_with("trunc_status") || name.contains("_i32_") => 32,
            _ if name.contains("_i64_") => 64,
            _ => format.width,
        };
        let ours = runtime.unary(&format!("{}_{name}", format.name), format.width, to);
        let host = if format.width == 32 { host32::unary } else { host64::unary };
        Single { format, name, ours, host }
    }

    /// Of an integer.
    fn conversion(runtime: &'r Runtime, format: Format, name: &'static str) -> Self {
        let from = if name.contains("_i32_") { 32 } else { 64 };
        let ours = runtime.unary(&format!("{}_{name}", format.name), from, format.width);
        let host = if format.width == 32 { host32::convert } else { host64::convert };
        Single { format, name, ours, host }
    }

    fn check(&self, a: u64) {
        let (ours, expected) = ((self.ours)(a), (self.host)(self.name, a));
        assert_eq!(ours, expected, "{}_{}({a:#x}) is {ours:#x}, not {expected:#x}", self.format.name, self.name);
    }
}

fn pairs<'r>(runtime: &'r Runtime, format: Format, names: &[&'static str]) -> Vec<Pair<'r>> {
    names.iter().map(|name| Pair::new(runtime, format, name)).collect()
}

fn singles(runtime: &Runtime, format: Format) -> Vec<Single<'_>> {
    UNARY.iter().map(|name| Single::new(runtime, format, name)).collect()
}

fn conversions(runtime: &Runtime, format: Format) -> Vec<Single<'_>> {
    CONVERT.iter().map(|name| Single::conversion(runtime, format, name)).collect()
}

/// Runs a property on random data for a second or as long as `FLOAT_SECONDS` says.
fn randomly(mut property: impl FnMut(&mut Unstructured<'_>) -> Result<()>) {
    let seconds = std::env::var("FLOAT_SECONDS").map_or(1, |s| s.parse().expect("FLOAT_SECONDS is a number"));
    arbtest(|u| {
        while !u.is_empty() {
            property(u)?;
        }
        Ok(())
    })
    .budget_ms(1000 * seconds)
    .size_min(1 << 10)
    .run();
}

/// A fraction with long runs of equal bits more often than chance has it.
fn fraction(u: &mut Unstructured<'_>, format: Format) -> Result<u64> {
    let random: u64 = u.arbitrary()?;
    let low = (1u64 << u.int_in_range(0..=format.fraction)?) - 1;
    Ok(match u.int_in_range(0..=4)? {
        0 | 1 => random,
        2 => random & !low,
        3 => random | low,
        _ => (random & low) ^ (random >> 63).wrapping_neg(),
    })
}

fn operand(u: &mut Unstructured<'_>, format: Format) -> Result<u64> {
    let bias = format.top() / 2;
    let exponent = match u.int_in_range(0..=3)? {
        0 => u.int_in_range(0..=format.top())?,
        1 => u.int_in_range(0..=3)?,
        2 => u.int_in_range(format.top() - 3..=format.top())?,
        _ => u.int_in_range(bias - 70..=bias + 70)?,
    };
    Ok(format.pack(u.arbitrary()?, exponent, fraction(u, format)?))
}

/// An operand whose exponent is that of `a` but for what the significands' length allows.
fn neighbour(u: &mut Unstructured<'_>, format: Format, a: u64) -> Result<u64> {
    let exponent = (a >> format.fraction & format.top()) as i64;
    let reach = if u.arbitrary()? { 2 } else { i64::from(format.fraction) + 4 };
    let exponent = (exponent + u.int_in_range(-reach..=reach)?).clamp(0, format.top() as i64) as u64;
    let bits = match u.int_in_range(0..=2)? {
        0 => a.wrapping_add_signed(u.int_in_range(-4..=4)?),
        _ => fraction(u, format)?,
    };
    Ok(format.pack(u.arbitrary()?, exponent, bits))
}

/// An odd number of `bits` bits.
fn odd(u: &mut Unstructured<'_>, bits: u32) -> Result<u128> {
    let random: u64 = u.arbitrary()?;
    Ok(u128::from(random >> (64 - bits) | 1 << (bits - 1) | 1))
}

/// Exponents of factors: anywhere, or so that the product is near the smallest normal number.
fn exponents(u: &mut Unstructured<'_>, format: Format) -> Result<(u64, u64)> {
    let x = u.int_in_range(1..=format.top() - 1)?;
    let bias = format.top() / 2;
    let near = (bias + 2).saturating_sub(x).saturating_sub(u.int_in_range(0..=u64::from(format.fraction) + 6)?);
    let y = if u.arbitrary()? { near } else { u.int_in_range(1..=format.top() - 1)? };
    Ok((x, y.max(1)))
}

/// Factors whose product is halfway between two numbers.
fn tie_of_product(u: &mut Unstructured<'_>, format: Format) -> Result<(u64, u64)> {
    let digits = format.fraction + 1;
    let bits = u.int_in_range(2..=digits)?;
    let others = digits + 1 - bits + u.int_in_range(0..=1)?;
    let (m, n) = (odd(u, bits)?, odd(u, others)?);
    let (x, y) = exponents(u, format)?;
    Ok((format.leading(u.arbitrary()?, x, m), format.leading(u.arbitrary()?, y, n)))
}

/// Operands whose quotient is as near to halfway as it can be.
fn near_tie_of_quotient(u: &mut Unstructured<'_>, format: Format) -> Result<(u64, u64)> {
    let digits = format.fraction + 1;
    let (q, n) = (odd(u, digits + 1)?, odd(u, digits)? & !u128::from(u.arbitrary::<bool>()?));
    let product = q * n;
    let shift = 128 - product.leading_zeros() - digits;
    let m = (product >> shift) + u128::from(u.arbitrary::<bool>()?);
    let (x, y) = exponents(u, format)?;
    // The exponent of the quotient is what `exponents` thinks of as a sum.
    let y = format.top() - 1 - y.min(format.top() - 2);
    Ok((format.leading(u.arbitrary()?, x, m), format.leading(u.arbitrary()?, y, n)))
}

/// A number whose root is as near to halfway as it can be.
fn near_tie_of_root(u: &mut Unstructured<'_>, format: Format) -> Result<u64> {
    let digits = format.fraction + 1;
    let square = odd(u, digits + 1)?.pow(2);
    let shift = 128 - square.leading_zeros() - digits;
    let m = (square >> shift) + u128::from(u.arbitrary::<bool>()?);
    // The parity decides whether m or 2m has that root: both are tried.
    Ok(format.leading(false, u.int_in_range(1..=format.top() - 1)?, m))
}

#[test]
fn binary_edges() {
    let runtime = Runtime::new();
    for format in [F32, F64] {
        let edges = format.few_edges();
        for pair in pairs(&runtime, format, &BINARY) {
            for &a in &edges {
                for &b in &edges {
                    pair.check(a, b);
                }
            }
        }
    }
}

#[test]
fn unary_edges() {
    let runtime = Runtime::new();
    for format in [F32, F64] {
        for single in singles(&runtime, format) {
            for a in format.edges() {
                single.check(a);
            }
        }
    }
}

/// All signs, exponents and leading bits of the fraction.
#[test]
fn unary_upper_halves() {
    let runtime = Runtime::new();
    let demoted = runtime.unary("f64_promote_f32", 32, 64);
    for single in singles(&runtime, F32) {
        for high in 0..=0xffff {
            for low in [0, 1, 0x8000, 0xffff] {
                single.check(high << 16 | low);
            }
        }
    }
    for high in 0..=0xffff {
        for low in [0, 1, 0x8000, 0xffff] {
            check_promotion(&demoted, high << 16 | low);
        }
    }
    for single in singles(&runtime, F64) {
        for high in 0..=0xffff {
            single.check(high << 48 | (high & 1) << 47 | (high >> 1 & 1));
        }
    }
}

fn check_promotion(promote: &One<'_>, a: u64) {
    let value = f32::from_bits(a as u32);
    let expected = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { f64::from(value).to_bits() };
    assert_eq!(promote(a), expected, "f64_promote_f32({a:#x})");
}

fn check_demotion(demote: &One<'_>, a: u64) {
    let value = f64::from_bits(a) as f32;
    let expected = if value.is_nan() { 0x7fc0_0000 } else { value.to_bits() };
    assert_eq!(demote(a), u64::from(expected), "f32_demote_f64({a:#x})");
}

#[test]
fn format_conversions() {
    let runtime = Runtime::new();
    let promote = runtime.unary("f64_promote_f32", 32, 64);
    let demote = runtime.unary("f32_demote_f64", 64, 32);
    F32.edges().into_iter().for_each(|a| check_promotion(&promote, a));
    F64.edges().into_iter().for_each(|a| check_demotion(&demote, a));
    randomly(|u| {
        check_promotion(&promote, operand(u, F32)?);
        check_demotion(&demote, operand(u, F64)?);
        // What f32 holds, a middle between two of them, and their neighbours.
        let exponent = u.int_in_range(1023 - 160..=1023 + 130)?;
        let middle = F64.pack(u.arbitrary()?, exponent, fraction(u, F64)? & !((1 << 28) - 1));
        let middle = if u.arbitrary()? { middle } else { middle & !((1u64 << u.int_in_range(28..=51)?) - 1) };
        check_demotion(&demote, middle);
        check_demotion(&demote, middle + 1);
        check_demotion(&demote, middle - 1);
        Ok(())
    });
}

#[test]
fn integer_conversions() {
    let runtime = Runtime::new();
    for format in [F32, F64] {
        for single in conversions(&runtime, format) {
            for shift in 0..64 {
                for near in -3i64..=3 {
                    single.check((1u64 << shift).wrapping_add_signed(near));
                    single.check((1u64 << shift).wrapping_add_signed(near).wrapping_neg());
                    single.check((u64::MAX << shift).wrapping_add_signed(near));
                }
            }
        }
    }
    let conversions = [conversions(&runtime, F32), conversions(&runtime, F64)];
    randomly(|u| {
        let value = (u.arbitrary::<u64>()? >> u.int_in_range(0..=63)?) << u.int_in_range(0..=40)?;
        // Ties: what the format does not hold is a half.
        let tie = value | 1 << u.int_in_range(0..=63)?;
        for single in conversions.iter().flatten() {
            single.check(value);
            single.check(tie);
            single.check(value.wrapping_neg());
        }
        Ok(())
    });
}

fn random_unary(format: Format) {
    let runtime = Runtime::new();
    let singles = singles(&runtime, format);
    randomly(|u| {
        let a = operand(u, format)?;
        singles.iter().for_each(|single| single.check(a));
        Ok(())
    });
}

#[test]
fn random_unary_f32() {
    random_unary(F32);
}

#[test]
fn random_unary_f64() {
    random_unary(F64);
}

fn random_pairs(format: Format) {
    let runtime = Runtime::new();
    let pairs = pairs(&runtime, format, &BINARY);
    randomly(|u| {
        let a = operand(u, format)?;
        let b = operand(u, format)?;
        let near = neighbour(u, format, a)?;
        for pair in &pairs {
            pair.check(a, b);
            pair.check(a, near);
        }
        Ok(())
    });
}

#[test]
fn random_pairs_f32() {
    random_pairs(F32);
}

#[test]
fn random_pairs_f64() {
    random_pairs(F64);
}

/// Sums of which one operand reaches just below the lowest bit of the other, and what nearly cancels.
fn sums(format: Format) {
    let runtime = Runtime::new();
    let pairs = pairs(&runtime, format, &["add", "sub"]);
    randomly(|u| {
        let a = operand(u, format)?;
        for _ in 0..8 {
            let b = neighbour(u, format, a)?;
            pairs.iter().for_each(|pair| pair.check(a, b));
        }
        Ok(())
    });
}

#[test]
fn sums_f32() {
    sums(F32);
}

#[test]
fn sums_f64() {
    sums(F64);
}

fn products(format: Format) {
    let runtime = Runtime::new();
    let mul = Pair::new(&runtime, format, "mul");
    randomly(|u| {
        let (a, b) = tie_of_product(u, format)?;
        mul.check(a, b);
        mul.check(a.wrapping_add_signed(u.int_in_range(-1..=1)?), b);
        let (x, y) = exponents(u, format)?;
        mul.check(format.pack(u.arbitrary()?, x, fraction(u, format)?), format.pack(false, y, fraction(u, format)?));
        Ok(())
    });
}

#[test]
fn products_f32() {
    products(F32);
}

#[test]
fn products_f64() {
    products(F64);
}

fn quotients(format: Format) {
    let runtime = Runtime::new();
    let div = Pair::new(&runtime, format, "div");
    randomly(|u| {
        let (a, b) = near_tie_of_quotient(u, format)?;
        for near in -1..=1 {
            div.check(a.wrapping_add_signed(near), b);
        }
        // Exact: the product of two short numbers by one of them, halfway where it is subnormal.
        let (a, b) = tie_of_product(u, format)?;
        let product = if format.width == 32 { host32::binary("mul", a, b) } else { host64::binary("mul", a, b) };
        div.check(product, b);
        div.check(product & format.pack(true, 63, u64::MAX), b);
        let (x, y) = (u.int_in_range(0..=format.top())?, u.int_in_range(0..=format.top())?);
        div.check(format.pack(u.arbitrary()?, x, fraction(u, format)?), format.pack(false, y, fraction(u, format)?));
        Ok(())
    });
}

#[test]
fn quotients_f32() {
    quotients(F32);
}

#[test]
fn quotients_f64() {
    quotients(F64);
}

fn roots(format: Format) {
    let runtime = Runtime::new();
    let sqrt = Single::new(&runtime, format, "sqrt");
    randomly(|u| {
        let a = near_tie_of_root(u, format)?;
        for near in -2..=2 {
            sqrt.check(a.wrapping_add_signed(near));
        }
        // Squares, exact and rounded.
        let a = operand(u, format)? & !format.sign();
        let square = if format.width == 32 { host32::binary("mul", a, a) } else { host64::binary("mul", a, a) };
        sqrt.check(square);
        sqrt.check(square ^ 1);
        sqrt.check(a);
        Ok(())
    });
}

#[test]
fn roots_f32() {
    roots(F32);
}

#[test]
fn roots_f64() {
    roots(F64);
}
