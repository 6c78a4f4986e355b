//! The region table for a kernel of one's own, and the picture of the layout: both languages' compilers take what is
//! written and read the same numbers from it, and no two texts of a picture overlap.

use compose::diag::Diagnostics;
use compose::plan::table::RegionTable;
use compose::source::Sources;
use compose::trace::Trace;
use compose::{Product, image};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The examples, and a system with much in it.
fn systems() -> Vec<(String, Product)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(root.join("examples/systems")).expect("the examples");
    let folders = folders.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let mut manifests: Vec<PathBuf> = folders.map(|folder| folder.join("system.kdl")).collect();
    manifests.retain(|path| path.exists());
    manifests.sort();
    assert!(manifests.len() >= 3, "{manifests:?}");
    manifests.push(root.join("tests/outputs/hub.kdl"));
    manifests.into_iter().map(|path| (path.display().to_string(), build(&path))).collect()
}

fn build(path: &Path) -> Product {
    let mut sources = Sources::new();
    let mut found = Diagnostics::new();
    let id = sources.read(path).expect("a manifest");
    let product = compose::build(&mut sources, id, &mut Trace::new(None), &mut found);
    product.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), found.list))
}

fn table(product: &Product) -> RegionTable {
    image::read(&product.image.elf).expect("an image of our own").regions
}

/// What a program in either language prints: all words and stacks, and some of the constants.
fn expected(table: &RegionTable) -> String {
    let mut out = String::new();
    for word in table.fixed.iter().flat_map(|region| region.words) {
        out += &format!("{}\n", word.0);
    }
    for process in &table.processes {
        let (base, size) = (process.stack.base.0, process.stack.size);
        out += &format!("{} {base} {}\n", process.name, base + size);
        process.words.iter().for_each(|word| out += &format!("{}\n", word.0));
    }
    for section in &table.sections {
        out += &format!("{} {}\n", section.base.0, section.size);
    }
    for component in &table.components {
        component.exports.iter().for_each(|export| out += &format!("{}\n", export.address.0 | 1));
    }
    out
}

fn names(table: &RegionTable) -> (Vec<String>, Vec<String>) {
    let name = |text: String| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
    };
    let sections = table.sections.iter().map(|section| name(section.name[1..].to_string()));
    let exports = table.components.iter().flat_map(|component| {
        component.exports.iter().map(|export| name(format!("call_{}_{}", component.name, export.name)))
    });
    (sections.collect(), exports.collect())
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn c_compilers_read_the_table() {
    for (path, product) in systems() {
        let table = table(&product);
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("table.h"), &product.report.c).expect("a file");
        fs::write(at("alone.c"), "#include \"table.h\"\n").expect("a file");
        // Alone, in both languages, by both compilers.
        for compiler in [&["clang-19", "-std=c99"][..], &["clang-19", "-x", "c++"], &["cc", "-std=c99"]] {
            let mut command = Command::new(compiler[0]);
            let flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic"];
            run(command.args(&compiler[1..]).args(flags).arg(at("alone.c")));
        }
        let (sections, exports) = names(&table);
        let mut program = String::from(
            "#include <stdio.h>\n#include \"table.h\"\n#include \"table.h\"\nint main(void) {\n    unsigned i, j;\n    \
             for (i = 0; i < COMPOSE_FIXED_WORDS; i++) printf(\"%u\\n\", (unsigned)compose_fixed_words[i]);\n    \
             for (i = 0; i < COMPOSE_PROCESSES; i++) {\n        const struct compose_process *p = &compose_processes[i];\n        \
             printf(\"%s %u %u\\n\", p->name, (unsigned)p->stack_base, (unsigned)p->stack_top);\n        \
             for (j = 0; j < COMPOSE_PROCESS_WORDS; j++) printf(\"%u\\n\", (unsigned)p->words[j]);\n    }\n",
        );
        for name in sections {
            program += &format!("    printf(\"%u %u\\n\", COMPOSE_{name}_BASE, COMPOSE_{name}_SIZE);\n");
        }
        exports.iter().for_each(|name| program += &format!("    printf(\"%u\\n\", COMPOSE_{name});\n"));
        fs::write(at("main.c"), program + "    return 0;\n}\n").expect("a file");
        run(Command::new("cc").args(["-std=c99", "-Wall", "-Werror", "-o"]).args([at("main"), at("main.c")]));
        assert_eq!(run(&mut Command::new(at("main"))), expected(&table), "{path}");
    }
}

