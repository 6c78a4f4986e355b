//! The systems in `examples/systems/`: they are checked without a word, and their modules are what the sources say.

use compose::diag::Diagnostics;
use compose::source::Sources;
use compose::trace::Trace;
use compose::{Product, board, ingest, link, manifest, verify};
use std::fs;
use std::path::{Path, PathBuf};

fn files(extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systems");
    let folders = fs::read_dir(root).expect("the examples").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).expect("an example").map(|entry| entry.expect("an entry").path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    found.sort();
    found
}

#[test]
fn manifests_are_right() {
    let manifests = files("kdl");
    assert!(manifests.len() >= 4, "{manifests:?}");
    for path in manifests {
        let mut sources = Sources::new();
        let id = sources.read(&path).expect("a manifest");
        let mut found = Diagnostics::new();
        let manifest = found.take(manifest::read(&sources, id)).expect("a manifest");
        let board = found.take(board::load(&mut sources, &manifest)).expect("a board");
        let modules = found.take(ingest::read(&manifest, &board)).unwrap_or_default();
        found.take(link::resolve(&manifest, &board, &modules));
        assert!(found.list.is_empty(), "{}: {:#?}", path.display(), found.list);
    }
}

fn build(path: &Path) -> Product {
    let mut sources = Sources::new();
    let id = sources.read(path).expect("a manifest");
    let mut found = Diagnostics::new();
    let product = compose::build(&mut sources, id, &mut Trace::new(None), &mut found);
    product.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), found.list))
}

#[test]
fn images_verify_and_come_out_the_same_again() {
    for path in files("kdl") {
        let product = build(&path);
        let verdict = verify::check(&product.image.elf);
        assert!(verdict.passed(), "{}:\n{verdict}", path.display());
        assert!(build(&path).image == product.image, "{}: another image", path.display());
    }
}

/// The address that `intruder` pokes is in the manifest as a number, and has to follow the layout.
#[test]
fn the_intruder_aims_at_its_victim() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systems/intruder/system.kdl");
    let table = build(&path).image.regions;
    let base = |name: &str| table.sections.iter().find(|section| section.name == name).expect("a memory").base.0;
    let distance = base(".memory.victim").wrapping_sub(base(".memory.intruder")) as i32;
    let text = fs::read_to_string(path).expect("the manifest");
    assert!(text.contains(&format!("run \"intruder#poke\" {distance} ")), "the victim is at {distance}");
}

/// Text and binary do not drift apart. Binaries from C are checked in: compilers differ in their bytes.
#[test]
fn binaries_are_what_the_text_says() {
    let texts = files("wat");
    assert!(texts.len() >= 3, "{texts:?}");
    for path in texts {
        let wasm = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
        let built = fs::read(path.with_extension("wasm")).expect("the binary beside the text");
        assert!(wasm == built, "{}: run `examples/systems/build.sh`", path.display());
    }
}
