//! Regions of a protection unit as its register words say, for all models, and what they add up to.

use super::{pmp, pmsav7, pmsav8};
use std::ops::Range;

/// One region that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub slot: u32,
    pub base: u64,
    pub size: u64,
    /// Bit i set = eighth i is off.
    pub subregions_off: u8,
    pub rights: Rights,
    pub memory: Memory,
}

/// What unprivileged code may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    pub read: bool,
    pub write: bool,
    pub execute: bool,
}

impl Rights {
    pub fn any(self) -> bool {
        self.read || self.write || self.execute
    }
}

/// How the processor treats accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// May be cached, reordered, and accessed at any address.
    Normal,
    /// As it is written, one access after the other.
    Device,
    /// Strongly ordered, or nothing that a manual defines for this use.
    Other,
    /// The unit has no say in it.
    Unsaid,
}

/// A protection model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Pmsav7,
    Pmsav8,
    Pmp,
}

impl Unit {
    pub fn from_name(name: &str) -> Option<Unit> {
        match name {
            "pmsav7" => Some(Unit::Pmsav7),
            "pmsav8" => Some(Unit::Pmsav8),
            "pmp" => Some(Unit::Pmp),
            _ => None,
        }
    }

    /// How many words set up the unit's own registers.
    pub fn setup_words(self) -> u64 {
        if self == Unit::Pmsav8 { 2 } else { 0 }
    }

    /// Decodes the words of all entries, from entry 0 on. For each entry: `None` if it is off; an error if its effect is
    /// not defined. `setup`: what the unit's own registers are set to.
    pub fn decode(self, words: &[[u32; 2]], setup: &[u32]) -> Vec<Result<Option<Region>, String>> {
        let entries = (0u32..).zip(words);
        match self {
            Unit::Pmsav7 => entries.map(|(_, &[rbar, rasr])| pmsav7::decode(rbar, rasr)).collect(),
            Unit::Pmsav8 => {
                // Without them every attribute is that of reset.
                let mair = [setup.first(), setup.get(1)].map(|word| word.copied().unwrap_or(0));
                entries.map(|(slot, &[rbar, rlar])| pmsav8::decode(slot, rbar, rlar, mair)).collect()
            }
            Unit::Pmp => pmp::decode(words),
        }
    }

    /// What unprivileged code may do at an address.
    pub fn rights(self, regions: &[Region], address: u64) -> Rights {
        let mut matching = regions.iter().filter(|region| region.matches(address));
        let deciding = match self {
            Unit::Pmsav7 => matching.max_by_key(|region| region.slot),
            Unit::Pmp => matching.min_by_key(|region| region.slot),
            // Two regions at one address: a fault.
            Unit::Pmsav8 => matching.next().filter(|_| matching.next().is_none()),
        };
        deciding.map_or(Rights::default(), |region| region.rights)
    }

    /// The address space as runs of equal rights, those without any left out.
    pub fn runs(self, regions: &[Region]) -> Vec<(Range<u64>, Rights)> {
        let mut edges: Vec<u64> = regions.iter().flat_map(Region::edges).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut runs: Vec<(Range<u64>, Rights)> = Vec::new();
        for pair in edges.windows(2) {
            let rights = self.rights(regions, pair[0]);
            match runs.last_mut() {
                Some((range, last)) if *last == rights && range.end == pair[0] => range.end = pair[1],
                _ if rights.any() => runs.push((pair[0]..pair[1], rights)),
                _ => {}
            }
        }
        runs
    }
}

impl Region {
    /// Whether the region decides about this address.
    pub fn matches(&self, address: u64) -> bool {
        address >= self.base && address - self.base < self.size && {
            self.subregions_off == 0 || {
                let eighth = (address - self.base) * 8 / self.size;
                self.subregions_off >> eighth & 1 == 0
            }
        }
    }

    /// Where what the region grants can begin or end.
    pub fn edges(&self) -> impl Iterator<Item = u64> {
        let (base, size) = (self.base, self.size);
        let parts = if self.subregions_off == 0 { 1 } else { 8 };
        (0..=parts).map(move |index| base + index * size / parts)
    }
}
