//! Trap reports on their way through. The kernel knows addresses of code; people want functions:
//!
//! ```text
//! trap: component `intruder`: memory access out of bounds at 0x2000_4000 (code 0x0000_1a2c)
//! trap: component `intruder`: memory access out of bounds at 0x2000_4000 (code 0x0000_1a2c, intruder!poke+0x12)
//! ```

use crate::image::lines::Lines;

const START: &[u8] = b"trap: component `";
const CODE: &str = "(code 0x";
/// No report is longer. What is longer is no report and goes through as it is.
const LONGEST: usize = 512;

/// Adds function and offset to the trap reports in a stream of bytes. All else passes unchanged, and at once.
#[derive(Debug)]
pub struct Resolver {
    lines: Lines,
    /// The start of what may become a report.
    held: Vec<u8>,
}

impl Resolver {
    pub fn new(lines: Lines) -> Self {
        Resolver { lines, held: Vec::new() }
    }

    /// Takes the next bytes; gives what can be passed on.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for &byte in bytes {
            self.held.push(byte);
            if self.held.len() > START.len() && byte == b'\n' {
                let report = std::mem::take(&mut self.held);
                out.extend(self.resolve(report));
            } else if self.held.len() > LONGEST {
                out.append(&mut self.held);
            } else {
                while !starts_alike(&self.held) {
                    out.push(self.held.remove(0));
                }
            }
        }
        out
    }

    /// What is left at the end of the stream.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    fn resolve(&self, report: Vec<u8>) -> Vec<u8> {
        match std::str::from_utf8(&report).ok().and_then(|text| self.resolved(text)) {
            Some(text) => text.into_bytes(),
            None => report,
        }
    }

    fn resolved(&self, text: &str) -> Option<String> {
        let digits = text.rfind(CODE)? + CODE.len();
        let end = digits + text[digits..].find(')')?;
        let address = u32::from_str_radix(&text[digits..end].replace('_', ""), 16).ok()?;
        // Addresses of Thumb code may come with bit 0 set.
        let place = self.lines.find(address & !1)?;
        Some(format!("{}, {place}{}", &text[..end], &text[end..]))
    }
}

/// Whether these bytes are the start of a report, or a report is the start of them.
fn starts_alike(bytes: &[u8]) -> bool {
    let length = bytes.len().min(START.len());
    bytes[..length] == START[..length]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::lines::Function;

    const IN: &str = "trap: component `intruder`: memory access out of bounds at 0x2000_4000 (code 0x0000_1a2c)\n";
    const OUT: &str = "trap: component `intruder`: memory access out of bounds at 0x2000_4000 (code 0x0000_1a2c, intruder!poke+0x12)\n";

    fn resolver() -> Resolver {
        Resolver::new(Lines {
            units: vec!["intruder".to_string()],
            functions: vec![Function {
                unit: 0,
                name: "poke".to_string(),
                address: 0x1a00,
                size: 0x100,
                body: 0x70,
                rows: vec![(0, 0x72), (0x2a, 0x82), (0x30, 0x90)],
            }],
        })
    }

    /// Feeds `text` in parts of `size` bytes.
    fn through(text: &str, size: usize) -> String {
        let mut resolver = resolver();
        let mut out: Vec<u8> = text.as_bytes().chunks(size).flat_map(|part| resolver.push(part)).collect();
        out.extend(resolver.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn adds_function_and_offset() {
        for size in [1, 2, 7, 1000] {
            assert_eq!(through(IN, size), OUT);
            assert_eq!(through(&format!("tratrap: {IN}{IN}x"), size), format!("tratrap: {OUT}{OUT}x"));
        }
    }

    #[test]
    fn all_else_passes_unchanged() {
        let unknown = IN.replace("1a2c", "9a2c");
        let long = format!("trap: component `{}\n", "x".repeat(2000));
        for text in ["", "trap", "trap: component `x`: no code\n", "a trap: b\n", "\n\n", &unknown, &long] {
            for size in [1, 5, 1000] {
                assert_eq!(through(text, size), text);
            }
        }
    }

    #[test]
    fn nothing_is_held_that_cannot_become_a_report() {
        let mut resolver = resolver();
        assert_eq!(resolver.push(b"temperature: 21\ntr"), b"temperature: 21\n");
        assert_eq!(resolver.push(b"ace on"), b"trace on");
        assert_eq!(resolver.push(b"no newline"), b"no newline");
    }
}
