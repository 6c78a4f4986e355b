//! Relocations of Thumb-2 code and of data (IHI 0044, 5.6; encodings: DDI 0403, A7.7).

use crate::codegen::{Relocation, RelocationKind, Symbol};

/// Patches one field of `bytes`, which lie at `address`. `value` gives the value of a symbol; code addresses are even.
pub fn apply(
    bytes: &mut [u8],
    address: u32,
    relocation: &Relocation,
    value: impl Fn(Symbol) -> Option<u32>,
) -> Result<(), String> {
    let target = relocation.target;
    let symbol = value(target).ok_or_else(|| format!("{target:?} has no value"))?;
    let offset = relocation.offset as usize;
    let field = bytes.get_mut(offset..).ok_or("the field is outside the item")?;
    let absolute = (symbol | u32::from(is_code(target))).wrapping_add_signed(relocation.addend);
    match relocation.kind {
        RelocationKind::Abs32 => {
            let word = field.first_chunk_mut::<4>().ok_or("the word is cut off")?;
            *word = absolute.to_le_bytes();
        }
        RelocationKind::ThumbMovwMovt => {
            let pair = field.first_chunk_mut::<8>().ok_or("the pair of instructions is cut off")?;
            let (movw, movt) = pair.split_at_mut(4);
            move_immediate(movw, 0xf240, absolute as u16)?;
            move_immediate(movt, 0xf2c0, (absolute >> 16) as u16)?;
        }
        RelocationKind::ThumbCall => {
            let instruction = field.first_chunk_mut::<4>().ok_or("the branch is cut off")?;
            let place = i64::from(address) + i64::from(relocation.offset);
            let distance = i64::from(symbol) + i64::from(relocation.addend) - place;
            branch(instruction, distance)?;
        }
    }
    Ok(())
}

/// Symbols whose address, as a value to branch to, has bit 0 set.
fn is_code(symbol: Symbol) -> bool {
    use Symbol::*;
    matches!(symbol, Function { .. } | Entry { .. } | Runtime(_) | Native(_) | Gate(_) | Host { .. })
}

/// MOVW (A7.7.76, T3) and MOVT (A7.7.79, T1):
///
/// ```text
/// 1 1 1 1 0 i 1 0 x 1 0 0 imm4 | 0 imm3 Rd imm8        value = imm4:i:imm3:imm8
/// ```
fn move_immediate(field: &mut [u8], opcode: u16, value: u16) -> Result<(), String> {
    let (high, low) = halves(field);
    if high & 0xfbf0 != opcode || low & 0x8000 != 0 {
        return Err(format!("{high:#06x} {low:#06x} is not the instruction that the relocation patches"));
    }
    let (imm4, i, imm3, imm8) = (value >> 12, value >> 11 & 1, value >> 8 & 7, value & 0xff);
    store(field, (high & !0x040f) | i << 10 | imm4, (low & !0x70ff) | imm3 << 12 | imm8);
    Ok(())
}

/// BL (A7.7.18, T1) and B.W (A7.7.12, T4):
///
/// ```text
/// 1 1 1 1 0 S imm10 | 1 x J1 x J2 imm11      distance = S:I1:I2:imm10:imm11:0, I1 = !(J1 ^ S), I2 = !(J2 ^ S)
/// ```
fn branch(field: &mut [u8], distance: i64) -> Result<(), String> {
    let (high, low) = halves(field);
    if high & 0xf800 != 0xf000 || low & 0x9000 != 0x9000 {
        return Err(format!("{high:#06x} {low:#06x} is not a branch that the relocation patches"));
    }
    if !(-(1 << 24)..1 << 24).contains(&distance) || distance & 1 != 0 {
        return Err(format!("a branch does not reach {distance} bytes"));
    }
    let bits = distance as u32;
    let sign = bits >> 24 & 1;
    let j = |bit: u32| (bits >> bit & 1) ^ sign ^ 1;
    let high = (high & 0xf800) | (sign << 10) as u16 | (bits >> 12 & 0x3ff) as u16;
    let low = (low & 0xd000) | (j(23) << 13) as u16 | (j(22) << 11) as u16 | (bits >> 1 & 0x7ff) as u16;
    store(field, high, low);
    Ok(())
}

