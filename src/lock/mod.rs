//! `system.lock.kdl`: where everything was placed, beside the manifest and committed with it. One line for each thing,
//! sorted by name, so that an ordinary `git diff` shows what moved; and so that the next build can leave it where it is.

mod table;

pub use table::LOCK;

use crate::diag::codes::lock as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::{self, Item};
use crate::source::{SourceId, Sources, Span};
use std::fmt::{self, Write};
use std::io;
use std::path::{Path, PathBuf};

/// The version of the format.
pub const VERSION: u32 = 1;

/// A lock file.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    pub system: String,
    pub board: String,
    /// The protection model, and its number of entries.
    pub protection: (String, u32),
    pub extents: Vec<Extent>,
    /// Everything that has a line.
    pub things: Vec<Thing>,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// The node: `memory`.
    pub kind: &'static str,
    pub name: String,
    /// Devices have none: they are where the board has them.
    pub base: Option<u32>,
    pub size: u64,
    /// Number and register words of each entry.
    pub entries: Vec<(u8, [u32; 2])>,
}

/// Memory of a process in one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The process; `process#2` for its second one.
    pub name: String,
    pub bank: String,
    pub base: u32,
    pub size: u64,
    pub granted_base: u32,
    pub granted_size: u64,
}

/// One line of a lock file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub name: String,
    /// The node: `memory`.
    pub kind: &'static str,
    /// In the order in which they are written.
    pub fields: Vec<(&'static str, Value)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Address(u32),
    Number(u64),
    Text(String),
}

/// `system.lock.kdl` for `system.kdl`.
pub fn path(manifest: &Path) -> PathBuf {
    manifest.with_extension("lock.kdl")
}

/// The lock file of a manifest, if there is one.
pub fn find(sources: &mut Sources, manifest: &Path) -> io::Result<Option<SourceId>> {
    match sources.read(&path(manifest)) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a lock file. What is wrong with it is an error: a layout that nobody reviewed is not what it is for.
pub fn read(sources: &Sources, id: SourceId) -> (Option<Lock>, Diagnostics) {
    let mut found = Diagnostics::new();
    let lock = match conflict(sources, id) {
        Some(conflict) => {
            found.push(conflict);
            None
        }
        None => found.take(schema::read(sources, id, &LOCK)).map(|items| build(&items, &mut found)),
    };
    let wrong = found.has_errors();
    for diagnostic in &mut found.list {
        diagnostic.notes.push("`--relayout` places everything afresh, whatever this file says".to_string());
    }
    (lock.filter(|_| !wrong), found)
}

/// What git leaves where two branches have changed the same lines.
fn conflict(sources: &Sources, id: SourceId) -> Option<Diagnostic> {
    let mut start = 0;
    for line in sources.get(id).text.split_inclusive('\n') {
        if line.starts_with("<<<<<<<") {
            let end = start + line.trim_end().len();
            let span = Span { source: id, start: start as u32, end: end as u32 };
            return Some(
                Diagnostic::error(&codes::CONFLICT, "an unresolved merge of two layouts")
                    .label(span, "from here on")
                    .help("take either side, whole, and build: what does not fit the manifest is placed anew"),
            );
        }
        start += line.len();
    }
    None
}

fn build(items: &[Item], found: &mut Diagnostics) -> Lock {
    let mut lock = Lock::default();
    let mut seen: Vec<(&str, String, Span)> = Vec::new();
    let mut heads: Vec<Span> = Vec::new();
    for item in items {
        let Some(name) = item.arg::<String>(0) else {
            head(item, &mut lock, found);
            continue;
        };
        let same = |(kind, other, _): &&(&str, String, Span)| *kind == item.node.name && *other == name.value;
        if let Some((.., first)) = seen.iter().find(same) {
            found.push(
                Diagnostic::error(&codes::TWICE, format!("`{}` of `{}` is there twice", item.node.name, name.value))
                    .label(item.head, "a second time")
                    .label(*first, "the first time")
                    .help("remove one of them"),
            );
            continue;
        }
        seen.push((item.node.name, name.value.clone(), item.head));
        let words = item.prop::<String>("words");
        let entries = words.as_ref().map_or(Some(Vec::new()), |words| words.value.split(' ').map(entry).collect());
        if let (Some(words), None) = (&words, &entries) {
            found.push(
                Diagnostic::error(&codes::WORDS, "these are no register words")
                    .label(words.span, "not `number:word:word`, each word eight hexadecimal digits")
                    .help("restore the line as it was written"),
            );
        }
        lock.things.push(Thing {
            kind: item.node.name,
            name: name.value.clone(),
            base: number(item, "base").and_then(|base| u32::try_from(base).ok()),
            size: number(item, "size").unwrap_or(0),
            entries: entries.unwrap_or_default(),
        });
        if item.node.name == "extent"
            && let Some(extent) = extent(item, name.value)
        {
            check(&extent, item, &lock, &heads, found);
            lock.extents.push(extent);
            heads.push(item.head);
        }
    }
    lock
}

/// The line of what the file is about.
fn head(item: &Item, lock: &mut Lock, found: &mut Diagnostics) {
    let text = |name: &str| item.prop::<String>(name).map(|text| text.value).unwrap_or_default();
    (lock.system, lock.board) = (text("system"), text("board"));
    let Some(protection) = item.prop::<String>("protection") else { return };
    match protection.value.split_once(' ').and_then(|(model, count)| Some((model.to_string(), count.parse().ok()?))) {
        Some(protection) => lock.protection = protection,
        None => found.push(
            Diagnostic::error(&codes::WORDS, "this is no protection unit")
                .label(protection.span, "not a model and its number of entries, as in `pmsav7 8`")
                .help("restore the line as it was written"),
        ),
    }
}

/// `1:20000111:130b070f`.
fn entry(text: &str) -> Option<(u8, [u32; 2])> {
    let word = |text: &str| u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8);
    let mut parts = text.split(':');
    let (slot, first, second) = (parts.next()?, parts.next()?, parts.next()?);
    let entry = (slot.parse().ok()?, [word(first)?, word(second)?]);
    parts.next().is_none().then_some(entry)
}

