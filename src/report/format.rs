//! How numbers and names look, wherever people read them.

use std::fmt::{self, Write};

/// `0x2000_0400`.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub u32);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#06x}_{:04x}", self.0 >> 16, self.0 & 0xffff)
    }
}

/// A number of bytes, with thin groups of thousands: `24 576`.
#[derive(Clone, Copy, Debug)]
pub struct Count(pub u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.write_char(' ')?;
            }
            out.write_char(digit)?;
        }
        f.pad(&out)
    }
}

/// A text that someone wrote, in one line and without what a terminal obeys.
pub fn printable(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::new();
    for c in words.join(" ").chars() {
        match c.is_control() {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}
