//! One run of free addresses: in which order do items go into it, so that the last one ends lowest?
//!
//! Items go in from the bottom, each at the lowest end that its pieces can have above the one before. Any layout has an
//! order, and what follows an item never ends higher for having started lower; so for each set of items that are in
//! already only the order with the lowest end matters, and going through the sets instead of the orders is exact: 2^n
//! sets, not n! orders. Of these, sets that cannot end below the best row known are left out.
//!
//! The sets are gone through by size. Where they are too many for the steps that are left, the ones that waste least are
//! kept: then the row is good, and not known to be the best.

use super::Steps;
use crate::protect::{Addresses, Model};

/// What goes into a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Bytes, more than 0.
    pub size: u64,
    /// Entries of the protection unit that its pieces may take.
    pub limit: usize,
}

/// Items in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Indices of the items, lowest first.
    pub order: Vec<usize>,
    /// Where the last one's pieces end; the start of the space if there are no items.
    pub end: u64,
    /// No row of these items ends lower.
    pub best: bool,
}

/// What is known when no row has been found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRow {
    /// There is none.
    Impossible,
    /// The steps ended first.
    Unknown,
}

/// All items begin and end at multiples of this.
pub const ALIGN: u64 = 8;

/// Sets of items: as many as a set of bits has.
const MOST: usize = 256;
type Set = [u64; MOST / 64];

/// How many sets of each size are kept in the first pass.
const NARROW: usize = 16;
/// How many sets are kept in all: some 60 MB.
const ALL: usize = 1 << 20;

/// Least bytes that the pieces of an item grant, wherever it is.
pub fn least_granted(model: &Model, item: &Item) -> u64 {
    let granule = u64::from(model.granule()).max(ALIGN);
    let rounded = item.size.next_multiple_of(granule);
    match (model.ranges, model.blocks) {
        (Some(ranges), _) if usize::from(ranges.entries) <= item.limit => rounded,
        (_, Some(blocks)) if item.limit <= 2 => {
            // What one piece can grant: so many grains at most.
            let (grains, parts) = (blocks.grains(), blocks.parts());
            let one = |size: u64| {
                let fits = grains.clone().find(|grain| grain * parts >= size);
                fits.map_or(u64::MAX, |grain| size.next_multiple_of(grain))
            };
            let alone = one(rounded);
            if item.limit <= 1 {
                return alone;
            }
            let firsts = grains.clone().flat_map(|grain| (1..=parts).map(move |count| grain * count));
            let pairs = firsts.filter(|&first| first < rounded).map(|first| first.saturating_add(one(rounded - first)));
            pairs.fold(alone, u64::min)
        }
        _ => rounded,
    }
}

/// The row of all `items` in `space` that ends lowest. Equal items are told apart by their position, which says nothing
/// else: the caller puts them in an order that means the same whatever the manifest's order is.
pub fn row(model: &Model, space: &Addresses, items: &[Item], steps: &mut Steps) -> Result<Row, NoRow> {
    if items.is_empty() {
        return Ok(Row { order: Vec::new(), end: space.start, best: true });
    }
    let search = Search::new(model, space, items);
    if search.start.saturating_add(search.least) > space.end {
        return Err(NoRow::Impossible);
    }
    if items.len() > MOST {
        return search.one_by_one(steps);
    }
    let mut best: Option<Row> = None;
    let mut width = NARROW;
    loop {
        let bound = best.as_ref().map_or(space.end + 1, |row| row.end);
        let (found, complete) = search.pass(width, bound, steps);
        best = found.or(best);
        if let Some(row) = &mut best
            && (complete || row.end == search.start + search.least)
        {
            row.best = true;
            break;
        }
        if complete {
            return Err(NoRow::Impossible);
        }
        let widest = ALL / items.len();
        if steps.are_over() || width == widest {
            break;
        }
        width = (width * 8).min(widest);
    }
    best.ok_or(NoRow::Unknown)
}

struct Search<'a> {
    model: &'a Model,
    items: &'a [Item],
    /// Where the first piece can begin.
    start: u64,
    end: u64,
    /// For each item the least bytes that its pieces grant; and their sum.
    granted: Vec<u64>,
    least: u64,
    /// For each item the one before it that is its equal.
    twin: Vec<Option<usize>>,
}

