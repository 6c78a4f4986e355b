//! Register words of the Armv7-M protection unit, read back (DDI 0403, B3.5.8 and B3.5.9).

use super::regions::{Memory, Region, Rights};

/// The region number that a RBAR with its VALID bit selects.
pub fn slot(rbar: u32) -> Option<u32> {
    (rbar & 0x10 != 0).then_some(rbar & 0xf)
}

/// `Ok(None)` is a region that is off. An error is a region whose effect the manual does not define.
pub fn decode(rbar: u32, rasr: u32) -> Result<Option<Region>, String> {
    if rasr & 1 == 0 {
        return Ok(None);
    }
    let field = (rasr >> 1) & 0x1f;
    if field < 4 {
        return Err(format!("the size field {field} stands for less than 32 bytes"));
    }
    let size = 2u64 << field;
    let base = u64::from(rbar & !0x1f);
    let subregions_off = (rasr >> 8) as u8;
    if base % size != 0 {
        return Err(format!("the base {base:#010x} is not a multiple of the size {size:#x}"));
    }
    if size < 256 && subregions_off != 0 {
        return Err(format!("a region of {size} bytes has no subregions that could be off"));
    }
    if subregions_off == 0xff {
        return Err("all eighths are off".to_string());
    }
    let (read, write) = match (rasr >> 24) & 7 {
        0 | 1 | 5 => (false, false),
        2 | 6 | 7 => (true, false),
        3 => (true, true),
        _ => return Err("the access permissions 4 are reserved".to_string()),
    };
    let execute = read && rasr & (1 << 28) == 0;
    let slot = rbar & 0xf;
    let memory = memory(rasr >> 16 & 0x3f);
    Ok(Some(Region { slot, base, size, subregions_off, rights: Rights { read, write, execute }, memory }))
}

/// From TEX:S:C:B (A3.5, table B3-13). Accesses to all but Normal memory must be aligned.
fn memory(attributes: u32) -> Memory {
    let (tex, c, b) = (attributes >> 3, attributes >> 1 & 1, attributes & 1);
    match (tex, c, b) {
        (0, 1, _) | (1, 0, 0) | (1, 1, 1) | (4.., _, _) => Memory::Normal,
        (0, 0, 1) | (2, 0, 0) => Memory::Device,
        _ => Memory::Other,
    }
}
