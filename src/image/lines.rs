//! `.compose.lines`: which function and WebAssembly offset each piece of code comes from. Not loaded.
//!
//! ```text
//! version: u32 = 1
//! units:     count, then for each: name
//! functions: count, then for each, in address order:
//!     unit, name, distance from the end of the one before, size, body, rows: count, then for each:
//!         distance from the code offset of the row before, difference to the WebAssembly offset before
//! ```
//!
//! `body` is where the function's body starts in its module; the first row's difference is from there. Numbers are
//! LEB128 (signed for the last difference), names are a length and UTF-8.

use crate::codegen::Symbol;
use crate::ingest::Unit;
use crate::link::System;
use crate::plan::{Contents, ItemBody, Plan};

const VERSION: u32 = 1;

/// The name of the section.
pub const SECTION: &str = ".compose.lines";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub units: Vec<String>,
    /// In address order.
    pub functions: Vec<Function>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Index into [`Lines::units`].
    pub unit: u32,
    pub name: String,
    pub address: u32,
    pub size: u32,
    /// Offset of the body in the module.
    pub body: u32,
    /// (code offset, offset in the module), ascending in code offset.
    pub rows: Vec<(u32, u32)>,
}

/// Where an address of code comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub unit: &'a str,
    pub function: &'a str,
    /// WebAssembly offset from the start of the function's body; none for code that is not WebAssembly's.
    pub offset: Option<u32>,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}!{}", self.unit, self.function)?;
        match self.offset {
            Some(offset) => write!(f, "+{offset:#x}"),
            None => Ok(()),
        }
    }
}

impl Lines {
    /// The lines of everything that is in the image.
    pub fn collect(system: &System, contents: &Contents, plan: &Plan) -> Self {
        let mut lines = Lines { units: vec!["kernel".to_string(), "runtime".to_string()], functions: Vec::new() };
        lines.units.extend(system.manifest.components.iter().map(|component| component.name.value.clone()));
        for (symbol, item) in &contents.items {
            let (ItemBody::Function(function), Some(&address)) = (item.body, plan.symbols.get(symbol)) else {
                continue;
            };
            let unit = match item.unit {
                Unit::Kernel => 0,
                Unit::Runtime => 1,
                Unit::Component(id) => 2 + id.0,
            };
            let first = function.lines.first().map_or(0, |&(_, offset)| offset);
            lines.functions.push(Function {
                unit,
                name: function.name.clone(),
                address,
                size: function.code.len() as u32,
                body: body(system, *symbol).unwrap_or(first),
                rows: function.lines.clone(),
            });
        }
        lines.functions.sort_by_key(|function| function.address);
        lines
    }

    /// Where the instruction at `address` comes from.
    pub fn find(&self, address: u32) -> Option<Place<'_>> {
        let index = self.functions.partition_point(|function| function.address <= address).checked_sub(1)?;
        let function = &self.functions[index];
        let offset = address - function.address;
        if offset >= function.size {
            return None;
        }
        let rows = function.rows.partition_point(|&(code, _)| code <= offset);
        let row = rows.checked_sub(1).map(|index| function.rows[index].1);
        Some(Place {
            unit: self.units.get(function.unit as usize)?,
            function: &function.name,
            offset: row.and_then(|row| row.checked_sub(function.body)),
        })
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = VERSION.to_le_bytes().to_vec();
        unsigned(&mut out, self.units.len() as u32);
        for unit in &self.units {
            text(&mut out, unit);
        }
        unsigned(&mut out, self.functions.len() as u32);
        let mut end = 0;
        for function in &self.functions {
            unsigned(&mut out, function.unit);
            text(&mut out, &function.name);
            unsigned(&mut out, function.address - end);
            unsigned(&mut out, function.size);
            unsigned(&mut out, function.body);
            unsigned(&mut out, function.rows.len() as u32);
            end = function.address + function.size;
            let mut before = (0, function.body);
            for &(code, wasm) in &function.rows {
                unsigned(&mut out, code - before.0);
                signed(&mut out, i64::from(wasm) - i64::from(before.1));
                before = (code, wasm);
            }
        }
        out
    }

    /// `None` if the bytes are not this version's, or damaged.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Input(bytes);
        if input.take(4)? != VERSION.to_le_bytes() {
            return None;
        }
        let mut lines = Lines::default();
        for _ in 0..input.unsigned()? {
            lines.units.push(input.text()?);
        }
        let mut end = 0u32;
        for _ in 0..input.unsigned()? {
            let (unit, name) = (input.unsigned()?, input.text()?);
            let address = end.checked_add(input.unsigned()?)?;
            let (size, body, count) = (input.unsigned()?, input.unsigned()?, input.unsigned()?);
            end = address.checked_add(size)?;
            let mut rows = Vec::new();
            let mut before = (0u32, body);
            for _ in 0..count {
                let code = before.0.checked_add(input.unsigned()?)?;
                let wasm = u32::try_from(i64::from(before.1).checked_add(input.signed()?)?).ok()?;
                before = (code, wasm);
                rows.push(before);
            }
            lines.functions.push(Function { unit, name, address, size, body, rows });
        }
        input.0.is_empty().then_some(lines)
    }
}

