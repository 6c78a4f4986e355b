//! Linear memories: accesses with the bounds that the manifest asks for, size and growth, bulk operations.
//!
//! `software`: exactly WebAssembly's semantics, one 32-bit compare per access. `hardware`: no compare; what is certain
//! to be outside still traps here. Bulk operations are always checked in the code, before the first byte is written:
//! the helper that copies must not run away.

use super::state::{Region, Translator, clif_trap};
use crate::codegen::object::{RuntimeFunction, Symbol, TrapCode};
use crate::ingest::Unit;
use crate::link::{LinkedMemory, MemoryBase};
use crate::manifest::{Bounds, ComponentId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Opcode, Type, Value, types};
use wasmparser::MemArg;

const I32: Type = types::I32;

/// Offsets that every ISA folds into a load or store (Thumb-2: 0..=4095, RV32: -2048..=2047).
const LOWER: u32 = 0x7ff;
/// An offset down to here costs nothing either.
const LEAST: i64 = -248;

/// Where an access goes, after all checks.
struct Place {
    address: Value,
    offset: i32,
    flags: MemFlagsData,
}

impl Translator<'_, '_> {
    fn memory(&self, index: u32) -> &LinkedMemory {
        &self.linked.memories[index as usize]
    }

    pub fn load(&mut self, opcode: Opcode, ty: Type, memarg: MemArg) {
        let address = self.pop();
        let Some(place) = self.access(address, memarg, access_bytes(opcode, ty)) else { return };
        let flags = self.builder.func.dfg.mem_flags.insert(place.flags).expect("few sets of flags");
        let (inst, dfg) = self.builder.ins().Load(opcode, ty, flags, place.offset.into(), place.address);
        let value = dfg.first_result(inst);
        self.push(value);
    }

    pub fn store(&mut self, opcode: Opcode, memarg: MemArg) {
        let value = self.pop();
        let address = self.pop();
        let ty = self.builder.func.dfg.value_type(value);
        let Some(place) = self.access(address, memarg, access_bytes(opcode, ty)) else { return };
        let flags = self.builder.func.dfg.mem_flags.insert(place.flags).expect("few sets of flags");
        self.builder.ins().Store(opcode, ty, flags, place.offset.into(), value, place.address);
    }

    /// Checks an access and forms its address; `None` if it is certain to trap.
    fn access(&mut self, address: Value, memarg: MemArg, bytes: u32) -> Option<Place> {
        let memory = memarg.memory;
        let flags = self.flags(Region::Memory(memory));
        // Enough for any access of words; where the hint is wrong, the kernel does the access.
        let trusted = memarg.align >= 2 && self.linked.unit != Unit::Runtime;
        let flags = if trusted { flags.with_aligned() } else { flags };
        let traps = flags.with_trap_code(Some(clif_trap(TrapCode::MemoryOutOfBounds)));
        let flags = match (self.memory(memory).base, self.memory(memory).bounds) {
            (MemoryBase::Zero, _) => {
                if self.linked.unit == Unit::Kernel {
                    // Device registers.
                    self.builder.ins().sequence_point();
                }
                traps
            }
            (MemoryBase::Foreign { checked: true, .. }, _) => traps.with_notrap(),
            (_, Bounds::Hardware) => {
                let known = self.known(address);
                let least = known.map_or(0, u64::from) + memarg.offset + u64::from(bytes);
                if least > self.most_bytes(memory) {
                    self.trap(TrapCode::MemoryOutOfBounds);
                    return None;
                }
                let is_inside = known.is_some() && least <= u64::from(self.memory(memory).bytes);
                if is_inside { flags.with_notrap() } else { traps }
            }
            (_, Bounds::Software) => {
                self.check_access(memory, address, memarg.offset + u64::from(bytes))?;
                flags.with_notrap()
            }
        };
        Some(self.place(memory, address, memarg.offset, flags))
    }

    /// Splits a checked access into a native address and an offset that an instruction can hold.
    fn place(&mut self, memory: u32, address: Value, offset: u64, flags: MemFlagsData) -> Place {
        let known = self.known(address).and_then(|known| u32::try_from(u64::from(known) + offset).ok());
        if let Some(known) = known
            && let Some(base) = self.memory_base(memory)
        {
            // Neighbours share the sum of the base and the upper part.
            let upper = known & !LOWER;
            let address = match upper {
                0 => base,
                _ => {
                    let upper = self.i32(upper);
                    self.builder.ins().iadd(base, upper)
                }
            };
            return Place { address, offset: (known & LOWER) as i32, flags };
        }
        // Neighbours share the sum of the base and what is not constant. Sums wrap in either order.
        if let Some((variable, constant)) = self.sum(address)
            && let Some(offset) = i64::try_from(offset).ok().and_then(|offset| offset.checked_add(constant))
            && (LEAST..=i64::from(LOWER)).contains(&offset)
        {
            let address = self.native_address(memory, variable);
            return Place { address, offset: offset as i32, flags };
        }
        let address = self.native_address(memory, address);
        match i32::try_from(offset) {
            Ok(offset) => Place { address, offset, flags },
            Err(_) => {
                let offset = self.i32(offset as u32);
                Place { address: self.builder.ins().iadd(address, offset), offset: 0, flags }
            }
        }
    }

