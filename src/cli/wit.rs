//! `compose wit`.

use super::Outcome;
use super::shell::{Failure, Shell};
use crate::board;
use crate::diag::{Diagnostics, suggest};
use crate::flatten::compose::{Scope, providers, wit};
use crate::ingest::{self, ComponentFile, Input};
use crate::manifest::{self, ComponentId};
use crate::source::Sources;
use std::path::Path;

pub fn wit(shell: &Shell, manifest: &Path, component: Option<&str>) -> Result<Outcome, Failure> {
    let path = if manifest.is_dir() { manifest.join("system.kdl") } else { manifest.to_path_buf() };
    let mut sources = Sources::new();
    let id =
        sources.read(&path).map_err(|error| Failure::Io { action: "read", path: path.display().to_string(), error })?;
    let mut found = Diagnostics::new();
    let text = text(&mut sources, id, component, &mut found);
    shell.diagnostics(&found, &sources);
    shell.summary(&sources.get(id).name, &found);
    if let Some(text) = text? {
        shell.result(&text)?;
    }
    Ok(if found.has_errors() { Outcome::Findings } else { Outcome::Well })
}

/// The text, as soon as all files could be read: where components do not fit together, it helps to see them.
fn text(
    sources: &mut Sources,
    id: crate::source::SourceId,
    component: Option<&str>,
    found: &mut Diagnostics,
) -> Result<Option<String>, Failure> {
    let Some(manifest) = found.take(manifest::read(sources, id)) else { return Ok(None) };
    let Some(board) = found.take(board::load(sources, &manifest)) else { return Ok(None) };
    let Some(inputs) = found.take(ingest::read(sources, &manifest, &board)) else { return Ok(None) };
    let mut files: Vec<(ComponentId, &ComponentFile)> = Vec::new();
    for (index, input) in (0..).zip(&inputs) {
        if let Input::Component(file) = input {
            files.push((ComponentId(index), file));
        }
    }
    let scope = Scope::new(&manifest, &files);
    let providers = found.take(providers(&scope));
    let Some(name) = component else { return Ok(Some(wit::system(&scope, &providers))) };
    if let Some(index) = scope.find(name) {
        return Ok(Some(wit::component(&scope, &providers, index)));
    }
    let names = manifest.components.iter().map(|component| component.name.value.as_str());
    Err(Failure::Usage(if names.clone().any(|other| other == name) {
        format!("`{name}` is a core module, which has no world")
    } else {
        format!("there is no component `{name}`: the manifest has {}", suggest::listed(names))
    }))
}
