//! The regions of Armv7-M (DDI 0403, B3.5).

use super::code::Code;
use super::tables::FIXED_REGIONS;
use super::thumb2::{MPU_RBAR, SCS};
use crate::codegen::thumb2::inst::*;

/// Sets the fixed region, with all regions off. r0 is [`SCS`]; clobbers r1 and r2.
pub fn start(c: &mut Code) {
    c.address(R2, FIXED_REGIONS, 0);
    // RBAR, RASR. RBAR says which region.
    for index in [0, 4] {
        c.load(R1, R2, index);
        c.store(R1, R0, MPU_RBAR as u32 + index);
    }
}

/// Loads the words of `count` regions from r4, which moves on. Clobbers r0-r3, r7-r10, r12.
pub fn load(c: &mut Code, count: u8) {
    let eight = [R0, R1, R2, R3, R7, R8, R9, R10];
    let mut left = 2 * usize::from(count);
    // RBAR, RASR and their three aliases: four regions by one store (B3.5.10). The words say which regions.
    c.constant(IP, SCS + MPU_RBAR as u32);
    while left > 0 {
        let now = left.min(eight.len());
        c.load_many(R4, true, &eight[..now]);
        c.store_many(IP, false, &eight[..now]);
        left -= now;
    }
}
