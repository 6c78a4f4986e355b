//! Sets of 32-bit values: runs on the circle of residues modulo 2^32.

/// `start`, and the `width` values that follow it, modulo 2^32. Never empty; full at width `u32::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub start: u32,
    pub width: u32,
}

impl Range {
    pub const FULL: Range = Range { start: 0, width: u32::MAX };

    /// `least..=most`, on through 2^32 where `most` is below `least`.
    pub fn new(least: u32, most: u32) -> Range {
        Range { start: least, width: most.wrapping_sub(least) }
    }

    pub fn one(value: u32) -> Range {
        Range { start: value, width: 0 }
    }

    /// The last value.
    pub fn end(self) -> u32 {
        self.start.wrapping_add(self.width)
    }

    pub fn value(self) -> Option<u32> {
        (self.width == 0).then_some(self.start)
    }

    /// (least, most) as unsigned numbers.
    pub fn unsigned(self) -> (u32, u32) {
        match self.start.checked_add(self.width) {
            Some(end) => (self.start, end),
            None => (0, u32::MAX),
        }
    }

    pub fn contains(self, value: u32) -> bool {
        value.wrapping_sub(self.start) <= self.width
    }

    /// Is every value of `other` in this one?
    pub fn covers(self, other: Range) -> bool {
        let offset = other.start.wrapping_sub(self.start);
        self == Range::FULL || offset.checked_add(other.width).is_some_and(|end| end <= self.width)
    }

    /// All values but those of this one; `None` of all.
    pub fn complement(self) -> Option<Range> {
        (self.width != u32::MAX).then(|| Range::new(self.end().wrapping_add(1), self.start.wrapping_sub(1)))
    }

    /// All sums.
    pub fn add(self, other: Range) -> Range {
        match self.width.checked_add(other.width) {
            Some(width) => Range { start: self.start.wrapping_add(other.start), width },
            None => Range::FULL,
        }
    }

    pub fn negate(self) -> Range {
        Range { start: self.end().wrapping_neg(), width: self.width }
    }

    pub fn shift(self, by: u32) -> Range {
        Range { start: self.start.wrapping_add(by), width: self.width }
    }

    /// A run that holds the values of both: the shorter one.
    pub fn join(self, other: Range) -> Range {
        let from = |a: Range, b: Range| {
            let end = u64::from(b.start.wrapping_sub(a.start)) + u64::from(b.width);
            let width = u32::try_from(end.max(a.width.into())).ok()?;
            Some(Range { start: a.start, width })
        };
        let both = [from(self, other), from(other, self)];
        both.into_iter().flatten().min_by_key(|range| range.width).unwrap_or(Range::FULL)
    }

    /// A run that holds the values that are in both. The exact one, unless that is two runs or none.
    pub fn meet(self, other: Range) -> Range {
        self.exact_meet(other).unwrap_or(if self.width <= other.width { self } else { other })
    }

    /// The values that are in both, if they are one run.
    pub fn exact_meet(self, other: Range) -> Option<Range> {
        match (self.contains(other.start), other.contains(self.start)) {
            // One begins within the other, and does not come round to its beginning.
            (true, false) => {
                let room = self.width - other.start.wrapping_sub(self.start);
                Some(Range { start: other.start, width: other.width.min(room) })
            }
            (false, true) => other.exact_meet(self),
            (true, true) if self.start == other.start => {
                Some(Range { start: self.start, width: self.width.min(other.width) })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranges at the edges of everything, and members of each.
    fn ranges() -> impl Iterator<Item = Range> {
        let edges = [0, 1, 2, 5, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffb, 0xffff_fffe, u32::MAX];
        let ranges = edges.into_iter().flat_map(move |start| edges.map(|width| Range { start, width }));
        ranges.filter(|range| range.width != u32::MAX || range.start == 0)
    }

    fn samples(range: Range) -> Vec<u32> {
        let inside = [0, 1, range.width / 2, range.width.saturating_sub(1), range.width];
        inside.into_iter().filter(|&offset| offset <= range.width).map(|o| range.start.wrapping_add(o)).collect()
    }

    #[test]
    fn results_hold_what_members_give() {
        for a in ranges() {
            for x in samples(a) {
                assert!(
                    a.contains(x) && a.negate().contains(x.wrapping_neg()) && a.shift(7).contains(x.wrapping_add(7))
                );
                let (least, most) = a.unsigned();
                assert!((least..=most).contains(&x));
                assert!(a.complement().is_none_or(|rest| !rest.contains(x)));
            }
            for b in ranges() {
                for x in samples(a) {
                    for y in samples(b) {
                        assert!(a.add(b).contains(x.wrapping_add(y)), "{a:?} + {b:?}");
                        assert!(a.join(b).contains(x) && a.join(b).contains(y), "{a:?} or {b:?}");
                    }
                    assert!(!b.contains(x) || a.meet(b).contains(x), "{x:#x} of {a:?} and {b:?}");
                    assert!(!b.covers(a) || b.contains(x), "{a:?} in {b:?}");
                }
                if let Some(both) = a.exact_meet(b) {
                    assert!(samples(both).into_iter().all(|x| a.contains(x) && b.contains(x)), "{a:?} and {b:?}");
                }
            }
        }
    }
}
