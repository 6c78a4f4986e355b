//! Runs an image in the board's emulator: the console comes through as it is, trap reports with their place resolved.

mod measure;
mod trap;

pub use measure::{ArenaUsage, Measured, StackUsage, Usage};
pub use trap::Resolver;

use crate::board::Board;
use crate::image::lines::{self, Lines};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The image ended the program with this code: 0 if all is well, 1 after a trap, else what a component asked for.
    Exited(u8),
    /// A fault in the kernel's own fault handler: the processor has stopped for good (DDI 0403, B1.5.15).
    LockedUp,
    /// The emulator was still running after the time that it was given, and was ended.
    TimedOut(Duration),
    /// The emulator itself was ended by this signal.
    Killed(i32),
}

impl Ended {
    /// The exit code that passes this on: the image's own, 134 for a lock-up and 124 for a time-out, as shells and
    /// `timeout` have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Ended::Exited(code) => code,
            Ended::LockedUp => 134,
            Ended::TimedOut(_) => 124,
            Ended::Killed(signal) => 128u8.saturating_add(u8::try_from(signal).unwrap_or(0)),
        }
    }

    /// What there is to say beyond the exit code.
    pub fn message(self) -> Option<String> {
        match self {
            Ended::Exited(_) => None,
            Ended::LockedUp => Some(
                "the processor locked up: a fault inside the kernel's fault handler, which is a bug in compose"
                    .to_string(),
            ),
            Ended::TimedOut(time) => {
                Some(format!("the image was still running after {} s and was ended", time.as_secs_f32()))
            }
            Ended::Killed(signal) => Some(format!("the emulator was ended by signal {signal}")),
        }
    }
}

/// Why an image could not be run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("board `{board}` names no emulator; add an `emulator` node to its file, or run the image on the board")]
    NoEmulator { board: String },
    #[error("`{program}` is not installed: {hint}")]
    NotInstalled { program: String, hint: String },
    #[error("cannot start `{program}`: {error}")]
    Start { program: String, error: io::Error },
    #[error("cannot read `{}`: {error}", path.display())]
    Image { path: PathBuf, error: io::Error },
    #[error("what the image uses cannot be measured: {0}")]
    Measure(String),
    #[error("cannot pass on the console: {0}")]
    Console(io::Error),
}

/// Runs the ELF file at `elf` until it ends the program, or `timeout` is over. The console goes to `console` as it
/// comes, the emulator's own messages to standard error.
pub fn run(elf: &Path, board: &Board, timeout: Duration, console: &mut dyn Write) -> Result<Ended, Error> {
    let bytes = std::fs::read(elf).map_err(|error| Error::Image { path: elf.to_path_buf(), error })?;
    let mut resolver = Resolver::new(read_lines(&bytes).unwrap_or_default());
    let (mut child, program) = start(elf, board)?;
    let deadline = Instant::now() + timeout;

    let mut stdout = child.stdout.take().expect("the emulator's output is a pipe");
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        // An error or the end of the output both end the channel; the emulator's status says which it was.
        while let Ok(count @ 1..) = stdout.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let timed_out = loop {
        match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(bytes) => {
                let passed = console.write_all(&resolver.push(&bytes)).and_then(|()| console.flush());
                if let Err(error) = passed {
                    end(&mut child);
                    return Err(Error::Console(error));
                }
            }
            Err(RecvTimeoutError::Disconnected) => break false,
            Err(RecvTimeoutError::Timeout) => break true,
        }
    };
    if timed_out {
        end(&mut child);
    }
    let status = child.wait().map_err(|error| Error::Start { program, error })?;
    console.write_all(&resolver.finish()).and_then(|()| console.flush()).map_err(Error::Console)?;
    Ok(if timed_out { Ended::TimedOut(timeout) } else { ended(status) })
}

fn start(elf: &Path, board: &Board) -> Result<(Child, String), Error> {
    let Some(emulator) = &board.emulator else { return Err(Error::NoEmulator { board: board.name.clone() }) };
    let program = emulator.program.clone();
    let mut command = Command::new(&program);
    command.args(["-M", &emulator.machine]).args(&emulator.args);
    command.args(["-display", "none", "-monitor", "none", "-semihosting-config", "enable=on,target=native"]);
    for _ in 0..emulator.serial {
        command.args(["-serial", "null"]);
    }
    command.args(["-serial", "stdio", "-kernel"]).arg(elf);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    match command.spawn() {
        Ok(child) => Ok((child, program)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Error::NotInstalled { hint: install_hint(&program), program })
        }
        Err(error) => Err(Error::Start { program, error }),
    }
}

/// How to install an emulator.
fn install_hint(program: &str) -> String {
    let package = match program {
        "qemu-system-arm" => "qemu-system-arm",
        "qemu-system-riscv32" | "qemu-system-riscv64" => "qemu-system-misc",
        _ => return "install it, or correct the `emulator` node of the board file".to_string(),
    };
    format!("`sudo apt install {package}` on Debian and Ubuntu, `brew install qemu` on macOS")
}

/// Ends the emulator. It may be gone already, which is as good.
fn end(child: &mut Child) {
    let _ = child.kill();
}

fn ended(status: ExitStatus) -> Ended {
    /// QEMU reports a lock-up and aborts.
    const ABORT: i32 = 6;
    match (status.code(), signal(status)) {
        (Some(134), _) | (None, Some(ABORT)) => Ended::LockedUp,
        (Some(code), _) => Ended::Exited(code as u8),
        (None, signal) => Ended::Killed(signal.unwrap_or(0)),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The section that says where code comes from, if the file has one.
fn read_lines(elf: &[u8]) -> Option<Lines> {
    let parsed = goblin::elf::Elf::parse(elf).ok()?;
    let named =
        |header: &&goblin::elf::SectionHeader| parsed.shdr_strtab.get_at(header.sh_name) == Some(lines::SECTION);
    let header = parsed.section_headers.iter().find(named)?;
    Lines::decode(elf.get(header.file_range()?)?)
}
