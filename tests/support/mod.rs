//! A linked system from texts, for the tests of code generation.

use compose::flatten::Flat;
use compose::ingest::{self, Module, Unit};
use compose::link::{self, System};
use compose::manifest::{self, ComponentId};
use compose::{board, source::Sources};

/// Links the components of a manifest, given as its nodes after `board`, and hands the system to `go`. Each module is
/// a binary or text, under its component's name.
pub fn with_system<T>(nodes: &str, modules: &[(&str, &[u8])], go: impl FnOnce(&System) -> T) -> Result<T, String> {
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", ".", format!("system \"test\" {{\n  board \"mps2-an386\"\n{nodes}}}\n"));
    let (manifest, found) = manifest::read(&sources, id);
    let manifest = manifest.filter(|_| !found.has_errors()).ok_or_else(|| format!("manifest: {:#?}", found.list))?;
    let (board, found) = board::load(&mut sources, &manifest);
    let board = board.ok_or_else(|| format!("board: {:#?}", found.list))?;
    let mut in_order: Vec<Module> = Vec::new();
    for (index, component) in manifest.components.iter().enumerate() {
        let name = component.name.value.as_str();
        let (_, bytes) = modules.iter().find(|(module, _)| *module == name).ok_or("a component without a module")?;
        let unit = Unit::Component(ComponentId(index as u32));
        in_order.push(ingest::module(name, unit, bytes).map_err(|error| format!("{error:#?}"))?);
    }
    let flat = Flat::of_modules(manifest, in_order);
    let (system, found) = link::resolve(&flat, &board);
    Ok(go(&system.ok_or_else(|| format!("link: {:#?}", found.list))?))
}
