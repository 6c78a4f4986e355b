//! For GitHub Actions: `::error file=...,line=...::message`.

use crate::diag::{Diagnostic, Severity};
use crate::source::Sources;

pub(super) fn render(out: &mut String, d: &Diagnostic, sources: &Sources) {
    let command = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = vec![format!("title={}", property(d.code.id))];
    let mut message = d.message.clone();
    if let Some(label) = d.labels.first() {
        let source = sources.get(label.span.source);
        let (start, end) = (source.position(label.span.start), source.position(label.span.end));
        properties.push(format!("file={}", property(&source.name)));
        properties
            .push(format!("line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column));
        message += &format!(": {}", label.text);
    }
    for note in &d.notes {
        message += &format!("\nnote: {note}");
    }
    if let Some(help) = &d.help {
        message += &format!("\nhelp: {help}");
    }
    for fix in &d.fixes {
        message += &format!("\nfix: {}", fix.title);
    }
    *out += &format!("::{command} {}::{}\n", properties.join(","), data(&message));
}

/// The characters that end a message or start an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same, and what separates properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
