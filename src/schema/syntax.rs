//! KDL text -> tree, with the parser's complaints as diagnostics.

use crate::diag::codes::schema as code;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Source, SourceId, Span};
use kdl::{KdlDiagnostic, KdlDocument};
use std::ops::Range;

/// A document larger than this was not written by a person.
const MAX_BYTES: usize = 1 << 20;
/// The parser recurses once per nesting level.
const MAX_DEPTH: usize = 32;
/// After this many, further ones are echoes of the first.
const MAX_REPORTS: usize = 20;

/// A byte range as a span that is certainly inside the text and on character boundaries.
pub(super) fn span(source: &Source, id: SourceId, range: Range<usize>) -> Span {
    let text = &source.text;
    let clamp = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = clamp(range.start);
    let end = clamp(range.end).max(start);
    let limit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span { source: id, start: limit(start), end: limit(end) }
}

pub(super) fn parse(source: &Source, id: SourceId) -> Result<KdlDocument, Diagnostics> {
    let mut found = Diagnostics::new();
    if let Some(at) = source.invalid_utf8 {
        found.push(
            Diagnostic::error(&code::NOT_UTF8, "the file is not UTF-8 text")
                .label(span(source, id, at..at + 1), "first byte that is not UTF-8")
                .help("save the file as UTF-8"),
        );
        return Err(found);
    }
    if source.text.len() > MAX_BYTES {
        found.push(
            Diagnostic::error(&code::TOO_LARGE, "the file is larger than 1 MiB")
                .label(span(source, id, 0..0), format!("{} bytes", source.text.len()))
                .help("is this the right file?"),
        );
        return Err(found);
    }
    if let Some(at) = too_deep(&source.text) {
        found.push(
            Diagnostic::error(&code::TOO_DEEP, format!("nested more than {MAX_DEPTH} deep"))
                .label(span(source, id, at..at + 1), "one level too many")
                .help("close what is open; no document needs more than 4 levels"),
        );
        return Err(found);
    }
    let error = match KdlDocument::parse_v2(&source.text) {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    for diagnostic in error.diagnostics.iter().take(MAX_REPORTS) {
        found.push(translate(source, id, diagnostic));
    }
    if found.list.is_empty() {
        found.push(Diagnostic::error(&code::SYNTAX, "not a KDL document").label(span(source, id, 0..0), "here"));
    }
    Err(found)
}

/// Offset of the bracket or comment that opens one level too many. Quotes are not read, so brackets in strings count:
/// a false alarm takes more than thirty of them, all open.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut braces, mut comments, mut dashes) = (0usize, 0usize, 0usize);
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, bytes.get(at + 1)) {
            (b'{', _) => braces += 1,
            (b'}', _) => braces = braces.saturating_sub(1),
            (b'/', Some(b'*')) => comments += 1,
            (b'*', Some(b'/')) => comments = comments.saturating_sub(1),
            (b'/', Some(b'-')) => dashes += 1,
            (b'\n', _) => dashes = 0,
            _ => {}
        }
        if braces > MAX_DEPTH || comments > MAX_DEPTH || dashes > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}

fn translate(source: &Source, id: SourceId, d: &KdlDiagnostic) -> Diagnostic {
    let start = d.span.offset();
    let span = span(source, id, start..start.saturating_add(d.span.len()));
    let at = &source.text[span.start as usize..span.end as usize];
    let message = d.message.as_deref().map_or_else(|| "not KDL".into(), phrase);
    let label = d.label.clone().unwrap_or_else(|| "here".into());
    let error = Diagnostic::error(&code::SYNTAX, message).label(span, label);
    match version_1(source, at, span.start as usize).or_else(|| d.help.clone()) {
        Some(help) => error.help(help),
        None => error,
    }
}

/// The parser's sentences as one lowercase phrase.
fn phrase(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "not KDL".into(),
    }
}

/// Words and strings of KDL 1 that KDL 2 writes in another way.
fn version_1(source: &Source, at: &str, start: usize) -> Option<String> {
    let word = at.trim().trim_start_matches('=');
    let word = word.rsplit('=').next().unwrap_or(word);
    if ["true", "false", "null"].contains(&word) {
        return Some(format!("KDL 2 writes `#{word}`"));
    }
    let line_start = source.text[..start].rfind('\n').map_or(0, |n| n + 1);
    let line = source.text[line_start..].lines().next().unwrap_or_default();
    if line.contains("r#\"") || line.contains("r\"") {
        return Some("this looks like KDL 1: KDL 2 writes raw strings as `#\"...\"#`, without the `r`".into());
    }
    let bare = |w: &str| line.split([' ', '=', '\t']).any(|part| part.trim_end_matches(['{', ';', '}']) == w);
    ["true", "false", "null"].into_iter().find(|w| bare(w)).map(|w| format!("KDL 2 writes `#{w}`"))
}
