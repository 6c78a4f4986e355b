//! Calls: direct, through tables, into other components, and into the runtime.

use super::state::{Region, Translator, clif_trap};
use crate::codegen::object::{ARENA_MISUSE, RuntimeFunction, Symbol, TrapCode, blamed};
use crate::ingest::{ImportKind, Unit};
use crate::link::{Arena, HostFunction, Linked, Party, Target};
use crate::manifest::ComponentId;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder, MemFlagsData, Value, types};
use cranelift_codegen::isa::CallConv;

/// The type id of the null reference's descriptor.
const NULL_TYPE: u32 = u32::MAX;

/// The symbol of a function of a unit's own. The runtime's exports are known to every unit by what they do.
pub fn function_symbol(linked: &Linked, index: u32) -> Symbol {
    let unit = linked.unit;
    let export = linked.module.exports.iter().find(|export| export.kind == ImportKind::Function(index));
    let helper = export.and_then(|export| RuntimeFunction::ALL.iter().copied().find(|f| f.name() == export.name));
    match (unit, helper) {
        (Unit::Runtime, Some(helper)) => Symbol::Runtime(helper),
        _ => Symbol::Function { unit, index },
    }
}

/// Where an indirect call goes whose type id `found` is not the expected one.
pub(super) struct Mismatch {
    block: ir::Block,
    found: Value,
    source: ir::SourceLoc,
}

impl Translator<'_, '_> {
    pub fn call(&mut self, index: u32) {
        let declared = self.linked.module.functions[index as usize].ty;
        let arguments = self.linked.module.types[declared as usize].params.len();
        let arguments = self.pop_many(arguments);
        let results = self.call_target(index, &arguments);
        self.stack.extend(results);
    }

    /// The body of a thunk: the parameters go to imported function `index`, its results are returned.
    pub fn forward(&mut self, index: u32) {
        self.enter();
        let entry = self.builder.current_block().expect("entered");
        let arguments = self.builder.block_params(entry).to_vec();
        let results = self.call_target(index, &arguments);
        self.builder.ins().return_(&results);
    }

    /// The body of an entry: arenas are reset, the function is called, arenas are reset.
    pub fn enter_function(&mut self, index: u32, resets: &[ComponentId]) {
        self.enter();
        let entry = self.builder.current_block().expect("entered");
        let arguments = self.builder.block_params(entry).to_vec();
        self.reset_arenas(resets);
        let results = self.call_target(index, &arguments);
        self.reset_arenas(resets);
        self.builder.ins().return_(&results);
    }

    fn reset_arenas(&mut self, components: &[ComponentId]) {
        for &component in components {
            let arena = self.components[component.0 as usize].arena.expect("only arenas are reset");
            let state = match self.linked.unit {
                Unit::Component(own) if own == component => self.cell_address(arena.state_cell),
                _ => self.cell_address_of(component, arena.state_cell),
            };
            let start = self.i32(arena.start);
            self.call_runtime(RuntimeFunction::ArenaReset, &[state, start]);
        }
    }

    /// A call in place of a return. What is not this component's own is called and then returned from: other
    /// components have a home of their own, to which this one's caller knows no way back.
    pub fn return_call(&mut self, index: u32) {
        let Target::Own(own) = self.linked.functions[index as usize] else {
            self.call(index);
            return self.return_();
        };
        let declared = self.linked.module.functions[index as usize].ty;
        let arguments = self.linked.module.types[declared as usize].params.len();
        let arguments = self.pop_many(arguments);
        let signature = self.signature_of(declared);
        let callee = self.callee(function_symbol(self.linked, own), signature);
        self.builder.ins().return_call(callee, &arguments);
        self.reachable = false;
    }

