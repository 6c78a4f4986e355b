//! Which entry of the protection unit each piece of a process gets.
//!
//! Entering a process stores the words of all its entries; a kernel that stores only what differs stores least if as little
//! as possible differs. So a shape that several processes have is in the same entry in all of them, and the other shapes fill up from below: where nothing
//! is in the way, two processes differ in as many entries as the larger one has, less those that they share.

use crate::protect::{Access, Model, Piece, Shape};

/// A shape and what it grants.
type Entry = (Shape, Access);

/// Shapes that are tried in every order.
const TRIED: usize = 5;

/// The pieces of each process, in the order of their entries: `first..first + count`. `processes` holds the shapes of each,
/// which take at most `count` entries.
pub fn assign(model: &Model, processes: &[Vec<Entry>], first: u8, count: u8) -> Vec<Vec<Piece>> {
    let shared = shared(processes);
    let mut orders = vec![shared.clone()];
    if shared.len() <= TRIED {
        orders = permutations(shared);
    }
    // Of equally good ones the first: the shapes are sorted; and above what a process has of its own rather than below, so
    // that a device more moves nothing.
    let with = |order: &Vec<Entry>| [true, false].map(|above| arrange(model, processes, order, above, first, count));
    let best = orders.iter().flat_map(with).min_by_key(|pieces| rewritten(model, pieces, first, count));
    best.unwrap_or_default()
}

/// Shapes of more than one process: those of most processes first, then by address.
fn shared(processes: &[Vec<Entry>]) -> Vec<Entry> {
    let holders = |shape: &Entry| processes.iter().filter(|list| list.contains(shape)).count();
    let mut shared: Vec<Entry> = processes.iter().flatten().filter(|shape| holders(shape) > 1).copied().collect();
    shared.sort_by_key(|entry| (std::cmp::Reverse(holders(entry)), entry.0.base(), entry.0.size()));
    shared.dedup();
    shared
}

/// All orders of a few things, their own first.
fn permutations(list: Vec<Entry>) -> Vec<Vec<Entry>> {
    if list.len() <= 1 {
        return vec![list];
    }
    let firsts = (0..list.len()).flat_map(|index| {
        let mut rest = list.clone();
        let first = rest.remove(index);
        permutations(rest).into_iter().map(move |order| std::iter::once(first).chain(order).collect())
    });
    firsts.collect()
}

/// Gives shared shapes, in this order, the lowest entries that are free in all processes that have them: of all entries, or
/// of those above what each of these processes has alone.
fn arrange(
    model: &Model,
    processes: &[Vec<Entry>],
    shared: &[Entry],
    above: bool,
    first: u8,
    count: u8,
) -> Vec<Vec<Piece>> {
    let own = |index: usize| {
        let own: Vec<Entry> = processes[index].iter().filter(|shape| !shared.contains(shape)).copied().collect();
        model.pieces(&own, first).len() as u8
    };
    let mut fixed: Vec<Vec<(Entry, u8)>> = vec![Vec::new(); processes.len()];
    for &shape in shared {
        let holders: Vec<usize> = (0..processes.len()).filter(|&index| processes[index].contains(&shape)).collect();
        let entries = model.entries(&shape.0) as u8;
        let lowest = holders.iter().map(|&index| own(index)).max().filter(|_| above).unwrap_or(0);
        for slot in first + lowest..(first + count).saturating_sub(entries - 1) {
            let mut with = fixed.clone();
            holders.iter().for_each(|&holder| with[holder].push((shape, slot)));
            if holders.iter().all(|&holder| fill(model, &processes[holder], &with[holder], first, count).is_some()) {
                fixed = with;
                break;
            }
        }
    }
    let pieces = processes.iter().zip(&fixed).map(|(shapes, fixed)| {
        // Without anything in a place of its own everything fits: the caller has seen to that.
        fill(model, shapes, fixed, first, count).unwrap_or_else(|| model.pieces(shapes, first))
    });
    pieces.collect()
}

/// The pieces of a process, some of them in entries that are given. `None` if they overlap or the rest has no room.
fn fill(model: &Model, shapes: &[Entry], fixed: &[(Entry, u8)], first: u8, count: u8) -> Option<Vec<Piece>> {
    let mut fixed = fixed.to_vec();
    fixed.sort_by_key(|(_, slot)| *slot);
    let mut rest: Vec<Entry> =
        shapes.iter().filter(|shape| !fixed.iter().any(|(other, _)| other == *shape)).copied().collect();
    let (mut pieces, mut slot) = (Vec::new(), first);
    let ends = fixed.iter().map(|&(shape, slot)| (slot, Some(shape))).chain([(first + count, None)]);
    for (end, shape) in ends {
        let room = usize::from(end.checked_sub(slot)?);
        let taken = (0..=rest.len()).rev().find(|&taken| model.pieces(&rest[..taken], slot).len() <= room)?;
        let here: Vec<Entry> = rest.drain(..taken).collect();
        pieces.extend(model.pieces(&here, slot));
        if let Some(shape) = shape {
            // Alone, and at an entry above 0: with a lower end of its own, so the same words in each process.
            pieces.extend(model.pieces(&[shape], end));
            slot = end + model.entries(&shape.0) as u8;
        }
    }
    (rest.is_empty() && slot <= first + count).then_some(pieces)
}

