//! What is known of one side of a comparison.

use super::authority::{self, Rights};
use super::cost::{self, Amounts};
use super::model::{Place, Side};
use crate::image::Held;
use crate::plan::table::{Kind, Region, RegionTable, Section};
use std::collections::{BTreeMap, BTreeSet};

/// One side. What a lock file or a table does not say is `None`, and is not compared.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) side: Side,
    pub(super) table: Option<RegionTable>,
    pub(super) things: Vec<Thing>,
    /// By process; those that are always on have no process.
    pub(super) regions: BTreeMap<Option<String>, Vec<Region>>,
    /// Bytes of functions, by unit and name.
    /// Nothing else is known than what a lock file says.
    pub(super) lock: bool,
    pub(super) functions: Option<BTreeMap<(String, String), u32>>,
    pub(super) digest: Option<u64>,
}

/// Something that is placed.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    /// Of the section, without its dot.
    pub section: String,
    pub what: String,
    pub flash: bool,
    pub process: Option<String>,
    pub place: Place,
    /// For memories: component, and the memory's own name.
    pub memory: Option<(String, String)>,
    pub why: Option<String>,
}

impl Facts {
    /// A system that is not there: the other side is all new (or all gone).
    pub fn nothing(source: &str) -> Facts {
        Facts {
            side: Side { source: source.to_string(), ..Side::default() },
            table: None,
            things: Vec::new(),
            regions: BTreeMap::new(),
            lock: false,
            functions: None,
            digest: None,
        }
    }

    pub fn of_image(source: &str, held: Held) -> Facts {
        let functions = held.lines.map(|lines| {
            let mut sizes: BTreeMap<(String, String), u32> = BTreeMap::new();
            for function in lines.functions {
                let unit = lines.units.get(function.unit as usize).cloned().unwrap_or_default();
                let size = sizes.entry((unit, function.name)).or_default();
                *size = size.saturating_add(function.size);
            }
            sizes
        });
        Facts { functions, digest: Some(held.digest), ..Facts::of_table(source, held.regions) }
    }

    pub fn of_table(source: &str, table: RegionTable) -> Facts {
        let mut regions = BTreeMap::from([(None, table.fixed.clone())]);
        regions.extend(table.processes.iter().map(|process| (Some(process.name.clone()), process.regions.clone())));
        Facts {
            side: Side {
                source: source.to_string(),
                system: Some(table.system.clone()),
                system_version: table.system_version.clone(),
                board: Some(table.board.clone()),
                protection: Some(format!("{}, {} entries", table.protection.model, table.protection.entries)),
            },
            things: table.sections.iter().map(|section| thing(&table, section)).collect(),
            regions,
            lock: false,
            functions: None,
            digest: None,
            table: Some(table),
        }
    }

    pub(super) fn rights(&self, several: &BTreeSet<String>) -> Rights {
        self.table.as_ref().map(|table| authority::rights(table, several)).unwrap_or_default()
    }

    pub(super) fn amounts(&self) -> Amounts {
        self.table.as_ref().map(cost::amounts).unwrap_or_default()
    }
}

/// Components with more than one memory on a side: their memories are told apart by name.
pub(super) fn several_memories(old: &Facts, new: &Facts) -> BTreeSet<String> {
    let mut several = BTreeSet::new();
    // A lock file tells them apart as sections do.
    if old.lock || new.lock {
        return several;
    }
    for side in [old, new] {
        let mut seen = BTreeSet::new();
        let components = side.things.iter().filter_map(|thing| thing.memory.as_ref()).map(|(component, _)| component);
        several.extend(components.filter(|component| !seen.insert(*component)).cloned());
    }
    several
}

pub(super) fn in_flash(kind: Kind) -> bool {
    matches!(kind, Kind::Vectors | Kind::Code | Kind::Constants)
}

/// `kernel`, `runtime`, or the component or process that a section belongs to.
pub(super) fn owner(section: &Section) -> &str {
    match (&section.component, &section.process) {
        (Some(component), _) => component,
        (None, Some(process)) => process,
        (None, None) if section.name.ends_with(".runtime") => "runtime",
        (None, None) => "kernel",
    }
}

fn thing(table: &RegionTable, section: &Section) -> Thing {
    let owner = owner(section);
    let lone = table.components.iter().any(|component| component.name == owner);
    let what = match section.kind {
        Kind::Vectors => "vector table".to_string(),
        Kind::Code => format!("{owner}: code"),
        Kind::Constants => format!("{owner}: constants"),
        Kind::Stack if !lone => format!("process {owner}: stack"),
        Kind::KernelStack | Kind::Stack => format!("{owner}: stack"),
        Kind::KernelMemory | Kind::Memory => format!("{owner}: memory"),
        Kind::InstanceData => format!("{owner}: globals and tables"),
    };
    let component = table.components.iter().find(|component| component.name == owner);
    let bank = table.banks.iter().find(|bank| {
        let offset = u64::from(section.base.0).checked_sub(u64::from(bank.base.0));
        offset.is_some_and(|offset| offset < u64::from(bank.size))
    });
    let memory = section.memory.as_ref();
    let why = memory.and_then(|memory| memory.why.as_ref().or(component.and_then(|component| component.why.as_ref())));
    Thing {
        section: section.name.trim_start_matches('.').to_string(),
        what,
        flash: in_flash(section.kind),
        process: section.process.clone(),
        place: Place {
            bank: bank.map(|bank| bank.name.clone()),
            base: section.base,
            size: section.size,
            wasm: memory.map(|memory| [memory.bytes, memory.max_bytes]),
        },
        memory: memory.map(|memory| (owner.to_string(), memory.name.clone())),
        why: why.cloned(),
    }
}
