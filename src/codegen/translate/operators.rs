//! One operator at a time.

use super::state::Translator;
use super::{Fallible, value_type};
use crate::codegen::object::{Symbol, TrapCode};
use crate::link::{FuncRef, LinkedGlobal};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Opcode, Type, Value, types};
use wasmparser::Operator;

const I8: Type = types::I8;
const I16: Type = types::I16;
const I32: Type = types::I32;
const I64: Type = types::I64;

impl Translator<'_, '_> {
    pub fn operator(&mut self, operator: Operator, offset: usize) -> Fallible<()> {
        if self.reachable {
            return self.live(operator, offset);
        }
        // Code that cannot run has no operands: only the nesting counts, until a frame ends that something branches to.
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                self.dead_depth += 1;
            }
            Operator::End if self.dead_depth > 0 => self.dead_depth -= 1,
            Operator::Else if self.dead_depth == 0 => self.else_(),
            Operator::End => self.end(),
            _ => {}
        }
        Ok(())
    }

    fn live(&mut self, operator: Operator, offset: usize) -> Fallible<()> {
        use Operator as Op;
        match operator {
            // Control.
            Op::Unreachable => self.trap(TrapCode::Unreachable),
            Op::Nop => {}
            Op::Block { blockty } => self.block(blockty, offset)?,
            Op::Loop { blockty } => self.loop_(blockty, offset)?,
            Op::If { blockty } => self.if_(blockty, offset)?,
            Op::Else => self.else_(),
            Op::End => self.end(),
            Op::Br { relative_depth } => self.br(relative_depth),
            Op::BrIf { relative_depth } => self.br_if(relative_depth),
            Op::BrTable { targets } => self.br_table(&targets),
            Op::Return => self.return_(),
            Op::Call { function_index } => self.call(function_index),
            Op::CallIndirect { type_index, table_index } => self.call_indirect(type_index, table_index),
            Op::ReturnCall { function_index } => self.return_call(function_index),
            Op::ReturnCallIndirect { type_index, table_index } => self.return_call_indirect(type_index, table_index),

            // Parametric.
            Op::Drop => {
                self.pop();
            }
            Op::Select => self.select(),
            Op::TypedSelect { ty } => {
                value_type(ty, offset)?;
                self.select();
            }

            // Variables.
            Op::LocalGet { local_index } => {
                let value = self.builder.use_var(self.locals[local_index as usize]);
                self.push(value);
            }
            Op::LocalSet { local_index } => {
                let value = self.pop();
                self.builder.def_var(self.locals[local_index as usize], value);
            }
            Op::LocalTee { local_index } => {
                let value = self.pop();
                self.builder.def_var(self.locals[local_index as usize], value);
                self.push(value);
            }
            Op::GlobalGet { global_index } => self.global_get(global_index),
            Op::GlobalSet { global_index } => self.global_set(global_index),

            // References.
            Op::RefNull { .. } => {
                let null = self.symbol(Symbol::Descriptor(None));
                self.push(null);
            }
            Op::RefFunc { function_index } => {
                let reference = FuncRef { unit: self.linked.unit, index: function_index };
                let value = self.symbol(Symbol::Descriptor(Some(reference)));
                self.push(value);
            }
            Op::RefIsNull => {
                let null = self.symbol(Symbol::Descriptor(None));
                let value = self.pop();
                self.compare_values(IntCC::Equal, value, null);
            }
            Op::TableGet { table } => self.table_get(table),
            Op::TableSet { table } => self.table_set(table),
            Op::TableSize { table } => self.table_size(table),
            Op::TableGrow { table } => self.table_grow(table),
            Op::TableFill { table } => self.table_fill(table),
            Op::TableCopy { dst_table, src_table } => self.table_copy(dst_table, src_table),
            Op::TableInit { elem_index, table } => self.table_init(table, elem_index),
            Op::ElemDrop { elem_index } => self.elem_drop(elem_index),

            // Memory.
            Op::I32Load { memarg } => self.load(Opcode::Load, I32, memarg),
            Op::F32Load { memarg } => self.load(Opcode::Load, types::F32, memarg),
            Op::F64Load { memarg } => self.load(Opcode::Load, types::F64, memarg),
            Op::I64Load { memarg } => self.load(Opcode::Load, I64, memarg),
            Op::I32Load8S { memarg } => self.load(Opcode::Sload8, I32, memarg),
            Op::I32Load8U { memarg } => self.load(Opcode::Uload8, I32, memarg),
            Op::I32Load16S { memarg } => self.load(Opcode::Sload16, I32, memarg),
            Op::I32Load16U { memarg } => self.load(Opcode::Uload16, I32, memarg),
            Op::I64Load8S { memarg } => self.load(Opcode::Sload8, I64, memarg),
            Op::I64Load8U { memarg } => self.load(Opcode::Uload8, I64, memarg),
            Op::I64Load16S { memarg } => self.load(Opcode::Sload16, I64, memarg),
            Op::I64Load16U { memarg } => self.load(Opcode::Uload16, I64, memarg),
            Op::I64Load32S { memarg } => self.load(Opcode::Sload32, I64, memarg),
            Op::I64Load32U { memarg } => self.load(Opcode::Uload32, I64, memarg),
            Op::I32Store { memarg } | Op::I64Store { memarg } | Op::F32Store { memarg } | Op::F64Store { memarg } => {
                self.store(Opcode::Store, memarg)
            }
            Op::I32Store8 { memarg } | Op::I64Store8 { memarg } => self.store(Opcode::Istore8, memarg),
            Op::I32Store16 { memarg } | Op::I64Store16 { memarg } => self.store(Opcode::Istore16, memarg),
            Op::I64Store32 { memarg } => self.store(Opcode::Istore32, memarg),
            Op::MemorySize { mem } => self.memory_size(mem),
            Op::MemoryGrow { mem } => self.memory_grow(mem),
            Op::MemoryCopy { dst_mem, src_mem } => self.memory_copy(dst_mem, src_mem),
            Op::MemoryFill { mem } => self.memory_fill(mem),
            Op::MemoryInit { data_index, mem } => self.memory_init(mem, data_index),
            Op::DataDrop { data_index } => self.data_drop(data_index),

            // Numeric.
            Op::I32Const { value } => {
                let value = self.constant(I32, i64::from(value));
                self.push(value);
            }
            Op::I64Const { value } => {
                let value = self.constant(I64, value);
                self.push(value);
            }
            Op::I32Eqz | Op::I64Eqz => {
                let value = self.pop();
                let zero = self.constant(self.builder.func.dfg.value_type(value), 0);
                self.compare_values(IntCC::Equal, value, zero);
            }
            Op::I32Eq | Op::I64Eq => self.compare(IntCC::Equal),
            Op::I32Ne | Op::I64Ne => self.compare(IntCC::NotEqual),
            Op::I32LtS | Op::I64LtS => self.compare(IntCC::SignedLessThan),
            Op::I32LtU | Op::I64LtU => self.compare(IntCC::UnsignedLessThan),
            Op::I32GtS | Op::I64GtS => self.compare(IntCC::SignedGreaterThan),
            Op::I32GtU | Op::I64GtU => self.compare(IntCC::UnsignedGreaterThan),
            Op::I32LeS | Op::I64LeS => self.compare(IntCC::SignedLessThanOrEqual),
            Op::I32LeU | Op::I64LeU => self.compare(IntCC::UnsignedLessThanOrEqual),
            Op::I32GeS | Op::I64GeS => self.compare(IntCC::SignedGreaterThanOrEqual),
            Op::I32GeU | Op::I64GeU => self.compare(IntCC::UnsignedGreaterThanOrEqual),
            Op::I32Clz | Op::I64Clz => self.unary(Opcode::Clz),
            Op::I32Ctz | Op::I64Ctz => self.unary(Opcode::Ctz),
            Op::I32Popcnt | Op::I64Popcnt => self.unary(Opcode::Popcnt),
            Op::I32Add | Op::I64Add => self.binary(Opcode::Iadd),
            Op::I32Sub | Op::I64Sub => self.binary(Opcode::Isub),
            Op::I32Mul | Op::I64Mul => self.binary(Opcode::Imul),
            Op::I32DivS | Op::I64DivS => self.binary(Opcode::Sdiv),
            Op::I32DivU | Op::I64DivU => self.binary(Opcode::Udiv),
            Op::I32RemS | Op::I64RemS => self.binary(Opcode::Srem),
            Op::I32RemU | Op::I64RemU => self.binary(Opcode::Urem),
            Op::I32And | Op::I64And => self.binary(Opcode::Band),
            Op::I32Or | Op::I64Or => self.binary(Opcode::Bor),
            Op::I32Xor | Op::I64Xor => self.binary(Opcode::Bxor),
            Op::I32Shl | Op::I64Shl => self.binary(Opcode::Ishl),
            Op::I32ShrS | Op::I64ShrS => self.binary(Opcode::Sshr),
            Op::I32ShrU | Op::I64ShrU => self.binary(Opcode::Ushr),
            Op::I32Rotl | Op::I64Rotl => self.binary(Opcode::Rotl),
            Op::I32Rotr | Op::I64Rotr => self.binary(Opcode::Rotr),
            Op::I32WrapI64 => self.convert(Opcode::Ireduce, I32),
            Op::I64ExtendI32S => self.convert(Opcode::Sextend, I64),
            Op::I64ExtendI32U => self.convert(Opcode::Uextend, I64),
            Op::I32Extend8S => self.sign_extend(I8, I32),
            Op::I32Extend16S => self.sign_extend(I16, I32),
            Op::I64Extend8S => self.sign_extend(I8, I64),
            Op::I64Extend16S => self.sign_extend(I16, I64),
            Op::I64Extend32S => self.sign_extend(I32, I64),

            other => return self.float(other, offset),
        }
        Ok(())
    }

    fn select(&mut self) {
        let condition = self.pop();
        let otherwise = self.pop();
        let then = self.pop();
        let value = self.builder.ins().select(condition, then, otherwise);
        self.push(value);
    }

    fn compare(&mut self, condition: IntCC) {
        let right = self.pop();
        let left = self.pop();
        self.compare_values(condition, left, right);
    }

    fn compare_values(&mut self, condition: IntCC, left: Value, right: Value) {
        let bit = self.builder.ins().icmp(condition, left, right);
        let value = self.builder.ins().uextend(I32, bit);
        self.push(value);
    }

    pub(super) fn unary(&mut self, opcode: Opcode) {
        let value = self.pop();
        let ty = self.builder.func.dfg.value_type(value);
        let (inst, dfg) = self.builder.ins().Unary(opcode, ty, value);
        let result = dfg.first_result(inst);
        self.push(result);
    }

    pub(super) fn binary(&mut self, opcode: Opcode) {
        let right = self.pop();
        let left = self.pop();
        let ty = self.builder.func.dfg.value_type(left);
        let (inst, dfg) = self.builder.ins().Binary(opcode, ty, left, right);
        let result = dfg.first_result(inst);
        self.push(result);
    }

    pub(super) fn convert(&mut self, opcode: Opcode, to: Type) {
        let value = self.pop();
        let (inst, dfg) = self.builder.ins().Unary(opcode, to, value);
        let result = dfg.first_result(inst);
        self.push(result);
    }

    fn sign_extend(&mut self, from: Type, to: Type) {
        let value = self.pop();
        let narrow = self.builder.ins().ireduce(from, value);
        let result = self.builder.ins().sextend(to, narrow);
        self.push(result);
    }

    fn global_get(&mut self, index: u32) {
        let ty = super::clif_type(self.linked.module.globals[index as usize].ty);
        let value = match self.linked.globals[index as usize] {
            LinkedGlobal::Const(bits) => self.constant(ty, bits as i64),
            LinkedGlobal::ConstFunc(reference) => self.symbol(Symbol::Descriptor(reference)),
            LinkedGlobal::Cell(word) => self.load_cell(ty, word),
        };
        self.push(value);
    }

    fn global_set(&mut self, index: u32) {
        let value = self.pop();
        match self.linked.globals[index as usize] {
            LinkedGlobal::Cell(word) => self.store_cell(value, word),
            LinkedGlobal::Const(_) | LinkedGlobal::ConstFunc(_) => unreachable!("link gives what changes a cell"),
        }
    }
}
