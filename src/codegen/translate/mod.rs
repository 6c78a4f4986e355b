//! wasm -> CLIF, one function at a time.
//!
//! # What the CLIF means to lowering
//!
//! - 32-bit pointers; wasm i32 and i64 are `I32` and `I64`, a function reference is an `I32` (the address of its
//!   descriptor). The signature is the wasm signature, call convention `Fast`; there are no hidden parameters.
//! - A symbol is a `GlobalValueData::Symbol` (or the name of an `ExtFuncData`) with the name
//!   `UserExternalName { namespace: 0, index: k }`, where `k` indexes [`Translated::symbols`]; read by
//!   `symbol_value`. `Symbol::Home` is the pinned register: `iadd(symbol_value Home, address)` is an access to
//!   the home memory, and instance data is at negative offsets from it.
//! - `TrapCode::user(code as u8)` carries an `object::TrapCode`.
//! - `udiv`, `sdiv`, `urem`, `srem` trap as CLIF says; lowering supplies the checks (and calls the runtime for I64).
//! - Accesses are little-endian, of any alignment; `aligned` (instance data and tables only) promises 4 bytes, also
//!   for I64. Without bounds checks in the code a memory access may trap (`MemoryOutOfBounds`) and is not `can_move`;
//!   after a check it is `notrap`.
//! - `sequence_point` costs nothing: it stands before each access to device registers (the kernel's `$phys`), so
//!   that none is merged, moved or dropped.
//! - Source locations are offsets in the module's binary.

mod call;
mod control;
mod float;
mod memory;
mod names;
mod operators;
mod state;
mod table;

use crate::codegen::object::{Symbol, TrapCode};
use crate::codegen::{addresses, optimize, ranges, schedule, unroll};
use crate::diag::Diagnostic;
use crate::diag::codes::codegen as codes;
use crate::ingest::{FuncType, Unit, ValType};
use crate::link::{Linked, System};
use crate::manifest::{ComponentId, Optimize};
pub use call::function_symbol;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir;
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use state::Translator;
use wasmparser::{BinaryReader, FunctionBody, OperatorsReader};

/// One function as CLIF.
#[derive(Debug)]
pub struct Translated {
    pub func: ir::Function,
    /// Meaning of `UserExternalName { namespace: 0, index }`.
    pub symbols: Vec<Symbol>,
    /// For signatures of `call_indirect`: the global type id.
    pub indirect_types: SecondaryMap<ir::SigRef, Option<u32>>,
    /// What lowering is to aim at.
    pub optimize: Optimize,
    /// [`System::tail_words`].
    pub tail_words: u32,
}

/// Translates and optimises function `index` (of the module's function index space), which has a body.
///
/// Errors: what the code generator does not have (floats, SIMD, ...), by function name and offset.
pub fn function(system: &System, linked: &Linked, index: u32) -> Result<Translated, Diagnostic> {
    let body = linked.module.functions[index as usize].body.clone().expect("only functions with a body have code");
    build(system, linked, index, |translator| {
        let offset = body.start;
        let reader = BinaryReader::new(&linked.module.wasm[body.clone()], offset);
        translate_body(translator, FunctionBody::new(reader))
    })
    .map_err(|unsupported| diagnostic(system, linked, index, unsupported))
}

/// A function of this unit's own for an imported one, for tables to point at: same signature, calls the target and
/// returns what it returns. `index` names an import.
pub fn import_thunk(system: &System, linked: &Linked, index: u32) -> Result<Translated, Diagnostic> {
    build(system, linked, index, |translator| {
        translator.forward(index);
        Ok(())
    })
    .map_err(|unsupported| diagnostic(system, linked, index, unsupported))
}

/// What the kernel enters in place of function `index`: a call of it, with the arenas of `resets` taken back before and
/// after. Before too, as a call that trapped has left them as they were.
pub fn entry(system: &System, linked: &Linked, index: u32, resets: &[ComponentId]) -> Result<Translated, Diagnostic> {
    build(system, linked, index, |translator| {
        translator.enter_function(index, resets);
        Ok(())
    })
    .map_err(|unsupported| diagnostic(system, linked, index, unsupported))
}

/// What stops translation: the construct, and its offset in the module's binary.
#[derive(Debug)]
struct Unsupported {
    what: String,
    offset: usize,
}

type Fallible<T> = Result<T, Unsupported>;

