//! Files as a revision of a git repository has them, read through `git` itself; nothing is checked out.

use super::shell::Failure;
use crate::diag::suggest::nearest;
use crate::source::Files;
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

/// A repository, seen from a folder in it.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The top folder of the working tree.
    top: PathBuf,
}

/// A commit of a repository. Paths are relative to the top of the repository.
#[derive(Clone, Debug)]
pub struct Revision {
    repository: Repository,
    /// As the user named it.
    pub name: String,
    /// The hash of the commit.
    commit: String,
}

impl Repository {
    /// The repository that holds `path`, which need not exist, and the path in it.
    pub fn of(path: &Path) -> Result<(Repository, PathBuf), Failure> {
        let absolute = std::path::absolute(path).map_err(|error| Failure::Io {
            action: "find",
            path: path.display().to_string(),
            error,
        })?;
        let absolute = plain(&absolute).unwrap_or(absolute);
        // The folder may be gone in the working tree: the nearest one that is there tells the repository.
        let folder = absolute.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
        let output = git(folder, ["rev-parse", "--show-toplevel"])?;
        if !output.status.success() {
            return Err(Failure::Usage(format!(
                "`{}` is in no git repository: {}",
                folder.display(),
                message(&output)
            )));
        }
        let top = PathBuf::from(text(&output));
        // Git names folders by where symbolic links lead.
        let inside = |path: &Path| path.strip_prefix(&top).ok().map(Path::to_path_buf);
        let real = || {
            folder.canonicalize().ok().map(|real| match absolute.strip_prefix(folder) {
                Ok(rest) => real.join(rest),
                Err(_) => real,
            })
        };
        let path = inside(&absolute).or_else(|| inside(&real()?));
        match path {
            Some(path) => Ok((Repository { top }, path)),
            None => Err(Failure::Usage(format!(
                "`{}` is outside of the repository `{}`",
                absolute.display(),
                top.display()
            ))),
        }
    }

    pub fn revision(&self, name: &str) -> Result<Revision, Failure> {
        let wanted = format!("{name}^{{commit}}");
        let output = git(&self.top, ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        if !output.status.success() {
            return Err(Failure::Usage(self.no_such(name)));
        }
        Ok(Revision { repository: self.clone(), name: name.to_string(), commit: text(&output) })
    }

    /// Where the histories of two revisions part.
    pub fn merge_base(&self, one: &Revision, other: &Revision) -> Result<Revision, Failure> {
        let output = git(&self.top, ["merge-base", &one.commit, &other.commit])?;
        if !output.status.success() {
            return Err(Failure::Usage(format!(
                "`{}` and `{}` have no common commit{}",
                one.name,
                other.name,
                self.if_shallow()
            )));
        }
        let commit = text(&output);
        let short: String = commit.chars().take(10).collect();
        Ok(Revision { repository: self.clone(), name: short, commit })
    }

    fn no_such(&self, name: &str) -> String {
        let refs = git(&self.top, ["for-each-ref", "--format=%(refname:short)"]).map(|output| text(&output));
        let refs = refs.unwrap_or_default();
        let near = nearest(name, refs.lines()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("there is no revision `{name}` in `{}`{near}{}", self.top.display(), self.if_shallow())
    }

    fn if_shallow(&self) -> &'static str {
        let shallow = git(&self.top, ["rev-parse", "--is-shallow-repository"]);
        match shallow.is_ok_and(|output| text(&output) == "true") {
            true => "; the clone is shallow: fetch more of its history (`git fetch --unshallow`, `fetch-depth: 0`)",
            false => "",
        }
    }
}

impl Revision {
    /// `main:path/system.kdl`.
    pub fn label(&self, path: &Path) -> String {
        format!("{}:{}", self.name, slashed(path))
    }

    /// Whether the revision has a file (or folder) there.
    pub fn has(&self, path: &Path) -> bool {
        let object = format!("{}:{}", self.commit, slashed(path));
        git(&self.repository.top, ["cat-file", "-e", &object]).is_ok_and(|output| output.status.success())
    }

    /// Mode and kind of what is there: `100644 blob`.
    fn kind(&self, path: &Path) -> Option<String> {
        let path = slashed(path);
        let output = git(&self.repository.top, ["ls-tree", "-z", "--full-tree", &self.commit, "--", &path]);
        let line = text(&output.ok()?);
        let (mode, rest) = line.split_once(' ')?;
        Some(format!("{mode} {}", rest.split(' ').next()?))
    }

    fn file(&self, path: &Path) -> io::Result<Vec<u8>> {
        let outside =
            || io::Error::other(format!("it is outside of the repository, so `{}` has no version of it", self.name));
        let mut path = inside(&self.repository.top, path).ok_or_else(outside)?;
        // A symbolic link is a file that holds the path.
        for _ in 0..LINKS {
            let kind = self.kind(&path).ok_or(io::ErrorKind::NotFound)?;
            match kind.as_str() {
                "120000 blob" => {
                    let target = PathBuf::from(String::from_utf8_lossy(&self.blob(&path)?).into_owned());
                    let near = path.parent().unwrap_or(Path::new("")).join(target);
                    path = inside(&self.repository.top, &near).ok_or_else(outside)?;
                }
                kind if kind.ends_with(" tree") => return Err(io::ErrorKind::IsADirectory.into()),
                _ => return self.blob(&path),
            }
        }
        Err(io::Error::other("too many symbolic links"))
    }

    /// As a checkout would write it: with the filters for large files and ends of lines.
    fn blob(&self, path: &Path) -> io::Result<Vec<u8>> {
        let object = format!("{}:{}", self.commit, slashed(path));
        let output = git(&self.repository.top, ["cat-file", "--filters", &object]).map_err(io::Error::other)?;
        if output.status.success() { Ok(output.stdout) } else { Err(io::Error::other(message(&output))) }
    }
}

/// Symbolic links that may follow each other.
const LINKS: usize = 8;

impl Files for Revision {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = self.file(path)?;
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let Some(folder) = inside(&self.repository.top, folder) else { return Vec::new() };
        let object = format!("{}:{}", self.commit, slashed(&folder));
        let output = git(&self.repository.top, ["ls-tree", "-z", "--name-only", &object]);
        let listed = output.map(|output| text(&output)).unwrap_or_default();
        listed.split('\0').filter(|name| !name.is_empty()).map(str::to_string).collect()
    }
}

/// The path in a repository; `None` for what is outside.
fn inside(top: &Path, path: &Path) -> Option<PathBuf> {
    let path = plain(path)?;
    if path.is_absolute() { path.strip_prefix(top).ok().map(Path::to_path_buf) } else { Some(path) }
}

/// Without `.` and `..`; `None` for what leaves its start.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// Git separates by slashes on every system.
fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn git<I: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = I>) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).env("LC_ALL", "C").stdin(std::process::Stdio::null());
    command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::Usage("`git` is not installed, and revisions are read through it".into()),
        _ => Failure::Io { action: "run", path: "git".into(), error },
    })
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_string()
}

/// What git says went wrong, in one line.
fn message(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().next().unwrap_or("git failed");
    line.trim_start_matches("fatal: ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_without_dots() {
        let plainly = |path: &str| plain(Path::new(path)).map(|path| slashed(&path));
        assert_eq!(plainly("a/./b/../c").as_deref(), Some("a/c"));
        assert_eq!(plainly("../a"), None);
        assert_eq!(plainly("a/../../b"), None);
        assert_eq!(inside(Path::new("/r"), Path::new("/r/a/../b")), Some(PathBuf::from("b")));
        assert_eq!(inside(Path::new("/r"), Path::new("/other/b")), None);
    }
}
