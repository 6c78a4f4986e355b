//! The assembler: instructions -> bytes, relocations and line table, with the shortest branches that reach.
//!
//! Branches start in their shortest form and only grow, until all reach: this ends, because no form is left twice.

use super::encode::{Machine, Op, Operands};
use super::expand::expand;
use super::inst::*;
use super::print;
use crate::codegen::object::{Call, Relocation, RelocationKind, Symbol};
use crate::codegen::reg::Reg;

/// One function's code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembled {
    pub code: Vec<u8>,
    /// Ascending in offset.
    pub relocations: Vec<Relocation>,
    /// Whom the code calls, sorted, each once.
    pub calls: Vec<Call>,
    pub tail_calls: Vec<Call>,
    /// (code offset, wasm offset), ascending in code offset.
    pub lines: Vec<(u32, u32)>,
    /// (code offset, text), if asked for: labels as `.L3:`, then instructions.
    pub listing: Vec<(u32, String)>,
}

/// Assembles one function.
#[derive(Default)]
pub struct Assembler {
    /// All code but the branches.
    fixed: Vec<u8>,
    branches: Vec<(Position, Branch)>,
    labels: Vec<Option<Position>>,
    relocations: Vec<(Position, Relocation)>,
    calls: Vec<Call>,
    tail_calls: Vec<Call>,
    lines: Vec<(Position, u32)>,
    listing: Option<Vec<(Position, String)>>,
}

/// A place in the code while the branches' lengths are open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    /// Bytes of `fixed` before it.
    fixed: usize,
    /// Branches before it.
    branches: usize,
}

/// A branch in one of its forms, which only grow.
enum Branch {
    /// `B.N`, `B.W`.
    Always { to: Label, wide: bool },
    /// `Bcc.N`, `Bcc.W`, `B!cc.N over; B.W`.
    If { cond: Cond, to: Label, reach: Reach },
    /// `CBZ`, or a compare and `If`.
    Zero { nonzero: bool, rn: Reg, to: Label, reach: Option<Reach> },
    /// `TBB` or `TBH` and its table; then a `B.W` for each target that an entry does not reach.
    Table { index: Reg, targets: Vec<Label>, half: bool, far: Vec<bool> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Short,
    Wide,
    Inverted,
}

impl Assembler {
    pub fn new() -> Self {
        Self::default()
    }

    /// Also keeps the text of all instructions.
    pub fn with_listing() -> Self {
        Assembler { listing: Some(vec![]), ..Self::default() }
    }

    pub fn new_label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// The label stands for the next instruction.
    pub fn bind(&mut self, label: Label) {
        let here = self.here();
        let bound = &mut self.labels[label.0 as usize];
        assert!(bound.is_none(), "{label:?} is bound twice");
        *bound = Some(here);
        self.note(|| format!("{}:", label_text(label)));
    }

    /// What follows comes from this offset of the wasm module.
    pub fn at(&mut self, wasm_offset: u32) {
        let here = self.here();
        match self.lines.last_mut() {
            Some((_, offset)) if *offset == wasm_offset => {}
            Some((place, offset)) if *place == here => *offset = wasm_offset,
            _ => self.lines.push((here, wasm_offset)),
        }
    }

    /// An edge of the call graph that no instruction shows (`call_indirect`).
    pub fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    /// As [`Self::call`], of one that does not come back.
    pub fn tail_call(&mut self, call: Call) {
        self.tail_calls.push(call);
    }

    /// `count` times NOP, as one line of text.
    #[cfg(test)]
    pub(super) fn nops(&mut self, count: u32) {
        self.note(|| format!(".fill {count}, 2, 0xbf00"));
        for _ in 0..count {
            self.fixed.extend_from_slice(&0xbf00u16.to_le_bytes());
        }
    }

