//! PMSAv8, the protection unit of Armv8-M (DDI 0553, D1.2.212 and D1.2.215).
//!
//! A region has two ends, both multiples of 32 bytes. Where two regions that are on overlap, every access faults, that
//! of privileged code too. There are no rights under which privileged code may write what others may only read.
//!
//! ```text
//! RBAR   31 ........ 5   4..3  2..1  0
//!        base            SH    AP    XN
//! RLAR   31 ........ 5   4     3..1      0
//!        last 32 bytes   PXN   AttrIndx  EN
//! ```

use super::{Access, Entry, Model, Overlap, Ranges, Shape};

pub(super) const NAME: &str = "pmsav8";

/// Attribute 0: Normal memory, write-back, write and read allocate. 1: Normal memory, write-through, read allocate. 2: Device
/// memory, nGnRE. (A unit whose attributes are left 0 has Device-nGnRnE memory everywhere, and unaligned accesses fault.)
const MAIR0: u32 = 0x0004_aaff;
const RAM_ATTRIBUTE: u32 = 0;
const FLASH_ATTRIBUTE: u32 = 1;
const DEVICE_ATTRIBUTE: u32 = 2;

const XN: u32 = 1;
const AP_READ_WRITE: u32 = 0b01 << 1;
const AP_READ_ONLY: u32 = 0b11 << 1;
const ENABLE: u32 = 1;

pub static MODEL: Model = Model {
    name: NAME,
    blocks: None,
    ranges: Some(Ranges { granule: 32, entries: 1 }),
    overlap: Overlap::Fault,
    setup: &[("MPU_MAIR0", MAIR0), ("MPU_MAIR1", 0)],
    encode,
    off,
};

fn encode(shape: Shape, _slot: u8, access: Access) -> [u32; 2] {
    let Shape::Range { base, size } = shape else {
        unreachable!("the pieces of this model are ranges");
    };
    let (rights, attribute) = match access {
        Access::ReadExecute => (AP_READ_ONLY, FLASH_ATTRIBUTE),
        Access::ReadWrite => (XN | AP_READ_WRITE, RAM_ATTRIBUTE),
        Access::Device => (XN | AP_READ_WRITE, DEVICE_ATTRIBUTE),
        Access::Bound => return [0, 0],
    };
    debug_assert!(size > 0 && base % 32 == 0 && size.is_multiple_of(32));
    // The limit is the last 32 bytes that belong to the region, not the first that do not.
    let limit = (u64::from(base) + size - 32) as u32;
    [base | rights, limit | attribute << 1 | ENABLE]
}

fn off(_slot: u8) -> [u32; 2] {
    [0, 0]
}

pub(super) fn decode([rbar, rlar]: [u32; 2]) -> Option<Entry> {
    if rlar & ENABLE == 0 {
        return Some(Entry::Off);
    }
    let (base, end) = (rbar & !0x1f, u64::from(rlar & !0x1f) + 32);
    let size = end.checked_sub(base.into()).filter(|&size| size > 0)?;
    Some(Entry::On(Shape::Range { base, size }))
}
