//! The ELF, as far as verification reads it.

use goblin::elf::header::{EM_ARM, ET_EXEC};
use goblin::elf::section_header::{SHF_ALLOC, SHF_WRITE, SHT_NOBITS};
use goblin::elf::{Elf, program_header};
use std::collections::BTreeMap;
use std::ops::Range;

#[derive(Debug)]
pub struct Image<'a> {
    pub entry: u64,
    pub sections: Vec<Section<'a>>,
    pub segments: Vec<Segment<'a>>,
    /// Address and size.
    pub symbols: BTreeMap<String, (u64, u64)>,
}

#[derive(Debug)]
pub struct Section<'a> {
    pub name: String,
    pub range: Range<u64>,
    /// Occupies addresses when the program runs.
    pub allocated: bool,
    pub writable: bool,
    /// `None` for sections without contents in the file.
    pub data: Option<&'a [u8]>,
}

/// What a loader puts into memory.
#[derive(Debug)]
pub struct Segment<'a> {
    pub range: Range<u64>,
    pub writable: bool,
    pub data: &'a [u8],
}

impl<'a> Image<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let elf = Elf::parse(bytes).map_err(|error| format!("not an ELF file that can be read: {error}"))?;
        let header = &elf.header;
        if elf.is_64 || !elf.little_endian || header.e_machine != EM_ARM || header.e_type != ET_EXEC {
            return Err("not a 32-bit little-endian executable for Arm".to_string());
        }
        let contents = |range: Option<Range<usize>>| -> Result<&'a [u8], String> {
            range.and_then(|range| bytes.get(range)).ok_or_else(|| "contents outside the file".to_string())
        };
        let mut sections = Vec::new();
        for header in elf.section_headers.iter().skip(1) {
            let name = elf.shdr_strtab.get_at(header.sh_name).ok_or("a section has no name")?;
            let data = if header.sh_type == SHT_NOBITS { None } else { Some(contents(header.file_range())?) };
            sections.push(Section {
                name: name.to_string(),
                range: header.sh_addr..header.sh_addr + header.sh_size,
                allocated: header.sh_flags & u64::from(SHF_ALLOC) != 0,
                writable: header.sh_flags & u64::from(SHF_WRITE) != 0,
                data,
            });
        }
        let mut segments = Vec::new();
        for header in elf.program_headers.iter().filter(|header| header.p_type == program_header::PT_LOAD) {
            segments.push(Segment {
                range: header.p_paddr..header.p_paddr + header.p_memsz,
                writable: header.is_write(),
                data: contents(Some(header.file_range()))?,
            });
        }
        let symbols = elf.syms.iter().filter_map(|symbol| {
            Some((elf.strtab.get_at(symbol.st_name)?.to_string(), (symbol.st_value, symbol.st_size)))
        });
        Ok(Image { entry: elf.entry, symbols: symbols.collect(), sections, segments })
    }

    pub fn section(&self, name: &str) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.name == name)
    }

    pub fn allocated(&self) -> impl Iterator<Item = &Section<'a>> {
        self.sections.iter().filter(|section| section.allocated)
    }

    /// Words at an address, from the segment that is loaded there.
    pub fn words(&self, address: u64, count: u64) -> Option<Vec<u32>> {
        let bytes = self.loaded(address..address.checked_add(4 * count)?)?;
        Some(bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect())
    }

    /// The bytes that a loader puts there.
    pub fn loaded(&self, range: Range<u64>) -> Option<&'a [u8]> {
        let segment = self.segments.iter().find(|segment| segment.range.contains(&range.start))?;
        let start = usize::try_from(range.start - segment.range.start).ok()?;
        let end = start.checked_add(usize::try_from(range.end.checked_sub(range.start)?).ok()?)?;
        segment.data.get(start..end)
    }
}
