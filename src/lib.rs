//! `compose`: one `system.kdl` and a set of WebAssembly modules -> a complete microcontroller firmware image.

pub mod board;
pub mod cli;
pub mod codegen;
pub mod diag;
pub mod image;
pub mod ingest;
pub mod kernel;
pub mod link;
pub mod manifest;
pub mod plan;
pub mod protect;
pub mod report;
pub mod runtime;
pub mod schema;
pub mod source;
pub mod verify;
