//! How much a module may be. Far above what a microcontroller holds, far below what hurts the machine that builds.

/// Bytes of a file. Names and debug information are most of a large one.
pub const FILE: u64 = 64 << 20;
/// Core modules and components inside one component.
pub const NESTED: usize = 1_000;
/// Functions with a body.
pub const FUNCTIONS: usize = 50_000;
/// Locals of one function, parameters apart.
pub const LOCALS: u32 = 10_000;
