//! The cover of PMSAv7, judged by the decoder of `verify`, which shares nothing with it.

use compose::protect::pmsav7::MODEL;
use compose::protect::{Access, Addresses, Cover, process_slots};
use compose::verify::pmsav7::{Region, Rights, decode, rights, runs, slot};

const READ_WRITE: Rights = Rights { read: true, write: true, execute: false };

fn regions(cover: &Cover) -> Vec<Region> {
    let words =
        cover.shapes.iter().zip(1..).map(|(&shape, slot)| ((MODEL.encode)(shape, slot, Access::ReadWrite), slot));
    let regions = words.map(|([rbar, rasr], number)| {
        assert_eq!(slot(rbar), Some(u32::from(number)));
        decode(rbar, rasr).expect("a piece is legal").expect("a piece is on")
    });
    regions.collect()
}

/// What any cover must hold to: it covers, it grants what it says and no more, and that lies inside.
fn judge(extent: &Addresses, within: &Addresses, cover: &Cover) {
    let granted = runs(&regions(cover));
    assert_eq!(granted, [(cover.granted.clone(), READ_WRITE)], "{extent:#x?} by {cover:#x?}");
    assert!(cover.granted.start <= extent.start && extent.end <= cover.granted.end);
    assert!(within.start <= cover.granted.start && cover.granted.end <= within.end);
}

fn cover(extent: Addresses, within: Addresses, limit: usize) -> Option<Cover> {
    let cover = (MODEL.cover)(extent.clone(), within.clone(), limit)?;
    assert!(cover.shapes.len() <= limit);
    judge(&extent, &within, &cover);
    Some(cover)
}

#[test]
fn any_extent_that_is_covered_is_covered_legally() {
    arbtest::arbtest(|u| {
        let bank = 0x2000_0000u64;
        let size = 1u64 << u.int_in_range(6..=22)?;
        let (a, b) = (u.int_in_range(0..=size - 1)?, u.int_in_range(1..=size)?);
        let extent = bank + a.min(b)..bank + a.max(b);
        if extent.is_empty() {
            return Ok(());
        }
        let limit = u.int_in_range(0..=7)?;
        let within = bank..bank + size;
        let found = cover(extent.clone(), within.clone(), limit);
        // One piece covers the whole bank, and more of them never grant more.
        assert_eq!(found.is_none(), limit == 0);
        if let (Some(few), Some(more)) = (found, cover(extent, within, limit + 1)) {
            let bytes = |cover: &Cover| cover.granted.end - cover.granted.start;
            assert!(bytes(&more) <= bytes(&few));
        }
        Ok(())
    });
}

/// With two pieces there are few enough covers to try them all.
#[test]
fn no_cover_by_two_pieces_grants_less() {
    let bank = 0x2000_0000u64;
    let within = bank..bank + 2048;
    let mut pieces: Vec<Addresses> = Vec::new();
    for size in (5..=11).map(|log2| 1u64 << log2) {
        for base in (0..2048 / size).map(|index| bank + index * size) {
            if size < 256 {
                pieces.push(base..base + size);
            } else {
                let eighth = size / 8;
                pieces.extend((0..8).flat_map(|a| (a + 1..=8).map(move |b| base + a * eighth..base + b * eighth)));
            }
        }
    }
    pieces.sort_by_key(|piece| (piece.start, piece.end));
    pieces.dedup();
    arbtest::arbtest(|u| {
        let start = bank + u.int_in_range(0..=2047)?;
        let end = start + u.int_in_range(1..=bank + 2048 - start)?;
        let best = pieces
            .iter()
            .filter(|first| first.start <= start && start < first.end)
            .flat_map(|first| {
                let seconds = pieces.iter().filter(|second| second.start <= first.end && end <= second.end);
                let alone = (first.end >= end).then(|| first.end - first.start);
                seconds.map(|second| second.end.max(first.end) - first.start.min(second.start)).chain(alone).min()
            })
            .min();
        let found = cover(start..end, within.clone(), 2).map(|cover| cover.granted.end - cover.granted.start);
        assert_eq!(found, best, "{start:#x}..{end:#x}");
        Ok(())
    })
    .budget_ms(1000);
}