    fn call_target(&mut self, index: u32, arguments: &[Value]) -> Vec<Value> {
        let symbol = match self.linked.functions[index as usize] {
            Target::Own(index) => function_symbol(self.linked, index),
            Target::Peer { component, index } => Symbol::Function { unit: Unit::Component(component), index },
            Target::Gate(gate) => Symbol::Gate(gate),
            Target::Host(function) => match self.linked.unit {
                Unit::Component(component) => Symbol::Host { component, function },
                Unit::Kernel | Unit::Runtime => unreachable!("only components call host functions"),
            },
            Target::Native(function) => Symbol::Native(function.name()),
            Target::ArenaRealloc => return vec![self.arena_realloc(arguments)],
            Target::ArenaOf { component, party } => return vec![self.arena_of(component, party, arguments)],
            Target::Transcode { from, to, party } => return self.transcode(from, to, party, arguments),
            Target::Blame { refusal, party } => {
                self.blame(refusal.into(), party, None);
                return Vec::new();
            }
        };
        let ty = self.linked.module.functions[index as usize].ty;
        let signature = self.signature_of(ty);
        let callee = self.callee(symbol, signature);
        let call = self.builder.ins().call(callee, arguments);
        self.builder.inst_results(call).to_vec()
    }

    pub fn call_indirect(&mut self, ty: u32, table: u32) {
        let Some((signature, code, arguments)) = self.callee_in_table(ty, table) else { return };
        let call = self.builder.ins().call_indirect(signature, code, &arguments);
        let results = self.builder.inst_results(call).to_vec();
        self.stack.extend(results);
    }

    /// Entries are this component's own functions: an imported one has a thunk.
    pub fn return_call_indirect(&mut self, ty: u32, table: u32) {
        let Some((signature, code, arguments)) = self.callee_in_table(ty, table) else { return };
        self.builder.ins().return_call_indirect(signature, code, &arguments);
        self.reachable = false;
    }

    /// Takes an index and arguments from the operand stack: the signature, the code's address, the arguments. `None`
    /// where the call always traps.
    fn callee_in_table(&mut self, ty: u32, table: u32) -> Option<(ir::SigRef, Value, Vec<Value>)> {
        let index = self.pop();
        let count = self.linked.module.types[ty as usize].params.len();
        let descriptor = self.table_load(table, index)?;
        let arguments = self.pop_many(count);

        // An entry always holds the address of a descriptor, so these may move.
        let flags = self.flags(Region::Descriptors).with_notrap().with_aligned().with_readonly().with_can_move();
        let both = self.builder.ins().load(types::I64, flags, descriptor, 0);
        let (found, code) = self.builder.ins().isplit(both);
        let type_id = self.linked.type_ids[ty as usize];
        let expected = self.i32(type_id);
        let mismatch = self.builder.ins().icmp(IntCC::NotEqual, found, expected);
        let wrong = self.builder.create_block();
        self.continue_in_new_block(|this, next| {
            this.builder.ins().brif(mismatch, wrong, &[], next, &[]);
        });
        self.builder.seal_block(wrong);
        self.cold.push(Mismatch { block: wrong, found, source: self.builder.srcloc() });
        let signature = self.signature_of(ty);
        self.indirect_types[signature] = Some(type_id);
        Some((signature, code, arguments))
    }

    /// Fills the blocks that tell a null from a wrong type. They come last, out of the way of what usually runs.
    pub fn fill_cold_blocks(&mut self) {
        for Mismatch { block, found, source } in std::mem::take(&mut self.cold) {
            self.switch_to(block);
            self.builder.set_cold_block(block);
            self.builder.set_srcloc(source);
            let null = self.i32(NULL_TYPE);
            let is_null = self.builder.ins().icmp(IntCC::Equal, found, null);
            self.trap_if(is_null, TrapCode::UninitializedElement);
            self.builder.ins().trap(clif_trap(TrapCode::IndirectCallType));
        }
    }