/// Where the body of a component's function starts in its module.
fn body(system: &System, symbol: Symbol) -> Option<u32> {
    let Symbol::Function { unit: Unit::Component(id), index } = symbol else { return None };
    let module = system.components.get(id.0 as usize)?.module;
    u32::try_from(module.functions.get(index as usize)?.body.as_ref()?.start).ok()
}

fn unsigned(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, mut value: i64) {
    while !(-64..64).contains(&value) {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8 & 0x7f);
}

fn text(out: &mut Vec<u8>, text: &str) {
    unsigned(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The groups of 7 bits of a number, as 64 bits, and how many bits they are.
    fn groups(&mut self) -> Option<(u64, u32)> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return Some((value, shift));
            }
            if shift > 35 {
                return None;
            }
        }
    }

    fn unsigned(&mut self) -> Option<u32> {
        u32::try_from(self.groups()?.0).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let (value, bits) = self.groups()?;
        let unused = 64 - bits;
        Some((value << unused) as i64 >> unused)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.unsigned()?;
        String::from_utf8(self.take(length as usize)?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lines {
        let function = |unit, name: &str, address, size, body, rows: &[(u32, u32)]| Function {
            unit,
            name: name.to_string(),
            address,
            size,
            body,
            rows: rows.to_vec(),
        };
        Lines {
            units: vec!["kernel".to_string(), "sampler".to_string()],
            functions: vec![
                function(0, "reset", 0x800_0100, 64, 0, &[]),
                function(1, "tick", 0x800_0200, 300, 0x1000, &[(0, 0x1002), (10, 0x1300), (200, 0x1010)]),
            ],
        }
    }

    #[test]
    fn encoding_round_trips() {
        let lines = sample();
        let bytes = lines.encode();
        assert_eq!(Lines::decode(&bytes), Some(lines));
        for length in 0..bytes.len() {
            assert_eq!(Lines::decode(&bytes[..length]), None, "cut off after {length} bytes");
        }
        assert_eq!(Lines::decode(&[&[2], &bytes[1..]].concat()), None, "another version");
    }

    #[test]
    fn finds_the_instruction_before() {
        let lines = sample();
        let find = |address| lines.find(address).map(|place| place.to_string());
        assert_eq!(find(0x800_0100).as_deref(), Some("kernel!reset"));
        assert_eq!(find(0x800_0140), None, "between functions");
        assert_eq!(find(0x800_0200).as_deref(), Some("sampler!tick+0x2"));
        assert_eq!(find(0x800_0209).as_deref(), Some("sampler!tick+0x2"));
        assert_eq!(find(0x800_020a).as_deref(), Some("sampler!tick+0x300"));
        assert_eq!(find(0x800_032b).as_deref(), Some("sampler!tick+0x10"));
        assert_eq!(find(0x800_032c), None);
        assert_eq!(find(0), None);
    }
}