/// A set of items that are in the row, in the best order known.
#[derive(Clone, Copy)]
struct State {
    set: Set,
    end: u64,
    /// What the items at least grant.
    placed: u64,
    /// Index of the state without `last` among those of the step before.
    before: u32,
    last: u32,
}

impl<'a> Search<'a> {
    fn new(model: &'a Model, space: &Addresses, items: &'a [Item]) -> Self {
        let granted: Vec<u64> = items.iter().map(|item| least_granted(model, item)).collect();
        let twin = |index: usize| (0..index).rev().find(|&other| items[other] == items[index]);
        let granule = u64::from(model.granule()).max(ALIGN);
        Search {
            model,
            items,
            start: space.start.next_multiple_of(granule),
            end: space.end,
            least: granted.iter().fold(0, |sum, &size| sum.saturating_add(size)),
            granted,
            twin: (0..items.len()).map(twin).collect(),
        }
    }

    /// One pass over the sets, at most `width` of each size. Finds a row that ends below `bound`, if there is one among
    /// them; and says whether these were all sets that could lead to one.
    fn pass(&self, width: usize, bound: u64, steps: &mut Steps) -> (Option<Row>, bool) {
        let empty = State { set: [0; MOST / 64], end: self.start, placed: 0, before: 0, last: 0 };
        let mut complete = true;
        let mut levels: Vec<Vec<State>> = vec![vec![empty]];
        for _ in 0..self.items.len() {
            let level = &levels[levels.len() - 1];
            let mut next: Vec<State> = Vec::new();
            for (before, state) in level.iter().enumerate() {
                // After the end of the steps a single row is still followed to its end.
                if steps.are_over() && (before > 0 || bound <= self.end) {
                    complete = false;
                    break;
                }
                self.extend(state, before as u32, bound, steps, &mut next);
            }
            // The lowest end for each set; then the sets that waste least, the ones with more bytes in them first.
            next.sort_unstable_by_key(|state| (state.set, state.end, state.before, state.last));
            next.dedup_by_key(|state| state.set);
            if next.len() > width {
                next.sort_unstable_by_key(|state| (state.end - state.placed, u64::MAX - state.placed, state.set));
                next.truncate(width);
                complete = false;
            }
            if next.is_empty() {
                return (None, complete);
            }
            levels.push(next);
        }
        let last = levels.pop().unwrap_or_default();
        let Some(mut state) = last.first().copied() else { return (None, complete) };
        let end = state.end;
        let mut order = Vec::new();
        for level in levels.iter().rev() {
            order.push(state.last as usize);
            state = level[state.before as usize];
        }
        order.reverse();
        (Some(Row { order, end, best: false }), complete)
    }

    /// Adds each item that is not in the set.
    fn extend(&self, state: &State, before: u32, bound: u64, steps: &mut Steps, next: &mut Vec<State>) {
        let holds = |index: usize| state.set[index / 64] >> (index % 64) & 1 == 1;
        for (index, item) in self.items.iter().enumerate() {
            // Of equal items the first one comes first.
            if holds(index) || self.twin[index].is_some_and(|twin| !holds(twin)) {
                continue;
            }
            let placed = state.placed + self.granted[index];
            // What the others need above this one.
            let rest = self.least - placed;
            let Some(highest) = (bound - 1).min(self.end).checked_sub(rest) else { continue };
            if let Some(end) =
                self.model.least_end(item.size, &(state.end..highest), ALIGN, item.limit, &mut steps.used)
            {
                let mut set = state.set;
                set[index / 64] |= 1 << (index % 64);
                // It will be sorted.
                steps.used += 48;
                next.push(State { set, end, placed, before, last: index as u32 });
            }
        }
    }

    /// The items as they come, largest first.
    fn one_by_one(&self, steps: &mut Steps) -> Result<Row, NoRow> {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|&index| (u64::MAX - self.items[index].size, index));
        let mut end = self.start;
        for &index in &order {
            let item = &self.items[index];
            let placed = self.model.least_end(item.size, &(end..self.end), ALIGN, item.limit, &mut steps.used);
            end = placed.ok_or(NoRow::Unknown)?;
        }
        Ok(Row { order, end, best: end == self.start + self.least })
    }
}
