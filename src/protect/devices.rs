//! Pieces for the devices of a process. Devices that are neighbours share pieces: where they touch, where a block's eighths
//! fall on them and not between them, or, if that is allowed, where one piece grants what is between them too.

use super::{Addresses, Model, Overlap, Shape, merge};

/// Pieces for a set of devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// In address order.
    pub shapes: Vec<Shape>,
    /// Entries of the protection unit.
    pub entries: usize,
    /// Bytes that the pieces grant beyond the devices.
    pub over_grant: u64,
}

impl Model {
    /// All that is worth a choice: for each number of entries up to `limit` the pieces that grant least beyond the
    /// devices, without those that grant no less than fewer entries do; fewest entries first. Nothing that is
    /// `forbidden` is granted: other devices, and banks.
    ///
    /// Each piece, or group of pieces, takes devices that follow one another.
    pub fn gather(&self, devices: &[Addresses], forbidden: &[Addresses], limit: usize) -> Vec<Gathered> {
        let runs = merge(devices.to_vec());
        // For each number of runs and of entries: the best so far.
        let mut best: Vec<Vec<Option<Gathered>>> = vec![vec![None; limit + 1]; runs.len() + 1];
        best[0][0] = Some(Gathered { shapes: Vec::new(), entries: 0, over_grant: 0 });
        for first in 0..runs.len() {
            for last in first..runs.len() {
                for group in self.group(&runs[first..=last], forbidden, limit) {
                    for before in 0..=limit - group.entries {
                        let Some(start) = &best[first][before] else { continue };
                        let Some(joined) = self.joined(start, &group) else { continue };
                        let place = &mut best[last + 1][joined.entries];
                        if place.as_ref().is_none_or(|other| joined.over_grant < other.over_grant) {
                            *place = Some(joined);
                        }
                    }
                }
            }
        }
        let mut out: Vec<Gathered> = Vec::new();
        for gathered in best.pop().unwrap_or_default().into_iter().flatten() {
            if out.last().is_none_or(|last| gathered.over_grant < last.over_grant) {
                out.push(gathered);
            }
        }
        out
    }

    /// Both groups of pieces. What both grant beyond the devices counts once; where overlapping pieces are a fault, `None`.
    fn joined(&self, start: &Gathered, group: &Gathered) -> Option<Gathered> {
        let granted = |shapes: &[Shape]| merge(shapes.iter().flat_map(Shape::granted).collect());
        let bytes = |runs: &[Addresses]| runs.iter().map(|run| run.end - run.start).sum::<u64>();
        let shapes: Vec<Shape> = start.shapes.iter().chain(&group.shapes).copied().collect();
        let each = bytes(&granted(&start.shapes)) + bytes(&granted(&group.shapes));
        let twice = each - bytes(&granted(&shapes));
        let over_grant = start.over_grant + group.over_grant - twice;
        let entries = start.entries + group.entries;
        (twice == 0 || self.overlap != Overlap::Fault).then_some(Gathered { shapes, entries, over_grant })
    }

    /// Pieces for runs that follow one another: one piece for all of them, or several for one.
    fn group(&self, runs: &[Addresses], forbidden: &[Addresses], limit: usize) -> Vec<Gathered> {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Vec::new() };
        let span = first.start..last.end;
        let asked: u64 = runs.iter().map(|run| run.end - run.start).sum();
        // What the neighbours leave free.
        let below = forbidden.iter().map(|other| other.end).filter(|&end| end <= span.start).max().unwrap_or(0);
        let above = forbidden.iter().map(|other| other.start).filter(|&start| start >= span.end).min();
        let room = below..above.unwrap_or(1 << 32);
        let clear = |granted: &[Addresses]| {
            let meets = |run: &Addresses| forbidden.iter().any(|other| run.start < other.end && other.start < run.end);
            !granted.iter().any(meets)
        };

        let mut groups = Vec::new();
        for limit in 1..=limit {
            let cover = self.cover(span.clone(), room.clone(), limit);
            if let Some(cover) = cover.filter(|cover| clear(std::slice::from_ref(&cover.granted))) {
                let over_grant = cover.granted.end - cover.granted.start - asked;
                groups.push(Gathered { shapes: cover.shapes, entries: cover.entries, over_grant });
            }
        }
        let blocks = self.blocks.iter().flat_map(|blocks| {
            blocks.around(&span).filter_map(|(base, size_log2)| blocks.holding(base, size_log2, runs))
        });
        for (shape, granted) in blocks.filter(|(_, granted)| clear(granted)) {
            let over_grant = granted.iter().map(|run| run.end - run.start).sum::<u64>() - asked;
            groups.push(Gathered { shapes: vec![shape], entries: 1, over_grant });
        }
        groups.retain(|group| group.entries <= limit);
        groups
    }
}
