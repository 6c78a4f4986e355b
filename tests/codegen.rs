//! Code generation as files: wasm -> optimised CLIF in `tests/clif/*.wat`, wasm -> Thumb-2 in `tests/thumb2/*.wat`.
//!
//! Lines that start with `;;!` are the manifest's nodes (without them: one component `main`). The text is the module
//! of `main`; `;;@ NAME` starts the module of another component. From `;;= ` on, the file is output: `BLESS=1`
//! writes it. A file with `;;= error` expects diagnostics instead.

mod support;

use compose::codegen::{self, dump};
use compose::diag::Diagnostic;
use compose::link::{Linked, System};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const OUTPUT: &str = ";;= ";

fn main() {
    let renderers: [(&str, Renderer); 2] = [("clif", dump::clif), ("thumb2", dump::assembly)];
    let mut trials = Vec::new();
    for (folder, renderer) in renderers {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let mut files: Vec<PathBuf> = std::fs::read_dir(path)
            .expect("the tests are there")
            .map(|entry| entry.expect("a readable folder").path())
            .collect();
        files.sort();
        trials.extend(files.into_iter().map(|file| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(format!("{folder}::{name}"), move || check(&file, renderer))
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// One function of a system as text.
type Renderer = fn(&System, &Linked, u32) -> Result<String, Diagnostic>;

fn check(file: &Path, renderer: Renderer) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let (input, expected) = match text.find(OUTPUT) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let actual = commented(&render(input, renderer)?);
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, format!("{}\n\n{actual}", input.trim_end()))?;
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, &actual);
    Err(format!("{}\nBLESS=1 accepts the new output", diff.unified_diff().header("expected", "actual")).into())
}

fn commented(output: &str) -> String {
    let mut text = String::new();
    for (i, line) in output.trim_end().lines().enumerate() {
        let prefix = if i == 0 { OUTPUT } else { ";; " };
        text.push_str(format!("{prefix}{line}").trim_end());
        text.push('\n');
    }
    text
}

fn render(input: &str, renderer: Renderer) -> Result<String, Failed> {
    let mut nodes = String::new();
    let mut modules = vec![("main", String::new())];
    for line in input.lines() {
        if let Some(node) = line.strip_prefix(";;!") {
            nodes.push_str(node);
            nodes.push('\n');
        } else if let Some(name) = line.strip_prefix(";;@ ") {
            modules.push((name.trim(), String::new()));
        } else {
            let (_, module) = modules.last_mut().expect("main is there");
            module.push_str(line);
            module.push('\n');
        }
    }
    if nodes.is_empty() {
        nodes = "component \"main\" \"main.wat\"\n".to_owned();
    }

    let modules: Vec<(&str, &[u8])> = modules.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    Ok(support::with_system(&nodes, &modules, |system| show(system, renderer))??)
}

fn show(system: &System, renderer: Renderer) -> Result<String, String> {
    let (objects, found) = codegen::compile(system);
    let mut output = String::new();
    let mut errors = String::new();
    for linked in &system.components {
        for index in 0..linked.module.functions.len() as u32 {
            match renderer(system, linked, index) {
                Ok(text) => {
                    let name = linked.module.function_name(index);
                    let imported = linked.module.functions[index as usize].body.is_none();
                    let thunk = if imported { " (thunk)" } else { "" };
                    write!(output, "\n{}!{name}{thunk}\n{text}", linked.module.name).unwrap();
                }
                Err(diagnostic) => writeln!(errors, "\n{}", diagnostic.message).unwrap(),
            }
        }
    }
    if objects.is_none() == errors.is_empty() {
        return Err(format!("compiled otherwise: {:#?}", found.list));
    }
    Ok(if errors.is_empty() { format!("output\n{output}") } else { format!("error\n{errors}") })
}
