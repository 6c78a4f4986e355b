//! `componentize CORE.wasm WORLD OUTPUT.wasm WIT...`: what `wasm-tools component embed` and `component new` do, without a
//! tool besides Cargo. WIT files come in order: each after those that it names. The world is of the last one.

use std::process::ExitCode;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, world, output, wit @ ..] = arguments.as_slice() else {
        eprintln!("usage: componentize CORE.wasm WORLD OUTPUT.wasm WIT...");
        return ExitCode::from(2);
    };
    match componentize(input, world, wit)
        .and_then(|bytes| std::fs::write(output, bytes).map_err(|e| in_file(output, e)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

fn in_file(file: &str, error: impl std::fmt::Display) -> String {
    format!("{file}: {error}")
}

/// The component, from a core module as text or binary.
///
/// # Errors
/// What the parsers and the encoder say.
pub fn componentize(input: &str, world: &str, wit: &[String]) -> Result<Vec<u8>, String> {
    let mut resolve = Resolve::default();
    let mut last = None;
    for file in wit {
        let text = std::fs::read_to_string(file).map_err(|error| in_file(file, error))?;
        last = Some(resolve.push_str(file, &text).map_err(|error| in_file(file, format!("{error:#?}")))?);
    }
    let last = last.ok_or("no WIT file")?;
    let world = resolve.select_world(&[last], Some(world)).map_err(|error| format!("{error:#}"))?;
    let mut module = wat::parse_file(input).map_err(|error| error.to_string())?;
    let encoded = embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .and_then(|()| ComponentEncoder::default().module(&module))
        .and_then(|encoder| encoder.validate(true).encode());
    encoded.map_err(|error| in_file(input, format!("{error:#}")))
}
