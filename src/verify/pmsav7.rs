//! Register words of the Armv7-M protection unit, read back (DDI 0403, B3.5.8 and B3.5.9).

use std::ops::Range;

/// One region as its register words say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub slot: u32,
    pub base: u64,
    pub size: u64,
    pub subregions_off: u8,
    pub rights: Rights,
    /// TEX:S:C:B.
    pub attributes: u8,
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
    let attributes = ((rasr >> 16) & 0x3f) as u8;
    let slot = rbar & 0xf;
    Ok(Some(Region { slot, base, size, subregions_off, rights: Rights { read, write, execute }, attributes }))
}

impl Region {
    /// Whether the region decides about this address.
    pub fn matches(&self, address: u64) -> bool {
        address >= self.base && address - self.base < self.size && {
            let eighth = (address - self.base) * 8 / self.size;
            self.size < 256 || self.subregions_off >> eighth & 1 == 0
        }
    }

    /// Normal memory: anything else faults on unaligned accesses (A3.5, table B3-13).
    pub fn is_normal(&self) -> bool {
        let (tex, c, b) = (self.attributes >> 3, self.attributes >> 1 & 1, self.attributes & 1);
        match (tex, c, b) {
            (0, 1, _) | (1, 0, 0) | (1, 1, 1) => true,
            (tex, _, _) => tex >= 4,
        }
    }

    /// Where what the region grants can begin or end.
    pub fn edges(&self) -> impl Iterator<Item = u64> {
        let (base, eighth) = (self.base, self.size / 8);
        (0..=8).map(move |index| base + index * eighth)
    }
}

/// What unprivileged code may do at an address: the matching region with the highest number decides.
pub fn rights(regions: &[Region], address: u64) -> Rights {
    let deciding = regions.iter().filter(|region| region.matches(address)).max_by_key(|region| region.slot);
    deciding.map_or(Rights::default(), |region| region.rights)
}

/// The address space as runs of equal rights, those without any left out.
pub fn runs(regions: &[Region]) -> Vec<(Range<u64>, Rights)> {
    let mut edges: Vec<u64> = regions.iter().flat_map(Region::edges).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut runs: Vec<(Range<u64>, Rights)> = Vec::new();
    for pair in edges.windows(2) {
        let rights = rights(regions, pair[0]);
        match runs.last_mut() {
            Some((range, last)) if *last == rights && range.end == pair[0] => range.end = pair[1],
            _ if rights.any() => runs.push((pair[0]..pair[1], rights)),
            _ => {}
        }
    }
    runs
}
