//! `compose diff`: what stands on the command line -> two sides -> what differs.

use super::Outcome;
use super::args::{DiffFormat, DiffGroup};
use super::git::{Repository, Revision};
use super::shell::{Failure, Shell};
use crate::diag::{Diagnostics, Severity};
use crate::diff::{self, Diff, Facts, Group};
use crate::plan::table::RegionTable;
use crate::source::{Disk, Files, Sources};
use crate::trace::Trace;
use crate::{Goal, Settings, image, lock};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub struct Ask<'a> {
    pub format: DiffFormat,
    pub exit_code: bool,
    pub fail_on: &'a [DiffGroup],
}

/// A file, on the disk or in a revision.
enum Side {
    Disk(PathBuf),
    Revision(Revision, PathBuf),
}

const DEFAULT: &str = "system.kdl";

pub fn diff(shell: &Shell, sides: &[String], path: Option<&Path>, ask: &Ask) -> Result<Outcome, Failure> {
    let (old, new) = self::sides(sides, path)?;
    let diff = diff::compare(&old.facts(shell, &new)?, &new.facts(shell, &old)?);
    shell.result(&match ask.format {
        DiffFormat::Text => diff::text(&diff),
        DiffFormat::Markdown => diff::markdown(&diff),
        DiffFormat::Json => diff.to_json(),
    })?;
    outcome(&diff, ask)
}

fn outcome(diff: &Diff, ask: &Ask) -> Result<Outcome, Failure> {
    let mut failed = ask.exit_code && !diff.same;
    for &group in ask.fail_on {
        let differs = diff.differs(Group::from(group)).ok_or_else(|| {
            Failure::Usage("a lock file does not say this: give `--fail-on` two manifests or images".to_string())
        })?;
        failed |= differs;
    }
    Ok(if failed { Outcome::Findings } else { Outcome::Well })
}

/// What is meant by the words before and after `--`.
fn sides(words: &[String], path: Option<&Path>) -> Result<(Side, Side), Failure> {
    let path_or_default = path.unwrap_or(Path::new(DEFAULT));
    match words {
        [old, new] if path.is_none() => Ok((Side::named(old)?, Side::named(new)?)),
        [old, new] => {
            let (repository, inside) = Repository::of(&manifest(path_or_default))?;
            let (old, new) = (repository.revision(old)?, repository.revision(new)?);
            Ok((Side::Revision(old, inside.clone()), Side::Revision(new, inside)))
        }
        [range] if path.is_some() || range.contains("..") => revisions(range, path_or_default),
        _ => Err(Failure::Usage(
            "two sides are needed: `compose diff OLD NEW`, or `compose diff main..HEAD -- system.kdl` for git revisions"
                .to_string(),
        )),
    }
}

/// `A..B`, `A...B` (from where they part), or `A` (against the working tree), as git means them.
fn revisions(range: &str, path: &Path) -> Result<(Side, Side), Failure> {
    let path = manifest(path);
    let (repository, inside) = Repository::of(&path)?;
    let or_head = |name: &str| if name.is_empty() { "HEAD".to_string() } else { name.to_string() };
    let side = |revision| Side::Revision(revision, inside.clone());
    if let Some((old, new)) = range.split_once("...") {
        let (old, new) = (repository.revision(&or_head(old))?, repository.revision(&or_head(new))?);
        return Ok((side(repository.merge_base(&old, &new)?), side(new)));
    }
    if let Some((old, new)) = range.split_once("..") {
        return Ok((side(repository.revision(&or_head(old))?), side(repository.revision(&or_head(new))?)));
    }
    Ok((side(repository.revision(range)?), Side::Disk(path)))
}

/// A folder means its manifest.
fn manifest(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(DEFAULT) } else { path.to_path_buf() }
}

impl Side {
    /// A file, or `REVISION:PATH` where there is no such file.
    fn named(word: &str) -> Result<Side, Failure> {
        let path = manifest(Path::new(word));
        match word.split_once(':') {
            Some((revision, path)) if !Path::new(word).exists() && !path.is_empty() => {
                let (repository, inside) = Repository::of(Path::new(path))?;
                Ok(Side::Revision(repository.revision(revision)?, inside))
            }
            _ if !path.exists() && word.contains("..") => Err(Failure::Usage(format!(
                "there is no file `{word}`; revisions are compared by `compose diff {word} -- {DEFAULT}`"
            ))),
            _ => Ok(Side::Disk(path)),
        }
    }

