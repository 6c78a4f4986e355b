//! Entries of a RISC-V protection unit, read back (privileged specification 1.12, 3.7.1): for each the address register and
//! its byte of the configuration registers.

use super::regions::{Memory, Region, Rights};

pub fn decode(entries: &[[u32; 2]]) -> Vec<Result<Option<Region>, String>> {
    let mut below = 0;
    let mut regions = Vec::new();
    for (slot, &[address, configuration]) in (0u32..).zip(entries) {
        regions.push(entry(slot, below, address, configuration));
        below = address;
    }
    regions
}

fn entry(slot: u32, below: u32, address: u32, configuration: u32) -> Result<Option<Region>, String> {
    if configuration & !0x9f != 0 {
        return Err(format!("the configuration {configuration:#x} has reserved bits"));
    }
    let (base, size) = match configuration >> 3 & 3 {
        0 => return Ok(None),
        1 if address <= below => return Err(format!("its end {address:#x} is not above its start {below:#x}")),
        1 => (u64::from(below) << 2, u64::from(address - below) << 2),
        2 => (u64::from(address) << 2, 4),
        _ => {
            let ones = address.trailing_ones();
            let base = u64::from(address) & !((1u64 << ones) - 1);
            (base << 2, 8 << ones)
        }
    };
    let rights =
        Rights { read: configuration & 1 != 0, write: configuration & 2 != 0, execute: configuration & 4 != 0 };
    if rights.write && !rights.read {
        return Err("writable and not readable is reserved".to_string());
    }
    if configuration & 0x80 != 0 {
        return Err("the entry is locked, and would bind the kernel until the next reset".to_string());
    }
    Ok(Some(Region { slot, base, size, subregions_off: 0, rights, memory: Memory::Unsaid }))
}
