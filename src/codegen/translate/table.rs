//! Function tables: arrays of descriptor addresses, outside every linear memory.

use super::state::{Region, Translator};
use crate::codegen::object::{RuntimeFunction, Symbol, TrapCode};
use crate::link::{LinkedTable, TablePlace};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

impl Translator<'_, '_> {
    /// Number of entries.
    fn table_length(&mut self, table: u32) -> Value {
        let table = &self.linked.tables[table as usize];
        match table.size_cell {
            Some(cell) => self.load_cell(types::I32, cell),
            None => self.i32(table.entries.len() as u32),
        }
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
        let LinkedTable { entries, max_entries, .. } = &self.linked.tables[table as usize];
        let (least, most) = (entries.len() as u32, *max_entries);
        match self.known(index) {
            Some(index) if index >= most => {
                self.trap(TrapCode::TableOutOfBounds);
                return None;
            }
            // A table never shrinks.
            Some(index) if index < least => {}
            _ => {
                let length = self.table_length(table);
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
        let length = self.table_length(table);
        self.push(length);
    }

    /// All that a table may grow to is reserved: growing fills entries and moves a number.
    pub fn table_grow(&mut self, table: u32) {
        let count = self.pop();
        let value = self.pop();
        let &LinkedTable { max_entries, size_cell, .. } = &self.linked.tables[table as usize];
        let length = self.table_length(table);
        let most = self.i32(max_entries);
        let room = self.builder.ins().isub(most, length);
        let too_many = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, count, room);
        if let Some(cell) = size_cell {
            let none = self.i32(0);
            let count = self.builder.ins().select(too_many, none, count);
            let first = self.table_entry(table, length);
            self.call_runtime(RuntimeFunction::WordFill, &[first, value, count]);
            let grown = self.builder.ins().iadd(length, count);
            self.store_cell(grown, cell);
        }
        let failed = self.i32(u32::MAX);
        let result = self.builder.ins().select(too_many, failed, length);
        self.push(result);
    }

    pub fn table_fill(&mut self, table: u32) {
        let count = self.pop();
        let value = self.pop();
        let start = self.pop();
        let limit = self.table_length(table);
        self.check_range(start, count, limit, TrapCode::TableOutOfBounds);
        let first = self.table_entry(table, start);
        self.call_runtime(RuntimeFunction::WordFill, &[first, value, count]);
    }

    pub fn table_copy(&mut self, to: u32, from: u32) {
        let count = self.pop();
        let source = self.pop();
        let destination = self.pop();
        let limit = self.table_length(to);
        self.check_range(destination, count, limit, TrapCode::TableOutOfBounds);
        let limit = self.table_length(from);
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
        let limit = self.table_length(table);
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
