//! Systems by the number: a family of placing problems that is the same on every machine.
//!
//! A system has 8 to 20 components, each a process of its own. What one asks for, memory and stack, is log-normal around
//! 6 KiB, and no round number. Each has 0 to 3 peripherals of a chip with 40 of them, 1 KiB each, in three groups.

use compose::plan::solve::{Demand, Extent, Problem, STEPS};
use compose::protect::{Addresses, Model, pmp, pmsav7, pmsav8};

/// Systems of the family.
pub const SYSTEMS: u64 = 300;

/// SplitMix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Bytes, log-normal: the median times 2^x, x normal. (A sum of twelve numbers is normal enough, and the same
    /// everywhere: no logarithm is asked for.)
    pub fn size(&mut self, median: u64) -> u64 {
        let sum: u64 = (0..12).map(|_| self.below(1 << 16)).sum();
        // Sixteenths of a power of two around the median; a standard deviation of 1.2 powers.
        let sixteenths = (sum as i64 - 6 * (1 << 16)) * 192 / 10 / (1 << 16);
        // 2^(k/16) in 1/4096ths.
        const ROOTS: [u64; 16] =
            [4096, 4277, 4467, 4664, 4871, 5087, 5312, 5547, 5793, 6049, 6317, 6597, 6889, 7194, 7512, 7845];
        let (whole, part) = (sixteenths.div_euclid(16), sixteenths.rem_euclid(16) as usize);
        let scaled = median * ROOTS[part];
        let size = if whole >= 0 { scaled << whole } else { scaled >> -whole } >> 12;
        size + self.below(32)
    }
}

/// A chip whose protection unit is one of these.
#[derive(Clone, Copy)]
pub struct Unit {
    pub name: &'static str,
    pub model: Model,
    /// Entries of the unit, of which one holds the code.
    pub entries: usize,
}

pub fn units() -> Vec<Unit> {
    let unit = |name, model, entries| Unit { name, model, entries };
    vec![
        unit("PMSAv7, 8 regions", pmsav7::model(32), 8),
        unit("PMSAv7, 16 regions", pmsav7::model(32), 16),
        unit("PMSAv8, 8 regions", pmsav8::MODEL, 8),
        unit("PMP, NAPOT and TOR, 16 entries", pmp::model(4, true), 16),
        unit("PMP, NAPOT and TOR, 8 entries", pmp::model(4, true), 8),
        unit("PMP, NAPOT only, 16 entries", pmp::model(4, false), 16),
        unit("PMP, NAPOT only, 8 entries", pmp::model(4, false), 8),
    ]
}

const RAM: Addresses = 0x2000_0000..0x2040_0000;

/// Where peripheral `index` of 40 is.
fn peripheral(index: u64) -> Addresses {
    let group = [0x4000_0000, 0x4001_0000, 0x4800_0000][(index / 14) as usize];
    let base = group + index % 14 * 0x400;
    base..base + 0x400
}

/// System number `seed` of the family.
pub fn system(unit: &Unit, seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let count = 8 + random.below(13);
    let mut free: Vec<u64> = (0..40).collect();
    let mut demands: Vec<Demand> = Vec::new();
    for index in 0..count {
        let size = random.size(6 << 10);
        let mut devices = Vec::new();
        for _ in 0..random.below(4).min(free.len() as u64) {
            let pick = random.below(free.len() as u64) as usize;
            devices.push(free.swap_remove(pick));
        }
        demands.push(demand(unit, index, size, &devices));
    }
    Problem { model: unit.model, banks: vec![RAM.start + 0x150..RAM.end], demands, steps: STEPS }
}

/// A system of `count` components without peripherals.
pub fn plain(unit: &Unit, count: u64, seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let demands = (0..count).map(|index| demand(unit, index, random.size(6 << 10), &[])).collect();
    Problem { model: unit.model, banks: vec![RAM.start + 0x150..RAM.end + (16 << 20)], demands, steps: STEPS }
}

fn demand(unit: &Unit, index: u64, size: u64, devices: &[u64]) -> Demand {
    let others = (0..40).filter(|other| !devices.contains(other));
    // As the kernel of this project has it: seven entries for memory where there are as many.
    let slots = (unit.entries - 1).min(7 + 3);
    Demand {
        name: format!("c{index:03}"),
        slots,
        memory_slots: slots,
        devices: devices.iter().copied().map(peripheral).collect(),
        forbidden: others.map(peripheral).collect(),
        over_grant: 0,
        extents: vec![Extent { size, banks: vec![0], kept: None }],
    }
}
