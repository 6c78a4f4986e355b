//! `wat2wasm INPUT.wat OUTPUT.wasm`: rebuilds the examples' modules without a tool besides Cargo.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = arguments.as_slice() else {
        eprintln!("usage: wat2wasm INPUT.wat OUTPUT.wasm");
        return ExitCode::from(2);
    };
    let result = wat::parse_file(input)
        .map_err(|error| error.to_string())
        .and_then(|wasm| std::fs::write(output, wasm).map_err(|error| format!("{output}: {error}")));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}
