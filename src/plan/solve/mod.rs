//! The problem of placing, as numbers, and its solver. It knows no manifest and no board: `plan` states the problem, and
//! asks again with other numbers to find out what would help.
//!
//! A demand is what one process needs: memory, as extents, each of which is one run of addresses in a bank; devices; and
//! at most so many entries of the protection unit for both. The first that matters is that everything is somewhere, then
//! that extents are in the banks that they prefer, then that as little as possible is lost to the protection unit.
//!
//! [`solve`] asks in turn:
//!
//! | part | what it decides |
//! |---|---|
//! | `share` | how many entries of a demand its devices take, and how many each of its extents |
//! | `keep` | what stays where a lock file says it was, and which runs of addresses are free then |
//! | `spread` | which extent goes into which free run |
//! | `row` | in which order extents lie in a run |
//!
//! Nothing depends on the order of demands but through their names: the caller sorts them. There is no clock: the search
//! ends after so many steps, and says so.

mod keep;
mod row;
mod share;
mod spread;

pub use row::ALIGN;

use crate::protect::{Addresses, Fit, Gathered, Model};
use row::{Item, NoRow, least_granted};

/// What a computer of today does in about a second.
pub const STEPS: u64 = 250_000_000;

/// What is to be placed, and where.
#[derive(Clone, Debug)]
pub struct Problem {
    pub model: Model,
    /// What is free of each RAM bank, the preferred one first.
    pub banks: Vec<Addresses>,
    /// Sorted by name.
    pub demands: Vec<Demand>,
    /// How many steps the search may take.
    pub steps: u64,
}

/// What one process needs.
#[derive(Clone, Debug)]
pub struct Demand {
    pub name: String,
    /// Entries of the protection unit.
    pub slots: usize,
    /// Of these at most so many for memory; no fewer than extents.
    pub memory_slots: usize,
    pub devices: Vec<Addresses>,
    /// Addresses that the pieces of the devices must not grant.
    pub forbidden: Vec<Addresses>,
    /// Bytes that they may grant beyond the devices.
    pub over_grant: u64,
    pub extents: Vec<Extent>,
}

/// A run of addresses.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Bytes, more than 0.
    pub size: u64,
    /// Banks that it may be in, ascending.
    pub banks: Vec<usize>,
    pub kept: Option<Kept>,
}

/// Where an extent was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub bank: usize,
    pub base: u64,
    pub size: u64,
    pub granted: Addresses,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Layout {
    /// In the order of the problem's demands.
    pub demands: Vec<Placed>,
    pub search: Search,
}

#[derive(Clone, Debug)]
pub struct Placed {
    pub devices: Gathered,
    /// In the order of the demand's extents.
    pub extents: Vec<Spot>,
}

/// The place of an extent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub bank: usize,
    pub fit: Fit,
    /// It was there before.
    pub stayed: bool,
}

/// What is known of the quality of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Bytes from the start of the banks to the end of the last pieces in them.
    pub used: u64,
    /// No layout with the same extents in the same banks uses less than this.
    pub bound: u64,
    /// Steps that it took: grains of regions that were looked at, and rows that were kept.
    pub steps: u64,
    /// Extents that a lock file held in place.
    pub stayed: usize,
}

/// Why there is no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// A demand has too few entries for its devices and one piece for each extent. `needed` is the least that would do;
    /// `None` if nothing would, because pieces for the devices grant what they must not.
    Entries { demand: usize, needed: Option<usize> },
    /// The extents do not fit; if it is not `proven`, the search ended before it found out.
    Memory { proven: bool },
}

/// Steps of the search.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    pub used: u64,
    pub limit: u64,
}

impl Steps {
    fn are_over(&self) -> bool {
        self.used >= self.limit
    }
}

/// An extent with its entries, as the search sees it.
#[derive(Clone, Debug)]
struct Wanted {
    item: Item,
    /// Free runs that it may go into, ascending.
    spaces: Vec<usize>,
}

