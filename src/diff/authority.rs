//! Who may reach what. Access to memory and code is read off the regions, not off who owns what, so that a table whose
//! regions grant more than they should shows it.

use super::both;
use super::facts::{Facts, in_flash, owner};
use super::model::{Change, Right, RightKind};
use crate::plan::table::{BoundsMode, Component, Kind, OnTrap, Process, RegionAccess, RegionTable, Section};
use crate::report::printable;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The kernel comes last.
    kernel: bool,
    subject: String,
    kind: RightKind,
    object: Object,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Object {
    None,
    /// A memory of the subject's own; named where it has several.
    Own(Option<String>),
    /// The data of another component or process, or the kernel's.
    DataOf(String),
    Device(String),
    /// Component and function.
    Function(String, String),
    Host(String),
}

/// What is held, and why.
#[derive(Clone, Debug)]
pub struct Held {
    value: String,
    why: Option<String>,
}

pub type Rights = BTreeMap<Key, Held>;

/// What regions allow on some bytes.
#[derive(Default)]
struct Reach<'a> {
    access: BTreeSet<&'static str>,
    why: Option<&'a String>,
}

const READ_EXECUTE: &str = "read and execute";
const EXCLUSIVE: &str = "exclusive";
const SHARED: &str = "shared";
const GATE: &str = "gate";
const DIRECT: &str = "direct";

/// All rights. `several` are the components whose memories are told apart by name.
pub fn rights(table: &RegionTable, several: &BTreeSet<String>) -> Rights {
    let mut out = Rights::new();
    for component in &table.components {
        of_component(table, component, several, &mut out);
    }
    for process in &table.processes {
        let mut add = |kind, value: String| {
            let key = Key { kernel: false, subject: process.name.clone(), kind, object: Object::None };
            out.insert(key, Held { value, why: process.why.clone() });
        };
        if process.on_trap == OnTrap::Continue {
            add(RightKind::OnTrap, "continue".to_string());
        }
        if process.over_grant > 0 {
            add(RightKind::OverGrant, process.over_grant.to_string());
        }
    }
    let mut runs: BTreeMap<(String, String), usize> = BTreeMap::new();
    for job in &table.jobs {
        *runs.entry((job.component.clone(), job.call())).or_default() += 1;
    }
    for ((component, function), times) in runs {
        let object = Object::Function(component, function);
        let key = Key { kernel: true, subject: "kernel".to_string(), kind: RightKind::Run, object };
        out.insert(key, Held { value: times.to_string(), why: None });
    }
    out
}

fn of_component(table: &RegionTable, component: &Component, several: &BTreeSet<String>, out: &mut Rights) {
    let Some(process) = table.processes.iter().find(|process| process.name == component.process) else { return };
    let mut add = |kind, object, value: &str, reason: Option<&String>| {
        let key = Key { kernel: false, subject: component.name.clone(), kind, object };
        out.insert(key, Held { value: value.to_string(), why: reason.or(component.why.as_ref()).cloned() });
    };
    add(RightKind::Component, Object::None, &process.name, process.why.as_ref());
    let bounds = match component.bounds {
        BoundsMode::Hardware => "hardware",
        BoundsMode::Software => "software",
    };
    add(RightKind::Bounds, Object::None, bounds, None);
    let mut reached: BTreeMap<(RightKind, Object), Reach> = BTreeMap::new();
    for section in &table.sections {
        let access = access(table, process, section);
        let own = section.process.as_ref() == Some(&process.name);
        let memory = section.memory.as_ref();
        let (kind, object) = match section.kind {
            kind if in_flash(kind) => (RightKind::Code, Object::None),
            Kind::Stack | Kind::InstanceData if own => continue, // Comes with the process and its components.
            _ if section.component.as_ref() == Some(&component.name) => {
                let name = memory.filter(|_| several.contains(&component.name)).map(|memory| memory.name.clone());
                (RightKind::Memory, Object::Own(name))
            }
            _ => (RightKind::Memory, Object::DataOf(owner(section).to_string())),
        };
        if !access.is_empty() {
            let held = reached.entry((kind, object)).or_default();
            held.access.extend(access);
            held.why = held.why.or(match own && section.component.as_ref() != Some(&component.name) {
                true => process.why.as_ref(),
                false => memory.and_then(|memory| memory.why.as_ref()),
            });
        }
    }
    for ((kind, object), Reach { access, why }) in reached {
        let words = ["read", "write", "execute"].into_iter().filter(|word| access.contains(word));
        add(kind, object, &words.collect::<Vec<_>>().join(" and "), why);
    }
    for device in &process.devices {
        let value = if device.shared { SHARED } else { EXCLUSIVE };
        add(RightKind::Device, Object::Device(device.name.clone()), value, device.why.as_ref());
    }
    for call in &component.calls {
        let object = Object::Function(call.component.clone(), call.function.clone());
        add(RightKind::Call, object, if call.gate { GATE } else { DIRECT }, call.why.as_ref());
    }
    for function in &component.host_functions {
        add(RightKind::HostFunction, Object::Host(function.clone()), "may call", None);
    }
}

