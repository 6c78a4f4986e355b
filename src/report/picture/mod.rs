//! The layout as a picture: banks as columns, what is in them from the lowest address down, and beside it the regions
//! that let a process reach it. Fills are patterns, so that it can be printed in grey.
//!
//! ```text
//! address | regions | strip with the fill, name and size
//! ```

mod axis;
mod contents;
mod draw;

use super::{Address, Count, printable};
use crate::plan::table::{Bank, BankKind, RegionAccess, RegionTable};
use axis::Axis;
use contents::{Bar, Contents, Fill, HoleKind, bytes};
use draw::{Anchor, Canvas, fitting, width};

const MARGIN: f64 = 20.0;
const TOP: f64 = 92.0;
/// Widths of the parts of a column.
const ADDRESS: f64 = 72.0;
const LANE: f64 = 20.0;
const BLOCK: f64 = 260.0;
const COLUMN: f64 = ADDRESS + LANE + 4.0 + BLOCK;
const BETWEEN: f64 = 28.0;
/// Heights that texts need.
const ROW: f64 = 14.0;
const SLOT: f64 = 10.0;
const STRIP: f64 = 14.0;

const TEXT: f64 = 10.0;
const SMALL: f64 = 9.0;

/// A picture of the layout.
pub fn svg(table: &RegionTable) -> String {
    let mut canvas = Canvas::default();
    let banks: Vec<&Bank> = table.banks.iter().filter(|bank| bank.used > 0).collect();
    let mut x = MARGIN;
    let mut bottom = TOP;
    for bank in banks {
        bottom = bottom.max(column(&mut canvas, table, bank, x));
        x += COLUMN + BETWEEN;
    }
    if table.processes.iter().any(|process| !process.devices.is_empty()) {
        bottom = bottom.max(devices(&mut canvas, table, x));
        x += COLUMN + BETWEEN;
    }
    let full = (x - BETWEEN + MARGIN).max(MARGIN + COLUMN + MARGIN);
    let title = heading(&mut canvas, table, full);
    let bottom = legend(&mut canvas, bottom + 26.0, full);
    canvas.finish((full, bottom + MARGIN), &title, PATTERNS)
}

fn heading(canvas: &mut Canvas, table: &RegionTable, full: f64) -> String {
    let version = table.system_version.as_ref().map(|version| format!(" {}", printable(version))).unwrap_or_default();
    let title = format!("{}{version} on {}", printable(&table.system), printable(&table.board));
    let waste = [table.waste.padding, table.waste.rounding, table.waste.gap].into_iter().map(u64::from).sum();
    let line = format!(
        "{}, {} entries; {} of {} bytes asked for are wasted",
        printable(&table.protection.model),
        table.protection.entries,
        Count(waste),
        Count(table.waste.asked.into())
    );
    let room = full - 2.0 * MARGIN;
    canvas.bold((MARGIN, 24.0), 14.0, Anchor::Start, &fitting(&title, 14.0, room));
    canvas.text((MARGIN, 42.0), TEXT, Anchor::Start, &fitting(&line, TEXT, room));
    title
}

