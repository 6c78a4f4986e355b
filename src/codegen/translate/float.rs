//! Operators on floats.

use super::names::operator_name;
use super::state::Translator;
use super::{Fallible, Unsupported};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Opcode, Type, types};
use wasmparser::Operator;

const F32: Type = types::F32;
const F64: Type = types::F64;
const I32: Type = types::I32;
const I64: Type = types::I64;

impl Translator<'_, '_> {
    /// What is no operator on floats either is unsupported.
    pub(super) fn float(&mut self, operator: Operator, offset: usize) -> Fallible<()> {
        use Operator as Op;
        match operator {
            Op::F32Const { value } => {
                let value = self.builder.ins().f32const(f32::from_bits(value.bits()));
                self.push(value);
            }
            Op::F64Const { value } => {
                let value = self.builder.ins().f64const(f64::from_bits(value.bits()));
                self.push(value);
            }
            Op::F32Eq | Op::F64Eq => self.compare_floats(FloatCC::Equal),
            Op::F32Ne | Op::F64Ne => self.compare_floats(FloatCC::NotEqual),
            Op::F32Lt | Op::F64Lt => self.compare_floats(FloatCC::LessThan),
            Op::F32Gt | Op::F64Gt => self.compare_floats(FloatCC::GreaterThan),
            Op::F32Le | Op::F64Le => self.compare_floats(FloatCC::LessThanOrEqual),
            Op::F32Ge | Op::F64Ge => self.compare_floats(FloatCC::GreaterThanOrEqual),
            Op::F32Abs | Op::F64Abs => self.unary(Opcode::Fabs),
            Op::F32Neg | Op::F64Neg => self.unary(Opcode::Fneg),
            Op::F32Ceil | Op::F64Ceil => self.unary(Opcode::Ceil),
            Op::F32Floor | Op::F64Floor => self.unary(Opcode::Floor),
            Op::F32Trunc | Op::F64Trunc => self.unary(Opcode::Trunc),
            Op::F32Nearest | Op::F64Nearest => self.unary(Opcode::Nearest),
            Op::F32Sqrt | Op::F64Sqrt => self.unary(Opcode::Sqrt),
            Op::F32Add | Op::F64Add => self.binary(Opcode::Fadd),
            Op::F32Sub | Op::F64Sub => self.binary(Opcode::Fsub),
            Op::F32Mul | Op::F64Mul => self.binary(Opcode::Fmul),
            Op::F32Div | Op::F64Div => self.binary(Opcode::Fdiv),
            Op::F32Min | Op::F64Min => self.binary(Opcode::Fmin),
            Op::F32Max | Op::F64Max => self.binary(Opcode::Fmax),
            Op::F32Copysign | Op::F64Copysign => self.binary(Opcode::Fcopysign),
            Op::I32TruncF32S | Op::I32TruncF64S => self.convert(Opcode::FcvtToSint, I32),
            Op::I32TruncF32U | Op::I32TruncF64U => self.convert(Opcode::FcvtToUint, I32),
            Op::I64TruncF32S | Op::I64TruncF64S => self.convert(Opcode::FcvtToSint, I64),
            Op::I64TruncF32U | Op::I64TruncF64U => self.convert(Opcode::FcvtToUint, I64),
            Op::I32TruncSatF32S | Op::I32TruncSatF64S => self.convert(Opcode::FcvtToSintSat, I32),
            Op::I32TruncSatF32U | Op::I32TruncSatF64U => self.convert(Opcode::FcvtToUintSat, I32),
            Op::I64TruncSatF32S | Op::I64TruncSatF64S => self.convert(Opcode::FcvtToSintSat, I64),
            Op::I64TruncSatF32U | Op::I64TruncSatF64U => self.convert(Opcode::FcvtToUintSat, I64),
            Op::F32ConvertI32S | Op::F32ConvertI64S => self.convert(Opcode::FcvtFromSint, F32),
            Op::F32ConvertI32U | Op::F32ConvertI64U => self.convert(Opcode::FcvtFromUint, F32),
            Op::F64ConvertI32S | Op::F64ConvertI64S => self.convert(Opcode::FcvtFromSint, F64),
            Op::F64ConvertI32U | Op::F64ConvertI64U => self.convert(Opcode::FcvtFromUint, F64),
            Op::F32DemoteF64 => self.convert(Opcode::Fdemote, F32),
            Op::F64PromoteF32 => self.convert(Opcode::Fpromote, F64),
            Op::I32ReinterpretF32 => self.reinterpret(I32),
            Op::I64ReinterpretF64 => self.reinterpret(I64),
            Op::F32ReinterpretI32 => self.reinterpret(F32),
            Op::F64ReinterpretI64 => self.reinterpret(F64),
            other => return Err(Unsupported { what: format!("`{}`", operator_name(&other)), offset }),
        }
        Ok(())
    }

    fn compare_floats(&mut self, condition: FloatCC) {
        let right = self.pop();
        let left = self.pop();
        let bit = self.builder.ins().fcmp(condition, left, right);
        let value = self.builder.ins().uextend(I32, bit);
        self.push(value);
    }

    fn reinterpret(&mut self, to: Type) {
        let value = self.pop();
        let flags = MemFlagsData::new();
        let result = self.builder.ins().bitcast(to, flags, value);
        self.push(result);
    }
}
