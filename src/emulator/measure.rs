//! What a run has used: native stacks, and arenas.
//!
//! The image is run with code beside it: at the first supervisor call, which ends start-up, it paints the stacks; where
//! the program ends, it writes them and the words of the arenas to a file of the host. What the hardware and the kernel
//! put on a stack counts as well. An image that does not end the program by itself leaves nothing.

use super::Error;
use crate::board::{Board, Exit, Isa};
use crate::image::Image;
use crate::plan::table::{Bank, BankKind, RegionTable};
use goblin::elf::Elf;
use std::fs;
use std::path::{Path, PathBuf};

const PAINT: u32 = 0xa5a5_a5a5;

/// The number of SVCall (DDI 0403, B1.5.2).
const SVC: u32 = 11;

/// Code that may be anywhere, up to its literals. Semihosting operations (Arm semihosting 2.0): SYS_OPEN 1, SYS_WRITE 5,
/// SYS_EXIT_EXTENDED 0x20.
#[rustfmt::skip]
const CODE: [u16; 38] = [
    // paint: the handler of supervisor calls. Goes on to the kernel's, which finds what r0-r3 were in the frame.
    0x4812, // ldr r0, scratch
    0x6801, // ldr r1, [r0]
    0xb949, // cbnz r1, painted
    0x6000, // str r0, [r0]
    0x4811, // ldr r0, table
    0x4b12, // ldr r3, paint
    0xc806, // next: ldm r0!, {r1, r2}
    0xb122, // cbz r2, painted
    0x600b, // fill: str r3, [r1]
    0x3104, // adds r1, #4
    0x3a04, // subs r2, #4
    0xd1fb, // bne fill
    0xe7f8, // b next
    0xf8df, 0xf03c, // painted: ldr pc, svc
    // dump: the end of the program, with the exit code in r0.
    0x4604, // mov r4, r0
    0x2001, // movs r0, #1
    0x490e, // ldr r1, open
    0xbeab, // bkpt 0xab
    0x4d09, // ldr r5, scratch
    0x6028, // str r0, [r5]
    0x4e0e, // ldr r6, dumped
    0xce06, // next: ldm r6!, {r1, r2}
    0xb12a, // cbz r2, end
    0x6069, // str r1, [r5, #4]
    0x60aa, // str r2, [r5, #8]
    0x4629, // mov r1, r5
    0x2005, // movs r0, #5
    0xbeab, // bkpt 0xab
    0xe7f7, // b next
    0x4808, // end: ldr r0, exited
    0x6028, // str r0, [r5]
    0x606c, // str r4, [r5, #4]
    0x4629, // mov r1, r5
    0x2020, // movs r0, #0x20
    0xbeab, // bkpt 0xab
    0xe7fe, // b .
    0xbf00, // nop
];
/// Offset of `dump`.
const DUMP: u32 = 0x1e;

/// `ldr pc, [pc, #4]` and a word at the next multiple of 4 after the four bytes that follow it.
const JUMP: [u8; 4] = [0xdf, 0xf8, 0x04, 0xf0];

/// At the end of the flash bank: the added code and its tables. At the end of the RAM bank: three words for it.
const ADDED: u32 = 0x2000;
const SCRATCH: u32 = 16;

/// An image that measures itself.
#[derive(Debug)]
pub struct Measured {
    pub elf: Vec<u8>,
    /// The board of the image, with what the emulator must load besides.
    pub board: Board,
    file: PathBuf,
}

/// What a run has used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// By process, in the order of the region table.
    pub stacks: Vec<StackUsage>,
    /// By component that has an arena, in the order of the region table.
    pub arenas: Vec<ArenaUsage>,
}

/// In bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackUsage {
    pub process: String,
    pub used: u32,
    /// What no execution exceeds, where it is known.
    pub bound: Option<u32>,
    pub size: u32,
}

/// In bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaUsage {
    pub component: String,
    /// Most that was in use at a time, alignment included.
    pub high_water: u32,
    /// In use at the end.
    pub in_use: u32,
    pub size: u32,
}

/// Words of an arena's state.
const STATE: u32 = 12;

impl Measured {
    /// `folder` is where the run may leave files. `None` where images are not run by an emulator of Arm processors with
    /// semihosting.
    pub fn new(image: &Image, board: &Board, folder: &Path) -> Result<Option<Measured>, Error> {
        let mut board = board.clone();
        let Some(emulator) = &mut board.emulator else { return Ok(None) };
        if board.cpu.isa != Isa::Thumb2 || board.exit != Exit::Semihosting {
            return Ok(None);
        }
        let (file, added) = (folder.join("used.bin"), folder.join("added.bin"));
        let at = end(image, BankKind::Flash, ADDED)?;
        let mut elf = image.elf.clone();
        let vector = bank(image, BankKind::Flash)?.base.0 + 4 * SVC;
        let svc = patch(&mut elf, vector, &(at | 1).to_le_bytes())?;
        let exit = symbol(&image.elf, "kernel!exit")?;
        patch(&mut elf, exit, &JUMP)?;
        patch(&mut elf, (exit + 8) & !3, &(at + DUMP | 1).to_le_bytes())?;
        fs::write(&added, code(image, at, svc, &file)?).map_err(|error| failed(&added, error))?;
        let loader = format!("loader,file={},addr={at:#x},force-raw=on", added.display());
        emulator.args.extend(["-device".to_owned(), loader]);
        Ok(Some(Measured { elf, board, file }))
    }

