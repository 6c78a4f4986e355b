//! Resources: the tables of handles, and what components call instead of the canonical built-ins.
//!
//! All tables are in one core module (`handles.wat`), in a process of its own. A component reaches them by
//! trampolines: small functions that call it, look at what it says is wrong, and end the call with a trap then. Those that
//! only concern one component are in its process; where a destructor is in another process, the trampoline is in the adapter
//! process between the two, so that nobody else can call the destructor.

use super::Party;
use super::environ::{Def, Flattened, Item, Refusal};
use std::fmt::Write;

/// Handles that a component may have, where the manifest does not say.
pub const CAPACITY: u32 = 16;

/// What is wrong, by the numbers of `handles.wat`.
pub const WRONG: [(i32, Refusal); 4] =
    [(1, Refusal::UnknownHandle), (2, Refusal::HandlesExhausted), (3, Refusal::BorrowKept), (4, Refusal::HandleLent)];

/// Functions of the tables' module that adapters call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HandleFunction {
    /// `(handle, from table, to table) -> (handle, wrong)`.
    Own,
    /// `(handle, from table, to table, call) -> (handle or representation, wrong)`.
    Borrow,
    /// `(call)`.
    Enter,
    /// `(call) -> wrong`.
    Exit,
}

impl HandleFunction {
    pub fn export(self) -> &'static str {
        match self {
            HandleFunction::Own => "own",
            HandleFunction::Borrow => "borrow",
            HandleFunction::Enter => "enter",
            HandleFunction::Exit => "exit",
        }
    }

    pub fn ty(self) -> (usize, usize) {
        match self {
            HandleFunction::Own => (3, 2),
            HandleFunction::Borrow => (4, 2),
            HandleFunction::Enter => (1, 0),
            HandleFunction::Exit => (1, 1),
        }
    }
}

/// The module of all tables, in the text format. `calls`: how many pairs of component instances borrow from each other.
/// `capacity`: of a component instance.
pub fn tables(flat: &Flattened, calls: u32, capacity: &dyn Fn(u32) -> u32) -> String {
    let count = flat.tables.len() as u32;
    let mut instances: Vec<u32> = flat.tables.iter().map(|table| table.component).collect();
    instances.sort_unstable();
    instances.dedup();
    let handles: u32 = instances.iter().map(|instance| capacity(*instance)).sum();
    let first_call = 16 * count;
    let lends = first_call + 4 * calls;
    let lends_end = lends + 8 * handles;
    let mut entries = lends_end;
    // With one entry that is never used.
    let arrays: Vec<(u32, u32, u32)> = instances
        .iter()
        .map(|&instance| {
            let (start, length) = (entries, capacity(instance) + 1);
            entries += 12 * length;
            (instance, start, length)
        })
        .collect();
    let end = entries;
    let mut text = format!(
        "(module\n  (memory (export \"memory\") {end} {end} (pagesize 1))\n  (global $tables i32 (i32.const 0))\n  \
         (global $calls i32 (i32.const {first_call}))\n  (global $lends i32 (i32.const {lends}))\n  \
         (global $lends_end i32 (i32.const {lends_end}))\n  (global $entries i32 (i32.const {lends_end}))\n  \
         (global $entries_end i32 (i32.const {end}))\n"
    );
    for (number, table) in (0u32..).zip(&flat.tables) {
        let array = arrays.iter().find(|(instance, ..)| *instance == table.component);
        let (_, start, length) = *array.expect("every table has its instance's array");
        let kind = 2 * (table.resource as u32 + 1);
        let defines = u32::from(flat.resources[table.resource].component == table.component);
        let words = [start, length, kind, defines].map(u32::to_le_bytes).concat();
        let bytes: String = words.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let at = 16 * number;
        let _ = write!(
            text,
            "  (data (i32.const {at}) \"{bytes}\")\n  \
             (func (export \"new {number}\") (param i32) (result i32 i32) (call $new (i32.const {at}) (local.get 0)))\n  \
             (func (export \"rep {number}\") (param i32) (result i32 i32) (call $rep (i32.const {at}) (local.get 0)))\n  \
             (func (export \"drop {number}\") (param i32) (result i32 i32 i32) (call $drop (i32.const {at}) (local.get 0)))\n"
        );
    }
    text.push_str(include_str!("handles.wat"));
    text.push_str(")\n");
    text
}

