//! Runs an image in the emulator and counts its instructions by address.

use crate::tools::{self, Result};
use goblin::elf::Elf;
use std::collections::BTreeMap;
use std::ops::Range;

pub const MACHINE: &[&str] = &["-M", "mps2-an386", "-display", "none", "-monitor", "none"];
const CONSOLE: &[&str] = &["-serial", "stdio", "-semihosting-config", "enable=on,target=native"];

/// What is counted in an image, and how large it is.
pub struct Image {
    pub elf: String,
    /// Code of the kernel and of the library functions that it calls.
    pub ranges: Vec<Range<u32>>,
    /// The first instruction of `run`: nothing counts before it.
    pub start: u32,
    /// Code of the kernel alone.
    pub bytes: u32,
}

pub struct Counted {
    /// What `report` printed.
    pub checksum: u32,
    pub instructions: u64,
    /// Instructions by address.
    pub by_address: BTreeMap<u32, u64>,
}

/// The functions of an ELF file: name, addresses.
pub fn functions(elf: &str) -> Result<Vec<(String, Range<u32>)>> {
    let bytes = std::fs::read(elf)?;
    let elf = Elf::parse(&bytes)?;
    let functions = elf.syms.iter().filter(|symbol| symbol.is_function() && symbol.st_size > 0);
    let functions = functions.map(|symbol| {
        let start = symbol.st_value as u32 & !1;
        (elf.strtab.get_at(symbol.st_name).unwrap_or("").to_owned(), start..start + symbol.st_size as u32)
    });
    Ok(functions.collect())
}

/// The plug-in, compiled.
pub fn plugin() -> Result<String> {
    let file = format!("{}/count.so", tools::folder("plugin", "")?);
    tools::run("gcc", ["-shared", "-fPIC", "-O2", "-Wall", "-o", &file, &tools::repository("benches/native/count.c")])?;
    Ok(file)
}

pub fn count(plugin: &str, image: &Image) -> Result<Counted> {
    let counts = format!("{}.counts", image.elf);
    let mut option = format!("{plugin},start={:#x},out={counts}", image.start);
    for range in &image.ranges {
        option += &format!(",from={:#x},to={:#x}", range.start, range.end);
    }
    let args = ["120", "qemu-system-arm"].iter().chain(MACHINE).chain(CONSOLE).copied();
    let console = tools::run("timeout", args.chain(["-plugin", &option, "-kernel", &image.elf]))?;
    let checksum = number(&console)?;
    let mut by_address = BTreeMap::new();
    for line in std::fs::read_to_string(&counts)?.lines() {
        let (address, count) = line.split_once(' ').ok_or("a line of counts is an address and a number")?;
        by_address.insert(u32::from_str_radix(address, 16)?, count.parse::<u64>()?);
    }
    let instructions = by_address.values().sum();
    if instructions == 0 {
        return Err(format!("nothing ran in {}", image.elf).into());
    }
    Ok(Counted { checksum, instructions, by_address })
}

/// The emulator's virtual time for a native image built with TIMER: at `shift=6` an instruction takes 64 ns, and the
/// timer counts at 25 MHz.
pub fn by_timer(elf: &str) -> Result<u64> {
    let args = ["120", "qemu-system-arm"].iter().chain(MACHINE).chain(CONSOLE).copied();
    let console = tools::run("timeout", args.chain(["-icount", "shift=6", "-kernel", elf]))?;
    Ok(u64::from(number(&console)?) * 40 / 64)
}

/// One instruction at a time, each of them logged: lines are `Trace 0: 0x7f... [00000000/PC/...]`.
pub fn by_log(image: &Image) -> Result<u64> {
    let log = format!("{}.log", image.elf);
    let args = ["120", "qemu-system-arm"].iter().chain(MACHINE).chain(CONSOLE).copied();
    tools::run("timeout", args.chain(["-singlestep", "-d", "exec,nochain", "-D", &log, "-kernel", &image.elf]))?;
    let text = std::fs::read_to_string(&log)?;
    let addresses = text.lines().filter_map(|line| line.split_once('[')?.1.split('/').nth(1));
    let addresses = addresses.filter_map(|address| u32::from_str_radix(address, 16).ok());
    let after_start = addresses.skip_while(|&address| address != image.start);
    Ok(after_start.filter(|address| image.ranges.iter().any(|range| range.contains(address))).count() as u64)
}

fn number(console: &str) -> Result<u32> {
    console.trim().parse().map_err(|_| format!("the image should print a number, not:\n{console}").into())
}
