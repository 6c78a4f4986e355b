//! How much native stack each process uses, against the bound that the report prints.

use compose::emulator::{Measured, StackUsage};
use compose::image::Image;
use compose::plan::table::RegionTable;
use libtest_mimic::Failed;
use std::fs;
use std::io::Write;

/// Bytes that the bound has for the registers that the kernel saves in a call through a gate.
const SAVED_BY_GATES: u32 = 32;

/// After a run: whether each process used no more than its bound, if there is one.
pub fn check(measured: &Measured, image: &Image) -> Result<(), Failed> {
    let usage = measured.usage(&image.regions)?;
    usage.stacks.iter().try_for_each(|stack| check_one(&image.regions, stack))
}

/// `COMPOSE_STACKS` names a file that each figure is appended to.
fn check_one(table: &RegionTable, stack: &StackUsage) -> Result<(), Failed> {
    let (Some(bound), process, used) = (stack.bound, &stack.process, stack.used) else { return Ok(()) };
    let mut components = table.components.iter().filter(|component| component.process == *process);
    let gates = components.any(|component| component.calls.iter().any(|call| call.gate));
    // Where nobody calls through a gate, these bytes must not make up for others that are missing.
    let idle = if gates { 0 } else { SAVED_BY_GATES };
    let (size, system) = (stack.size, &table.system);
    if let Some(path) = std::env::var_os("COMPOSE_STACKS") {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(format!("{used} {idle} {bound} {size} {system} {process}\n").as_bytes())?;
    }
    match used + idle <= bound {
        true => Ok(()),
        false => Err(format!(
            "{system}: `{process}` used {used} bytes of stack, and its bound is {bound} with {idle} idle ones"
        )
        .into()),
    }
}