/// The kernel of the book.
#[test]
fn the_book_shows_c_that_compiles() {
    let book = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("book/outputs.md")).expect("the chapter");
    let example = book.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example in C");
    let folder = tempfile::tempdir().expect("a folder");
    let (_, product) = systems().pop().expect("a system");
    fs::write(folder.path().join("hub.regions.h"), &product.report.c).expect("a file");
    let main = format!("{example}\nint main(void)\n{{\n    enter(COMPOSE_PROCESS_INDEX_LOGGER);\n    return 0;\n}}\n");
    fs::write(folder.path().join("main.c"), main).expect("a file");
    let flags = ["--target=thumbv7em-none-eabi", "-ffreestanding", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"];
    run(Command::new("clang-19").args(flags).arg(folder.path().join("main.c")));
}

#[test]
fn rustc_reads_the_table() {
    let rustc = || Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    for (path, product) in systems() {
        let table = table(&product);
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("regions.rs"), &product.report.rust).expect("a file");
        let (sections, exports) = names(&table);
        let mut program = String::from(
            "#[allow(dead_code)] mod regions;\nuse regions::*;\nfn main() {\n    \
             FIXED_REGION_WORDS.iter().for_each(|word| println!(\"{word}\"));\n    for p in &ALL_PROCESSES {\n        \
             println!(\"{} {} {}\", p.name, p.stack_base, p.stack_top);\n        \
             p.words.iter().for_each(|word| println!(\"{word}\"));\n    }\n",
        );
        for name in sections {
            program += &format!("    println!(\"{{}} {{}}\", {name}_BASE, {name}_SIZE);\n");
        }
        exports.iter().for_each(|name| program += &format!("    println!(\"{{}}\", {name});\n"));
        fs::write(at("main.rs"), program + "}\n").expect("a file");
        run(rustc().args(["--edition", "2024", "-D", "warnings", "-o"]).args([at("main"), at("main.rs")]));
        assert_eq!(run(&mut Command::new(at("main"))), expected(&table), "{path}");
        // Without the standard library too.
        fs::write(at("lib.rs"), "#![no_std]\npub mod regions;\n").expect("a file");
        run(rustc()
            .args(["--edition", "2024", "-D", "warnings", "--crate-type", "rlib", "--emit", "metadata", "-o"])
            .args([at("lib.rmeta"), at("lib.rs")]));
    }
}

/// A text of a picture: its box, and what it says.
struct Text {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    words: String,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    Some(rest.split_once('"')?.0.to_string())
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} of {tag}"))
}

/// By the widest of the fonts that a viewer may choose: DejaVu Sans Mono, 0.602 of the size for each letter.
fn texts(svg: &str) -> Vec<Text> {
    svg.lines()
        .filter_map(|line| line.strip_prefix("<text"))
        .map(|rest| {
            let (tag, words) = rest.split_once('>').expect("the end of a tag");
            let words = words.trim_end_matches("</text>");
            let plain = words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            let (x, y, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
            let width = plain.chars().count() as f64 * size * 0.602;
            let left = match attribute(tag, "text-anchor").as_deref() {
                Some("end") => x - width,
                Some("middle") => x - width / 2.0,
                _ => x,
            };
            Text { left, right: left + width, top: y - size * 0.75, bottom: y + size * 0.2, words: plain }
        })
        .collect()
}

#[test]
fn no_texts_of_a_picture_overlap() {
    for (path, product) in systems() {
        let svg = &product.report.svg;
        let head = svg.lines().next().expect("a first line");
        let (width, height) = (number(head, "width"), number(head, "height"));
        let texts = texts(svg);
        for (index, a) in texts.iter().enumerate() {
            let inside = a.left >= 0.0 && a.right <= width && a.top >= 0.0 && a.bottom <= height;
            assert!(inside, "{path}: `{}` leaves the picture", a.words);
            for b in &texts[index + 1..] {
                let apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
                assert!(apart, "{path}: `{}` and `{}` overlap", a.words, b.words);
            }
        }
        // Every memory is there with its size, and every region with its number.
        let table = table(&product);
        let count = |words: &str| texts.iter().filter(|text| text.words == words).count();
        for section in table.sections.iter().filter(|section| section.component.is_some()) {
            let owner = section.component.as_deref().unwrap_or_default();
            let start = &owner[..owner.len().min(8)];
            assert!(texts.iter().any(|text| text.words.starts_with(start)), "{path}: {}", section.name);
        }
        for region in table.processes.iter().flat_map(|process| &process.regions) {
            assert!(count(&region.slot.to_string()) > 0, "{path}: region {}", region.slot);
        }
        // Well formed, as far as tags go.
        let open = svg.matches("<g>").count() + svg.matches("<text").count() + svg.matches("<title>").count();
        let closed = ["</g>", "</text>", "</title>"].iter().map(|tag| svg.matches(tag).count()).sum::<usize>();
        assert_eq!(open, closed, "{path}");
    }
}
