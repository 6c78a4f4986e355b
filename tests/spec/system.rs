//! Systems of instances: a manifest and its files, all in memory.

use crate::script::Instance;
use compose::Product;
use compose::diag::{Diagnostics, Severity};
use compose::ingest::Module;
use compose::manifest::Bounds;
use compose::source::{Files, Sources};
use compose::trace::Trace;
use compose::verify;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What `spectest` exports (interpreter/host/spectest.ml of the specification).
const SPECTEST: &str = r#"(module
  (func (export "print"))
  (func (export "print_i32") (param i32))
  (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32))
  (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32))
  (func (export "print_f64_f64") (param f64 f64))
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6))
  (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref)
  (memory (export "memory") 1 2))"#;

/// Bytes of native stack of a component under test.
pub const STACK: u64 = 16 << 10;
/// Bytes that a memory may grow by, and entries of a table.
const GROWTH: u64 = 41 << 16;
const TABLE_GROWTH: u32 = 1024;

/// A system under construction.
pub struct System {
    processes: String,
    links: String,
    runs: String,
    files: Memory,
    spectest: bool,
}

/// Why there is no image.
#[derive(Debug)]
pub struct Refused {
    /// Code and message of each error.
    pub errors: Vec<(&'static str, String)>,
}

impl Refused {
    pub fn any_is(&self, code: &str) -> bool {
        self.errors.iter().any(|(id, _)| *id == code)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown: Vec<_> = self.errors.iter().take(3).map(|(code, message)| format!("{code}: {message}")).collect();
        f.write_str(&shown.join("; "))
    }
}

impl System {
    pub fn new() -> System {
        System {
            processes: String::new(),
            links: String::new(),
            runs: String::new(),
            files: Memory::default(),
            spectest: false,
        }
    }

    /// Components from here on share a process.
    pub fn open_process(&mut self, name: &str) {
        self.processes += &format!("  process \"{name}\" {{\n    on-trap \"continue\"\n");
    }

    pub fn close_process(&mut self) {
        self.processes += "  }\n";
    }

    /// The component `mINDEX`.
    pub fn instance(&mut self, index: usize, instance: &Instance, module: &Module, bounds: Bounds) {
        let bounds = word(bounds);
        let kind = if instance.wasm.starts_with(b"\0asm") { "wasm" } else { "wat" };
        let file = format!("m{index}.{kind}");
        self.processes +=
            &format!("    component \"m{index}\" \"{file}\" {{\n      bounds \"{bounds}\"\n      stack (B){STACK}\n");
        for memory in 0..module.memories.len() {
            let (bytes, grows) = budget(module, memory);
            let name = if memory == 0 { String::new() } else { format!(" \"{memory}\"") };
            if bytes > 0 && (grows || module.memories.len() > 1) {
                let grow = if grows { " grow=#true" } else { "" };
                self.processes += &format!("      memory{name} budget=(B){bytes}{grow}\n");
            }
        }
        for (index, table) in module.tables.iter().enumerate().filter(|(_, table)| table.grown) {
            self.processes += &format!("      table \"{index}\" entries={}\n", table.min.saturating_add(TABLE_GROWTH));
        }
        self.processes += "    }\n";
        self.files.0.insert(file, instance.wasm.clone());
        for (name, to) in &instance.links {
            self.links += &format!("  link \"m{index}\" to=\"m{to}\" interface={}\n", quoted(name));
        }
        self.spectest |= module.imports.iter().any(|import| import.module == "spectest")
            && !instance.links.iter().any(|(name, _)| name == "spectest");
    }

    /// A component from text.
    pub fn component(&mut self, name: &str, text: String) {
        self.processes += &format!("    component \"{name}\" \"{name}.wat\"\n");
        self.files.0.insert(format!("{name}.wat"), text.into_bytes());
    }

    /// A line of the list of what is run.
    pub fn run(&mut self, line: &str) {
        self.runs += line;
    }

    pub fn build(self, board: &str) -> Result<Product, Refused> {
        let System { processes, links, runs, mut files, spectest } = self;
        let mut text = format!("system \"spec\" {{\n  board \"{board}\"\n{processes}");
        if spectest {
            text += "  component \"spectest\" \"spectest.wat\"\n";
            files.0.insert("spectest.wat".to_owned(), SPECTEST.as_bytes().to_vec());
        }
        text += &format!("{links}{runs}}}\n");
        let mut sources = Sources::from_files(Arc::new(files));
        let mut found = Diagnostics::new();
        let id = sources.add("system.kdl", "", text);
        let product = compose::build(&mut sources, id, &mut Trace::new(None), &mut found);
        let Some(product) = product else {
            let errors = found.list.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
            return Err(Refused { errors: errors.map(|error| (error.code.id, error.message)).collect() });
        };
        let verdict = verify::check(&product.image.elf);
        match verdict.passed() {
            true => Ok(product),
            false => Err(Refused { errors: vec![("verify", verdict.to_string())] }),
        }
    }
}

/// Bytes of RAM of an instance, about.
pub fn ram(module: &Module) -> u64 {
    let memories = (0..module.memories.len()).map(|index| budget(module, index).0);
    let tables = module.tables.iter().map(|table| 4 * u64::from(table.min));
    memories.chain(tables).sum::<u64>() + STACK + 1024
}

/// Bytes to reserve for a memory, and whether it may grow.
fn budget(module: &Module, index: usize) -> (u64, bool) {
    let memory = &module.memories[index];
    let grows = module.uses.iter().any(|uses| uses.memory_grow.iter().any(|&(memory, _)| memory as usize == index));
    let most = memory.max.unwrap_or(u64::MAX).min(memory.min.saturating_add(GROWTH >> memory.page_log2));
    // No budget is nothing.
    let pages = if grows { most.max(1) } else { memory.min };
    (pages.saturating_mul(1 << memory.page_log2), grows)
}

/// The word of the manifest.
pub fn word(bounds: Bounds) -> &'static str {
    match bounds {
        Bounds::Hardware => "hardware",
        Bounds::Software => "software",
    }
}

/// A string of the manifest.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric();
    let escaped = name.chars().map(|c| if plain(c) { c.to_string() } else { format!("\\u{{{:x}}}", u32::from(c)) });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Files by name.
#[derive(Debug, Default)]
struct Memory(HashMap<String, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        path.to_str().and_then(|path| self.0.get(path).cloned()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn names(&self, _: &Path) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}
