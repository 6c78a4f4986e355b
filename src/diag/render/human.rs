//! For people. `miette` draws the lines and arrows; theme and width are given, never guessed from the environment.

use super::{Look, printable};
use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{Source, SourceId, Sources};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use miette::{ThemeCharacters, ThemeStyles};
use std::fmt;
use std::ops::Range;

/// Lines shown before and after a label.
const CONTEXT: usize = 1;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

pub(super) fn render(out: &mut String, d: &Diagnostic, sources: &Sources, look: Look) {
    let paint = |style: &str, text: &str| if look.color { format!("{style}{text}{RESET}") } else { text.into() };
    let (word, style) = match d.severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
    };
    let head = paint(style, &format!("{word}[{}]", d.code.id));
    *out += &format!("{head}: {}\n", paint(BOLD, &printable(&d.message)));
    for snippet in snippets(d, sources) {
        let mut drawn = String::new();
        if handler(look).render_report(&mut drawn, &snippet).is_ok() {
            *out += body(&drawn);
        }
    }
    for (word, text) in d.notes.iter().map(|n| ("note", n)).chain(d.help.iter().map(|h| ("help", h))) {
        *out += &format!("  {}: {}\n", paint(CYAN, word), wrapped(&printable(text), 8, look.width));
    }
    for fix in &d.fixes {
        *out += &format!("  {}: {}\n", paint(GREEN, "fix"), wrapped(&printable(&fix.title), 7, look.width));
    }
    *out += "\n";
}

fn handler(look: Look) -> GraphicalReportHandler {
    let styles = if look.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters: ThemeCharacters::unicode(), styles })
        .without_syntax_highlighting()
        .with_urls(false)
        .with_context_lines(CONTEXT)
        .with_width(look.width)
}

/// The drawing without the line of the message, which is written in compiler style above it.
fn body(drawn: &str) -> &str {
    drawn.find('\n').map_or("", |end| &drawn[end + 1..])
}

/// Breaks lines between words; lines after the first are indented by `indent`.
fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > room {
            out += "\n";
            out += &" ".repeat(indent);
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += length;
    }
    out
}

/// The labels of one text.
struct Snippet<'a> {
    text: Text<'a>,
    labels: Vec<LabeledSpan>,
}

/// One for each text, the primary label's first.
fn snippets<'a>(d: &Diagnostic, sources: &'a Sources) -> Vec<Snippet<'a>> {
    let mut order: Vec<SourceId> = Vec::new();
    for label in &d.labels {
        if !order.contains(&label.span.source) {
            order.push(label.span.source);
        }
    }
    let primary = d.labels.first().map(|l| l.span);
    let labeled = |l: &Label| {
        let span = (l.span.start as usize, (l.span.end - l.span.start) as usize);
        let text = Some(printable(&l.text)).filter(|t| !t.is_empty());
        if Some(l.span) == primary {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    };
    let snippet = |id: SourceId| {
        let source = sources.get(id);
        let labels: Vec<&Label> = d.labels.iter().filter(|l| l.span.source == id).collect();
        let start = labels.iter().map(|l| l.span.start).min().unwrap_or(0);
        let end = labels.iter().map(|l| l.span.end).max().unwrap_or(0);
        let text = Text::around(source, start as usize..end as usize);
        Snippet { text, labels: labels.into_iter().map(labeled).collect() }
    };
    order.into_iter().map(snippet).collect()
}

struct Text<'a> {
    source: &'a Source,
    /// First byte and first line, from 0, of `window` in the source.
    start: usize,
    line: usize,
    /// The lines around the labels, printable.
    window: String,
}

impl<'a> Text<'a> {
    /// The part of a source that holds these bytes and the lines around them: a text may be large, and its
    /// diagnostics many.
    fn around(source: &'a Source, bytes: Range<usize>) -> Text<'a> {
        let line = source.line(bytes.start).saturating_sub(CONTEXT);
        let lines = source.lines(line, source.line(bytes.end) + CONTEXT);
        Text { source, start: lines.start, line, window: printable(&source.text[lines]) }
    }
}

impl SourceCode for Text<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inside = SourceSpan::from((span.offset().saturating_sub(self.start), span.len()));
        let inner = self.window.read_span(&inside, before, after)?;
        // miette counts bytes; the other forms, and editors, count characters.
        let start = self.source.position(u32::try_from(span.offset()).unwrap_or(u32::MAX));
        let column = if inner.column() == 0 { 0 } else { start.column as usize - 1 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name.clone(),
            inner.data(),
            (inner.span().offset() + self.start, inner.span().len()).into(),
            inner.line() + self.line,
            column,
            inner.line_count(),
        )))
    }
}

impl fmt::Debug for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("snippet")
    }
}

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet<'_> {}

impl miette::Diagnostic for Snippet<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
