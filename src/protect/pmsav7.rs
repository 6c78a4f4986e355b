//! PMSAv7, the protection unit of Armv7-M (DDI 0403, B3.5).
//!
//! A region is a power of two of at least 32 bytes, at a multiple of its size. From 256 bytes on, each eighth of it
//! may be off. Where regions overlap the one with the higher number decides, and an eighth that is off falls through.
//!
//! ```text
//! RBAR   31 ................ 5   4      3..0
//!        base                    VALID  REGION
//! RASR   28  26..24  21..19  18  17  16  15..8  5..1        0
//!        XN  AP      TEX     S   C   B   SRD    log2 - 1    ENABLE
//! ```

use super::{Access, Blocks, Entry, Model, Overlap, Shape};

pub(super) const NAME: &str = "pmsav7";

/// The largest region that is of use is 2 GiB. (4 GiB exists, and would grant everything.)
const BLOCKS: Blocks = Blocks { smallest_log2: 5, largest_log2: 31, eighths_from_log2: Some(8) };

const VALID: u32 = 1 << 4;
const ENABLE: u32 = 1;
const XN: u32 = 1 << 28;
const AP_READ_WRITE: u32 = 0b011 << 24;
const AP_READ_ONLY: u32 = 0b110 << 24;
/// Normal memory, write-back, write and read allocate. Normal, because an unaligned access to Device or Strongly-ordered
/// memory faults (A3.2.1), whatever CCR says.
const RAM_ATTRIBUTES: u32 = (0b001 << 19) | (1 << 17) | (1 << 16);
/// Normal memory, write-through, no write allocate.
const FLASH_ATTRIBUTES: u32 = 1 << 17;
/// Device memory, shareable.
const DEVICE_ATTRIBUTES: u32 = (1 << 18) | (1 << 16);

/// The model of a unit whose smallest region is `granule` bytes, a power of two of at least 32.
pub fn model(granule: u32) -> Model {
    let smallest_log2 = (granule.trailing_zeros() as u8).max(BLOCKS.smallest_log2);
    let blocks = Blocks { smallest_log2, ..BLOCKS };
    Model { name: NAME, blocks: Some(blocks), ranges: None, overlap: Overlap::Highest, setup: &[], encode, off }
}

fn encode(shape: Shape, slot: u8, access: Access) -> [u32; 2] {
    let Shape::Block { base, size_log2, subregions_off } = shape else {
        unreachable!("the pieces of this model are blocks");
    };
    debug_assert!(slot < 16 && base.trailing_zeros() >= u32::from(size_log2));
    let rights = match access {
        Access::ReadExecute => AP_READ_ONLY | FLASH_ATTRIBUTES,
        Access::ReadWrite => XN | AP_READ_WRITE | RAM_ATTRIBUTES,
        Access::Device => XN | AP_READ_WRITE | DEVICE_ATTRIBUTES,
        Access::Bound => return off(slot),
    };
    let size = u32::from(size_log2 - 1) << 1;
    [base | VALID | u32::from(slot), rights | u32::from(subregions_off) << 8 | size | ENABLE]
}

fn off(slot: u8) -> [u32; 2] {
    [VALID | u32::from(slot), 0]
}

pub(super) fn decode([rbar, rasr]: [u32; 2]) -> Option<Entry> {
    if rasr & ENABLE == 0 {
        return Some(Entry::Off);
    }
    let (base, size_log2) = (rbar & !0x1f, (rasr >> 1 & 0x1f) as u8 + 1);
    let legal = size_log2 >= BLOCKS.smallest_log2 && base.trailing_zeros() >= u32::from(size_log2);
    legal.then_some(Entry::On(Shape::Block { base, size_log2, subregions_off: (rasr >> 8) as u8 }))
}
