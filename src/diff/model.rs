//! What a comparison finds. This is its JSON too: `schemas/diff.schema.json`.

use crate::plan::table::{Hex, Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Counts incompatible changes of the schema.
pub const VERSION: u32 = 1;

/// How two systems differ. Things are matched by what they are (component and memory, process, function), never by their
/// order or number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Comparison of two systems by compose")]
pub struct Diff {
    /// Counts incompatible changes of this schema.
    pub version: u32,
    /// Nothing differs.
    pub same: bool,
    pub old: Side,
    pub new: Side,
    /// Who may reach what. Absent where a side does not say, as lock files do not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authority: Option<Vec<Right>>,
    /// Where things are.
    pub layout: Layout,
    /// What it takes. Absent where a side does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost: Option<Cost>,
    /// Whether the bytes of the two images differ, where there are two images.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contents_differ: Option<bool>,
}

/// One of the two systems.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// What was compared, as the user named it.
    pub source: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub system_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub board: Option<String>,
    /// Protection model and number of its entries: `pmsav7, 8 regions`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub protection: Option<String>,
}

/// Which way something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    New,
    Lost,
    Changed,
}

/// Something that a component or a process may do, or no longer may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Right {
    pub change: Change,
    /// The component or process, or `kernel`.
    pub subject: String,
    pub kind: RightKind,
    /// What it is about: a device, a memory, a function.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<String>,
    /// The same as a sentence.
    pub text: String,
    /// The reason that the manifest gives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

/// In the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RightKind {
    /// The component is there; old and new are its process.
    Component,
    /// Old and new: how accesses outside a memory are caught.
    Bounds,
    /// Old and new: what its regions let it do.
    Memory,
    /// Code and constants in flash; the same.
    Code,
    /// Old and new: `exclusive` or `shared`.
    Device,
    /// Bytes that the regions of its devices grant beyond the devices.
    OverGrant,
    /// A function of another component. Old and new: `gate` or `direct`.
    Call,
    /// A function of the kernel.
    HostFunction,
    /// Old and new: `stop` or `continue`.
    OnTrap,
    /// A call that the kernel makes after start-up. Old and new: how often.
    Run,
    /// The order of these calls.
    RunOrder,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Layout {
    /// By bank, then by name.
    pub places: Vec<Move>,
    /// By name of the process.
    pub regions: Vec<Regions>,
}

/// A thing that is placed elsewhere, or with another size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// Identity: kind, component or process, and memory, as in `memory.sampler` or `memory.sampler:scratch`.
    pub name: String,
    /// The same for people: `sampler: memory`.
    pub what: String,
    pub flash: bool,
    /// The process that may write it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub process: Option<String>,
    /// Absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old: Option<Place>,
    /// Absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<Place>,
    /// The reason that the manifest gives for the memory, or for its component.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bank: Option<String>,
    pub base: Hex,
    pub size: u32,
    /// Bytes that WebAssembly sees of a memory at the start, and the most that it can grow to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wasm: Option<[u32; 2]>,
}

/// Regions that changed, with their register words. Those that both sides have are not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Regions {
    /// Absent for those that are always on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub process: Option<String>,
    /// How many there were, and are.
    pub old_count: usize,
    pub new_count: usize,
    pub old: Vec<Region>,
    pub new: Vec<Region>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Of the whole system, then of processes, then of components.
    pub amounts: Vec<Amount>,
    /// Sizes of functions, where both sides are images.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub functions: Vec<FunctionSize>,
}

/// A number that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amount {
    pub scope: Scope,
    /// Process or component; absent for the whole system.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    /// `flash`, `RAM sram`, `waste`, `entries`, `stack`, `code`, ...
    pub measure: String,
    pub unit: AmountUnit,
    /// Absent where the subject is new, or where there is no such number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<u64>,
    /// The most that there can be, on the new side.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    System,
    Process,
    Component,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AmountUnit {
    Bytes,
    /// Entries of the protection unit.
    Entries,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionSize {
    /// `kernel`, `runtime` or a component.
    pub unit: String,
    pub name: String,
    /// Bytes; absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<u32>,
}

/// A part of a comparison, as `--fail-on` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Authority,
    Layout,
    Cost,
}

impl Diff {
    /// Whether a group has differences. `None` where it could not be compared.
    pub fn differs(&self, group: Group) -> Option<bool> {
        match group {
            Group::Authority => self.authority.as_ref().map(|rights| !rights.is_empty()),
            Group::Layout => Some(!self.layout.is_empty()),
            Group::Cost => self.cost.as_ref().map(|cost| !cost.is_empty()),
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings and numbers always serialize") + "\n"
    }

    /// The text of `schemas/diff.schema.json`.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Diff);
        serde_json::to_string_pretty(&schema).expect("a schema always serializes") + "\n"
    }
}

impl Layout {
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.regions.is_empty()
    }
}

impl Cost {
    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty() && self.functions.is_empty()
    }
}

impl Move {
    /// It lies elsewhere, in both.
    pub fn moved(&self) -> bool {
        let (Some(old), Some(new)) = (&self.old, &self.new) else { return false };
        (old.base, &old.bank) != (new.base, &new.bank)
    }

    /// Bytes more (or less) than before, where it is in both.
    pub fn growth(&self) -> i64 {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => i64::from(new.size) - i64::from(old.size),
            _ => 0,
        }
    }

    /// What happened to it, in a few words: `moved, grown`.
    pub fn words(&self) -> String {
        match (&self.old, &self.new) {
            (None, _) => "new".to_string(),
            (_, None) => "gone".to_string(),
            (Some(old), Some(new)) => {
                let wasm = old.wasm != new.wasm && self.growth() == 0;
                let words = [
                    (self.moved(), "moved"),
                    (self.growth() > 0, "grown"),
                    (self.growth() < 0, "shrunk"),
                    (wasm, "other limits"),
                ];
                words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
            }
        }
    }
}