    /// After a run that ended by itself.
    pub fn usage(&self, table: &RegionTable) -> Result<Usage, Error> {
        let bytes = fs::read(&self.file).map_err(|error| failed(&self.file, error))?;
        let mut rest = bytes.as_slice();
        let mut take = |size: u32| {
            let part;
            (part, rest) =
                rest.split_at_checked(size as usize).ok_or_else(|| refused("the run has left too little"))?;
            Ok(part.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes"))))
        };
        let mut usage = Usage { stacks: Vec::new(), arenas: Vec::new() };
        for process in &table.processes {
            let free = 4 * take(process.stack.size)?.take_while(|word| *word == PAINT).count() as u32;
            usage.stacks.push(StackUsage {
                process: process.name.clone(),
                used: process.stack.size - free,
                bound: process.stack.bound,
                size: process.stack.size,
            });
        }
        for component in &table.components {
            let Some(arena) = component.arena else { continue };
            let words: Vec<u32> = take(STATE)?.collect();
            // The component may have written anything there.
            let used = |end: u32| end.saturating_sub(arena.offset).min(arena.size);
            usage.arenas.push(ArenaUsage {
                component: component.name.clone(),
                high_water: used(words[2]),
                in_use: used(words[0]),
                size: arena.size,
            });
        }
        Ok(usage)
    }
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    Error::Image { path: path.to_path_buf(), error }
}

fn refused(why: impl Into<String>) -> Error {
    Error::Measure(why.into())
}

/// The added code for the address `at`.
fn code(image: &Image, at: u32, svc: u32, file: &Path) -> Result<Vec<u8>, Error> {
    let path = file.to_str().ok_or_else(|| refused("its folder has no name in Unicode"))?;
    let stacks = image.regions.processes.iter().map(|process| (process.stack.base.0, process.stack.size));
    let arenas = image.regions.components.iter().filter_map(|component| component.arena);
    let dumped: Vec<(u32, u32)> = stacks.clone().chain(arenas.map(|arena| (arena.state.0, STATE))).collect();
    let words = 2 * CODE.len() as u32 + at;
    let painted = words + 4 * 7;
    let dumped_at = painted + 8 * (stacks.len() as u32 + 1);
    let open = dumped_at + 8 * (dumped.len() as u32 + 1);
    let name = open + 4 * 3;
    let mut bytes: Vec<u8> = CODE.iter().flat_map(|half| half.to_le_bytes()).collect();
    let mut push = |word: u32| bytes.extend(word.to_le_bytes());
    // What the code loads, in this order.
    let scratch = end(image, BankKind::Ram, SCRATCH)?;
    [scratch, painted, PAINT, svc, open, 0x20026, dumped_at].into_iter().for_each(&mut push);
    for table in [stacks.collect(), dumped] {
        for (base, size) in table {
            push(base);
            push(size);
        }
        // No more.
        push(0);
        push(0);
    }
    // What SYS_OPEN takes, with the mode `wb`.
    [name, 5, path.len() as u32].into_iter().for_each(&mut push);
    bytes.extend(path.bytes().chain([0]));
    match bytes.len() <= ADDED as usize {
        true => Ok(bytes),
        false => Err(refused("it has too many processes, or its folder too long a name")),
    }
}

/// The address of the last `size` bytes of the first bank of a kind, which nothing else has.
fn end(image: &Image, kind: BankKind, size: u32) -> Result<u32, Error> {
    let bank = bank(image, kind)?;
    match bank.size.saturating_sub(bank.used) >= size {
        true => Ok(bank.base.0 + (bank.size - size)),
        false => Err(refused(format!("`{}` has no room for {size} more bytes", bank.name))),
    }
}

fn bank(image: &Image, kind: BankKind) -> Result<&Bank, Error> {
    image.regions.banks.iter().find(|bank| bank.kind == kind).ok_or_else(|| refused("it has no bank of a kind"))
}

fn read(elf: &[u8]) -> Result<Elf<'_>, Error> {
    Elf::parse(elf).map_err(|error| refused(error.to_string()))
}

/// Replaces bytes of flash; the word that was there.
fn patch(elf: &mut [u8], address: u32, bytes: &[u8; 4]) -> Result<u32, Error> {
    let address = address as usize;
    let headers = read(elf)?.program_headers;
    let loaded = || refused(format!("nothing is loaded at {address:#x}"));
    let header = headers.iter().find(|header| header.vm_range().contains(&address)).ok_or_else(loaded)?;
    let at = header.file_range().start + (address - header.vm_range().start);
    let word = elf.get_mut(at..at + 4).ok_or_else(loaded)?;
    let before = u32::from_le_bytes(word.try_into().expect("four bytes"));
    word.copy_from_slice(bytes);
    Ok(before)
}

/// The address of a function.
fn symbol(elf: &[u8], name: &str) -> Result<u32, Error> {
    let elf = read(elf)?;
    let found = elf.syms.iter().find(|symbol| elf.strtab.get_at(symbol.st_name) == Some(name));
    Ok(found.ok_or_else(|| refused(format!("it has no symbol `{name}`")))?.st_value as u32 & !1)
}
