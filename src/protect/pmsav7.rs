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

use super::{Access, Addresses, Cover, Model, Shape};

pub static MODEL: Model = Model { name: "pmsav7", granule: 32, cover, encode, off };

const SMALLEST_LOG2: u8 = 5;
/// The largest region that is of use: 2 GiB. (4 GiB exists, and would grant everything.)
const LARGEST_LOG2: u8 = 31;
/// Regions from this size on have subregions.
const SUBREGIONS_LOG2: u8 = 8;

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

/// What the edges of a region of this size can be: multiples of this.
const fn grain(size_log2: u8) -> u64 {
    if size_log2 >= SUBREGIONS_LOG2 { 1 << (size_log2 - 3) } else { 1 << size_log2 }
}

fn align_down(value: u64, to: u64) -> u64 {
    value & !(to - 1)
}

fn align_up(value: u64, to: u64) -> u64 {
    align_down(value + to - 1, to)
}

fn encode(shape: Shape, slot: u8, access: Access) -> [u32; 2] {
    debug_assert!(slot < 16 && shape.base.trailing_zeros() >= u32::from(shape.size_log2));
    let rights = match access {
        Access::ReadExecute => AP_READ_ONLY | FLASH_ATTRIBUTES,
        Access::ReadWrite => XN | AP_READ_WRITE | RAM_ATTRIBUTES,
        Access::Device => XN | AP_READ_WRITE | DEVICE_ATTRIBUTES,
        Access::Bound => return off(slot),
    };
    let size = u32::from(shape.size_log2 - 1) << 1;
    [shape.base | VALID | u32::from(slot), rights | u32::from(shape.subregions_off) << 8 | size | ENABLE]
}

fn off(slot: u8) -> [u32; 2] {
    [VALID | u32::from(slot), 0]
}

/// Least bytes first. The two ends of what is granted are tried in the order of their sum: the first edge at or below
/// `extent.start` and the first at or above `extent.end`, for each grain. (No other ends need trying: the grain of the
/// piece at an end decides where that end can be, and a piece can always give up the subregions beyond.)
fn cover(extent: Addresses, within: Addresses, limit: usize) -> Option<Cover> {
    if extent.is_empty() {
        return Some(Cover { shapes: Vec::new(), granted: extent });
    }
    let mut starts: Vec<u64> = grains().map(|grain| align_down(extent.start, grain)).collect();
    let mut ends: Vec<u64> = grains().map(|grain| align_up(extent.end, grain)).collect();
    starts.retain(|&start| start >= within.start);
    ends.retain(|&end| end <= within.end);
    starts.dedup();
    ends.dedup();
    let mut pairs: Vec<Addresses> = starts.iter().flat_map(|&a| ends.iter().map(move |&e| a..e)).collect();
    pairs.sort_by_key(|range| (range.end - range.start, range.start));

    let mut best: Option<Cover> = None;
    for granted in pairs {
        let size = granted.end - granted.start;
        if best.as_ref().is_some_and(|best| size > best.granted.end - best.granted.start) {
            break;
        }
        let fewer = best.as_ref().map_or(limit, |best| best.shapes.len() - 1);
        if let Some(shapes) = tile(granted.clone(), fewer) {
            best = Some(Cover { shapes, granted });
        }
    }
    best
}

/// Covers `range` exactly, from its start on, each piece reaching as far as one can: the fewest pieces.
fn tile(range: Addresses, limit: usize) -> Option<Vec<Shape>> {
    let mut shapes = Vec::new();
    let mut position = range.start;
    while position < range.end {
        if shapes.len() == limit {
            return None;
        }
        let (end, shape) = (SMALLEST_LOG2..=LARGEST_LOG2)
            .filter_map(|log2| reach(position, &range, log2))
            .max_by_key(|&(end, shape)| (end, std::cmp::Reverse(shape.size_log2)))?;
        shapes.push(shape);
        position = end;
    }
    Some(shapes)
}

/// The farthest that the region of this size at `position` reaches without granting anything outside `range`.
fn reach(position: u64, range: &Addresses, size_log2: u8) -> Option<(u64, Shape)> {
    let grain = grain(size_log2);
    let base = align_down(position, 1 << size_log2);
    let start = align_down(position, grain);
    let end = align_down(range.end, grain).min(base + (1 << size_log2));
    if start < range.start || end <= position {
        return None;
    }
    let subregions_off = if size_log2 < SUBREGIONS_LOG2 {
        0
    } else {
        let (first, after) = ((start - base) / grain, (end - base) / grain);
        !(((1u32 << after) - (1 << first)) as u8)
    };
    let base = u32::try_from(base).ok()?;
    Some((end, Shape { base, size_log2, subregions_off }))
}

fn grains() -> impl Iterator<Item = u64> {
    (SMALLEST_LOG2..=LARGEST_LOG2 - 3).map(|log2| 1 << log2)
}
