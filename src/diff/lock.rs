//! What a lock file says of a system: places and register words. Who owns which function, and who may call whom, it does
//! not say.

use super::facts::{Facts, Thing};
use super::model::{Place, Side};
use crate::lock::{self, Lock};
use crate::plan::table::{Hex, Region, RegionAccess};
use crate::protect::{Entry, decode};
use std::collections::BTreeMap;

impl Facts {
    /// The error says which words are none.
    pub fn of_lock(source: &str, lock: &Lock) -> Result<Facts, String> {
        let (model, entries) = &lock.protection;
        let side = Side {
            source: source.to_string(),
            system: Some(lock.system.clone()),
            system_version: None,
            board: Some(lock.board.clone()),
            protection: Some(format!("{model}, {entries} entries")),
        };
        let things = lock.things.iter().filter_map(|line| thing(lock, line)).collect();
        Ok(Facts { side, things, regions: regions(lock)?, lock: true, ..Facts::nothing(source) })
    }
}

/// The name of the process that an extent or its devices belong to: `a` for `a#2`.
fn process(name: &str) -> &str {
    name.split_once('#').map_or(name, |(process, _)| process)
}

fn thing(lock: &Lock, line: &lock::Thing) -> Option<Thing> {
    let base = line.base?;
    let name = &line.name;
    let component = name.split_once(':').map_or(name.as_str(), |(component, _)| component);
    // A component that is a process of its own gives it its name.
    let is_component =
        |name: &str| lock.things.iter().any(|other| matches!(other.kind, "memory" | "instance") && other.name == name);
    let what = match line.kind {
        "kernel" => format!("kernel: {name}"),
        "stack" if is_component(name) => format!("{name}: stack"),
        "stack" => format!("process {name}: stack"),
        "instance" => format!("{name}: globals and tables"),
        "memory" => format!("{component}: memory"),
        // Seen by their entries.
        _ => return None,
    };
    let holds = |extent: &&lock::Extent| {
        u64::from(base).checked_sub(extent.base.into()).is_some_and(|offset| offset < extent.size)
    };
    let extent = lock.extents.iter().find(holds);
    Some(Thing {
        section: format!("{}.{name}", line.kind),
        what,
        flash: false,
        process: extent.map(|extent| process(&extent.name).to_string()),
        place: Place {
            bank: extent.map(|extent| extent.bank.clone()),
            base: Hex(base),
            size: u32::try_from(line.size).unwrap_or(u32::MAX),
            wasm: None,
        },
        // The first memory's own name is not in the file.
        memory: None,
        why: None,
    })
}

/// By process, by slot. A word that is in several lines is one entry.
fn regions(lock: &Lock) -> Result<BTreeMap<Option<String>, Vec<Region>>, String> {
    let mut words: BTreeMap<Option<String>, BTreeMap<u8, ([u32; 2], RegionAccess)>> = BTreeMap::new();
    for line in &lock.things {
        let (process, access) = match line.kind {
            "code" => (None, RegionAccess::ReadExecute),
            "extent" => (Some(process(&line.name).to_string()), RegionAccess::ReadWrite),
            "devices" => (Some(line.name.clone()), RegionAccess::Device),
            _ => continue,
        };
        let entries = line.entries.iter().map(|&(slot, words)| (slot, (words, access)));
        words.entry(process).or_default().extend(entries);
    }
    let fixed = words.get(&None).cloned().unwrap_or_default();
    let regions = words.into_iter().map(|(process, entries)| {
        let below = |slot: u8| {
            let below = slot.checked_sub(1)?;
            entries.get(&below).or_else(|| fixed.get(&below)).map(|([first, _], _)| *first)
        };
        let of = |(&slot, &(words, access)): (&u8, &([u32; 2], RegionAccess))| {
            let name = process.as_deref().unwrap_or("what is always on");
            let entry = decode(&lock.protection.0, words, below(slot).unwrap_or(0));
            let entry = entry.ok_or_else(|| format!("entry {slot} of `{name}` has words that no entry has"))?;
            let (base, size, subregions_off, access) = match entry {
                Entry::Off => return Ok(None),
                Entry::Bound(base) => (base, 0, 0, RegionAccess::Bound),
                Entry::On(shape) => (shape.base(), shape.size(), shape.subregions_off(), access),
            };
            Ok(Some(Region { slot, base: Hex(base), size, subregions_off, access, words: words.map(Hex) }))
        };
        let list: Result<Vec<Option<Region>>, String> = entries.iter().map(of).collect();
        list.map(|list| (process.clone(), list.into_iter().flatten().collect()))
    });
    regions.collect()
}
