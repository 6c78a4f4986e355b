//! KDL text -> tree, with the parser's complaints as diagnostics that say what to change.

use super::brackets::{Finding, MAX_DEPTH, scan};
use super::value::unit_for;
use crate::diag::codes::schema as code;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Source, SourceId, Span};
use kdl::{KdlDiagnostic, KdlDocument, KdlError};
use std::ops::Range;

/// A document larger than this was not written by a person.
const MAX_BYTES: usize = 256 << 10;
/// So was a line longer than this; diagnostics show whole lines.
const MAX_LINE: usize = 4 << 10;
/// The parser recurses once per error, and takes up to half of this for each byte that is wrong.
const STACK_PER_BYTE: usize = 2 << 10;
/// After this many, further ones are echoes of the first.
const MAX_REPORTS: usize = 20;

const VALUES: &str = "values are numbers, `#true`, `#false`, plain words, and strings in quotes";

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
    let at = |range: Range<usize>| span(source, id, range);
    let unreadable = if let Some(offset) = source.invalid_utf8 {
        let error = Diagnostic::error(&code::NOT_UTF8, "the file is not UTF-8 text");
        Some(error.label(at(offset..offset + 1), "the first byte that is not UTF-8").help("save the file as UTF-8"))
    } else if source.text.len() > MAX_BYTES {
        let error = Diagnostic::error(&code::TOO_LARGE, "the file is larger than 256 KiB");
        Some(error.label(at(0..0), format!("{} bytes", source.text.len())).help("is this the right file?"))
    } else if let Some(start) = long_line(&source.text) {
        let error = Diagnostic::error(&code::TOO_LARGE, "this line is longer than 4096 bytes");
        Some(error.label(at(start..start), "it starts here").help("break it: a `\\` at the end of a line continues it"))
    } else {
        foreign(&source.text, &at).or_else(|| scan(&source.text).map(|f| unbalanced(source, f, &at)))
    };
    if let Some(diagnostic) = unreadable {
        return Err(Diagnostics { list: vec![diagnostic] });
    }
    let error = match parse_on_own_stack(&source.text) {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    let mut found = Diagnostics::new();
    for diagnostic in error.diagnostics.iter().take(MAX_REPORTS) {
        let diagnostic = explain(source, id, diagnostic);
        // The parser may fail several times in one place; the first time says why.
        if !found.list.iter().any(|d| d.labels[0].span.start == diagnostic.labels[0].span.start) {
            found.push(diagnostic);
        }
    }
    if found.list.is_empty() {
        found.push(Diagnostic::error(&code::SYNTAX, "not a KDL document").label(at(0..0), "here").help(VALUES));
    }
    Err(found)
}

fn parse_on_own_stack(text: &str) -> Result<KdlDocument, KdlError> {
    let stack = (1 << 20) + STACK_PER_BYTE * text.len();
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, || KdlDocument::parse_v2(text));
        match parser.map(|thread| thread.join()) {
            Ok(Ok(result)) => result,
            // A bug of the parser is one of this program.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // No thread to be had: small texts need none.
            Err(_) => KdlDocument::parse_v2(text),
        }
    })
}

