//! PMP, the protection unit of RISC-V (privileged specification 1.12, 3.7).
//!
//! An entry is a power of two at a multiple of its size (NAPOT), or reaches from the address of the entry below to its own
//! (TOR); below entry 0 that is address 0. Where entries overlap the one with the lower number decides. Machine mode, the
//! kernel's, is not bound by entries without the lock bit.
//!
//! ```text
//! pmpaddr   31 .................. 0
//!           address bits 33..2; NAPOT: then a 0, then ones: 0 = 8 bytes, 01 = 16, 011 = 32, ...
//! pmpcfg    7   4..3                        2   1   0
//!           L   A: 0 off, 1 TOR, 3 NAPOT    X   W   R
//! ```

use super::{Access, Blocks, Entry, Model, Overlap, Ranges, Shape};

pub(super) const NAME: &str = "pmp";

const READ: u32 = 1;
const WRITE: u32 = 2;
const EXECUTE: u32 = 4;
const TOR: u32 = 1 << 3;
const NAPOT: u32 = 3 << 3;

/// The model of a unit with this granule, a power of two of at least 4. Some chips have no TOR.
pub fn model(granule: u32, tor: bool) -> Model {
    // The smallest NAPOT entry is 8 bytes. (NA4 is of no use: no extent is smaller than 8.)
    let smallest_log2 = (granule.trailing_zeros() as u8).max(3);
    Model {
        name: NAME,
        blocks: Some(Blocks { smallest_log2, largest_log2: 31, eighths_from_log2: None }),
        ranges: tor.then_some(Ranges { granule, entries: 2 }),
        overlap: Overlap::Lowest,
        setup: &[],
        encode,
        off,
    }
}

fn encode(shape: Shape, _slot: u8, access: Access) -> [u32; 2] {
    let rights = match access {
        Access::ReadExecute => READ | EXECUTE,
        Access::ReadWrite | Access::Device => READ | WRITE,
        Access::Bound => return [shape.base() >> 2, 0],
    };
    match shape {
        Shape::Block { base, size_log2, .. } => [(base >> 2) | ((1 << (size_log2 - 3)) - 1), NAPOT | rights],
        // The end of the address space is 2^30 words: it fits.
        Shape::Range { base, size } => [((u64::from(base) + size) >> 2) as u32, TOR | rights],
    }
}

fn off(_slot: u8) -> [u32; 2] {
    [0, 0]
}

pub(super) fn decode([address, config]: [u32; 2], below: u32) -> Option<Entry> {
    match config & NAPOT {
        0 if address == 0 => Some(Entry::Off),
        0 => Some(Entry::Bound(address.checked_mul(4)?)),
        TOR => {
            let (base, end) = (below.checked_mul(4)?, u64::from(address) << 2);
            let size = end.checked_sub(base.into()).filter(|&size| size > 0 && end <= 1 << 32)?;
            Some(Entry::On(Shape::Range { base, size }))
        }
        NAPOT => {
            let ones = address.trailing_ones();
            let size_log2 = ones as u8 + 3;
            let base = (address & !((1u32 << ones.min(31)) - 1)).checked_mul(4)?;
            (size_log2 < 32).then_some(Entry::On(Shape::Block { base, size_log2, subregions_off: 0 }))
        }
        // NA4.
        _ => None,
    }
}
