//! Addresses -> heights. A picture that is to scale shows a bank's one large memory and nothing else; so what carries a
//! text gets at least the height of its text, and only what is larger is to scale.

use std::ops::Range;

/// The addresses of a bank, in runs that are drawn with one scale each.
#[derive(Debug)]
pub struct Axis {
    /// Ends of the runs, ascending, and how far down each is.
    stops: Vec<(u64, f64)>,
    /// Heights for each byte, in what is to scale.
    scale: f64,
}

/// Height of a bank in which nothing needs more.
const HEIGHT: f64 = 420.0;

impl Axis {
    /// `least` are ranges inside `whole` and the heights that they need.
    pub fn new(whole: Range<u64>, least: &[(Range<u64>, f64)]) -> Axis {
        let mut edges: Vec<u64> = least.iter().flat_map(|(range, _)| [range.start, range.end]).collect();
        edges.extend([whole.start, whole.end]);
        edges.retain(|edge| (whole.start..=whole.end).contains(edge));
        edges.sort_unstable();
        edges.dedup();
        let bytes = (whole.end - whole.start).max(1) as f64;
        let scale = HEIGHT / bytes;
        let mut heights: Vec<f64> = edges.windows(2).map(|pair| (pair[1] - pair[0]) as f64 * scale).collect();
        for (range, need) in least {
            let first = edges.partition_point(|edge| *edge < range.start);
            let last = edges.partition_point(|edge| *edge < range.end);
            let Some(runs) = heights.get_mut(first..last).filter(|runs| !runs.is_empty()) else { continue };
            let missing = need - runs.iter().sum::<f64>();
            if missing > 0.0 {
                let share = missing / runs.len() as f64;
                runs.iter_mut().for_each(|height| *height += share);
            }
        }
        let mut down = 0.0;
        let mut stops = vec![(whole.start, down)];
        for (edge, height) in edges.iter().skip(1).zip(heights) {
            down += height;
            stops.push((*edge, down));
        }
        Axis { stops, scale }
    }

    /// How far down an address is.
    pub fn at(&self, address: u64) -> f64 {
        let index = self.stops.partition_point(|(stop, _)| *stop <= address);
        match (index.checked_sub(1).map(|before| self.stops[before]), self.stops.get(index)) {
            (Some((start, above)), Some(&(end, below))) => {
                above + (below - above) * (address - start) as f64 / (end - start) as f64
            }
            (Some((_, down)), None) => down,
            (None, _) => 0.0,
        }
    }

    pub fn height(&self) -> f64 {
        self.stops.last().map_or(0.0, |(_, down)| *down)
    }

    /// A power of two, and its height: between 12 and 48, as long as that is a byte or more.
    pub fn unit(&self) -> (u64, f64) {
        let mut bytes = 1u64;
        while (bytes as f64) * self.scale < 12.0 && bytes < 1 << 40 {
            bytes *= 2;
        }
        (bytes, bytes as f64 * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_gets_its_height_and_order_is_kept() {
        let axis = Axis::new(100..10_100, &[(100..108, 14.0), (108..5108, 14.0), (104..120, 20.0)]);
        assert_eq!(axis.at(100), 0.0);
        assert!(axis.at(108) >= 14.0 && axis.at(120) - axis.at(104) >= 20.0);
        let down: Vec<f64> = (100..10_100).map(|address| axis.at(address)).collect();
        assert!(down.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(axis.at(20_000), axis.height());
        assert!(axis.height() >= HEIGHT);
        let (bytes, height) = axis.unit();
        assert!(bytes == 512 && (12.0..48.0).contains(&height), "{bytes} {height}");
    }

    #[test]
    fn nothing_is_no_height() {
        let axis = Axis::new(5..5, &[]);
        assert_eq!((axis.height(), axis.at(5), axis.at(9)), (0.0, 0.0, 0.0));
    }
}
