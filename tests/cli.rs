//! The program as a user runs it: what goes where, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

const GOOD: &str = "system \"good\" {\n    board \"mps2-an386\"\n    component \"a\" \"a.wat\" { memory budget=(KiB)8 }\n    run \"a#main\"\n}\n";
const MODULE: &str = "(module (memory 1) (func (export \"main\")))";
const BAD: &str = "system \"bad\" {\n    board \"mps2-an368\"\n    component \"a\" \"a.wat\" { memory budget=8 }\n}\n";

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn compose(folder: &Path, arguments: &[&str]) -> Ran {
    run(Command::new(env!("CARGO_BIN_EXE_compose")).current_dir(folder).args(arguments))
}

fn run(command: &mut Command) -> Ran {
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
        if !command.get_envs().any(|(n, v)| n == name && v.is_some()) {
            command.env_remove(name);
        }
    }
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn a_right_system_is_silent() {
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", MODULE)]);
    // The manifest's default name, a file, and a folder.
    for arguments in [&["check"][..], &["check", "system.kdl"], &["check", "."]] {
        let ran = compose(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
    }
}

#[test]
fn findings_are_exit_code_1_and_go_to_stderr() {
    let folder = folder(&[("bad.kdl", BAD), ("a.wat", MODULE)]);
    let ran = compose(folder.path(), &["check", "bad.kdl"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    for part in
        ["error[schema::missing-unit]", "error[board::unknown]", "bad.kdl:2:11", "error: `bad.kdl` has 2 errors"]
    {
        assert!(ran.stderr.contains(part), "{part}:\n{}", ran.stderr);
    }
}

#[test]
fn failures_are_exit_code_2() {
    let folder = folder(&[("bad.kdl", BAD)]);
    for arguments in [
        &["check", "none.kdl"][..],
        &["verify", "none.elf"],
        &["explain", "no::such"],
        &["chekc"],
        &["check", "--dump", "nothing"],
        &["check", "--color", "purple"],
        &[],
    ] {
        let ran = compose(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty() && !ran.stderr.contains("internal bug"), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn messages_for_tools() {
    let folder = folder(&[("bad.kdl", BAD)]);
    let ran = compose(folder.path(), &["check", "bad.kdl", "--message-format", "json"]);
    let lines: Vec<serde_json::Value> = ran.stderr.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let codes: Vec<&str> = lines.iter().filter_map(|l| l["code"].as_str()).collect();
    assert_eq!((ran.code, codes), (Some(1), vec!["schema::missing-unit", "board::unknown"]));
    assert_eq!(lines[1]["labels"][0]["line"], 2);

    let ran = compose(folder.path(), &["--message-format=github", "check", "bad.kdl"]);
    assert!(ran.stderr.lines().all(|l| l.starts_with("::error ")), "{}", ran.stderr);
}

#[test]
fn color_is_decided_by_option_and_environment() {
    let folder = folder(&[("bad.kdl", BAD)]);
    let with = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_compose"));
        command.current_dir(folder.path()).args(arguments).envs(variables.iter().copied());
        run(&mut command).stderr.contains("\x1b[")
    };
    assert!(!with(&["check", "bad.kdl"], &[]));
    assert!(with(&["check", "bad.kdl", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(with(&["check", "bad.kdl"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!with(&["check", "bad.kdl"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!with(&["check", "bad.kdl", "--color=never"], &[("CLICOLOR_FORCE", "1")]));
    // Errors of the command line itself obey the option too.
    assert!(with(&["chekc", "--color", "always"], &[]));
    assert!(!with(&["chekc", "--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn lists_and_explanations() {
    let folder = folder(&[]);
    let boards = compose(folder.path(), &["boards"]);
    assert_eq!(boards.code, Some(0));
    for name in ["mps2-an385", "mps2-an386", "mps2-an500"] {
        assert!(boards.stdout.contains(name), "{}", boards.stdout);
    }
    let json: serde_json::Value =
        serde_json::from_str(&compose(folder.path(), &["boards", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json[1]["ram"], 20 << 20);

    let list = compose(folder.path(), &["explain"]);
    assert!(list.stdout.lines().count() > 40, "{}", list.stdout);
    // By the whole name, as printed, and by the last part.
    let page = compose(folder.path(), &["explain", "schema::missing-unit"]).stdout;
    assert!(page.starts_with("schema::missing-unit: a number without a unit\n"), "{page}");
    assert_eq!(compose(folder.path(), &["explain", "error[schema::missing-unit]"]).stdout, page);
    assert_eq!(compose(folder.path(), &["explain", "missing-unit"]).stdout, page);
    let wrong = compose(folder.path(), &["explain", "schema::mising-unit"]);
    assert!(wrong.stderr.contains("did you mean `schema::missing-unit`?"), "{}", wrong.stderr);
}

#[test]
fn help_and_completions() {
    let folder = folder(&[]);
    for arguments in [&["--help"][..], &["-h"], &["check", "--help"], &["--version"], &["completions", "bash"]] {
        let ran = compose(folder.path(), arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(ran.stdout.contains("compose"), "{}", ran.stdout);
    }
}

#[test]
fn every_stage_can_be_printed() {
    let folder = folder(&[("system.kdl", GOOD), ("bad.kdl", BAD), ("a.wat", MODULE)]);
    for show in compose::trace::Show::ALL {
        let ran = compose(folder.path(), &["check", "--dump", show.name()]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", show.name());
        assert!(!ran.stdout.is_empty(), "{}", show.name());
    }
    let ran = compose(folder.path(), &["check", "bad.kdl", "--dump", "asm"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("kept `asm` from running"), "{}", ran.stderr);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn build_writes_four_files_and_prints_the_table() {
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", MODULE)]);
    let ran = compose(folder.path(), &["build"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(names(&folder.path().join("out")), ["good.bin", "good.elf", "good.hex", "good.regions.json"]);
    assert!(ran.stdout.starts_with("good on mps2-an386"), "{}", ran.stdout);
    for part in ["Wrote out", "good.elf", "Finished `good`"] {
        assert!(ran.stderr.contains(part), "{part}:\n{}", ran.stderr);
    }
    // The table alone is the same table, and the same as JSON is the file.
    assert_eq!(compose(folder.path(), &["plan"]).stdout, ran.stdout);
    let json = compose(folder.path(), &["plan", "--format", "json"]).stdout;
    assert_eq!(json, std::fs::read_to_string(folder.path().join("out/good.regions.json")).expect("a file"));
    // What was built passes; with one byte of code changed it does not.
    let elf = folder.path().join("out/good.elf");
    let verified = compose(folder.path(), &["verify", "out/good.elf"]);
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    let mut bytes = std::fs::read(&elf).expect("a file");
    let entry = bytes.len() / 8;
    bytes[entry..entry + 64].fill(0xff);
    std::fs::write(&elf, bytes).expect("a file");
    let verified = compose(folder.path(), &["verify", "out/good.elf", "--format", "json"]);
    assert_eq!(verified.code, Some(1), "{}", verified.stdout);
    let rows: serde_json::Value = serde_json::from_str(&verified.stdout).expect("JSON");
    assert!(rows.as_array().is_some_and(|rows| rows.iter().any(|r| r["outcome"] == "failed")), "{rows}");
}

#[test]
fn further_files_are_written_when_asked_for() {
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", MODULE)]);
    let ran = compose(folder.path(), &["build", "--emit", "c,svg"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = ["good.bin", "good.elf", "good.hex", "good.regions.h", "good.regions.json", "good.svg"];
    assert_eq!(names(&folder.path().join("out")), expected);
    let ran = compose(folder.path(), &["build", "--emit", "rust", "--out", "rust"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(names(&folder.path().join("rust")).contains(&"good.regions.rs".to_string()));
    let ran = compose(folder.path(), &["build", "--emit", "png"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("c, rust, svg"), "{}", ran.stderr);
}

#[test]
fn the_same_input_gives_the_same_bytes_in_every_folder() {
    let (one, two) = (folder(&[("system.kdl", GOOD), ("a.wat", MODULE)]), folder(&[]));
    let input = one.path().join("system.kdl");
    for (place, out) in [(one.path(), "x"), (two.path(), "y/z")] {
        let ran = compose(place, &["build", &input.display().to_string(), "--out", out, "--emit", "c,rust,svg"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    for name in names(&one.path().join("x")) {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).expect("a file");
        assert!(read(&one.path().join("x")) == read(&two.path().join("y/z")), "{name} differs");
    }
}

#[test]
fn nothing_is_written_when_there_are_errors() {
    let folder = folder(&[("bad.kdl", BAD), ("a.wat", MODULE)]);
    for command in ["build", "plan", "run"] {
        let ran = compose(folder.path(), &[command, "bad.kdl"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{command}");
    }
    assert_eq!(names(folder.path()), ["a.wat", "bad.kdl"]);
    // A folder that cannot be one.
    std::fs::write(folder.path().join("system.kdl"), GOOD).expect("a file");
    let ran = compose(folder.path(), &["build", "--out", "a.wat"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("cannot create `a.wat`"), "{}", ran.stderr);
}

#[test]
fn run_says_how_to_install_the_emulator() {
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", MODULE)]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_compose"));
    let ran = run(command.current_dir(folder.path()).arg("run").env("PATH", ""));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("`qemu-system-arm` is not installed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("apt install"), "{}", ran.stderr);
}

#[test]
fn run_passes_on_console_and_exit_code() {
    let module = "(module (import \"compose\" \"log_u32\" (func $log (param i32)))
        (import \"compose\" \"exit\" (func $exit (param i32)))
        (memory 1)
        (func (export \"main\") (call $log (i32.const 42)) (call $exit (i32.const 7))))";
    let endless = "(module (memory 1) (func (export \"main\") (loop (br 0))))";
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", module)]);
    let ran = compose(folder.path(), &["run"]);
    assert_eq!((ran.code, ran.stdout.trim()), (Some(7), "42"), "{}", ran.stderr);
    std::fs::write(folder.path().join("a.wat"), endless).expect("a file");
    let ran = compose(folder.path(), &["run", "--timeout", "1"]);
    assert_eq!(ran.code, Some(124), "{}", ran.stderr);
    assert!(ran.stderr.contains("still running after 1 s"), "{}", ran.stderr);
}

#[test]
fn times_are_status() {
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", MODULE)]);
    let ran = compose(folder.path(), &["check", "--time"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    for stage in ["manifest", "board", "ingest", "link", "codegen"] {
        assert!(ran.stderr.contains(stage), "{}", ran.stderr);
    }
}

/// `compose explain | head -1`: nobody reads the rest, and that is nobody's fault.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_compose"))
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
}

/// Everything below a folder, and what is in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(self::files(&entry));
        } else {
            files.push((entry.display().to_string(), std::fs::read(&entry).expect("a file")));
        }
    }
    files.sort();
    files
}

#[test]
fn a_locked_build_changes_no_layout() {
    // Not in the bank of the kernel, whose memory comes first and is larger with each process.
    let elsewhere = |text: &str| text.replace(" }", " in=\"psram\"; stack \"auto\" in=\"psram\" }");
    let system = elsewhere(GOOD);
    let folder = folder(&[("system.kdl", &system), ("a.wat", MODULE)]);
    let path = folder.path();
    let without = files(path);
    let refused = |part: &str| {
        let before = files(path);
        let ran = compose(path, &["build", "--locked"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert!(ran.stderr.contains("lock::would-change") && ran.stderr.contains(part), "{}", ran.stderr);
        assert_eq!(files(path), before, "nothing is written");
    };
    refused("there is no lock file");
    assert_eq!(files(path), without);
    assert_eq!(compose(path, &["build"]).code, Some(0));
    let lock = path.join("system.lock.kdl");
    let first = std::fs::read_to_string(&lock).expect("a lock file");
    assert!(first.starts_with("// Where everything is. Written by `compose build`"));
    let ran = compose(path, &["build", "--locked"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("system.lock.kdl"), "not written again: {}", ran.stderr);
    // Lines are sorted by name.
    let names: Vec<&str> = first.lines().skip(3).filter_map(|line| line.split(' ').nth(1)).collect();
    assert!(names.len() >= 5 && names.is_sorted(), "{names:?}");

    // `b` is put behind `a`; what comes before it by name goes behind `b`, and first if everything is placed afresh.
    let component = |name: &str| {
        let text = format!("component {name:?} \"a.wat\" {{ memory budget=(KiB)4 }}\n    run \"{name}#main\"\n    run");
        elsewhere(&text)
    };
    std::fs::write(path.join("system.kdl"), system.replace("run", &component("Z"))).expect("a file");
    refused("new: memory \"Z\"");
    assert_eq!(compose(path, &["build"]).code, Some(0));
    let base = |of: &str| {
        let text = std::fs::read_to_string(&lock).expect("a lock file");
        let line = text.lines().find(|line| line.starts_with(of)).expect("its line").to_string();
        line.split(' ').find(|word| word.starts_with("base=")).expect("its base").to_string()
    };
    let was = first.lines().find(|line| line.starts_with("memory \"a\"")).expect("its line");
    assert!(was.contains(&base("memory \"a\"")), "{was}");
    assert!(base("memory \"Z\"") > base("memory \"a\""));
    let ran = compose(path, &["build", "--locked"]);
    assert_eq!(ran.code, Some(0));
    assert!(!ran.stderr.contains("another layout"), "{}", ran.stderr);
    // Where `a` was is a hole, which another layout would not have.
    let both = std::fs::read_to_string(path.join("system.kdl")).expect("the manifest");
    let alone = both
        .replace(&elsewhere("component \"a\" \"a.wat\" { memory budget=(KiB)8 }"), "")
        .replace("run \"a#main\"", "");
    std::fs::write(path.join("system.kdl"), alone).expect("a file");
    let ran = compose(path, &["plan"]);
    assert!(
        ran.stderr.contains("another layout may use up to 8 256 bytes of RAM less (`--relayout`"),
        "{}",
        ran.stderr
    );
    assert!(!compose(path, &["plan", "--relayout"]).stderr.contains("another layout"));
    std::fs::write(path.join("system.kdl"), both).expect("a file");
    assert_eq!(compose(path, &["build", "--relayout"]).code, Some(0));
    let afresh = std::fs::read_to_string(&lock).expect("a lock file");
    std::fs::remove_file(&lock).expect("a lock file");
    assert_eq!(compose(path, &["build"]).code, Some(0));
    assert_eq!(std::fs::read_to_string(&lock).expect("a lock file"), afresh);
    assert_eq!(compose(path, &["build", "--locked", "--relayout"]).code, Some(2));
    // What git leaves of a merge is said with its line.
    std::fs::write(&lock, format!("{afresh}<<<<<<< HEAD\n")).expect("a file");
    let ran = compose(path, &["build"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("lock::conflict") && ran.stderr.contains("--relayout"), "{}", ran.stderr);
    assert_eq!(compose(path, &["build", "--relayout"]).code, Some(0));
}

#[test]
fn worlds_are_printed() {
    let manifest = "system \"s\" {\n    board \"mps2-an386\"\n    component \"app\" \"app.wat\"\n    component \"core\" \"core.wat\"\n}\n";
    let app = "(component (import \"demo:log/sink@0.1.0\" (instance (export \"put\" (func (param \"text\" string))))))";
    let right = app.replace("demo:log/sink", "compose:host/console").replace("put", "write");
    let folder = folder(&[("system.kdl", manifest), ("app.wat", &right), ("core.wat", MODULE)]);
    let ran = compose(folder.path(), &["wit"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for part in
        ["world system {\n  import compose:host/console@0.1.0; // for `app`", "world app {", "// core: a core module"]
    {
        assert!(ran.stdout.contains(part), "{part}:\n{}", ran.stdout);
    }
    let ran = compose(folder.path(), &["wit", "--component", "app"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.starts_with("package root:component;\n\n/// `app`, app.wat\nworld app {"), "{}", ran.stdout);
    for (name, part) in [("core", "`core` is a core module"), ("ap", "there is no component `ap`")] {
        let ran = compose(folder.path(), &["wit", "--component", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    // What does not fit is shown, and said.
    std::fs::write(folder.path().join("app.wat"), app).expect("a file");
    let ran = compose(folder.path(), &["wit", "."]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("import demo:log/sink@0.1.0; // by nobody"), "{}", ran.stdout);
    assert!(ran.stderr.contains("flatten::missing-interface"), "{}", ran.stderr);
}

#[test]
fn statistics_of_a_run() {
    const ARENA: &str = "(module
        (import \"env\" \"__cabi_arena_realloc\" (func $realloc (param i32 i32 i32 i32) (result i32)))
        (memory 1)
        (func (export \"main\") (local $at i32)
            (local.set $at (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 3000)))
            (drop (call $realloc (local.get $at) (i32.const 3000) (i32.const 4) (i32.const 100)))))";
    let system = "system \"s\" {\n    board \"mps2-an386\"\n    component \"plain\" \"plain.wat\" { memory budget=(KiB)8 }\n    \
        component \"user\" \"arena.wat\" { memory budget=(KiB)8; arena (KiB)4 }\n    run \"plain#main\"\n    run \"user#main\"\n}\n";
    for board in ["mps2-an386", "mps2-an505"] {
        let system = system.replace("mps2-an386", board);
        let folder = folder(&[("system.kdl", &system), ("plain.wat", MODULE), ("arena.wat", ARENA)]);
        let ran = compose(folder.path(), &["run", "--stats"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
        let rows: Vec<Vec<&str>> = ran
            .stderr
            .lines()
            .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
            .collect();
        let arena = rows.iter().position(|row| row[0] == "Arena").expect("a table of arenas");
        // Thin spaces group the digits.
        let figures: Vec<String> = rows[arena + 1].iter().map(|cell| cell.replace(' ', "")).collect();
        assert_eq!(figures, ["user", "3000", "100", "4096"], "{}", ran.stderr);
        assert_eq!(rows.len(), arena + 2, "{}", ran.stderr);
        for (row, process) in rows[arena - 2..arena].iter().zip(["plain", "user"]) {
            let [name, used, bound, size] = row[..] else { panic!("{row:?}") };
            let [used, bound, size] = [used, bound, size].map(|cell| cell.parse::<u32>().expect("a number"));
            assert_eq!(name, process);
            assert!(0 < used && used <= bound && bound <= size, "{row:?}");
        }
    }
    let endless = MODULE.replace("(func (export \"main\"))", "(func (export \"main\") (loop (br 0)))");
    let folder = folder(&[("system.kdl", GOOD), ("a.wat", &endless)]);
    let ran = compose(folder.path(), &["run", "--stats", "--timeout", "1"]);
    assert_eq!(ran.code, Some(124));
    assert!(ran.stderr.contains("no statistics: they are read when the image ends the program"), "{}", ran.stderr);
}
