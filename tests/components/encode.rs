//! Components from a core module as text and its WIT: what `wasm-tools component embed` and `component new` do.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The binary of the component that implements a world. `core` is WAT with the names of the canonical ABI: it exports
/// `memory`, `cabi_realloc`, `ns:pkg/iface#function`, and imports functions from modules `ns:pkg/iface` or `$root`.
/// `wit` is one text: a package, perhaps with `package ns:other { ... }` in it, and one world, or the world `world`.
/// Strings are UTF-8 everywhere but in the test that they must be.
///
/// # Errors
/// What the parsers and the encoder say.
pub fn component(core: &str, wit: &str, world: Option<&str>, strings: StringEncoding) -> Result<Vec<u8>, String> {
    let mut module = wat::parse_str(core).map_err(|error| error.to_string())?;
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", wit).map_err(|error| format!("{error:#?}"))?;
    let world = resolve.select_world(&[package], world).map_err(|error| format!("{error:#}"))?;
    embed_component_metadata(&mut module, &resolve, world, strings).map_err(|error| format!("{error:#}"))?;
    let encoder = ComponentEncoder::default().module(&module).map_err(|error| format!("{error:#}"))?;
    encoder.validate(true).encode().map_err(|error| format!("{error:#}"))
}
