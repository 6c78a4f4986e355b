//! The manifest's files -> bytes -> core modules and components.

use super::{Input, Unit, limits, text};
use crate::board::Board;
use crate::diag::codes::ingest as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::manifest::{Component, ComponentId, Manifest};
use crate::source::{Files, Sources};
use std::io;
use std::path::Path;

/// What is in all components' files, in manifest order. `None` if any could not be read; the diagnostics then say why for
/// each that could not.
pub fn read(sources: &Sources, manifest: &Manifest, _board: &Board) -> (Option<Vec<Input>>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut inputs = Vec::with_capacity(manifest.components.len());
    for (index, component) in manifest.components.iter().enumerate() {
        match component_input(sources.files(), manifest, component, ComponentId(index as u32)) {
            Ok(input) => inputs.push(input),
            Err(diagnostic) => diagnostics
                .push(diagnostic.label(component.path.span, format!("the file of `{}`", component.name.value))),
        }
    }
    ((inputs.len() == manifest.components.len()).then_some(inputs), diagnostics)
}

fn component_input(
    files: &dyn Files,
    manifest: &Manifest,
    component: &Component,
    id: ComponentId,
) -> Result<Input, Diagnostic> {
    let shown = &component.path.value;
    let bytes = bytes(files, &manifest.dir.join(shown), shown)?;
    let wasm = if bytes.starts_with(b"\0asm") {
        bytes
    } else if Path::new(shown).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wat")) {
        text::assemble(shown, &bytes)?
    } else {
        return Err(not_a_module(shown, &bytes));
    };
    super::binary(&component.name, Unit::Component(id), wasm)
}

fn bytes(files: &dyn Files, path: &Path, shown: &str) -> Result<Vec<u8>, Diagnostic> {
    match files.read(path, limits::FILE + 1) {
        Ok(bytes) if bytes.len() as u64 > limits::FILE => {
            Err(Diagnostic::error(&codes::LIMIT, format!("`{shown}` is larger than {} MiB", limits::FILE >> 20))
                .help("strip names and debug information from it: `wasm-tools strip`, `wasm-opt --strip-debug`"))
        }
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_found(files, path, shown)),
        Err(error) => {
            Err(Diagnostic::error(&codes::FILE, format!("cannot read `{shown}`: {error}"))
                .help("make it a readable file"))
        }
    }
}

fn not_found(files: &dyn Files, path: &Path, shown: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(&codes::FILE, format!("there is no file `{shown}`"))
        .note("paths are relative to the folder of the manifest");
    let mut names = path.parent().map(|folder| files.names(folder)).unwrap_or_default();
    names.retain(|name| name.ends_with(".wasm") || name.ends_with(".wat"));
    names.sort_unstable();
    let wanted = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match suggest::nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("the same folder has `{near}`")),
        None => diagnostic.help("build the component first, or correct the path"),
    }
}

fn not_a_module(shown: &str, bytes: &[u8]) -> Diagnostic {
    let diagnostic = Diagnostic::error(&codes::NOT_WASM, format!("`{shown}` is not a WebAssembly binary"));
    match bytes {
        [] => diagnostic.note("the file is empty").help("build the component again"),
        [b'\x7f', b'E', b'L', b'F', ..] => diagnostic
            .note("it is an ELF file")
            .help("build the component for a WebAssembly target, such as `wasm32-unknown-unknown`"),
        [b'!', b'<', b'a', b'r', b'c', b'h', ..] => diagnostic
            .note("it is an archive of object files")
            .help("link it first, as a `cdylib` in Rust or by `wasm-ld`"),
        _ => diagnostic
            .note("a binary starts with the bytes `00 61 73 6d`")
            .help("if it is WebAssembly text, name it `.wat`"),
    }
}
