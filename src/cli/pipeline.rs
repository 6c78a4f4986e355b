//! The commands that run the pipeline.

use super::args::{Emit, Input, PlanFormat, ResultFormat};
use super::shell::{Failure, Shell};
use super::{Outcome, output, stats};
use crate::diag::Diagnostics;
use crate::source::Span;
use crate::source::{SourceId, Sources};
use crate::trace::Trace;
use crate::{Goal, Settings, report};
use crate::{emulator, lock};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A run without a limit: longer than anyone waits, and short enough to be added to the time of day.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

pub fn check(shell: &Shell, input: &Input) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let outcome = run.outcome(shell, input, Goal::Plan)?;
    Ok(run.ended(outcome.is_some()))
}

pub fn plan(shell: &Shell, input: &Input, format: PlanFormat) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let Some(outcome) = run.outcome(shell, input, Goal::Plan)? else { return Ok(Outcome::Findings) };
    run.gap(shell, &outcome);
    run.result(shell, input, &outcome.report, format)
}

pub fn build(
    shell: &Shell,
    input: &Input,
    out: &Path,
    emit: &[Emit],
    format: ResultFormat,
) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let Some(outcome) = run.outcome(shell, input, Goal::Image)? else { return Ok(Outcome::Findings) };
    let crate::Outcome { name, image: Some(image), report, .. } = &outcome else { return Ok(Outcome::Findings) };
    let mut files: Vec<(String, &[u8])> = vec![
        (format!("{name}.elf"), &image.elf),
        (format!("{name}.bin"), &image.bin),
        (format!("{name}.hex"), image.hex.as_bytes()),
        (format!("{name}.regions.json"), report.json.as_bytes()),
    ];
    for (kind, ending, text) in
        [(Emit::C, "regions.h", &report.c), (Emit::Rust, "regions.rs", &report.rust), (Emit::Svg, "svg", &report.svg)]
    {
        if emit.contains(&kind) {
            files.push((format!("{name}.{ending}"), text.as_bytes()));
        }
    }
    for path in output::write(out, &files)? {
        shell.status("Wrote", &path.display().to_string());
    }
    // A file that has not changed keeps its time.
    if run.lock.is_none_or(|id| run.sources.get(id).text != outcome.lock) {
        let path = lock::path(&run.path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        output::write(folder, &[(name, outcome.lock.as_bytes())])?;
        shell.status("Wrote", &path.display().to_string());
    }
    run.gap(shell, &outcome);
    shell.status(
        "Finished",
        &format!("`{name}` for {} in {:.2} s", outcome.board.name, run.start.elapsed().as_secs_f64()),
    );
    run.result(shell, input, report, format.into())
}

pub fn run(shell: &Shell, input: &Input, timeout: Option<u32>, with_stats: bool) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let Some(outcome) = run.outcome(shell, input, Goal::Image)? else { return Ok(Outcome::Findings) };
    if input.dump.is_some() {
        return Ok(Outcome::Well);
    }
    let crate::Outcome { name, board, image: Some(image), .. } = &outcome else { return Ok(Outcome::Findings) };
    // The emulator takes a file; only this run needs it.
    let folder = std::env::temp_dir().join(format!("compose-run-{}", std::process::id()));
    let paths = output::write(&folder, &[(format!("{name}.elf"), &image.elf)])?;
    let timeout = timeout.map_or(FOR_EVER, |seconds| Duration::from_secs(seconds.into()));
    let begins = || shell.status("Running", &format!("`{name}` on {}", board.name));
    let ran = match with_stats {
        true => stats::run(image, board, (&paths[0], &folder), timeout, &mut shell.console(), begins),
        false => {
            begins();
            emulator::run(&paths[0], board, timeout, &mut shell.console()).map(|ended| (ended, None))
        }
    };
    let _ = std::fs::remove_dir_all(&folder); // Left over at worst.
    let (ended, usage) = ran?;
    if let Some(message) = ended.message() {
        shell.fault(&message);
    }
    match usage {
        Some(usage) => shell.say(&stats::text(&usage)),
        None if with_stats => shell.fault("no statistics: they are read when the image ends the program"),
        None => {}
    }
    Ok(Outcome::Code(ended.exit_code()))
}

/// One run of the pipeline and what came of it.
struct Run {
    sources: Sources,
    path: PathBuf,
    manifest: SourceId,
    /// The lock file, if there is one and it is to be heeded.
    lock: Option<SourceId>,
    trace: Trace,
    found: Diagnostics,
    start: Instant,
}

impl Run {
    fn new(input: &Input) -> Result<Run, Failure> {
        let start = Instant::now();
        let mut path: PathBuf = input.manifest.clone();
        if path.is_dir() {
            path.push("system.kdl");
        }
        let mut sources = Sources::new();
        let manifest = sources.read(&path).map_err(|error| Failure::Io {
            action: "read",
            path: path.display().to_string(),
            error,
        })?;
        let lock = match input.relayout {
            true => None,
            false => lock::find(&mut sources, &path).map_err(|error| Failure::Io {
                action: "read",
                path: lock::path(&path).display().to_string(),
                error,
            })?,
        };
        Ok(Run { sources, path, manifest, lock, trace: Trace::new(input.dump), found: Diagnostics::new(), start })
    }

    /// Runs the pipeline, says what was found, and prints what was asked for about the run itself.
    fn outcome(&mut self, shell: &Shell, input: &Input, goal: Goal) -> Result<Option<crate::Outcome>, Failure> {
        let settings = Settings { goal, lock: self.lock, optimize: input.optimize };
        let mut outcome = crate::run(&mut self.sources, self.manifest, &settings, &mut self.trace, &mut self.found);
        if let Some(made) = &outcome
            && input.locked
        {
            let whole = Span { source: self.manifest, start: 0, end: 0 };
            if let Some(changed) = lock::changed(&self.sources, self.lock, whole, &made.lock) {
                self.found.push(changed);
                outcome = None;
            }
        }
        shell.diagnostics(&self.found, &self.sources);
        if input.time {
            for (stage, time) in &self.trace.times {
                shell.line(stage, &format!("{:9.3} ms", time.as_secs_f64() * 1000.0));
            }
        }
        shell.summary(&self.sources.get(self.manifest).name, &self.found);
        if let Some(show) = input.dump {
            match &self.trace.dump {
                Some(text) => shell.result(text)?,
                None => shell.say(&format!("the errors above kept `{}` from running\n", show.name())),
            }
        }
        Ok(outcome)
    }

    /// How far the layout is from the best at most.
    fn gap(&self, shell: &Shell, outcome: &crate::Outcome) {
        if outcome.gap == 0 {
            return;
        }
        let afresh = if self.lock.is_some() { " (`--relayout` places everything afresh)" } else { "" };
        let gap = report::Count(outcome.gap);
        shell.status("Gap", &format!("another layout may use up to {gap} bytes of RAM less{afresh}"));
    }

    fn ended(&self, built: bool) -> Outcome {
        if built && !self.found.has_errors() { Outcome::Well } else { Outcome::Findings }
    }

    /// The region table, unless another text took its place.
    fn result(
        &self,
        shell: &Shell,
        input: &Input,
        report: &report::Report,
        format: PlanFormat,
    ) -> Result<Outcome, Failure> {
        if input.dump.is_none() {
            shell.result(match format {
                PlanFormat::Text => &report.text,
                PlanFormat::Json => &report.json,
                PlanFormat::C => &report.c,
                PlanFormat::Rust => &report.rust,
                PlanFormat::Svg => &report.svg,
            })?;
        }
        Ok(self.ended(true))
    }
}
