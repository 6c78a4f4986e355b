//! Which entry of the protection unit each piece of a process gets.
//!
//! Entering a process stores the words of all its entries; a kernel that stores only what differs stores least if pieces
//! that processes share are in one entry in all of them. So shapes that several processes have come from the top down,
//! each in an entry of its own as far as there are, and the others from the bottom up.

use crate::protect::{Access, Model, Piece, Shape};

/// The pieces of each process, in the order of their entries: `first..first + count`. `processes` holds the shapes of each,
/// which take at most `count` entries.
pub fn assign(model: &Model, processes: &[Vec<(Shape, Access)>], first: u8, count: u8) -> Vec<Vec<Piece>> {
    let mut shared: Vec<(Shape, Access)> = Vec::new();
    for (index, shapes) in processes.iter().enumerate() {
        let elsewhere =
            |shape| processes.iter().enumerate().any(|(other, list)| other != index && list.contains(shape));
        shared.extend(shapes.iter().filter(|shape| elsewhere(shape)));
    }
    shared.sort_by_key(|(shape, _)| (shape.base(), shape.size()));
    shared.dedup();
    // From the top down: the first entry of each shared shape, while one is free in all processes that have it.
    let end = first + count;
    let mut tops: Vec<u8> = vec![end; processes.len()];
    let mut reserved: Vec<((Shape, Access), u8)> = Vec::new();
    for &shape in &shared {
        let holders: Vec<usize> = (0..processes.len()).filter(|&index| processes[index].contains(&shape)).collect();
        let top = holders.iter().map(|&index| tops[index]).min().unwrap_or(end);
        let entries = model.entries(&shape.0) as u8;
        let fits = holders.iter().all(|&index| {
            let others =
                processes[index].iter().filter(|other| **other != shape && !reserved.iter().any(|(r, _)| r == *other));
            let needed: usize = others.map(|(other, _)| model.entries(other)).sum();
            top >= first + entries && usize::from(top - entries - first) >= needed
        });
        if fits {
            holders.iter().for_each(|&index| tops[index] = top - entries);
            reserved.push((shape, top - entries));
        }
    }
    let pieces = processes.iter().map(|shapes| {
        let place = |shape: &(Shape, Access)| reserved.iter().find(|(other, _)| other == shape).map(|&(_, slot)| slot);
        let own: Vec<(Shape, Access)> = shapes.iter().filter(|shape| place(shape).is_none()).copied().collect();
        let mut pieces = model.pieces(&own, first);
        for shape in shapes {
            if let Some(slot) = place(shape) {
                pieces.extend(model.pieces(&[*shape], slot));
            }
        }
        pieces.sort_by_key(|piece| piece.slot);
        pieces
    });
    pieces.collect()
}

/// The words of all entries of a process, those that are off included.
pub fn words(model: &Model, pieces: &[Piece], first: u8, count: u8) -> Vec<[u32; 2]> {
    let piece = |slot| pieces.iter().find(|piece| piece.slot == slot);
    (first..first + count).map(|slot| piece(slot).map_or_else(|| model.off(slot), |piece| piece.words)).collect()
}
