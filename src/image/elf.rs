//! The ELF file.
//!
//! One loadable segment: the flash. RAM is described by sections without contents and has no segment: start-up copies
//! what it needs from flash, and loaders refuse or drop what lies outside of a device's memory. Sections, symbols and
//! notes are for people and tools:
//!
//! - `component!function` for code, with `$t` and `$d` mapping symbols (IHI 0044, 4.5.5);
//! - `regions:fixed` and `regions:process:NAME` for the register words in the kernel's tables;
//! - `.note.compose` with two digests (FNV-1a, 64 bits, little-endian): of `.compose.regions`, and of the flash;
//! - `.compose.lines` ([`super::lines`]) and `.compose.regions` (the region table as JSON).

use super::{REGIONS, fnv1a, lines, symbol_name};
use crate::board::{Board, Isa, ProtectionModel};
use crate::codegen::{Relocation, RelocationKind, Symbol};
use crate::link::System;
use crate::manifest::ProcessId;
use crate::plan::{Contents, ItemBody, Plan, Section};
use object::Endianness;
use object::elf;
use object::write::elf::{AttributesWriter, FileHeader, ProgramHeader, SectionHeader, SinglePhaseWriter, Sym, Writer};
use std::collections::BTreeMap;

pub struct Input<'a> {
    pub system: &'a System<'a>,
    pub contents: &'a Contents<'a>,
    pub plan: &'a Plan,
    pub flash: &'a [u8],
    /// Address of the reset code with bit 0 set.
    pub entry: u32,
    pub lines: &'a [u8],
    pub regions: &'a [u8],
}

/// A symbol of the ELF before it has an index.
struct Entry {
    name: String,
    /// Index into [`Plan::sections`].
    section: usize,
    value: u32,
    size: u32,
    info: elf::SymbolInfo,
}

/// A section that is not loaded.
struct Extra<'a> {
    name: &'static str,
    kind: elf::SectionType,
    data: &'a [u8],
    align: u64,
}

pub fn write(input: &Input) -> Result<Vec<u8>, String> {
    let plan = input.plan;
    let entries = symbols(input)?;
    let note = note(input);
    let attributes = attributes(input.system.board);
    let extras = [
        Extra { name: ".ARM.attributes", kind: elf::SHT_ARM_ATTRIBUTES, data: &attributes, align: 1 },
        Extra { name: ".note.compose", kind: elf::SHT_NOTE, data: &note, align: 4 },
        Extra { name: lines::SECTION, kind: elf::SHT_PROGBITS, data: input.lines, align: 1 },
        Extra { name: REGIONS, kind: elf::SHT_PROGBITS, data: input.regions, align: 1 },
    ];

    let mut buffer = Vec::new();
    let mut headers: Vec<u8> = Vec::new();
    let file_header = FileHeader {
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        e_type: elf::ET_EXEC,
        e_machine: elf::EM_ARM,
        e_entry: input.entry.into(),
        e_flags: elf::EF_ARM_EABI_VER5,
    };
    {
        let mut out: SinglePhaseWriter = Writer::new_single_phase(Endianness::Little, false, &mut buffer);
        let failed = |error: object::write::Error| format!("the ELF file cannot be written: {error}");
        out.write_file_header(&file_header).map_err(failed)?;
        out.write_program_headers_placeholder(1);
        let flash_offset = out.write_align(SEGMENT_ALIGN);
        out.write(input.flash);

        let mut section_headers = Vec::new();
        for section in &plan.sections {
            section_headers.push(SectionHeader {
                sh_name: 0,
                sh_offset: if section.kind.in_flash() {
                    flash_offset + u64::from(section.base - plan.flash.base)
                } else {
                    flash_offset + input.flash.len() as u64
                },
                ..section_header(section)
            });
        }
        for extra in &extras {
            let offset = out.write_align(extra.align);
            out.write(extra.data);
            section_headers.push(SectionHeader {
                sh_name: 0,
                sh_type: extra.kind,
                sh_flags: elf::SectionFlags(0),
                sh_addr: 0,
                sh_offset: offset,
                sh_size: extra.data.len() as u64,
                sh_link: 0,
                sh_info: 0,
                sh_addralign: extra.align,
                sh_entsize: 0,
            });
        }

        let names = plan.sections.iter().map(|section| section.name.as_str()).chain(extras.iter().map(|e| e.name));
        let name_ids: Vec<_> = names.map(|name| out.add_section_name(name.as_bytes())).collect();
        let locals = entries.iter().filter(|entry| entry.info.st_bind() == elf::STB_LOCAL).count();
        out.write_null_symbol();
        for entry in &entries {
            let name = out.add_string(entry.name.as_bytes());
            let st_name = out.string_offset(Some(name));
            out.write_symbol(&Sym {
                section: Some(entry.section as u32 + 1),
                st_name,
                st_info: entry.info,
                st_other: elf::SymbolOther(0),
                st_shndx: elf::SHN_UNDEF,
                st_value: entry.value.into(),
                st_size: entry.size.into(),
            });
        }
        out.write_strtab().map_err(failed)?;
        out.write_shstrtab().map_err(failed)?;
        out.write_null_section_header();
        for (header, name) in section_headers.iter_mut().zip(name_ids) {
            header.sh_name = out.section_name_offset(Some(name));
            out.write_section_header(header);
        }
        out.write_strtab_section_header();
        out.write_symtab_section_header(locals as u32 + 1);
        out.write_shstrtab_section_header();

        let size = input.flash.len() as u64;
        let segment = ProgramHeader {
            p_type: elf::PT_LOAD,
            p_flags: elf::PF_R | elf::PF_X,
            p_offset: flash_offset,
            p_vaddr: plan.flash.base.into(),
            p_paddr: plan.flash.base.into(),
            p_filesz: size,
            p_memsz: size,
            p_align: SEGMENT_ALIGN,
        };
        out.write_headers_to(&mut headers, &[segment]).map_err(failed)?;
    }
    buffer[..headers.len()].copy_from_slice(&headers);
    Ok(buffer)
}

