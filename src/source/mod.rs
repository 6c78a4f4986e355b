//! Source texts and the spans that point into them.
//!
//! Every value that a person wrote carries a [`Span`] to the end of the pipeline, so that a failure to place
//! can point at the line that asked.

mod files;

pub use files::{Disk, Files};

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// Where the file was not UTF-8, U+FFFD stands.
    pub text: String,
    /// Where the file stops being UTF-8; a stage that reads the text reports it.
    pub invalid_utf8: Option<usize>,
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
}

/// A place in a text, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Source {
    /// The place of a byte offset; past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line(at);
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position { line: count(line), column: count(self.text[self.lines[line]..at].chars().count()) }
    }

    /// The line, from 0, of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }

    /// The bytes of lines `first..=last`, from 0; past the end is the end.
    pub fn lines(&self, first: usize, last: usize) -> Range<usize> {
        let start = |line: usize| self.lines.get(line).copied().unwrap_or(self.text.len());
        start(first)..start(last.saturating_add(1))
    }
}

/// All texts of one run, and where it reads its files.
#[derive(Clone, Debug)]
pub struct Sources {
    texts: Vec<Source>,
    files: Arc<dyn Files>,
}

impl Default for Sources {
    fn default() -> Self {
        Sources::from_files(Arc::new(Disk))
    }
}

impl Sources {
    /// Files are those of the disk.
    pub fn new() -> Self {
        Self::default()
    }

    pub fn from_files(files: Arc<dyn Files>) -> Self {
        Sources { texts: Vec::new(), files }
    }

    /// Where files that a text names are.
    pub fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// Adds a text that is already in memory.
    pub fn add(&mut self, name: impl Into<String>, dir: impl Into<PathBuf>, text: impl Into<String>) -> SourceId {
        self.push(name.into(), dir.into(), text.into(), None)
    }

    /// Adds bytes that should be text.
    pub fn add_bytes(&mut self, name: impl Into<String>, dir: impl Into<PathBuf>, bytes: &[u8]) -> SourceId {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(name.into(), dir.into(), text.to_owned(), None),
            Err(error) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                self.push(name.into(), dir.into(), text, Some(error.valid_up_to()))
            }
        }
    }

    /// Reads a file. Errors are those of [`Files`]; what is not UTF-8 is noted in the [`Source`].
    pub fn read(&mut self, path: &Path) -> std::io::Result<SourceId> {
        let bytes = self.files.read(path, u64::MAX)?;
        let dir = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(self.add_bytes(path.display().to_string(), dir, &bytes))
    }

    fn push(&mut self, name: String, dir: PathBuf, text: String, invalid_utf8: Option<usize>) -> SourceId {
        let id = SourceId(u32::try_from(self.texts.len()).expect("fewer than 2^32 texts"));
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.texts.push(Source { name, dir, text, invalid_utf8, lines });
        id
    }

    pub fn get(&self, id: SourceId) -> &Source {
        &self.texts[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_lines() {
        let mut sources = Sources::new();
        let id = sources.add("t", "", "ab\n\nöx\n");
        let source = sources.get(id);
        let place = |offset| {
            let p = source.position(offset);
            (p.line, p.column)
        };
        assert_eq!([place(0), place(2), place(3), place(4), place(6)], [(1, 1), (1, 3), (2, 1), (3, 1), (3, 2)]);
        // Inside a character is at it; past the end is the end.
        assert_eq!([place(5), place(8), place(99)], [(3, 1), (4, 1), (4, 1)]);
        assert_eq!([source.lines(0, 0), source.lines(1, 2), source.lines(3, 9)], [0..3, 3..8, 8..8]);
        let empty = sources.add("e", "", "");
        assert_eq!(sources.get(empty).position(0), Position { line: 1, column: 1 });
    }
}
