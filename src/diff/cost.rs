//! What a system takes: bytes, entries of the protection unit, stack, code.

use super::both;
use super::facts::{Facts, owner};
use super::model::{Amount, AmountUnit, Cost, FunctionSize, Scope};
use crate::plan::table::{BankKind, Kind, RegionTable, WasteCount};
use std::collections::BTreeMap;

/// In the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    Flash,
    Ram,
    AskedFor,
    Waste,
    Entries,
    Stack,
    StackUsed,
    OverGrant,
    Code,
    Constants,
    Memory,
    Arena,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    scope: Scope,
    subject: Option<String>,
    measure: Measure,
    bank: Option<String>,
}

impl Key {
    fn name(&self) -> String {
        let word = match self.measure {
            Measure::Flash => "flash",
            Measure::Ram => "RAM",
            Measure::AskedFor => "asked for",
            Measure::Waste => "waste",
            Measure::Entries => "entries",
            Measure::Stack => "stack",
            Measure::StackUsed => "stack used",
            Measure::OverGrant => "over-grant",
            Measure::Code => "code",
            Measure::Constants => "constants",
            Measure::Memory => "memory",
            Measure::Arena => "arena",
        };
        match &self.bank {
            Some(bank) => format!("{word} {bank}"),
            None => word.to_string(),
        }
    }
}

/// Numbers and their limits.
pub type Amounts = BTreeMap<Key, (u64, Option<u64>)>;

pub fn amounts(table: &RegionTable) -> Amounts {
    let mut out = Amounts::new();
    for bank in &table.banks {
        let measure = if bank.kind == BankKind::Flash { Measure::Flash } else { Measure::Ram };
        let key = Key { scope: Scope::System, subject: None, measure, bank: Some(bank.name.clone()) };
        out.insert(key, (bank.used.into(), Some(bank.size.into())));
    }
    let mut add = |scope, subject: Option<&str>, measure, amount: u64, limit: Option<u64>| {
        let entry = out.entry(Key { scope, subject: subject.map(str::to_string), measure, bank: None });
        let entry = entry.or_insert((0, limit));
        entry.0 = entry.0.saturating_add(amount);
    };
    add(Scope::System, None, Measure::AskedFor, table.waste.asked.into(), None);
    add(Scope::System, None, Measure::Waste, waste(table.waste), None);
    for process in &table.processes {
        let mut add = |measure, amount, limit| add(Scope::Process, Some(&process.name), measure, amount, limit);
        let entries = process.regions.len() + table.fixed.len();
        add(Measure::AskedFor, process.waste.asked.into(), None);
        add(Measure::Waste, waste(process.waste), None);
        add(Measure::Entries, entries as u64, Some(table.protection.entries.into()));
        add(Measure::Stack, process.stack.size.into(), None);
        if let Some(bound) = process.stack.bound {
            add(Measure::StackUsed, bound.into(), None);
        }
        if process.over_grant > 0 {
            add(Measure::OverGrant, process.over_grant, None);
        }
    }
    for section in &table.sections {
        let measure = match section.kind {
            Kind::Code => Measure::Code,
            Kind::Vectors | Kind::Constants => Measure::Constants,
            Kind::KernelMemory | Kind::Memory => Measure::Memory,
            Kind::KernelStack => Measure::Stack,
            Kind::Stack | Kind::InstanceData => continue,
        };
        add(Scope::Component, Some(owner(section)), measure, section.size.into(), None);
    }
    for component in &table.components {
        if let Some(arena) = component.arena {
            add(Scope::Component, Some(&component.name), Measure::Arena, arena.size.into(), None);
        }
    }
    out
}

fn waste(count: WasteCount) -> u64 {
    [count.padding, count.rounding, count.gap].into_iter().map(u64::from).sum()
}

pub fn compare(old: &Facts, new: &Facts) -> Cost {
    let amounts = both(&old.amounts(), &new.amounts())
        // What is not there takes nothing.
        .filter(|(_, old, new)| old.map_or(0, |(amount, _)| *amount) != new.map_or(0, |(amount, _)| *amount))
        .map(|(key, old, new)| Amount {
            scope: key.scope,
            subject: key.subject.clone(),
            measure: key.name(),
            unit: if key.measure == Measure::Entries { AmountUnit::Entries } else { AmountUnit::Bytes },
            old: old.map(|(amount, _)| *amount),
            new: new.map(|(amount, _)| *amount),
            limit: new.or(old).and_then(|(_, limit)| *limit),
        })
        .collect();
    let functions = match (&old.functions, &new.functions) {
        (Some(old), Some(new)) => both(old, new)
            .filter(|(_, old, new)| old != new)
            .map(|((unit, name), old, new)| FunctionSize {
                unit: unit.clone(),
                name: name.clone(),
                old: old.copied(),
                new: new.copied(),
            })
            .collect(),
        _ => Vec::new(),
    };
    Cost { amounts, functions }
}
