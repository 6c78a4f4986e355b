//! Stage 7: plan + objects -> [`Image`]: the ELF and the formats derived from it.
//!
//! The same input gives the same bytes: nothing in an image depends on the time, the machine or the folder.

mod elf;
mod hex;
pub mod lines;
mod read;
mod relocate;

pub use read::{Held, read};

use crate::codegen::{Object, Symbol};
use crate::diag::codes::plan as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::kernel::Kernel;
use crate::link::System;
use crate::plan::table::RegionTable;
use crate::plan::{Contents, ItemBody, Plan};

/// A finished image in its formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// 32-bit little-endian ELF executable. One segment: the flash.
    pub elf: Vec<u8>,
    /// The bytes of the flash, from its base on.
    pub bin: Vec<u8>,
    /// The same as Intel HEX.
    pub hex: String,
    /// The region table, which the ELF holds too.
    pub regions: RegionTable,
}

/// The section of the ELF that holds the region table.
const REGIONS: &str = ".compose.regions";

/// Where the processor starts.
const RESET: Symbol = Symbol::Native("reset");

/// Patches all relocations and writes the formats. An error is a branch that does not reach, or a bug of ours.
pub fn write(system: &System, objects: &[Object], kernel: &Kernel, plan: &Plan) -> (Option<Image>, Diagnostics) {
    let mut found = Diagnostics::new();
    match try_write(system, objects, kernel, plan) {
        Ok(image) => (Some(image), found),
        Err(problem) => {
            found.push(
                Diagnostic::error(&codes::INTERNAL, problem)
                    .label(system.manifest.name.span, "while writing the image of this system")
                    .help("this is a bug in compose: please report it with the manifest and the modules"),
            );
            (None, found)
        }
    }
}

fn try_write(system: &System, objects: &[Object], kernel: &Kernel, plan: &Plan) -> Result<Image, String> {
    let contents = Contents::of(system, objects, kernel)?;
    let bin = flash(&contents, plan)?;
    let regions = RegionTable::new(system, plan);
    let reset = *plan.symbols.get(&RESET).ok_or("the vector table does not reach `reset`")?;
    let lines = lines::Lines::collect(system, &contents, plan).encode();
    let elf = elf::write(&elf::Input {
        system,
        contents: &contents,
        plan,
        flash: &bin,
        entry: reset | 1,
        lines: &lines,
        regions: regions.to_json().as_bytes(),
    })?;
    let hex = hex::write(plan.flash.base, &bin, reset | 1);
    Ok(Image { elf, bin, hex, regions })
}

/// The contents of the flash. Between functions there are trap instructions, elsewhere zeros.
fn flash(contents: &Contents, plan: &Plan) -> Result<Vec<u8>, String> {
    let mut flash = vec![0; plan.flash.used as usize];
    for section in plan.sections.iter().filter(|section| section.kind == crate::plan::SectionKind::Code) {
        let start = (section.base - plan.flash.base) as usize;
        for half in flash[start..start + section.size as usize].chunks_exact_mut(2) {
            half.copy_from_slice(&UDF.to_le_bytes());
        }
    }
    for (symbol, item) in &contents.items {
        let Some(&address) = plan.symbols.get(symbol) else { continue };
        let start = (address - plan.flash.base) as usize;
        let place = &mut flash[start..start + item.bytes().len()];
        place.copy_from_slice(item.bytes());
        for relocation in item.relocations() {
            relocate::apply(place, address, relocation, |symbol| plan.symbols.get(&symbol).copied())
                .map_err(|problem| format!("in {symbol:?} at {:#x}: {problem}", relocation.offset))?;
        }
    }
    Ok(flash)
}

/// FNV-1a with 64 bits: finds damage, and is no defence against a forger.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// `UDF #0` (DDI 0403, A7.7.194, T1).
const UDF: u16 = 0xde00;

/// The name of a symbol in the ELF: `component!name`. A module may name its functions as it likes; the name of a symbol
/// ends at a zero, and people read it in one line.
fn symbol_name(system: &System, contents: &Contents, symbol: Symbol) -> Option<String> {
    let name = raw_symbol_name(system, contents, symbol)?;
    match name.contains(char::is_control) {
        true => Some(
            name.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect(),
        ),
        false => Some(name),
    }
}

fn raw_symbol_name(system: &System, contents: &Contents, symbol: Symbol) -> Option<String> {
    use crate::ingest::Unit;
    let item = contents.items.get(&symbol)?;
    let unit = |unit| match unit {
        Unit::Component(id) => system.manifest.component(id).name.value.as_str(),
        Unit::Kernel => "kernel",
        Unit::Runtime => "runtime",
    };
    let name = match item.body {
        ItemBody::Function(function) => function.name.clone(),
        ItemBody::Constant(_) => match symbol {
            Symbol::KernelTable(name) => name.to_string(),
            Symbol::Descriptor(None) => "null".to_string(),
            Symbol::Descriptor(Some(function)) => {
                let target = Symbol::Function { unit: function.unit, index: function.index };
                let name = match contents.items.get(&target).map(|item| item.body) {
                    Some(ItemBody::Function(function)) => function.name.clone(),
                    _ => function.index.to_string(),
                };
                return Some(format!("{}!{name}.descriptor", unit(function.unit)));
            }
            Symbol::Table { unit: owner, index } => return Some(format!("{}!table.{index}", unit(owner))),
            Symbol::Data { unit: owner, index } => return Some(format!("{}!data.{index}", unit(owner))),
            Symbol::Elements { unit: owner, index } => return Some(format!("{}!elements.{index}", unit(owner))),
            _ => return None,
        },
    };
    Some(format!("{}!{name}", unit(item.unit)))
}
