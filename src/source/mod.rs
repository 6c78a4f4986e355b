//! Source texts and the spans that point into them.
//!
//! Every value that a person wrote carries a [`Span`] to the end of the pipeline, so that a failure to place
//! can point at the line that asked.

use std::fmt;
use std::path::{Path, PathBuf};

/// Index of a text in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A byte range of one source text: `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// One text: a manifest or a board file.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the user named it; shown in diagnostics.
    pub name: String,
    /// The folder that relative paths in the text start from.
    pub dir: PathBuf,
    pub text: String,
}

/// All texts of one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

impl Sources {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text that is already in memory.
    pub fn add(&mut self, name: impl Into<String>, dir: impl Into<PathBuf>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.texts.len()).expect("fewer than 2^32 texts"));
        self.texts.push(Source { name: name.into(), dir: dir.into(), text: text.into() });
        id
    }

    /// Reads a file. Errors are the operating system's, or invalid UTF-8.
    pub fn read(&mut self, path: &Path) -> std::io::Result<SourceId> {
        let text = std::fs::read_to_string(path)?;
        let dir = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(self.add(path.display().to_string(), dir, text))
    }

    pub fn get(&self, id: SourceId) -> &Source {
        &self.texts[id.0 as usize]
    }
}