/// Places everything.
pub fn solve(problem: &Problem) -> Result<Layout, Stuck> {
    let mut steps = Steps { used: 0, limit: problem.steps };
    let mut choice = share::first(problem)?;
    if is_too_much(problem) {
        return Err(Stuck::Memory { proven: true });
    }
    let mut best = attempt(problem, &choice, &mut steps);
    // Rather a little more granted of devices than no place for memory.
    if best.is_err() && choice.tighten(problem) {
        best = attempt(problem, &choice, &mut steps);
    }
    let mut best = best?;
    // Extents of one demand share its entries: other shares may waste less.
    let divided = problem.demands.iter().enumerate().filter(|(_, demand)| demand.extents.len() > 1);
    for (demand, _) in divided {
        for other in choice.others(demand) {
            if best.search.used == best.search.bound || steps.are_over() {
                break;
            }
            let Ok(layout) = attempt(problem, &other, &mut steps) else { continue };
            if (layout.moved(), layout.search.used) < (best.moved(), best.search.used) {
                (best, choice) = (layout, other);
            }
        }
    }
    if problem.demands.iter().any(|demand| demand.extents.len() > 1) {
        let extents = || best.demands.iter().flat_map(|placed| &placed.extents);
        let least = least_used(problem, |bank| extents().any(|spot| spot.bank == bank));
        best.search.bound = least.min(best.search.used);
    }
    best.search.steps = steps.used;
    Ok(best)
}

/// Whether some extents need more than all the banks hold that they may be in, however they are arranged.
fn is_too_much(problem: &Problem) -> bool {
    let extents =
        || problem.demands.iter().flat_map(|demand| demand.extents.iter().map(move |extent| (demand, extent)));
    let mut groups: Vec<&[usize]> = extents().map(|(_, extent)| extent.banks.as_slice()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups.iter().any(|group| {
        let inside = extents().filter(|(_, extent)| extent.banks.iter().all(|bank| group.contains(bank)));
        let item = |(demand, extent): (&Demand, &Extent)| Item { size: extent.size, limit: demand.memory_slots };
        let needed = inside.map(|pair| least_granted(&problem.model, &item(pair))).fold(0, u64::saturating_add);
        needed > group.iter().map(|&bank| problem.banks[bank].end - problem.banks[bank].start).sum()
    })
}

/// Places everything with these shares of entries.
fn attempt(problem: &Problem, choice: &share::Choice, steps: &mut Steps) -> Result<Layout, Stuck> {
    let extents = problem
        .demands
        .iter()
        .zip(&choice.extents)
        .flat_map(|(demand, limits)| demand.extents.iter().zip(limits).map(|(extent, &limit)| (extent, limit)));
    let extents: Vec<(&Extent, usize)> = extents.collect();
    let (spots, best) = keep::place(&problem.model, &problem.banks, &extents, steps)
        .map_err(|none| Stuck::Memory { proven: none == NoRow::Impossible })?;
    let used = used(&problem.banks, &spots);
    let least = || least_used(problem, |bank| spots.iter().any(|spot| spot.bank == bank));
    let bound = if best { used } else { least().min(used) };
    let stayed = spots.iter().filter(|spot| spot.stayed).count();
    let mut spots = spots.into_iter();
    let demands = problem.demands.iter().zip(&choice.devices).map(|(demand, devices)| Placed {
        devices: devices.clone(),
        extents: spots.by_ref().take(demand.extents.len()).collect(),
    });
    Ok(Layout { demands: demands.collect(), search: Search { used, bound, steps: steps.used, stayed } })
}

/// Bytes from the start of each bank to the end of the last pieces in it.
fn used(banks: &[Addresses], spots: &[Spot]) -> u64 {
    let ends = banks.iter().enumerate().map(|(number, bank)| {
        let here = spots.iter().filter(|spot| spot.bank == number);
        here.map(|spot| spot.fit.cover.granted.end).max().map_or(0, |end| end - bank.start)
    });
    ends.sum()
}

/// What any layout with something in these banks uses at least, if all entries of a demand went to each of its extents:
/// that, and what is below the first address where a piece can begin.
fn least_used(problem: &Problem, in_use: impl Fn(usize) -> bool) -> u64 {
    let items = problem
        .demands
        .iter()
        .flat_map(|demand| demand.extents.iter().map(|extent| Item { size: extent.size, limit: demand.memory_slots }));
    let granule = u64::from(problem.model.granule()).max(ALIGN);
    let banks = problem.banks.iter().enumerate().filter(|(number, _)| in_use(*number));
    let below: u64 = banks.map(|(_, bank)| bank.start.next_multiple_of(granule) - bank.start).sum();
    items.map(|item| least_granted(&problem.model, &item)).fold(below, u64::saturating_add)
}

impl Search {
    /// Bytes less that another layout may use, at most.
    pub fn gap(&self) -> u64 {
        self.used.saturating_sub(self.bound)
    }
}

impl Layout {
    fn moved(&self) -> usize {
        self.demands.iter().map(|placed| placed.extents.len()).sum::<usize>() - self.search.stayed
    }
}
