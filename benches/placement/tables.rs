//! The two tables of `book/placement.md`.

use super::family::{self, SYSTEMS, Unit};
use compose::plan::solve::{Problem, Search, solve};
use compose::protect::pmp;
use std::fmt::Write;
use std::time::Instant;

/// A share of the bytes asked for, in thousandths of a percent: whole numbers are the same everywhere.
pub type Share = u64;

/// What one way of placing wastes on the family: one share for each system, sorted; and how many were proven best.
pub struct Wasted {
    pub name: String,
    pub shares: Vec<Share>,
    pub proven: Option<usize>,
}

impl Wasted {
    fn new(name: &str, mut shares: Vec<Share>, proven: Option<usize>) -> Self {
        shares.sort_unstable();
        Wasted { name: name.to_string(), shares, proven }
    }

    /// The share that this part of the systems, in percent, does not exceed.
    pub fn share(&self, percent: usize) -> Share {
        self.shares[(self.shares.len() * percent).div_ceil(100).max(1) - 1]
    }

    fn line(&self) -> String {
        let show = |share: Share| format!("{}.{:02} %", (share + 5) / 1000, (share + 5) / 10 % 100);
        let proven = self.proven.map_or("".to_string(), |proven| format!("{proven} of {}", self.shares.len()));
        format!(
            "| {} | {} | {} | {} | {proven} |\n",
            self.name,
            show(self.share(50)),
            show(self.share(90)),
            show(self.share(100))
        )
    }
}

fn asked(problem: &Problem) -> u64 {
    problem.demands.iter().flat_map(|demand| &demand.extents).map(|extent| extent.size).sum()
}

fn share(used: u64, asked: u64) -> Share {
    (used - asked) * 100_000 / asked
}

/// The solver on the first systems of the family.
pub fn solver(unit: &Unit, systems: u64) -> Wasted {
    let mut shares = Vec::new();
    let mut proven = 0;
    for seed in 0..systems {
        let problem = family::system(unit, seed);
        let Search { used, bound, .. } = solve(&problem).expect("systems of the family fit").search;
        shares.push(share(used, asked(&problem)));
        proven += usize::from(used == bound);
    }
    Wasted::new(unit.name, shares, Some(proven))
}

/// Each memory in one region, a power of two at a multiple of its size; the largest first, so that nothing is lost
/// between them.
pub fn powers_of_two(unit: &Unit, systems: u64) -> Wasted {
    let shares = (0..systems).map(|seed| {
        let problem = family::system(unit, seed);
        let sizes = problem.demands.iter().flat_map(|demand| &demand.extents).map(|extent| extent.size);
        share(sizes.map(u64::next_power_of_two).sum(), asked(&problem))
    });
    Wasted::new("one power of two for each memory", shares.collect(), None)
}

/// One memory after the other as they come, each at the lowest end that its regions can have: as many as are left beside
/// one for each peripheral, powers of two without subregions.
pub fn greedy(unit: &Unit, systems: u64) -> Wasted {
    // Powers of two from 32 bytes on: the unit of another chip, but the same pieces.
    let model = pmp::model(32, false);
    let shares = (0..systems).map(|seed| {
        let problem = family::system(unit, seed);
        let bank = &problem.banks[0];
        let mut end = bank.start;
        for demand in &problem.demands {
            let limit = demand.slots - demand.devices.len();
            for extent in &demand.extents {
                let placed = model.least_end(extent.size, &(end..bank.end), 8, limit, &mut 0);
                end = placed.expect("systems of the family fit");
            }
        }
        share(end - bank.start, asked(&problem))
    });
    Wasted::new("greedy, several regions without subregions", shares.collect(), None)
}

const WASTE_HEAD: &str = "\
| | median | 90 % of systems | worst | proven best |
|---|---|---|---|---|
";

/// The waste table.
pub fn waste() -> String {
    let units = family::units();
    let mut rows = vec![powers_of_two(&units[0], SYSTEMS), greedy(&units[0], SYSTEMS)];
    rows.extend(units.iter().map(|unit| solver(unit, SYSTEMS)));
    rows.iter().fold(WASTE_HEAD.to_string(), |table, row| table + &row.line())
}

/// The timing table: the worst of some systems of each size, and whether it was proven best.
pub fn timing() -> String {
    let mut out = String::from("| | memories | worst time | steps | worst gap |\n|---|---|---|---|---|\n");
    for unit in family::units() {
        for (count, seeds) in [(12, 20), (20, 5), (50, 5), (200, 2)] {
            let (mut time, mut steps, mut gap) = (0.0f64, 0, 0);
            for seed in 0..seeds {
                let mut problem = family::plain(&unit, count, seed);
                // As if peripherals had taken some: from one entry for memory up to all of them.
                let slots = 1 + seed as usize % problem.demands[0].slots;
                problem.demands.iter_mut().for_each(|demand| demand.slots = slots);
                let start = Instant::now();
                let Search { used, bound, steps: taken, .. } = solve(&problem).expect("they fit").search;
                time = time.max(start.elapsed().as_secs_f64());
                (steps, gap) = (taken.max(steps), gap.max(used - bound));
            }
            writeln!(out, "| {} | {count} | {time:.3} s | {steps} | {gap} B |", unit.name).expect("a string takes all");
        }
    }
    out
}
