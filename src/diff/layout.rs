//! Where things are, and which regions cover them.

use super::both;
use super::facts::{Facts, Thing};
use super::model::{Layout, Move, Regions};
use crate::plan::table::Region;
use crate::report::printable;
use std::collections::{BTreeMap, BTreeSet};

pub fn compare(old: &Facts, new: &Facts, several: &BTreeSet<String>) -> Layout {
    let mut places: Vec<Move> = both(&by_name(old, several), &by_name(new, several))
        .filter(|(_, old, new)| old.map(|thing| &thing.place) != new.map(|thing| &thing.place))
        .filter_map(|(name, old, new)| {
            let thing = new.or(old)?;
            Some(Move {
                name: name.clone(),
                what: match name.split_once(':') {
                    Some((_, memory)) => format!("{} `{}`", thing.what, printable(memory)),
                    None => thing.what.clone(),
                },
                flash: thing.flash,
                process: thing.process.clone(),
                old: old.map(|thing| thing.place.clone()),
                new: new.map(|thing| thing.place.clone()),
                why: thing.why.clone(),
            })
        })
        .collect();
    places.sort_by(|a, b| (a.flash, &a.what).cmp(&(b.flash, &b.what)));
    Layout { places, regions: regions(old, new) }
}

/// Identity of everything that is placed. Of a component's only memory that is the component; the names of several are
/// theirs in the module.
fn by_name<'a>(facts: &'a Facts, several: &BTreeSet<String>) -> BTreeMap<String, &'a Thing> {
    let name = |thing: &Thing| match &thing.memory {
        Some((component, memory)) if several.contains(component) => format!("memory.{component}:{memory}"),
        _ => thing.section.clone(),
    };
    facts.things.iter().map(|thing| (name(thing), thing)).collect()
}

fn regions(old: &Facts, new: &Facts) -> Vec<Regions> {
    let without =
        |from: &[Region], other: &[Region]| from.iter().filter(|region| !other.contains(region)).cloned().collect();
    both(&old.regions, &new.regions)
        .map(|(process, old, new)| {
            let (old, new) = (old.map_or(&[][..], Vec::as_slice), new.map_or(&[][..], Vec::as_slice));
            Regions {
                process: process.clone(),
                old_count: old.len(),
                new_count: new.len(),
                old: without(old, new),
                new: without(new, old),
            }
        })
        .filter(|regions| !regions.old.is_empty() || !regions.new.is_empty())
        .collect()
}
