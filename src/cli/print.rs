//! `compose print`: the region table inside an image.

use super::Outcome;
use super::args::ResultFormat;
use super::shell::{Failure, Shell};
use crate::plan::table::RegionTable;
use crate::{image, report};
use std::path::Path;

pub fn print(shell: &Shell, path: &Path, format: ResultFormat) -> Result<Outcome, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Failure::Io { action: "read", path: name.clone(), error })?;
    let table = match bytes.first() {
        Some(b'{') => RegionTable::from_json(&bytes),
        _ => image::read(&bytes).map(|held| held.regions),
    };
    let table = table.map_err(|problem| Failure::Usage(format!("`{name}`: {problem}")))?;
    shell.result(&match format {
        ResultFormat::Text => report::text(&table),
        ResultFormat::Json => table.to_json(),
    })?;
    Ok(Outcome::Well)
}
