//! What stands in the picture of a bank: blocks, what nobody uses between them, and regions.

use super::super::{Count, printable};
use crate::plan::table::{Bank, BankKind, Kind, Process, Region, RegionTable, Section};
use std::ops::Range;

/// How a block is filled. The order is that of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    Code,
    Constants,
    Kernel,
    Stack,
    Instance,
    Memory,
    Arena,
    Device,
}

impl Fill {
    pub const ALL: [Fill; 8] = [
        Fill::Code,
        Fill::Constants,
        Fill::Kernel,
        Fill::Stack,
        Fill::Instance,
        Fill::Memory,
        Fill::Arena,
        Fill::Device,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Fill::Code => "code",
            Fill::Constants => "constants",
            Fill::Kernel => "kernel",
            Fill::Stack => "stack",
            Fill::Instance => "globals, tables",
            Fill::Memory => "memory",
            Fill::Arena => "arena",
            Fill::Device => "device",
        }
    }
}

#[derive(Debug)]
pub struct Block {
    pub range: Range<u64>,
    /// The component or process.
    pub owner: String,
    pub what: String,
    pub fill: Fill,
}

/// Bytes between blocks.
#[derive(Debug)]
pub struct Hole {
    pub range: Range<u64>,
    pub kind: HoleKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoleKind {
    /// In RAM: a process may access it.
    Wasted,
    /// In RAM: nobody may.
    Gap,
    /// In flash, where things begin at round addresses.
    Padding,
}

/// What a region grants in one run.
#[derive(Debug)]
pub struct Bar {
    pub range: Range<u64>,
    pub slot: u8,
    /// Index of the process; `None` for what is always on.
    pub process: Option<usize>,
}

/// Everything in a bank, in address order.
#[derive(Debug)]
pub struct Contents {
    pub whole: Range<u64>,
    pub blocks: Vec<Block>,
    pub holes: Vec<Hole>,
    pub bars: Vec<Bar>,
    /// What one process has in the bank.
    pub frames: Vec<Range<u64>>,
}

pub fn of(table: &RegionTable, bank: &Bank) -> Contents {
    let base = u64::from(bank.base.0);
    let whole = base..base + u64::from(bank.used);
    let mut blocks: Vec<Block> =
        table.sections.iter().flat_map(|section| blocks(table, section)).filter_map(|b| inside(b, &whole)).collect();
    blocks.sort_by_key(|block| (block.range.start, block.range.end));
    let mut bars: Vec<Bar> = bars(&table.fixed, None).collect();
    for (index, process) in table.processes.iter().enumerate() {
        // What an adapter is granted of others is drawn beside these.
        let own: Vec<Region> = process.regions.iter().filter(|region| !is_granted(process, region)).cloned().collect();
        bars.extend(self::bars(&own, Some(index)));
    }
    // Regions may reach beyond what is in use; what is there is not drawn.
    bars.retain_mut(|bar| {
        bar.range = bar.range.start.max(whole.start)..bar.range.end.min(whole.end);
        !bar.range.is_empty()
    });
    bars.sort_by_key(|bar| (bar.range.start, bar.slot));
    let extents = table.processes.iter().flat_map(|process| &process.extents).map(|extent| {
        let granted = u64::from(extent.granted_base.0);
        granted..granted + u64::from(extent.granted_size)
    });
    let frames: Vec<Range<u64>> =
        extents.filter(|range| whole.start <= range.start && range.end <= whole.end && !range.is_empty()).collect();
    let holes = holes(bank, &whole, &blocks, &frames);
    Contents { whole, blocks, holes, bars, frames }
}

fn inside(block: Block, whole: &Range<u64>) -> Option<Block> {
    let fits = whole.start <= block.range.start && block.range.end <= whole.end && !block.range.is_empty();
    fits.then_some(block)
}

/// A section; a memory with an arena is up to three blocks.
fn blocks(table: &RegionTable, section: &Section) -> Vec<Block> {
    let base = u64::from(section.base.0);
    let range = base..base + u64::from(section.size);
    let owner = match (&section.component, &section.process) {
        (Some(name), _) | (None, Some(name)) => name.clone(),
        (None, None) if section.name.ends_with(".runtime") => "runtime".to_string(),
        (None, None) => "kernel".to_string(),
    };
    let block = |range, what: &str, fill| Block { range, owner: owner.clone(), what: what.to_string(), fill };
    let one = |what: &str, fill| vec![block(range.clone(), what, fill)];
    match section.kind {
        Kind::Vectors => one("vector table", Fill::Constants),
        Kind::Code => one("code", Fill::Code),
        Kind::Constants => one("constants", Fill::Constants),
        Kind::KernelStack => one("stack", Fill::Kernel),
        Kind::KernelMemory => one("memory", Fill::Kernel),
        Kind::Stack => one("stack", Fill::Stack),
        Kind::InstanceData => one("globals, tables", Fill::Instance),
        Kind::Memory => {
            let memory = section.memory.as_ref();
            let name = memory.filter(|memory| memory.index > 0).map(|memory| printable(&memory.name));
            let name = name.map_or("memory".to_string(), |name| format!("memory {name}"));
            let component =
                table.components.iter().find(|component| Some(&component.name) == section.component.as_ref());
            let arena = component.and_then(|component| component.arena);
            let arena = arena.filter(|_| memory.is_some_and(|memory| memory.index == 0)).map(|arena| {
                let start = base + u64::from(arena.offset);
                start..start + u64::from(arena.size)
            });
            match arena {
                Some(arena) if arena.start >= range.start && arena.end <= range.end => vec![
                    block(range.start..arena.start, &name, Fill::Memory),
                    block(arena.clone(), "arena", Fill::Arena),
                    block(arena.end..range.end, &format!("{name}, rest"), Fill::Memory),
                ],
                _ => one(&name, Fill::Memory),
            }
        }
    }
}

/// Whether the region is there for memory of another process.
fn is_granted(process: &Process, region: &Region) -> bool {
    let own = |run: &Range<u64>| {
        process.extents.iter().any(|extent| {
            let start = u64::from(extent.granted_base.0);
            start < run.end && run.start < start + u64::from(extent.granted_size)
        })
    };
    process.adapter.is_some() && !region.granted().iter().any(own)
}

fn bars(regions: &[Region], process: Option<usize>) -> impl Iterator<Item = Bar> {
    regions.iter().flat_map(move |region| {
        region.granted().into_iter().map(move |range| Bar { range, slot: region.slot, process })
    })
}

fn holes(bank: &Bank, whole: &Range<u64>, blocks: &[Block], frames: &[Range<u64>]) -> Vec<Hole> {
    // Between blocks, and cut where a frame begins or ends.
    let mut runs = Vec::new();
    let mut end = whole.start;
    for block in blocks {
        runs.push(end..block.range.start);
        end = end.max(block.range.end);
    }
    runs.push(end..whole.end);
    let mut holes = Vec::new();
    for run in runs.into_iter().filter(|run| !run.is_empty()) {
        let mut edges: Vec<u64> = frames.iter().flat_map(|frame| [frame.start, frame.end]).collect();
        edges.retain(|edge| run.contains(edge));
        edges.extend([run.start, run.end]);
        edges.sort_unstable();
        edges.dedup();
        holes.extend(edges.windows(2).map(|pair| Hole {
            range: pair[0]..pair[1],
            kind: match frames.iter().any(|frame| frame.start <= pair[0] && pair[1] <= frame.end) {
                _ if bank.kind == BankKind::Flash => HoleKind::Padding,
                true => HoleKind::Wasted,
                false => HoleKind::Gap,
            },
        }));
    }
    holes
}

/// `24 576`.
pub fn bytes(range: &Range<u64>) -> String {
    Count(range.end - range.start).to_string()
}
