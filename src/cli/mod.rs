//! The command line: arguments in, [`Shell`] out, one function for each command.

mod args;
mod boards;
mod bug;
mod diff;
mod explain;
mod git;
mod output;
mod pipeline;
mod print;
mod shell;
mod stats;
mod verify;
mod wit;

use args::{Cli, Command, When};
use clap::{CommandFactory, FromArgMatches};
use shell::{Failure, Shell};
use std::process::ExitCode;

/// How a command ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Well,
    /// Exit code 1: something is wrong with the input, and has been reported.
    Findings,
    /// The exit code of an image that was run.
    Code(u8),
}

/// The whole program. Failures and bugs are exit code 2.
pub fn main() -> ExitCode {
    bug::install();
    std::panic::catch_unwind(start).unwrap_or(ExitCode::from(2))
}

fn start() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let mut command = Cli::command();
    // clap reports its own errors before the option has been read.
    if let Some(choice) = early_color(&words) {
        command = command.color(choice);
    }
    let cli = match command.try_get_matches_from(words).and_then(|m| Cli::from_arg_matches(&m)) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let shell = Shell::new(cli.color, cli.message_format.into());
    match run(&shell, &cli.command) {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Code(code)) => ExitCode::from(code),
        Err(failure) => {
            shell.failure(&failure);
            ExitCode::from(2)
        }
    }
}

fn run(shell: &Shell, command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Check(input) => pipeline::check(shell, input),
        Command::Build { input, out, emit, output } => pipeline::build(shell, input, out, emit, output.format),
        Command::Run { input, timeout, stats } => pipeline::run(shell, input, *timeout, *stats),
        Command::Plan { input, format } => pipeline::plan(shell, input, *format),
        Command::Wit { manifest, component } => wit::wit(shell, manifest, component.as_deref()),
        Command::Verify { image, output } => verify::verify(shell, image, output.format),
        Command::Diff { sides, path, format, exit_code, fail_on } => {
            let ask = diff::Ask { format: *format, exit_code: *exit_code, fail_on };
            diff::diff(shell, sides, path.as_deref(), &ask)
        }
        Command::Print { image, output } => print::print(shell, image, output.format),
        Command::Boards(output) => boards::list(shell, output.format),
        Command::Explain { code, output } => explain::explain(shell, code.as_deref(), output.format),
        Command::Completions { shell: kind } => {
            let mut script = Vec::new();
            clap_complete::generate(*kind, &mut Cli::command(), "compose", &mut script);
            shell.result(&String::from_utf8_lossy(&script)).map(|()| Outcome::Well)
        }
    }
}

/// `--color` as it stands among the words.
fn early_color(words: &[std::ffi::OsString]) -> Option<clap::ColorChoice> {
    let words: Vec<&str> = words.iter().take_while(|w| *w != "--").filter_map(|w| w.to_str()).collect();
    let after = words.iter().position(|w| *w == "--color").and_then(|at| words.get(at + 1).copied());
    let when = words.iter().find_map(|w| w.strip_prefix("--color=")).or(after)?;
    match <When as clap::ValueEnum>::from_str(when, false).ok()? {
        When::Auto => None,
        When::Always => Some(clap::ColorChoice::Always),
        When::Never => Some(clap::ColorChoice::Never),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
