//! The image in flash: vectors, code, constants.

use super::contents::VECTORS;
use super::{BankUse, Contents, ItemBody, Owner, Section, SectionKind, bank, internal};
use crate::board::{Bank, BankKind};
use crate::codegen::Symbol;
use crate::diag::codes::plan as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::Unit;
use crate::link::System;
use crate::protect::{Access, FLASH_SLOT, Piece};
use std::collections::{BTreeMap, BTreeSet};

pub struct Flash {
    pub sections: Vec<Section>,
    pub pieces: Vec<Piece>,
    pub bank: BankUse,
}

/// Gives every function and constant that the vector table reaches its address.
pub fn lay_out(
    system: &System,
    contents: &Contents,
    symbols: &mut BTreeMap<Symbol, u32>,
    found: &mut Diagnostics,
) -> Option<Flash> {
    let bank = bank(system, BankKind::Flash, found)?;
    let base = u64::from(bank.base);
    let bank_end = base + u64::from(bank.size);
    let reached = contents.reachable();

    let mut address = base;
    let mut sections = Vec::new();
    let mut place = |name: String, owner, kind, picked: &[Symbol]| {
        if picked.is_empty() {
            return;
        }
        let first = &contents.items[&picked[0]];
        let align = picked.iter().map(|symbol| contents.items[symbol].align()).max().unwrap_or(1).max(4);
        let start = if kind == SectionKind::Vectors { address } else { address.next_multiple_of(align.into()) };
        debug_assert!(!picked.is_empty() && first.align() <= align);
        address = start;
        for symbol in picked {
            let item = &contents.items[symbol];
            address = address.next_multiple_of(item.align().into());
            // Beyond the address space there is no symbol, and the check against the bank below fails.
            symbols.insert(*symbol, u32::try_from(address).unwrap_or(u32::MAX));
            address += item.bytes().len() as u64;
        }
        let (base, size) = (u32::try_from(start), u32::try_from(address - start));
        if let (Ok(base), Ok(size)) = (base, size) {
            sections.push(Section { name, owner, base, size, kind });
        }
    };

    place(".vectors".to_string(), Owner::Kernel, SectionKind::Vectors, &[VECTORS]);
    for (prefix, kind) in [(".text", SectionKind::Code), (".rodata", SectionKind::Constants)] {
        for (owner, name, units) in groups(system) {
            let picked = pick(contents, &reached, units, kind);
            place(format!("{prefix}.{name}"), owner, kind, &picked);
        }
    }

    for (owner, ..) in groups(system) {
        if let Owner::Component(id) = owner {
            let code = sections.iter().find(|section| section.owner == owner && section.kind == SectionKind::Code);
            let (start, end) = code.map_or((0, 0), |code| (code.base, code.base + code.size));
            symbols.insert(Symbol::CodeStart(id), start);
            symbols.insert(Symbol::CodeEnd(id), end);
        }
    }

    if address > bank_end {
        too_small(system, contents, &reached, bank.size, address - base, found);
        return None;
    }
    let end = address as u32;
    symbols.insert(Symbol::FlashBase, bank.base);
    symbols.insert(Symbol::FlashEnd, end);
    let model = system.model();
    let cover = model.cover(base..address, base..bank_end, usize::from(system.fixed_entries()));
    let Some(cover) = cover else {
        found.push(no_region(system, bank));
        return None;
    };
    let shapes: Vec<_> = cover.shapes.iter().map(|&shape| (shape, Access::ReadExecute)).collect();
    let pieces = model.pieces(&shapes, FLASH_SLOT);
    for symbol in &reached {
        for relocation in contents.items[symbol].relocations() {
            let target = relocation.target;
            if is_item(target) && !contents.items.contains_key(&target) {
                found.push(internal(system, format!("{symbol:?} refers to {target:?}, which nothing defines")));
            }
        }
    }
    let used = end - bank.base;
    Some(Flash {
        sections,
        pieces,
        bank: BankUse { bank: bank.name.value.clone(), base: bank.base, size: bank.size, used },
    })
}

