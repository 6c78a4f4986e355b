//! The region table as a C header and as a Rust module, for whoever brings a kernel of their own: the register words of
//! each process, and the addresses of all that is placed. Both hold the same names and numbers.

use super::{Address, printable};
use crate::plan::table::{BankKind, Hex, Process, RegionTable};
use std::collections::BTreeSet;

/// A name and a number.
struct Constant {
    name: String,
    value: u32,
    /// Addresses and words are written in hexadecimal, sizes and counts in decimal.
    hex: bool,
}

/// Constants that belong together.
struct Group {
    title: &'static str,
    list: Vec<Constant>,
}

/// A valid C99 and C++ header. All names start with `compose_`.
pub fn c(table: &RegionTable) -> String {
    let mut out = String::new();
    let guard = format!("COMPOSE_{}_REGIONS_H", identifier(&table.system));
    let mut line = |text: &str| {
        out += text;
        out.push('\n');
    };
    line(&format!("/* {} */", title(table)));
    line(&format!("#ifndef {guard}\n#define {guard}\n\n#include <stdint.h>"));
    for group in groups(table) {
        line(&format!("\n/* {} */", group.title));
        for Constant { name, value, hex } in group.list {
            let value = if hex { format!("0x{value:08x}u") } else { format!("{value}u") };
            line(&format!("#define COMPOSE_{name} {value}"));
        }
    }
    line(&format!("\n/* {} */", words_note(table)));
    line("static const uint32_t compose_fixed_words[COMPOSE_FIXED_WORDS] = {");
    line(&format!("    {}", list(&fixed_words(table), 'u')));
    line("};\n");
    line("struct compose_process {");
    line("    const char *name;");
    line("    /* The lowest address of its stack, and the one past it. */");
    line("    uint32_t stack_base;\n    uint32_t stack_top;");
    line("    /* Those of all its entries, those that are off included. */");
    line("    uint32_t words[COMPOSE_PROCESS_WORDS];\n};\n");
    line("static const struct compose_process compose_processes[COMPOSE_PROCESSES] = {");
    for process in &table.processes {
        let (base, top) = stack(process);
        line(&format!("    {{ \"{}\", 0x{base:08x}u, 0x{top:08x}u,", process.name));
        line(&format!("      {{ {} }} }},", list(&process.words, 'u')));
    }
    line("};\n");
    line(&format!("#endif /* {guard} */"));
    out
}

/// A module that needs no `std`: `#[allow(dead_code)] #[path = "NAME.regions.rs"] mod regions;`.
pub fn rust(table: &RegionTable) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out += text;
        out.push('\n');
    };
    line(&format!("// {}", title(table)));
    line(&format!("// Use it as `#[allow(dead_code)] #[path = \"{}.regions.rs\"] mod regions;`.", table.system));
    for group in groups(table) {
        line(&format!("\n// {}", group.title));
        for Constant { name, value, hex } in group.list {
            let (ty, name) =
                if INDEX.iter().any(|prefix| name.starts_with(prefix)) { ("usize", name) } else { ("u32", name) };
            let value = if hex { Address(value).to_string() } else { value.to_string() };
            line(&format!("pub const {name}: {ty} = {value};"));
        }
    }
    line(&format!("\n/// {}", words_note(table)));
    line(&format!("pub static FIXED_REGION_WORDS: [u32; FIXED_WORDS] = [{}];\n", list(&fixed_words(table), '\0')));
    line("pub struct Process {\n    pub name: &'static str,");
    line("    /// The lowest address of its stack, and the one past it.");
    line("    pub stack_base: u32,\n    pub stack_top: u32,");
    line("    /// Those of all its entries, those that are off included.");
    line("    pub words: [u32; PROCESS_WORDS],\n}\n");
    line("pub static ALL_PROCESSES: [Process; PROCESSES] = [");
    for process in &table.processes {
        let (base, top) = stack(process);
        line("    Process {");
        line(&format!("        name: \"{}\",", process.name));
        line(&format!("        stack_base: {},\n        stack_top: {},", Address(base), Address(top)));
        line(&format!("        words: [{}],\n    }},", list(&process.words, '\0')));
    }
    line("];");
    out
}

/// Constants with these names are lengths and indices of arrays.
const INDEX: [&str; 4] = ["PROCESSES", "FIXED_WORDS", "PROCESS_WORDS", "PROCESS_INDEX_"];

fn title(table: &RegionTable) -> String {
    let version = table.system_version.as_ref().map(|version| format!(" {}", comment(version))).unwrap_or_default();
    format!(
        "The region table of `{}`{version} on {}. Written by compose; do not edit.",
        comment(&table.system),
        comment(&table.board)
    )
}

/// What a table may say where its text cannot end a comment.
fn comment(text: &str) -> String {
    printable(text).replace("*/", "* /").replace('\\', "/")
}

