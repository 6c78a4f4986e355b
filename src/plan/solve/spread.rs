//! Several runs of free addresses: which item goes into which?
//!
//! Every item names the spaces that it may go into, the one that it prefers first. All of them together in what they
//! prefer is best. Where they do not fit, the items with the fewest bytes that make room go on to what they prefer next.

use super::row::{Item, NoRow, Row, row};
use super::{Steps, Wanted};
use crate::protect::{Addresses, Model};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One row for each space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// For each space: the indices of its items, lowest first, and the row's end.
    pub rows: Vec<Row>,
}

/// Sets of items that are looked at in one space: then greed takes over.
const TRIED: usize = 4096;

/// Spreads `items` over `spaces`. Spaces are in the order in which items prefer them; `Wanted::spaces` is ascending.
pub fn spread(model: &Model, spaces: &[Addresses], items: &[Wanted], steps: &mut Steps) -> Result<Spread, NoRow> {
    let mut first: Vec<usize> = Vec::with_capacity(items.len());
    for item in items {
        first.push(*item.spaces.first().ok_or(NoRow::Impossible)?);
    }
    Search { model, spaces, items }.from(0, first, Vec::new(), steps)
}

struct Search<'a> {
    model: &'a Model,
    spaces: &'a [Addresses],
    items: &'a [Wanted],
}

impl Search<'_> {
    /// Fills the spaces from number `space` on. `at`: for each item the space that it is meant for.
    fn from(&self, space: usize, at: Vec<usize>, rows: Vec<Row>, steps: &mut Steps) -> Result<Spread, NoRow> {
        let Some(free) = self.spaces.get(space) else { return Ok(Spread { rows }) };
        let here: Vec<usize> = (0..at.len()).filter(|&item| at[item] == space).collect();
        let mut unknown = false;
        let mut attempt = |leave: &[usize], steps: &mut Steps| -> Option<Spread> {
            let stay: Vec<usize> = here.iter().copied().filter(|item| !leave.contains(item)).collect();
            let mut at = at.clone();
            for &item in leave {
                at[item] = self.next_space(item, space)?;
            }
            let list: Vec<Item> = stay.iter().map(|&item| self.items[item].item.clone()).collect();
            let filled = row(self.model, free, &list, steps).and_then(|row| {
                let order = row.order.iter().map(|&index| stay[index]).collect();
                let rows = rows.iter().cloned().chain([Row { order, ..row }]).collect();
                self.from(space + 1, at, rows, steps)
            });
            unknown |= filled == Err(NoRow::Unknown);
            filled.ok()
        };
        if let Some(spread) = attempt(&[], steps) {
            return Ok(spread);
        }
        // Who could leave, and how many bytes must.
        let mut free_to_go: Vec<usize> =
            here.iter().copied().filter(|&item| self.next_space(item, space).is_some()).collect();
        free_to_go.sort_by_key(|&item| (self.items[item].item.size, item));
        let asked: u64 = here.iter().map(|&item| self.items[item].item.size).sum();
        let excess = asked.saturating_sub(free.end - free.start);
        let sizes: Vec<u64> = free_to_go.iter().map(|&item| self.items[item].item.size).collect();
        let total: u64 = sizes.iter().sum();
        if total >= excess {
            for (bytes, set) in Subsets::new(&sizes).take(TRIED) {
                steps.used += 1;
                if bytes < excess {
                    continue;
                }
                let leave: Vec<usize> = set.iter().map(|&index| free_to_go[index]).collect();
                if let Some(spread) = attempt(&leave, steps) {
                    return Ok(spread);
                }
                if steps.are_over() {
                    break;
                }
            }
            // Largest first, until the others fit.
            for count in 1..=free_to_go.len() {
                let leave = &free_to_go[free_to_go.len() - count..];
                if sizes[sizes.len() - count..].iter().sum::<u64>() >= excess
                    && let Some(spread) = attempt(leave, steps)
                {
                    return Ok(spread);
                }
            }
            unknown |= free_to_go.len() > TRIED.ilog2() as usize;
        }
        Err(if unknown { NoRow::Unknown } else { NoRow::Impossible })
    }

    /// Where an item goes that leaves a space.
    fn next_space(&self, item: usize, space: usize) -> Option<usize> {
        self.items[item].spaces.iter().copied().find(|&other| other > space)
    }
}

/// The non-empty subsets of numbers in ascending order, as indices, by ascending sum.
struct Subsets<'a> {
    numbers: &'a [u64],
    heap: BinaryHeap<Reverse<(u64, Vec<usize>)>>,
}

impl<'a> Subsets<'a> {
    fn new(numbers: &'a [u64]) -> Self {
        let first = numbers.first().map(|&number| Reverse((number, vec![0])));
        Subsets { numbers, heap: first.into_iter().collect() }
    }
}

impl Iterator for Subsets<'_> {
    type Item = (u64, Vec<usize>);

    /// Each set has two successors: its last number is joined by the next one, or replaced by it.
    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((sum, set)) = self.heap.pop()?;
        let last = *set.last()?;
        if let Some(&number) = self.numbers.get(last + 1) {
            let joined = set.iter().copied().chain([last + 1]).collect();
            let replaced = set[..set.len() - 1].iter().copied().chain([last + 1]).collect();
            self.heap.push(Reverse((sum + number, joined)));
            self.heap.push(Reverse((sum - self.numbers[last] + number, replaced)));
        }
        Some((sum, set))
    }
}

#[cfg(test)]
mod tests {
    use super::Subsets;

    #[test]
    fn subsets_come_by_their_sum_and_each_once() {
        let numbers = [1, 2, 2, 5, 9];
        let all: Vec<(u64, Vec<usize>)> = Subsets::new(&numbers).collect();
        assert_eq!(all.len(), 31);
        assert!(all.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        for (sum, set) in &all {
            assert_eq!(*sum, set.iter().map(|&index| numbers[index]).sum::<u64>());
        }
        let mut sets: Vec<_> = all.into_iter().map(|(_, set)| set).collect();
        sets.sort();
        sets.dedup();
        assert_eq!(sets.len(), 31);
    }
}
