//! `compose diff` as a user runs it: on files, and on revisions of a git repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments);
    // Only what is in the repository counts, whoever runs the tests.
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", "/tmp");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn compose(folder: &Path, arguments: &[&str]) -> Ran {
    run(env!("CARGO_BIN_EXE_compose"), folder, arguments)
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let ran = run("git", folder, &[&who[..], arguments].concat());
    assert_eq!(ran.code, Some(0), "git {arguments:?}: {}", ran.stderr);
    ran.stdout
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn manifest(budget: u32, more: &str) -> String {
    format!(
        "system \"hub\" {{\n    board \"../boards/mine.kdl\"\n    component \"a\" \"a.wat\" {{ memory budget=(B){budget} }}\n    \
         component \"b\" \"../shared/b.wat\" {{ memory budget=(B)256 }}\n{more}    run \"a#main\"\n    run \"b#main\"\n}}\n"
    )
}

const A: &str = "(module (memory 1) (func (export \"main\")))";
const B: &str = "(module (memory 1) (func (export \"main\")))";
const B2: &str = "(module (import \"compose\" \"exit\" (func $exit (param i32))) (memory 1)
    (func (export \"main\") (call $exit (i32.const 3))))";

/// Branches `main` (one system, in a folder) and `grown` (its budget doubled, and the shared module changed), with
/// `grown` in the working tree. Board and one module are in other folders of the repository.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let board = include_str!("../boards/mps2-an386.kdl");
    git(path, &["init", "-q", "-b", "main"]);
    write(path, "boards/mine.kdl", board);
    write(path, "shared/b.wat", B);
    write(path, "product/a.wat", A);
    write(path, "product/system.kdl", &manifest(1024, ""));
    git(path, &["add", "."]);
    git(path, &["commit", "-q", "-m", "one"]);
    git(path, &["checkout", "-q", "-b", "grown"]);
    write(path, "product/system.kdl", &manifest(2048, ""));
    write(path, "shared/b.wat", B2);
    git(path, &["commit", "-q", "-a", "-m", "two"]);
    folder
}

const GROWN: [&str; 2] = ["+ `b` may call `exit` of the kernel", "1 024 -> 2 048 bytes (+1 024)"];

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}:\n{text}");
    }
}

fn fails(folder: &Path, arguments: &[&str], parts: &[&str]) {
    let ran = compose(folder, arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.stderr);
    assert!(!ran.stderr.contains("internal bug"), "{}", ran.stderr);
    has(&ran.stderr, parts);
}

#[test]
fn every_example_is_the_same_as_itself() {
    // A copy: a build writes a lock file beside the manifest.
    let out = tempfile::tempdir().expect("a folder");
    let root = out.path();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systems");
    let folders = fs::read_dir(examples).expect("the examples").map(|entry| entry.expect("an entry").path());
    let mut manifests: Vec<PathBuf> = Vec::new();
    for folder in folders.filter(|path| path.is_dir()) {
        let copy = root.join(folder.file_name().expect("a name"));
        fs::create_dir(&copy).expect("a folder");
        let files = fs::read_dir(folder).expect("an example").map(|entry| entry.expect("an entry").path());
        // Whoever has built an example has its lock file there.
        let is_lock = |path: &PathBuf| path.to_string_lossy().ends_with(".lock.kdl");
        for file in files.filter(|path| path.is_file() && !is_lock(path)) {
            let to = copy.join(file.file_name().expect("a name"));
            fs::copy(&file, &to).expect("a copy");
            manifests.extend(Some(to).filter(|path| path.extension().is_some_and(|e| e == "kdl")));
        }
    }
    assert!(manifests.len() >= 4, "{manifests:?}");
    for (index, path) in manifests.iter().enumerate() {
        let path = path.display().to_string();
        for format in ["text", "markdown"] {
            let ran = compose(root, &["diff", "--exit-code", "--format", format, &path, &path]);
            assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""), "{path}");
        }
        let ran = compose(root, &["diff", "--exit-code", "--format", "json", &path, &path]);
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!((ran.code, json["same"].as_bool()), (Some(0), Some(true)), "{path}: {}", ran.stderr);
        assert_eq!(json["authority"], serde_json::json!([]));

        // Nor does it differ from its own image; from the table alone, only functions and contents are unknown.
        let folder = root.join(index.to_string());
        let built = compose(root, &["build", &path, "--out", &folder.display().to_string()]);
        assert_eq!(built.code, Some(0), "{}", built.stderr);
        let made = fs::read_dir(&folder).expect("files").map(|entry| entry.expect("an entry").path());
        for made in made.filter(|path| path.extension().is_some_and(|e| e == "elf" || e == "json")) {
            let ran = compose(root, &["diff", "--exit-code", &path, &made.display().to_string()]);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{path}: {}", ran.stderr);
            let printed = compose(root, &["print", &made.display().to_string()]);
            assert_eq!((printed.code, printed.stdout), (Some(0), built.stdout.clone()), "{path}");
        }
    }
}

