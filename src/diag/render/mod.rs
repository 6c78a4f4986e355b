//! Diagnostics -> text, in the three forms that `--message-format` names.

mod github;
mod human;
pub mod json;

use super::Diagnostics;
use crate::source::Sources;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: the lines that are meant, and arrows.
    #[default]
    Human,
    /// One object a line; `schemas/diagnostic.schema.json` describes it.
    Json,
    /// Workflow commands of GitHub Actions, which show up beside the line in a review.
    Github,
}

/// How the human form looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Columns at which text is wrapped.
    pub width: usize,
}

/// All of them, in the order found.
pub fn render(diagnostics: &Diagnostics, sources: &Sources, format: Format, look: Look) -> String {
    let mut out = String::new();
    for diagnostic in &diagnostics.list {
        match format {
            Format::Human => human::render(&mut out, diagnostic, sources, look),
            Format::Json => json::render(&mut out, diagnostic, sources),
            Format::Github => github::render(&mut out, diagnostic, sources),
        }
    }
    out
}

/// Text without what would steer a terminal: control characters and bidirectional overrides are replaced by as many
/// `?` as they have bytes, so that spans hold.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let line_end = c == '\n' || (c == '\r' && chars.peek() == Some(&'\n'));
        let steers =
            c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if line_end || c == '\t' || !steers {
            out.push(c);
        } else {
            (0..c.len_utf8()).for_each(|_| out.push('?'));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;
    use crate::diag::codes::{manifest, schema};
    use crate::source::{SourceId, Span};

    fn sample() -> (Sources, Diagnostics) {
        let mut sources = Sources::new();
        let first = sources.add("a,b.kdl", "", "one\n\ttwö three\x1b[31m\nfour\n");
        let second = sources.add("other.kdl", "", "elsewhere\n");
        let at = |source: SourceId, start, end| Span { source, start, end };
        let mut found = Diagnostics::new();
        found.push(
            Diagnostic::error(&schema::UNKNOWN_NODE, "50% wrong")
                .label(at(first, 10, 15), "this: here")
                .label(at(first, 0, 3), "that")
                .label(at(second, 4, 9), "and there")
                .note("a note")
                .help("do better"),
        );
        found.push(Diagnostic::warning(&manifest::RUN_FORMAT, "no place at all"));
        (sources, found)
    }

    #[test]
    fn human() {
        let (sources, found) = sample();
        let text = render(&found, &sources, Format::Human, Look { color: false, width: 80 });
        let expected = "\
error[schema::unknown-node]: 50% wrong
   ╭─[a,b.kdl:2:6]
 1 │ one
   · ─┬─
   ·  ╰── that
 2 │     twö three?[31m
   ·         ──┬──
   ·           ╰── this: here
 3 │ four
   ╰────
   ╭─[other.kdl:1:5]
 1 │ elsewhere
   ·     ──┬──
   ·       ╰── and there
   ╰────
  note: a note
  help: do better

warning[manifest::run-format]: no place at all

";
        assert_eq!(text, expected, "\n{text}");
        let colored = render(&found, &sources, Format::Human, Look { color: true, width: 80 });
        assert!(colored.contains("\x1b[") && !text.contains('\x1b'));
    }

    #[test]
    fn json() {
        let (sources, found) = sample();
        let text = render(&found, &sources, Format::Json, Look { color: true, width: 80 });
        let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect("an object")).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["code"], "schema::unknown-node");
        assert_eq!(lines[0]["labels"][0]["file"], "a,b.kdl");
        // Columns count characters from 1: a tab and the `ö` are one each.
        assert_eq!(
            (lines[0]["labels"][0]["line"].as_u64(), lines[0]["labels"][0]["column"].as_u64()),
            (Some(2), Some(6))
        );
        assert_eq!(lines[0]["labels"][2]["file"], "other.kdl");
        assert_eq!(lines[1]["severity"], "warning");
    }

    #[test]
    fn github() {
        let (sources, found) = sample();
        let text = render(&found, &sources, Format::Github, Look { color: true, width: 80 });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "::error title=schema%3A%3Aunknown-node,file=a%2Cb.kdl,line=2,col=6,endLine=2,endColumn=11::50%25 wrong: this: here%0Anote: a note%0Ahelp: do better"
        );
        assert_eq!(lines[1], "::warning title=manifest%3A%3Arun-format::no place at all");
    }
}
