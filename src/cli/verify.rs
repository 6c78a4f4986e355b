//! `compose verify`.

use super::Outcome;
use super::args::ResultFormat;
use super::shell::{Failure, Shell};
use crate::verify;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Row<'a> {
    check: &'a str,
    what: &'a str,
    outcome: &'a str,
    findings: &'a [String],
    /// The check that failed before, so that this one could not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<&'a str>,
}

pub fn verify(shell: &Shell, image: &Path, format: ResultFormat) -> Result<Outcome, Failure> {
    let name = image.display().to_string();
    let elf = std::fs::read(image).map_err(|error| Failure::Io { action: "read", path: name.clone(), error })?;
    let verdict = verify::check(&elf);
    let text = match format {
        ResultFormat::Text => verdict.to_string(),
        ResultFormat::Json => {
            let rows: Vec<Row> = verdict.outcomes.iter().map(|(check, outcome)| row(check, outcome)).collect();
            serde_json::to_string_pretty(&rows).expect("strings serialize") + "\n"
        }
    };
    shell.result(&text)?;
    if verdict.passed() {
        shell.status("Verified", &name);
        return Ok(Outcome::Well);
    }
    let findings = verdict.findings().count();
    shell.fault(&format!("`{name}` fails verification: {findings} finding{}", if findings == 1 { "" } else { "s" }));
    Ok(Outcome::Findings)
}

fn row<'a>(check: &verify::Check, outcome: &'a verify::Outcome) -> Row<'a> {
    let (word, findings, needs): (&str, &[String], _) = match outcome {
        verify::Outcome::Passed => ("passed", &[], None),
        verify::Outcome::Failed(findings) => ("failed", findings, None),
        verify::Outcome::Skipped(needs) => ("skipped", &[], Some(*needs)),
    };
    Row { check: check.name, what: check.what, outcome: word, findings, needs }
}
