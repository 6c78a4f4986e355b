//! Runs of images in the emulator, one instruction at a time.

use std::error::Error;
use std::process::{Command, Stdio};

/// The addresses of all instructions of a run, in order.
pub fn run(elf: &[u8], board: &str) -> Result<Vec<u32>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (file, log) = (folder.path().join("image.elf"), folder.path().join("log"));
    std::fs::write(&file, elf)?;
    let status = Command::new("timeout")
        .args(["60", "qemu-system-arm", "-M", board, "-display", "none", "-monitor", "none", "-serial", "null"])
        .args(["-semihosting-config", "enable=on,target=native", "-singlestep", "-d", "exec,nochain", "-D"])
        .arg(&log)
        .arg("-kernel")
        .arg(&file)
        .stdin(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("the emulator ended with {status}").into());
    }
    // Lines are `Trace 0: 0x7f... [00000000/PC/...]`, one for each instruction.
    let log = std::fs::read_to_string(log)?;
    let addresses = log.lines().filter_map(|line| line.split_once('[')?.1.split('/').nth(1));
    Ok(addresses.filter_map(|pc| u32::from_str_radix(pc, 16).ok()).collect())
}

/// Instructions of the call whose first instruction after the BL is number `left` of a run: the BL and all up to the
/// instruction after it.
pub fn call(trace: &[u32], left: usize) -> Result<usize, Box<dyn Error>> {
    let call = left.checked_sub(1).ok_or("a call comes before what is called")?;
    let after = trace[call] + 4;
    let returned = trace[left..].iter().position(|&pc| pc == after).ok_or("the call did not return")?;
    Ok(left + returned - call)
}
