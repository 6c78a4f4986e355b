//! The instructions that run most, with how often each ran.

use crate::count::{Counted, Image};
use crate::tools::{Result, run};
use std::fmt::Write;

/// Instructions that are at least this part of all that run.
const SHOWN: u64 = 250;

/// Lines of `objdump`: `     a1c:	f8db 3000 	ldr.w	r3, [fp]`.
pub fn listing(image: &Image, counted: &Counted) -> Result<String> {
    let listing = run("arm-none-eabi-objdump", ["-d", "--no-show-raw-insn", &image.elf])?;
    let mut text = String::new();
    let mut gap = false;
    for line in listing.lines() {
        if let Some((address, name)) = line.strip_suffix(">:").and_then(|line| line.split_once(" <")) {
            let address = u32::from_str_radix(address, 16)?;
            if image.ranges.iter().any(|range| range.contains(&address)) {
                let _ = writeln!(text, "{name}:");
            }
            continue;
        }
        let Some((address, rest)) = line.split_once(':') else { continue };
        let Ok(address) = u32::from_str_radix(address.trim(), 16) else { continue };
        let count = counted.by_address.get(&address).copied().unwrap_or(0);
        if count * SHOWN >= counted.instructions {
            let _ = writeln!(text, "{count:>9} {address:>6x} {}", rest.trim().replace('\t', " "));
            gap = true;
        } else if std::mem::take(&mut gap) {
            text += "      ...\n";
        }
    }
    Ok(text)
}
