//! Stage 1: text -> [`Manifest`].

mod model;

pub use model::*;