/// Draws a bank; how far down it ends.
fn column(canvas: &mut Canvas, table: &RegionTable, bank: &Bank, x: f64) -> f64 {
    let contents = contents::of(table, bank);
    let Contents { whole, blocks, holes, bars, frames } = &contents;
    let mut least: Vec<_> = blocks.iter().map(|block| (block.range.clone(), ROW)).collect();
    least.extend(holes.iter().map(|hole| match hole.kind {
        HoleKind::Padding => (hole.range.clone(), 2.0),
        HoleKind::Wasted | HoleKind::Gap => (hole.range.clone(), ROW),
    }));
    least.extend(bars.iter().map(|bar| (bar.range.clone(), SLOT)));
    let axis = Axis::new(whole.clone(), &least);
    let down = |address: u64| TOP + axis.at(address);
    let (lane, block_x) = (x + ADDRESS, x + ADDRESS + LANE + 4.0);

    let kind = if bank.kind == BankKind::Flash { "flash" } else { "RAM" };
    let name = fitting(&format!("{kind} bank {}", printable(&bank.name)), 12.0, BLOCK);
    canvas.bold((block_x, TOP - 28.0), 12.0, Anchor::Start, &name);
    let used = format!("{} of {} bytes in use", Count(bank.used.into()), Count(bank.size.into()));
    canvas.text((block_x, TOP - 12.0), TEXT, Anchor::Start, &fitting(&used, TEXT, BLOCK));
    canvas.text((lane + LANE, TOP - 12.0), SMALL, Anchor::End, "regions");

    for hole in holes {
        let (top, end) = (down(hole.range.start), down(hole.range.end));
        let (style, word) = match hole.kind {
            HoleKind::Wasted => ("fill=\"url(#waste)\"", "wasted"),
            HoleKind::Gap => ("fill=\"#fff\" stroke=\"#999\" stroke-width=\"0.5\" stroke-dasharray=\"2 2\"", "gap"),
            HoleKind::Padding => ("fill=\"#fff\"", "padding"),
        };
        canvas.rect((block_x, top), (BLOCK, end - top), style);
        if end - top >= ROW {
            caption(canvas, (block_x, top), end - top, ("", word), &bytes(&hole.range), true);
            address(canvas, x, top, hole.range.start);
        }
    }
    for block in blocks {
        let (top, end) = (down(block.range.start), down(block.range.end));
        let hint =
            format!("{}: {}, {} bytes at {}", block.owner, block.what, bytes(&block.range), shown(block.range.start));
        canvas.hint(&hint, |canvas| {
            canvas.rect((block_x, top), (BLOCK, end - top), "fill=\"#fff\" stroke=\"#000\" stroke-width=\"0.6\"");
            canvas.rect((block_x, top), (STRIP, end - top), &strip(block.fill));
            let words = (block.owner.as_str(), block.what.as_str());
            caption(canvas, (block_x, top), end - top, words, &bytes(&block.range), false);
        });
        address(canvas, x, top, block.range.start);
    }
    for frame in frames {
        let (top, end) = (down(frame.start), down(frame.end));
        canvas.rect((block_x, top), (BLOCK, end - top), "fill=\"none\" stroke=\"#000\" stroke-width=\"1.8\"");
    }
    for bar in bars {
        region(canvas, bar, (lane, down(bar.range.start)), down(bar.range.end));
    }

    // What follows in the bank is only hinted at.
    let end = TOP + axis.height();
    address(canvas, x, end + 7.0, whole.end);
    let free = u64::from(bank.size).saturating_sub(u64::from(bank.used));
    let teeth: Vec<(f64, f64)> = (0..=26)
        .map(|tooth| (block_x + f64::from(tooth) * BLOCK / 26.0, end + if tooth % 2 == 0 { 20.0 } else { 14.0 }))
        .collect();
    canvas.line((block_x, end), (block_x, end + 20.0), "stroke=\"#000\" stroke-width=\"0.6\"");
    canvas.line((block_x + BLOCK, end), (block_x + BLOCK, end + 20.0), "stroke=\"#000\" stroke-width=\"0.6\"");
    canvas.path(&teeth, "stroke=\"#000\" stroke-width=\"0.6\"");
    canvas.text((block_x + STRIP + 5.0, end + 7.0), TEXT, Anchor::Start, &format!("free: {} bytes", Count(free)));

    let (unit, height) = axis.unit();
    let foot = end + 30.0;
    let bar_x = block_x + 4.0;
    canvas.line((bar_x, foot), (bar_x, foot + height), "stroke=\"#000\" stroke-width=\"1.2\"");
    for y in [foot, foot + height] {
        canvas.line((bar_x - 3.0, y), (bar_x + 3.0, y), "stroke=\"#000\" stroke-width=\"1.2\"");
    }
    let scale = format!("{}, where that is enough for text", binary(unit));
    canvas.text((bar_x + 8.0, foot + height / 2.0), SMALL, Anchor::Start, &scale);
    foot + height
}