    /// All registers are physical, all frame places resolved.
    pub fn push(&mut self, inst: &Inst) {
        if let Some(machines) = expand(inst) {
            for machine in machines {
                self.machine(machine, "");
            }
            return;
        }
        match *inst {
            Inst::LoadSymbol { rd, symbol, addend } => self.load_symbol(rd, symbol, addend),
            Inst::Call { target } => self.call_symbol(Op::Call, target),
            Inst::TailCall { target } => self.call_symbol(Op::Branch, target),
            Inst::Branch { to } => self.branch(Branch::Always { to, wide: false }),
            Inst::BranchIf { cond, to } => self.branch(Branch::If { cond, to, reach: Reach::Short }),
            Inst::BranchZero { nonzero, rn, to } => {
                // CBZ takes low registers only.
                let reach = if rn.number() < 8 { None } else { Some(Reach::Short) };
                self.branch(Branch::Zero { nonzero, rn, to, reach });
            }
            Inst::BranchTable { index, ref targets } => {
                let far = vec![false; targets.len()];
                self.branch(Branch::Table { index, targets: targets.clone(), half: false, far });
            }
            Inst::TrapIf { cond, code } => {
                // Over the UDF: two bytes from here to there, counted from four bytes ahead.
                let skip = Operands { cond: cond.inverse(), imm: 0, ..Operands::default() };
                self.machine(Machine { op: Op::BranchIf, operands: skip }, "#0");
                self.push(&Inst::Trap { code });
            }
            Inst::TrapAbove { rn, limit, code } => {
                let over = self.new_label();
                // The eight highest bits are an immediate.
                let lowest = 24u32.saturating_sub(limit.leading_zeros());
                self.push(&Inst::TestImm { op: TestOp::Cmp, rn, imm: limit >> lowest << lowest });
                self.push(&Inst::BranchIf { cond: Cond::Ls, to: over });
                self.push(&Inst::MovImm { flags: Flags::Keep, rd: IP, imm: limit });
                self.push(&Inst::Test { op: TestOp::Cmp, rn, rm: IP, shift: Shift::NONE });
                self.push(&Inst::BranchIf { cond: Cond::Ls, to: over });
                self.push(&Inst::Trap { code });
                self.bind(over);
            }
            Inst::Word { value } => {
                self.note(|| format!(".long {value:#010x}"));
                self.fixed.extend_from_slice(&value.to_le_bytes());
            }
            _ => unreachable!("{inst:?} reached the assembler: emission resolves the frame"),
        }
    }

    /// Resolves the labels. Every label that a branch names is bound.
    pub fn finish(mut self) -> Assembled {
        let starts = self.relax();
        let mut code = Vec::with_capacity(self.fixed.len() + 4 * self.branches.len());
        let mut listing = vec![];
        let mut done = 0;
        for (place, branch) in &self.branches {
            code.extend_from_slice(&self.fixed[done..place.fixed]);
            done = place.fixed;
            let start = address(&starts, *place);
            debug_assert_eq!(code.len() as u32, start, "a branch moved after relaxation");
            branch.write(&mut code, &self.labels, &starts, &mut listing);
        }
        code.extend_from_slice(&self.fixed[done..]);

        let at = |place: &Position| address(&starts, *place);
        let relocations = self.relocations.iter().map(|(place, r)| Relocation { offset: at(place), ..*r }).collect();
        let lines = self.lines.iter().map(|(place, offset)| (at(place), *offset)).collect();
        for calls in [&mut self.calls, &mut self.tail_calls] {
            calls.sort_unstable();
            calls.dedup();
        }
        let listing = match self.listing {
            None => vec![],
            Some(text) => {
                // Stable: a label stays before the branch at its place, which has no earlier text there.
                listing.splice(0..0, text.iter().map(|(place, line)| (at(place), line.clone())));
                listing.sort_by_key(|(offset, _)| *offset);
                listing
            }
        };
        Assembled { code, relocations, calls: self.calls, tail_calls: self.tail_calls, lines, listing }
    }

    fn here(&self) -> Position {
        Position { fixed: self.fixed.len(), branches: self.branches.len() }
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        let here = self.here();
        if let Some(listing) = &mut self.listing {
            listing.push((here, text()));
        }
    }

    fn machine(&mut self, machine: Machine, target: &str) {
        let encoded = machine.encode().unwrap_or_else(|| panic!("no encoding for {machine:?}"));
        self.note(|| print::text(&encoded, target));
        encoded.write(&mut self.fixed);
    }

    fn relocation(&mut self, kind: RelocationKind, target: Symbol, addend: i32) {
        self.relocations.push((self.here(), Relocation { offset: 0, kind, target, addend }));
    }

    fn load_symbol(&mut self, rd: Reg, symbol: Symbol, addend: i32) {
        self.relocation(RelocationKind::ThumbMovwMovt, symbol, addend);
        let name = match addend {
            0 => print::symbol(&symbol),
            _ => format!("{}{addend:+}", print::symbol(&symbol)),
        };
        // The pair is always whole: the field is 0 until the plan fills it in.
        for (bits, text, half) in [(0xf240_0000, "movw", "lower16"), (0xf2c0_0000u32, "movt", "upper16")] {
            self.note(|| format!("{text} {}, #:{half}:{name}", print::register(rd.number())));
            let bits = bits | rd.number() << 8;
            self.fixed.extend_from_slice(&((bits >> 16) as u16).to_le_bytes());
            self.fixed.extend_from_slice(&(bits as u16).to_le_bytes());
        }
    }

