//! The privileged code of the image: boot, regions, gates, faults.

use crate::codegen::Object;

/// Bytes that the kernel may need on a process's native stack beyond the component's own frames: the exception frame
/// of a gate or a fault (8 words, and 4 bytes to align it: DDI 0403, B1.5.7), the callee-saved registers that a gate
/// keeps there, and as much again as margin for a second exception at the worst moment.
pub const STACK_RESERVE: u32 = 36 + 36 + 32;

/// The kernel as code and tables, and what RAM it needs.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Everything that is in flash. Relocations carry all that the plan decides.
    pub object: Object,
    /// Bytes of RAM at [`Symbol::KernelMemory`](crate::codegen::Symbol::KernelMemory).
    pub memory: u32,
    /// Bytes of RAM below [`Symbol::KernelStackTop`](crate::codegen::Symbol::KernelStackTop).
    pub stack: u32,
}
