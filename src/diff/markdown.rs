//! A comparison for a comment on a change, or for the summary of a job.

use super::model::{Change, Diff, Layout};
use super::view;
use crate::report::printable;
use std::fmt::Write;

/// Nothing at all, where nothing differs.
pub fn markdown(diff: &Diff) -> String {
    let mut out = String::new();
    if diff.same {
        return out;
    }
    let _ = writeln!(out, "## {}", arrows(&escaped(&view::header(&diff.old, &diff.new))));
    authority(&mut out, diff);
    layout(&mut out, &diff.layout);
    cost(&mut out, diff);
    if let Some(note) = view::contents(diff) {
        let _ = writeln!(out, "\n{}.", capital(note));
    }
    out
}

fn authority(out: &mut String, diff: &Diff) {
    let rights = match &diff.authority {
        None => {
            *out += "\n### Authority\n\nNot compared: a lock file does not say who may reach what.\n";
            return;
        }
        Some(rights) if rights.is_empty() => return,
        Some(rights) => rights,
    };
    *out += "\n### Authority\n\n";
    for (change, text, why) in view::rights(rights) {
        let word = match change {
            Change::New => "new",
            Change::Lost => "lost",
            Change::Changed => "changed",
        };
        let why = why.map(|why| format!(" (why: {})", escaped(&why))).unwrap_or_default();
        // Names in the sentence are in backquotes and stay code; the rest is ours.
        let _ = writeln!(out, "- **{word}**: {text}{why}");
    }
}

fn layout(out: &mut String, layout: &Layout) {
    if layout.is_empty() {
        return;
    }
    *out += "\n### Layout\n";
    let rows = view::rows(&layout.places);
    if !rows.is_empty() {
        *out += "\n| | what | from | to | bytes | |\n|---|---|---|---|---:|---|\n";
    }
    for row in rows {
        let code = |address: &str| match address.split_once(' ') {
            _ if address.is_empty() => String::new(),
            Some((address, bank)) => format!("`{address}` {}", escaped(bank)),
            None => format!("`{address}`"),
        };
        let why = row.why.map(|why| format!("why: {why}"));
        let notes: Vec<String> = [row.note, why].into_iter().flatten().map(|note| arrows(&escaped(&note))).collect();
        let (from, to) = (code(&row.from), code(&row.to));
        let growth = row.growth.map(|growth| format!(" ({growth})")).unwrap_or_default();
        let bytes = arrows(&row.bytes) + &growth;
        let _ = writeln!(
            out,
            "| {} | {} | {from} | {to} | {bytes} | {} |",
            row.change,
            escaped(&row.what),
            notes.join("; ")
        );
    }
    if !layout.regions.is_empty() {
        *out += "\n<details><summary>Regions and register words</summary>\n\n```diff\n";
        for regions in &layout.regions {
            let _ = writeln!(out, "  {}", view::regions_of(regions));
            for (mark, region) in view::marked(regions) {
                let _ = writeln!(out, "{mark} {}", view::region_line(region));
            }
        }
        *out += "```\n\n</details>\n";
    }
}

fn cost(out: &mut String, diff: &Diff) {
    let Some(cost) = diff.cost.as_ref().filter(|cost| !cost.is_empty()) else { return };
    *out += "\n### Cost\n";
    if !cost.amounts.is_empty() {
        *out += "\n| | old | new | |\n|---|---:|---:|---:|\n";
    }
    for amount in &cost.amounts {
        let [what, old, new, change] = view::amount(amount);
        let _ = writeln!(out, "| {} | {old} | {new} | {change} |", escaped(&what));
    }
    let functions = view::functions(&cost.functions);
    if !functions.is_empty() {
        *out += "\n<details><summary>Functions</summary>\n\n";
        for line in functions {
            let _ = writeln!(out, "- {}", arrows(&escaped(&line)));
        }
        *out += "\n</details>\n";
    }
}

/// Text that Markdown reads as text.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '<' => out += "&lt;",
            // The arrows of our own texts are left for `arrows`.
            '>' if !out.ends_with('-') => out += "&gt;",
            '&' => out += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '@' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn arrows(text: &str) -> String {
    text.replace(" -> ", " → ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
