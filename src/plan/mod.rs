//! Stage 6: objects -> [`Plan`]: where everything is, which pieces cover it, and what each cost.

use crate::codegen::Symbol;
use crate::manifest::ProcessId;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Plan {
    /// In address order.
    pub sections: Vec<Section>,
    /// Value of every symbol (addresses, and register words).
    pub symbols: BTreeMap<Symbol, u32>,
    /// For each process, its own pieces.
    pub processes: Vec<ProcessPlan>,
    /// Pieces that are always on (code).
    pub fixed: Vec<Piece>,
    pub waste: Waste,
}

/// A named run of bytes in a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `.vectors`, `.text.sampler`, `.rodata`, `.kernel`, `.stack.sampler`, `.memory.sampler`, ...
    pub name: String,
    pub base: u32,
    pub size: u32,
    pub kind: SectionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    Vectors,
    Code,
    Constants,
    /// Initial contents that start-up copies.
    LoadImage,
    KernelData,
    Stack,
    InstanceData,
    Memory,
}

#[derive(Clone, Debug)]
pub struct ProcessPlan {
    pub process: ProcessId,
    /// The extent `base..base+size`: stack, then for each component its instance data and memories.
    pub base: u32,
    pub size: u32,
    pub stack_base: u32,
    pub stack_size: u32,
    pub pieces: Vec<Piece>,
}

/// One MPU region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Region number.
    pub slot: u8,
    pub base: u32,
    /// Bytes of the whole region (PMSAv7: a power of two).
    pub size: u32,
    /// PMSAv7 SRD: bit i set = eighth i is off.
    pub subregions_off: u8,
    pub access: Access,
    /// RBAR, RASR.
    pub words: [u32; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadExecute,
    ReadWrite,
    ReadOnly,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waste {
    /// RAM bytes that processes asked for.
    pub asked: u32,
    /// Bytes granted beyond that.
    pub granted_extra: u32,
    /// Bytes lost between extents.
    pub gaps: u32,
}
