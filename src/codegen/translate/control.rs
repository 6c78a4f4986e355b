//! Blocks and branches.

use super::state::Translator;
use super::{Fallible, clif_type, value_type};
use crate::ingest::ValType;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, JumpTableData, Type, Value};
use wasmparser::{BlockType, BrTable};

/// One open `block`, `loop`, `if` or function.
pub(super) struct Frame {
    kind: Kind,
    /// Where the code after `end` is; its parameters are the results.
    exit: Block,
    /// Something branches to `exit`.
    exit_used: bool,
    /// Size of the operand stack below the frame's own operands.
    height: usize,
    params: usize,
    results: usize,
}

enum Kind {
    Function,
    Block,
    Loop {
        header: Block,
    },
    /// The first arm of an `if`; `otherwise` gets the same operands.
    If {
        otherwise: Block,
        operands: Vec<Value>,
    },
    Else,
}

impl Frame {
    /// Number of values that a branch to this frame carries.
    fn arity(&self) -> usize {
        match self.kind {
            Kind::Loop { .. } => self.params,
            _ => self.results,
        }
    }
}

impl Translator<'_, '_> {
    /// Opens the function: its parameters are the first locals.
    pub fn enter(&mut self) {
        let entry = self.builder.create_block();
        self.builder.append_block_params_for_function_params(entry);
        self.switch_to(entry);
        self.builder.seal_block(entry);
        let params = self.builder.block_params(entry).to_vec();
        for value in params {
            let variable = self.builder.declare_var(self.builder.func.dfg.value_type(value));
            self.builder.def_var(variable, value);
            self.locals.push(variable);
        }
        let results: Vec<Type> = self.builder.func.signature.returns.iter().map(|result| result.value_type).collect();
        let exit = self.block_with_params(&results);
        self.frames.push(Frame {
            kind: Kind::Function,
            exit,
            exit_used: false,
            height: 0,
            params: 0,
            results: results.len(),
        });
    }

    pub fn block(&mut self, ty: BlockType, offset: usize) -> Fallible<()> {
        let (params, results) = self.block_types(ty, offset)?;
        self.open(Kind::Block, params.len(), &results);
        Ok(())
    }

    pub fn loop_(&mut self, ty: BlockType, offset: usize) -> Fallible<()> {
        let (params, results) = self.block_types(ty, offset)?;
        let header = self.block_with_params(&params);
        let operands = self.pop_many(params.len());
        self.jump(header, &operands);
        self.switch_to(header);
        self.push_params(header, params.len());
        self.open(Kind::Loop { header }, params.len(), &results);
        Ok(())
    }

    pub fn if_(&mut self, ty: BlockType, offset: usize) -> Fallible<()> {
        let (params, results) = self.block_types(ty, offset)?;
        let condition = self.pop();
        let operands = self.stack[self.stack.len() - params.len()..].to_vec();
        let otherwise = self.builder.create_block();
        self.continue_in_new_block(|this, then| {
            this.builder.ins().brif(condition, then, &[], otherwise, &[]);
        });
        self.builder.seal_block(otherwise);
        self.open(Kind::If { otherwise, operands }, params.len(), &results);
        Ok(())
    }

    pub fn else_(&mut self) {
        let frame = self.frames.pop().expect("an else belongs to an if");
        let Kind::If { otherwise, operands } = frame.kind else { unreachable!("an else belongs to an if") };
        let fell_through = self.reachable;
        if fell_through {
            let results = self.pop_many(frame.results);
            self.jump(frame.exit, &results);
        }
        self.stack.truncate(frame.height);
        self.stack.extend(operands);
        self.switch_to(otherwise);
        self.reachable = true;
        self.frames.push(Frame { kind: Kind::Else, exit_used: frame.exit_used | fell_through, ..frame });
    }