/// Entries that differ, over all pairs of processes.
fn rewritten(model: &Model, pieces: &[Vec<Piece>], first: u8, count: u8) -> usize {
    let words: Vec<Vec<[u32; 2]>> = pieces.iter().map(|pieces| words(model, pieces, first, count)).collect();
    let pairs = words.iter().enumerate().flat_map(|(index, one)| words[..index].iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| one.iter().zip(other).filter(|(one, other)| one != other).count()).sum()
}

/// The words of all entries of a process, those that are off included.
pub fn words(model: &Model, pieces: &[Piece], first: u8, count: u8) -> Vec<[u32; 2]> {
    let piece = |slot| pieces.iter().find(|piece| piece.slot == slot);
    (first..first + count).map(|slot| piece(slot).map_or_else(|| model.off(slot), |piece| piece.words)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::{pmp, pmsav7, pmsav8};

    fn shape(model: &Model, number: u32) -> Entry {
        let base = 0x2000_0000 + 0x100 * number;
        match model.ranges {
            Some(_) => (Shape::Range { base, size: 0x40 }, Access::ReadWrite),
            None => (Shape::Block { base, size_log2: 6, subregions_off: 0 }, Access::ReadWrite),
        }
    }

    /// The fewest of all ways to put the shapes of one entry each into the entries.
    fn least(model: &Model, processes: &[Vec<Entry>], done: &mut Vec<Vec<Piece>>, count: u8) -> usize {
        let Some(shapes) = processes.get(done.len()) else { return rewritten(model, done, 1, count) };
        let mut best = usize::MAX;
        let mut slots: Vec<u8> = Vec::new();
        place(model, shapes, &mut slots, count, &mut |pieces| {
            done.push(pieces);
            best = best.min(least(model, processes, done, count));
            done.pop();
        });
        best
    }

    fn place(model: &Model, shapes: &[Entry], slots: &mut Vec<u8>, count: u8, with: &mut dyn FnMut(Vec<Piece>)) {
        if slots.len() == shapes.len() {
            let all = shapes.iter().zip(slots.iter());
            return with(all.flat_map(|(&shape, &slot)| model.pieces(&[shape], slot)).collect());
        }
        for slot in 1..=count {
            if !slots.contains(&slot) {
                slots.push(slot);
                place(model, shapes, slots, count, with);
                slots.pop();
            }
        }
    }

    /// Three processes with up to three of five shapes each, in four entries: no way rewrites less.
    #[test]
    fn a_switch_rewrites_the_fewest_entries() {
        let model = pmsav7::model(32);
        let sets: Vec<u32> = (0u32..32).filter(|set| (1..=3).contains(&set.count_ones())).collect();
        let mut seed = 1u32;
        for _ in 0..10 {
            let mut pick = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let set = sets[seed as usize / 7 % sets.len()];
                (0..5).filter(|bit| set >> bit & 1 == 1).map(|bit| shape(&model, bit)).collect::<Vec<Entry>>()
            };
            let processes = [pick(), pick(), pick()];
            let found = assign(&model, &processes, 1, 4);
            for (pieces, shapes) in found.iter().zip(&processes) {
                assert_eq!(pieces.len(), shapes.len());
            }
            let best = least(&model, &processes, &mut Vec::new(), 4);
            assert_eq!(rewritten(&model, &found, 1, 4), best, "{processes:?}");
        }
    }

    #[test]
    fn what_is_shared_is_in_one_entry() {
        for model in [pmsav7::model(32), pmsav8::MODEL, pmp::model(4, true), pmp::model(4, false)] {
            let of = |numbers: &[u32]| numbers.iter().map(|&number| shape(&model, number)).collect::<Vec<Entry>>();
            let processes = [of(&[0, 9]), of(&[1, 2, 9]), of(&[3, 4, 5])];
            let entries = model.entries(&shape(&model, 0).0);
            let found = assign(&model, &processes, 1, 9);
            let slot = |pieces: &[Piece]| pieces.iter().find(|piece| piece.base == 0x2000_0900).map(|piece| piece.slot);
            assert!(slot(&found[0]).is_some() && slot(&found[0]) == slot(&found[1]), "{found:?}");
            // 0-1, 0-2, 1-2: the larger one's, less the shared one.
            assert_eq!(rewritten(&model, &found, 1, 9), (3 - 1 + 3 + 3) * entries, "{}", model.name);
        }
    }
}
