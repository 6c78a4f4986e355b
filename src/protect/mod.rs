//! Protection models: what a legal piece is, how extents are covered, and the register words.
//!
//! A model is data and functions ([`Model`]). It knows addresses and registers, and nothing of processes,
//! components or banks: what goes where is decided by `plan`.

pub mod pmsav7;

use std::ops::Range;

/// Addresses. 64 bits wide, so that the end of the address space is a number like any other.
pub type Addresses = Range<u64>;

/// One region of the protection unit, before it has a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    pub base: u32,
    /// Bytes, as a power of two.
    pub size_log2: u8,
    /// Bit i set = eighth i of the region is off.
    pub subregions_off: u8,
}

/// One region of the protection unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Region number.
    pub slot: u8,
    pub base: u32,
    /// Bytes of the whole region.
    pub size: u64,
    /// Bit i set = eighth i of the region is off.
    pub subregions_off: u8,
    pub access: Access,
    /// Register words, in the order in which they are stored (PMSAv7: RBAR, RASR).
    pub words: [u32; 2],
}

impl Piece {
    /// The addresses that the piece grants: everything but the subregions that are off.
    pub fn granted(&self) -> Addresses {
        let (base, eighth) = (u64::from(self.base), self.size / 8);
        if self.subregions_off == 0 {
            return base..base + self.size;
        }
        let first = u64::from(self.subregions_off.trailing_ones());
        let after = 8 - u64::from(self.subregions_off.leading_ones());
        base + first * eighth..base + after * eighth
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Code and constants: everyone reads and executes, nobody writes.
    ReadExecute,
    /// Data: components read and write, nobody executes.
    ReadWrite,
    /// The registers of a device: components read and write, nobody executes, nothing is cached or reordered.
    Device,
    /// Grants nothing: its address is the lower end of the piece in the next slot (PMP).
    Bound,
}

/// The pieces that cover an extent, in address order, and all that they grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    pub shapes: Vec<Shape>,
    /// Contains the extent. The shapes grant exactly these addresses.
    pub granted: Addresses,
}

/// A protection model.
#[derive(Debug)]
pub struct Model {
    /// As the region table names it.
    pub name: &'static str,
    /// Every edge of a piece is a multiple of this.
    pub granule: u32,
    /// Covers `extent` by at most `limit` pieces that grant nothing outside `within`. The least granted bytes
    /// first, then the fewest pieces. `None` if there is no such cover.
    pub cover: fn(extent: Addresses, within: Addresses, limit: usize) -> Option<Cover>,
    /// The register words of a region.
    pub encode: fn(shape: Shape, slot: u8, access: Access) -> [u32; 2],
    /// The register words that switch a region off.
    pub off: fn(slot: u8) -> [u32; 2],
}

impl Model {
    pub fn piece(&self, shape: Shape, slot: u8, access: Access) -> Piece {
        Piece {
            slot,
            base: shape.base,
            size: 1 << shape.size_log2,
            subregions_off: shape.subregions_off,
            access,
            words: (self.encode)(shape, slot, access),
        }
    }
}

/// The region that is always on and holds the image's flash.
pub const FLASH_SLOT: u8 = 0;

/// How many regions a process may have on a unit with `entries` of them: slots `1..=process_slots(entries)`. Larger
/// units keep to eight regions, which keeps the switch between processes short.
pub const fn process_slots(entries: u8) -> u8 {
    let entries = if entries < 8 { entries } else { 8 };
    entries.saturating_sub(1)
}