/// Whose, what and how large, beside the strip. Where there is no room, a name is cut.
fn caption(
    canvas: &mut Canvas,
    (x, top): (f64, f64),
    height: f64,
    (owner, what): (&str, &str),
    size: &str,
    backed: bool,
) {
    let middle = top + height / 2.0;
    let left = x + STRIP + 5.0;
    let room = BLOCK - STRIP - 10.0 - width(size, TEXT) - 8.0;
    let what = match owner {
        "" => fitting(what, TEXT, room),
        owner => {
            let what = format!(": {}", fitting(what, TEXT, room * 0.6));
            format!("{}{what}", fitting(owner, TEXT, room - width(&what, TEXT)))
        }
    };
    if backed {
        let box_height = TEXT + 2.0;
        canvas.rect((left - 2.0, middle - box_height / 2.0), (width(&what, TEXT) + 4.0, box_height), "fill=\"#fff\"");
        let size_width = width(size, TEXT);
        let right = x + BLOCK - 5.0 - size_width;
        canvas.rect((right - 2.0, middle - box_height / 2.0), (size_width + 4.0, box_height), "fill=\"#fff\"");
    }
    canvas.text((left, middle), TEXT, Anchor::Start, &what);
    canvas.text((x + BLOCK - 5.0, middle), TEXT, Anchor::End, size);
}

fn address(canvas: &mut Canvas, x: f64, y: f64, address: u64) {
    canvas.text((x, y + SMALL / 2.0 + 1.0), SMALL, Anchor::Start, &shown(address));
    canvas.line((x, y), (x + ADDRESS - 4.0, y), "stroke=\"#bbb\" stroke-width=\"0.4\"");
}

fn shown(address: u64) -> String {
    u32::try_from(address).map_or_else(|_| format!("{address:#x}"), |address| Address(address).to_string())
}

/// A region and its number. Neighbours that belong to different processes are filled differently.
fn region(canvas: &mut Canvas, bar: &Bar, (x, top): (f64, f64), end: f64) {
    let fill = match bar.process {
        None => "#fff",
        Some(index) if index % 2 == 0 => "#ddd",
        Some(_) => "#f4f4f4",
    };
    canvas.rect((x, top), (LANE, end - top), &format!("fill=\"{fill}\" stroke=\"#000\" stroke-width=\"0.8\""));
    canvas.text((x + LANE / 2.0, (top + end) / 2.0), SMALL, Anchor::Middle, &bar.slot.to_string());
}

/// Devices are far apart: each is a row, with its process and its region.
fn devices(canvas: &mut Canvas, table: &RegionTable, x: f64) -> f64 {
    let (lane, block_x) = (x + ADDRESS, x + ADDRESS + LANE + 4.0);
    canvas.bold((block_x, TOP - 28.0), 12.0, Anchor::Start, "devices");
    canvas.text((block_x, TOP - 12.0), TEXT, Anchor::Start, "by process, not to scale");
    canvas.text((lane + LANE, TOP - 12.0), SMALL, Anchor::End, "regions");
    let mut y = TOP;
    for (index, process) in table.processes.iter().enumerate() {
        for device in &process.devices {
            let start = u64::from(device.base.0);
            let range = start..start + u64::from(device.size);
            let covers = |range_of: &std::ops::Range<u64>| range_of.start < range.end && range.start < range_of.end;
            let slots: Vec<u8> = process
                .regions
                .iter()
                .filter(|region| region.access == RegionAccess::Device && region.granted().iter().any(covers))
                .map(|region| region.slot)
                .collect();
            let height = (ROW + 2.0).max(SLOT * slots.len() as f64);
            let share = height / slots.len().max(1) as f64;
            for (place, &slot) in slots.iter().enumerate() {
                let top = y + share * place as f64;
                let bar = Bar { range: range.clone(), slot, process: Some(index) };
                region(canvas, &bar, (lane, top), top + share);
            }
            let shared = if device.shared { ", shared" } else { "" };
            let what = format!("{}{shared}", device.name);
            canvas.rect((block_x, y), (BLOCK, height), "fill=\"#fff\" stroke=\"#000\" stroke-width=\"0.6\"");
            canvas.rect((block_x, y), (STRIP, height), &strip(Fill::Device));
            caption(canvas, (block_x, y), height, (&process.name, &what), &bytes(&range), false);
            address(canvas, x, y, start);
            y += height;
        }
    }
    y
}

