//! What stays where it was. Everything whose size has not changed stays if it can; what has grown or shrunk stays if
//! there is room around it; the rest goes into what is free, holes first. Only if that fails something else moves: as few
//! extents as possible, and among as many those with the fewest bytes.

use super::row::{ALIGN, Item, NoRow};
use super::spread::{Spread, spread};
use super::{Extent, Spot, Steps, Wanted};
use crate::protect::{Addresses, Fit, Model};

/// Inside what is granted an extent begins at a multiple of this, where it can.
const BASE_ALIGN: u64 = 16;

/// How many sets of extents are moved out of the way in trials.
const TRIED: usize = 2000;

/// Places extents, each with a limit of entries. The spots are in their order. Also says whether no layout could use
/// less, the extents in the same banks.
pub fn place(
    model: &Model,
    banks: &[Addresses],
    extents: &[(&Extent, usize)],
    steps: &mut Steps,
) -> Result<(Vec<Spot>, bool), NoRow> {
    let keeper = Keeper { model, banks, extents };
    let stay = keeper.stay();
    let held: Vec<usize> = (0..extents.len()).filter(|&index| stay[index].is_some()).collect();
    let mut result = keeper.around(&stay, steps);
    if result.is_ok() || held.is_empty() {
        return result;
    }
    for released in keeper.releases(&stay, &held) {
        let mut stay = stay.clone();
        released.iter().for_each(|&index| stay[index] = None);
        result = keeper.around(&stay, steps);
        if result.is_ok() || steps.are_over() {
            break;
        }
    }
    if result.is_err() {
        result = keeper.around(&vec![None; extents.len()], steps);
    }
    result
}

struct Keeper<'a> {
    model: &'a Model,
    banks: &'a [Addresses],
    extents: &'a [(&'a Extent, usize)],
}

impl Keeper<'_> {
    /// What can stay where it was without anything else having to move.
    fn stay(&self) -> Vec<Option<Spot>> {
        let mut stay: Vec<Option<Spot>> = vec![None; self.extents.len()];
        // First what has not changed, then what has.
        for changed in [false, true] {
            for (index, (extent, limit)) in self.extents.iter().enumerate() {
                let Some(kept) = &extent.kept else { continue };
                if (kept.size != extent.size) != changed || !extent.banks.contains(&kept.bank) {
                    continue;
                }
                let Some(bank) = self.banks.get(kept.bank) else { continue };
                let mut room = if changed { kept.granted.start..bank.end } else { kept.granted.clone() };
                let inside = room.start >= bank.start && room.start <= kept.base && room.end <= bank.end;
                let aligned = kept.base.is_multiple_of(ALIGN);
                let others = || stay.iter().flatten().map(|spot| &spot.fit.cover.granted);
                room.end =
                    others().map(|other| other.start).filter(|&start| start >= kept.base).fold(room.end, u64::min);
                let free = others().all(|other| other.end <= room.start || room.end <= other.start);
                let bytes = kept.base..kept.base.saturating_add(extent.size);
                if !inside || !aligned || !free || bytes.end > room.end {
                    continue;
                }
                let Some(cover) = self.model.cover(bytes, room, *limit) else { continue };
                let fit = Fit { base: kept.base, cover };
                stay[index] = Some(Spot { bank: kept.bank, fit, stayed: true });
            }
        }
        stay
    }

    /// Places what does not stay around what does.
    fn around(&self, stay: &[Option<Spot>], steps: &mut Steps) -> Result<(Vec<Spot>, bool), NoRow> {
        let (spaces, bank_of) = self.spaces(stay);
        let floating: Vec<usize> = (0..stay.len()).filter(|&index| stay[index].is_none()).collect();
        let wanted: Vec<Wanted> = floating
            .iter()
            .map(|&index| {
                let (extent, limit) = self.extents[index];
                let allowed = (0..spaces.len()).filter(|&space| extent.banks.contains(&bank_of[space]));
                Wanted { item: Item { size: extent.size, limit }, spaces: allowed.collect() }
            })
            .collect();
        let Spread { rows } = spread(self.model, &spaces, &wanted, steps)?;
        let best = rows.iter().all(|row| row.best) && floating.len() == stay.len();
        let mut spots = stay.to_vec();
        for (space, row) in rows.into_iter().enumerate() {
            let mut free = spaces[space].clone();
            for item in row.order {
                let Item { size, limit } = wanted[item].item;
                let fit = self.model.fit(size, &free, ALIGN, BASE_ALIGN, limit);
                let fit = fit.expect("the search has found this place");
                free.start = fit.cover.granted.end;
                spots[floating[item]] = Some(Spot { bank: bank_of[space], fit, stayed: false });
            }
        }
        Ok((spots.into_iter().map(|spot| spot.expect("every extent has its place")).collect(), best))
    }

    /// The free runs, in the order in which extents prefer them, and the bank of each: for each bank the holes, the
    /// smallest first, then what is above everything.
    fn spaces(&self, stay: &[Option<Spot>]) -> (Vec<Addresses>, Vec<usize>) {
        let mut spaces = Vec::new();
        let mut bank_of = Vec::new();
        for (number, bank) in self.banks.iter().enumerate() {
            let here = stay.iter().flatten().filter(|spot| spot.bank == number);
            let mut taken: Vec<&Addresses> = here.map(|spot| &spot.fit.cover.granted).collect();
            taken.sort_by_key(|granted| granted.start);
            let mut holes: Vec<Addresses> = Vec::new();
            let mut start = bank.start;
            for granted in taken {
                holes.push(start..granted.start);
                start = granted.end;
            }
            holes.retain(|hole| hole.start < hole.end);
            holes.sort_by_key(|hole| (hole.end - hole.start, hole.start));
            holes.push(start..bank.end);
            bank_of.resize(spaces.len() + holes.len(), number);
            spaces.extend(holes);
        }
        (spaces, bank_of)
    }

    /// Sets of extents to move out of the way, in the order in which they are tried.
    fn releases(&self, stay: &[Option<Spot>], held: &[usize]) -> Vec<Vec<usize>> {
        let bytes = |set: &[usize]| -> u64 { set.iter().map(|&index| self.extents[index].0.size).sum() };
        let mut sets: Vec<Vec<usize>> = held.iter().map(|&index| vec![index]).collect();
        for (position, &first) in held.iter().enumerate() {
            sets.extend(held[position + 1..].iter().map(|&second| vec![first, second]));
        }
        // Neighbours: three and more.
        let place = |index: usize| stay[index].as_ref().map(|spot| (spot.bank, spot.fit.base));
        let mut neighbours = held.to_vec();
        neighbours.sort_by_key(|&index| place(index));
        for count in 3..held.len() {
            sets.extend(neighbours.windows(count).map(<[usize]>::to_vec));
        }
        sets.sort_by_cached_key(|set| (set.len(), bytes(set), set.clone()));
        sets.truncate(TRIED);
        sets
    }
}
