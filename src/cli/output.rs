//! Files: all of them, complete, or none.

use super::shell::Failure;
use std::io;
use std::path::{Path, PathBuf};

/// Writes `files` (name, content) into `folder`, which is created. Each is written beside its place first and moved
/// there when all have been written, so that no half of an image is ever found.
pub fn write(folder: &Path, files: &[(String, &[u8])]) -> Result<Vec<PathBuf>, Failure> {
    std::fs::create_dir_all(folder).map_err(|error| failure("create", folder, error))?;
    let mark = std::process::id();
    let pairs: Vec<(PathBuf, PathBuf)> =
        files.iter().map(|(name, _)| (folder.join(format!(".{name}.{mark}")), folder.join(name))).collect();
    let written = pairs.iter().zip(files).try_for_each(|((near, _), (_, content))| {
        std::fs::write(near, content).map_err(|error| failure("write", near, error))
    });
    let moved = written.and_then(|()| {
        pairs.iter().try_for_each(|(near, place)| std::fs::rename(near, place).map_err(|e| failure("write", place, e)))
    });
    if let Err(failure) = moved {
        for (near, _) in &pairs {
            let _ = std::fs::remove_file(near); // May never have been there.
        }
        return Err(failure);
    }
    Ok(pairs.into_iter().map(|(_, place)| place).collect())
}

fn failure(action: &'static str, path: &Path, error: io::Error) -> Failure {
    Failure::Io { action, path: path.display().to_string(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("a/b");
        let files: [(String, &[u8]); 2] = [("x.elf".into(), b"one"), ("x.bin".into(), b"two")];
        let paths = write(&out, &files).expect("two files");
        assert_eq!(paths, [out.join("x.elf"), out.join("x.bin")]);
        assert_eq!(std::fs::read(&paths[1]).expect("a file"), b"two");

        // A name that cannot be written: a folder is in its place.
        std::fs::create_dir(out.join("y.bin")).expect("a folder");
        let files: [(String, &[u8]); 2] = [("y.bin".into(), b"one"), ("y.elf".into(), b"two")];
        assert!(write(&out, &files).is_err());
        let mut names: Vec<_> =
            std::fs::read_dir(&out).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
        names.sort();
        assert_eq!(names, ["x.bin", "x.elf", "y.bin"]);
    }
}
