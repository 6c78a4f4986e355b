//! The commands that run the pipeline.

use super::args::{Emit, Input, ResultFormat};
use super::shell::{Failure, Shell};
use super::{Outcome, output};
use crate::diag::Diagnostics;
use crate::emulator;
use crate::source::{SourceId, Sources};
use crate::trace::Trace;
use crate::{Product, report};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A run without a limit: longer than anyone waits, and short enough to be added to the time of day.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

pub fn check(shell: &Shell, input: &Input) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let product = run.product(shell, input)?;
    Ok(run.outcome(product.is_some()))
}

pub fn plan(shell: &Shell, input: &Input, format: ResultFormat) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let Some(product) = run.product(shell, input)? else { return Ok(Outcome::Findings) };
    run.result(shell, input, &product.report, format)
}

pub fn build(
    shell: &Shell,
    input: &Input,
    out: &Path,
    emit: &[Emit],
    format: ResultFormat,
) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let Some(product) = run.product(shell, input)? else { return Ok(Outcome::Findings) };
    let Product { name, image, report, .. } = &product;
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
    shell.status(
        "Finished",
        &format!("`{name}` for {} in {:.2} s", product.board.name, run.start.elapsed().as_secs_f64()),
    );
    run.result(shell, input, report, format)
}

pub fn run(shell: &Shell, input: &Input, timeout: Option<u32>) -> Result<Outcome, Failure> {
    let mut run = Run::new(input)?;
    let Some(product) = run.product(shell, input)? else { return Ok(Outcome::Findings) };
    if input.dump.is_some() {
        return Ok(Outcome::Well);
    }
    // The emulator takes a file; only this run needs it.
    let folder = std::env::temp_dir().join(format!("compose-run-{}", std::process::id()));
    let paths = output::write(&folder, &[(format!("{}.elf", product.name), &product.image.elf)])?;
    shell.status("Running", &format!("`{}` on {}", product.name, product.board.name));
    let timeout = timeout.map_or(FOR_EVER, |seconds| Duration::from_secs(seconds.into()));
    let ended = emulator::run(&paths[0], &product.board, timeout, &mut shell.console());
    let _ = std::fs::remove_dir_all(&folder); // Left over at worst.
    let ended = ended?;
    if let Some(message) = ended.message() {
        shell.fault(&message);
    }
    Ok(Outcome::Code(ended.exit_code()))
}

/// One run of the pipeline and what came of it.
struct Run {
    sources: Sources,
    manifest: SourceId,
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
        Ok(Run { sources, manifest, trace: Trace::new(input.dump), found: Diagnostics::new(), start })
    }

    /// Runs the pipeline, says what was found, and prints what was asked for about the run itself.
    fn product(&mut self, shell: &Shell, input: &Input) -> Result<Option<Product>, Failure> {
        let product = crate::build(&mut self.sources, self.manifest, &mut self.trace, &mut self.found);
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
        Ok(product)
    }

    fn outcome(&self, built: bool) -> Outcome {
        if built && !self.found.has_errors() { Outcome::Well } else { Outcome::Findings }
    }

    /// The region table, unless another text took its place.
    fn result(
        &self,
        shell: &Shell,
        input: &Input,
        report: &report::Report,
        format: ResultFormat,
    ) -> Result<Outcome, Failure> {
        if input.dump.is_none() {
            shell.result(match format {
                ResultFormat::Text => &report.text,
                ResultFormat::Json => &report.json,
            })?;
        }
        Ok(self.outcome(true))
    }
}
