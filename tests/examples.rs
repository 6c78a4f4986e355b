//! The systems in `examples/systems/`: they are checked without a word, and their modules are what the sources say.

use compose::diag::Diagnostics;
use compose::source::Sources;
use compose::{board, ingest, link, manifest};
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
