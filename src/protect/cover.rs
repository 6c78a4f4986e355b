//! Pieces for an extent: the least granted bytes, then the fewest entries.

use super::{Addresses, Blocks, Model, Ranges, Shape};

/// The pieces that cover an extent, in address order, and all that they grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    pub shapes: Vec<Shape>,
    /// Contains the extent. The shapes grant exactly these addresses.
    pub granted: Addresses,
    /// Entries of the protection unit that the shapes take.
    pub entries: usize,
}

/// A place for an extent and its cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    pub base: u64,
    pub cover: Cover,
}

fn align_down(value: u64, to: u64) -> u64 {
    value & !(to - 1)
}

fn align_up(value: u64, to: u64) -> u64 {
    align_down(value + to - 1, to)
}

impl Model {
    /// Covers `extent` by pieces of at most `limit` entries that grant nothing outside `within`. The least granted bytes
    /// first, then the fewest entries. `None` if there is no such cover.
    pub fn cover(&self, extent: Addresses, within: Addresses, limit: usize) -> Option<Cover> {
        if extent.is_empty() {
            return Some(Cover { shapes: Vec::new(), granted: extent, entries: 0 });
        }
        let ranges = self.ranges.and_then(|ranges| ranges.cover(&extent, &within, limit));
        let blocks = self.blocks.and_then(|blocks| blocks.cover(&extent, &within, limit));
        ranges.into_iter().chain(blocks).min_by_key(|cover| (cover.granted.end - cover.granted.start, cover.entries))
    }

    /// The lowest end that pieces of at most `limit` entries around `size` bytes can have, inside `space`. Both ends of
    /// the bytes are multiples of `align` or of the granule, whichever is larger. Counts the grains that it looks at.
    pub fn least_end(&self, size: u64, space: &Addresses, align: u64, limit: usize, steps: &mut u64) -> Option<u64> {
        *steps += 1;
        if limit == 0 || size == 0 {
            return (size == 0).then_some(space.start);
        }
        let ranges = self.ranges.filter(|ranges| usize::from(ranges.entries) <= limit).and_then(|ranges| {
            let granule = align.max(ranges.granule.into());
            let end = align_up(align_up(space.start, granule) + size, granule);
            (end <= space.end).then_some(end)
        });
        match (ranges, self.blocks) {
            // No block ends before a range does.
            (Some(end), _) => Some(end),
            (None, Some(blocks)) => blocks.least_end(size, space, align, limit, steps),
            (None, None) => None,
        }
    }

    /// Places `size` bytes as [`Model::least_end`] says. Inside what is granted they lie as high as they can, at a
    /// multiple of `base_align`: what is left over is below the stack, where an overflow runs into it and not into
    /// data, and an access past the last memory faults at once.
    pub fn fit(&self, size: u64, space: &Addresses, align: u64, base_align: u64, limit: usize) -> Option<Fit> {
        let end = self.least_end(size, space, align, limit, &mut 0)?;
        let start = align_down(end - size, align);
        let cover = self.cover(start..start + size, space.start..end, limit)?;
        let slack = cover.granted.end - cover.granted.start - size;
        let base = align_down(cover.granted.start + slack, base_align).max(cover.granted.start);
        Some(Fit { base, cover })
    }
}

impl Ranges {
    fn cover(self, extent: &Addresses, within: &Addresses, limit: usize) -> Option<Cover> {
        let granule = u64::from(self.granule);
        let granted = align_down(extent.start, granule)..align_up(extent.end, granule);
        let entries = usize::from(self.entries);
        if entries > limit || granted.start < within.start || granted.end > within.end {
            return None;
        }
        let base = u32::try_from(granted.start).ok()?;
        let shapes = vec![Shape::Range { base, size: granted.end - granted.start }];
        Some(Cover { shapes, granted, entries })
    }
}

