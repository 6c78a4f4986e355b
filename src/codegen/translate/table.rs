//! Function tables: arrays of descriptor addresses, outside every linear memory.

use super::state::{Region, Translator};
use crate::codegen::object::{RuntimeFunction, Symbol, TrapCode};
use crate::link::TablePlace;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

impl Translator<'_, '_> {
    /// Number of entries: a table keeps the size it starts with.
    fn table_length(&self, table: u32) -> u32 {
        self.linked.tables[table as usize].entries.len() as u32
    }

    /// Native address of an entry that has been checked.
    fn table_entry(&mut self, table: u32, index: Value) -> Value {
        let base = match self.linked.tables[table as usize].place {
            TablePlace::Flash => self.symbol(Symbol::Table { unit: self.linked.unit, index: table }),
            TablePlace::Cell(word) => self.cell_address(word),
        };
        let offset = self.entry_bytes(index);
        self.builder.ins().iadd(base, offset)
    }

    fn entry_bytes(&mut self, entries: Value) -> Value {
        let shift = self.i32(2);
        self.builder.ins().ishl(entries, shift)
    }

    fn table_flags(&mut self, table: u32) -> MemFlagsData {
        let flags = self.flags(Region::Table(table)).with_notrap().with_aligned();
        match self.linked.tables[table as usize].place {
            TablePlace::Flash => flags.with_readonly(),
            TablePlace::Cell(_) => flags,
        }
    }

    /// The address of entry `index`; `None` if the access is certain to trap.
    fn checked_entry(&mut self, table: u32, index: Value) -> Option<Value> {
        let length = self.table_length(table);
        match self.known(index) {
            Some(index) if index >= length => {
                self.trap(TrapCode::TableOutOfBounds);
                return None;
            }
            Some(_) => {}
            None => {
                let length = self.i32(length);
                let outside = self.builder.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, length);
                self.trap_if(outside, TrapCode::TableOutOfBounds);
            }
        }
        Some(self.table_entry(table, index))
    }

    /// The descriptor address in entry `index`; `None` if the access is certain to trap.
    pub fn table_load(&mut self, table: u32, index: Value) -> Option<Value> {
        let entry = self.checked_entry(table, index)?;
        let flags = self.table_flags(table);
        Some(self.builder.ins().load(types::I32, flags, entry, 0))
    }

    pub fn table_get(&mut self, table: u32) {
        let index = self.pop();
        if let Some(value) = self.table_load(table, index) {
            self.push(value);
        }
    }

    pub fn table_set(&mut self, table: u32) {
        let value = self.pop();
        let index = self.pop();
        if let Some(entry) = self.checked_entry(table, index) {
            let flags = self.table_flags(table);
            self.builder.ins().store(flags, value, entry, 0);
        }
    }

    pub fn table_size(&mut self, table: u32) {
        let length = self.i32(self.table_length(table));
        self.push(length);
    }

    pub fn table_copy(&mut self, to: u32, from: u32) {
        let count = self.pop();
        let source = self.pop();
        let destination = self.pop();
        let limit = self.i32(self.table_length(to));
        self.check_range(destination, count, limit, TrapCode::TableOutOfBounds);
        let limit = self.i32(self.table_length(from));
        self.check_range(source, count, limit, TrapCode::TableOutOfBounds);
        let destination = self.table_entry(to, destination);
        let source = self.table_entry(from, source);
        let bytes = self.entry_bytes(count);
        self.call_runtime(RuntimeFunction::MemoryCopy, &[destination, source, bytes]);
    }

    pub fn table_init(&mut self, table: u32, segment: u32) {
        let count = self.pop();
        let source = self.pop();
        let destination = self.pop();
        let limit = self.i32(self.table_length(table));
        self.check_range(destination, count, limit, TrapCode::TableOutOfBounds);
        let cell = self.linked.passive_elements[segment as usize].as_ref().map(|elements| elements.length_cell);
        let limit = self.segment_length(cell);
        self.check_range(source, count, limit, TrapCode::TableOutOfBounds);
        if cell.is_none() {
            return;
        }
        let destination = self.table_entry(table, destination);
        let base = self.symbol(Symbol::Elements { unit: self.linked.unit, index: segment });
        let offset = self.entry_bytes(source);
        let source = self.builder.ins().iadd(base, offset);
        let bytes = self.entry_bytes(count);
        self.call_runtime(RuntimeFunction::MemoryCopy, &[destination, source, bytes]);
    }

    pub fn elem_drop(&mut self, segment: u32) {
        if let Some(elements) = &self.linked.passive_elements[segment as usize] {
            let cell = elements.length_cell;
            let zero = self.i32(0);
            self.store_cell(zero, cell);
        }
    }
}
