//! What a build shows of itself: how long each stage took, and one stage's result as text.

use std::time::{Duration, Instant};

/// A point of the pipeline that `--dump` can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Manifest,
    Board,
    Modules,
    System,
}

impl Stage {
    pub const ALL: &[Stage] = &[Stage::Manifest, Stage::Board, Stage::Modules, Stage::System];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Manifest => "manifest",
            Stage::Board => "board",
            Stage::Modules => "modules",
            Stage::System => "system",
        }
    }

    pub fn from_name(name: &str) -> Option<Stage> {
        Stage::ALL.iter().copied().find(|s| s.name() == name)
    }
}

/// Goes along with one build.
#[derive(Debug)]
pub struct Trace {
    wanted: Option<Stage>,
    /// The text of the wanted stage, once it has run.
    pub dump: Option<String>,
    /// In the order run.
    pub times: Vec<(Stage, Duration)>,
    since: Instant,
}

impl Trace {
    pub fn new(wanted: Option<Stage>) -> Trace {
        Trace { wanted, dump: None, times: Vec::new(), since: Instant::now() }
    }

    /// A stage has ended; `text` is its result, made only if someone wants it.
    pub fn done(&mut self, stage: Stage, text: impl FnOnce() -> String) {
        self.times.push((stage, self.since.elapsed()));
        if self.wanted == Some(stage) {
            self.dump = Some(text());
        }
        self.since = Instant::now();
    }
}
