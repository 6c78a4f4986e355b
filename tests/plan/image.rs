//! The formats of an image, read back.

use crate::fixture::{Fixture, HUB};
use compose::image::lines::{self, Lines};
use compose::plan::table::RegionTable;
use goblin::elf::{Elf, header, program_header, section_header, sym};

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(Fixture::new(HUB).image(), Fixture::new(HUB).image());
}

#[test]
fn the_elf_is_an_arm_executable_with_one_segment() {
    let fixture = Fixture::new(HUB);
    let image = fixture.image();
    let elf = Elf::parse(&image.elf).unwrap();
    assert_eq!((elf.header.e_type, elf.header.e_machine), (header::ET_EXEC, header::EM_ARM));
    let [segment] = elf.program_headers.as_slice() else { panic!("{:?}", elf.program_headers) };
    assert_eq!(segment.p_type, program_header::PT_LOAD);
    assert_eq!(segment.p_flags, program_header::PF_R | program_header::PF_X);
    assert_eq!((segment.p_vaddr, segment.p_paddr, segment.p_filesz, segment.p_memsz), (0, 0, 416, 416));
    assert_eq!(segment.p_offset % segment.p_align, segment.p_vaddr % segment.p_align);
    assert_eq!(&image.elf[segment.file_range()], image.bin);
    // Reset vector and entry point are the same code, in Thumb state.
    assert_eq!(elf.entry, u64::from(u32::from_le_bytes(image.bin[4..8].try_into().unwrap())));
    assert_eq!(elf.entry & 1, 1);
}

#[test]
fn sections_are_named_after_components() {
    let image = Fixture::new(HUB).image();
    let elf = Elf::parse(&image.elf).unwrap();
    let section = |name: &str| {
        let named = |header: &&section_header::SectionHeader| elf.shdr_strtab.get_at(header.sh_name) == Some(name);
        elf.section_headers.iter().find(named).unwrap_or_else(|| panic!("no section `{name}`"))
    };
    let code = section(".text.sampler");
    assert_eq!(code.sh_flags, u64::from(section_header::SHF_ALLOC | section_header::SHF_EXECINSTR));
    assert_eq!(&image.elf[code.file_range().unwrap()], [0x00, 0xdf, 0x70, 0x47]);
    let memory = section(".memory.sampler:scratch");
    assert_eq!((memory.sh_type, memory.sh_size), (section_header::SHT_NOBITS, 1000));
    assert_eq!(memory.sh_flags, u64::from(section_header::SHF_ALLOC | section_header::SHF_WRITE));
    for name in [".compose.lines", ".compose.regions", ".note.compose"] {
        assert_eq!(section(name).sh_flags, 0, "{name} is not loaded");
    }
}

#[test]
fn symbols_name_component_and_function() {
    let image = Fixture::new(HUB).image();
    let elf = Elf::parse(&image.elf).unwrap();
    let symbols: Vec<_> = elf.syms.iter().map(|symbol| (elf.strtab.get_at(symbol.st_name).unwrap(), symbol)).collect();
    let named =
        |name: &str| symbols.iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("no `{name}`")).1;
    let tick = named("sampler!tick");
    assert_eq!((tick.st_type(), tick.st_size, tick.st_value & 1), (sym::STT_FUNC, 4, 1));
    assert!(symbols.iter().any(|(name, symbol)| *name == "$t" && symbol.st_value == tick.st_value - 1));
    assert_eq!(named("kernel!vectors").st_value, 0);
    // Local symbols come first, and the symbol table says how many they are.
    let table = elf.section_headers.iter().find(|header| header.sh_type == section_header::SHT_SYMTAB).unwrap();
    for (index, (name, symbol)) in symbols.iter().enumerate() {
        assert_eq!(symbol.st_bind() == sym::STB_LOCAL, index < table.sh_info as usize, "{name}");
    }
}

#[test]
fn the_elf_holds_the_region_table_and_the_lines() {
    let image = Fixture::new(HUB).image();
    let elf = Elf::parse(&image.elf).unwrap();
    let contents = |name: &str| {
        let named = |header: &&section_header::SectionHeader| elf.shdr_strtab.get_at(header.sh_name) == Some(name);
        &image.elf[elf.section_headers.iter().find(named).unwrap().file_range().unwrap()]
    };
    assert_eq!(serde_json::from_slice::<RegionTable>(contents(".compose.regions")).unwrap(), image.regions);
    let lines = Lines::decode(contents(lines::SECTION)).unwrap();
    let law = elf.syms.iter().find(|symbol| elf.strtab.get_at(symbol.st_name) == Some("law!tick")).unwrap();
    let place = lines.find(law.st_value as u32 & !1).unwrap();
    assert_eq!(place.to_string(), "law!tick+0x2");
    let reset = lines.find(elf.entry as u32 & !1).unwrap();
    assert_eq!(reset.to_string(), "kernel!reset");
}

/// Reads Intel HEX: (address, bytes) of the data, start address.
fn read_hex(text: &str) -> (Vec<(u32, Vec<u8>)>, u32) {
    let (mut upper, mut start, mut data) = (0, 0, Vec::new());
    for line in text.lines() {
        let digits = line.strip_prefix(':').unwrap();
        let byte = |index: usize| u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..digits.len() / 2).map(byte).collect();
        assert_eq!(bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)), 0, "{line}");
        assert_eq!(bytes.len(), usize::from(bytes[0]) + 5);
        let payload = &bytes[4..bytes.len() - 1];
        let number = || payload.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
        match bytes[3] {
            0 => data.push((upper << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]), payload.to_vec())),
            4 => upper = number(),
            5 => start = number(),
            kind => assert_eq!((kind, line), (1, ":00000001FF")),
        }
    }
    (data, start)
}

#[test]
fn hex_and_binary_hold_what_the_elf_loads() {
    let fixture = Fixture::new(HUB);
    let mut objects = fixture.objects();
    // Code across a multiple of 64 KiB.
    objects[1].functions[0].code.resize(100_000, 0xa5);
    let image = fixture.image_with(&objects, &fixture.kernel());
    let (data, start) = read_hex(&image.hex);
    let mut address = 0;
    let mut bytes = Vec::new();
    for (at, part) in data {
        assert_eq!(at, address);
        address += part.len() as u32;
        bytes.extend(part);
    }
    assert!(bytes == image.bin);
    assert_eq!(u64::from(start), Elf::parse(&image.elf).unwrap().entry);
}
