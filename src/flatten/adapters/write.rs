//! Steps as instructions of the new module.

use super::source::{Source, broken};
use super::{AdapterImport, Length, Step, Writer, intern_type};
use crate::flatten::Party;
use crate::flatten::environ::{Refusal, Refused};
use crate::flatten::handles::{HandleFunction, WRONG};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{BlockType, Function, Instruction};

/// Writes steps with the new module's indices.
pub struct Rename<'w, 'a, C> {
    pub writer: &'w Writer<'a, C>,
    pub instance: usize,
    pub known: &'w mut Vec<wasmparser::FuncType>,
    /// A local for a value; the next one is for what is wrong.
    pub value: u32,
    pub call: i32,
}

impl<C: Copy + Ord> Rename<'_, '_, C> {
    fn source(&self) -> &Source<'_> {
        &self.writer.sources[&self.instance]
    }

    fn import_index(&self, import: &AdapterImport) -> u32 {
        let position = self.writer.imports.iter().position(|(known, _)| known == import);
        position.expect("all imports have been seen") as u32
    }

    fn handles(&self, function: &mut Function, handles: HandleFunction, party: Party, full: Party) {
        let (value, wrong) = (self.value, self.value + 1);
        if handles != HandleFunction::Own {
            function.instruction(&Instruction::I32Const(self.call));
        }
        function.instruction(&Instruction::Call(self.import_index(&AdapterImport::Handles(handles))));
        if handles == HandleFunction::Enter {
            return;
        }
        function.instruction(&Instruction::LocalSet(wrong));
        if handles != HandleFunction::Exit {
            function.instruction(&Instruction::LocalSet(value));
        }
        // Nothing is wrong as a rule.
        function.instruction(&Instruction::LocalGet(wrong)).instruction(&Instruction::If(BlockType::Empty));
        for (number, refusal) in WRONG {
            let party = if refusal == Refusal::HandlesExhausted { full } else { party };
            let blame = self.import_index(&AdapterImport::Blame { refusal, party });
            function
                .instruction(&Instruction::LocalGet(wrong))
                .instruction(&Instruction::I32Const(number))
                .instruction(&Instruction::I32Eq)
                .instruction(&Instruction::If(BlockType::Empty))
                .instruction(&Instruction::Call(blame))
                .instruction(&Instruction::Unreachable)
                .instruction(&Instruction::End);
        }
        function.instruction(&Instruction::End);
        if handles != HandleFunction::Exit {
            function.instruction(&Instruction::LocalGet(value));
        }
    }

    pub fn write(&mut self, function: &mut Function, step: &Step) -> Result<(), Refused> {
        match step {
            Step::Keep(operator) => {
                let instruction = self.instruction((*operator).clone()).map_err(broken)?;
                function.instruction(&instruction);
            }
            Step::Call(index, kind) => {
                let import = self.writer.import(self.source().imports[*index as usize].0, *kind)?;
                function.instruction(&Instruction::Call(self.import_index(&import)));
            }
            Step::Blame(refusal, party) => {
                let import = AdapterImport::Blame { refusal: *refusal, party: *party };
                function.instruction(&Instruction::Call(self.import_index(&import)));
            }
            Step::Handles(handles, party, full) => self.handles(function, *handles, *party, *full),
            Step::Bounds { memory, pointer, length } => {
                let memory = self.memory_index(*memory).map_err(broken)?;
                let length = match length {
                    Length::Local(local) => Instruction::LocalGet(*local),
                    Length::Constant(value) => Instruction::I32Const(*value),
                };
                // length <= size, and pointer <= size - length.
                let all = [
                    length.clone(),
                    Instruction::MemorySize(memory),
                    Instruction::I32GtU,
                    Instruction::BrIf(0),
                    Instruction::LocalGet(*pointer),
                    Instruction::MemorySize(memory),
                    length,
                    Instruction::I32Sub,
                    Instruction::I32LeU,
                    Instruction::BrIf(1),
                ];
                all.iter().for_each(|instruction| {
                    function.instruction(instruction);
                });
            }
            Step::Copy { from, to, source, target, count, size } => {
                let src_mem = self.memory_index(*from).map_err(broken)?;
                let dst_mem = self.memory_index(*to).map_err(broken)?;
                let all = [
                    Instruction::LocalGet(*target),
                    Instruction::LocalGet(*source),
                    Instruction::LocalGet(*count),
                    Instruction::I32Const(*size as i32),
                    Instruction::I32Mul,
                    Instruction::MemoryCopy { src_mem, dst_mem },
                ];
                all.iter().for_each(|instruction| {
                    function.instruction(instruction);
                });
            }
        }
        Ok(())
    }
}

impl<C: Copy + Ord> Reencode for Rename<'_, '_, C> {
    type Error = String;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<String>> {
        let at = (self.instance, index);
        let position = self.writer.functions.iter().position(|function| function.at == at);
        let unknown = || Error::UserError("a call of an unknown function".to_string());
        position.map(|position| (self.writer.imports.len() + position) as u32).ok_or_else(unknown)
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, Error<String>> {
        Ok(self.writer.memory(self.source().memories[memory as usize]))
    }

    fn block_type(&mut self, ty: wasmparser::BlockType) -> Result<BlockType, Error<String>> {
        match ty {
            wasmparser::BlockType::FuncType(index) => {
                let ty = self.source().types[index as usize].clone();
                Ok(BlockType::FunctionType(intern_type(self.known, &ty)))
            }
            other => wasm_encoder::reencode::utils::block_type(self, other),
        }
    }
}
