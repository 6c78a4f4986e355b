//! The files that are written from the program's own tables: schemas, and chapters of the book. `BLESS=1` writes them.

use compose::board::{self, BOARD, ProtectionModel};
use compose::diag::{codes, render};
use compose::manifest::MANIFEST;
use compose::schema::document::{reference, schema};
use std::fs;
use std::path::Path;

/// Holds a file against what it should be.
fn same(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, expected).expect("the file can be written");
    }
    let actual = fs::read_to_string(&file).unwrap_or_default();
    assert!(actual == expected, "{path} is not up to date: run the tests with BLESS=1");
}

#[test]
fn schema_of_diagnostics() {
    let json = serde_json::to_string_pretty(&render::json::schema()).expect("a schema is JSON");
    same("schemas/diagnostic.schema.json", &(json + "\n"));
}

#[test]
fn schema_of_region_tables() {
    same("schemas/regions.schema.json", &compose::plan::table::RegionTable::schema());
}

#[test]
fn schema_of_comparisons() {
    same("schemas/diff.schema.json", &compose::diff::Diff::schema());
}

#[test]
fn schema_of_manifests() {
    same("schemas/manifest.schema.kdl", &schema(&MANIFEST));
    same("schemas/board.schema.kdl", &schema(&BOARD));
}

#[test]
fn schemas_are_kdl() {
    for document in [&MANIFEST, &BOARD] {
        kdl::KdlDocument::parse_v2(&schema(document)).expect("KDL");
    }
}

#[test]
fn chapters_of_the_manifest_and_of_boards() {
    let manifest = "\
# The manifest

One `system.kdl` describes one firmware image. It is a [KDL 2](https://kdl.dev) document: a node is a name, then its
arguments, then `key=value` properties, then `{ ... }` with the nodes inside. Flags are `#true` and `#false`; a bare word
is a string. Sizes carry their unit as a type annotation, `(KiB)24`; a number without a unit is an error. There are no
addresses in it, no region numbers and no ids.

This chapter is written from the table that the reader of manifests follows; `schemas/manifest.schema.kdl` holds the
same for tools.

";
    same("book/manifest.md", &format!("{manifest}{}", reference(&MANIFEST)));
    let boards = "\
# Board files

A board is data: memory banks, CPU features, the protection unit, peripherals, the console, and how the emulator runs
it. `compose boards` lists those that come with the program (their files are in `boards/`); a manifest can name a file
of its own, `board \"boards/mine.kdl\"`, relative to the manifest.

Systems of the boards below can be built and run in QEMU, or planned: `compose plan` says where everything would be.

";
    let more = "\
On Armv8-M with TrustZone everything is Secure, as it is after reset; nothing has to be set up for that. A component that
branches to the Non-secure state, where nothing is, ends as a trap.

This chapter is written from those files and from the table that their reader follows; `schemas/board.schema.kdl` holds
the same for tools.

";
    same("book/boards.md", &format!("{boards}{}\n{more}{}", built_in_boards(), reference(&BOARD)));
}

fn built_in_boards() -> String {
    let mut table =
        "| board | CPU | floats in hardware | protection | RAM | |\n|---|---|---|---|---:|---|\n".to_owned();
    for board in board::all() {
        let cpu = &board.cpu;
        let floats = match (cpu.fpu_single, cpu.fpu_double) {
            (_, true) => "f32, f64",
            (true, false) => "f32",
            (false, false) => "none",
        };
        let model = match board.protection.model {
            ProtectionModel::Pmsav7 => "PMSAv7",
            ProtectionModel::Pmsav8 => "PMSAv8",
            ProtectionModel::Pmp if board.protection.tor => "PMP",
            ProtectionModel::Pmp => "PMP without TOR",
        };
        let ram: u32 = board.ram().map(|bank| bank.size >> 10).sum();
        let what = if board.lacks().is_none() { "built" } else { "planned" };
        let (name, cpu, entries) = (&board.name, &cpu.name, board.protection.entries);
        table += &format!("| `{name}` | {cpu} | {floats} | {model}, {entries} entries | {ram} KiB | {what} |\n");
    }
    table
}

#[test]
fn chapter_of_diagnostics() {
    let mut text = String::from(
        "# Diagnostics\n\nEvery error has a code, which `compose explain CODE` explains. This chapter is written from the same rows.\n",
    );
    for code in codes::all() {
        text += &format!("\n## `{}`\n\n{}.\n\n{}\n", code.id, sentence(code.title), code.explanation);
        // A bug of the program has no input that causes it.
        if !code.example.is_empty() {
            text += &format!("\n```\n{}\n```\n", code.example);
        }
    }
    same("book/diagnostics.md", &text);
}

fn sentence(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[test]
fn codes_are_well_formed() {
    let mut seen = std::collections::BTreeSet::new();
    for code in codes::all() {
        assert!(seen.insert(code.id), "{} twice", code.id);
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let parts: Vec<&str> = code.id.split("::").collect();
        assert!(parts.len() == 2 && parts.iter().all(|p| !p.is_empty() && p.chars().all(legal)), "{}", code.id);
        assert!(!code.title.ends_with('.') && !code.title.contains('\n'), "title of {}", code.id);
        assert!(code.explanation.ends_with(['.', '?']), "row of {}", code.id);
    }
}