    /// Calls a helper; its results.
    pub fn call_runtime(&mut self, function: RuntimeFunction, arguments: &[Value]) -> Vec<Value> {
        let symbol = Symbol::Runtime(function);
        let mut signature = ir::Signature::new(CallConv::Tail);
        for &argument in arguments {
            signature.params.push(ir::AbiParam::new(self.builder.func.dfg.value_type(argument)));
        }
        if matches!(function, RuntimeFunction::ArenaRealloc | RuntimeFunction::Utf8Copy) {
            signature.returns.push(ir::AbiParam::new(types::I32));
        }
        let signature = self.builder.import_signature(signature);
        let callee = self.callee(symbol, signature);
        let call = self.builder.ins().call(callee, arguments);
        self.builder.inst_results(call).to_vec()
    }

    /// `(old_ptr, old_len, align, new_len) -> ptr` in the component's own arena; a trap when it is exhausted.
    fn arena_realloc(&mut self, arguments: &[Value]) -> Value {
        let arena = self.linked.arena.expect("link gives whoever imports it an arena");
        let state = self.cell_address(arena.state_cell);
        let start = self.i32(arena.start);
        let end = self.i32(arena.end);
        let memory = self.memory_base(0).unwrap_or(start);
        let mut all = vec![state, start, end, memory];
        all.extend_from_slice(arguments);
        let pointer = self.call_runtime(RuntimeFunction::ArenaRealloc, &all)[0];
        self.unless_refused(pointer, |this, is_misuse| {
            this.trap_if(is_misuse, TrapCode::ArenaMisuse);
            let Unit::Component(component) = this.linked.unit else { unreachable!("only components have arenas") };
            this.call_kernel(Symbol::Host { component, function: HostFunction::Exhausted }, &[arguments[3]]);
        });
        pointer
    }

