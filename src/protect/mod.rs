//! Protection models: what a legal piece is, how extents are covered, and the register words.
//!
//! A model is data and one function that encodes ([`Model`]); covering is done once, from the data ([`cover`]). A model
//! knows addresses and registers, and nothing of processes, components or banks: what goes where is decided by `plan`.
//!
//! | model | pieces | entries | overlap |
//! |---|---|---|---|
//! | `pmsav7` | powers of two at multiples of their size; eighths of them from 256 B on | 1 | the higher number decides |
//! | `pmsav8` | any two multiples of 32 B | 1 | a fault |
//! | `pmp` | powers of two from 8 B on (NAPOT); any two multiples of the granule (TOR), where the chip has it | 1; 2 | the lower number decides |
//!
//! On PMP an access that is partly in one piece and partly in the next one faults (privileged specification, 3.7.1.3), so
//! an extent is one piece where the chip has TOR. Where it has none, accesses across the edges of blocks must be
//! aligned, or be done byte by byte: such chips trap unaligned accesses in any case.

mod cover;
mod decode;
mod devices;
pub mod pmp;
pub mod pmsav7;
pub mod pmsav8;

pub use cover::{Cover, Fit};
pub use decode::{Entry, decode};
pub use devices::Gathered;

use std::ops::Range;

/// Addresses. 64 bits wide, so that the end of the address space is a number like any other.
pub type Addresses = Range<u64>;

/// A legal piece, before it has entries of the protection unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A power of two at a multiple of its size.
    Block {
        base: u32,
        /// Bytes, as a power of two.
        size_log2: u8,
        /// Bit i set = eighth i of the block is off.
        subregions_off: u8,
    },
    /// Two ends.
    Range { base: u32, size: u64 },
}

impl Shape {
    pub fn base(&self) -> u32 {
        match *self {
            Shape::Block { base, .. } | Shape::Range { base, .. } => base,
        }
    }

    /// Bytes from the first to the last, those that are off included.
    pub fn size(&self) -> u64 {
        match *self {
            Shape::Block { size_log2, .. } => 1 << size_log2,
            Shape::Range { size, .. } => size,
        }
    }

    /// Bit i set = eighth i is off.
    pub fn subregions_off(&self) -> u8 {
        match *self {
            Shape::Block { subregions_off, .. } => subregions_off,
            Shape::Range { .. } => 0,
        }
    }

    /// What it grants, in address order.
    pub fn granted(&self) -> Vec<Addresses> {
        granted(self.base(), self.size(), self.subregions_off())
    }
}

/// One entry of the protection unit: a region of an MPU, an entry of a PMP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Number of the entry.
    pub slot: u8,
    pub base: u32,
    /// Bytes, those that are off included.
    pub size: u64,
    /// Bit i set = eighth i is off.
    pub subregions_off: u8,
    pub access: Access,
    /// Register words, in the order in which they are stored: RBAR and RASR (PMSAv7), RBAR and RLAR (PMSAv8), pmpaddr and
    /// the entry's byte of pmpcfg (PMP).
    pub words: [u32; 2],
}

impl Piece {
    /// What the piece grants, in address order: everything but the subregions that are off.
    pub fn granted(&self) -> Vec<Addresses> {
        if self.access == Access::Bound {
            return Vec::new();
        }
        granted(self.base, self.size, self.subregions_off)
    }
}

fn granted(base: u32, size: u64, subregions_off: u8) -> Vec<Addresses> {
    let (base, eighth) = (u64::from(base), size / 8);
    if subregions_off == 0 {
        return std::iter::once(base..base + size).collect();
    }
    let on = (0..8).filter(|index| subregions_off >> index & 1 == 0);
    merge(on.map(|index| base + index * eighth..base + (index + 1) * eighth).collect())
}

/// Runs of addresses in order, those that overlap or touch made one.
pub fn merge(mut runs: Vec<Addresses>) -> Vec<Addresses> {
    runs.retain(|run| !run.is_empty());
    runs.sort_by_key(|run| (run.start, run.end));
    let mut out: Vec<Addresses> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => out.push(run),
        }
    }
    out
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

