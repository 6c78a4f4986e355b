//! WAT text -> binary, by the `wat` crate.

use crate::diag::Diagnostic;
use crate::diag::codes::ingest as codes;
use std::path::Path;

/// `name` is shown as the file in the error, which points at line and column of the text.
pub fn assemble(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Diagnostic> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Diagnostic::error(&codes::TEXT, format!("`{name}` is not UTF-8 text: byte {} is wrong", error.valid_up_to()))
            .help("save the file as UTF-8, or, if it is a binary, name it `.wasm`")
    })?;
    wat::Parser::new().parse_str(Some(Path::new(name)), text).map_err(|error| {
        // The first line is the message, the rest shows the place: `     --> name:line:column`, then the line.
        let rendered = error.to_string();
        let (message, place) = match rendered.split_once("\n     --> ") {
            Some((message, place)) => (message, Some(place)),
            None => (rendered.as_str(), None),
        };
        let at = place.and_then(|place| place.lines().next()).unwrap_or(name);
        let diagnostic = Diagnostic::error(&codes::TEXT, format!("{at}: {message}"))
            .help("correct the text; `compose` reads it as the WebAssembly specification writes it");
        match place.and_then(|place| place.lines().nth(2)?.split_once("| ")) {
            Some((_, line)) if !line.trim().is_empty() => diagnostic.note(format!("the line is `{}`", line.trim())),
            _ => diagnostic,
        }
    })
}
