//! Layouts that stay where they were.

use crate::family::family::Random;
use crate::fixture::{Fixture, HUB};
use std::collections::BTreeMap;

/// A component as the tests change it.
#[derive(Clone)]
struct Component {
    name: String,
    budget: u64,
    stack: u64,
    device: Option<&'static str>,
}

#[derive(Clone)]
struct Sketch {
    components: Vec<Component>,
    created: usize,
}

impl Sketch {
    fn new(random: &mut Random) -> Self {
        let mut sketch = Sketch { components: Vec::new(), created: 0 };
        for _ in 0..8 + random.below(13) {
            sketch.add(random);
        }
        sketch
    }

    fn add(&mut self, random: &mut Random) -> String {
        // Names that come in no order.
        let name = format!("c{}-{}", random.below(90), self.created);
        self.created += 1;
        let (budget, stack) = (random.size(5000), 8 * (32 + random.below(200)));
        self.components.push(Component { name: name.clone(), budget, stack, device: None });
        name
    }

    fn text(&self) -> String {
        let mut text = "system \"any\" {\nboard \"mps2-an386\"\n".to_string();
        for Component { name, budget, stack, device } in &self.components {
            let device = device.map_or(String::new(), |device| format!("; mmio {device:?}"));
            text +=
                &format!("component {name:?} \"c.wasm\" {{ memory budget=(B){budget}; stack (B){stack}{device} }}\n");
        }
        text + "}\n"
    }

    /// One change, as a person makes it. Returns whom it is about.
    fn edit(&mut self, random: &mut Random) -> String {
        let index = random.below(self.components.len() as u64) as usize;
        let name = self.components[index].name.clone();
        let component = &mut self.components[index];
        match random.below(8) {
            0 => component.budget += 1024,
            1 => component.budget = component.budget.saturating_sub(1024).max(8),
            2 => component.budget = random.size(5000),
            3 => component.stack += 8 * (1 + random.below(40)),
            4 => component.stack = 8 * (32 + random.below(200)),
            5 => {
                let free = self.components.iter().all(|component| component.device.is_none());
                self.components[index].device = Some("timer0").filter(|_| free);
            }
            6 => return self.add(random),
            _ => drop(self.components.remove(index)),
        }
        name
    }
}

/// Name of each extent and of the kernel's parts, and where it is.
fn bases(lock: &str) -> BTreeMap<String, String> {
    let lines = lock.lines().filter(|line| line.starts_with("extent") || line.starts_with("kernel"));
    let base = |line: &str| line.split(' ').find_map(|word| word.strip_prefix("base=")).map(str::to_string);
    lines.map(|line| (line.split(' ').nth(1).unwrap().trim_matches('"').to_string(), base(line).unwrap())).collect()
}

/// Who has moved beside those that the change was about.
fn moved(before: &str, after: &str, about: &str) -> Vec<String> {
    let (before, after) = (bases(before), bases(after));
    let others =
        before.iter().filter(|(name, base)| *name != about && after.get(*name).is_some_and(|now| now != *base));
    others.map(|(name, _)| name.clone()).collect()
}

#[test]
fn the_same_again_changes_nothing() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut fixture = Fixture::new(&Sketch::new(&mut random).text());
        fixture.instance = 2 * random.below(9) as u32;
        let first = fixture.plan();
        let again = fixture.plan_after(&first.lock);
        assert_eq!(again.lock, first.lock, "seed {seed}");
        assert_eq!(again.search.stayed, fixture.manifest.processes.len());
        assert_eq!(again.sections, first.sections);
        assert_eq!(again.symbols, first.symbols);
    }
    let hub = Fixture::new(HUB);
    assert_eq!(hub.plan_after(&hub.plan().lock).lock, hub.plan().lock);
}

/// The requirement: over 300 random single edits the median number of other things that move is 0.
#[test]
fn edits_move_nothing_else() {
    let mut counts = Vec::new();
    let mut seed = 0;
    while counts.len() < 300 {
        seed += 1;
        let mut random = Random::new(seed);
        let mut sketch = Sketch::new(&mut random);
        let mut lock = Fixture::new(&sketch.text()).plan().lock;
        // Edits come one after the other, each on the layout that the one before has left.
        for _ in 0..15 {
            let about = sketch.edit(&mut random);
            let plan = Fixture::new(&sketch.text()).plan_after(&lock);
            let moved = moved(&lock, &plan.lock, &about);
            counts.push(moved.len());
            lock = plan.lock;
        }
    }
    counts.sort_unstable();
    let (median, most) = (counts[150], counts[299]);
    let share = counts.iter().filter(|count| **count == 0).count();
    assert_eq!(median, 0);
    assert!(share >= 270 && most <= 2, "{share} of 300 edits moved nothing else, one moved {most}");
}

