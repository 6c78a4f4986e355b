//! Allocated instructions -> bytes: the frame, the allocator's moves, block order, branches.
//!
//! # Frame, from high to low addresses
//!
//! ```text
//! incoming area        the caller's outgoing area: argument and result words beyond the registers
//! ---- sp at entry
//! saved registers      callee-saved ones that are written, and lr; r3 where that makes the frame a multiple of 8
//! spill slots
//! outgoing area
//! ---- sp in the body, a multiple of 8
//! ```

use super::asm::Assembler;
use super::encode::float_offset_fits;
use super::inst::{AluOp, Cond, Flags, IP, Inst, LR, Label, Mem, Precision, SP, Shift, Width, double, single};
use super::minst::{CallTarget, DOUBLE, MInst, SINGLE, Thumb2};
use crate::codegen::lower::{BlockIndex, Emitted, Machine, VCode};
use crate::codegen::object::Call;
use crate::codegen::reg::Reg;
use regalloc2::{Allocation, Edit, InstOrEdit, Output, RegClass};

const CALLEE_SAVED: u16 = 0b0000_0111_1111_0000;
const R3_BIT: u16 = 1 << 3;
const LR_BIT: u16 = 1 << 14;
const PC_BIT: u16 = 1 << 15;

/// Sizes of the parts of a frame.
struct Frame {
    /// Pushed registers, bit n is rn.
    saved: u16,
    /// Bytes below the saved registers.
    body: u32,
    outgoing_words: u32,
}

/// Names for the registers that the allocator chose. It treats the callee-saved ones alike, and nothing but its choice
/// ties a value to one of them; so the most used get the lowest numbers, which the 16-bit encodings can name.
struct Names([u8; 16]);

impl Names {
    fn compute(output: &Output) -> (Names, u16) {
        let mut uses = [0u32; 16];
        let moved = output.edits.iter().flat_map(|(_, Edit::Move { from, to })| [*from, *to]);
        for preg in output.allocs.iter().copied().chain(moved).filter_map(Allocation::as_reg) {
            if preg.class() == RegClass::Int {
                uses[preg.hw_enc()] += 1;
            }
        }
        let mut by_use: Vec<u8> = (0..16).filter(|r| CALLEE_SAVED & 1 << r != 0).collect();
        by_use.sort_by_key(|&r| std::cmp::Reverse(uses[r as usize]));
        let mut names = std::array::from_fn(|r| r as u8);
        for (name, &r) in (0..16).filter(|r| CALLEE_SAVED & 1 << r != 0).zip(&by_use) {
            names[r as usize] = name;
        }
        let used = (0..16).filter(|&r| uses[r] != 0).fold(0, |used, r| used | 1 << names[r]);
        (Names(names), used)
    }

    /// The physical register of an allocation, if it is one.
    fn reg(&self, allocation: Allocation) -> Option<Reg> {
        allocation.as_reg().map(|preg| match preg.class() {
            RegClass::Int => Reg::physical(self.0[preg.hw_enc()]),
            SINGLE => single(preg.hw_enc() as u8),
            DOUBLE => double(preg.hw_enc() as u8),
        })
    }
}

fn leaves_with_r3(inst: &MInst) -> bool {
    matches!(inst, MInst::Return { uses } | MInst::TailCall { uses, .. } if uses.len() > 3)
}

impl Frame {
    fn compute(vcode: &VCode<Thumb2>, output: &Output, used: u16) -> Frame {
        let mut saved = used & (CALLEE_SAVED | LR_BIT);
        if vcode.has_calls || saved != 0 {
            saved |= LR_BIT;
        }
        let body = 4 * (vcode.outgoing_words + output.num_spillslots as u32);
        // The whole frame is a multiple of 8. One more register in a list costs no instruction, but must hold no
        // result and no argument of a tail call.
        if body == 0 && saved.count_ones() % 2 == 1 && !vcode.insts.iter().any(leaves_with_r3) {
            saved |= R3_BIT;
        }
        let pushed = 4 * saved.count_ones();
        let body = body + (pushed + body) % 8;
        Frame { saved, body, outgoing_words: vcode.outgoing_words }
    }

