//! Manifest, board and modules.

use crate::board::{BankKind, Board};
use crate::ingest::{Export, ImportKind, Module, SegmentMode};
use crate::manifest::{ArenaReset, Bounds, Grow, Manifest, OnTrap, Stack};
use crate::source::Spanned;
use std::fmt::Write;

/// The manifest as a manifest: with the values that hold where nothing was written, in bytes.
pub fn manifest(m: &Manifest) -> String {
    let mut out = String::new();
    let _ = write!(out, "system {:?}", m.name.value);
    if let Some(version) = &m.version {
        let _ = write!(out, " version={:?}", version.value);
    }
    let _ = writeln!(out, " {{\n    board {:?}", m.board.value);
    for process in &m.processes {
        let _ = writeln!(out, "    process {:?} {{", process.name.value);
        let on_trap = match process.on_trap.map_or(OnTrap::Stop, |o| o.value) {
            OnTrap::Stop => "stop",
            OnTrap::Continue => "continue",
        };
        let _ = writeln!(out, "        on-trap {on_trap}");
        for id in &process.components {
            let c = m.component(*id);
            let _ = writeln!(out, "        component {:?} {:?} {{", c.name.value, c.path.value);
            for memory in &c.memories {
                let name = memory.name.as_ref().map_or(String::new(), |n| format!(" {:?}", n.value));
                let grow = match memory.grow.map_or(Grow::Refuse, |g| g.value) {
                    Grow::Within => "#true",
                    Grow::Deny => "deny",
                    Grow::Refuse => "#false",
                };
                let bank = wish(&memory.bank);
                let _ = writeln!(out, "            memory{name} budget=(B){} grow={grow}{bank}", memory.budget);
            }
            for table in &c.tables {
                let name = table.name.as_ref().map_or(String::new(), |n| format!(" {:?}", n.value));
                let _ = writeln!(out, "            table{name} entries={}", table.entries);
            }
            if let Some(arena) = c.arena {
                let reset = if c.arena_reset == ArenaReset::PerCall { " reset=per-call" } else { "" };
                let take_over = if c.take_over.is_some() { " take-over=#true" } else { "" };
                let _ = writeln!(out, "            arena (B){arena}{reset}{take_over}");
            }
            for import in &c.arena_imports {
                let _ = writeln!(out, "            import {:?} symbol=__cabi_arena_realloc", import.value);
            }
            let _ = match c.stack.map_or(Stack::Auto, |s| s.value) {
                Stack::Auto => writeln!(out, "            stack auto{}", wish(&c.stack_in)),
                Stack::Bytes(bytes) => writeln!(out, "            stack (B){bytes}{}", wish(&c.stack_in)),
            };
            for device in &c.devices {
                let _ = writeln!(out, "            mmio {:?} shared=#{}", device.peripheral.value, device.shared);
            }
            let bounds = match c.bounds.map_or(Bounds::Hardware, |b| b.value) {
                Bounds::Hardware => "hardware",
                Bounds::Software => "software",
            };
            let _ = writeln!(out, "            bounds {bounds}\n        }}");
        }
        out += "    }\n";
    }
    for link in &m.links {
        let interface = link.interface.as_ref().map_or(String::new(), |i| format!(" interface={:?}", i.value));
        let _ = writeln!(out, "    link {:?} to={:?}{interface}", link.from.value, link.to.value);
    }
    for run in &m.runs {
        let args: String = run.args.iter().map(|a| format!(" {}", a.value)).collect();
        let _ = writeln!(out, "    run \"{}#{}\"{args}", run.component, run.export);
    }
    let waste = m.policy.max_waste.map(|share| format!("max-waste (percent){share}"));
    let over_grant = m.policy.over_grant.map(|size| format!("over-grant (B){size}"));
    let limits: Vec<String> = waste.into_iter().chain(over_grant).collect();
    if !limits.is_empty() {
        let _ = writeln!(out, "    policy {{ {} }}", limits.join("; "));
    }
    out + "}\n"
}

fn wish(bank: &Option<Spanned<String>>) -> String {
    bank.as_ref().map_or(String::new(), |bank| format!(" in={:?}", bank.value))
}