/// Trap of other allocators: the last piece runs past the end of the bank.
#[test]
fn nothing_is_granted_past_the_end_of_the_bank() {
    // A bank that ends at no round address, with the extent at its very end.
    let within = 0x2000_0000..0x2000_0000 + 0x1_2360;
    for size in [32, 64, 1000, 4096, 0x1_2300] {
        let found = cover(within.end - size..within.end, within.clone(), 7).expect("seven pieces are enough");
        assert_eq!(found.granted.end, within.end);
    }
    assert_eq!(cover(within.end - 1000..within.end, within, 1), None, "one piece would reach beyond");
    // The end of the address space is an end like any other.
    let top = 0xffff_0000..0x1_0000_0000;
    assert_eq!(cover(top.clone(), top.clone(), 1).map(|cover| cover.granted), Some(top));
}

/// Trap: a base that is aligned to 32 bytes but not to the size of its region.
#[test]
fn a_region_begins_at_a_multiple_of_its_size() {
    let within = 0x2000_0000..0x2001_0000;
    for offset in (32..4096).step_by(32) {
        let start = within.start + offset;
        let found = cover(start..start + 4096, within.clone(), 7).unwrap();
        for shape in found.shapes {
            assert_eq!(shape.base % (1 << shape.size_log2), 0);
        }
    }
    assert!(decode(0x2000_0020 | 0x11, 0x130b_0001 | 9 << 1).is_err(), "1 KiB at a multiple of 32");
}

/// Trap: a cover that grants more than it says. (`judge` holds every cover against the decoder.)
#[test]
fn a_cover_of_less_than_a_granule_says_so() {
    let found = cover(0x2000_0004..0x2000_0005, 0x2000_0000..0x2000_1000, 7).unwrap();
    assert_eq!(found.granted, 0x2000_0000..0x2000_0020);
    assert_eq!(found.shapes.len(), 1);
}

/// Trap: subregions of regions below 256 bytes, which do not exist.
#[test]
fn small_regions_have_no_subregions() {
    let within = 0x2000_0000..0x2000_1000;
    for start in (0x2000_0000..0x2000_0100).step_by(32) {
        for size in (32..=256).step_by(32) {
            for shape in cover(start..start + size, within.clone(), 7).unwrap().shapes {
                assert!(shape.size_log2 >= 8 || shape.subregions_off == 0);
                assert_ne!(shape.subregions_off, 0xff);
            }
        }
    }
}

/// Trap: an unsigned underflow where more is asked for than there are regions.
#[test]
fn a_unit_without_regions_has_none_for_processes() {
    assert_eq!([0, 1, 2, 8, 16].map(process_slots), [0, 0, 1, 7, 7]);
    assert_eq!(cover(0x2000_0000..0x2000_0020, 0x2000_0000..0x2000_1000, 0), None);
    assert_eq!(cover(0x2000_0000..0x2000_0020, 0x2000_0000..0x2000_0000, 7), None, "no room at all");
    let empty = 0x2000_0000..0x2000_0000;
    assert_eq!((MODEL.cover)(empty.clone(), empty, 0).map(|cover| cover.shapes), Some(vec![]));
}

/// The words, field by field (DDI 0403, B3.5.8 and B3.5.9).
#[test]
fn encodes_what_the_manual_says() {
    let shape = compose::protect::Shape { base: 0x2000_0000, size_log2: 15, subregions_off: 0xe1 };
    assert_eq!((MODEL.encode)(shape, 3, Access::ReadWrite), [0x2000_0013, 0x130b_e11d]);
    assert_eq!((MODEL.encode)(shape, 0, Access::ReadExecute), [0x2000_0010, 0x0602_e11d]);
    assert_eq!((MODEL.off)(7), [0x17, 0]);
}

#[test]
fn the_region_with_the_highest_number_decides() {
    let low = decode(0x2000_0011, 0x130b_0013).unwrap().unwrap();
    let high = decode(0x2000_0012, 0x020b_0111 | 1 << 28).unwrap().unwrap();
    let at = |address| rights(&[high.clone(), low.clone()], address);
    assert_eq!(at(0x2000_0000), READ_WRITE, "an eighth that is off falls through");
    assert_eq!(at(0x2000_0040), Rights { read: true, ..Rights::default() });
    assert_eq!(at(0x2000_0200), READ_WRITE);
    assert_eq!(at(0x2000_0400), Rights::default());
}
