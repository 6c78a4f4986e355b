//! For tools: one JSON object a line.

use crate::diag::{Diagnostic, Severity};
use crate::source::Sources;
use schemars::JsonSchema;
use serde::Serialize;

/// One diagnostic.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "compose diagnostic")]
pub struct Record<'a> {
    /// Stable identifier, `stage::kebab-case`; `compose explain` takes it.
    code: &'a str,
    severity: Level,
    /// One lowercase phrase.
    message: &'a str,
    /// Places in the sources; the first one is the primary one.
    labels: Vec<Place<'a>>,
    notes: &'a [String],
    /// The change to make.
    help: Option<&'a str>,
    /// Changes that have been tried, each of which is enough; the cheapest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Change<'a> {
    /// What it does and costs.
    title: &'a str,
    /// All of them together. They do not overlap.
    edits: Vec<Replacement<'a>>,
}

/// Other text for some bytes of a file.
#[derive(Serialize, JsonSchema)]
struct Replacement<'a> {
    file: &'a str,
    /// First byte, from 0.
    start: u32,
    /// Past the last byte; equal to `start` where text is inserted.
    end: u32,
    text: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warning,
}

#[derive(Serialize, JsonSchema)]
struct Place<'a> {
    /// As it was named on the command line, or in the manifest.
    file: &'a str,
    /// First byte, from 0.
    start: u32,
    /// Past the last byte.
    end: u32,
    /// From 1.
    line: u32,
    /// In characters, from 1.
    column: u32,
    end_line: u32,
    /// Past the last character.
    end_column: u32,
    text: &'a str,
}

pub(super) fn render(out: &mut String, d: &Diagnostic, sources: &Sources) {
    let place = |l: &'_ crate::diag::Label| {
        let source = sources.get(l.span.source);
        (source, source.position(l.span.start), source.position(l.span.end))
    };
    let labels = d.labels.iter().map(|l| {
        let (source, start, end) = place(l);
        Place {
            file: &source.name,
            start: l.span.start,
            end: l.span.end,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            text: &l.text,
        }
    });
    let replacements = |fix: &'_ crate::diag::Fix| {
        let ranges = fix.edits.iter().map(|edit| (edit, edit.range(sources)));
        let edits = ranges.map(|(edit, range)| Replacement {
            file: &sources.get(edit.span.source).name,
            start: range.start as u32,
            end: range.end as u32,
            text: edit.text(sources),
        });
        edits.collect()
    };
    let record = Record {
        code: d.code.id,
        severity: match d.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        },
        message: &d.message,
        labels: labels.collect(),
        notes: &d.notes,
        help: d.help.as_deref(),
        fixes: d.fixes.iter().map(|fix| Change { title: &fix.title, edits: replacements(fix) }).collect(),
    };
    *out += &serde_json::to_string(&record).expect("strings and integers serialize");
    out.push('\n');
}

/// The JSON Schema of one line.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Record)
}
