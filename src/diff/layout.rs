//! Where things are, and which regions cover them.

use super::both;
use super::facts::{Facts, Thing};
use super::model::{Layout, Move, Place, Regions};
use crate::plan::table::Region;
use crate::report::printable;
use std::collections::{BTreeMap, BTreeSet};

pub fn compare(old: &Facts, new: &Facts, several: &BTreeSet<String>) -> Layout {
    // Of what is in flash a lock file has the entries only.
    let flash = !old.lock && !new.lock;
    let mut places: Vec<Move> = both(&by_name(old, several), &by_name(new, several))
        .filter_map(|(name, old, new)| {
            let thing = new.or(old)?;
            let (old_place, new_place) = said(old.map(|thing| &thing.place), new.map(|thing| &thing.place));
            if old_place == new_place || thing.flash && !flash {
                return None;
            }
            Some(Move {
                name: name.clone(),
                what: match name.split_once(':') {
                    Some((_, memory)) => format!("{} `{}`", thing.what, printable(memory)),
                    None => thing.what.clone(),
                },
                flash: thing.flash,
                process: thing.process.clone(),
                old: old_place,
                new: new_place,
                why: thing.why.clone(),
            })
        })
        .collect();
    places.sort_by(|a, b| (a.flash, &a.what).cmp(&(b.flash, &b.what)));
    Layout { places, regions: regions(old, new) }
}

/// Both places, without what only one of them says.
fn said(old: Option<&Place>, new: Option<&Place>) -> (Option<Place>, Option<Place>) {
    let (Some(old), Some(new)) = (old, new) else { return (old.cloned(), new.cloned()) };
    let only = |place: &Place, other: &Place| Place {
        bank: place.bank.clone().filter(|_| other.bank.is_some()),
        wasm: place.wasm.filter(|_| other.wasm.is_some()),
        ..place.clone()
    };
    (Some(only(old, new)), Some(only(new, old)))
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