fn long_line(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.len() > MAX_LINE {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// Other languages, by their first character.
fn foreign(text: &str, at: &impl Fn(Range<usize>) -> Span) -> Option<Diagnostic> {
    let start = text.len() - text.trim_start().len();
    let language = match text.as_bytes().get(start)? {
        b'{' => "JSON",
        b'[' => "TOML",
        _ => return None,
    };
    Some(
        Diagnostic::error(&code::SYNTAX, format!("this looks like {language}, not KDL"))
            .label(at(start..start + 1), "a document starts with a node's name")
            .help("a manifest starts with a line such as `system \"sensor-hub\" {`"),
    )
}

fn unbalanced(source: &Source, finding: Finding, at: &impl Fn(Range<usize>) -> Span) -> Diagnostic {
    let error = |message: &str| Diagnostic::error(&code::SYNTAX, message);
    match finding {
        Finding::OpenString(range) => error("this string is never closed")
            .label(at(range), "opened here")
            .help("close it with `\"`; a string of several lines is between `\"\"\"` and `\"\"\"`"),
        Finding::OpenComment(range) => {
            error("this comment is never closed").label(at(range), "opened here").help("close it with `*/`")
        }
        Finding::OpenBrace(range) => {
            let end = source.text.trim_end().len();
            error("this `{` is never closed")
                .label(at(range), "opened here")
                .label(at(end..end), "the file ends here")
                .help("add a `}` where the block ends")
        }
        Finding::StrayBrace(range) => error("this `}` closes nothing")
            .label(at(range), "no open `{` before it")
            .help("remove it, or find the block that was closed too early"),
        Finding::TooDeep(range) => Diagnostic::error(&code::TOO_DEEP, format!("nested more than {MAX_DEPTH} deep"))
            .label(at(range), "one level too many")
            .help("close what is open; no document needs more than 4 levels"),
    }
}

fn explain(source: &Source, id: SourceId, d: &KdlDiagnostic) -> Diagnostic {
    let start = d.span.offset();
    let mut range = last_line(&source.text, span(source, id, start..start.saturating_add(d.span.len())));
    let expected = d.label.as_deref().unwrap_or_default().trim_start_matches("not ");
    let advice = match expected {
        "property value" => {
            let token = range.start + source.text[range.clone()].rfind('=').map_or(0, |n| n + 1);
            if !source.text[token..range.end].trim().is_empty() {
                range.start = token;
            }
            range.end += source.text[range.end..].find([' ', '\t', '\r', '\n', ';', '{', '}']).unwrap_or(0);
            value(&source.text[token..range.end])
        }
        "identifier string" => value(source.text[range.clone()].trim_start_matches('=')),
        "node name" => Advice::new("a line must start with a node's name", "not a name", "write the node's name first"),
        "EOF" | "closed" => node_end(&source.text, range.start),
        "quoted string" | "raw string" => string(&source.text[range.clone()]),
        _ => {
            let message = d.message.as_deref().map_or_else(|| "this is not KDL".into(), phrase);
            let help = d.help.as_deref().map_or_else(|| VALUES.into(), phrase);
            Advice { message, label: "here".into(), help }
        }
    };
    let help = version_1(&source.text, &range).unwrap_or(advice.help);
    Diagnostic::error(&code::SYNTAX, advice.message).label(span(source, id, range), advice.label).help(help)
}

/// The parser's spans may start where it last was sure, lines before: what is wrong is in their last line.
fn last_line(text: &str, span: Span) -> Range<usize> {
    let (start, end) = (span.start as usize, span.end as usize);
    let whole = &text[start..end];
    let trimmed = whole.trim_end();
    let from = trimmed.rfind('\n').map_or(0, |n| n + 1);
    let from = from + (trimmed[from..].len() - trimmed[from..].trim_start().len());
    if trimmed.is_empty() { start..end } else { start + from..start + trimmed.len() }
}

struct Advice {
    message: String,
    label: String,
    help: String,
}

impl Advice {
    fn new(message: &str, label: &str, help: impl Into<String>) -> Advice {
        Advice { message: message.into(), label: label.into(), help: help.into() }
    }
}

fn value(text: &str) -> Advice {
    let text = text.trim();
    let bare = text.rsplit(')').next().unwrap_or(text).trim();
    let digits = bare.bytes().take_while(|b| b.is_ascii_digit() || *b == b'_').count();
    let (number, rest) = bare.split_at(digits);
    if text.is_empty() || text.ends_with('=') {
        return Advice::new("a property without a value", "no value", "write a value after `=`");
    }
    if !number.is_empty() && rest.is_empty() && digits > 38 {
        return Advice::new("this number is too large", "beyond 128 bits", "write a smaller number");
    }
    if !number.is_empty() && rest.starts_with(|c: char| c.is_alphabetic() || c == ':') {
        let unit = unit_for(rest.trim_start_matches(':'));
        let help = unit.map_or("units go in front, as in `(KiB)24`; strings go in quotes".into(), |unit| {
            format!("units go in front: write `({unit}){number}`")
        });
        return Advice::new("letters after a number", "neither a number nor a word", help);
    }
    Advice::new("this is not a value", "not a value", VALUES)
}

fn string(text: &str) -> Advice {
    if text.chars().any(char::is_control) {
        return Advice::new(
            "a string with a control character",
            "in here",
            "remove it, or write it as an escape such as `\\t`",
        );
    }
    Advice::new(
        "this is not a string",
        "not a string",
        "strings are in quotes; inside, write `\\\"` and `\\\\` for a quote and a backslash",
    )
}

/// A node's line goes on where it should have ended.
fn node_end(text: &str, at: usize) -> Advice {
    if text[at..].starts_with('=') {
        let help = "write `name \"value\"`, without `=`; properties are `key=value`, after the node's name";
        return Advice::new("an `=` without a node", "before it stands the name of a node", help);
    }
    Advice::new("this belongs to no node", "not expected here", "start a new line, or put `;` between two nodes")
}

/// The parser's sentences as one lowercase phrase.
fn phrase(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Words and strings of KDL 1 that KDL 2 writes in another way.
fn version_1(text: &str, range: &Range<usize>) -> Option<String> {
    let at = text[range.clone()].trim();
    let word = at.rsplit('=').next().unwrap_or(at);
    if ["true", "false", "null"].contains(&word) {
        return Some(format!("KDL 2 writes `#{word}`"));
    }
    let raw = at.starts_with("r#\"") || at.starts_with("r\"");
    raw.then(|| "this looks like KDL 1: KDL 2 writes raw strings as `#\"...\"#`, without the `r`".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// The parser recurses once per error, and per continued line: that must not overflow its stack, not even the
    /// small ones that tests run on.
    #[test]
    fn errors_everywhere_are_errors() {
        let pieces = ["a=\n", "=\n", ")\n", "a(b)\n", "\"\"\"\"\n", "(a)\n", "=)=)(=)(/=\\]\n", "a=", "1=\n", "\\ \n"];
        for piece in pieces {
            let mut sources = Sources::new();
            let id = sources.add("system.kdl", "", piece.repeat((32 << 10) / piece.len()));
            let found = parse(sources.get(id), id).err().unwrap_or_default();
            assert!(found.has_errors() == (piece != "\\ \n") && found.list.len() <= MAX_REPORTS, "{piece}");
        }
    }

    #[test]
    fn limits() {
        let mut sources = Sources::new();
        let large = sources.add("system.kdl", "", "a\n".repeat(MAX_BYTES));
        let long = sources.add("system.kdl", "", format!("a\nb \"{}\"\n", "x".repeat(MAX_LINE)));
        for (id, place) in [(large, 0), (long, 2)] {
            let found = parse(sources.get(id), id).expect_err("too large");
            assert_eq!((found.list[0].code, found.list[0].labels[0].span.start), (&code::TOO_LARGE, place));
        }
    }
}
