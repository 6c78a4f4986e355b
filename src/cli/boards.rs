//! `compose boards`.

use super::Outcome;
use super::args::ResultFormat;
use super::shell::{Failure, Shell};
use crate::board::{self, BankKind};
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    name: String,
    description: String,
    cpu: String,
    flash: u64,
    ram: u64,
    regions: u8,
}

pub fn list(shell: &Shell, format: ResultFormat) -> Result<Outcome, Failure> {
    let boards = board::all();
    let bytes =
        |board: &board::Board, kind| board.banks.iter().filter(|b| b.kind == kind).map(|b| u64::from(b.size)).sum();
    let rows: Vec<Row> = boards
        .iter()
        .map(|b| Row {
            name: b.name.clone(),
            description: b.description.clone(),
            cpu: b.cpu.name.clone(),
            flash: bytes(b, BankKind::Flash),
            ram: bytes(b, BankKind::Ram),
            regions: b.protection.entries,
        })
        .collect();
    let text = match format {
        ResultFormat::Json => serde_json::to_string_pretty(&rows).expect("strings and integers serialize") + "\n",
        ResultFormat::Text => {
            let width = rows.iter().map(|r| r.name.len()).max().unwrap_or(0);
            rows.iter().map(|r| format!("{:width$}  {}\n", r.name, r.description)).collect()
        }
    };
    shell.result(&text).map(|()| Outcome::Well)
}
