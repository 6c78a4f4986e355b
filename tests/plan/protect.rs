//! Covers of all protection models, judged by the decoders of `verify`, which share nothing with them.

use compose::protect::{
    Access, Addresses, Cover, Entry, Model, Shape, decode, merge, pmp, pmsav7, pmsav8, process_slots,
};
use compose::verify::pmsav7 as words;
use compose::verify::regions::{Memory, Region, Rights, Unit};

const READ_WRITE: Rights = Rights { read: true, write: true, execute: false };

/// All models, with the decoder that judges each.
pub fn models() -> [(Model, Unit); 6] {
    [
        (pmsav7::model(32), Unit::Pmsav7),
        (pmsav7::model(256), Unit::Pmsav7),
        (pmsav8::MODEL, Unit::Pmsav8),
        (pmp::model(4, true), Unit::Pmp),
        (pmp::model(4, false), Unit::Pmp),
        (pmp::model(32, false), Unit::Pmp),
    ]
}

fn v7() -> Model {
    pmsav7::model(32)
}

/// The regions that the words of these shapes mean, in entries from `first` on. All words must be legal.
pub fn regions(model: &Model, unit: Unit, shapes: &[(Shape, Access)], first: u8) -> Vec<Region> {
    let pieces = model.pieces(shapes, first);
    let mut entries: Vec<[u32; 2]> = (0..first).map(|slot| model.off(slot)).collect();
    for (slot, piece) in (first..).zip(&pieces) {
        assert_eq!(piece.slot, slot);
        if unit == Unit::Pmsav7 {
            assert_eq!(words::slot(piece.words[0]), Some(u32::from(slot)));
        }
        entries.push(piece.words);
    }
    let setup: Vec<u32> = model.setup.iter().map(|&(_, word)| word).collect();
    let decoded = unit.decode(&entries, &setup).into_iter().map(|region| region.expect("a piece is legal"));
    decoded.flatten().collect()
}

fn data(cover: &Cover) -> Vec<(Shape, Access)> {
    cover.shapes.iter().map(|&shape| (shape, Access::ReadWrite)).collect()
}

/// What any cover must hold to: it covers, it grants what it says and no more, that lies inside, and it takes the entries
/// that it says.
pub fn judge(model: &Model, unit: Unit, extent: &Addresses, within: &Addresses, cover: &Cover) {
    let granted = unit.runs(&regions(model, unit, &data(cover), 1));
    assert_eq!(granted, [(cover.granted.clone(), READ_WRITE)], "{extent:#x?} by {cover:#x?}");
    assert!(cover.granted.start <= extent.start && extent.end <= cover.granted.end);
    assert!(within.start <= cover.granted.start && cover.granted.end <= within.end);
    assert_eq!(model.pieces(&data(cover), 1).len(), cover.entries);
}

fn cover(model: &Model, unit: Unit, extent: Addresses, within: Addresses, limit: usize) -> Option<Cover> {
    let cover = model.cover(extent.clone(), within.clone(), limit)?;
    assert!(cover.entries <= limit);
    judge(model, unit, &extent, &within, &cover);
    Some(cover)
}

fn cover_v7(extent: Addresses, within: Addresses, limit: usize) -> Option<Cover> {
    cover(&v7(), Unit::Pmsav7, extent, within, limit)
}

#[test]
fn any_extent_that_is_covered_is_covered_legally() {
    arbtest::arbtest(|u| {
        let (model, unit) = *u.choose(&models())?;
        let bank = 0x2000_0000u64;
        let size = 1u64 << u.int_in_range(8..=22)?;
        let (a, b) = (u.int_in_range(0..=size - 1)?, u.int_in_range(1..=size)?);
        let extent = bank + a.min(b)..bank + a.max(b);
        if extent.is_empty() {
            return Ok(());
        }
        let limit = u.int_in_range(0..=7)?;
        let within = bank..bank + size;
        let found = cover(&model, unit, extent.clone(), within.clone(), limit);
        // One piece covers the whole bank, and more of them never grant more.
        assert_eq!(found.is_none(), limit == 0);
        if let (Some(few), Some(more)) = (found, cover(&model, unit, extent, within, limit + 1)) {
            let bytes = |cover: &Cover| cover.granted.end - cover.granted.start;
            assert!(bytes(&more) <= bytes(&few));
        }
        Ok(())
    })
    .budget_ms(2000);
}