impl Blocks {
    /// What the edges of a block of this size can be: multiples of this.
    fn grain_log2(self, size_log2: u8) -> u8 {
        if self.eighths_from_log2.is_some_and(|from| size_log2 >= from) { size_log2 - 3 } else { size_log2 }
    }

    /// The finest grain.
    pub(super) fn finest_log2(self) -> u8 {
        let eighth = self.eighths_from_log2.map(|from| from.max(self.smallest_log2) - 3);
        eighth.map_or(self.smallest_log2, |eighth| eighth.min(self.smallest_log2))
    }

    /// All grains. (Where there are eighths, each grain is that of a block of eight of them: smaller blocks can do
    /// nothing that those cannot.)
    pub fn grains(self) -> impl Iterator<Item = u64> + Clone {
        (self.finest_log2()..=self.grain_log2(self.largest_log2)).map(|log2| 1 << log2)
    }

    /// How many grains a block has.
    pub fn parts(self) -> u64 {
        if self.eighths_from_log2.is_some() { 8 } else { 1 }
    }

    /// The two ends of what is granted are tried in the order of their distance: the first edge at or below
    /// `extent.start` and the first at or above `extent.end`, for each grain. (No other ends need trying: the grain of
    /// the piece at an end decides where that end can be, and a piece can always give up the eighths beyond.)
    fn cover(self, extent: &Addresses, within: &Addresses, limit: usize) -> Option<Cover> {
        let mut starts: Vec<u64> = self.grains().map(|grain| align_down(extent.start, grain)).collect();
        let mut ends: Vec<u64> = self.grains().map(|grain| align_up(extent.end, grain)).collect();
        starts.retain(|&start| start >= within.start);
        ends.retain(|&end| end <= within.end);
        starts.dedup();
        ends.dedup();
        let mut pairs: Vec<Addresses> = starts.iter().flat_map(|&a| ends.iter().map(move |&e| a..e)).collect();
        pairs.sort_by_key(|range| (range.end - range.start, range.start));

        let mut best: Option<Cover> = None;
        for granted in pairs {
            let size = granted.end - granted.start;
            if best.as_ref().is_some_and(|best| size > best.granted.end - best.granted.start) {
                break;
            }
            let fewer = best.as_ref().map_or(limit, |best| best.entries - 1);
            if let Some(shapes) = self.tile(granted.clone(), fewer) {
                best = Some(Cover { entries: shapes.len(), shapes, granted });
            }
        }
        best
    }

    /// Covers `range` exactly, from its start on, each piece reaching as far as one can: the fewest pieces.
    fn tile(self, range: Addresses, limit: usize) -> Option<Vec<Shape>> {
        let mut shapes = Vec::new();
        let mut position = range.start;
        while position < range.end {
            if shapes.len() == limit {
                return None;
            }
            let (end, _, shape) = (self.smallest_log2..=self.largest_log2)
                .filter_map(|log2| self.reach(position, &range, log2))
                .max_by_key(|&(end, size_log2, _)| (end, std::cmp::Reverse(size_log2)))?;
            shapes.push(shape);
            position = end;
        }
        Some(shapes)
    }

    /// The farthest that the block of this size at `position` reaches without granting anything outside `range`.
    fn reach(self, position: u64, range: &Addresses, size_log2: u8) -> Option<(u64, u8, Shape)> {
        let grain = 1 << self.grain_log2(size_log2);
        let base = align_down(position, 1 << size_log2);
        let start = align_down(position, grain);
        let end = align_down(range.end, grain).min(base + (1 << size_log2));
        if start < range.start || end <= position {
            return None;
        }
        let subregions_off = if grain == 1 << size_log2 {
            0
        } else {
            let (first, after) = ((start - base) / grain, (end - base) / grain);
            !(((1u32 << after) - (1 << first)) as u8)
        };
        let base = u32::try_from(base).ok()?;
        Some((end, size_log2, Shape::Block { base, size_log2, subregions_off }))
    }