pub fn board(b: &Board) -> String {
    let mut out = format!("board {} ({})\n", b.name, b.description);
    let _ = writeln!(
        out,
        "cpu {}: {:?}, dsp {}, single {}, double {}",
        b.cpu.name, b.cpu.isa, b.cpu.dsp, b.cpu.fpu_single, b.cpu.fpu_double
    );
    let p = b.protection;
    let _ = writeln!(out, "protection {:?}: {} regions of {} bytes or more", p.model, p.entries, p.granule);
    for bank in &b.banks {
        let kind = if bank.kind == BankKind::Flash { "flash" } else { "ram" };
        let properties = [(bank.dma, "dma"), (bank.core_coupled, "core-coupled"), (bank.fast, "fast")];
        let properties: String = properties.iter().filter(|(is, _)| *is).map(|(_, name)| format!(", {name}")).collect();
        let _ = writeln!(out, "{kind} {}: 0x{:08x}, {} bytes{properties}", bank.name, bank.base, bank.size);
    }
    for p in &b.peripherals {
        let _ =
            writeln!(out, "peripheral {}: 0x{:08x}, {} bytes, interrupts {:?}", p.name, p.base, p.size, p.interrupts);
    }
    if let Some(console) = &b.console {
        let _ = writeln!(out, "console {:?} at 0x{:08x}", console.driver, console.base);
    }
    let _ = writeln!(out, "exit {:?}", b.exit);
    out
}

pub fn modules(modules: &[Module]) -> String {
    modules.iter().map(module).collect::<Vec<_>>().join("\n")
}

fn module(m: &Module) -> String {
    let mut out = format!("module {} ({} bytes)\n", m.name, m.wasm.len());
    for import in &m.imports {
        let _ = writeln!(out, "  import {:?} {:?} {}", import.module, import.field, item(m, import.kind));
    }
    for Export { name, kind } in &m.exports {
        let _ = writeln!(out, "  export {name:?} {}", item(m, *kind));
    }
    for (index, f) in m.functions.iter().enumerate() {
        let bytes = f.body.as_ref().map_or("imported".into(), |body| format!("{} bytes", body.len()));
        let name = m.function_name(index as u32);
        let _ = writeln!(out, "  func[{index}] {name} {}: {bytes}", m.types[f.ty as usize]);
    }
    for (index, memory) in m.memories.iter().enumerate() {
        let max = memory.max.map_or(String::new(), |max| format!(" to {max}"));
        let _ = writeln!(out, "  memory[{index}] {}{max} pages of {} bytes", memory.min, 1u64 << memory.page_log2);
    }
    for (index, table) in m.tables.iter().enumerate() {
        let fate = if table.grown {
            "grows"
        } else if table.mutated {
            "changes"
        } else {
            "constant"
        };
        let _ = writeln!(out, "  table[{index}] {} of {}, {fate}", table.min, table.element);
    }
    for (index, global) in m.globals.iter().enumerate() {
        let kind = if global.mutable { "mut" } else { "const" };
        let name = global.name.as_deref().unwrap_or_default();
        let _ = writeln!(out, "  global[{index}] {name} {kind} {}", global.ty);
    }
    for (index, data) in m.data.iter().enumerate() {
        let _ = writeln!(out, "  data[{index}] {} bytes, {}", data.bytes.len(), mode(&data.mode));
    }
    for (index, element) in m.elements.iter().enumerate() {
        let _ = writeln!(out, "  elem[{index}] {} items, {}", element.items.len(), mode(&element.mode));
    }
    if let Some(start) = m.start {
        let _ = writeln!(out, "  start {}", m.function_name(start));
    }
    out
}

fn item(m: &Module, kind: ImportKind) -> String {
    match kind {
        ImportKind::Function(index) => format!("func[{index}] {}", m.types[m.functions[index as usize].ty as usize]),
        ImportKind::Table(index) => format!("table[{index}]"),
        ImportKind::Memory(index) => format!("memory[{index}]"),
        ImportKind::Global(index) => format!("global[{index}]"),
    }
}

fn mode(mode: &SegmentMode) -> String {
    match mode {
        SegmentMode::Active { target, .. } => format!("active in {target}"),
        SegmentMode::Passive => "passive".into(),
        SegmentMode::Declared => "declared".into(),
    }
}