/// What a lock file says of a piece are its words.
#[test]
fn words_say_which_piece_they_are_of() {
    arbtest::arbtest(|u| {
        let (model, _) = *u.choose(&models())?;
        let bank = 0x2000_0000u64;
        let (start, size) = (bank + u.int_in_range(0..=1 << 16)?, u.int_in_range(1..=1 << 16)?);
        let Some(cover) = model.cover(start..start + size, bank..bank + (1 << 20), 5) else { return Ok(()) };
        let access = *u.choose(&[Access::ReadExecute, Access::ReadWrite, Access::Device])?;
        let shapes: Vec<_> = cover.shapes.iter().map(|&shape| (shape, access)).collect();
        let pieces = model.pieces(&shapes, 1);
        let mut below = model.off(0)[0];
        let mut read = Vec::new();
        for piece in &pieces {
            match decode(model.name, piece.words, below).expect("words of a piece") {
                Entry::On(shape) => read.push(shape),
                Entry::Bound(base) => assert_eq!((piece.access, piece.base), (Access::Bound, base)),
                Entry::Off => panic!("{piece:?} is on"),
            }
            below = piece.words[0];
        }
        assert_eq!(read, cover.shapes);
        assert_eq!(decode(model.name, model.off(3), below), Some(Entry::Off));
        // Whatever words there are, there is an answer.
        let words = [u.arbitrary()?, u.arbitrary()?];
        if let Some(Entry::On(shape)) = decode(model.name, words, u.arbitrary()?) {
            assert!(u64::from(shape.base()) + shape.size() <= 1 << 32);
        }
        Ok(())
    })
    .budget_ms(500);
}

/// Everything that one piece can grant in a small bank.
pub fn all_pieces(model: &Model, within: &Addresses) -> Vec<(Addresses, usize)> {
    let size = within.end - within.start;
    let mut pieces: Vec<(Addresses, usize)> = Vec::new();
    if let Some(blocks) = model.blocks {
        for log2 in blocks.smallest_log2..=size.ilog2() as u8 {
            for base in (within.start..within.end).step_by(1 << log2) {
                let eighth = (1u64 << log2) / 8;
                match blocks.eighths_from_log2 {
                    Some(from) if log2 >= from => pieces.extend(
                        (0..8).flat_map(|a| (a + 1..=8).map(move |b| (base + a * eighth..base + b * eighth, 1))),
                    ),
                    _ => pieces.push((base..base + (1 << log2), 1)),
                }
            }
        }
    }
    if let Some(ranges) = model.ranges {
        let edges = || (within.start..=within.end).step_by(ranges.granule as usize);
        for start in edges() {
            pieces.extend(edges().filter(|&end| end > start).map(|end| (start..end, usize::from(ranges.entries))));
        }
    }
    pieces.sort_by_key(|(piece, entries)| (piece.start, piece.end, *entries));
    pieces.dedup_by_key(|(piece, _)| (piece.start, piece.end));
    pieces
}

/// In a small bank there are few enough covers by two entries to try them all.
#[test]
fn no_cover_by_two_entries_grants_less() {
    let bank = 0x2000_0000u64;
    let banks: Vec<_> = models()
        .into_iter()
        .map(|(model, unit)| {
            let size = if model.granule() < 32 { 256 } else { 4096 };
            let within = bank..bank + size;
            let pieces = all_pieces(&model, &within);
            (model, unit, within, pieces)
        })
        .collect();
    arbtest::arbtest(|u| {
        let (model, unit, within, pieces) = u.choose(&banks)?;
        let size = within.end - within.start;
        let start = bank + u.int_in_range(0..=size - 1)?;
        let end = start + u.int_in_range(1..=within.end - start)?;
        let firsts = pieces.iter().filter(|(first, _)| first.start <= start && start < first.end);
        let best = firsts
            .flat_map(|(first, entries)| {
                let seconds = pieces
                    .iter()
                    .filter(|(second, more)| second.start <= first.end && end <= second.end && entries + more <= 2);
                let alone = (first.end >= end && *entries <= 2).then(|| first.end - first.start);
                let pairs = seconds.map(|(second, _)| second.end.max(first.end) - first.start.min(second.start));
                pairs.chain(alone).min()
            })
            .min();
        let found = cover(model, *unit, start..end, within.clone(), 2);
        let found = found.map(|cover| cover.granted.end - cover.granted.start);
        assert_eq!(found, best, "{} {start:#x}..{end:#x}", model.name);
        Ok(())
    })
    .budget_ms(2000);
}