    /// BL or B.W to a symbol. The field counts from the instruction's address + 4, hence the addend.
    fn call_symbol(&mut self, op: Op, target: Symbol) {
        self.relocation(RelocationKind::ThumbCall, target, -4);
        let calls = if op == Op::Call { &mut self.calls } else { &mut self.tail_calls };
        calls.push(Call::Direct(target));
        let operands = Operands { imm: -4i32 as u32, ..Operands::default() };
        let name = print::symbol(&target);
        match op {
            Op::Call => self.machine(Machine { op, operands }, &name),
            _ => {
                let encoded = wide_branch(-4);
                self.note(|| print::text(&encoded, &name));
                encoded.write(&mut self.fixed);
            }
        }
    }

    fn branch(&mut self, branch: Branch) {
        let here = self.here();
        self.branches.push((here, branch));
    }

    /// Grows the branches until all reach. For each `k`: the bytes of the branches before branch `k`.
    fn relax(&mut self) -> Vec<u32> {
        loop {
            let mut starts = Vec::with_capacity(self.branches.len() + 1);
            let mut sum = 0;
            for (_, branch) in &self.branches {
                starts.push(sum);
                sum += branch.size();
            }
            starts.push(sum);
            let mut grown = false;
            for (place, branch) in &mut self.branches {
                grown |= branch.grow(address(&starts, *place), &self.labels, &starts);
            }
            if !grown {
                return starts;
            }
        }
    }
}

fn address(starts: &[u32], place: Position) -> u32 {
    place.fixed as u32 + starts[place.branches]
}

fn target(labels: &[Option<Position>], starts: &[u32], label: Label) -> u32 {
    let place = labels[label.0 as usize].unwrap_or_else(|| panic!("{label:?} is never bound"));
    address(starts, place)
}

fn label_text(label: Label) -> String {
    format!(".L{}", label.0)
}

/// `B.W`, whatever the offset.
fn wide_branch(offset: i32) -> super::encode::Encoded {
    let operands = Operands { imm: offset as u32, ..Operands::default() };
    let row = &super::table::rows(Op::Branch)[1];
    let fields = (row.format)(&operands).expect("a branch within one function's code reaches");
    super::encode::Encoded { row, operands, bits: row.bits | fields }
}

impl Reach {
    /// Bytes.
    fn size(self) -> u32 {
        match self {
            Reach::Short => 2,
            Reach::Wide => 4,
            Reach::Inverted => 6,
        }
    }

    /// Whether a conditional branch at `from` reaches `to`.
    fn reaches(self, from: u32, to: u32) -> bool {
        let offset = offset(from, to);
        match self {
            Reach::Short => (-256..=254).contains(&offset),
            Reach::Wide => (-(1 << 20)..1 << 20).contains(&offset),
            Reach::Inverted => true,
        }
    }

    fn next(self) -> Reach {
        match self {
            Reach::Short => Reach::Wide,
            Reach::Wide | Reach::Inverted => Reach::Inverted,
        }
    }
}

/// What a branch at `from` encodes: the PC reads as its address + 4.
fn offset(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from + 4) as i32
}

impl Branch {
    fn size(&self) -> u32 {
        match self {
            Branch::Always { wide, .. } => 2 + 2 * u32::from(*wide),
            Branch::If { reach, .. } => reach.size(),
            Branch::Zero { reach: None, .. } => 2,
            Branch::Zero { reach: Some(reach), rn, .. } => compare_size(*rn) + reach.size(),
            Branch::Table { half, far, .. } => {
                table_size(*half, far.len()) + 4 * far.iter().filter(|&&far| far).count() as u32
            }
        }
    }

    /// Takes the next form if the present one at `at` does not reach.
    fn grow(&mut self, at: u32, labels: &[Option<Position>], starts: &[u32]) -> bool {
        let target = |label| target(labels, starts, label);
        match self {
            Branch::Always { to, wide } => {
                let short = (-2048..=2046).contains(&offset(at, target(*to)));
                let grows = !*wide && !short;
                *wide |= grows;
                grows
            }
            Branch::If { to, reach, .. } => {
                let grows = !reach.reaches(at, target(*to));
                if grows {
                    *reach = reach.next();
                }
                grows
            }
            Branch::Zero { to, reach: reach @ None, .. } => {
                let grows = !(0..=126).contains(&offset(at, target(*to)));
                if grows {
                    *reach = Some(Reach::Short);
                }
                grows
            }
            Branch::Zero { to, rn, reach: Some(reach), .. } => {
                let grows = !reach.reaches(at + compare_size(*rn), target(*to));
                if grows {
                    *reach = reach.next();
                }
                grows
            }
            Branch::Table { targets, half, far, .. } => {
                // Entries count halfwords from the end of the TBB or TBH.
                let entry = |label| i64::from(target(label)) - i64::from(at + 4);
                let end = i64::from(table_size(*half, targets.len()) - 4);
                let mut grows = false;
                for (label, far) in targets.iter().zip(far.iter_mut()) {
                    let distance = entry(*label);
                    let never = distance < end || distance > 2 * 0xffff;
                    grows |= never && !*far;
                    *far |= never;
                }
                // The branches after the table are reached by its entries.
                let last = end + 4 * far.iter().filter(|&&far| far).count() as i64;
                let reaches = |(label, far): (&Label, &bool)| (if *far { last } else { entry(*label) }) <= 2 * 0xff;
                if !*half && !targets.iter().zip(far.iter()).all(reaches) {
                    *half = true;
                    grows = true;
                }
                grows
            }
        }
    }