    fn size(&self) -> u32 {
        self.body + 4 * self.saved.count_ones()
    }

    /// Offset from sp of a frame operand.
    fn offset(&self, mem: Mem) -> u32 {
        match mem {
            Mem::Slot { index } => 4 * (self.outgoing_words + index),
            Mem::Outgoing { word } => 4 * word,
            Mem::Incoming { word } => self.size() + 4 * word,
            _ => unreachable!("{mem:?} is no part of the frame"),
        }
    }
}

struct Emitter<'a> {
    asm: Assembler,
    vcode: &'a VCode<Thumb2>,
    frame: Frame,
    names: Names,
    labels: Vec<Label>,
}

/// Emits one function.
pub fn function(vcode: &VCode<Thumb2>, output: &Output) -> Emitted {
    let mut asm = if vcode.listing { Assembler::with_listing() } else { Assembler::new() };
    let labels = (0..vcode.block_count()).map(|_| asm.new_label()).collect();
    let (names, used) = Names::compute(output);
    let frame = Frame::compute(vcode, output, used);
    let mut e = Emitter { asm, vcode, frame, names, labels };
    let forward = threading(vcode, output);
    let order: Vec<BlockIndex> = vcode.layout.iter().copied().filter(|&b| forward[b.0 as usize] == b).collect();
    for (position, &index) in order.iter().enumerate() {
        let block = index.0 as usize;
        let next = order.get(position + 1).copied();
        e.asm.bind(e.labels[block]);
        if block == 0 {
            e.prologue();
        }
        for item in output.block_insts_and_edits(vcode, regalloc2::Block::new(block)) {
            match item {
                InstOrEdit::Edit(Edit::Move { from, to }) => e.move_(*from, *to),
                InstOrEdit::Inst(inst) => {
                    if let Some(location) = vcode.locations[inst.index()] {
                        e.asm.at(location);
                    }
                    let mut allocated = vcode.insts[inst.index()].clone();
                    let mut allocations = output.inst_allocs(inst).iter();
                    Thumb2::visit(&mut allocated, &mut |reg, _| {
                        if reg.as_virtual().is_some() {
                            let allocation = allocations.next().expect("one allocation for each operand");
                            *reg = e.names.reg(*allocation).expect("all operands are registers");
                        }
                    });
                    e.inst(allocated, &forward, next);
                }
            }
        }
    }
    let frame = e.frame.size();
    let assembled = e.asm.finish();
    Emitted {
        code: assembled.code,
        relocations: assembled.relocations,
        frame,
        calls: assembled.calls,
        tail_calls: assembled.tail_calls,
        lines: assembled.lines,
        listing: assembled.listing,
    }
}

/// For each block, where a branch to it ends up: a block that only jumps on is passed over.
fn threading(vcode: &VCode<Thumb2>, output: &Output) -> Vec<BlockIndex> {
    let count = vcode.block_count();
    let mut forward: Vec<BlockIndex> = (0..count).map(|b| BlockIndex(b as u32)).collect();
    for block in 1..count {
        let index = BlockIndex(block as u32);
        let mut items = output.block_insts_and_edits(vcode, regalloc2::Block::new(block));
        if let (Some(InstOrEdit::Inst(inst)), None) = (items.next(), items.next())
            && let MInst::Jump { to } = vcode.insts[inst.index()]
            && to != index
        {
            forward[block] = to;
        }
    }
    // Follow chains; a cycle of empty blocks (an empty endless loop) keeps one block as itself.
    for block in 0..count {
        let mut at = forward[block];
        let mut steps = 0;
        while forward[at.0 as usize] != at {
            at = forward[at.0 as usize];
            steps += 1;
            if steps > count {
                forward[at.0 as usize] = at;
            }
        }
        forward[block] = at;
    }
    forward
}