/// The lowest end of a place is the lowest of all ends that any cover at any base has.
#[test]
fn no_place_ends_lower() {
    arbtest::arbtest(|u| {
        let (model, unit) = *u.choose(&models())?;
        let bank = 0x2000_0000u64;
        let scale = if model.granule() < 32 { 1 } else { 8 };
        let space = bank + scale * u.int_in_range(0..=60)?..bank + scale * u.int_in_range(64..=512)?;
        let size = u.int_in_range(1..=scale * 200)?;
        let limit = u.int_in_range(1..=4)?;
        let bases = (space.start.next_multiple_of(8)..space.end.saturating_sub(size)).step_by(8);
        let covers = bases.filter_map(|base| model.cover(base..base + size, space.clone(), limit));
        // The next extent begins at a multiple of 8, and inside the space.
        let ends = covers.map(|cover| cover.granted.end.next_multiple_of(8));
        let best = ends.filter(|&end| end <= space.end).min();
        let mut steps = 0;
        let found = model.least_end(size, &space, 8, limit, &mut steps);
        // (A place whose bytes end with the space is the last base that is tried above.)
        if best.is_some() || found.is_some_and(|end| end < space.end) {
            assert_eq!(found, best, "{} {size} in {space:#x?} by {limit}", model.name);
        }
        if let Some(fit) = model.fit(size, &space, 8, 16, limit) {
            assert_eq!(Some(fit.cover.granted.end.next_multiple_of(8)), found);
            judge(&model, unit, &(fit.base..fit.base + size), &space, &fit.cover);
            assert_eq!(fit.base % 8, 0);
        }
        Ok(())
    })
    .budget_ms(2000);
}

/// Trap of other allocators: the last piece runs past the end of the bank.
#[test]
fn nothing_is_granted_past_the_end_of_the_bank() {
    // A bank that ends at no round address, with the extent at its very end.
    let within = 0x2000_0000..0x2000_0000 + 0x1_2360;
    for size in [32, 64, 1000, 4096, 0x1_2300] {
        for (model, unit) in models().into_iter().filter(|(model, _)| model.granule() <= 32) {
            let found = cover(&model, unit, within.end - size..within.end, within.clone(), 15).expect("15 are enough");
            assert_eq!(found.granted.end, within.end);
        }
    }
    assert_eq!(cover_v7(within.end - 1000..within.end, within, 1), None, "one piece would reach beyond");
    // The end of the address space is an end like any other.
    let top = 0xffff_0000..0x1_0000_0000;
    for (model, unit) in models() {
        assert_eq!(cover(&model, unit, top.clone(), top.clone(), 1).map(|cover| cover.granted), Some(top.clone()));
    }
}

/// Trap: a base that is aligned to 32 bytes but not to the size of its region.
#[test]
fn a_region_begins_at_a_multiple_of_its_size() {
    let within = 0x2000_0000..0x2001_0000;
    for offset in (32..4096).step_by(32) {
        let start = within.start + offset;
        for (model, unit) in models() {
            for shape in cover(&model, unit, start..start + 4096, within.clone(), 7).unwrap().shapes {
                if let Shape::Block { base, size_log2, .. } = shape {
                    assert_eq!(base % (1 << size_log2), 0);
                }
            }
        }
    }
    assert!(words::decode(0x2000_0020 | 0x11, 0x130b_0001 | 9 << 1).is_err(), "1 KiB at a multiple of 32");
}

