//! The solver against an oracle that tries everything, and layouts of all models judged by `verify`'s decoders.
//!
//! The oracle knows what one piece can grant ([`all_pieces`]) and nothing else: no order is better than another to it, no
//! low end better than a high one, and chains of pieces are found by trying all.

use crate::protect::{all_pieces, judge, models, regions};
use compose::plan::solve::{Demand, Extent, Layout, Problem, Stuck, solve};
use compose::protect::{Access, Addresses, Model, pmp, pmsav7, pmsav8};
use std::collections::HashMap;

const BANK: u64 = 0x2000_0000;

/// Everything that so many entries can grant as one run: for each start the ends. In units of the grain.
struct Grants {
    grain: u64,
    /// Multiples of the grain in the bank.
    places: usize,
    /// `ends[limit][start]`: bit i set = i can be an end.
    ends: [Vec<u64>; 5],
}

impl Grants {
    fn new(model: &Model, bank: &Addresses) -> Self {
        let grain = u64::from(model.granule()).max(8);
        let places = ((bank.end - bank.start) / grain) as usize;
        let unit = |address: u64| ((address - bank.start) / grain) as usize;
        // Blocks are aligned in the address space, not in the bank.
        let around = align(bank.start, 1 << 13)..(bank.end + (1 << 13));
        let pieces: Vec<(usize, usize, usize)> = all_pieces(model, &(around.start..align(around.end, 1 << 13)))
            .into_iter()
            .filter(|(piece, _)| piece.start >= bank.start && piece.end <= bank.end)
            .filter(|(piece, _)| piece.start % grain == 0 && piece.end % grain == 0)
            .map(|(piece, entries)| (unit(piece.start), unit(piece.end), entries))
            .collect();
        let mut entries = vec![vec![usize::MAX; places + 1]; places + 1];
        for start in 0..places {
            for _ in 0..4 {
                let known = entries[start].clone();
                for &(from, to, more) in pieces.iter().filter(|(from, ..)| *from >= start) {
                    let begins = if from == start { Some(0) } else { None };
                    let follows = known[from..].iter().filter(|count| **count < usize::MAX).min().copied();
                    if let Some(before) = begins.into_iter().chain(follows).min() {
                        // What is granted reaches to the later of the two ends.
                        let ends = (from..=places).filter(|&end| end == from || known[end] < usize::MAX);
                        for end in ends.filter(|&end| end <= to || begins.is_none()) {
                            let before = if begins.is_some() { before } else { known[end] };
                            let place = &mut entries[start][to.max(end)];
                            *place = (*place).min(before.saturating_add(more));
                        }
                    }
                }
            }
        }
        let within = |counts: &Vec<usize>, limit| {
            counts.iter().enumerate().filter(|(_, count)| **count <= limit).fold(0, |ends, (end, _)| ends | 1 << end)
        };
        let ends = [0, 1, 2, 3, 4].map(|limit| entries.iter().map(|counts| within(counts, limit)).collect());
        Grants { grain, places, ends }
    }

    /// For each start the ends that so many bytes can have from there on, wherever they are.
    fn from(&self, size: u64, limit: usize) -> Vec<u64> {
        let needed = size.div_ceil(self.grain) as usize;
        let mut from = vec![0u64; self.places + 1];
        for start in (0..self.places).rev() {
            let far_enough = u64::MAX.checked_shl((start + needed) as u32).unwrap_or(0);
            from[start] = from[start + 1] | self.ends[limit][start] & far_enough;
        }
        from
    }

    /// The lowest end of all items: tried in every order, at every place.
    fn best(&self, items: &[(u64, usize)]) -> Option<u64> {
        let from: Vec<Vec<u64>> = items.iter().map(|&(size, limit)| self.from(size, limit)).collect();
        let best = lowest(&from, (1 << items.len()) - 1, 0, &mut HashMap::new());
        (best < usize::MAX).then(|| best as u64 * self.grain)
    }
}