    fn label(&self) -> String {
        match self {
            Side::Disk(path) => path.display().to_string(),
            Side::Revision(revision, path) => revision.label(path),
        }
    }

    fn exists(&self) -> bool {
        match self {
            Side::Disk(path) => path.exists(),
            Side::Revision(revision, path) => revision.has(path),
        }
    }

    /// What is known of this side. A file that only the other one has makes a system that is all new, or all gone.
    fn facts(&self, shell: &Shell, other: &Side) -> Result<Facts, Failure> {
        let label = self.label();
        let versioned = matches!((self, other), (Side::Revision(..), _) | (_, Side::Revision(..)));
        if versioned && !self.exists() && other.exists() {
            shell.status("Missing", &format!("`{label}` is not there: the other side is compared with nothing"));
            return Ok(Facts::nothing(&label));
        }
        let (files, path): (Arc<dyn Files>, &Path) = match self {
            Side::Disk(path) => (Arc::new(Disk), path),
            Side::Revision(revision, path) => (Arc::new(revision.clone()), path),
        };
        let bytes = files.read(path, u64::MAX).map_err(|error| self.unreadable(error))?;
        let wrong = |problem: String| Failure::Usage(format!("`{label}`: {problem}"));
        match bytes.first() {
            Some(0x7f) => Ok(Facts::of_image(&label, image::read(&bytes).map_err(wrong)?)),
            Some(b'{') => Ok(Facts::of_table(&label, RegionTable::from_json(&bytes).map_err(wrong)?)),
            _ if path.to_string_lossy().ends_with(".lock.kdl") => self.lock(shell, files.clone(), path, &bytes),
            _ => self.build(shell, files.clone(), path, &bytes),
        }
    }

    fn unreadable(&self, error: io::Error) -> Failure {
        match (self, error.kind()) {
            (Side::Revision(revision, path), io::ErrorKind::NotFound) => {
                Failure::Usage(format!("`{}` has no file `{}`", revision.name, path.display()))
            }
            _ => Failure::Io { action: "read", path: self.label(), error },
        }
    }

    fn lock(&self, shell: &Shell, files: Arc<dyn Files>, path: &Path, bytes: &[u8]) -> Result<Facts, Failure> {
        let label = self.label();
        let mut sources = Sources::from_files(files);
        let id = sources.add_bytes(label.clone(), path.parent().unwrap_or(Path::new("")), bytes);
        let (lock, found) = lock::read(&sources, id);
        let Some(lock) = lock else {
            shell.diagnostics(&found, &sources);
            shell.summary(&label, &found);
            return Err(Failure::Usage(format!("`{label}` is no lock file that can be compared")));
        };
        Facts::of_lock(&label, &lock).map_err(|problem| Failure::Usage(format!("`{label}`: {problem}")))
    }

    /// Builds a manifest, in memory, on the layout of the lock file beside it. Its warnings are for `check`; its errors
    /// keep it from being compared.
    fn build(&self, shell: &Shell, files: Arc<dyn Files>, path: &Path, bytes: &[u8]) -> Result<Facts, Failure> {
        let label = self.label();
        let mut sources = Sources::from_files(files);
        let id = sources.add_bytes(label.clone(), path.parent().unwrap_or(Path::new("")), bytes);
        let mut found = Diagnostics::new();
        let lock = lock::find(&mut sources, path).map_err(|error| Failure::Io {
            action: "read",
            path: lock::path(path).display().to_string(),
            error,
        })?;
        let settings = Settings { goal: Goal::Plan, lock, optimize: None };
        let outcome = crate::run(&mut sources, id, &settings, &mut Trace::new(None), &mut found);
        let Some(outcome) = outcome else {
            found.list.retain(|diagnostic| diagnostic.severity == Severity::Error);
            shell.diagnostics(&found, &sources);
            shell.summary(&label, &found);
            let hint = match self {
                Side::Revision(..) => "; the revision must hold the modules too: compare images where it does not",
                Side::Disk(_) => "",
            };
            return Err(Failure::Usage(format!("`{label}` cannot be built, so it cannot be compared{hint}")));
        };
        let wrong = |problem: String| Failure::Usage(format!("`{label}`: {problem}"));
        match &outcome.image {
            Some(image) => Ok(Facts::of_image(&label, image::read(&image.elf).map_err(wrong)?)),
            // Of a board that can only be planned for.
            None => {
                let table = RegionTable::from_json(outcome.report.json.as_bytes()).map_err(wrong)?;
                Ok(Facts::of_table(&label, table))
            }
        }
    }
}
