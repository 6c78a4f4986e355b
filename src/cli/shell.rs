//! The one way out: results to stdout, status and diagnostics to stderr.

use super::args::When;
use crate::diag::render::{Format, Look, render};
use crate::diag::{Diagnostics, Severity};
use crate::source::Sources;
use std::io::{self, IsTerminal, Write};

/// What ends a command early: a message for the user that is not about the input's content.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("cannot {action} `{path}`: {error}")]
    Io { action: &'static str, path: String, error: io::Error },
    #[error("cannot write to stdout: {0}")]
    Stdout(io::Error),
    #[error(transparent)]
    Emulator(#[from] crate::emulator::Error),
}

pub struct Shell {
    format: Format,
    look: Look,
}

impl Shell {
    pub fn new(color: When, format: Format) -> Shell {
        let variable = |name: &str| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
        let color = wants_color(color, io::stderr().is_terminal(), variable);
        let width = variable("COLUMNS").and_then(|c| c.parse().ok()).unwrap_or(100).clamp(40, 160);
        Shell { format, look: Look { color, width } }
    }

    /// A line of progress: `   Compiling quickstart`. Only for people.
    pub fn status(&self, verb: &str, text: &str) {
        if self.format == Format::Human {
            self.line(verb, text);
        }
    }

    /// The same, because it was asked for.
    pub fn line(&self, verb: &str, text: &str) {
        self.say(&format!("{} {text}\n", self.paint("1;32", &format!("{verb:>12}"))));
    }

    pub fn diagnostics(&self, found: &Diagnostics, sources: &Sources) {
        self.say(&render(found, sources, self.format, self.look));
    }

    /// The last line of a command that found something: `error: `hub` has 2 errors`.
    pub fn summary(&self, name: &str, found: &Diagnostics) {
        let count = |severity| found.list.iter().filter(|d| d.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let counted = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let parts: Vec<String> = [(errors, "error"), (warnings, "warning")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, w)| counted(*n, w))
            .collect();
        if self.format != Format::Human || parts.is_empty() {
            return;
        }
        let word = if errors > 0 { self.paint("1;31", "error") } else { self.paint("1;33", "warning") };
        self.say(&format!("{word}: `{name}` has {}\n", parts.join(" and ")));
    }

    pub fn failure(&self, failure: &Failure) {
        self.fault(&failure.to_string());
    }

    /// `error: ...`
    pub fn fault(&self, text: &str) {
        self.say(&format!("{}: {text}\n", self.paint("1;31", "error")));
    }

    /// Text on stderr. Nobody is left to tell if that fails.
    pub fn say(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// The result. A reader that has gone away (`| head`) is not an error.
    pub fn result(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Stdout(error)),
            _ => Ok(()),
        }
    }

    /// Where a running image's console goes.
    pub fn console(&self) -> impl Write {
        io::stdout()
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.look.color { format!("\x1b[{style}m{text}\x1b[0m") } else { text.into() }
    }
}

/// Decided once, by the option, then the variables (no-color.org, bixense.com/clicolors), then the terminal.
pub fn wants_color(when: When, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).is_some_and(|v| !v.is_empty());
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if set("CLICOLOR_FORCE") && variable("CLICOLOR_FORCE").as_deref() != Some("0") => true,
        When::Auto => terminal && variable("TERM").as_deref() != Some("dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_follows_option_then_variables_then_terminal() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            move |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_string())
        };
        assert!(wants_color(When::Auto, true, with(&[])));
        assert!(!wants_color(When::Auto, false, with(&[])));
        assert!(!wants_color(When::Auto, true, with(&[("TERM", "dumb")])));
        assert!(!wants_color(When::Auto, true, with(&[("NO_COLOR", "0")])));
        assert!(wants_color(When::Auto, true, with(&[("NO_COLOR", "")])));
        assert!(wants_color(When::Auto, false, with(&[("CLICOLOR_FORCE", "1")])));
        assert!(!wants_color(When::Auto, false, with(&[("CLICOLOR_FORCE", "0")])));
        assert!(!wants_color(When::Auto, true, with(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])));
        assert!(wants_color(When::Always, false, with(&[("NO_COLOR", "1")])));
        assert!(!wants_color(When::Never, true, with(&[("CLICOLOR_FORCE", "1")])));
    }
}