    fn write(&self, code: &mut Vec<u8>, labels: &[Option<Position>], starts: &[u32], listing: &mut Vec<(u32, String)>) {
        let mut emit = |code: &mut Vec<u8>, op, operands: Operands, to: &str| {
            let machine = Machine { op, operands };
            let encoded = machine.encode().unwrap_or_else(|| panic!("no encoding for {machine:?}"));
            listing.push((code.len() as u32, print::text(&encoded, to)));
            encoded.write(code);
        };
        let zero = Operands::default();
        let from_here = |code: &Vec<u8>, to| offset(code.len() as u32, target(labels, starts, to)) as u32;
        match self {
            Branch::Always { to, wide: false } => {
                let imm = from_here(code, *to);
                emit(code, Op::Branch, Operands { imm, ..zero }, &label_text(*to));
            }
            Branch::Always { to, wide: true } => write_wide(code, *to, labels, starts, listing),
            Branch::Zero { nonzero, rn, to, reach: None } => {
                let imm = from_here(code, *to);
                let op = Op::BranchZero { nonzero: *nonzero };
                emit(code, op, Operands { n: rn.number(), imm, ..zero }, &label_text(*to));
            }
            Branch::Zero { nonzero, rn, to, reach: Some(reach) } => {
                emit(code, Op::TestImm(TestOp::Cmp), Operands { n: rn.number(), ..zero }, "");
                let cond = if *nonzero { Cond::Ne } else { Cond::Eq };
                Branch::If { cond, to: *to, reach: *reach }.write(code, labels, starts, listing);
            }
            Branch::If { cond, to, reach: Reach::Inverted } => {
                // Over the wide branch: six bytes from here, counted from four bytes ahead.
                emit(code, Op::BranchIf, Operands { cond: cond.inverse(), imm: 2, ..zero }, "#2");
                write_wide(code, *to, labels, starts, listing);
            }
            Branch::If { cond, to, reach } => {
                let imm = from_here(code, *to);
                let row = &super::table::rows(Op::BranchIf)[usize::from(*reach == Reach::Wide)];
                let operands = Operands { cond: *cond, imm, ..zero };
                let fields = (row.format)(&operands).expect("relaxation left no branch short of its target");
                let encoded = super::encode::Encoded { row, operands, bits: row.bits | fields };
                listing.push((code.len() as u32, print::text(&encoded, &label_text(*to))));
                encoded.write(code);
            }
            Branch::Table { index, targets, half, far } => {
                let op = if *half { Op::TableHalf } else { Op::TableByte };
                emit(code, op, Operands { m: index.number(), ..zero }, "");
                let base = code.len() as u32;
                let mut next_far = base + table_size(*half, targets.len()) - 4;
                for (label, far) in targets.iter().zip(far) {
                    let to = if *far {
                        next_far += 4;
                        next_far - 4
                    } else {
                        target(labels, starts, *label)
                    };
                    let entry = (to - base) / 2;
                    let (size, directive) = if *half { (2, ".short") } else { (1, ".byte") };
                    listing.push((code.len() as u32, format!("{directive} {entry}")));
                    code.extend_from_slice(&entry.to_le_bytes()[..size]);
                }
                if !code.len().is_multiple_of(2) {
                    listing.push((code.len() as u32, ".byte 0".to_owned()));
                    code.push(0);
                }
                for (label, _) in targets.iter().zip(far).filter(|(_, far)| **far) {
                    write_wide(code, *label, labels, starts, listing);
                }
            }
        }
    }
}

fn write_wide(
    code: &mut Vec<u8>,
    to: Label,
    labels: &[Option<Position>],
    starts: &[u32],
    listing: &mut Vec<(u32, String)>,
) {
    let encoded = wide_branch(offset(code.len() as u32, target(labels, starts, to)));
    listing.push((code.len() as u32, print::text(&encoded, &label_text(to))));
    encoded.write(code);
}

/// Bytes of `CMP rn, #0`.
fn compare_size(rn: Reg) -> u32 {
    if rn.number() < 8 { 2 } else { 4 }
}

/// Bytes of `TBB` or `TBH` and its table, padded to a halfword.
fn table_size(half: bool, entries: usize) -> u32 {
    let table = entries as u32 * if half { 2 } else { 1 };
    4 + table.next_multiple_of(2)
}
