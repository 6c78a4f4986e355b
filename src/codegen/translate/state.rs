//! The state of one translation: the operand stack, the control frames, and what has been named so far.

use super::call::Mismatch;
use super::clif_type;
use super::control::Frame;
use crate::codegen::object::{Symbol, TrapCode};
use crate::ingest::ValType;
use crate::link::Linked;
use crate::manifest::ComponentId;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{self, Block, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) struct Translator<'a, 'f> {
    pub linked: &'a Linked<'a>,
    /// By component.
    pub components: &'a [Linked<'a>],
    pub builder: FunctionBuilder<'f>,
    pub locals: Vec<Variable>,
    pub stack: Vec<Value>,
    pub frames: Vec<Frame>,
    /// Code at this point can run. If not, operators are skipped, but for the nesting of blocks.
    pub reachable: bool,
    /// Blocks that were opened in code that cannot run.
    pub dead_depth: u32,
    /// Accesses of the current block that a check covers: an address in a memory, and how many bytes from it on.
    pub checked: HashMap<(u32, Value), u64>,
    /// Blocks to be filled at the end of the function.
    pub cold: Vec<Mismatch>,
    symbols: Vec<Symbol>,
    symbol_indices: HashMap<Symbol, u32>,
    global_values: HashMap<Symbol, ir::GlobalValue>,
    functions: HashMap<Symbol, ir::FuncRef>,
    signatures: HashMap<u32, ir::SigRef>,
    pub indirect_types: SecondaryMap<ir::SigRef, Option<u32>>,
}

/// State that no other state overlaps, so that a store to one leaves what is known of the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Memory(u32),
    /// Words of instance data that stand for one thing (a global, a size, a length).
    Cell(u32),
    Table(u32),
    Descriptors,
}

impl Region {
    /// Cells share regions beyond this many: the alias analysis looks at every region again and again.
    const CELLS: u32 = 64;

    fn data(self) -> ir::AliasRegionData {
        let (class, index, what) = match self {
            Region::Memory(index) => (0, index, "memory"),
            Region::Cell(word) => (1, word % Self::CELLS, "cell"),
            Region::Table(index) => (2, index, "table"),
            Region::Descriptors => (3, 0, "descriptors"),
        };
        ir::AliasRegionData { user_id: 4 * index + class, description: Cow::Owned(format!("{what} {index}")) }
    }
}

