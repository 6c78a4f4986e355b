//! The regions of Armv8-M, and what its Security Extension means for a system that is Secure as a whole (DDI 0553).

use super::code::Code;
use super::tables::{FIXED_REGIONS, SETUP};
use super::thumb2::{self, MPU_CTRL, MPU_CTRL_VALUE, MPU_RBAR, MPU_RNR, SCS};
use crate::codegen::thumb2::inst::*;
use crate::protect::FLASH_SLOT;

/// MPU_MAIR0 and MPU_MAIR1, from [`SCS`] on (D1.2.209).
const MPU_MAIR0: u32 = 0xc0;

/// SecureFault has a handler of its own too (D1.2.235).
pub const SHCSR_VALUE: u32 = thumb2::SHCSR_VALUE | 1 << 19;

/// Sets attributes and the fixed region, with all regions off. r0 is [`SCS`]; clobbers r1 and r2.
pub fn start(c: &mut Code) {
    c.address(R2, SETUP, 0);
    for index in [0, 4] {
        c.load(R1, R2, index);
        c.store(R1, R0, MPU_MAIR0 + index);
    }
    c.constant(R1, FLASH_SLOT.into());
    c.store(R1, R0, MPU_RNR as u32);
    c.address(R2, FIXED_REGIONS, 0);
    // RBAR, RLAR.
    for index in [0, 4] {
        c.load(R1, R2, index);
        c.store(R1, R0, MPU_RBAR as u32 + index);
    }
}

/// Loads the words of the `count` regions from `first` on, from r4, which moves on. Clobbers r0-r3, r6-r10, r12.
///
/// The unit is off meanwhile: between the store of a base and that of its limit a region is neither the old one nor the
/// new one, and where it overlaps another the kernel itself would fault. The kernel runs on, with the background map.
pub fn load(c: &mut Code, first: u8, count: u8) {
    let eight = [R0, R1, R2, R3, R7, R8, R9, R10];
    let offset = |register: i32| (register - MPU_CTRL) as u32;
    c.constant(IP, SCS + MPU_CTRL as u32);
    c.constant(R0, 0);
    c.store(R0, IP, offset(MPU_CTRL));
    let (mut next, end) = (first, first + count);
    while next < end {
        // RBAR, RLAR and their aliases: up to four regions by one store, those of RNR without its low two bits
        // (D1.2.213).
        let after = (next / 4 * 4 + 4).min(end);
        c.constant(R0, (next / 4 * 4).into());
        c.store(R0, IP, offset(MPU_RNR));
        c.add(R6, IP, offset(MPU_RBAR) + 8 * u32::from(next % 4));
        let words = &eight[..2 * usize::from(after - next)];
        c.load_many(R4, true, words);
        c.store_many(R6, false, words);
        next = after;
    }
    c.constant(R0, MPU_CTRL_VALUE);
    c.store(R0, IP, offset(MPU_CTRL));
}
