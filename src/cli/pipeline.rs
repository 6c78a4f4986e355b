//! The commands that run the pipeline.

use super::Outcome;
use super::args::Input;
use super::shell::{Failure, Shell};
use crate::diag::Diagnostics;
use crate::source::{SourceId, Sources};
use crate::trace::Trace;

pub fn check(shell: &Shell, input: &Input) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    crate::check(&mut run.sources, run.manifest, &mut run.trace, &mut run.found);
    run.finish(shell, input)
}

/// One run of the pipeline and what came of it.
struct Run {
    sources: Sources,
    manifest: SourceId,
    trace: Trace,
    found: Diagnostics,
}

impl Run {
    fn new(input: &Input) -> Result<Run, Failure> {
        let mut path = input.manifest.clone();
        if path.is_dir() {
            path.push("system.kdl");
        }
        let mut sources = Sources::new();
        let manifest = sources.read(&path).map_err(|error| Failure::Io {
            action: "read",
            path: path.display().to_string(),
            error,
        })?;
        Ok(Run { sources, manifest, trace: Trace::new(input.dump), found: Diagnostics::new() })
    }

    /// Says what was found, and what was asked for about the run itself.
    fn finish(&self, shell: &Shell, input: &Input) -> Result<Outcome, Failure> {
        shell.diagnostics(&self.found, &self.sources);
        if input.time {
            for (stage, time) in &self.trace.times {
                shell.status(stage, &format!("{:9.3} ms", time.as_secs_f64() * 1000.0));
            }
        }
        shell.summary(&self.sources.get(self.manifest).name, &self.found);
        if let Some(stage) = input.dump {
            match &self.trace.dump {
                Some(text) => shell.result(text)?,
                None => shell.say(&format!("the errors above kept `{}` from running\n", stage.name())),
            }
        }
        Ok(if self.found.has_errors() { Outcome::Findings } else { Outcome::Well })
    }
}