/// Draws the legend; how far down it ends.
fn legend(canvas: &mut Canvas, top: f64, full: f64) -> f64 {
    let waste = ("url(#waste)", "wasted: granted, and asked for by nobody");
    let gap = ("#fff", "gap: granted to nobody");
    let entries: Vec<(String, String)> = Fill::ALL
        .iter()
        .map(|&fill| (strip(fill), fill.word().to_string()))
        .chain([waste, gap].map(|(fill, word)| {
            let style = format!("fill=\"{fill}\" stroke=\"#999\" stroke-width=\"0.5\" stroke-dasharray=\"2 2\"");
            (style, word.to_string())
        }))
        .chain([("fill=\"none\" stroke=\"#000\" stroke-width=\"1.8\"".to_string(), "what one process has".to_string())])
        .collect();
    let (mut x, mut y) = (MARGIN, top);
    for (style, word) in entries {
        let needed = 16.0 + 6.0 + width(&word, TEXT) + 16.0;
        if x > MARGIN && x + needed > full - MARGIN {
            (x, y) = (MARGIN, y + 18.0);
        }
        canvas.rect((x, y), (16.0, 11.0), &style);
        canvas.text((x + 22.0, y + 5.5), TEXT, Anchor::Start, &word);
        x += needed;
    }
    y + 12.0
}

/// The fill of a block's strip, with its outline.
fn strip(fill: Fill) -> String {
    let fill = match fill {
        Fill::Code => "#3b6ea5",
        Fill::Constants => "url(#constants)",
        Fill::Kernel => "#000",
        Fill::Stack => "url(#stack)",
        Fill::Instance => "url(#instance)",
        Fill::Memory => "#d8d8d8",
        Fill::Arena => "url(#arena)",
        Fill::Device => "url(#device)",
    };
    format!("fill=\"{fill}\" stroke=\"#000\" stroke-width=\"0.6\"")
}

/// Lines and dots, told apart without their colours.
const PATTERNS: &str = r##"<pattern id="constants" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#fff"/><path d="M0 1h4" stroke="#3b6ea5" stroke-width="1.6"/></pattern>
<pattern id="stack" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><path d="M1 0v5" stroke="#a03c28" stroke-width="2"/></pattern>
<pattern id="instance" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#fff"/><path d="M0 2.5h5M2.5 0v5" stroke="#555" stroke-width="0.8"/></pattern>
<pattern id="arena" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#eee"/><circle cx="2.5" cy="2.5" r="1.4" fill="#333"/></pattern>
<pattern id="device" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#fff"/><path d="M1 0v4" stroke="#3a7d44" stroke-width="1.6"/></pattern>
<pattern id="waste" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" fill="#fff"/><path d="M1 0v6" stroke="#999" stroke-width="0.8"/></pattern>
"##;

/// `4 KiB`.
fn binary(bytes: u64) -> String {
    match bytes.trailing_zeros() / 10 {
        0 => format!("{bytes} bytes"),
        1 => format!("{} KiB", bytes >> 10),
        2 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}
