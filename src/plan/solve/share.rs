//! Entries of the protection unit: how many of a demand's go to its devices, and how many to each of its extents.

use super::row::{Item, least_granted};
use super::{Demand, Problem, Stuck};
use crate::protect::{Gathered, Model};

/// A share for everyone, in the order of the problem's demands.
#[derive(Clone, Debug)]
pub struct Choice {
    pub devices: Vec<Gathered>,
    /// For each extent how many entries its pieces may take.
    pub extents: Vec<Vec<usize>>,
}

/// Devices with nothing granted beyond them that could be left out, and the rest of the entries for the extents.
pub fn first(problem: &Problem) -> Result<Choice, Stuck> {
    let mut choice = Choice { devices: Vec::new(), extents: Vec::new() };
    for (index, demand) in problem.demands.iter().enumerate() {
        let options = options(&problem.model, demand, demand.slots);
        let Some(devices) = options.last() else {
            let needed = self::options(&problem.model, demand, usize::from(u8::MAX) - demand.extents.len());
            let needed = needed.first().map(|least| least.entries + demand.extents.len());
            return Err(Stuck::Entries { demand: index, needed });
        };
        choice.extents.push(divide(&problem.model, demand, (demand.slots - devices.entries).min(demand.memory_slots)));
        choice.devices.push(devices.clone());
    }
    Ok(choice)
}

/// Pieces for the devices of a demand that has `slots` entries, each extent with one at least. The fewest entries first; the
/// least granted last.
fn options(model: &Model, demand: &Demand, slots: usize) -> Vec<Gathered> {
    let Some(limit) = slots.checked_sub(demand.extents.len()) else { return Vec::new() };
    let mut options = model.gather(&demand.devices, &demand.forbidden, limit);
    options.retain(|option| option.over_grant <= demand.over_grant);
    options
}

impl Choice {
    /// As few entries for devices as the policy allows. Whether that changes anything.
    pub fn tighten(&mut self, problem: &Problem) -> bool {
        let mut changed = false;
        for (index, demand) in problem.demands.iter().enumerate() {
            let options = options(&problem.model, demand, demand.slots);
            let Some(devices) = options.first().filter(|option| **option != self.devices[index]) else { continue };
            self.extents[index] =
                divide(&problem.model, demand, (demand.slots - devices.entries).min(demand.memory_slots));
            self.devices[index] = devices.clone();
            changed = true;
        }
        changed
    }

    /// The same with other shares for the extents of one demand.
    pub fn others(&self, demand: usize) -> Vec<Choice> {
        let current = &self.extents[demand];
        let total: usize = current.iter().sum();
        let mut all: Vec<Vec<usize>> = vec![Vec::new()];
        for position in 0..current.len() {
            let left = current.len() - position - 1;
            all = all
                .into_iter()
                .flat_map(|shares| {
                    let taken: usize = shares.iter().sum();
                    let most = total - taken - left;
                    let least = if left == 0 { most } else { 1 };
                    (least..=most).map(move |share| shares.iter().copied().chain([share]).collect())
                })
                .collect();
        }
        all.retain(|shares| shares != current);
        let with = |shares: Vec<usize>| {
            let mut choice = self.clone();
            choice.extents[demand] = shares;
            choice
        };
        all.into_iter().map(with).collect()
    }
}

/// One entry for each extent, and each further one to the extent that it helps most.
fn divide(model: &Model, demand: &Demand, entries: usize) -> Vec<usize> {
    let mut shares = vec![1; demand.extents.len()];
    for _ in shares.len()..entries {
        let waste = |index: usize, limit: usize| {
            let size = demand.extents[index].size;
            least_granted(model, &Item { size, limit }) - size
        };
        // What one more saves; then whoever has most bytes for each entry.
        let gain = |index: usize| {
            let share = shares[index];
            let bytes = demand.extents[index].size / share as u64;
            (waste(index, share) - waste(index, share + 1), bytes, std::cmp::Reverse(index))
        };
        if let Some(index) = (0..shares.len()).max_by_key(|&index| gain(index)) {
            shares[index] += 1;
        }
    }
    shares
}