#[test]
fn one_kibibyte_more_moves_one_component() {
    let fixture = Fixture::new(HUB);
    let before = fixture.plan().lock;
    let after = Fixture::new(&HUB.replace("(KiB)16", "(KiB)17")).plan_after(&before);
    assert_eq!(moved(&before, &after.lock, "logger"), [""; 0]);
    assert_eq!(after.search.stayed, 2);
    // Less stays where it is.
    let less = Fixture::new(&HUB.replace("(KiB)16", "(KiB)15")).plan_after(&before);
    assert_eq!(less.search.stayed, 3);
    assert_eq!(bases(&less.lock), bases(&before));
    // A lock of an empty system holds nothing.
    let afresh = fixture.plan_after("lock version=1 system=\"hub\" board=\"b\" protection=\"pmsav7 8\"\n");
    assert_eq!(afresh.lock, before);
}

/// What does not fit any more goes elsewhere, whoever else has to move.
#[test]
fn without_room_others_move_and_no_more_than_must() {
    let text = |a: u32, b: u32, c: u32, d: u32| {
        let component =
            |name, budget| format!("component \"{name}\" \"c.wasm\" {{ memory budget=(B){budget}; stack (B)256 }}\n");
        let list = [("a", a), ("b", b), ("c", c), ("d", d)].map(|(name, budget)| component(name, budget)).concat();
        format!("system \"s\" {{\nboard \"mps2-an386\"\n{list}}}\n")
    };
    let fixture = |text: &str| {
        let mut fixture = Fixture::new(text);
        fixture.instance = 0;
        fixture.board.banks.truncate(2);
        // The kernel, four stacks, 40 KiB, and 5 KiB to spare.
        fixture.board.banks[1].size = 352 + 4 * 256 + 45 * 1024;
        fixture
    };
    let first = fixture(&text(10 << 10, 10 << 10, 10 << 10, 10 << 10)).plan().lock;
    // Room enough above everything: nobody moves but `b`, which grows there, or where it is if it is the last.
    let grown = fixture(&text(10 << 10, 12 << 10, 10 << 10, 10 << 10)).plan_after(&first);
    assert!(moved(&first, &grown.lock, "b").len() <= 1, "{}", grown.lock);
    // `a` shrinks, then `d` takes more than is free in one place: one other has to move.
    let smaller = fixture(&text(6 << 10, 12 << 10, 10 << 10, 10 << 10)).plan_after(&grown.lock);
    let full = fixture(&text(6 << 10, 12 << 10, 10 << 10, 16 << 10)).plan_after(&smaller.lock);
    let moved = moved(&smaller.lock, &full.lock, "d");
    assert!((1..=3).contains(&moved.len()), "{moved:?}");
}

/// A lock file of another board or another time is no obstacle.
#[test]
fn what_a_lock_says_and_cannot_be_is_placed_anew() {
    let fixture = Fixture::new(HUB);
    let lock = fixture.plan().lock;
    let fresh = &fixture.plan().lock;
    for (from, to) in [
        ("in=\"ssram23\"", "in=\"elsewhere\""),
        ("base=0x2000_", "base=0x5000_"),
        // No base that pieces could have, or not for these entries.
        ("base=0x2000_4080", "base=0x2000_4090"),
    ] {
        let odd: String = lock
            .lines()
            .filter(|line| to != "base=0x2000_4090" || !line.starts_with("extent") || line.contains(from))
            .map(|line| format!("{}\n", line.replace(from, to)))
            .collect();
        let plan = fixture.plan_after(&odd);
        if to.starts_with("in=") || to.contains("0x5000") {
            assert_eq!(plan.lock, *fresh);
        }
    }
    // Fewer regions than it was made for.
    let mut small = Fixture::new(HUB);
    small.board.protection.entries = 4;
    let plan = small.plan_after(&lock);
    assert!(plan.processes.iter().all(|process| process.pieces.len() <= 3));
}