fn build(
    system: &System,
    linked: &Linked,
    index: u32,
    fill: impl FnOnce(&mut Translator) -> Fallible<()>,
) -> Result<Translated, Unsupported> {
    let declared = &linked.module.functions[index as usize];
    let ty = &linked.module.types[declared.ty as usize];
    let name = ir::UserFuncName::user(0, index);
    let mut func = ir::Function::with_name_signature(name, signature(ty));
    let mut context = FunctionBuilderContext::new();
    let mut translator = Translator::new(linked, &system.components, FunctionBuilder::new(&mut func, &mut context));
    fill(&mut translator)?;
    let (symbols, indirect_types) = translator.finish();
    let mut func = optimize::function(func);
    let bounds = state::clif_trap(TrapCode::MemoryOutOfBounds);
    ranges::simplify(&mut func, bounds);
    let optimize = if matches!(linked.unit, Unit::Component(_)) { system.optimize } else { Optimize::Size };
    if optimize == Optimize::Speed && unroll::unroll(&mut func) {
        func = optimize::function(func);
        ranges::simplify(&mut func, bounds);
    }
    let names = func.params.user_named_funcs().clone();
    let is_memory = |name: &ir::ExternalName| match name {
        ir::ExternalName::User(reference) => {
            let index = names[*reference].index;
            matches!(symbols[index as usize], Symbol::Home | Symbol::Memory { .. })
        }
        _ => false,
    };
    addresses::shape(&mut func, is_memory);
    schedule::schedule(&mut func);
    optimize::verify(&func);
    Ok(Translated { func, symbols, indirect_types, optimize, tail_words: system.tail_words })
}

fn translate_body(translator: &mut Translator, body: FunctionBody) -> Fallible<()> {
    const VALID: &str = "ingest has validated the module";
    translator.at(body.range().start);
    translator.enter();
    let mut locals = body.get_locals_reader().expect(VALID);
    for _ in 0..locals.get_count() {
        let offset = locals.original_position();
        let (count, ty) = locals.read().expect(VALID);
        translator.declare_locals(count, value_type(ty, offset)?);
    }
    let mut operators = OperatorsReader::new(locals.get_binary_reader());
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset().expect(VALID);
        translator.at(offset);
        translator.operator(operator, offset)?;
    }
    Ok(())
}

/// The CLIF signature of a wasm function type.
fn signature(ty: &FuncType) -> ir::Signature {
    let mut signature = ir::Signature::new(CallConv::Tail);
    for &param in &ty.params {
        signature.params.push(ir::AbiParam::new(clif_type(param)));
    }
    for &result in &ty.results {
        signature.returns.push(ir::AbiParam::new(clif_type(result)));
    }
    signature
}

fn clif_type(ty: ValType) -> ir::Type {
    match ty {
        // References are addresses of descriptors.
        ValType::I32 | ValType::FuncRef | ValType::ExternRef => ir::types::I32,
        ValType::I64 => ir::types::I64,
        ValType::F32 => ir::types::F32,
        ValType::F64 => ir::types::F64,
    }
}

fn value_type(ty: wasmparser::ValType, offset: usize) -> Fallible<ValType> {
    use wasmparser::ValType as Wasm;
    Ok(match ty {
        Wasm::I32 => ValType::I32,
        Wasm::I64 => ValType::I64,
        Wasm::F32 => ValType::F32,
        Wasm::F64 => ValType::F64,
        Wasm::Ref(reference) if reference.is_func_ref() => ValType::FuncRef,
        Wasm::Ref(reference) if reference.is_extern_ref() => ValType::ExternRef,
        other => return Err(Unsupported { what: format!("a value of type {other}"), offset }),
    })
}

fn diagnostic(system: &System, linked: &Linked, index: u32, unsupported: Unsupported) -> Diagnostic {
    let module = linked.module;
    let function = match &module.functions[index as usize].name {
        Some(name) => format!("`{name}`"),
        None => format!("{index}"),
    };
    let Unsupported { what, offset } = unsupported;
    let message = format!(
        "function {function} of `{}` uses {what} at wasm offset {offset:#x}, which the code generator does not have",
        module.name
    );
    let mut diagnostic = Diagnostic::error(&codes::UNSUPPORTED, message);
    if let Unit::Component(id) = linked.unit {
        diagnostic = diagnostic.label(system.manifest.component(id).path.span, format!("{what} in this module"));
    }
    diagnostic.help("build the module without it, or remove the function")
}