    pub fn end(&mut self) {
        let mut frame = self.frames.pop().expect("an end belongs to a frame");
        let is_function = matches!(frame.kind, Kind::Function);
        if is_function && !frame.exit_used {
            if self.reachable {
                let results = self.pop_many(frame.results);
                self.builder.ins().return_(&results);
            }
            return;
        }
        if self.reachable {
            let results = self.pop_many(frame.results);
            self.jump(frame.exit, &results);
            frame.exit_used = true;
        }
        match frame.kind {
            Kind::Loop { header } => self.builder.seal_block(header),
            // Without an else the operands are the results.
            Kind::If { otherwise, operands } => {
                self.switch_to(otherwise);
                self.jump(frame.exit, &operands);
                frame.exit_used = true;
            }
            Kind::Function | Kind::Block | Kind::Else => {}
        }
        self.stack.truncate(frame.height);
        self.reachable = frame.exit_used;
        if !frame.exit_used {
            return;
        }
        self.builder.seal_block(frame.exit);
        self.switch_to(frame.exit);
        self.push_params(frame.exit, frame.results);
        if is_function {
            let results = self.pop_many(frame.results);
            self.builder.ins().return_(&results);
        }
    }

    pub fn br(&mut self, depth: u32) {
        let index = self.frame_index(depth);
        let arguments = self.pop_many(self.frames[index].arity());
        if let Kind::Function = self.frames[index].kind {
            self.builder.ins().return_(&arguments);
        } else {
            let target = self.target(index);
            self.jump(target, &arguments);
        }
        self.reachable = false;
    }

    pub fn return_(&mut self) {
        self.br(self.frames.len() as u32 - 1);
    }

    pub fn br_if(&mut self, depth: u32) {
        let condition = self.pop();
        let index = self.frame_index(depth);
        let target = self.target(index);
        let arity = self.frames[index].arity();
        let arguments = block_args(&self.stack[self.stack.len() - arity..]);
        self.continue_in_new_block(|this, next| {
            this.builder.ins().brif(condition, target, &arguments, next, &[]);
        });
    }

    pub fn br_table(&mut self, table: &BrTable) {
        let selector = self.pop();
        let arity = {
            let index = self.frame_index(table.default());
            self.frames[index].arity()
        };
        let arguments = block_args(&self.pop_many(arity));
        let mut call = |depth| {
            let index = self.frame_index(depth);
            let target = self.target(index);
            self.builder.func.dfg.block_call(target, &arguments)
        };
        let default = call(table.default());
        let targets: Vec<_> =
            table.targets().map(|depth| call(depth.expect("ingest has validated the module"))).collect();
        let table = self.builder.create_jump_table(JumpTableData::new(default, &targets));
        self.builder.ins().br_table(selector, table);
        self.reachable = false;
    }

    fn frame_index(&self, depth: u32) -> usize {
        self.frames.len() - 1 - depth as usize
    }

    /// The block that a branch to a frame goes to. The caller branches there.
    fn target(&mut self, index: usize) -> Block {
        let frame = &mut self.frames[index];
        match frame.kind {
            Kind::Loop { header } => header,
            _ => {
                frame.exit_used = true;
                frame.exit
            }
        }
    }

    fn open(&mut self, kind: Kind, params: usize, results: &[Type]) {
        let exit = self.block_with_params(results);
        let height = self.stack.len() - params;
        self.frames.push(Frame { kind, exit, exit_used: false, height, params, results: results.len() });
    }

    fn block_with_params(&mut self, types: &[Type]) -> Block {
        let block = self.builder.create_block();
        for &ty in types {
            self.builder.append_block_param(block, ty);
        }
        block
    }

    /// The parameters that the block was made with: the SSA builder appends its own after them.
    fn push_params(&mut self, block: Block, count: usize) {
        self.stack.extend_from_slice(&self.builder.block_params(block)[..count]);
    }

    pub fn jump(&mut self, block: Block, arguments: &[Value]) {
        self.builder.ins().jump(block, &block_args(arguments));
    }

    fn block_types(&self, ty: BlockType, offset: usize) -> Fallible<(Vec<Type>, Vec<Type>)> {
        let convert = |types: &[ValType]| types.iter().copied().map(clif_type).collect();
        Ok(match ty {
            BlockType::Empty => (Vec::new(), Vec::new()),
            BlockType::Type(ty) => (Vec::new(), vec![clif_type(value_type(ty, offset)?)]),
            BlockType::FuncType(index) => {
                let ty = &self.linked.module.types[index as usize];
                (convert(&ty.params), convert(&ty.results))
            }
        })
    }
}

fn block_args(values: &[Value]) -> Vec<BlockArg> {
    values.iter().copied().map(BlockArg::Value).collect()
}
