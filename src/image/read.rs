//! What a finished image says of itself: for `print`, and for comparisons. It is taken as it stands; whether it is true
//! is `verify`'s business.

use super::lines::{self, Lines};
use super::{REGIONS, fnv1a};
use crate::plan::table::RegionTable;
use goblin::elf::{Elf, SectionHeader, program_header};

/// What an ELF file holds beside its code.
#[derive(Clone, Debug)]
pub struct Held {
    pub regions: RegionTable,
    /// Absent in files that have been stripped of it.
    pub lines: Option<Lines>,
    /// FNV-1a of what a loader puts into memory.
    pub digest: u64,
}

/// Reads an ELF file. An error says in one phrase why it is none of ours.
pub fn read(elf: &[u8]) -> Result<Held, String> {
    let parsed = Elf::parse(elf).map_err(|error| format!("not an ELF file that can be read: {error}"))?;
    let section = |name: &str| {
        let named = |header: &&SectionHeader| parsed.shdr_strtab.get_at(header.sh_name) == Some(name);
        let header = parsed.section_headers.iter().find(named)?;
        elf.get(header.file_range()?)
    };
    let regions = section(REGIONS).ok_or_else(|| format!("no image of compose: it has no section `{REGIONS}`"))?;
    let loaded = parsed.program_headers.iter().filter(|header| header.p_type == program_header::PT_LOAD);
    let bytes: Vec<&[u8]> = loaded.filter_map(|header| elf.get(header.file_range())).collect();
    Ok(Held {
        regions: RegionTable::from_json(regions)?,
        lines: section(lines::SECTION).and_then(Lines::decode),
        digest: fnv1a(&bytes.concat()),
    })
}