/// How the words are to be loaded.
fn words_note(table: &RegionTable) -> String {
    let what = match table.protection.model.as_str() {
        "pmsav7" => "pairs of MPU_RBAR (0xe000ed9c) and MPU_RASR (0xe000eda0); RBAR holds the number of the region",
        "pmsav8" => "pairs of MPU_RBAR (0xe000ed9c) and MPU_RLAR (0xe000eda0), for the regions from FIRST_ENTRY on",
        "pmp" => "pairs of pmpaddr and the entry's byte of pmpcfg, for the entries from FIRST_ENTRY on",
        _ => "two for each entry",
    };
    format!("Register words of the entries that are always on. Words are {what}.")
}

fn fixed_words(table: &RegionTable) -> Vec<Hex> {
    table.fixed.iter().flat_map(|region| region.words).collect()
}

fn stack(process: &Process) -> (u32, u32) {
    (process.stack.base.0, process.stack.base.0.wrapping_add(process.stack.size))
}

fn list(words: &[Hex], suffix: char) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| match suffix {
            '\0' => Address(word.0).to_string(),
            suffix => format!("{word}{suffix}"),
        })
        .collect();
    words.join(", ")
}

fn groups(table: &RegionTable) -> Vec<Group> {
    let mut taken = BTreeSet::new();
    let mut names = |name: String| {
        let mut unique = name.clone();
        let mut count = 1;
        while !taken.insert(unique.clone()) {
            count += 1;
            unique = format!("{name}_{count}");
        }
        unique
    };
    let mut constant = |name: String, value: u32, hex: bool| Constant { name: names(identifier(&name)), value, hex };
    let words = table.processes.first().map_or(0, |process| process.words.len());
    let first = table.fixed.iter().map(|region| region.slot.saturating_add(1)).max();
    let mut out = vec![Group {
        title: "How much there is.",
        list: vec![
            constant("entries".into(), table.protection.entries.into(), false),
            constant("fixed_words".into(), 2 * table.fixed.len() as u32, false),
            constant("process_words".into(), words as u32, false),
            constant("processes".into(), table.processes.len() as u32, false),
            constant("first_entry".into(), first.unwrap_or(0).into(), false),
        ],
    }];
    let setup = table.protection.setup.iter().map(|register| constant(register.name.clone(), register.value.0, true));
    out.push(Group {
        title: "What these registers of the protection unit are set to, before any region is on.",
        list: setup.collect(),
    });
    let mut indices = Vec::new();
    for (index, process) in table.processes.iter().enumerate() {
        indices.push(constant(format!("process_index_{}", process.name), index as u32, false));
    }
    out.push(Group { title: "Places of the processes in the table.", list: indices });
    let mut banks = Vec::new();
    for bank in &table.banks {
        let kind = if bank.kind == BankKind::Flash { "flash" } else { "ram" };
        banks.push(constant(format!("{kind}_{}_base", bank.name), bank.base.0, true));
        banks.push(constant(format!("{kind}_{}_used", bank.name), bank.used, false));
    }
    out.push(Group { title: "Banks, and how many bytes of them are in use, from the base on.", list: banks });
    let mut sections = Vec::new();
    for section in &table.sections {
        let name = section.name.trim_start_matches('.');
        sections.push(constant(format!("{name}_base"), section.base.0, true));
        sections.push(constant(format!("{name}_size"), section.size, false));
    }
    out.push(Group { title: "Everything that is placed, by its section of the ELF file.", list: sections });
    let homes =
        table.components.iter().map(|component| constant(format!("home_{}", component.name), component.home.0, true));
    out.push(Group {
        title: "What the base register (r11 on Arm) holds while a component runs.",
        list: homes.collect(),
    });
    let mut exports = Vec::new();
    for component in &table.components {
        for export in &component.exports {
            let thumb = u32::from(table.protection.model.starts_with("pmsa"));
            let name = format!("call_{}_{}", component.name, export.name);
            exports.push(constant(name, export.address.0 | thumb, true));
        }
    }
    out.push(Group { title: "Exported functions, as addresses to call: on Arm, bit 0 says Thumb.", list: exports });
    if let Some(copies) = table.copies {
        let list = vec![
            constant("copies".into(), copies.address.0, true),
            constant("copies_records".into(), copies.records, false),
        ];
        let title =
            "What start-up copies, after it has zeroed RAM: a table of records of three words: to, from, bytes.";
        out.push(Group { title, list });
    }
    out.retain(|group| !group.list.is_empty());
    out
}

/// Upper case, and nothing that C does not take.
fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_become_the_same_are_told_apart() {
        assert_eq!(identifier("call_a-b_tick.2"), "CALL_A_B_TICK_2");
        assert_eq!(comment("1.0 */ \\"), "1.0 * / /");
    }
}