/// The segment's file offset and its address are both multiples of this.
const SEGMENT_ALIGN: u64 = 64;

fn section_header(section: &Section) -> SectionHeader {
    let (sh_type, sh_flags) = match section.kind {
        crate::plan::SectionKind::Code => (elf::SHT_PROGBITS, elf::SHF_ALLOC | elf::SHF_EXECINSTR),
        kind if kind.in_flash() => (elf::SHT_PROGBITS, elf::SHF_ALLOC),
        _ => (elf::SHT_NOBITS, elf::SHF_ALLOC | elf::SHF_WRITE),
    };
    SectionHeader {
        sh_name: 0,
        sh_type,
        sh_flags,
        sh_addr: section.base.into(),
        sh_offset: 0,
        sh_size: section.size.into(),
        sh_link: 0,
        sh_info: 0,
        sh_addralign: 1 << section.base.trailing_zeros().min(4),
        sh_entsize: 0,
    }
}

/// Local symbols first, as the format demands, then by address.
fn symbols(input: &Input) -> Result<Vec<Entry>, String> {
    let plan = input.plan;
    let mut entries = Vec::new();
    for (&symbol, item) in &input.contents.items {
        let Some(&address) = plan.symbols.get(&symbol).filter(|_| !item.bytes().is_empty()) else {
            continue; // What has no bytes, as an empty table, may be at the end of its section.
        };
        let section = section_of(plan, address).ok_or_else(|| format!("{symbol:?} is in no section"))?;
        let size = item.bytes().len() as u32;
        let name = symbol_name(input.system, input.contents, symbol);
        let (mapping, kind, value) = match item.body {
            ItemBody::Function(_) => ("$t", elf::STT_FUNC, address | 1),
            ItemBody::Constant(_) => ("$d", elf::STT_OBJECT, address),
        };
        let info = |bind, kind| elf::SymbolInfo::new(bind, kind);
        let local = info(elf::STB_LOCAL, elf::STT_NOTYPE);
        entries.push(Entry { name: mapping.to_string(), section, value: address, size: 0, info: local });
        if let Some(name) = name {
            entries.push(Entry { name, section, value, size, info: info(elf::STB_GLOBAL, kind) });
        }
        for (name, offset, size) in region_words(input.system, item.relocations())? {
            let info = info(elf::STB_GLOBAL, elf::STT_OBJECT);
            entries.push(Entry { name, section, value: address + offset, size, info });
        }
    }
    for (index, section) in plan.sections.iter().enumerate().filter(|(_, section)| !section.kind.in_flash()) {
        entries.push(Entry {
            name: section.name.trim_start_matches('.').to_string(),
            section: index,
            value: section.base,
            size: section.size,
            info: elf::SymbolInfo::new(elf::STB_GLOBAL, elf::STT_OBJECT),
        });
    }
    entries.sort_by(|a, b| {
        let key = |entry: &Entry| (entry.info.st_bind() != elf::STB_LOCAL, entry.value, entry.size);
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    Ok(entries)
}

fn section_of(plan: &Plan, address: u32) -> Option<usize> {
    let holds = |section: &Section| address >= section.base && address - section.base < section.size.max(1);
    plan.sections.iter().position(holds)
}

/// Register words in a constant: (name of the symbol, offset, bytes).
fn region_words(system: &System, relocations: &[Relocation]) -> Result<Vec<(String, u32, u32)>, String> {
    let mut runs: BTreeMap<Option<ProcessId>, Vec<(u32, u32)>> = BTreeMap::new();
    for relocation in relocations.iter().filter(|relocation| relocation.kind == RelocationKind::Abs32) {
        match relocation.target {
            Symbol::RegionWord { process, index } => {
                runs.entry(Some(process)).or_default().push((index, relocation.offset));
            }
            Symbol::FixedRegionWord { index } => runs.entry(None).or_default().push((index, relocation.offset)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let runs = runs.into_iter().flat_map(|(process, mut words)| {
        words.sort_by_key(|(_, offset)| *offset);
        let again = words.iter().skip(1).position(|(index, _)| *index == 0).map_or(words.len(), |at| at + 1);
        let chunks: Vec<_> = words.chunks(again).map(<[_]>::to_vec).collect();
        chunks.into_iter().enumerate().map(move |(number, words)| (process, number, words))
    });
    for (process, number, words) in runs {
        let name = match process {
            Some(id) => format!("regions:process:{}", system.manifest.process(id).name.value),
            None => "regions:fixed".to_string(),
        };
        // The process again, as it is in calls during which it must not leave.
        let name = if number > 0 { format!("{name}:{}", number + 1) } else { name };
        let start = words[0].1;
        let in_order = words.iter().enumerate().all(|(position, &(index, offset))| {
            let position = position as u32;
            index == position && offset == start + 4 * position
        });
        if !in_order {
            return Err(format!("the register words of `{name}` are not one run of words"));
        }
        found.push((name, start, 4 * words.len() as u32));
    }
    Ok(found)
}

/// namesz, descsz, type 1, "compose\0", the two digests.
fn note(input: &Input) -> Vec<u8> {
    let mut note = Vec::new();
    for word in [8u32, 16, 1] {
        note.extend_from_slice(&word.to_le_bytes());
    }
    note.extend_from_slice(b"compose\0");
    note.extend_from_slice(&fnv1a(input.regions).to_le_bytes());
    note.extend_from_slice(&fnv1a(input.flash).to_le_bytes());
    note
}

/// What a disassembler must know (Addenda to the Arm ABI, IHI 0045: `aeabi` attributes of the file).
fn attributes(board: &Board) -> Vec<u8> {
    const CPU_ARCH: u64 = 6;
    const CPU_ARCH_PROFILE: u64 = 7;
    const THUMB_ISA_USE: u64 = 9;
    let architecture = match board.cpu.isa {
        Isa::Thumb2 if board.protection.model == ProtectionModel::Pmsav8 => 17, // v8-M Mainline
        Isa::Thumb2 if board.cpu.dsp => 13,                                     // v7E-M
        Isa::Thumb2 => 10,                                                      // v7
        Isa::Rv32 => unreachable!("systems of boards that lack a code generator are only planned"),
    };
    let mut out = AttributesWriter::new(Endianness::Little);
    out.start_subsection(b"aeabi");
    out.start_subsubsection(elf::Tag_File);
    for (tag, value) in [(CPU_ARCH, architecture), (CPU_ARCH_PROFILE, b'M'.into()), (THUMB_ISA_USE, 2)] {
        out.write_attribute_tag(tag);
        out.write_attribute_integer(value);
    }
    out.end_subsubsection();
    out.end_subsection();
    out.data()
}