fn number(item: &Item, name: &str) -> Option<u64> {
    item.prop::<i128>(name).and_then(|number| u64::try_from(number.value).ok())
}

fn extent(item: &Item, name: String) -> Option<Extent> {
    let address = |name: &str| number(item, name).and_then(|number| u32::try_from(number).ok());
    Some(Extent {
        name,
        bank: item.prop::<String>("in")?.value,
        base: address("base")?,
        size: number(item, "size")?,
        granted_base: address("granted-base")?,
        granted_size: number(item, "granted-size")?,
    })
}

/// An extent lies inside what is granted, and nothing is granted twice.
fn check(extent: &Extent, item: &Item, lock: &Lock, heads: &[Span], found: &mut Diagnostics) {
    let bytes = |extent: &Extent| u64::from(extent.base)..u64::from(extent.base) + extent.size;
    let granted =
        |extent: &Extent| u64::from(extent.granted_base)..u64::from(extent.granted_base) + extent.granted_size;
    let (inner, outer) = (bytes(extent), granted(extent));
    if inner.start < outer.start || inner.end > outer.end {
        found.push(
            Diagnostic::error(&codes::NOT_COVERED, format!("the entries of `{}` do not cover it", extent.name))
                .label(item.head, "base and size reach outside of what is granted")
                .help("restore the line as it was written"),
        );
    }
    let overlaps = |other: &Extent| granted(other).start < outer.end && outer.start < granted(other).end;
    if let Some(index) = lock.extents.iter().position(overlaps) {
        let other = &lock.extents[index];
        found.push(
            Diagnostic::error(&codes::OVERLAP, format!("`{}` and `{}` overlap", other.name, extent.name))
                .label(item.head, "this one")
                .label(heads[index], "and this one")
                .help("take both lines from the same side of the merge"),
        );
    }
}

/// The text of a lock file. `protection`: the model and its number of entries.
pub fn write(system: &str, board: &str, protection: &str, mut lines: Vec<Line>) -> String {
    lines.sort();
    let mut out = String::from(
        "// Where everything is. Written by `compose build`; commit it beside the manifest. The next build leaves what it can\n\
         // where it is, and a review shows what moved. `compose build --relayout` places everything afresh.\n",
    );
    let head = [("system", system), ("board", board), ("protection", protection)];
    let head: String = head.iter().map(|(name, text)| format!(" {name}={}", Quoted(text))).collect();
    let mut text = || -> fmt::Result {
        writeln!(out, "lock version={VERSION}{head}")?;
        for line in &lines {
            write!(out, "{} {}", line.kind, Quoted(&line.name))?;
            for (name, value) in &line.fields {
                write!(out, " {name}={value}")?;
            }
            out.push('\n');
        }
        Ok(())
    };
    text().expect("a string takes all that is written");
    out
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Address(address) => write!(f, "0x{:04x}_{:04x}", address >> 16, address & 0xffff),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{}", Quoted(text)),
        }
    }
}

/// A KDL string. Control characters do not come up: names that have them are not written.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// What a build would change of a lock file, as an error: for `--locked`. `None` if nothing.
pub fn changed(sources: &Sources, old: Option<SourceId>, manifest: Span, new: &str) -> Option<Diagnostic> {
    let Some(id) = old else {
        return Some(
            Diagnostic::error(&codes::WOULD_CHANGE, "there is no lock file")
                .label(manifest, "of this system")
                .help("build without `--locked`, and commit the lock file"),
        );
    };
    let text = &sources.get(id).text;
    if text == new {
        return None;
    }
    let (mut gone, mut start) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        if !new.lines().any(|other| other == line.trim_end_matches('\n')) {
            gone.push(Span { source: id, start, end: start + line.trim_end().len() as u32 });
        }
        start += line.len() as u32;
    }
    let come = new.lines().filter(|line| !text.lines().any(|other| other == *line));
    let come: Vec<&str> = come.collect();
    let place = gone.first().copied().unwrap_or(Span { source: id, start: 0, end: 0 });
    let mut diagnostic = Diagnostic::error(
        &codes::WOULD_CHANGE,
        format!("the lock file would change: {} lines go and {} come", gone.len(), come.len()),
    )
    .label(place, if gone.is_empty() { "lines would be added" } else { "would change" })
    .help("build without `--locked`, look at what changed, and commit it");
    let shown = 5;
    for line in come.iter().take(shown) {
        diagnostic = diagnostic.note(format!("new: {line}"));
    }
    if come.len() > shown {
        diagnostic = diagnostic.note(format!("and {} more", come.len() - shown));
    }
    Some(diagnostic)
}
