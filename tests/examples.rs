//! The systems in `examples/systems/`: they are checked without a word, their modules are what the sources say, and they
//! say on emulated boards what `tests/examples/NAME.txt` holds, addresses apart. `BLESS=1` writes it.

#[allow(dead_code, reason = "it is a program")]
#[path = "../examples/componentize.rs"]
mod componentize;
mod emulated;

use compose::diag::Diagnostics;
use compose::source::Sources;
use compose::{Product, board, flatten, ingest, link, manifest};
use std::fs;
use std::path::{Path, PathBuf};

fn files(extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systems");
    let folders = fs::read_dir(root).expect("the examples").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).expect("an example").map(|entry| entry.expect("an entry").path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        // What a build of the example leaves there.
        .filter(|path| !path.to_string_lossy().ends_with(".lock.kdl"))
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
        let inputs = found.take(ingest::read(&sources, &manifest, &board)).unwrap_or_default();
        if let Some(flat) = found.take(flatten::flatten(&manifest, inputs)) {
            found.take(link::resolve(&flat, &board));
        }
        assert!(found.list.is_empty(), "{}: {:#?}", path.display(), found.list);
    }
}

/// The examples' own board.
const BOARD: &str = "mps2-an386";

fn build(path: &Path) -> Product {
    build_for(BOARD, path)
}

fn build_for(board: &str, path: &Path) -> Product {
    let text = fs::read_to_string(path).expect("a manifest").replace(BOARD, board);
    let folder = path.parent().expect("a folder");
    emulated::build(folder, &text).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()))
}

#[test]
fn images_come_out_the_same_again() {
    for path in files("kdl") {
        assert!(build(&path).image == build(&path).image, "{}: another image", path.display());
    }
}

/// The address that `intruder` pokes is in the manifest as a number, and has to follow the layout.
#[test]
fn the_intruder_aims_at_its_victim() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systems/intruder/system.kdl");
    let table = build(&path).image.regions;
    let base = |name: &str| table.sections.iter().find(|section| section.name == name).expect("a memory").base.0;
    let distance = base(".memory.victim").wrapping_sub(base(".memory.intruder")) as i32 + 1024;
    let text = fs::read_to_string(path).expect("the manifest");
    assert!(text.contains(&format!("run \"intruder#poke\" {distance} ")), "the victim's middle is at {distance}");
}

#[test]
fn images_say_what_they_should() {
    for path in files("kdl") {
        for board in [BOARD, "mps2-an505"] {
            let product = build_for(board, &path);
            let said = emulated::run(&product).unwrap_or_else(|error| panic!("{error:?}"));
            let actual = format!("{}exit {}\n", without_addresses(&said.console), said.exit_code);
            let name = &product.name;
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/examples/{name}.txt"));
            if std::env::var_os("BLESS").is_some() && board == BOARD {
                fs::write(&file, &actual).expect("a file to write");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            assert!(actual == expected, "{name} says on {board}\n{actual}instead of\n{expected}BLESS=1 accepts this");
        }
    }
}

fn without_addresses(console: &str) -> String {
    let mut out = String::new();
    let mut rest = console;
    while let Some(at) = rest.find(" 0x") {
        let end = at + 3 + rest[at + 3..].find(|c: char| !c.is_ascii_hexdigit() && c != '_').unwrap_or(0);
        out += &rest[..at];
        out += " 0x...";
        rest = &rest[end..];
    }
    out + rest
}

/// Text and binary do not drift apart. Binaries from C are checked in: compilers differ in their bytes. `NAME.core.wat` is
/// the core module of the component `NAME.wasm`, whose world `NAME` is in the WIT beside it.
#[test]
fn binaries_are_what_the_text_says() {
    let texts = files("wat");
    assert!(texts.len() >= 5, "{texts:?}");
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("wit/host.wit").display().to_string();
    for path in texts {
        let text = path.display().to_string();
        let (wasm, binary) = match text.strip_suffix(".core.wat") {
            Some(component) => {
                let folder = path.parent().expect("a folder");
                let of_folder = |wit: &PathBuf| wit.parent() == Some(folder);
                let wit = files("wit").into_iter().find(of_folder).expect("WIT").display().to_string();
                let world = component.rsplit(['/', '\\']).next().expect("a name");
                let built = componentize::componentize(&text, world, &[host.clone(), wit]);
                (built.unwrap_or_else(|error| panic!("{error}")), PathBuf::from(format!("{component}.wasm")))
            }
            None => {
                let wasm = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
                (wasm, path.with_extension("wasm"))
            }
        };
        let built = fs::read(binary).expect("the binary beside the text");
        assert!(wasm == built, "{}: run `examples/systems/build.sh`", path.display());
    }
}
