//! A comparison for people at a terminal.

use super::model::{Change, Diff, Layout};
use super::view;
use std::fmt::Write;

/// Nothing at all, where nothing differs.
pub fn text(diff: &Diff) -> String {
    let mut out = String::new();
    if diff.same {
        return out;
    }
    out += &view::header(&diff.old, &diff.new);
    out += "\n";
    authority(&mut out, diff);
    layout(&mut out, &diff.layout);
    cost(&mut out, diff);
    if let Some(note) = view::contents(diff) {
        let _ = writeln!(out, "\n{note}");
    }
    out
}

fn authority(out: &mut String, diff: &Diff) {
    let Some(rights) = &diff.authority else {
        *out += "\nauthority\n  not compared: a lock file does not say who may reach what\n";
        return;
    };
    if rights.is_empty() {
        return;
    }
    *out += "\nauthority\n";
    for (change, text, why) in view::rights(rights) {
        let mark = match change {
            Change::New => '+',
            Change::Lost => '-',
            Change::Changed => '~',
        };
        let _ = writeln!(out, "  {mark} {text}");
        if let Some(why) = why {
            let _ = writeln!(out, "      why: {why}");
        }
    }
}

fn layout(out: &mut String, layout: &Layout) {
    if layout.is_empty() {
        return;
    }
    *out += "\nlayout\n";
    let rows = view::rows(&layout.places);
    let width = |text: fn(&view::Row) -> &String| rows.iter().map(|row| text(row).chars().count()).max().unwrap_or(0);
    let (first, second) = (width(|row| &row.change), width(|row| &row.what));
    for row in &rows {
        let address = match (row.from.as_str(), row.to.as_str()) {
            (from, to) if from.is_empty() || from == to => to.to_string(),
            (from, "") => from.to_string(),
            (from, to) => format!("{from} -> {to}"),
        };
        let bytes = match &row.growth {
            _ if row.bytes.is_empty() => String::new(),
            Some(growth) => format!("{} bytes ({growth})", row.bytes),
            None => format!("{} bytes", row.bytes),
        };
        let parts: Vec<String> = [address, bytes].into_iter().filter(|part| !part.is_empty()).collect();
        let line = format!("  {:first$}  {:second$}  {}", row.change, row.what, parts.join(", "));
        let _ = writeln!(out, "{}", line.trim_end());
        let why = row.why.as_ref().map(|why| format!("why: {why}"));
        for note in [row.note.clone(), why].into_iter().flatten() {
            let _ = writeln!(out, "  {:first$}    {note}", "");
        }
    }
    for regions in &layout.regions {
        let _ = writeln!(out, "  {}", view::regions_of(regions));
        for (mark, region) in view::marked(regions) {
            let _ = writeln!(out, "    {mark} {}", view::region_line(region));
        }
    }
}

fn cost(out: &mut String, diff: &Diff) {
    let Some(cost) = diff.cost.as_ref().filter(|cost| !cost.is_empty()) else { return };
    *out += "\ncost\n";
    let titles = ["", "old", "new", ""].map(String::from);
    let amounts: Vec<[String; 4]> = cost.amounts.iter().map(view::amount).collect();
    let rows: Vec<&[String; 4]> = std::iter::once(&titles).filter(|_| !amounts.is_empty()).chain(&amounts).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [what, old, new, change] = [0, 1, 2, 3].map(width);
    for row in &rows {
        let line = format!("  {:what$}  {:>old$}  {:>new$}  {:>change$}", row[0], row[1], row[2], row[3]);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let functions = view::functions(&cost.functions);
    if !functions.is_empty() {
        *out += "  functions\n";
        for line in functions {
            let _ = writeln!(out, "    {line}");
        }
    }
}