/// A module of trampolines, in the text format, and what its function imports are.
#[derive(Debug, Default)]
pub struct Trampolines {
    pub text: String,
    pub imports: Vec<TrampolineImport>,
    /// The function that stands for each definition: its index, imports first.
    pub functions: Vec<(Def, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrampolineImport {
    /// An export of the tables' module.
    Tables(String),
    Destructor(Item),
    Blame {
        refusal: Refusal,
        party: Party,
    },
}

/// Trampolines for `resource.new`, `resource.rep` and `resource.drop` of these tables.
pub fn trampolines(flat: &Flattened, defs: &[Def]) -> Trampolines {
    let mut out = Trampolines::default();
    let mut declared = String::new();
    for (_, refusal) in WRONG {
        out.import(&mut declared, TrampolineImport::Blame { refusal, party: Party::Caller }, "(func)");
    }
    let mut bodies = String::new();
    let mut calls = Vec::new();
    for def in defs {
        let (name, table, result) = match def {
            Def::ResourceNew(table) => (format!("new {table}"), *table, "(result i32 i32)"),
            Def::ResourceRep(table) => (format!("rep {table}"), *table, "(result i32 i32)"),
            Def::ResourceDrop(table) => (format!("drop {table}"), *table, "(result i32 i32 i32)"),
            _ => continue,
        };
        let function =
            out.import(&mut declared, TrampolineImport::Tables(name), &format!("(func (param i32) {result})"));
        let destructor = match def {
            Def::ResourceDrop(_) => flat.resources[flat.tables[table as usize].resource].destructor,
            _ => None,
        };
        let destructor =
            destructor.map(|item| out.import(&mut declared, TrampolineImport::Destructor(item), "(func (param i32))"));
        calls.push((def.clone(), function, destructor));
    }
    let first = out.imports.len() as u32;
    for (index, (def, function, destructor)) in (first..).zip(calls) {
        let _ = match (&def, destructor) {
            (Def::ResourceDrop(_), None) => writeln!(
                bodies,
                "  (func (param i32) (local $wrong i32)\n    (call {function} (local.get 0))\n    (drop)\n    \
                 (local.set $wrong)\n    (drop)\n    (call $check (local.get $wrong)))"
            ),
            (Def::ResourceDrop(_), Some(destructor)) => writeln!(
                bodies,
                "  (func (param i32) (local $wrong i32) (local $goes i32)\n    (call {function} (local.get 0))\n    \
                 (local.set $goes)\n    (local.set $wrong)\n    (local.set 0)\n    (call $check (local.get $wrong))\n    \
                 (if (local.get $goes) (then (call {destructor} (local.get 0)))))"
            ),
            _ => writeln!(
                bodies,
                "  (func (param i32) (result i32) (local $wrong i32)\n    (call {function} (local.get 0))\n    \
                 (local.set $wrong)\n    (call $check (local.get $wrong)))"
            ),
        };
        out.functions.push((def, index));
    }
    let mut check = String::from("  (func $check (param $wrong i32)\n");
    for (index, (number, _)) in WRONG.iter().enumerate() {
        let _ = writeln!(
            check,
            "    (if (i32.eq (local.get $wrong) (i32.const {number})) (then (call {index}) (unreachable)))"
        );
    }
    check.push_str("  )\n");
    out.text = format!("(module\n{declared}{bodies}{check})\n");
    out
}

impl Trampolines {
    fn import(&mut self, text: &mut String, import: TrampolineImport, ty: &str) -> u32 {
        if let Some(known) = self.imports.iter().position(|other| *other == import) {
            return known as u32;
        }
        let _ = writeln!(text, "  (import \"\" \"{}\" {ty})", self.imports.len());
        self.imports.push(import);
        self.imports.len() as u32 - 1
    }
}

#[cfg(test)]
mod tests;
