//! The systems whose edges are tried: sizes that no round piece covers.

use libtest_mimic::Failed;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Components, each a process of its own.
pub struct System {
    pub name: &'static str,
    pub components: &'static [Component],
    /// Where it is run.
    pub boards: &'static [&'static str],
    /// With software bounds too.
    pub software: bool,
    /// Where there are too few entries for it.
    pub refused: &'static [&'static str],
    /// Some process has at least so many pieces.
    pub pieces: usize,
}

/// A component that accesses what it is told to.
pub struct Component {
    pub name: &'static str,
    /// Bytes.
    pub memory: u32,
    pub stack: u32,
    /// The stack is in the other bank: pieces of its own.
    pub apart: bool,
    pub devices: &'static [&'static str],
}

pub const SYSTEMS: &[System] = &[
    System {
        name: "uneven",
        components: &[
            Component { name: "ada", memory: 5_432, stack: 672, apart: false, devices: &[] },
            Component { name: "bo", memory: 16_712, stack: 3_144, apart: true, devices: &[] },
            Component { name: "cleo", memory: 1_080, stack: 544, apart: true, devices: &["timer0"] },
            Component { name: "dan", memory: 29_992, stack: 1_000, apart: false, devices: &[] },
        ],
        boards: &["mps2-an500", "mps2-an505"],
        software: false,
        refused: &[],
        pieces: 7,
    },
    System {
        name: "many",
        components: &[
            Component {
                name: "ada",
                memory: 21_736,
                stack: 9_640,
                apart: true,
                devices: &["timer0", "dualtimer", "uart2", "uart4", "gpio0", "dma", "spi1", "spi4", "scc"],
            },
            Component { name: "bo", memory: 187_752, stack: 91_112, apart: true, devices: &[] },
        ],
        boards: &["mps2-an500-16"],
        software: true,
        refused: &["mps2-an500"],
        pieces: 10,
    },
];

/// Devices of the boards beyond those that their files have (DAI 0500, 3.1): the first three share a piece with holes.
const MORE_DEVICES: [(&str, u32); 8] = [
    ("dualtimer", 0x4000_2000),
    ("uart2", 0x4000_6000),
    ("uart4", 0x4000_9000),
    ("gpio0", 0x4001_0000),
    ("dma", 0x4001_f000),
    ("spi1", 0x4002_1000),
    ("spi4", 0x4002_7000),
    ("scc", 0x4002_f000),
];

impl System {
    fn has_more_devices(&self) -> bool {
        self.components.iter().any(|component| component.devices.len() > 1)
    }

    /// The files that [`System::manifest`] names.
    pub fn write(&self, folder: &Path, board: &str) -> Result<(), Failed> {
        for component in self.components {
            fs::write(folder.join(format!("{}.wat", component.name)), component.module())?;
        }
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("boards").join(format!("{board}.kdl"));
        let text = fs::read_to_string(built_in)?;
        let more = MORE_DEVICES.map(|(name, base)| format!("    peripheral {name:?} base={base:#x} size=(KiB)4\n"));
        fs::write(folder.join("board.kdl"), text.replace("    console ", &(more.concat() + "    console ")))?;
        Ok(())
    }

    pub fn manifest(&self, board: &str, mode: &str, jobs: &str) -> String {
        let board = if self.has_more_devices() { "board.kdl" } else { board };
        let mut text = format!("system \"edges\" {{\nboard {board:?}\n");
        for component in self.components {
            let name = component.name;
            write!(text, "component {name:?} \"{name}.wat\" {{\nbounds {mode:?}\non-trap \"continue\"\n")
                .expect("a string");
            let bank = if component.apart { "in=\"psram\"" } else { "" };
            let (memory, stack) = (component.memory, component.stack);
            writeln!(text, "memory budget=(B){memory}\nstack (B){stack} {bank}").expect("a string");
            for device in component.devices {
                writeln!(text, "mmio {device:?}").expect("a string");
            }
            text += "}\n";
        }
        text + jobs + "}\n"
    }
}

impl Component {
    /// `load32(number, address)` and its kin access the address and then print the number. `rewrite` stores what it has
    /// loaded, in a way that no optimiser sees through.
    fn module(&self) -> String {
        let mut text = format!(
            "(module (import \"compose\" \"log_u32\" (func $log (param i32)))\n\
             (memory (export \"memory\") {} (pagesize 1))\n\
             (global $sink (mut i32) (i32.const 0))\n\
             (global $zero (export \"zero\") (mut i32) (i32.const 0))\n",
            self.memory
        );
        for (bits, load, store) in [(8, "load8_u", "store8"), (16, "load16_u", "store16"), (32, "load", "store")] {
            let load = format!("(i32.{load} (local.get 1))");
            let bodies = [
                ("load", format!("(global.set $sink {load})")),
                ("store", format!("(i32.{store} (local.get 1) (i32.const 0x5a5a5a5a))")),
                ("rewrite", format!("(i32.{store} (local.get 1) (i32.xor {load} (global.get $zero)))")),
            ];
            for (name, body) in bodies {
                let log = "(call $log (local.get 0))";
                writeln!(text, "(func (export \"{name}{bits}\") (param i32 i32) {body} {log})").expect("a string");
            }
        }
        text + ")\n"
    }
}
