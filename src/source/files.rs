//! Where files come from.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The disk, or something that stands for it, such as a revision of a repository.
pub trait Files: fmt::Debug + Send + Sync {
    /// The first `limit` bytes of a file.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// Names of what is in a folder, in no order; none if it cannot be read.
    fn names(&self, folder: &Path) -> Vec<String>;
}

#[derive(Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Not by the file's stated size: devices and pipes have none.
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
    }
}
