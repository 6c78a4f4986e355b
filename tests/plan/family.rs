//! The family of systems that the benchmark of placing generates: and what is promised of it.

#[path = "../../benches/placement/family.rs"]
#[expect(clippy::module_inception, reason = "the tables know it by this name")]
pub mod family;
#[path = "../../benches/placement/tables.rs"]
#[allow(dead_code, reason = "the benchmark makes all of them")]
mod tables;

use compose::plan::solve::{Search, solve};

/// Of the family's first systems; the benchmark has all of them, and more units.
#[test]
fn the_family_wastes_no_more_than_promised() {
    let units = family::units();
    let count = 60;
    for unit in units.iter().filter(|unit| {
        ["PMSAv7, 8", "PMSAv8, 8", "PMP, NAPOT and TOR, 8"].iter().any(|name| unit.name.starts_with(name))
    }) {
        let row = tables::solver(unit, count);
        let (median, ninety) = if unit.name.starts_with("PMSAv7") { (1000, 2000) } else { (600, 1000) };
        assert!(row.share(50) <= median && row.share(90) <= ninety, "{}: {}", row.name, row.share(50));
        assert_eq!(row.proven, Some(count as usize), "{}", row.name);
    }
    // The others waste more, or the numbers mean nothing.
    assert!(tables::powers_of_two(&units[0], count).share(50) > 40_000);
    assert!(tables::greedy(&units[0], count).share(50) > 3000);
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