impl<'a, 'f> Translator<'a, 'f> {
    pub fn new(linked: &'a Linked<'a>, components: &'a [Linked<'a>], builder: FunctionBuilder<'f>) -> Self {
        Translator {
            linked,
            components,
            builder,
            locals: Vec::new(),
            stack: Vec::new(),
            frames: Vec::new(),
            reachable: true,
            dead_depth: 0,
            checked: HashMap::new(),
            cold: Vec::new(),
            symbols: Vec::new(),
            symbol_indices: HashMap::new(),
            global_values: HashMap::new(),
            functions: HashMap::new(),
            signatures: HashMap::new(),
            indirect_types: SecondaryMap::new(),
        }
    }

    pub fn finish(mut self) -> (Vec<Symbol>, SecondaryMap<ir::SigRef, Option<u32>>) {
        self.fill_cold_blocks();
        self.builder.finalize(crate::codegen::optimize::frontend_config());
        (self.symbols, self.indirect_types)
    }

    /// Instructions from here on come from this offset.
    pub fn at(&mut self, offset: usize) {
        self.builder.set_srcloc(ir::SourceLoc::new(offset as u32));
    }

    /// Locals of one type, zero or null.
    pub fn declare_locals(&mut self, count: u32, ty: ValType) {
        let clif = clif_type(ty);
        if count == 0 {
            return;
        }
        let zero = match ty {
            ValType::FuncRef | ValType::ExternRef => self.symbol(Symbol::Descriptor(None)),
            _ => self.constant(clif, 0),
        };
        for _ in 0..count {
            let variable = self.builder.declare_var(clif);
            self.builder.def_var(variable, zero);
            self.locals.push(variable);
        }
    }

    pub fn pop(&mut self) -> Value {
        self.stack.pop().expect("validated code does not pop an empty stack")
    }

    pub fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    /// The top `count` values, in order.
    pub fn pop_many(&mut self, count: usize) -> Vec<Value> {
        let at = self.stack.len() - count;
        self.stack.split_off(at)
    }

    pub fn switch_to(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.checked.clear();
    }

    /// Goes on in a new block that only the current one reaches, by the branch that `branch` emits.
    pub fn continue_in_new_block(&mut self, branch: impl FnOnce(&mut Self, Block)) {
        let next = self.builder.create_block();
        branch(self, next);
        self.builder.seal_block(next);
        // What is checked stays checked: the new block is dominated by this one.
        self.builder.switch_to_block(next);
    }

    /// A constant by its bits.
    pub fn constant(&mut self, ty: Type, value: i64) -> Value {
        let bits = match ty {
            types::F32 => return self.builder.ins().f32const(f32::from_bits(value as u32)),
            types::F64 => return self.builder.ins().f64const(f64::from_bits(value as u64)),
            // An immediate of a narrow type is written with its upper bits zero.
            types::I32 => i64::from(value as u32),
            _ => value,
        };
        self.builder.ins().iconst(ty, Imm64::new(bits))
    }

    pub fn i32(&mut self, value: u32) -> Value {
        self.constant(types::I32, i64::from(value))
    }

    /// The constant that a value is, if it is one.
    pub fn known(&self, value: Value) -> Option<u32> {
        let dfg = &self.builder.func.dfg;
        let inst = dfg.value_def(dfg.resolve_aliases(value)).inst()?;
        match dfg.insts[inst] {
            ir::InstructionData::UnaryImm { opcode: ir::Opcode::Iconst, imm } => Some(imm.bits() as u32),
            _ => None,
        }
    }

    /// A value that was made by adding a constant: the other operand, and the constant, signed.
    pub fn sum(&self, value: Value) -> Option<(Value, i64)> {
        let dfg = &self.builder.func.dfg;
        let inst = dfg.value_def(dfg.resolve_aliases(value)).inst()?;
        let ir::InstructionData::Binary { opcode: ir::Opcode::Iadd, args: [x, y] } = dfg.insts[inst] else {
            return None;
        };
        let constant = |value| self.known(value).map(|constant| i64::from(constant as i32));
        constant(y).map(|y| (x, y)).or_else(|| constant(x).map(|x| (y, x)))
    }

    fn symbol_index(&mut self, symbol: Symbol) -> u32 {
        *self.symbol_indices.entry(symbol).or_insert_with(|| {
            self.symbols.push(symbol);
            self.symbols.len() as u32 - 1
        })
    }

    fn external_name(&mut self, symbol: Symbol) -> ir::ExternalName {
        let index = self.symbol_index(symbol);
        let name = ir::UserExternalName { namespace: 0, index };
        ir::ExternalName::user(self.builder.func.declare_imported_user_function(name))
    }

    /// The value of a symbol.
    pub fn symbol(&mut self, symbol: Symbol) -> Value {
        let global = match self.global_values.get(&symbol) {
            Some(&global) => global,
            None => {
                let name = self.external_name(symbol);
                let data = ir::GlobalValueData::Symbol { name, offset: Imm64::new(0), colocated: true, tls: false };
                let global = self.builder.create_global_value(data);
                self.global_values.insert(symbol, global);
                global
            }
        };
        self.builder.ins().symbol_value(types::I32, global)
    }

    /// A callee of the given signature, by symbol.
    pub fn callee(&mut self, symbol: Symbol, signature: ir::SigRef) -> ir::FuncRef {
        if let Some(&function) = self.functions.get(&symbol) {
            return function;
        }
        let name = self.external_name(symbol);
        let data = ir::ExtFuncData { name, signature, colocated: true, patchable: false };
        let function = self.builder.import_function(data);
        self.functions.insert(symbol, function);
        function
    }

    /// The signature of a type of the module.
    pub fn signature_of(&mut self, ty: u32) -> ir::SigRef {
        if let Some(&signature) = self.signatures.get(&ty) {
            return signature;
        }
        let signature = super::signature(&self.linked.module.types[ty as usize]);
        let reference = self.builder.import_signature(signature);
        self.signatures.insert(ty, reference);
        reference
    }

    pub fn flags(&mut self, region: Region) -> MemFlagsData {
        let region = self.builder.func.dfg.alias_regions.insert(region.data());
        MemFlagsData::new().with_alias_region(Some(region))
    }

    /// Loads from word `word` of the instance data.
    pub fn load_cell(&mut self, ty: Type, word: u32) -> Value {
        let flags = self.flags(Region::Cell(word)).with_notrap().with_aligned();
        let home = self.symbol(Symbol::Home);
        self.builder.ins().load(ty, flags, home, self.linked.cell(word))
    }

    pub fn store_cell(&mut self, value: Value, word: u32) {
        let flags = self.flags(Region::Cell(word)).with_notrap().with_aligned();
        let home = self.symbol(Symbol::Home);
        self.builder.ins().store(flags, value, home, self.linked.cell(word));
    }

    /// Native address of word `word` of another component's instance data.
    pub fn cell_address_of(&mut self, component: ComponentId, word: u32) -> Value {
        let home = self.symbol(Symbol::HomeBase(component));
        let offset = self.i32(self.components[component.0 as usize].cell(word) as u32);
        self.builder.ins().iadd(home, offset)
    }

    /// Native address of word `word` of the instance data.
    pub fn cell_address(&mut self, word: u32) -> Value {
        let home = self.symbol(Symbol::Home);
        let offset = self.i32(self.linked.cell(word) as u32);
        self.builder.ins().iadd(home, offset)
    }

    pub fn trap_if(&mut self, condition: Value, code: TrapCode) {
        self.builder.ins().trapnz(condition, clif_trap(code));
    }

    /// Stops here: what follows cannot run.
    pub fn trap(&mut self, code: TrapCode) {
        self.builder.ins().trap(clif_trap(code));
        self.reachable = false;
    }
}

pub(super) fn clif_trap(code: TrapCode) -> ir::TrapCode {
    ir::TrapCode::unwrap_user(code as u8)
}
