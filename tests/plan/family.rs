//! The family of systems that the benchmark of placing generates: what is promised of it, and the lines of the book.

#[path = "../../benches/placement/family.rs"]
#[expect(clippy::module_inception, reason = "the tables know it by this name")]
pub mod family;
#[path = "../../benches/placement/tables.rs"]
#[allow(dead_code, reason = "the benchmark makes all of them")]
mod tables;

use compose::plan::solve::{Search, solve};
use std::path::Path;

#[test]
fn the_family_wastes_no_more_than_promised() {
    let rows = tables::quick();
    for row in &rows {
        let (median, ninety) = match row.name.split(',').next() {
            Some("PMSAv7") => (1000, 2000),
            Some("PMSAv8" | "PMP") => (600, 1000),
            // Others' ways, to compare with.
            _ => continue,
        };
        assert!(row.share(50) <= median && row.share(90) <= ninety, "{}: {}", row.name, row.share(50));
        assert_eq!(row.proven, Some(300), "{}", row.name);
    }
    // The others waste more, or the numbers mean nothing.
    assert!(rows[0].share(50) > 40_000 && rows[1].share(50) > 3000);
    let book = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("book/placement.md")).unwrap();
    let lines = tables::lines(&rows);
    assert!(book.contains(&lines), "`BLESS=1 cargo bench --bench placement` writes this into the book:\n{lines}");
}

#[test]
fn two_hundred_memories_are_placed_and_the_gap_is_known() {
    for unit in family::units() {
        let mut problem = family::plain(&unit, 200, 7);
        problem.demands.iter_mut().for_each(|demand| demand.slots = 3);
        // So that the test is quick: the end of the steps is what it is about.
        problem.steps = 1_000_000;
        let Search { used, bound, steps, .. } = solve(&problem).unwrap().search;
        assert!(bound <= used && steps >= 1_000_000 && used < bound * 107 / 100, "{}: {used} {bound}", unit.name);
    }
}

/// Proven best within the steps that a build takes, with any number of entries.
#[test]
fn twelve_memories_are_placed_best() {
    for unit in family::units() {
        for slots in 1..=unit.entries.min(8) - 1 {
            let mut problem = family::plain(&unit, 12, slots as u64);
            problem.demands.iter_mut().for_each(|demand| demand.slots = slots);
            // The slow ones are the benchmark's.
            if unit.name.contains("NAPOT only") && slots > 1 {
                continue;
            }
            let Search { used, bound, .. } = solve(&problem).unwrap().search;
            assert_eq!(used, bound, "{}, {slots} entries", unit.name);
        }
    }
}