/// A 32-bit instruction is two little-endian halfwords, the first one the higher (A5.1).
fn halves(field: &[u8]) -> (u16, u16) {
    (u16::from_le_bytes([field[0], field[1]]), u16::from_le_bytes([field[2], field[3]]))
}

fn store(field: &mut [u8], high: u16, low: u16) {
    field[..2].copy_from_slice(&high.to_le_bytes());
    field[2..].copy_from_slice(&low.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(
        code: [u16; 4],
        kind: RelocationKind,
        address: u32,
        value: u32,
        addend: i32,
    ) -> Result<Vec<u16>, String> {
        let mut bytes: Vec<u8> = code.iter().flat_map(|half| half.to_le_bytes()).collect();
        let relocation = Relocation { offset: 0, kind, target: Symbol::KernelTable("x"), addend };
        apply(&mut bytes, address, &relocation, |_| Some(value))?;
        Ok(bytes.chunks(2).map(|half| u16::from_le_bytes([half[0], half[1]])).collect())
    }

    /// Expected encodings are llvm-mc's (`-triple=thumbv7em-none-eabi`).
    #[test]
    fn branches() {
        let from = 0x0100_0000u32;
        let patch = |low: u16, distance: i32| {
            let code = [0xf000, low, 0, 0];
            patched(code, RelocationKind::ThumbCall, from, from.wrapping_add_signed(distance), -4)
                .map(|code| (code[0], code[1]))
        };
        let cases = [
            (0xd000, 4, (0xf000, 0xf800)),
            (0xd000, 0, (0xf7ff, 0xfffe)),
            (0xd000, 0x100, (0xf000, 0xf87e)),
            (0xd000, -0x12_3456, (0xf6dc, 0xfdd3)),
            (0xd000, 0x7f_1234, (0xf3f1, 0xf118)),
            (0xd000, 0x100_0002, (0xf3ff, 0xd7ff)),
            (0xd000, -0xff_fffc, (0xf400, 0xd000)),
            (0x9000, 0x81_2346, (0xf012, 0x99a1)),
        ];
        for (low, distance, expected) in cases {
            assert_eq!(patch(low, distance), Ok(expected), "{distance:#x}");
        }
        assert!(patch(0xd000, 0x100_0004).is_err() && patch(0xd000, -0xff_fffe).is_err());
        assert!(patch(0x0000, 4).is_err(), "not a branch");
    }

    #[test]
    fn move_pairs() {
        let code = [0xf240, 0x0700, 0xf2c0, 0x0700];
        let pair = |value, addend| patched(code, RelocationKind::ThumbMovwMovt, 0, value, addend);
        assert_eq!(pair(0x2f00_abcd, 0), Ok(vec![0xf64a, 0x37cd, 0xf6c2, 0x7700]));
        assert_eq!(pair(0x2f00_abd0, -3), pair(0x2f00_abcd, 0));
        // What the fields held before does not matter.
        let full = [0xf64f, 0x77ff, 0xf6cf, 0x77ff];
        let again = patched(full, RelocationKind::ThumbMovwMovt, 0, 0x2f00_abcd, 0);
        assert_eq!(again, pair(0x2f00_abcd, 0));
        assert!(patched([0xf2c0, 0x0700, 0xf240, 0x0700], RelocationKind::ThumbMovwMovt, 0, 0, 0).is_err());
    }

    #[test]
    fn code_addresses_have_bit_0_set_as_values_only() {
        let reset = Symbol::Native("reset");
        let relocation = |kind| Relocation { offset: 0, kind, target: reset, addend: 0 };
        let mut word = [0; 8];
        apply(&mut word, 0, &relocation(RelocationKind::Abs32), |_| Some(0x1234)).unwrap();
        assert_eq!(word[..4], [0x35, 0x12, 0, 0]);
        let mut call = [0x00, 0xf0, 0x00, 0xd0];
        let relocation = Relocation { addend: -4, ..relocation(RelocationKind::ThumbCall) };
        apply(&mut call, 0x1000, &relocation, |_| Some(0x1004)).unwrap();
        assert_eq!(call, [0x00, 0xf0, 0x00, 0xf8]);
    }
}
