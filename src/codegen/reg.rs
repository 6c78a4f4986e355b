//! Registers as instructions name them: physical before and after allocation, virtual in between.

use std::fmt;

/// A register: physical (`0..64`, the ISA's own numbers) or virtual (from 64 on).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(u32);

impl Reg {
    const FIRST_VIRTUAL: u32 = 64;

    pub const fn physical(number: u8) -> Self {
        assert!((number as u32) < Self::FIRST_VIRTUAL);
        Reg(number as u32)
    }

    pub fn virtual_(index: u32) -> Self {
        Reg(Self::FIRST_VIRTUAL + index)
    }

    /// The number of a physical register.
    pub fn as_physical(self) -> Option<u8> {
        (self.0 < Self::FIRST_VIRTUAL).then_some(self.0 as u8)
    }

    /// The index of a virtual register.
    pub fn as_virtual(self) -> Option<u32> {
        self.0.checked_sub(Self::FIRST_VIRTUAL)
    }

    /// The number that goes into an encoding. The register must be physical: allocation has run.
    pub fn number(self) -> u32 {
        debug_assert!(self.0 < Self::FIRST_VIRTUAL, "virtual register {self:?} reached the encoder");
        self.0
    }
}

impl fmt::Debug for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_virtual() {
            Some(index) => write!(f, "v{index}"),
            None => write!(f, "r{}", self.0),
        }
    }
}
