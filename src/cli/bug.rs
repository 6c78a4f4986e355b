//! What a panic looks like: a bug of this program, with what a report of it needs.

use std::panic::PanicHookInfo;

/// Takes over the panic message. `RUST_BACKTRACE=1` still adds a backtrace.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let command: Vec<String> = std::env::args().collect();
        eprint!("{}", message(&payload(info), &place(info), &command.join(" ")));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|v| v != "0") {
            eprintln!("{}", std::backtrace::Backtrace::force_capture());
        }
    }));
}

fn payload(info: &PanicHookInfo) -> String {
    info.payload_as_str().unwrap_or("no message").to_string()
}

/// File and line without what comes before `src/`, which is of the machine that built the program.
fn place(info: &PanicHookInfo) -> String {
    info.location().map_or("unknown place".into(), |l| {
        let file = l.file().replace('\\', "/");
        let inside = file.rfind("/src/").map_or(file.as_str(), |at| {
            let package = file[..at].rfind('/').map_or(0, |n| n + 1);
            &file[package..]
        });
        format!("{inside}:{}", l.line())
    })
}

fn message(payload: &str, place: &str, command: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "error: internal bug in compose {version}\n  what: {payload}\n  where: {place}\n  command: {command}\n  \
         help: this is never your fault. Please report it, and attach these lines, the manifest, its board file and the\n        \
         modules it names; RUST_BACKTRACE=1 adds a backtrace.\n"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_bug_says_what_to_report() {
        let text = super::message("index out of bounds", "src/plan/ram.rs:12", "compose build system.kdl");
        for part in
            ["internal bug", env!("CARGO_PKG_VERSION"), "src/plan/ram.rs:12", "compose build system.kdl", "attach"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
