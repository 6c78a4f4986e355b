//! What a build shows of itself: how long each stage took, and one stage's result as text.

use std::time::{Duration, Instant};

/// A point of the pipeline that `--dump` can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    Manifest,
    Board,
    Modules,
    System,
    Clif,
    Assembly,
    Plan,
}

impl Show {
    pub const ALL: &[Show] =
        &[Show::Manifest, Show::Board, Show::Modules, Show::System, Show::Clif, Show::Assembly, Show::Plan];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Show::Manifest => "manifest",
            Show::Board => "board",
            Show::Modules => "modules",
            Show::System => "system",
            Show::Clif => "clif",
            Show::Assembly => "asm",
            Show::Plan => "plan",
        }
    }

    pub fn from_name(name: &str) -> Option<Show> {
        Show::ALL.iter().copied().find(|s| s.name() == name)
    }
}

/// Goes along with one build.
#[derive(Debug)]
pub struct Trace {
    wanted: Option<Show>,
    /// The wanted text, once there is something to make it of.
    pub dump: Option<String>,
    /// How long each stage took, in the order run.
    pub times: Vec<(&'static str, Duration)>,
}

impl Trace {
    pub fn new(wanted: Option<Show>) -> Trace {
        Trace { wanted, dump: None, times: Vec::new() }
    }

    /// Runs a stage.
    pub fn stage<T>(&mut self, name: &'static str, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = run();
        self.times.push((name, start.elapsed()));
        result
    }

    /// What can be printed now: `text` makes it, if someone wants it.
    pub fn show(&mut self, what: Show, text: impl FnOnce() -> String) {
        if self.wanted == Some(what) {
            self.dump = Some(text());
        }
    }
}
