//! Other programs, and what they print.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs a program to its end. Returns what it wrote to stdout; fails with what it wrote to stderr.
pub fn run<S: AsRef<std::ffi::OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Result<String> {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start `{program}`: {error}; scripts/bench installs it"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{program}` ended with {}:\n{text}", output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A path in the repository.
pub fn repository(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string()
}

/// Where the files of one variant of one kernel go: they stay, to be looked at.
pub fn folder(kernel: &str, variant: &str) -> Result<String> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernels").join(kernel).join(variant.replace(' ', ""));
    std::fs::create_dir_all(&path)?;
    Ok(path.display().to_string())
}
