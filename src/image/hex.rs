//! Intel HEX with 32-bit addresses.
//!
//! ```text
//! : length address type data... checksum        all bytes of a record add up to 0
//! ```

use std::fmt::Write;

const DATA: u8 = 0;
const END: u8 = 1;
const EXTENDED_LINEAR_ADDRESS: u8 = 4;
const START_LINEAR_ADDRESS: u8 = 5;

/// `bytes` from address `base` on.
pub fn write(base: u32, bytes: &[u8], entry: u32) -> String {
    let mut text = String::new();
    let mut upper = None;
    let mut address = u64::from(base);
    let mut rest = bytes;
    while !rest.is_empty() {
        // A record does not cross a multiple of 16, and so never one of 64 KiB.
        let (line, after) = rest.split_at(rest.len().min(16 - (address % 16) as usize));
        if upper != Some(address >> 16) {
            upper = Some(address >> 16);
            record(&mut text, 0, EXTENDED_LINEAR_ADDRESS, &((address >> 16) as u16).to_be_bytes());
        }
        record(&mut text, address as u16, DATA, line);
        address += line.len() as u64;
        rest = after;
    }
    record(&mut text, 0, START_LINEAR_ADDRESS, &entry.to_be_bytes());
    record(&mut text, 0, END, &[]);
    text
}

fn record(text: &mut String, address: u16, kind: u8, data: &[u8]) {
    let head = [data.len() as u8, (address >> 8) as u8, address as u8, kind];
    let bytes = || head.iter().chain(data);
    let sum = bytes().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    text.push(':');
    for byte in bytes().chain([&sum.wrapping_neg()]) {
        write!(text, "{byte:02X}").expect("a string takes all that is written");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected text is llvm-objcopy's (`-I binary -O ihex --change-addresses`), but for the start record.
    #[test]
    fn records() {
        let bytes: Vec<u8> = (0..20).collect();
        let expected = "\
            :020000040800F2\n\
            :08FFF8000001020304050607E5\n\
            :020000040801F1\n\
            :0C00000008090A0B0C0D0E0F1011121352\n\
            :0400000508010101EC\n\
            :00000001FF\n";
        assert_eq!(write(0x0800_fff8, &bytes, 0x0801_0101), expected);
    }
}
