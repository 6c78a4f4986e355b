//! What the text and the Markdown of a comparison share: which rows there are, and what stands in them.

use super::model::{Amount, AmountUnit, Change, Diff, FunctionSize, Group, Move, Place, Regions, Right, Scope, Side};
use crate::plan::table::{Region, RegionAccess};
use crate::report::{Address, Count, printable};
use std::collections::BTreeMap;

/// `hub 1.0 -> 1.1 on mps2-an386 (pmsav7, 8 entries)`.
pub fn header(old: &Side, new: &Side) -> String {
    let pair = |old: &Option<String>, new: &Option<String>| match (old, new) {
        (Some(old), Some(new)) if old != new => Some(format!("{old} -> {new}")),
        (_, Some(one)) | (Some(one), None) => Some(one.clone()),
        (None, None) => None,
    };
    let mut out = pair(&old.system, &new.system).unwrap_or_else(|| format!("{} -> {}", old.source, new.source));
    if let Some(version) = pair(&old.system_version, &new.system_version) {
        out += &format!(" {version}");
    }
    if let Some(board) = pair(&old.board, &new.board) {
        out += &format!(" on {board}");
    }
    if let Some(protection) = pair(&old.protection, &new.protection) {
        out += &format!(" ({protection})");
    }
    printable(&out)
}

/// What is to be said of images whose lists are the same.
pub fn contents(diff: &Diff) -> Option<&'static str> {
    let listed = [Group::Authority, Group::Layout, Group::Cost].iter().any(|&group| diff.differs(group) == Some(true));
    (diff.contents_differ == Some(true) && !listed)
        .then_some("code or constants differ, and nothing else: the same sizes at the same places")
}

/// The rows of a group of rights: a sentence, and a reason where it is not that of the row before.
pub fn rights(rights: &[Right]) -> impl Iterator<Item = (Change, &str, Option<String>)> {
    let mut said = None;
    rights.iter().map(move |right| {
        let reason = right.why.as_ref().map(|why| (&right.subject, why));
        let why = reason.filter(|_| reason != said).map(|(_, why)| printable(why));
        said = reason;
        (right.change, right.text.as_str(), why)
    })
}

/// A row of the layout.
#[derive(Debug, Default)]
pub struct Row {
    /// `moved, grown`.
    pub change: String,
    pub what: String,
    /// Addresses; empty where it is not there.
    pub from: String,
    pub to: String,
    /// `1 024 -> 2 048`, and by how much that is more.
    pub bytes: String,
    pub growth: Option<String>,
    /// What WebAssembly sees of it.
    pub note: Option<String>,
    pub why: Option<String>,
}

/// The rows of what is placed: first what someone asked for, then what moved because of it. What moved with all of its
/// process is one row; so is all that moved in flash, where code moves whenever code before it grows.
pub fn rows(places: &[Move]) -> Vec<Row> {
    let (moved, other): (Vec<&Move>, Vec<&Move>) =
        places.iter().partition(|place| place.moved() && place.growth() == 0 && wasm(place).is_none());
    let (flash, ram): (Vec<&Move>, Vec<&Move>) = moved.into_iter().partition(|place| place.flash);
    let mut out: Vec<Row> = other.into_iter().map(row).collect();
    out.sort_by_key(|row| (row.change != "new", row.change != "gone", row.change == "other limits"));
    for group in together(&ram) {
        out.push(match group[..] {
            [one] => row(one),
            ref all => process_row(all),
        });
    }
    match flash[..] {
        [] => {}
        [one] => out.push(row(one)),
        _ => out.push(Row {
            change: "moved".to_string(),
            what: format!("{} things in flash, same sizes", flash.len()),
            ..Row::default()
        }),
    }
    out
}

/// Those of one process that moved by the same distance.
fn together<'a>(moved: &[&'a Move]) -> Vec<Vec<&'a Move>> {
    let mut groups: BTreeMap<_, Vec<&Move>> = BTreeMap::new();
    for (index, place) in moved.iter().enumerate() {
        let (Some(old), Some(new)) = (&place.old, &place.new) else { continue };
        let distance = i64::from(new.base.0) - i64::from(old.base.0);
        // What has no process stays alone.
        let alone = place.process.is_none().then_some(index);
        groups.entry((&place.process, alone, distance, &old.bank, &new.bank)).or_default().push(place);
    }
    let mut groups: Vec<Vec<&Move>> = groups.into_values().collect();
    groups.sort_by_key(|group| group.iter().filter_map(|place| place.new.as_ref()).map(|new| new.base).min());
    groups
}

fn process_row(moved: &[&Move]) -> Row {
    let lowest = moved.iter().min_by_key(|place| place.new.as_ref().map(|new| new.base));
    let bytes: u64 = moved.iter().filter_map(|place| place.new.as_ref()).map(|new| u64::from(new.size)).sum();
    let Some(lowest) = lowest else { return Row::default() };
    let process = lowest.process.clone().unwrap_or_default();
    Row {
        what: format!("process {process}: {} things", moved.len()),
        bytes: Count(bytes).to_string(),
        why: None,
        ..row(lowest)
    }
}