    /// Goes on if `pointer` is an address. Else `report` is to end the call; its operand is whether the arguments were
    /// at fault, and not the arena too small.
    fn unless_refused(&mut self, pointer: Value, report: impl FnOnce(&mut Self, Value)) {
        let first_error = self.i32(ARENA_MISUSE);
        let refused = self.builder.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, pointer, first_error);
        let cold = self.builder.create_block();
        self.continue_in_new_block(|this, next| {
            this.builder.ins().brif(refused, cold, &[], next, &[]);
            this.builder.seal_block(cold);
            this.builder.switch_to_block(cold);
            this.builder.set_cold_block(cold);
            let misuse = this.i32(ARENA_MISUSE);
            let is_misuse = this.builder.ins().icmp(IntCC::Equal, pointer, misuse);
            report(this, is_misuse);
            this.builder.ins().trap(clif_trap(TrapCode::Unreachable));
        });
    }

    /// Calls a function of the kernel that does not return.
    fn call_kernel(&mut self, symbol: Symbol, arguments: &[Value]) {
        let mut signature = ir::Signature::new(CallConv::Tail);
        signature.params.extend(vec![ir::AbiParam::new(types::I32); arguments.len()]);
        let signature = self.builder.import_signature(signature);
        let callee = self.callee(symbol, signature);
        self.builder.ins().call(callee, arguments);
    }

    /// `arena_realloc` in the arena of another component, for which that component is to blame. Adapters ask for new blocks
    /// of a known alignment; where the arena ends at a multiple of that, a few instructions serve them, and the helper only
    /// empty ones and those that do not fit.
    fn arena_of(&mut self, component: ComponentId, party: Party, arguments: &[Value]) -> Value {
        let owner = &self.components[component.0 as usize];
        let arena = owner.arena.expect("link gives whoever is asked for memory an arena");
        let (state, length) = (self.cell_address_of(component, arena.state_cell), arguments[3]);
        let known = [0, 1, 2].map(|index| self.known(arguments[index]));
        let [Some(0), Some(0), Some(align @ (1 | 2 | 4 | 8))] = known else {
            return self.arena_helper(component, arena, party, state, arguments);
        };
        if !arena.end.is_multiple_of(align) {
            return self.arena_helper(component, arena, party, state, arguments);
        }
        let flags = MemFlagsData::new().with_notrap().with_aligned();
        let next = self.builder.ins().load(types::I32, flags, state, 0);
        let up = self.i32(align - 1);
        let up = self.builder.ins().iadd(next, up);
        let mask = self.i32(align.wrapping_neg());
        let new = self.builder.ins().band(up, mask);
        let end = self.i32(arena.end);
        // The arena's `next` is at most its end, so that this is the room that is left. Should the component have written
        // over it, the address is nonsense, and the adapter's own check finds it outside the memory.
        let room = self.builder.ins().isub(end, new);
        let one = self.i32(1);
        let less = self.builder.ins().isub(length, one);
        let fits = self.builder.ins().icmp(IntCC::UnsignedLessThan, less, room);
        let (fast, slow, done) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        let pointer = self.builder.append_block_param(done, types::I32);
        self.builder.ins().brif(fits, fast, &[], slow, &[]);
        self.builder.seal_block(fast);
        self.builder.seal_block(slow);

        self.builder.switch_to_block(fast);
        let next = self.builder.ins().iadd(new, length);
        self.builder.ins().store(flags, next, state, 0);
        self.builder.ins().store(flags, new, state, 4);
        let high = self.builder.ins().load(types::I32, flags, state, 8);
        let high = self.builder.ins().umax(high, next);
        self.builder.ins().store(flags, high, state, 8);
        self.jump(done, &[new]);

        self.switch_to(slow);
        let helped = self.arena_helper(component, arena, party, state, arguments);
        self.jump(done, &[helped]);
        self.builder.seal_block(done);
        self.switch_to(done);
        pointer
    }

    fn arena_helper(
        &mut self,
        component: ComponentId,
        arena: Arena,
        party: Party,
        state: Value,
        arguments: &[Value],
    ) -> Value {
        let start = self.i32(arena.start);
        let end = self.i32(arena.end);
        let memory = self.symbol(Symbol::Memory { component, index: 0 });
        let mut all = vec![state, start, end, memory];
        all.extend_from_slice(arguments);
        let pointer = self.call_runtime(RuntimeFunction::ArenaRealloc, &all)[0];
        self.unless_refused(pointer, |this, is_misuse| {
            this.blame_if(is_misuse, TrapCode::ArenaMisuse, party, None);
            this.blame(TrapCode::ArenaExhausted, party, Some(arguments[3]));
        });
        pointer
    }

    /// `(from, bytes, to)`: both ranges have been checked.
    fn transcode(&mut self, from: u32, to: u32, party: Party, arguments: &[Value]) -> Vec<Value> {
        let source = self.native_address(from, arguments[0]);
        let target = self.native_address(to, arguments[2]);
        let invalid = self.call_runtime(RuntimeFunction::Utf8Copy, &[target, source, arguments[1]])[0];
        self.blame_if(invalid, TrapCode::InvalidUtf8, party, None);
        Vec::new()
    }

    /// Ends the call, by the kernel, with a trap of one of the adapter's parties. `detail` is a number that goes with it.
    fn blame(&mut self, code: TrapCode, party: Party, detail: Option<Value>) {
        let Unit::Component(component) = self.linked.unit else { unreachable!("only adapters blame") };
        let number = self.i32(blamed(code, party));
        let detail = detail.unwrap_or_else(|| self.i32(0));
        self.call_kernel(Symbol::Host { component, function: HostFunction::Blame }, &[number, detail]);
    }

    fn blame_if(&mut self, condition: Value, code: TrapCode, party: Party, detail: Option<Value>) {
        let guilty = self.builder.create_block();
        self.continue_in_new_block(|this, next| {
            this.builder.ins().brif(condition, guilty, &[], next, &[]);
            this.builder.seal_block(guilty);
            this.builder.switch_to_block(guilty);
            this.builder.set_cold_block(guilty);
            this.blame(code, party, detail);
            this.builder.ins().trap(clif_trap(TrapCode::Unreachable));
        });
    }
}
