//! Edits and how they are shown: `tests/diff/*.txt`, one file for each edit.
//!
//!     === old.kdl
//!     the manifest before
//!     === new.kdl
//!     the manifest after
//!     === a.wat                     a module of both; `old/a.wat` and `new/a.wat` where it differs
//!     === text
//!     === markdown
//!     === json
//!     what comes out; nothing at all where nothing differs, but for JSON
//!
//! `BLESS=1` writes what is found. Each side is also compared with itself: that must be empty in each form.

use compose::diag::Diagnostics;
use compose::diag::render::{Format, Look, render};
use compose::diff::{self, Diff, Facts};
use compose::image;
use compose::source::{Files, Sources};
use compose::trace::Trace;
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let entries = fs::read_dir(&root).expect("the folder of cases").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        Trial::test(name, move || case(&file))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// The modules of one side.
#[derive(Debug)]
struct Modules(BTreeMap<PathBuf, String>);

impl Files for Modules {
    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        let text = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.clone().into_bytes())
    }

    fn names(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
}

const OUTPUTS: [&str; 3] = ["text", "markdown", "json"];

fn case(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("=== "), sections.last_mut()) {
            (Some(name), _) => sections.push((name.trim(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => return Err("a case starts with `=== old.kdl`".into()),
        }
    }
    let (old, new) = (side("old", &sections)?, side("new", &sections)?);
    for side in [&old, &new] {
        let none = diff::compare(side, side);
        if !none.same || !diff::text(&none).is_empty() || !diff::markdown(&none).is_empty() {
            return Err(format!("a system differs from itself:\n{}", diff::text(&none)).into());
        }
    }
    let diff = diff::compare(&old, &new);
    let json = diff.to_json();
    let read: Diff = serde_json::from_str(&json)?;
    if read != diff {
        return Err("the JSON reads back as something else".into());
    }
    let found = [diff::text(&diff), diff::markdown(&diff), json];
    let expected = |name: &str| sections.iter().find(|(n, _)| *n == name).map(|(_, body)| body.as_str());
    if OUTPUTS.iter().zip(&found).all(|(name, found)| expected(name) == Some(found.as_str())) {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        let mut blessed = text.split("=== text\n").next().unwrap_or_default().to_string();
        for (name, found) in OUTPUTS.iter().zip(&found) {
            blessed += &format!("=== {name}\n{found}");
        }
        return Ok(fs::write(file, blessed)?);
    }
    let mut message = "BLESS=1 accepts this:\n".to_string();
    for (name, found) in OUTPUTS.iter().zip(&found) {
        let diff = similar::TextDiff::from_lines(expected(name).unwrap_or_default(), found.as_str());
        message += &diff.unified_diff().header(name, "found").to_string();
    }
    Err(message.into())
}

fn side(name: &str, sections: &[(&str, String)]) -> Result<Facts, Failed> {
    let other = if name == "old" { "new/" } else { "old/" };
    let own = format!("{name}/");
    let modules = sections.iter().filter(|(module, _)| module.ends_with(".wat") && !module.starts_with(other));
    let modules = modules.map(|(module, text)| (PathBuf::from(module.trim_start_matches(&own)), text.clone()));
    let manifest = format!("{name}.kdl");
    let text = sections.iter().find(|(section, _)| *section == manifest).map(|(_, text)| text.as_str());
    let mut sources = Sources::from_files(Arc::new(Modules(modules.collect())));
    let id = sources.add(manifest.clone(), "", text.ok_or(format!("no `=== {manifest}`"))?);
    let mut found = Diagnostics::new();
    let Some(product) = compose::build(&mut sources, id, &mut Trace::new(None), &mut found) else {
        return Err(render(&found, &sources, Format::Human, Look { color: false, width: 100 }).into());
    };
    Ok(Facts::of_image(&manifest, image::read(&product.image.elf)?))
}