/// Which of several pieces that hold an address decides about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    Highest,
    Lowest,
    /// Nobody may access it.
    Fault,
}

/// Pieces that are powers of two at multiples of their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    pub smallest_log2: u8,
    pub largest_log2: u8,
    /// From this size on each eighth may be off.
    pub eighths_from_log2: Option<u8>,
}

/// Pieces with two free ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranges {
    /// Both ends are multiples of this.
    pub granule: u32,
    /// 1: both ends are in one entry. 2: the lower end is the address of the entry below, which may be the upper end of
    /// the piece there; below the first entry it is 0.
    pub entries: u8,
}

/// A protection model.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// As the region table names it.
    pub name: &'static str,
    pub blocks: Option<Blocks>,
    pub ranges: Option<Ranges>,
    pub overlap: Overlap,
    /// Registers that must be set once, before any piece is on.
    pub setup: &'static [(&'static str, u32)],
    /// The register words of an entry. A range of two entries is encoded by its upper one.
    encode: fn(shape: Shape, slot: u8, access: Access) -> [u32; 2],
    /// The register words that switch an entry off.
    off: fn(slot: u8) -> [u32; 2],
}

impl Model {
    /// Every edge of a piece is a multiple of this.
    pub fn granule(&self) -> u32 {
        let blocks = self.blocks.map(|blocks| 1 << blocks.finest_log2());
        let ranges = self.ranges.map(|ranges| ranges.granule);
        blocks.into_iter().chain(ranges).min().expect("a model has pieces")
    }

    /// The words of an entry that is off.
    pub fn off(&self, slot: u8) -> [u32; 2] {
        (self.off)(slot)
    }

    /// Entries that a piece takes where it shares none.
    pub fn entries(&self, shape: &Shape) -> usize {
        match shape {
            Shape::Block { .. } => 1,
            Shape::Range { .. } => self.ranges.map_or(1, |ranges| usize::from(ranges.entries)),
        }
    }

    /// Gives shapes their entries, from `first` on: slots, words, and the lower ends that ranges of two entries need. The
    /// last entry is `first + result.len() - 1`; the caller has made sure that the unit has so many.
    pub fn pieces(&self, shapes: &[(Shape, Access)], first: u8) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        // The address register of the entry below, where it holds an end.
        let mut below = (first == 0).then_some(0);
        for &(shape, access) in shapes {
            let base = shape.base();
            let pair = self.entries(&shape) == 2;
            if pair && below != Some(u64::from(base)) {
                let bound = Shape::Range { base, size: 0 };
                pieces.push(self.piece(bound, first + pieces.len() as u8, Access::Bound));
            }
            pieces.push(self.piece(shape, first + pieces.len() as u8, access));
            below = pair.then(|| u64::from(base) + shape.size());
        }
        pieces
    }

    fn piece(&self, shape: Shape, slot: u8, access: Access) -> Piece {
        Piece {
            slot,
            base: shape.base(),
            size: shape.size(),
            subregions_off: shape.subregions_off(),
            access,
            words: (self.encode)(shape, slot, access),
        }
    }
}

/// The region that is always on and holds the image's flash.
pub const FLASH_SLOT: u8 = 0;

/// Entries for the memories of a process, where there are as many and pieces have coarse edges: with seven pieces next to
/// nothing is wasted, and every entry more is two words more in every switch.
const MEMORY_SLOTS: usize = 7;

/// How many entries a process may have on a unit with `entries` of them, of which `fixed` are always on, if no process has
/// more than `devices` devices and `extents` runs of memory.
pub fn process_slots(model: &Model, entries: u8, fixed: u8, devices: usize, extents: usize) -> u8 {
    let free = entries.saturating_sub(fixed);
    // Where one entry has two free ends, an extent needs no second one.
    let memory = if model.ranges.is_some_and(|ranges| ranges.entries == 1) { extents } else { MEMORY_SLOTS };
    usize::from(free).min(devices.saturating_add(memory)) as u8
}
