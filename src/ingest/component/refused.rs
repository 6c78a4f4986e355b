//! Diagnostics for components that do not validate, and for what they use that is not supported.

use super::decode::refused_in;
use crate::diag::codes::ingest as codes;
use crate::diag::{Diagnostic, suggest};
use crate::ingest::proposals;
use wasmparser::{Validator, WasmFeatures};

/// Something that is not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// With its article.
    pub what: &'static str,
    /// The import or export, and what inside it.
    pub place: String,
}

/// How it is done without, by the end of [`Refused::what`].
const INSTEAD: &[(&str, &str)] = &[
    ("async function", "declare the function without `async`, and build the component for the synchronous ABI"),
    ("stream", "pass a `list`, or a resource with a method that is called for each piece"),
    ("future", "return the value itself, or give a resource a method that asks for it"),
    ("error-context", "return a `result` with an error type of your own"),
    ("map", "pass a list of tuples"),
    ("fixed length", "pass a `list`, or a tuple"),
    ("core module", "build the core module into the component: `wasm-tools component new`"),
    ("type of components", "this is WIT in binary form: name the component that was built from it"),
    ("component", "instantiate it inside, or name it as a `component` of its own in the manifest"),
    ("value", "pass it by a function"),
];

/// One diagnostic for all of them; `None` if there are none.
pub fn found(name: &str, refused: &[Refused]) -> Option<Diagnostic> {
    let first = refused.first()?;
    let uses = if first.place.starts_with("import") { "imports" } else { "exports" };
    let inside = first.place.contains(',');
    let verb = if inside { "uses" } else { uses };
    let mut diagnostic =
        Diagnostic::error(&codes::UNSUPPORTED, format!("`{name}` {verb} {}, and that is not supported", first.what));
    const MOST: usize = 8;
    for refused in refused.iter().take(MOST) {
        diagnostic = diagnostic.note(format!("{}: {}", refused.place, refused.what));
    }
    if refused.len() > MOST {
        diagnostic = diagnostic.note(format!("and {} more", refused.len() - MOST));
    }
    let instead = INSTEAD.iter().find(|(what, _)| first.what.ends_with(what));
    Some(diagnostic.help(instead.map_or("build the component without it", |(_, help)| help)))
}

/// The diagnostic for a component that did not validate.
pub fn invalid(name: &str, bytes: &[u8], error: &wasmparser::Error) -> Diagnostic {
    // With all proposals it may be valid, and then the places are known.
    if error.missing_wasm_feature().is_some()
        && let Ok(types) = Validator::new_with_features(WasmFeatures::all()).validate_all(bytes)
        && let Some(diagnostic) = found(name, &refused_in(name, bytes, &types))
    {
        return diagnostic;
    }
    let place = format!("at offset {:#x}", error.offset());
    if let Some(proposal) = proposals::missing(bytes, error) {
        return Diagnostic::error(
            &codes::UNSUPPORTED,
            format!("`{name}` uses {}, and that is not supported", proposal.name),
        )
        .note(format!("{place}: {}", error.message()))
        .help(proposal.help);
    }
    if let Some((what, other)) = error.message().split_once(" conflicts with previous name ") {
        return Diagnostic::error(&codes::INVALID, format!("two names of `{name}` are one: {what} and {other}"))
            .note(format!("{place}; names that differ in nothing but the case of letters are the same"))
            .help("rename one of the two in the world of the component");
    }
    let message = error.message().lines().collect::<Vec<_>>().join(": ");
    let diagnostic =
        Diagnostic::error(&codes::INVALID, format!("the component of `{name}` is not valid: {message}")).note(place);
    if error.message().contains("unexpected end") || error.offset() >= bytes.len() {
        diagnostic.help("the file looks cut off: build or copy it again")
    } else {
        diagnostic.help("build the component again; if this stays, the tool that wrote the file has a bug")
    }
}

/// The diagnostic for a file that ends inside a nested module or component.
pub fn cut_off(name: &str) -> Diagnostic {
    Diagnostic::error(&codes::INVALID, format!("the component of `{name}` ends inside a module or component in it"))
        .help("the file looks cut off: build or copy it again")
}

/// The diagnostic for a function that takes or gives strings in another encoding than UTF-8.
pub fn encoding(name: &str, functions: &[String], encoding: &str) -> Diagnostic {
    let which = match functions {
        [] => "its functions".to_string(),
        some => suggest::enumerated(&some.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(), "and"),
    };
    Diagnostic::error(&codes::ENCODING, format!("`{name}` encodes the strings of {which} as {encoding}"))
        .note("strings are copied as they are, and checked to be UTF-8: there is no transcoder in the image")
        .help("build the component for UTF-8 strings: `wasm-tools component embed --encoding utf8`")
}

/// The diagnostic for a component whose parts do not fit together in a way that validation should have found.
pub fn unnamed(name: &str) -> Diagnostic {
    Diagnostic::error(&codes::INVALID, format!("the component of `{name}` imports or exports something twice"))
        .help("build the component again; if this stays, the tool that wrote the file has a bug")
}