#[test]
fn revisions_are_compared_without_a_checkout() {
    let folder = repository();
    let path = folder.path();
    let before = git(path, &["status", "--porcelain"]);
    for arguments in [
        &["diff", "main..grown", "--", "product/system.kdl"][..],
        &["diff", "main..", "--", "product"],
        &["diff", "main...HEAD", "--", "product/../product/system.kdl"],
        &["diff", "main", "grown", "--", "product/system.kdl"],
        // Against the working tree.
        &["diff", "main", "--", "product/system.kdl"],
        &["diff", "main:product/system.kdl", "product"],
    ] {
        let ran = compose(path, arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        has(&ran.stdout, &GROWN);
    }
    // From a folder inside, by the manifest's usual name; the other way round; and the same twice.
    let inside = path.join("product");
    has(&compose(&inside, &["diff", "main..HEAD"]).stdout, &GROWN);
    has(&compose(&inside, &["diff", "HEAD..main"]).stdout, &["no longer call `exit`", "(-1 024)"]);
    let ran = compose(&inside, &["diff", "HEAD..grown", "--exit-code"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
    // From elsewhere.
    let manifest = inside.join("system.kdl").display().to_string();
    has(&compose(Path::new("/"), &["diff", "main..grown", "--", &manifest]).stdout, &GROWN);
    assert_eq!(git(path, &["status", "--porcelain"]), before);

    // The working tree has changes of its own.
    write(path, "product/system.kdl", &self::manifest(4096, ""));
    has(&compose(path, &["diff", "HEAD", "--", "product"]).stdout, &["2 048 -> 4 096 bytes (+2 048)"]);
    assert_eq!(compose(path, &["diff", "main..grown", "--", "product"]).stdout, {
        git(path, &["checkout", "-q", "product/system.kdl"]);
        compose(path, &["diff", "main", "--", "product"]).stdout
    });
}

#[test]
fn exit_codes_say_what_was_asked_for() {
    let folder = repository();
    let path = folder.path();
    let code = |arguments: &[&str]| {
        let ran = compose(path, &[&["diff", "main..grown"], arguments, &["--", "product/system.kdl"]].concat());
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{}", ran.stderr);
        ran.code
    };
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--exit-code"]), Some(1));
    assert_eq!(code(&["--fail-on", "authority"]), Some(1));
    assert_eq!(code(&["--fail-on", "layout,cost"]), Some(1));
    // Only the budget grows.
    write(path, "shared/b.wat", B);
    let ran = compose(path, &["diff", "main", "--fail-on", "authority", "--", "product/system.kdl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let ran = compose(path, &["diff", "main", "--fail-on=authority,layout", "--", "product/system.kdl"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
}

#[test]
fn a_new_system_is_all_new() {
    let folder = repository();
    let path = folder.path();
    git(path, &["checkout", "-q", "--orphan", "fresh"]);
    git(path, &["rm", "-q", "-r", "--cached", "product"]);
    git(path, &["commit", "-q", "-m", "without the product"]);
    let ran = compose(path, &["diff", "fresh..main", "--", "product/system.kdl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    has(&ran.stdout, &["+ `a` is new", "new  a: memory"]);
    has(&ran.stderr, &["`fresh:product/system.kdl` is not there"]);
    let ran = compose(path, &["diff", "main..fresh", "--", "product/system.kdl"]);
    has(&ran.stdout, &["- `a` is gone", "gone  a: memory"]);
}

#[test]
fn failures_say_what_to_do() {
    let folder = repository();
    let path = folder.path();
    fails(path, &["diff", "mian..grown", "--", "product"], &["no revision `mian`", "did you mean `main`?"]);
    fails(path, &["diff", "--output=x..grown", "--", "product"], &["--output"]);
    fails(path, &["diff", "main..grown", "--", "product/sytem.kdl"], &["`main` has no file `product/sytem.kdl`"]);
    fails(path, &["diff", "main..grown", "--", "../else.kdl"], &["git repository"]);
    fails(path, &["diff", "product/system.kdl"], &["two sides are needed"]);
    fails(path, &["diff", "main..grown", "product"], &["`compose diff main..grown -- system.kdl`"]);
    fails(path, &["diff", "product", "none.kdl"], &["cannot read `none.kdl`"]);
    // A revision that does not build, with the place of the error.
    write(path, "product/system.kdl", &manifest(1024, "    nonsense\n"));
    git(path, &["commit", "-q", "-a", "-m", "wrong"]);
    fails(path, &["diff", "main..grown", "--", "product"], &["grown:product/system.kdl:5", "cannot be built"]);
    // Modules that are not in the repository.
    write(path, "product/system.kdl", &manifest(1024, "").replace("a.wat", "c.wasm"));
    git(path, &["commit", "-q", "-a", "-m", "no module"]);
    fails(path, &["diff", "main..grown", "--", "product"], &["there is no file `c.wasm`", "compare images"]);
    // Outside of any repository.
    let other = tempfile::tempdir().expect("a folder");
    write(other.path(), "system.kdl", &manifest(1024, ""));
    fails(other.path(), &["diff", "main..HEAD"], &["is in no git repository"]);
    // Other files.
    write(path, "a.elf", "\x7fELF and no more");
    write(path, "a.json", "{\"version\": 99}");
    fails(path, &["diff", "a.elf", "product"], &["`a.elf`: not an ELF file"]);
    fails(path, &["diff", "product/../a.json", "a.json"], &["version 99"]);
    fails(path, &["print", "a.elf"], &["`a.elf`: not an ELF file"]);
    fails(path, &["print", "a.json"], &["version 99"]);
}

/// As the book says.
#[test]
fn git_shows_images_as_text() {
    let folder = repository();
    let path = folder.path();
    let book = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("book/review.md")).expect("the chapter");
    let attributes = book.lines().filter(|line| line.ends_with("diff=compose")).collect::<Vec<_>>().join("\n");
    assert!(attributes.contains("*.elf") && book.contains("git config diff.compose.textconv \"compose print\""));
    write(path, ".gitattributes", &format!("{attributes}\n"));
    let print = format!("'{}' print", env!("CARGO_BIN_EXE_compose"));
    git(path, &["config", "diff.compose.textconv", &print]);
    let build = || {
        let ran = compose(path, &["build", "product", "--out", "images"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    build();
    git(path, &["add", "-f", "images", ".gitattributes"]);
    git(path, &["commit", "-q", "-m", "images"]);
    write(path, "product/system.kdl", &manifest(4096, ""));
    build();
    for file in ["images/hub.elf", "images/hub.regions.json"] {
        has(&git(path, &["diff", "--", file]), &["2 048  rw-     a: memory", "4 096  rw-     a: memory"]);
    }
}

/// Lock files say where things are, in the working tree and in revisions; and a manifest's layout is that of the lock
/// file beside it.
#[test]
fn lock_files_are_compared() {
    let folder = repository();
    let path = folder.path();
    let build = || {
        let ran = compose(path, &["build", "product"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        fs::read_to_string(path.join("product/system.lock.kdl")).expect("a lock file")
    };
    let first = build();
    git(path, &["add", "product/system.lock.kdl"]);
    git(path, &["commit", "-q", "-m", "locked"]);
    // Another layout of the same system: what is first stays first.
    write(path, "product/system.kdl", &manifest(512, ""));
    let smaller = build();
    assert_ne!(first, smaller);
    let lock = "product/system.lock.kdl";
    let ran = compose(path, &["diff", "HEAD", "--", lock]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    has(&ran.stdout, &["does not say who may reach what", "a: memory", "2 048 -> 512 bytes", "regions of process a"]);
    let same = compose(path, &["diff", "--exit-code", lock, lock]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
    // With the image of the same build nothing differs; a manifest has the layout of its lock file.
    for other in ["out/hub.elf", "out/hub.regions.json", "product"] {
        let ran = compose(path, &["diff", "--exit-code", lock, other]);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""), "{other}");
    }
    write(path, lock, &first);
    let ran = compose(path, &["diff", "--exit-code", "product", "out/hub.elf"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    // What it does not say cannot fail, and what is none is an error with its line.
    fails(path, &["diff", "--fail-on", "authority", lock, lock], &["a lock file does not say this"]);
    write(path, lock, &first.replace("pmsav7 8", "pmsav9 8"));
    fails(path, &["diff", lock, "out/hub.elf"], &["words that no entry has"]);
    write(path, lock, &first.replace("lock version=1", "lock version=2"));
    fails(path, &["diff", lock, "out/hub.elf"], &["system.lock.kdl:3", "is no lock file that can be compared"]);
    fails(path, &["diff", "nothing.lock.kdl", "out/hub.elf"], &["nothing.lock.kdl"]);
}

/// A board that nothing can be built for yet.
#[test]
fn systems_that_are_only_planned_are_compared_and_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    write(path, "a.wat", A);
    for board in ["sifive_e", "rp2350-riscv"] {
        let text = |budget: &str| {
            format!(
                "system \"s\" {{\n    board {board:?}\n    component \"a\" \"a.wat\" {{ memory budget={budget}; stack (B)256; mmio \"uart0\" }}\n}}\n"
            )
        };
        write(path, "old.kdl", &text("(KiB)2"));
        write(path, "new.kdl", &text("(KiB)3"));
        let ran = compose(path, &["diff", "old.kdl", "new.kdl"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        has(&ran.stdout, &["a: memory", "2 048 -> 3 072 bytes (+1 024)", "regions of process a"]);
        for (format, part) in
            [("c", "#define COMPOSE_MEMORY_A_SIZE"), ("rust", "pub const MEMORY_A_SIZE"), ("svg", "</svg>")]
        {
            let ran = compose(path, &["plan", "old.kdl", "--format", format]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            has(&ran.stdout, &[part]);
        }
    }
}

/// A repository without its history, as checkouts for continuous integration are.
#[test]
fn a_shallow_clone_says_so() {
    let folder = repository();
    let other = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", folder.path().display());
    git(other.path(), &["clone", "-q", "--depth", "1", &url, "clone"]);
    let ran = compose(&other.path().join("clone/product"), &["diff", "HEAD~1..HEAD"]);
    assert_eq!(ran.code, Some(2));
    has(&ran.stderr, &["no revision `HEAD~1`", "the clone is shallow", "fetch-depth: 0"]);
}

/// Links to files are followed, as in a checkout.
#[cfg(unix)]
#[test]
fn symbolic_links_are_followed() {
    let folder = repository();
    let path = folder.path();
    fs::remove_file(path.join("product/a.wat")).expect("a file");
    std::os::unix::fs::symlink("../shared/b.wat", path.join("product/a.wat")).expect("a link");
    git(path, &["commit", "-q", "-a", "-m", "link"]);
    let ran = compose(path, &["diff", "main..grown", "--", "product"]);
    has(&ran.stdout, &["+ `a` may call `exit` of the kernel"]);
    // A link that leads out of the repository is nothing that a revision has.
    fs::remove_file(path.join("product/a.wat")).expect("a link");
    std::os::unix::fs::symlink("../../b.wat", path.join("product/a.wat")).expect("a link");
    git(path, &["commit", "-q", "-a", "-m", "out"]);
    let ran = compose(path, &["diff", "main..grown", "--", "product"]);
    has(&ran.stderr, &["outside of the repository"]);
}
