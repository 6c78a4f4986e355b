//! `compose explain`: the rows of the diagnostic codes.

use super::Outcome;
use super::args::ResultFormat;
use super::shell::{Failure, Shell};
use crate::diag::suggest::nearest;
use crate::diag::{Code, codes};
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    code: &'static str,
    title: &'static str,
    explanation: &'static str,
    example: &'static str,
}

impl From<&'static Code> for Row {
    fn from(code: &'static Code) -> Row {
        Row { code: code.id, title: code.title, explanation: code.explanation, example: code.example }
    }
}

pub fn explain(shell: &Shell, code: Option<&str>, format: ResultFormat) -> Result<Outcome, Failure> {
    let rows: Vec<Row> = match code {
        None => codes::all().map(Row::from).collect(),
        Some(id) => vec![find(id)?.into()],
    };
    let text = match (format, code) {
        (ResultFormat::Json, _) => serde_json::to_string_pretty(&rows).expect("strings serialize") + "\n",
        (ResultFormat::Text, Some(_)) => rows.iter().map(page).collect(),
        (ResultFormat::Text, None) => {
            let width = rows.iter().map(|r| r.code.len()).max().unwrap_or(0);
            rows.iter().map(|r| format!("{:width$}  {}\n", r.code, r.title)).collect()
        }
    };
    shell.result(&text).map(|()| Outcome::Well)
}

/// By its whole name, or by what follows the `::` where only one has it.
fn find(id: &str) -> Result<&'static Code, Failure> {
    let id = id.trim_start_matches("error[").trim_start_matches("warning[").trim_end_matches(']');
    if let Some(code) = codes::all().find(|c| c.id == id) {
        return Ok(code);
    }
    let tails: Vec<&'static Code> = codes::all().filter(|c| c.id.split("::").last() == Some(id)).collect();
    if let [code] = tails[..] {
        return Ok(code);
    }
    let near = nearest(id, codes::all().map(|c| c.id))
        .map_or("`compose explain` lists them all".into(), |n| format!("did you mean `{n}`?"));
    Err(Failure::Usage(format!("there is no diagnostic `{id}`: {near}")))
}

fn page(row: &Row) -> String {
    let mut text = format!("{}: {}\n\n{}\n", row.code, row.title, filled(row.explanation, 80));
    // A bug of the program has no input that causes it.
    if !row.example.is_empty() {
        text += "\nFor example:\n\n";
        text.extend(row.example.lines().map(|l| format!("    {l}\n")));
    }
    text
}

/// Breaks lines between words.
fn filled(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("never empty");
        if last.is_empty() {
            *last = word.into();
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            *last += " ";
            *last += word;
        } else {
            lines.push(word.into());
        }
    }
    lines.join("\n")
}