impl Emitter<'_> {
    fn push(&mut self, inst: Inst) {
        self.asm.push(&inst);
    }

    fn label(&self, forward: &[BlockIndex], to: BlockIndex) -> Label {
        self.labels[forward[to.0 as usize].0 as usize]
    }

    fn prologue(&mut self) {
        if self.frame.saved != 0 {
            self.push(Inst::Push { list: self.frame.saved });
        }
        self.adjust_sp(AluOp::Sub, IP);
    }

    fn adjust_sp(&mut self, op: AluOp, scratch: Reg) {
        match self.frame.body {
            0 => {}
            imm @ 1..=4095 => self.push(Inst::AluImm { op, flags: Flags::Keep, rd: SP, rn: SP, imm }),
            imm => {
                self.push(Inst::MovImm { flags: Flags::Keep, rd: scratch, imm });
                self.push(Inst::Alu { op, flags: Flags::Keep, rd: SP, rn: SP, rm: scratch, shift: Shift::NONE });
            }
        }
    }

    fn epilogue(&mut self) {
        self.adjust_sp(AluOp::Add, IP);
        if self.frame.saved & LR_BIT != 0 {
            self.push(Inst::Pop { list: self.frame.saved & !LR_BIT | PC_BIT });
        } else {
            self.push(Inst::BranchReg { rm: LR });
        }
    }

    /// Takes the frame down and goes on elsewhere: what was called returns to this function's caller.
    fn tail_call(&mut self, target: CallTarget, type_id: Option<u32>) {
        // Restoring would overwrite it.
        let kept = match target {
            CallTarget::Reg(rm) if self.frame.saved & 1 << rm.number() != 0 => IP,
            CallTarget::Reg(rm) => rm,
            CallTarget::Symbol(_) => IP,
        };
        if let CallTarget::Reg(rm) = target
            && rm != kept
        {
            self.push(Inst::Mov { rd: kept, rm });
        }
        // A frame beyond the reach of an immediate has lr among the saved registers.
        self.adjust_sp(AluOp::Add, LR);
        if self.frame.saved != 0 {
            self.push(Inst::Pop { list: self.frame.saved });
        }
        match target {
            CallTarget::Symbol(target) => self.push(Inst::TailCall { target }),
            CallTarget::Reg(_) => {
                if let Some(type_id) = type_id {
                    self.asm.tail_call(Call::Indirect { unit: self.vcode.unit, type_id });
                }
                self.push(Inst::BranchReg { rm: kept });
            }
        }
    }

    fn register(&self, allocation: Allocation) -> Reg {
        self.names.reg(allocation).expect("a register")
    }

    /// A move of the allocator: never touches the flags.
    fn move_(&mut self, from: Allocation, to: Allocation) {
        let slot = |a: Allocation| a.as_stack().map(|slot| Mem::Slot { index: slot.index() as u32 });
        let class = from.as_reg().or(to.as_reg()).expect("the allocator finds its own scratch register").class();
        let precision = if class == DOUBLE { Precision::Double } else { Precision::Single };
        let inst = match (slot(from), slot(to)) {
            (None, None) => {
                let (rm, rd) = (self.register(from), self.register(to));
                match class {
                    RegClass::Int => Inst::Mov { rd, rm },
                    _ => Inst::FloatMov { precision, rd, rm },
                }
            }
            (None, Some(mem)) => {
                let rt = self.register(from);
                match class {
                    RegClass::Int => Inst::Store { width: Width::Word, rt, mem: self.frame_mem(mem) },
                    _ => Inst::FloatStore { precision, rt, mem: self.float_mem(mem) },
                }
            }
            (Some(mem), _) => {
                let rt = self.register(to);
                match class {
                    RegClass::Int => Inst::Load { width: Width::Word, rt, mem: self.frame_mem(mem) },
                    _ => Inst::FloatLoad { precision, rt, mem: self.float_mem(mem) },
                }
            }
        };
        self.push(inst);
    }

    /// As [`Self::frame_mem`], for VLDR and VSTR.
    fn float_mem(&mut self, mem: Mem) -> Mem {
        let offset = self.frame.offset(mem);
        if float_offset_fits(offset as i32) {
            return Mem::Offset { base: SP, offset: offset as i32 };
        }
        self.push(Inst::MovImm { flags: Flags::Keep, rd: IP, imm: offset });
        self.push(Inst::Alu { op: AluOp::Add, flags: Flags::Keep, rd: IP, rn: IP, rm: SP, shift: Shift::NONE });
        Mem::Offset { base: IP, offset: 0 }
    }

    /// Resolves a frame operand, through the scratch register where it is out of reach.
    fn frame_mem(&mut self, mem: Mem) -> Mem {
        if !matches!(mem, Mem::Slot { .. } | Mem::Outgoing { .. } | Mem::Incoming { .. }) {
            return mem;
        }
        let offset = self.frame.offset(mem);
        if offset <= 4095 {
            return Mem::Offset { base: SP, offset: offset as i32 };
        }
        self.push(Inst::MovImm { flags: Flags::Keep, rd: IP, imm: offset });
        Mem::Index { base: SP, index: IP, shift: 0 }
    }

    fn inst(&mut self, inst: MInst, forward: &[BlockIndex], next: Option<BlockIndex>) {
        let is_next = |to: BlockIndex| Some(forward[to.0 as usize]) == next;
        match inst {
            MInst::Plain(Inst::Load { width, rt, mem }) => {
                let mem = self.frame_mem(mem);
                self.push(Inst::Load { width, rt, mem });
            }
            MInst::Plain(Inst::Store { width, rt, mem }) => {
                let mem = self.frame_mem(mem);
                self.push(Inst::Store { width, rt, mem });
            }
            MInst::Plain(Inst::Mov { rd, rm }) if rd == rm => {}
            MInst::Plain(inst) => self.push(inst),
            MInst::Args { .. } => {}
            MInst::Call { target, type_id, .. } => match target {
                CallTarget::Symbol(target) => self.push(Inst::Call { target }),
                CallTarget::Reg(rm) => {
                    if let Some(type_id) = type_id {
                        self.asm.call(Call::Indirect { unit: self.vcode.unit, type_id });
                    }
                    self.push(Inst::CallReg { rm });
                }
            },
            MInst::Return { .. } => self.epilogue(),
            MInst::TailCall { target, type_id, .. } => self.tail_call(target, type_id),
            MInst::Jump { to } => {
                if !is_next(to) {
                    let to = self.label(forward, to);
                    self.push(Inst::Branch { to });
                }
            }
            MInst::BranchIf { cond, then, otherwise } => {
                let (t, o) = (self.label(forward, then), self.label(forward, otherwise));
                if is_next(then) {
                    self.push(Inst::BranchIf { cond: cond.inverse(), to: o });
                } else {
                    self.push(Inst::BranchIf { cond, to: t });
                    if !is_next(otherwise) {
                        self.push(Inst::Branch { to: o });
                    }
                }
            }
            MInst::BranchZero { nonzero, rn, then, otherwise } => {
                let (t, o) = (self.label(forward, then), self.label(forward, otherwise));
                if is_next(then) {
                    self.push(Inst::BranchZero { nonzero: !nonzero, rn, to: o });
                } else {
                    self.push(Inst::BranchZero { nonzero, rn, to: t });
                    if !is_next(otherwise) {
                        self.push(Inst::Branch { to: o });
                    }
                }
            }
            MInst::BranchTable { index, default, targets } => {
                let default = self.label(forward, default);
                let targets = targets.into_iter().map(|t| self.label(forward, t)).collect();
                self.push(Inst::BranchIf { cond: Cond::Hs, to: default });
                self.push(Inst::BranchTable { index, targets });
            }
        }
    }
}