    /// Ends are tried from the first possible one on: there is no order among them, since a later one may be less
    /// round.
    fn least_end(self, size: u64, space: &Addresses, align: u64, limit: usize, steps: &mut u64) -> Option<u64> {
        if limit == 1 {
            return self.least_end_of_one(size, space, steps);
        }
        let granule = (1 << self.finest_log2()).max(align);
        let mut end = align_up(align_up(space.start, granule) + size, granule);
        while end <= space.end {
            if self.reaches(align_down(end - size, align), end, space.start, limit, steps) {
                return Some(end);
            }
            end += granule;
        }
        None
    }

    /// The lowest end of a single piece: for each grain, so many of them as are needed, in one block. From the first grain
    /// on that holds everything, coarser ones only end higher.
    fn least_end_of_one(self, size: u64, space: &Addresses, steps: &mut u64) -> Option<u64> {
        let fine = size.div_ceil(self.parts()).next_power_of_two().ilog2() as u8;
        let coarse = size.next_power_of_two().ilog2() as u8;
        let finest = self.finest_log2();
        let coarsest = self.grain_log2(self.largest_log2);
        let ends = (fine.max(finest)..=coarse.max(finest).min(coarsest)).map(|log2| {
            *steps += 1;
            let grain = 1 << log2;
            let (bytes, block) = (align_up(size, grain), grain * self.parts());
            let start = align_up(space.start, grain);
            let inside = start + bytes <= align_down(start, block) + block;
            bytes + if inside { start } else { align_up(start, block) }
        });
        ends.min().filter(|&end| end <= space.end)
    }

    /// Whether `limit` pieces cover `start..end`, grant nothing below `floor` and nothing from `end` on. From the end
    /// downwards each piece reaches as far as one can, which is the fewest pieces.
    fn reaches(self, start: u64, end: u64, floor: u64, limit: usize, steps: &mut u64) -> bool {
        let mut position = end;
        for _ in 0..limit {
            let mut lowest = position;
            for grain in self.grains() {
                *steps += 1;
                let chunk = align_up(position, grain) - grain;
                let first = align_up(floor, grain);
                // Coarser grains reach beyond `end` or below `floor` all the more.
                if chunk + grain > end || chunk < first {
                    break;
                }
                lowest = lowest.min(first.max(align_down(chunk, grain * self.parts())));
            }
            if lowest == position {
                return false;
            }
            position = lowest;
            if position <= start {
                return true;
            }
        }
        false
    }

    /// The blocks of every size that hold `run` whole, smallest first: base and size.
    pub(super) fn around(self, run: &Addresses) -> impl Iterator<Item = (u64, u8)> {
        let run = run.clone();
        (self.smallest_log2..=self.largest_log2).filter_map(move |log2| {
            let base = align_down(run.start, 1 << log2);
            (run.end <= base + (1 << log2)).then_some((base, log2))
        })
    }

    /// The block of this base and size with only those parts on that `runs` touch, and what it grants.
    pub(super) fn holding(self, base: u64, size_log2: u8, runs: &[Addresses]) -> Option<(Shape, Vec<Addresses>)> {
        let grain = 1u64 << self.grain_log2(size_log2);
        let parts = (1u64 << size_log2) / grain;
        let part = |index: u64| base + index * grain..base + (index + 1) * grain;
        let touched = |part: &Addresses| runs.iter().any(|run| run.start < part.end && part.start < run.end);
        let on: Vec<u64> = (0..parts).filter(|&index| touched(&part(index))).collect();
        let mask = on.iter().fold(0u8, |mask, index| mask | 1 << index);
        let subregions_off = if parts == 1 { 0 } else { !mask };
        let shape = Shape::Block { base: u32::try_from(base).ok()?, size_log2, subregions_off };
        Some((shape, super::merge(on.into_iter().map(part).collect())))
    }
}
