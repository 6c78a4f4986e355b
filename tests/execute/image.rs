//! Runs a program as users do: from a manifest, unprivileged behind the protection unit.

use crate::emulated;
use crate::oracle::Outcome;
use libtest_mimic::{Failed, Trial};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Runs the program of one component `main`, whose node holds `own`.
pub fn run(own: &str, wasm: &[u8], bounds: &str) -> Result<Outcome, Failed> {
    let nodes = nodes(own, bounds);
    emulate(folder(&nodes, wasm)?.path(), &manifest(&nodes))
}

/// The manifest's nodes after `board`.
pub fn nodes(nodes: &str, bounds: &str) -> String {
    // Some programs call themselves: the compiler's own bound of the stack does not exist.
    let stack = if nodes.contains("stack") { "" } else { "    stack (KiB)4\n" };
    format!("  component \"main\" \"main.wasm\" {{\n{nodes}{stack}    bounds \"{bounds}\"\n  }}\n  run \"main#run\"\n")
}

fn folder(nodes: &str, wasm: &[u8]) -> Result<TempDir, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).map_err(|e| e.to_string());
    write("main.wasm", wasm)?;
    write("system.kdl", manifest(nodes).as_bytes())?;
    Ok(folder)
}

fn manifest(nodes: &str) -> String {
    format!("system \"test\" {{\n  board \"mps2-an386\"\n{nodes}}}\n")
}

fn emulate(folder: &Path, manifest: &str) -> Result<Outcome, Failed> {
    let said = emulated::run(&emulated::build(folder, manifest)?)?;
    let mut outcome = Outcome::default();
    for line in said.console.lines() {
        if let Some(report) = line.strip_prefix("trap: component `main`: ") {
            outcome.trap = Some(reason(report).to_owned());
        } else {
            outcome.log.push(line.parse().map_err(|_| said.console.clone())?);
        }
    }
    let code = if outcome.trap.is_some() { 1 } else { 0 };
    if said.exit_code == code { Ok(outcome) } else { Err(format!("{}\n{}", said.exit_code, said.console).into()) }
}

/// What a report says, without where.
fn reason(report: &str) -> &str {
    let end = [" at 0x", " (code "].into_iter().filter_map(|mark| report.find(mark)).min();
    &report[..end.unwrap_or(report.len())]
}

/// Known faults of other compilers that no program can show.
pub fn regressions() -> Vec<Trial> {
    vec![
        Trial::test("regression::skipped-function", skipped_function),
        Trial::test("regression::bounds-change-the-image", bounds_change_the_image),
    ]
}

fn build(folder: &TempDir) -> Result<Output, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compose"));
    command.args(["build", "--color", "never", "--out"]).arg(folder.path()).arg(folder.path().join("system.kdl"));
    Ok(command.output()?)
}

/// An internal function that cannot be compiled, and that nobody calls: an error by name, and no image.
fn skipped_function() -> Result<(), Failed> {
    let text = "(module (func $internal (drop (i32x4.splat (i32.const 1)))) (func (export \"run\")))";
    let folder = folder(&nodes("", "software"), &wat::parse_str(text)?)?;
    let output = build(&folder)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(1) || !said.contains("`internal`") || folder.path().join("test.elf").exists() {
        return Err(format!("{}\n{said}", output.status).into());
    }
    Ok(())
}

fn bounds_change_the_image() -> Result<(), Failed> {
    let text = "(module (memory 1 1) (func (export \"run\") (i32.store8 (i32.load (i32.const 0)) (i32.const 1))))";
    let mut images = Vec::new();
    for bounds in ["hardware", "software"] {
        let folder = folder(&nodes("    memory budget=(KiB)64\n", bounds), &wat::parse_str(text)?)?;
        let output = build(&folder)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        images.push(std::fs::read(folder.path().join("test.bin"))?);
    }
    if images[0] == images[1] { Err("both modes give the same image".into()) } else { Ok(()) }
}