/// Trap: 96 bytes at an odd multiple of 32 need one region of 4 KiB in other allocators. Here they are three eighths of
/// one of 256 bytes, wherever they are.
#[test]
fn ninety_six_bytes_cost_ninety_six_bytes() {
    let within = 0x2000_0000..0x2001_0000;
    for start in (0x2000_0000..0x2000_2000).step_by(32) {
        let found = cover_v7(start..start + 96, within.clone(), 2).unwrap();
        assert_eq!(found.granted, start..start + 96);
        let space = start..within.end;
        assert_eq!(v7().least_end(96, &space, 8, 2, &mut 0), Some(start + 96));
    }
}

/// Trap: a cover that grants more than it says. (`judge` holds every cover against the decoder.)
#[test]
fn a_cover_of_less_than_a_granule_says_so() {
    let found = cover_v7(0x2000_0004..0x2000_0005, 0x2000_0000..0x2000_1000, 7).unwrap();
    assert_eq!(found.granted, 0x2000_0000..0x2000_0020);
    assert_eq!(found.shapes.len(), 1);
}

/// Trap: subregions of regions below 256 bytes, which do not exist.
#[test]
fn small_regions_have_no_subregions() {
    let within = 0x2000_0000..0x2000_1000;
    for start in (0x2000_0000..0x2000_0100).step_by(32) {
        for size in (32..=256).step_by(32) {
            for shape in cover_v7(start..start + size, within.clone(), 7).unwrap().shapes {
                let Shape::Block { size_log2, subregions_off, .. } = shape else { panic!("blocks only") };
                assert!(size_log2 >= 8 || subregions_off == 0);
                assert_ne!(subregions_off, 0xff);
            }
        }
    }
}

/// Trap: an unsigned underflow where more is asked for than there are regions.
#[test]
fn a_unit_without_regions_has_none_for_processes() {
    let slots = |entries, fixed, devices| process_slots(&v7(), entries, fixed, devices, 2);
    assert_eq!([0, 1, 2, 8, 16].map(|entries| slots(entries, 1, 0)), [0, 0, 1, 7, 7]);
    assert_eq!([0, 1, 3, 100].map(|devices| slots(16, 1, devices)), [7, 8, 10, 15]);
    assert_eq!(slots(1, 2, usize::MAX), 0);
    // An extent is one entry here.
    assert_eq!([0, 1, 9].map(|devices| process_slots(&pmsav8::MODEL, 8, 1, devices, 2)), [2, 3, 7]);
    for (model, unit) in models() {
        assert_eq!(cover(&model, unit, 0x2000_0000..0x2000_0020, 0x2000_0000..0x2000_1000, 0), None);
        assert_eq!(cover(&model, unit, 0x2000_0000..0x2000_0020, 0x2000_0000..0x2000_0000, 7), None, "no room at all");
        let empty = 0x2000_0000..0x2000_0000;
        assert_eq!(model.cover(empty.clone(), empty.clone(), 0).map(|cover| cover.shapes), Some(vec![]));
        assert_eq!(model.least_end(32, &empty, 8, 7, &mut 0), None);
        assert_eq!(model.least_end(u64::MAX / 4, &(0..0x1_0000_0000), 8, 7, &mut 0), None);
        let devices: Vec<Addresses> = (0..20).map(|n| 0x4000_0000 + 0x2_0000 * n..0x4000_1000 + 0x2_0000 * n).collect();
        assert_eq!(model.gather(&devices, &[], 7).iter().filter(|found| found.over_grant == 0).count(), 0);
        assert_eq!(model.gather(&devices, &[], 0), []);
    }
}