    /// Traps unless `address + reach` is at most the size of the memory. `None` if it is certain to trap.
    fn check_access(&mut self, memory: u32, address: Value, reach: u64) -> Option<()> {
        let bytes = self.memory(memory).bytes;
        let known = self.known(address);
        let least = known.map_or(0, u64::from) + reach;
        if least > self.most_bytes(memory) {
            self.trap(TrapCode::MemoryOutOfBounds);
            return None;
        }
        if known.is_some() && least <= u64::from(bytes) {
            return Some(());
        }
        if self.checked.get(&(memory, address)).is_some_and(|&covered| covered >= reach) {
            return Some(());
        }
        self.checked.insert((memory, address), reach);
        let reach = reach as u32;
        let last = match self.size_place(memory) {
            None => self.i32(bytes - reach),
            Some(place) => {
                let size = self.load_size(memory, place);
                let reach_value = self.i32(reach);
                if reach > bytes {
                    let too_small = self.builder.ins().icmp(IntCC::UnsignedLessThan, size, reach_value);
                    self.trap_if(too_small, TrapCode::MemoryOutOfBounds);
                }
                self.builder.ins().isub(size, reach_value)
            }
        };
        let beyond = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, address, last);
        self.trap_if(beyond, TrapCode::MemoryOutOfBounds);
        Some(())
    }

    /// Native address of byte 0 of a memory; `None` if that is address 0.
    pub fn memory_base(&mut self, memory: u32) -> Option<Value> {
        match self.memory(memory).base {
            MemoryBase::Home => Some(self.symbol(Symbol::Home)),
            MemoryBase::Symbol => match self.linked.unit {
                Unit::Component(component) => Some(self.symbol(Symbol::Memory { component, index: memory })),
                Unit::Kernel | Unit::Runtime => unreachable!("only components have memories at symbols"),
            },
            MemoryBase::Foreign { component, index, .. } => Some(self.symbol(Symbol::Memory { component, index })),
            MemoryBase::Zero => None,
        }
    }

    pub fn native_address(&mut self, memory: u32, address: Value) -> Value {
        match self.memory_base(memory) {
            Some(base) => self.builder.ins().iadd(base, address),
            None => address,
        }
    }

    /// What the size can become.
    fn most_bytes(&self, memory: u32) -> u64 {
        let &LinkedMemory { bytes, max_bytes, .. } = self.memory(memory);
        u64::from(if self.size_place(memory).is_some() { max_bytes } else { bytes })
    }

    /// Where the present size in bytes is, if it changes.
    fn size_place(&self, memory: u32) -> Option<SizePlace> {
        match self.memory(memory).base {
            MemoryBase::Foreign { component, index, .. } => {
                let owner = &self.components[component.0 as usize];
                owner.memories[index as usize].size_cell.map(|cell| SizePlace::Foreign(component, cell))
            }
            _ => self.memory(memory).size_cell.map(SizePlace::Own),
        }
    }

    /// The present size. That of another component is the other's to write: it counts no further than what is reserved.
    fn load_size(&mut self, memory: u32, place: SizePlace) -> Value {
        match place {
            SizePlace::Own(cell) => self.load_cell(I32, cell),
            SizePlace::Foreign(component, cell) => {
                let at = self.cell_address_of(component, cell);
                let flags = MemFlagsData::new().with_aligned();
                let size = self.builder.ins().load(I32, flags, at, 0);
                let most = self.i32(self.memory(memory).max_bytes);
                self.builder.ins().umin(size, most)
            }
        }
    }

    fn store_size(&mut self, size: Value, place: SizePlace) {
        match place {
            SizePlace::Own(cell) => self.store_cell(size, cell),
            SizePlace::Foreign(component, cell) => {
                let at = self.cell_address_of(component, cell);
                self.builder.ins().store(MemFlagsData::new().with_aligned(), size, at, 0);
            }
        }
    }

    /// The current size in bytes.
    fn memory_bytes(&mut self, memory: u32) -> Value {
        match self.size_place(memory) {
            Some(place) => self.load_size(memory, place),
            None => self.i32(self.memory(memory).bytes),
        }
    }

    fn bytes_to_pages(&mut self, memory: u32, bytes: Value) -> Value {
        let shift = self.i32(u32::from(self.memory(memory).page_log2));
        self.builder.ins().ushr(bytes, shift)
    }

    pub fn memory_size(&mut self, memory: u32) {
        let bytes = self.memory_bytes(memory);
        let pages = self.bytes_to_pages(memory, bytes);
        self.push(pages);
    }

    /// All that a memory may grow to is reserved: growing moves a number.
    pub fn memory_grow(&mut self, memory: u32) {
        let delta = self.pop();
        let &LinkedMemory { max_bytes, page_log2, .. } = self.memory(memory);
        let bytes = self.memory_bytes(memory);
        let pages = self.bytes_to_pages(memory, bytes);
        let failed = self.i32(u32::MAX);
        let result = match self.size_place(memory) {
            None => {
                let zero = self.i32(0);
                let changes = self.builder.ins().icmp(IntCC::NotEqual, delta, zero);
                self.builder.ins().select(changes, failed, pages)
            }
            Some(place) => {
                let most = self.i32(max_bytes);
                let room = self.builder.ins().isub(most, bytes);
                let room = self.bytes_to_pages(memory, room);
                let too_much = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, delta, room);
                let shift = self.i32(u32::from(page_log2));
                let more = self.builder.ins().ishl(delta, shift);
                let grown = self.builder.ins().iadd(bytes, more);
                let size = self.builder.ins().select(too_much, bytes, grown);
                self.store_size(size, place);
                self.builder.ins().select(too_much, failed, pages)
            }
        };
        self.push(result);
    }

    /// Traps unless `start..start+length` is inside `0..limit`, without wrapping.
    pub fn check_range(&mut self, start: Value, length: Value, limit: Value, code: TrapCode) {
        let too_long = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, length, limit);
        self.trap_if(too_long, code);
        let last = self.builder.ins().isub(limit, length);
        let beyond = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, start, last);
        self.trap_if(beyond, code);
    }

    fn check_memory_range(&mut self, memory: u32, start: Value, length: Value) {
        let trusted = matches!(self.memory(memory).base, MemoryBase::Zero | MemoryBase::Foreign { checked: true, .. });
        if !trusted {
            let limit = self.memory_bytes(memory);
            self.check_range(start, length, limit, TrapCode::MemoryOutOfBounds);
        }
    }

    pub fn memory_copy(&mut self, to: u32, from: u32) {
        let length = self.pop();
        let source = self.pop();
        let destination = self.pop();
        self.check_memory_range(to, destination, length);
        self.check_memory_range(from, source, length);
        let destination = self.native_address(to, destination);
        let source = self.native_address(from, source);
        self.call_runtime(RuntimeFunction::MemoryCopy, &[destination, source, length]);
    }

    pub fn memory_fill(&mut self, memory: u32) {
        let length = self.pop();
        let byte = self.pop();
        let destination = self.pop();
        self.check_memory_range(memory, destination, length);
        let destination = self.native_address(memory, destination);
        self.call_runtime(RuntimeFunction::MemoryFill, &[destination, byte, length]);
    }

    pub fn memory_init(&mut self, memory: u32, data: u32) {
        let length = self.pop();
        let source = self.pop();
        let destination = self.pop();
        self.check_memory_range(memory, destination, length);
        let cell = self.linked.passive_data[data as usize].as_ref().map(|segment| segment.length_cell);
        let limit = self.segment_length(cell);
        self.check_range(source, length, limit, TrapCode::MemoryOutOfBounds);
        if cell.is_none() {
            return;
        }
        let destination = self.native_address(memory, destination);
        let base = self.symbol(Symbol::Data { unit: self.linked.unit, index: data });
        let source = self.builder.ins().iadd(base, source);
        self.call_runtime(RuntimeFunction::MemoryCopy, &[destination, source, length]);
    }

    pub fn data_drop(&mut self, data: u32) {
        if let Some(segment) = &self.linked.passive_data[data as usize] {
            let cell = segment.length_cell;
            let zero = self.i32(0);
            self.store_cell(zero, cell);
        }
    }

    /// What is left of a segment, in its own unit. Active and declared segments count as dropped.
    pub fn segment_length(&mut self, cell: Option<u32>) -> Value {
        match cell {
            Some(cell) => self.load_cell(I32, cell),
            None => self.i32(0),
        }
    }
}

/// Where the size of a memory is.
#[derive(Clone, Copy)]
enum SizePlace {
    /// A word of this component's instance data.
    Own(u32),
    Foreign(ComponentId, u32),
}

fn access_bytes(opcode: Opcode, ty: Type) -> u32 {
    match opcode {
        Opcode::Sload8 | Opcode::Uload8 | Opcode::Istore8 => 1,
        Opcode::Sload16 | Opcode::Uload16 | Opcode::Istore16 => 2,
        Opcode::Sload32 | Opcode::Uload32 | Opcode::Istore32 => 4,
        _ => ty.bytes(),
    }
}