/// The flash of a system whose code is not known: all of the bank.
pub fn reserve(system: &System, found: &mut Diagnostics) -> Option<Flash> {
    let bank = bank(system, BankKind::Flash, found)?;
    let whole = u64::from(bank.base)..u64::from(bank.base) + u64::from(bank.size);
    let model = system.model();
    let limit = model.ranges.map_or(1, |ranges| usize::from(ranges.entries));
    let Some(cover) = model.cover(whole.clone(), whole, limit) else {
        found.push(no_region(system, bank));
        return None;
    };
    let shapes: Vec<_> = cover.shapes.iter().map(|&shape| (shape, Access::ReadExecute)).collect();
    let bank = BankUse { bank: bank.name.value.clone(), base: bank.base, size: bank.size, used: 0 };
    Some(Flash { sections: Vec::new(), pieces: model.pieces(&shapes, FLASH_SLOT), bank })
}

fn no_region(system: &System, bank: &Bank) -> Diagnostic {
    Diagnostic::error(
        &codes::FLASH_REGION,
        format!("no single region covers the image in flash at {:#010x}", bank.base),
    )
    .label(system.manifest.board.span, "this board's flash bank")
    .help("a region is a power of two at a multiple of its size: correct the base and size of the bank")
}

/// Symbols that some object must define.
fn is_item(symbol: Symbol) -> bool {
    use Symbol::*;
    matches!(
        symbol,
        Function { .. }
            | Runtime(_)
            | Native(_)
            | Gate(_)
            | Host { .. }
            | Descriptor(_)
            | Table { .. }
            | Data { .. }
            | Elements { .. }
            | KernelTable(_)
            | LoadImage(_)
    )
}

/// Who has code and constants, in the order of the image: components by name, whatever the manifest's order.
fn groups<'a>(system: &'a System) -> impl Iterator<Item = (Owner, &'a str, Unit)> {
    let own = [(Owner::Kernel, "kernel", Unit::Kernel), (Owner::Runtime, "runtime", Unit::Runtime)];
    let components = system.components.iter().filter_map(|linked| match linked.unit {
        Unit::Component(id) => {
            Some((Owner::Component(id), system.manifest.component(id).name.value.as_str(), linked.unit))
        }
        Unit::Kernel | Unit::Runtime => None,
    });
    let mut components: Vec<_> = components.collect();
    components.sort_unstable_by_key(|&(_, name, _)| name);
    own.into_iter().chain(components)
}

fn pick(contents: &Contents, reached: &BTreeSet<Symbol>, unit: Unit, kind: SectionKind) -> Vec<Symbol> {
    let wanted = |symbol: &&Symbol| {
        let item = &contents.items[symbol];
        let is_code = matches!(item.body, ItemBody::Function(_));
        reached.contains(symbol) && **symbol != VECTORS && item.unit == unit && is_code == (kind == SectionKind::Code)
    };
    contents.order.iter().filter(wanted).copied().collect()
}

fn too_small(
    system: &System,
    contents: &Contents,
    reached: &BTreeSet<Symbol>,
    size: u32,
    needed: u64,
    found: &mut Diagnostics,
) {
    let mut diagnostic = Diagnostic::error(
        &codes::FLASH_TOO_SMALL,
        format!(
            "the image needs {needed} bytes of flash and the board has {size}: {} are missing",
            needed - u64::from(size)
        ),
    )
    .label(system.manifest.board.span, format!("{size} bytes of flash"))
    .help("leave out components, build them for size (`-Os`, `wasm-opt -Oz`), or take a larger board");
    for (owner, name, unit) in groups(system) {
        let sum = |kind| -> usize {
            pick(contents, reached, unit, kind).iter().map(|symbol| contents.items[symbol].bytes().len()).sum()
        };
        let text = format!("{} bytes of code, {} of constants", sum(SectionKind::Code), sum(SectionKind::Constants));
        diagnostic = match owner {
            Owner::Component(id) => diagnostic.label(system.manifest.component(id).name.span, text),
            _ => diagnostic.note(format!("{name}: {text}")),
        };
    }
    found.push(diagnostic);
}
