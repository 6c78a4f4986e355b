//! The smallest set of demands that conflict.

use crate::plan::solve::{ALIGN, Problem, Stuck, solve};
use crate::protect::Ranges;

/// Steps for one question.
const STEPS: u64 = 300_000;
/// Sets that are tried before the smallest one is no longer looked for.
const TRIED: usize = 2000;

/// One extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub demand: usize,
    pub extent: usize,
}

/// Extents that do not fit, without any one of which the others do: if there are few of them, no smaller set conflicts.
pub fn extents(problem: &Problem) -> Vec<Member> {
    let mut all: Vec<Member> = Vec::new();
    for (demand, wanted) in problem.demands.iter().enumerate() {
        all.extend((0..wanted.extents.len()).map(|extent| Member { demand, extent }));
    }
    let size = |member: &Member| problem.demands[member.demand].extents[member.extent].size;
    // Largest first: of several small sets the one with the most bytes says most.
    all.sort_by_key(|member| (std::cmp::Reverse(size(member)), member.demand, member.extent));
    let smallest_bank = problem.banks.iter().map(|bank| bank.end - bank.start).min().unwrap_or(0);
    let mut tried = 0;
    for count in 1..=3 {
        for set in Combinations::new(all.len(), count) {
            let members: Vec<Member> = set.into_iter().map(|index| all[index]).collect();
            // What is far smaller than any bank conflicts with nothing.
            if members.iter().map(&size).sum::<u64>() * 4 < smallest_bank {
                continue;
            }
            tried += 1;
            if tried > TRIED {
                break;
            }
            if is_stuck(problem, &members) {
                return sorted(members);
            }
        }
    }
    // Leave out whatever can be left out, the smallest first.
    let mut members = all.clone();
    for member in all.iter().rev() {
        let without: Vec<Member> = members.iter().copied().filter(|other| other != member).collect();
        if is_stuck(problem, &without) {
            members = without;
        }
    }
    sorted(members)
}

fn sorted(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_by_key(|member| (member.demand, member.extent));
    members
}

/// Whether these extents alone do not fit, as far as that can be proven.
fn is_stuck(problem: &Problem, members: &[Member]) -> bool {
    solve(&only(problem, members)).err() == Some(Stuck::Memory { proven: true })
}

/// The problem with these extents alone.
fn only(problem: &Problem, members: &[Member]) -> Problem {
    let mut part = Problem { steps: STEPS, ..problem.clone() };
    for (demand, wanted) in part.demands.iter_mut().enumerate() {
        let mut extent = 0;
        wanted.extents.retain(|_| {
            extent += 1;
            members.contains(&Member { demand, extent: extent - 1 })
        });
    }
    part
}

/// The banks that the members may be in.
pub fn banks(problem: &Problem, members: &[Member]) -> Vec<usize> {
    let extents = members.iter().map(|member| &problem.demands[member.demand].extents[member.extent]);
    let mut banks: Vec<usize> = extents.flat_map(|extent| extent.banks.iter().copied()).collect();
    banks.sort_unstable();
    banks.dedup();
    banks
}

/// What would be enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The bank that is short of least.
    pub bank: usize,
    /// By how many bytes it would have to be larger.
    pub bytes: u64,
    /// The bytes alone, without the regions that cover them, fit as it is.
    pub regions: bool,
}

/// How much larger one of the banks would have to be for the members, found by trying.
pub fn missing(problem: &Problem, members: &[Member], banks: &[usize]) -> Option<Missing> {
    let mut part = only(problem, members);
    for extent in part.demands.iter_mut().flat_map(|demand| &mut demand.extents) {
        extent.kept = None;
    }
    let grain = u64::from(part.model.granule()).max(ALIGN);
    let sizes = part.demands.iter().flat_map(|demand| &demand.extents).map(|extent| extent.size);
    let most = sizes.map(|size| 4 * size.next_power_of_two()).sum::<u64>() / grain;
    let larger = |bank: usize, grains: u64| {
        let mut larger = part.clone();
        larger.banks[bank].end += grains * grain;
        solve(&larger).is_ok()
    };
    let each = banks.iter().filter_map(|&bank| Some((least(most, |grains| larger(bank, grains))? * grain, bank)));
    let (bytes, bank) = each.min()?;
    let ranges = Some(Ranges { granule: ALIGN as u32, entries: 1 });
    let mut bare = part.clone();
    (bare.model.blocks, bare.model.ranges) = (None, ranges);
    Some(Missing { bank, bytes, regions: solve(&bare).is_ok() })
}

/// The smallest number from 1 to `most` that works, if all above one that works do too.
pub fn least(most: u64, works: impl Fn(u64) -> bool) -> Option<u64> {
    if most == 0 || !works(most) {
        return None;
    }
    let (mut low, mut high) = (0, most);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if works(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// Devices of a demand (indices) that need too many entries, without any one of which the others do not.
pub fn devices(problem: &Problem, demand: usize) -> Vec<usize> {
    let wanted = &problem.demands[demand];
    let mut devices: Vec<usize> = (0..wanted.devices.len()).collect();
    for index in 0..wanted.devices.len() {
        let without: Vec<usize> = devices.iter().copied().filter(|&other| other != index).collect();
        let mut part = wanted.clone();
        part.devices = without.iter().map(|&index| wanted.devices[index].clone()).collect();
        // Those that are left out belong to nobody else in this question.
        part.extents.iter_mut().for_each(|extent| extent.size = 1);
        let part = Problem { demands: vec![part], steps: STEPS, ..problem.clone() };
        if matches!(solve(&part), Err(Stuck::Entries { .. })) {
            devices = without;
        }
    }
    devices
}

/// All sets of `count` numbers below `end`, in lexicographic order.
struct Combinations {
    end: usize,
    next: Option<Vec<usize>>,
}

impl Combinations {
    fn new(end: usize, count: usize) -> Self {
        Combinations { end, next: (count <= end).then(|| (0..count).collect()) }
    }
}

impl Iterator for Combinations {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let current = self.next.take()?;
        let count = current.len();
        if let Some(place) = (0..count).rev().find(|&place| current[place] < self.end - (count - place)) {
            let mut next = current.clone();
            next[place] += 1;
            for later in place + 1..count {
                next[later] = next[later - 1] + 1;
            }
            self.next = Some(next);
        }
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use super::Combinations;

    #[test]
    fn combinations_are_all_and_each_once() {
        let pairs: Vec<Vec<usize>> = Combinations::new(4, 2).collect();
        assert_eq!(pairs, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(Combinations::new(5, 3).count(), 10);
        assert_eq!(Combinations::new(3, 3).count(), 1);
        assert_eq!(Combinations::new(2, 3).count(), 0);
        assert_eq!(Combinations::new(0, 1).count(), 0);
    }
}
