//! Systems that run on an emulated board: `tests/kernel/*.wat`.
//!
//! Lines that start with `;;!` are the manifest's nodes, `;;board NAME...` the boards (without: mps2-an386), `;;@ FILE`
//! starts a module. From `;;= output` on, the file is what the console says and the exit code; `BLESS=1` writes it.
//! Addresses are shown as the function or section that they are in, so that they do not depend on the placing.

use compose::codegen::{self, Symbol};
use compose::image::{self, Image};
use compose::ingest::{self, Module, Unit};
use compose::manifest::{self, ComponentId};
use compose::plan::{self, Plan};
use compose::{board, kernel, link, source::Sources};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const OUTPUT: &str = ";;= output";

fn main() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel"))
        .expect("the tests are there")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || check(&file))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn check(file: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let (input, expected) = match text.find(OUTPUT) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let boards = input.lines().find_map(|line| line.strip_prefix(";;board "));
    let mut first: Option<String> = None;
    for board in boards.unwrap_or("mps2-an386").split_whitespace() {
        let actual = run(input, board)?;
        let first = first.get_or_insert_with(|| actual.clone());
        if *first != actual {
            return Err(format!("on {board}:\n{actual}otherwise:\n{first}").into());
        }
    }
    let actual = first.expect("a board");
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

/// Builds the system for the board and runs it.
fn run(input: &str, board: &str) -> Result<String, Failed> {
    let mut nodes = String::new();
    let mut modules: Vec<(&str, String)> = Vec::new();
    for line in input.lines() {
        if let Some(node) = line.strip_prefix(";;!") {
            nodes.push_str(node);
            nodes.push('\n');
        } else if let Some(name) = line.strip_prefix(";;@ ") {
            modules.push((name.trim(), String::new()));
        } else if let Some((_, module)) = modules.last_mut() {
            module.push_str(line);
            module.push('\n');
        }
    }
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", ".", format!("system \"test\" {{\n  board \"{board}\"\n{nodes}}}\n"));
    let (manifest, found) = manifest::read(&sources, id);
    let manifest = manifest.filter(|_| !found.has_errors()).ok_or_else(|| format!("manifest: {:#?}", found.list))?;
    let (board, found) = board::load(&mut sources, &manifest);
    let board = board.ok_or_else(|| format!("board: {:#?}", found.list))?;
    let mut in_order: Vec<Module> = Vec::new();
    for (index, component) in manifest.components.iter().enumerate() {
        let name = component.name.value.as_str();
        let path = component.path.value.as_str();
        let (_, text) = modules.iter().find(|(file, _)| *file == path).ok_or("a component without a module")?;
        let unit = Unit::Component(ComponentId(index as u32));
        in_order.push(ingest::module(name, unit, text.as_bytes()).map_err(|error| format!("{error:#?}"))?);
    }
    let (system, found) = link::resolve(&manifest, &board, &in_order);
    let system = system.ok_or_else(|| format!("link: {:#?}", found.list))?;
    let (objects, found) = codegen::compile(&system);
    let objects = objects.ok_or_else(|| format!("codegen: {:#?}", found.list))?;
    let kernel = kernel::compile(&system);
    let (plan, found) = plan::place(&system, &objects, &kernel);
    let plan = plan.ok_or_else(|| format!("plan: {:#?}", found.list))?;
    let (image, found) = image::write(&system, &objects, &kernel, &plan);
    let image = image.ok_or_else(|| format!("image: {:#?}", found.list))?;

    let text: u32 = kernel.object.functions.iter().map(|function| function.code.len() as u32).sum();
    if text > 4096 || kernel.memory + kernel.stack > 1024 {
        return Err(format!("the kernel is too large: {text} of code, {} + {}", kernel.memory, kernel.stack).into());
    }
    let (console, code) = emulate(&image, &board)?;
    let console = replace_addresses(&console, "(code ", &|address| function_at(address, &plan, &image));
    let console = replace_addresses(&console, " at ", &|address| section_at(address, &plan));
    let mut output = format!("{OUTPUT}\n");
    for line in console.lines() {
        output.push_str(format!(";; {line}").trim_end());
        output.push('\n');
    }
    output.push_str(&format!(";;= exit {code}\n"));
    Ok(output)
}

fn emulate(image: &Image, board: &board::Board) -> Result<(String, i32), Failed> {
    let emulator = board.emulator.as_ref().ok_or("a board that can be emulated")?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("test.elf");
    std::fs::write(&path, &image.elf)?;
    if let Some(keep) = std::env::var_os("KEEP") {
        std::fs::write(keep, &image.elf)?;
    }
    let output = Command::new("timeout")
        .args(["20", &emulator.program, "-M", &emulator.machine])
        .args(["-display", "none", "-monitor", "none", "-serial", "stdio"])
        .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
        .arg(&path)
        .stdin(Stdio::null())
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !stderr.is_empty() {
        return Err(format!("the emulator says: {stderr}\nconsole: {}", String::from_utf8_lossy(&output.stdout)).into());
    }
    let code = output.status.code().ok_or("the emulator was stopped")?;
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), code))
}

/// Replaces the addresses (`0x0000_1234`) after `before`.
fn replace_addresses(console: &str, before: &str, name: &dyn Fn(u32) -> String) -> String {
    let mut out = String::new();
    let mut rest = console;
    while let Some(at) = rest.find(before) {
        let (copied, after) = rest.split_at(at + before.len());
        out.push_str(copied);
        rest = after;
        let digits = after.strip_prefix("0x").and_then(|digits| digits.get(..9));
        if let Some(address) = digits.and_then(|digits| u32::from_str_radix(&digits.replace('_', ""), 16).ok()) {
            out.push_str(&name(address));
            rest = &after[11..];
        }
    }
    out.push_str(rest);
    out
}

/// The section that an address is in or, less than 64 bytes, below.
fn section_at(address: u32, plan: &Plan) -> String {
    let inside = |s: &&plan::Section| address.checked_sub(s.base).is_some_and(|offset| offset < s.size);
    let below = |s: &&plan::Section| s.base.checked_sub(address).is_some_and(|offset| offset < 64);
    let of = |filter: &dyn Fn(&&plan::Section) -> bool| plan.sections.iter().filter(|s| s.size > 0).find(|s| filter(s));
    match (of(&inside), of(&below)) {
        (Some(section), _) if section.kind == plan::SectionKind::Stack => section.name.clone(),
        (Some(section), _) if section.kind.in_flash() => section.name.clone(),
        (Some(section), _) => format!("{}+{:#x}", section.name, address - section.base),
        (None, Some(section)) => format!("just below {}", section.name),
        (None, None) if address < plan.flash.base + plan.flash.size => "flash".to_owned(),
        (None, None) => format!("{:#x}......", address >> 24),
    }
}

fn function_at(address: u32, plan: &Plan, image: &Image) -> String {
    let is_code = |symbol: &Symbol| {
        matches!(
            symbol,
            Symbol::Function { .. } | Symbol::Runtime(_) | Symbol::Native(_) | Symbol::Gate(_) | Symbol::Host { .. }
        )
    };
    let code = plan.symbols.iter().filter(|(symbol, value)| is_code(symbol) && **value <= address);
    let Some(start) = code.map(|(_, value)| *value).max() else { return "nowhere".to_owned() };
    let elf = goblin::elf::Elf::parse(&image.elf).expect("the image is an ELF");
    let symbol = elf.syms.iter().find(|symbol| symbol.st_value as u32 & !1 == start && symbol.is_function());
    let name = symbol.and_then(|symbol| elf.strtab.get_at(symbol.st_name)).unwrap_or("?");
    name.to_owned()
}