/// What the regions that are on while a process runs allow on any byte of a section.
fn access(table: &RegionTable, process: &Process, section: &Section) -> BTreeSet<&'static str> {
    let start = u64::from(section.base.0);
    let end = start + u64::from(section.size);
    let mut words = BTreeSet::new();
    for region in process.regions.iter().chain(&table.fixed) {
        if region.granted().iter().any(|run| run.start < end && start < run.end) {
            words.extend(match region.access {
                RegionAccess::ReadExecute => &["execute", "read"][..],
                RegionAccess::ReadWrite | RegionAccess::Device => &["read", "write"],
                RegionAccess::Bound => &[],
            });
        }
    }
    words
}

/// What changed, by subject; what the kernel calls comes last.
pub fn compare(old: &Facts, new: &Facts, several: &BTreeSet<String>) -> Vec<Right> {
    let (before, after) = (old.rights(several), new.rights(several));
    let mut out = Vec::new();
    for (key, old, new) in both(&before, &after) {
        let change = match (old, new) {
            (Some(old), Some(new)) if old.value == new.value => continue,
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::New,
            (_, None) => Change::Lost,
        };
        let with_its_component = match change {
            // Of a component that is gone, it is said only that.
            Change::Lost => !key.kernel && component(&after, &key.subject).is_none(),
            // So it is with what every component has.
            Change::New => {
                key.kind == RightKind::Bounds
                    || key.kind == RightKind::Code && new.is_some_and(|new| new.value == READ_EXECUTE)
            }
            Change::Changed => false,
        };
        let of_component = matches!(key.kind, RightKind::Component | RightKind::OnTrap | RightKind::OverGrant);
        if with_its_component && !of_component {
            continue;
        }
        out.push(Right {
            change,
            subject: key.subject.clone(),
            kind: key.kind,
            object: key.object.shown(),
            old: old.map(|held| held.value.clone()),
            new: new.map(|held| held.value.clone()),
            text: sentence(key, old, new, &after),
            why: new.or(old).and_then(|held| held.why.clone()),
        });
    }
    out.extend(order(old, new));
    out
}

/// The process of a component.
fn component<'a>(rights: &'a Rights, name: &str) -> Option<&'a Held> {
    let subject = name.to_string();
    rights.get(&Key { kernel: false, subject, kind: RightKind::Component, object: Object::None })
}

impl Object {
    fn shown(&self) -> Option<String> {
        match self {
            Object::None | Object::Own(None) => None,
            Object::Own(Some(name)) | Object::DataOf(name) | Object::Device(name) | Object::Host(name) => {
                Some(name.clone())
            }
            Object::Function(component, function) => Some(format!("{component}#{function}")),
        }
    }
}

