//! The region table, as far as verification reads it.

use super::regions::Unit;
use serde::{Deserialize, Deserializer};
use std::ops::Range;

#[derive(Debug, Deserialize)]
pub struct Table {
    pub protection: Protection,
    pub banks: Vec<Bank>,
    pub fixed: Vec<Region>,
    pub processes: Vec<Process>,
    pub sections: Vec<Section>,
}

#[derive(Debug, Deserialize)]
pub struct Protection {
    #[serde(rename = "model", deserialize_with = "model")]
    pub unit: Unit,
    pub entries: u32,
    #[serde(default)]
    pub setup: Vec<Register>,
}

#[derive(Debug, Deserialize)]
pub struct Register {
    #[serde(deserialize_with = "hex")]
    pub value: u64,
}

#[derive(Debug, Deserialize)]
pub struct Bank {
    pub kind: String,
    #[serde(deserialize_with = "hex")]
    pub base: u64,
    pub size: u64,
}

#[derive(Debug, Deserialize)]
pub struct Region {
    pub slot: u32,
    #[serde(deserialize_with = "hex")]
    pub base: u64,
    pub size: u64,
    pub subregions_off: u8,
    pub access: String,
}

#[derive(Debug, Deserialize)]
pub struct Process {
    pub name: String,
    pub extents: Vec<Extent>,
    #[serde(default)]
    pub devices: Vec<Device>,
    #[serde(default)]
    pub over_grant: u64,
    #[serde(default)]
    pub adapter: Option<Adapter>,
    pub regions: Vec<Region>,
}

/// What a process may reach of two others.
#[derive(Debug, Deserialize)]
pub struct Adapter {
    pub caller: String,
    pub callee: String,
    pub sections: Vec<String>,
    pub granted: Vec<Run>,
}

#[derive(Debug, Deserialize)]
pub struct Run {
    #[serde(deserialize_with = "hex")]
    pub base: u64,
    pub size: u64,
}

#[derive(Debug, Deserialize)]
pub struct Device {
    pub name: String,
    #[serde(deserialize_with = "hex")]
    pub base: u64,
    pub size: u64,
    pub shared: bool,
}

impl Device {
    pub fn range(&self) -> Range<u64> {
        range(self.base, self.size)
    }
}

#[derive(Debug, Deserialize)]
pub struct Extent {
    #[serde(deserialize_with = "hex")]
    pub granted_base: u64,
    pub granted_size: u64,
}

#[derive(Debug, Deserialize)]
pub struct Section {
    pub name: String,
    pub kind: String,
    #[serde(deserialize_with = "hex")]
    pub base: u64,
    pub size: u64,
    #[serde(default)]
    pub process: Option<String>,
}

impl Table {
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let wrong = |error: serde_json::Error| format!("`.compose.regions` is not a region table: {error}");
        let head: Head = serde_json::from_slice(bytes).map_err(wrong)?;
        if head.version != 1 {
            return Err(format!("the region table has version {}, and 1 is known", head.version));
        }
        serde_json::from_slice(bytes).map_err(wrong)
    }

    pub fn bank(&self, kind: &str) -> impl Iterator<Item = &Bank> {
        self.banks.iter().filter(move |bank| bank.kind == kind)
    }
}

impl Bank {
    pub fn range(&self) -> Range<u64> {
        range(self.base, self.size)
    }
}

impl Section {
    pub fn range(&self) -> Range<u64> {
        range(self.base, self.size)
    }
}

impl Process {
    /// Whether it may reach memory of another process, as far as the regions of that one go.
    pub fn reaches(&self, other: &str) -> bool {
        self.adapter.as_ref().is_some_and(|adapter| adapter.caller == other || adapter.callee == other)
    }

    /// Sorted, those that touch made one.
    pub fn granted(&self) -> Vec<Range<u64>> {
        let own = self.extents.iter().map(|extent| range(extent.granted_base, extent.granted_size));
        let others = self.adapter.iter().flat_map(|adapter| &adapter.granted).map(|run| range(run.base, run.size));
        merged(own.chain(others).collect())
    }
}

/// Runs in order, those that touch made one.
pub fn merged(mut runs: Vec<Range<u64>>) -> Vec<Range<u64>> {
    runs.sort_by_key(|run| run.start);
    runs.dedup_by(|next, run| {
        let touch = next.start <= run.end;
        if touch {
            run.end = run.end.max(next.end);
        }
        touch
    });
    runs
}

/// The sizes of a damaged table can be anything.
fn range(base: u64, size: u64) -> Range<u64> {
    base..base.saturating_add(size)
}

fn model<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
    let name = String::deserialize(deserializer)?;
    Unit::from_name(&name)
        .ok_or_else(|| serde::de::Error::custom(format!("the protection model `{name}` is not known")))
}

fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.strip_prefix("0x").unwrap_or("");
    u32::from_str_radix(digits, 16).map(u64::from).map_err(|_| serde::de::Error::custom(format!("`{text}`")))
}
