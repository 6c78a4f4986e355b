//! Register words -> shape: what a lock file says of a piece is its words.

use super::{Shape, pmp, pmsav7, pmsav8};

/// An entry as its words have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Off,
    /// Grants nothing: its address is the lower end of the entry above (PMP).
    Bound(u32),
    On(Shape),
}

/// What an entry of the unit `model` is. `below` is the first word of the entry below, 0 for entry 0. `None` if there is no
/// such unit, or no piece has such words.
pub fn decode(model: &str, words: [u32; 2], below: u32) -> Option<Entry> {
    match model {
        pmsav7::NAME => pmsav7::decode(words),
        pmsav8::NAME => pmsav8::decode(words),
        pmp::NAME => pmp::decode(words, below),
        _ => None,
    }
}