/// `sampler` and what it may do, as a person says it. One of the two is there.
fn sentence(key: &Key, old: Option<&Held>, new: Option<&Held>, after: &Rights) -> String {
    let subject = code(&key.subject);
    let value = |held: Option<&Held>| held.map(|held| held.value.clone()).unwrap_or_default();
    let (was, is) = (value(old), value(new));
    // "may", "may no longer"; for what changed, what was before.
    let may = if new.is_some() { "may" } else { "may no longer" };
    let words = if new.is_some() { &is } else { &was };
    let before = match (old, new) {
        (Some(_), Some(_)) => format!("; before: {was}"),
        _ => String::new(),
    };
    match (key.kind, &key.object) {
        (RightKind::Component, _) => match (old, new) {
            (_, None) => format!("{subject} is gone"),
            (None, _) => format!("{subject} is new, {}", in_process(after, &key.subject, &is)),
            _ => format!("{subject} is {}; before: in process {}", in_process(after, &key.subject, &is), code(&was)),
        },
        (RightKind::Bounds, _) => {
            format!("what {subject} does outside its memory is caught by {is}{before}")
        }
        (RightKind::Memory, Object::DataOf(other)) => {
            format!("{subject} {may} {} the data of {}{before}", words, code(other))
        }
        (RightKind::Memory, Object::Own(Some(name))) => {
            format!("{subject} {may} {} its memory {}{before}", words, code(name))
        }
        (RightKind::Memory, _) => format!("{subject} {may} {} its memory{before}", words),
        (RightKind::Code, _) => format!("{subject} {may} {} code and constants{before}", words),
        (RightKind::Device, object) => {
            let device = code(&object.shown().unwrap_or_default());
            match (old, new) {
                (Some(_), Some(_)) => format!("{subject} has device {device} {}; before: {was}", manner(&is)),
                (_, None) => format!("{subject} may no longer use device {device}"),
                _ => format!("{subject} may use device {device} {}", manner(&is)),
            }
        }
        (RightKind::Call, Object::Function(component, function)) => {
            let path = |value: &str| if value == GATE { "through a gate" } else { "directly" };
            match (old, new) {
                (Some(_), Some(_)) => format!(
                    "{subject} calls {} of {} {}; before: {}",
                    code(function),
                    code(component),
                    path(&is),
                    path(&was)
                ),
                (_, None) => format!("{subject} may no longer call {} of {}", code(function), code(component)),
                _ => format!("{subject} may call {} of {} {}", code(function), code(component), path(&is)),
            }
        }
        (RightKind::HostFunction, object) => {
            format!("{subject} {may} call {} of the kernel", code(&object.shown().unwrap_or_default()))
        }
        (RightKind::OnTrap, _) => match new {
            Some(_) => format!("process {subject} can be called again after a trap"),
            None => format!("process {subject} is no longer called after a trap"),
        },
        (RightKind::OverGrant, _) => {
            let bytes = |value: &str| if value.is_empty() { "none".to_string() } else { format!("{value} bytes") };
            let (is, was) = (bytes(&is), bytes(&was));
            format!("regions of process {subject} grant beyond its devices: {is}; before: {was}")
        }
        (_, object) => {
            let call = code(&object.shown().unwrap_or_default());
            match (old, new) {
                (_, None) => format!("the kernel no longer calls {call}"),
                (None, _) if is == "1" => format!("the kernel calls {call}"),
                (None, _) => format!("the kernel calls {call} {is} times"),
                _ => format!("the kernel calls {call} this often: {is}; before: {was}"),
            }
        }
    }
}

/// Where a component is, and with whom.
fn in_process(rights: &Rights, name: &str, process: &str) -> String {
    let others: Vec<String> = rights
        .iter()
        .filter(|(key, held)| key.kind == RightKind::Component && held.value == process && key.subject != name)
        .map(|(key, _)| code(&key.subject))
        .collect();
    match others.is_empty() {
        true if process == name => "in a process of its own".to_string(),
        true => format!("alone in process {}", code(process)),
        false => format!("in process {} with {}", code(process), others.join(", ")),
    }
}

fn manner(value: &str) -> &'static str {
    if value == SHARED { "shared with others" } else { "for itself alone" }
}

/// A name in a sentence. Names of functions can be any text.
fn code(name: &str) -> String {
    format!("`{}`", printable(name).replace('`', "'"))
}

/// The order of the calls that both sides have.
fn order(old: &Facts, new: &Facts) -> Option<Right> {
    let calls = |facts: &Facts| -> Vec<String> {
        let jobs = facts.table.iter().flat_map(|table| &table.jobs);
        jobs.map(|job| format!("{}#{}", job.component, job.call())).collect()
    };
    let (before, after) = (calls(old), calls(new));
    let common = |list: &[String], other: &[String]| -> Vec<String> {
        let mut left = other.to_vec();
        let mut take = |call: &&String| match left.iter().position(|other| other == *call) {
            Some(index) => {
                left.swap_remove(index);
                true
            }
            None => false,
        };
        list.iter().filter(|call| take(call)).cloned().collect()
    };
    let (was, is) = (common(&before, &after), common(&after, &before));
    let shown = |calls: &[String]| calls.iter().map(|call| code(call)).collect::<Vec<_>>().join(", ");
    (was != is).then(|| Right {
        change: Change::Changed,
        subject: "kernel".to_string(),
        kind: RightKind::RunOrder,
        object: None,
        text: format!("the kernel calls in this order: {}; before: {}", shown(&is), shown(&was)),
        old: Some(was.join(", ")),
        new: Some(is.join(", ")),
        why: None,
    })
}
