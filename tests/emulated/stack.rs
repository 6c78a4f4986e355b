//! How much native stack each process uses, against the bound that the report prints.
//!
//! The image is run with code beside it: at the first supervisor call, which ends start-up, it paints the stacks; where
//! the program ends, it writes them to a file of the host. What the hardware and the kernel put there counts as well.

use compose::board::{Board, Exit, Isa};
use compose::image::Image;
use compose::plan::table::{Bank, BankKind, Process, RegionTable};
use goblin::elf::Elf;
use libtest_mimic::Failed;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const PAINT: u32 = 0xa5a5_a5a5;

/// Bytes that the bound has for the registers that the kernel saves in a call through a gate.
const SAVED_BY_GATES: u32 = 32;

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
    0x4e09, // ldr r6, table
    0xce06, // next: ldm r6!, {r1, r2}
    0xb12a, // cbz r2, dumped
    0x6069, // str r1, [r5, #4]
    0x60aa, // str r2, [r5, #8]
    0x4629, // mov r1, r5
    0x2005, // movs r0, #5
    0xbeab, // bkpt 0xab
    0xe7f7, // b next
    0x4808, // dumped: ldr r0, exited
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
pub struct Measured {
    pub elf: Vec<u8>,
    pub board: Board,
    stacks: PathBuf,
}

impl Measured {
    /// `None` where images are not run by an emulator of Arm processors.
    pub fn new(image: &Image, board: &Board, folder: &Path) -> Result<Option<Measured>, Failed> {
        let mut board = board.clone();
        let Some(emulator) = &mut board.emulator else { return Ok(None) };
        if board.cpu.isa != Isa::Thumb2 || board.exit != Exit::Semihosting {
            return Ok(None);
        }
        let (stacks, added) = (folder.join("stacks"), folder.join("added.bin"));
        let at = end(image, BankKind::Flash, ADDED)?;
        let mut elf = image.elf.clone();
        let vector = bank(image, BankKind::Flash)?.base.0 + 4 * SVC;
        let svc = patch(&mut elf, vector, &(at | 1).to_le_bytes())?;
        let exit = symbol(&image.elf, "kernel!exit")?;
        patch(&mut elf, exit, &JUMP)?;
        patch(&mut elf, (exit + 8) & !3, &(at + DUMP | 1).to_le_bytes())?;
        fs::write(&added, code(image, at, svc, &stacks)?)?;
        let loader = format!("loader,file={},addr={at:#x},force-raw=on", added.display());
        emulator.args.extend(["-device".to_owned(), loader]);
        Ok(Some(Measured { elf, board, stacks }))
    }

    /// After a run: whether each process used no more than its bound, if there is one.
    pub fn check(&self, image: &Image) -> Result<(), Failed> {
        let stacks = fs::read(&self.stacks)?;
        let mut rest = stacks.as_slice();
        for process in &image.regions.processes {
            let stack;
            (stack, rest) = rest.split_at_checked(process.stack.size as usize).ok_or("stacks are missing")?;
            let words = stack.chunks_exact(4);
            let free = 4 * words.take_while(|word| **word == PAINT.to_le_bytes()).count() as u32;
            check(&image.regions, process, process.stack.size - free)?;
        }
        Ok(())
    }
}

/// `COMPOSE_STACKS` names a file that each figure is appended to.
fn check(table: &RegionTable, process: &Process, used: u32) -> Result<(), Failed> {
    let Some(bound) = process.stack.bound else { return Ok(()) };
    let mut components = table.components.iter().filter(|component| component.process == process.name);
    let gates = components.any(|component| component.calls.iter().any(|call| call.gate));
    // Where nobody calls through a gate, these bytes must not make up for others that are missing.
    let idle = if gates { 0 } else { SAVED_BY_GATES };
    if let Some(path) = std::env::var_os("COMPOSE_STACKS") {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
        let (size, system, process) = (process.stack.size, &table.system, &process.name);
        file.write_all(format!("{used} {idle} {bound} {size} {system} {process}\n").as_bytes())?;
    }
    match used + idle <= bound {
        true => Ok(()),
        false => {
            let (system, process) = (&table.system, &process.name);
            Err(format!(
                "{system}: `{process}` used {used} bytes of stack, and its bound is {bound} with {idle} idle ones"
            )
            .into())
        }
    }
}

/// The added code for the address `at`.
fn code(image: &Image, at: u32, svc: u32, stacks: &Path) -> Result<Vec<u8>, Failed> {
    let path = stacks.to_str().ok_or("a path in Unicode")?;
    let words = 2 * CODE.len() as u32 + at;
    let table = words + 4 * 6;
    let open = table + 8 * (image.regions.processes.len() as u32 + 1);
    let name = open + 4 * 3;
    let mut bytes: Vec<u8> = CODE.iter().flat_map(|half| half.to_le_bytes()).collect();
    let mut push = |word: u32| bytes.extend(word.to_le_bytes());
    // What the code loads, in this order.
    let scratch = end(image, BankKind::Ram, SCRATCH)?;
    [scratch, table, PAINT, svc, open, 0x20026].into_iter().for_each(&mut push);
    for process in &image.regions.processes {
        push(process.stack.base.0);
        push(process.stack.size);
    }
    // No more stacks. Then what SYS_OPEN takes, with the mode `wb`.
    [0, 0, name, 5, path.len() as u32].into_iter().for_each(&mut push);
    bytes.extend(path.bytes().chain([0]));
    match bytes.len() <= ADDED as usize {
        true => Ok(bytes),
        false => Err("too many processes to measure".into()),
    }
}

/// The address of the last `size` bytes of the first bank of a kind, which nothing else has.
fn end(image: &Image, kind: BankKind, size: u32) -> Result<u32, Failed> {
    let bank = bank(image, kind)?;
    match bank.size - bank.used >= size {
        true => Ok(bank.base.0 + (bank.size - size)),
        false => Err(format!("`{}` has no room to measure stacks", bank.name).into()),
    }
}

fn bank(image: &Image, kind: BankKind) -> Result<&Bank, Failed> {
    Ok(image.regions.banks.iter().find(|bank| bank.kind == kind).ok_or("no bank")?)
}

/// Replaces bytes of flash; the word that was there.
fn patch(elf: &mut [u8], address: u32, bytes: &[u8; 4]) -> Result<u32, Failed> {
    let address = address as usize;
    let headers = Elf::parse(elf)?.program_headers;
    let header = headers.iter().find(|header| header.vm_range().contains(&address)).ok_or("it is not loaded")?;
    let at = header.file_range().start + (address - header.vm_range().start);
    let word = elf.get_mut(at..at + 4).ok_or("it is not loaded")?;
    let before = u32::from_le_bytes(word.try_into()?);
    word.copy_from_slice(bytes);
    Ok(before)
}

/// The address of a function.
fn symbol(elf: &[u8], name: &str) -> Result<u32, Failed> {
    let elf = Elf::parse(elf)?;
    let found = elf.syms.iter().find(|symbol| elf.strtab.get_at(symbol.st_name) == Some(name));
    Ok(found.ok_or_else(|| format!("no symbol `{name}`"))?.st_value as u32 & !1)
}
