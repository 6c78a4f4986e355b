//! Diagnostics as data: a stable code, one lowercase phrase, labels, and a `help:` with the change to make.
//! Rendering is elsewhere (`render`); what a code means is one row of `codes`.

pub mod codes;
pub mod render;
pub mod suggest;

use crate::source::{Sources, Span};
use std::ops::Range;

/// One row per diagnostic: `compose explain` and the book read the same row.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable identifier, `stage::kebab-case`.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// Why it is an error and what to do, in a few sentences.
    pub explanation: &'static str,
    /// A small input that causes it.
    pub example: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Warning,
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One finding. The first label is the primary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    pub message: String,
    pub labels: Vec<Label>,
    pub notes: Vec<String>,
    pub help: Option<String>,
    /// Changes that have been tried: with any of them this is gone. The cheapest first.
    pub fixes: Vec<Fix>,
}

/// A change of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does and costs, in a few words.
    pub title: String,
    pub edits: Vec<Edit>,
}

/// Other text for a span; an empty span is a place where text is inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub parts: Vec<Part>,
}

/// A part of the new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    /// What stands there now.
    Copy(Span),
}

impl Fix {
    pub fn new(title: impl Into<String>) -> Self {
        Fix { title: title.into(), edits: Vec::new() }
    }

    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, parts: vec![Part::Text(text.into())] });
        self
    }

    pub fn insert(self, after: Span, text: impl Into<String>) -> Self {
        self.replace(Span { start: after.end, ..after }, text)
    }
}

impl Edit {
    /// What goes: the span, or all of its lines if nothing takes its place and nothing else stands there.
    pub fn range(&self, sources: &Sources) -> Range<usize> {
        let text = &sources.get(self.span.source).text;
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let blank = |c: char| c == ' ' || c == '\t';
        let (before, after) = (text[..start].trim_end_matches(blank), text[end..].trim_start_matches(blank));
        let alone = (before.is_empty() || before.ends_with('\n')) && after.starts_with('\n');
        if self.parts.is_empty() && alone { before.len()..text.len() - after.len() + 1 } else { start..end }
    }

    /// The new text.
    pub fn text(&self, sources: &Sources) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Copy(span) => &sources.get(span.source).text[span.start as usize..span.end as usize],
        });
        parts.collect()
    }
}

impl Diagnostic {
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// What a stage found. Stages go on past errors, so that one run reports all that is wrong.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// Unpacks what a stage returns: keeps its diagnostics, hands on its result.
    pub fn take<T>(&mut self, (result, diagnostics): (T, Diagnostics)) -> T {
        self.extend(diagnostics);
        result
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }
}