/// The words, field by field (DDI 0403, B3.5.8 and B3.5.9; DDI 0553, D1.2.212 and D1.2.215; privileged specification, 3.7.1).
#[test]
fn encodes_what_the_manuals_say() {
    let block = Shape::Block { base: 0x2000_0000, size_log2: 15, subregions_off: 0xe1 };
    let range = Shape::Range { base: 0x2000_0020, size: 0x1000 };
    let one = |model: &Model, shape, slot, access| model.pieces(&[(shape, access)], slot).pop().unwrap().words;
    let v7 = v7();
    assert_eq!(one(&v7, block, 3, Access::ReadWrite), [0x2000_0013, 0x130b_e11d]);
    assert_eq!(one(&v7, block, 0, Access::ReadExecute), [0x2000_0010, 0x0602_e11d]);
    assert_eq!(one(&v7, block, 1, Access::Device), [0x2000_0011, 0x1305_e11d]);
    assert_eq!(v7.off(7), [0x17, 0]);
    let v8 = pmsav8::MODEL;
    // The limit is the address of the last 32 bytes inside: not 0x2000_1020.
    assert_eq!(one(&v8, range, 3, Access::ReadWrite), [0x2000_0023, 0x2000_1001]);
    assert_eq!(one(&v8, range, 3, Access::ReadExecute), [0x2000_0026, 0x2000_1003]);
    assert_eq!(one(&v8, range, 3, Access::Device), [0x2000_0023, 0x2000_1005]);
    let pmp = pmp::model(4, true);
    let words: Vec<_> = pmp.pieces(&[(range, Access::ReadWrite)], 3).iter().map(|piece| piece.words).collect();
    assert_eq!(words, [[0x0800_0008, 0], [0x0800_0408, 0b01_011]]);
    let block = Shape::Block { base: 0x2000_0000, size_log2: 12, subregions_off: 0 };
    assert_eq!(one(&pmp, block, 3, Access::ReadExecute), [0x0800_01ff, 0b11_101]);
    let smallest = Shape::Block { base: 0x2000_0008, size_log2: 3, subregions_off: 0 };
    assert_eq!(one(&pmp, smallest, 3, Access::Device), [0x0800_0002, 0b11_011]);
}

#[test]
fn the_region_with_the_highest_number_decides() {
    let low = words::decode(0x2000_0011, 0x130b_0013).unwrap().unwrap();
    let high = words::decode(0x2000_0012, 0x020b_0111 | 1 << 28).unwrap().unwrap();
    let at = |address| Unit::Pmsav7.rights(&[high.clone(), low.clone()], address);
    assert_eq!(at(0x2000_0000), READ_WRITE, "an eighth that is off falls through");
    assert_eq!(at(0x2000_0040), Rights { read: true, ..Rights::default() });
    assert_eq!(at(0x2000_0200), READ_WRITE);
    assert_eq!(at(0x2000_0400), Rights::default());
}

#[test]
fn overlap_is_a_fault_in_pmsav8_and_the_lower_number_decides_in_pmp() {
    let regions = |model: &Model, unit, access: [Access; 2]| {
        let shapes = [0x2000_0000, 0x2000_0020].map(|base| Shape::Range { base, size: 0x40 });
        regions(model, unit, &[(shapes[0], access[0]), (shapes[1], access[1])], 1)
    };
    let both = regions(&pmsav8::MODEL, Unit::Pmsav8, [Access::ReadWrite; 2]);
    let at = |address| Unit::Pmsav8.rights(&both, address);
    assert_eq!((at(0x2000_001f), at(0x2000_0020), at(0x2000_0040)), (READ_WRITE, Rights::default(), READ_WRITE));
    let both = regions(&pmp::model(4, true), Unit::Pmp, [Access::ReadExecute, Access::ReadWrite]);
    let at = |address| Unit::Pmp.rights(&both, address);
    let code = Rights { read: true, write: false, execute: true };
    assert_eq!((at(0x2000_001f), at(0x2000_003f), at(0x2000_0040)), (code, code, READ_WRITE));
}

/// Ranges that touch share the address between them: one entry less for each.
#[test]
fn neighbours_share_a_bound() {
    arbtest::arbtest(|u| {
        let model = pmp::model(4, true);
        let mut shapes = Vec::new();
        let mut expected: Vec<(Addresses, Access)> = Vec::new();
        let mut at = 0x2000_0000u64;
        let (mut bounds, mut last) = (0, None);
        for index in 0..u.int_in_range(1..=5)? {
            let gap = 4 * u.int_in_range(0..=2)?;
            let size = 4 * u.int_in_range(1..=20)?;
            at += gap;
            let access = if index % 2 == 0 { Access::ReadWrite } else { Access::ReadExecute };
            shapes.push((Shape::Range { base: at as u32, size }, access));
            bounds += usize::from(last != Some(at));
            expected.push((at..at + size, access));
            at += size;
            last = Some(at);
        }
        let pieces = model.pieces(&shapes, 2);
        assert_eq!(pieces.len(), shapes.len() + bounds);
        let runs = Unit::Pmp.runs(&regions(&model, Unit::Pmp, &shapes, 2));
        let writable = |rights: Rights| if rights.write { Access::ReadWrite } else { Access::ReadExecute };
        let runs: Vec<_> = runs.into_iter().map(|(range, rights)| (range, writable(rights))).collect();
        assert_eq!(runs, expected);
        Ok(())
    });
    // Below entry 0 is address 0.
    let model = pmp::model(4, true);
    let code = (Shape::Range { base: 0, size: 0x1234 }, Access::ReadExecute);
    let pieces = model.pieces(&[code], 0);
    assert_eq!(pieces.iter().map(|piece| piece.words).collect::<Vec<_>>(), [[0x1234 >> 2, 0b01_101]]);
}