fn lowest(from: &[Vec<u64>], set: u32, floor: usize, seen: &mut HashMap<(u32, usize), usize>) -> usize {
    if set == 0 {
        return floor;
    }
    if let Some(&known) = seen.get(&(set, floor)) {
        return known;
    }
    let mut best = usize::MAX;
    for index in (0..from.len()).filter(|index| set >> index & 1 == 1) {
        let mut ends = from[index][floor];
        while ends != 0 {
            best = best.min(lowest(from, set & !(1 << index), ends.trailing_zeros() as usize, seen));
            ends &= ends - 1;
        }
    }
    seen.insert((set, floor), best);
    best
}

fn align(address: u64, to: u64) -> u64 {
    address / to * to
}

fn demand(name: String, size: u64, slots: usize) -> Demand {
    let extents = vec![Extent { size, banks: vec![0], kept: None }];
    Demand { name, slots, memory_slots: slots, devices: Vec::new(), forbidden: Vec::new(), over_grant: 0, extents }
}

fn agrees(model: &Model, grants: &Grants, bank: &Addresses, items: &[(u64, usize)]) {
    let demands = items.iter().enumerate().map(|(index, &(size, slots))| demand(format!("{index}"), size, slots));
    let problem = Problem { model: *model, banks: vec![bank.clone()], demands: demands.collect(), steps: 100_000_000 };
    let best = grants.best(items);
    let found = match solve(&problem) {
        Ok(layout) => {
            assert_eq!(layout.search.used, layout.search.bound, "{items:?}: not proven");
            // Ends between grains are of no use: the next memory begins at one.
            Some(layout.search.used.next_multiple_of(grants.grain))
        }
        Err(stuck) => {
            assert_eq!(stuck, Stuck::Memory { proven: true }, "{items:?}");
            None
        }
    };
    assert_eq!(found, best, "{} {items:?} in {bank:#x?}", model.name);
}

/// Each model with sizes that are hard for it, numbers of entries, and the grains of a small bank.
fn small() -> Vec<(Model, &'static [u64], &'static [usize], u64)> {
    vec![
        (pmsav7::model(32), &[32, 96, 288, 352], &[1, 2, 3], 48),
        (pmsav8::MODEL, &[8, 33, 64, 200], &[1], 40),
        (pmp::model(4, true), &[8, 20, 40, 96], &[2], 40),
        (pmp::model(4, false), &[8, 24, 40, 56], &[1, 2, 3], 32),
    ]
}

/// All systems of up to five memories of these sizes.
#[test]
fn nothing_is_better_than_what_is_found() {
    let mut systems = 0;
    for (model, sizes, limits, grains) in small() {
        let grain = u64::from(model.granule()).max(8);
        // The bank begins at no round address, and some systems do not fit.
        let bank = BANK + 3 * grain..BANK + (3 + grains) * grain;
        let grants = Grants::new(&model, &bank);
        for &limit in limits {
            for count in 1..=5 {
                let mut picks = vec![0; count];
                loop {
                    let items: Vec<(u64, usize)> = picks.iter().map(|&pick| (sizes[pick], limit)).collect();
                    agrees(&model, &grants, &bank, &items);
                    systems += 1;
                    // The next multiset.
                    let Some(place) = (0..count).rev().find(|&place| picks[place] + 1 < sizes.len()) else { break };
                    let next = picks[place] + 1;
                    picks[place..].fill(next);
                }
            }
        }
    }
    assert_eq!(systems, 8 * 125);
}

#[test]
fn nothing_is_better_whatever_the_sizes() {
    let banks: Vec<(Model, Addresses, Grants)> = small()
        .into_iter()
        .map(|(model, _, _, grains)| {
            let grain = u64::from(model.granule()).max(8);
            let bank = BANK + 5 * grain..BANK + (5 + grains) * grain;
            let grants = Grants::new(&model, &bank);
            (model, bank, grants)
        })
        .collect();
    arbtest::arbtest(|u| {
        let (model, bank, grants) = u.choose(&banks)?;
        let count = u.int_in_range(1..=4)?;
        let most = (bank.end - bank.start) / count;
        let items: arbitrary::Result<Vec<(u64, usize)>> =
            (0..count).map(|_| Ok((u.int_in_range(1..=most)?, u.int_in_range(2..=4)?))).collect();
        agrees(model, grants, bank, &items?);
        Ok(())
    })
    .budget_ms(1000);
}