fn row(place: &Move) -> Row {
    let banks = place.old.as_ref().zip(place.new.as_ref()).is_some_and(|(old, new)| old.bank != new.bank);
    let at = |at: Option<&Place>| match at {
        None => String::new(),
        Some(Place { bank: Some(bank), base, .. }) if banks => format!("{} in {bank}", Address(base.0)),
        Some(place) => Address(place.base.0).to_string(),
    };
    let count = |place: &Place| Count(place.size.into()).to_string();
    let only_moved = place.moved() && place.growth() == 0 && !banks;
    Row {
        change: place.words(),
        what: place.what.clone(),
        from: at(place.old.as_ref()),
        to: at(place.new.as_ref()),
        bytes: match (&place.old, &place.new) {
            (Some(old), Some(new)) if place.growth() != 0 => format!("{} -> {}", count(old), count(new)),
            (_, Some(one)) | (Some(one), None) => count(one),
            (None, None) => String::new(),
        },
        growth: Some(place.growth()).filter(|growth| *growth != 0).map(signed),
        note: wasm(place),
        why: place.why.as_ref().filter(|_| !only_moved).map(|why| printable(why)),
    }
}

/// What WebAssembly sees of a memory, where that has changed in another way than the memory.
fn wasm(place: &Move) -> Option<String> {
    let (old, new) = (place.old.as_ref()?, place.new.as_ref()?);
    let ([was, was_most], [is, is_most]) = (old.wasm?, new.wasm?);
    let whole = |place: &Place| place.wasm == Some([place.size, place.size]);
    if old.wasm == new.wasm || whole(old) && whole(new) {
        return None;
    }
    let count = |bytes: u32, most: u32| match bytes == most {
        true => Count(bytes.into()).to_string(),
        false => format!("{} to {}", Count(bytes.into()), Count(most.into())),
    };
    Some(format!("WebAssembly sees {} -> {} bytes", count(was, was_most), count(is, is_most)))
}

pub fn regions_of(regions: &Regions) -> String {
    let whose = match &regions.process {
        Some(process) => format!("regions of process {process}"),
        None => "regions that are always on".to_string(),
    };
    match regions.old_count == regions.new_count {
        true => format!("{whose}:"),
        false => format!("{whose}, {} -> {}:", regions.old_count, regions.new_count),
    }
}

/// By slot, of each slot the old one first.
pub fn marked(regions: &Regions) -> Vec<(char, &Region)> {
    let old = regions.old.iter().map(|region| ('-', region));
    let mut all: Vec<_> = old.chain(regions.new.iter().map(|region| ('+', region))).collect();
    all.sort_by_key(|(mark, region)| (region.slot, *mark == '+'));
    all
}

/// `region 1: 0x2000_0111 0x130b_010f, rw-, 224 bytes at 0x2000_0120`.
pub fn region_line(region: &Region) -> String {
    let access = match region.access {
        RegionAccess::ReadExecute => "r-x",
        RegionAccess::ReadWrite => "rw-",
        RegionAccess::Device => "rw- device",
        RegionAccess::Bound => "---",
    };
    let run = |run: &std::ops::Range<u64>| {
        let start = u32::try_from(run.start).unwrap_or(u32::MAX);
        format!("{} bytes at {}", Count(run.end - run.start), Address(start))
    };
    let runs: Vec<String> = region.granted().iter().map(run).collect();
    let grants = if runs.is_empty() { String::new() } else { format!(", {}", runs.join(" and ")) };
    let [first, second] = region.words.map(|word| Address(word.0).to_string());
    format!("region {}: {first} {second}, {access}{grants}", region.slot)
}

/// What, old, new, difference.
pub fn amount(amount: &Amount) -> [String; 4] {
    let what = match (&amount.subject, amount.scope) {
        (Some(subject), Scope::Process) => format!("process {subject}: {}", amount.measure),
        (Some(subject), _) => format!("{subject}: {}", amount.measure),
        (None, _) => amount.measure.clone(),
    };
    let number = |number: Option<u64>| match (number, amount.unit, amount.limit) {
        (None, ..) => "-".to_string(),
        (Some(entries), AmountUnit::Entries, Some(limit)) => format!("{entries}/{limit}"),
        (Some(number), ..) => Count(number).to_string(),
    };
    let as_signed = |number: Option<u64>| i64::try_from(number.unwrap_or(0)).unwrap_or(i64::MAX);
    let change = as_signed(amount.new).saturating_sub(as_signed(amount.old));
    [what, number(amount.old), number(amount.new), signed(change)]
}

/// How many functions a person reads.
const FUNCTIONS: usize = 8;

/// Lines for those whose size changed most, and for how many are left.
pub fn functions(functions: &[FunctionSize]) -> Vec<String> {
    let mut sorted: Vec<&FunctionSize> = functions.iter().collect();
    sorted.sort_by_key(|function| std::cmp::Reverse(difference(function).unsigned_abs()));
    let mut lines: Vec<String> = sorted.iter().take(FUNCTIONS).map(|function| function_line(function)).collect();
    if functions.len() > FUNCTIONS {
        lines.push(format!("and {} more", functions.len() - FUNCTIONS));
    }
    lines
}

fn difference(function: &FunctionSize) -> i64 {
    i64::from(function.new.unwrap_or(0)) - i64::from(function.old.unwrap_or(0))
}

/// `sampler!tick: 64 -> 80 bytes (+16)`.
fn function_line(function: &FunctionSize) -> String {
    let name = format!("{}!{}", function.unit, printable(&function.name));
    let bytes = |bytes: u32| Count(bytes.into());
    match (function.old, function.new) {
        (Some(old), Some(new)) => {
            format!("{name}: {} -> {} bytes ({})", bytes(old), bytes(new), signed(difference(function)))
        }
        (None, Some(new)) => format!("{name}: new, {} bytes", bytes(new)),
        (Some(old), None) => format!("{name}: gone, {} bytes", bytes(old)),
        (None, None) => name,
    }
}

/// `+1 024`.
fn signed(number: i64) -> String {
    let sign = if number < 0 { '-' } else { '+' };
    format!("{sign}{}", Count(number.unsigned_abs()))
}
