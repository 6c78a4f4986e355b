//! Register words of the Armv8-M protection unit, read back (DDI 0553, D1.2.209, D1.2.212 and D1.2.215).

use super::regions::{Memory, Region, Rights};

/// `Ok(None)` is a region that is off. An error is a region that grants nothing, or means nothing. `mair`: MPU_MAIR0 and
/// MPU_MAIR1, whose bytes are the attributes that RLAR selects.
pub fn decode(slot: u32, rbar: u32, rlar: u32, mair: [u32; 2]) -> Result<Option<Region>, String> {
    if rlar & 1 == 0 {
        return Ok(None);
    }
    let base = u64::from(rbar & !0x1f);
    // The limit's last 32 bytes belong to the region.
    let end = u64::from(rlar & !0x1f) + 32;
    if end <= base {
        return Err(format!("the limit {:#010x} is below the base {base:#010x}", end - 1));
    }
    if rbar >> 3 & 3 == 1 {
        return Err("the shareability 1 is reserved".to_string());
    }
    let unprivileged = rbar & 2 != 0;
    let read_only = rbar & 4 != 0;
    let rights =
        Rights { read: unprivileged, write: unprivileged && !read_only, execute: unprivileged && rbar & 1 == 0 };
    let selected = rlar >> 1 & 7;
    let memory = memory((mair[selected as usize / 4] >> (8 * (selected % 4))) as u8);
    Ok(Some(Region { slot, base, size: end - base, subregions_off: 0, rights, memory }))
}

/// From one attribute of MAIR: outer cacheability in the upper half, inner in the lower one; without the former, the kind
/// of Device memory.
fn memory(attribute: u8) -> Memory {
    match (attribute >> 4, attribute & 15) {
        (0, 0 | 4 | 8 | 12) => Memory::Device,
        (0, _) | (_, 0) => Memory::Other,
        _ => Memory::Normal,
    }
}