/// Any layout of any model: everything inside its bank, nothing granted twice, no more entries than there are, and all
/// words mean what the layout says.
#[test]
fn layouts_are_legal() {
    arbtest::arbtest(|u| {
        let (model, unit) = *u.choose(&models())?;
        let banks = vec![BANK + 8 * u.int_in_range(0..=99)?..BANK + 0x8000, 0x1000_0000..0x1000_1000];
        let mut demands = Vec::new();
        let peripheral = |index: u64| 0x4000_0000 + 0x400 * index..0x4000_0400 + 0x400 * index;
        for index in 0..u.int_in_range(1..=7)? {
            let mut demand = demand(format!("{index}"), u.int_in_range(1..=5000)?, u.int_in_range(2..=10)?);
            demand.extents[0].banks = u.choose(&[vec![0], vec![0, 1], vec![1]])?.clone();
            if u.ratio(1, 3)? {
                let banks = vec![1 - demand.extents[0].banks[0]];
                demand.extents.push(Extent { size: u.int_in_range(1..=600)?, banks, kept: None });
            }
            let has: Vec<bool> = (0..3).map(|_| u.ratio(1, 4)).collect::<arbitrary::Result<_>>()?;
            let own = |device: &u64| has[*device as usize % 3] && device / 3 == index;
            demand.devices = (0..21).filter(own).map(peripheral).collect();
            demand.forbidden = (0..21).filter(|device| !own(device)).map(peripheral).chain(banks.clone()).collect();
            demand.over_grant = *u.choose(&[0, 64])?;
            demands.push(demand);
        }
        let problem = Problem { model, banks, demands, steps: 100_000 };
        let Ok(Layout { demands: placed, search }) = solve(&problem) else { return Ok(()) };
        assert!(search.bound <= search.used);
        let mut granted: Vec<Addresses> = Vec::new();
        for (wanted, placed) in problem.demands.iter().zip(&placed) {
            let mut shapes: Vec<_> = placed.devices.shapes.iter().map(|&shape| (shape, Access::Device)).collect();
            for (extent, spot) in wanted.extents.iter().zip(&placed.extents) {
                assert!(extent.banks.contains(&spot.bank));
                let bytes = spot.fit.base..spot.fit.base + extent.size;
                judge(&model, unit, &bytes, &problem.banks[spot.bank], &spot.fit.cover);
                granted.push(spot.fit.cover.granted.clone());
                shapes.extend(spot.fit.cover.shapes.iter().map(|&shape| (shape, Access::ReadWrite)));
            }
            assert!(placed.devices.over_grant <= wanted.over_grant);
            assert!(model.pieces(&shapes, 1).len() <= wanted.slots, "{shapes:?}");
            // Together they grant what they grant each, and the devices.
            let runs = unit.runs(&regions(&model, unit, &shapes, 1));
            let inside =
                |run: &Addresses, all: &[Addresses]| all.iter().any(|one| one.start <= run.start && run.end <= one.end);
            let runs: Vec<Addresses> = compose::protect::merge(runs.into_iter().map(|(run, _)| run).collect());
            for device in &wanted.devices {
                assert!(inside(device, &runs));
            }
            for run in &runs {
                assert!(wanted.forbidden.iter().all(|other| {
                    run.end <= other.start
                        || other.end <= run.start
                        || inside(other, &problem.banks)
                        || problem.banks.contains(other)
                }));
            }
        }
        granted.sort_by_key(|run| run.start);
        assert!(granted.windows(2).all(|pair| pair[0].end <= pair[1].start), "{granted:#x?}");
        Ok(())
    })
    .budget_ms(1000);
}