/// Pieces for any devices: all of each, as many bytes beyond as said, nothing that is forbidden.
#[test]
fn devices_are_covered_and_the_rest_is_said() {
    arbtest::arbtest(devices_and_the_rest).budget_ms(2000);
    // Two pieces that both grant what is between two devices.
    arbtest::arbtest(devices_and_the_rest).seed(0xaeb9_92ef_0001_0000);
}

fn devices_and_the_rest(u: &mut arbitrary::Unstructured) -> arbitrary::Result<()> {
    let (model, unit) = *u.choose(&models())?;
    let mut all: Vec<Addresses> = Vec::new();
    let mut at = 0x4000_0000u64;
    for _ in 0..u.int_in_range(1..=8)? {
        at += 0x400 * u.int_in_range(0..=3)?;
        let size = *u.choose(&[4, 0x40, 0x400, 0x400, 0x1000])?;
        all.push(at..at + size);
        at = (at + size).next_multiple_of(0x400);
    }
    let mut devices = Vec::new();
    let mut others = vec![0x2000_0000..0x2010_0000];
    for device in all {
        if u.ratio(2, 3)? { devices.push(device) } else { others.push(device) }
    }
    let limit = u.int_in_range(0..=7)?;
    let options = model.gather(&devices, &others, limit);
    for pair in options.windows(2) {
        assert!(pair[0].entries < pair[1].entries && pair[0].over_grant > pair[1].over_grant);
    }
    for option in &options {
        assert!(option.entries <= limit);
        let shapes: Vec<_> = option.shapes.iter().map(|&shape| (shape, Access::Device)).collect();
        let regions = regions(&model, unit, &shapes, 1);
        assert!(regions.iter().all(|region| matches!(region.memory, Memory::Device | Memory::Unsaid)));
        let granted: Vec<Addresses> = unit.runs(&regions).into_iter().map(|(range, _)| range).collect();
        let bytes = |runs: &[Addresses]| runs.iter().map(|run| run.end - run.start).sum::<u64>();
        assert_eq!(bytes(&granted), bytes(&merge(devices.clone())) + option.over_grant);
        for device in &devices {
            assert!(granted.iter().any(|run| run.start <= device.start && device.end <= run.end));
        }
        for other in &others {
            assert!(granted.iter().all(|run| run.end <= other.start || other.end <= run.start));
        }
    }
    Ok(())
}

/// Devices that are not neighbours can be eighths of one region.
#[test]
fn eighths_of_one_region_are_several_devices() {
    let device = |index: u64| 0x4000_0000 + 0x400 * index..0x4000_0400 + 0x400 * index;
    let devices: Vec<Addresses> = [1, 4, 6].map(device).to_vec();
    let others: Vec<Addresses> = [0, 2, 3, 5, 7].map(device).to_vec();
    let options = v7().gather(&devices, &others, 7);
    assert_eq!(options.iter().map(|option| (option.entries, option.over_grant)).collect::<Vec<_>>(), [(1, 0)]);
    // Base and limit cannot do this: three regions, or one that grants what is between.
    let options = pmsav8::MODEL.gather(&devices, &others, 7);
    assert_eq!(options.iter().map(|option| (option.entries, option.over_grant)).collect::<Vec<_>>(), [(3, 0)]);
    let options = pmsav8::MODEL.gather(&devices, &[], 7);
    let options: Vec<_> = options.iter().map(|option| (option.entries, option.over_grant)).collect();
    assert_eq!(options, [(1, 0xc00), (2, 0x400), (3, 0)]);
}
