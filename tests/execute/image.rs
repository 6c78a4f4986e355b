//! Runs a program as users do: a manifest, `compose run`, unprivileged behind the protection unit.

use crate::oracle::Outcome;
use std::path::Path;
use std::process::Command;

/// Runs the program of one component `main`, whose node holds `nodes`.
pub fn run(nodes: &str, wasm: &[u8], bounds: &str) -> Result<Outcome, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).map_err(|e| e.to_string());
    write("main.wasm", wasm)?;
    write("system.kdl", manifest(nodes, bounds).as_bytes())?;
    emulate(&folder.path().join("system.kdl"))
}

pub fn manifest(nodes: &str, bounds: &str) -> String {
    // Some programs call themselves: the compiler's own bound of the stack does not exist.
    let stack = if nodes.contains("stack") { "" } else { "    stack (KiB)4\n" };
    format!(
        "system \"test\" {{\n  board \"mps2-an386\"\n  component \"main\" \"main.wasm\" {{\n{nodes}{stack}    bounds \
         \"{bounds}\"\n  }}\n  run \"main#run\"\n}}\n"
    )
}

fn emulate(manifest: &Path) -> Result<Outcome, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_compose"))
        .args(["run", "--timeout", "60", "--color", "never"])
        .arg(manifest)
        .output()
        .map_err(|error| error.to_string())?;
    let console = String::from_utf8_lossy(&output.stdout);
    let failed = || format!("{}\n{console}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    let mut outcome = Outcome::default();
    for line in console.lines() {
        if let Some(report) = line.strip_prefix("trap: component `main`: ") {
            outcome.trap = Some(reason(report).to_owned());
        } else {
            outcome.log.push(line.parse().map_err(|_| failed())?);
        }
    }
    let code = if outcome.trap.is_some() { 1 } else { 0 };
    if output.status.code() == Some(code) { Ok(outcome) } else { Err(failed()) }
}

/// What a report says, without where.
fn reason(report: &str) -> &str {
    let end = [" at 0x", " (code "].into_iter().filter_map(|mark| report.find(mark)).min();
    &report[..end.unwrap_or(report.len())]
}
