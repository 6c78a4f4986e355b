//! Modules by chance, with a driver inside: exports without parameters that call every function and log what comes back.

use crate::append::{Added, append};
use arbitrary::Unstructured;
use wasm_encoder::{BlockType, Encode, Function, Instruction, MemArg, RawSection, ValType};
use wasm_smith::{Config, MemoryOffsetChoices};
use wasmparser::{CompositeInnerType, Operator, Parser, Payload, TypeRef};

/// Of loop iterations and function entries in one call. It bounds the depth of recursion too.
const FUEL: i32 = 300;
/// Calls of each function, each with arguments of its own.
const CALLS: usize = 3;
/// Bytes of one memory.
const MEMORY: u64 = 0x1_0000;

pub struct Generated {
    pub wasm: Vec<u8>,
    /// Nodes of the component in the manifest, and how its accesses are checked.
    pub nodes: String,
    /// Functions that the driver calls.
    pub functions: usize,
    pub calls: Vec<Call>,
}

/// One export of the driver.
pub struct Call {
    pub export: String,
    /// The function that it calls; `None` for the state of the module at the end.
    pub function: Option<u32>,
}

/// What call `number` of a driver logs first.
pub fn mark(number: usize) -> u32 {
    0xf022_0000 + number as u32
}

/// A generator of numbers (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What a module must be for the product to take it.
fn config(random: &mut Random) -> Config {
    let log = "(module (import \"compose\" \"log_u32\" (func (param i32))))";
    Config {
        available_imports: Some(wat::parse_str(log).expect("valid text")),
        min_imports: 1,
        max_imports: 1,
        min_funcs: 8,
        max_funcs: 24,
        max_types: 12,
        max_exports: 4,
        max_globals: 8,
        max_memories: if random.one_in(8) { 2 } else { 1 },
        min_memories: u32::from(!random.one_in(8)),
        max_memory32_bytes: MEMORY,
        memory_max_size_required: true,
        memory_offset_choices: MemoryOffsetChoices(90, 9, 1),
        table_max_size_required: true,
        max_table_elements: 20,
        max_elements: 20,
        max_instructions: [20, 60, 150, 400][random.below(4) as usize],
        max_nesting_depth: 6,
        allow_floats: !random.one_in(4),
        canonicalize_nans: true,
        disallow_traps: random.one_in(2),
        allow_start_export: false,
        bulk_memory_enabled: true,
        reference_types_enabled: random.one_in(3),
        multi_value_enabled: true,
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        extended_const_enabled: true,
        custom_page_sizes_enabled: random.one_in(4),
        simd_enabled: false,
        relaxed_simd_enabled: false,
        exceptions_enabled: false,
        threads_enabled: false,
        tail_call_enabled: true,
        gc_enabled: false,
        memory64_enabled: false,
        wide_arithmetic_enabled: false,
        generate_custom_sections: false,
        ..Config::default()
    }
}

/// The module of a seed; `None` if chance made one without a function.
pub fn module(seed: u64) -> Option<Generated> {
    let mut random = Random(seed);
    let config = config(&mut random);
    let hardware = config.disallow_traps && random.one_in(2);
    let length = [1000, 3000, 8000, 20_000][random.below(4) as usize];
    let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
    let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    let fuel = module.ensure_termination(FUEL as u32).ok()?;
    let wasm = module.to_bytes();
    let shape = Shape::of(&wasm)?;
    let wasm = call_conversions(&wasm, shape.functions.len() as u32);
    if shape.functions.len() <= shape.imported {
        return None;
    }
    let mut nodes = String::new();
    for (index, memory) in shape.memories.iter().enumerate() {
        nodes += &format!("    memory \"{index}\" budget=(B){} grow=#true\n", memory.bytes.max(64));
    }
    let bounds = if hardware && shape.memories.len() == 1 { "hardware" } else { "software" };
    nodes += &format!("    bounds \"{bounds}\"\n");
    let functions = shape.functions.len() - shape.imported;
    let (wasm, calls) = Driver { shape: &shape, fuel, random }.add(&wasm);
    Some(Generated { wasm, nodes, functions, calls })
}

/// What of a module its driver must know.
struct Shape {
    /// Parameters and results of all functions, imported ones first.
    functions: Vec<(Vec<ValType>, Vec<ValType>)>,
    imported: usize,
    memories: Vec<Memory>,
    globals: Vec<ValType>,
}

struct Memory {
    /// At most.
    bytes: u64,
    page_log2: u32,
}

impl Shape {
    fn of(wasm: &[u8]) -> Option<Shape> {
        let mut shape = Shape { functions: Vec::new(), imported: 0, memories: Vec::new(), globals: Vec::new() };
        let mut types: Vec<(Vec<ValType>, Vec<ValType>)> = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("a valid module") {
                Payload::TypeSection(section) => {
                    for group in section {
                        for ty in group.expect("a valid type").into_types() {
                            let CompositeInnerType::Func(ty) = ty.composite_type.inner else { return None };
                            let list = |list: &[wasmparser::ValType]| list.iter().map(value_type).collect();
                            types.push((list(ty.params()), list(ty.results())));
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let TypeRef::Func(ty) = import.expect("a valid import").ty else { return None };
                        shape.functions.push(types[ty as usize].clone());
                        shape.imported += 1;
                    }
                }
                Payload::FunctionSection(section) => {
                    let of_type = |ty: wasmparser::Result<u32>| types[ty.expect("a valid function") as usize].clone();
                    shape.functions.extend(section.into_iter().map(of_type));
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        let memory = memory.expect("a valid memory");
                        let page_log2 = memory.page_size_log2.unwrap_or(16);
                        let bytes = memory.maximum.expect("all have a maximum") << page_log2;
                        shape.memories.push(Memory { bytes, page_log2 });
                    }
                }
                Payload::ExportSection(section) => {
                    // In the manifest, such a name of a memory would be taken for its index.
                    let number = |export: wasmparser::Result<wasmparser::Export>| {
                        export.expect("a valid export").name.parse::<u32>().is_ok()
                    };
                    if section.into_iter().any(number) {
                        return None;
                    }
                }
                Payload::GlobalSection(section) => {
                    let ty = |global: wasmparser::Result<wasmparser::Global>| {
                        value_type(&global.expect("a valid global").ty.content_type)
                    };
                    shape.globals.extend(section.into_iter().map(ty));
                }
                _ => {}
            }
        }
        (shape.imported == 1).then_some(shape)
    }
}

fn value_type(ty: &wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::Ref(ty) if ty.is_func_ref() => ValType::FUNCREF,
        wasmparser::ValType::Ref(_) => ValType::EXTERNREF,
        wasmparser::ValType::V128 => unreachable!("no SIMD"),
    }
}

/// Calls functions of the driver, the first of them `first`, in place of the conversions between floats: they may give
/// any NaN for one that is not canonical, and wasm-smith leaves it so.
fn call_conversions(wasm: &[u8], first: u32) -> Vec<u8> {
    let mut code = wasm_encoder::CodeSection::new();
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("a valid module");
        if let Payload::CodeSectionEntry(body) = &payload {
            let range = body.range();
            let mut bytes = Vec::new();
            let mut copied = range.start;
            let operators = body.get_operators_reader().expect("a valid body");
            for operator in operators.into_iter_with_offsets() {
                let (operator, at) = operator.expect("a valid operator");
                let index = match operator {
                    Operator::F32DemoteF64 => first,
                    Operator::F64PromoteF32 => first + 1,
                    _ => continue,
                };
                bytes.extend(&wasm[copied..at]);
                Instruction::Call(index).encode(&mut bytes);
                copied = at + 1;
            }
            bytes.extend(&wasm[copied..range.end]);
            code.raw(&bytes);
            continue;
        }
        match payload.as_section() {
            Some((CODE, _)) => {}
            Some((id, range)) => {
                if id == DATA && !code.is_empty() {
                    module.section(&code);
                    code = wasm_encoder::CodeSection::new();
                }
                module.section(&RawSection { id, data: &wasm[range] });
            }
            None => {}
        }
    }
    if !code.is_empty() {
        module.section(&code);
    }
    module.finish()
}

const CODE: u8 = 10;
const DATA: u8 = 11;

/// A conversion whose NaN is the canonical one.
fn conversion(export: &str, param: ValType, result: ValType) -> Added {
    let mut body = Function::new([(1, result)]);
    let mut code = body.instructions();
    code.local_get(0);
    match result {
        ValType::F32 => code.f32_demote_f64().local_tee(1).f32_const(f32::NAN.into()),
        _ => code.f64_promote_f32().local_tee(1).f64_const(f64::NAN.into()),
    };
    code.local_get(1).local_get(1);
    match result {
        ValType::F32 => code.f32_eq(),
        _ => code.f64_eq(),
    };
    code.select().end();
    Added { export: export.into(), params: vec![param], results: vec![result], body }
}

struct Driver<'a> {
    shape: &'a Shape,
    fuel: u32,
    random: Random,
}

impl Driver<'_> {
    /// The module with the driver's functions behind its own.
    fn add(mut self, wasm: &[u8]) -> (Vec<u8>, Vec<Call>) {
        let mut calls = Vec::new();
        let mut bodies = Vec::new();
        for call in 0..CALLS {
            for function in self.shape.imported..self.shape.functions.len() {
                calls.push(Call { export: format!("call-{function}-{call}"), function: Some(function as u32) });
                bodies.push(self.call(function, mark(bodies.len())));
            }
        }
        calls.push(Call { export: "state".into(), function: None });
        bodies.push(self.state(mark(bodies.len())));

        let added = calls.iter().zip(bodies).map(|(call, body)| Added {
            export: call.export.clone(),
            params: Vec::new(),
            results: Vec::new(),
            body,
        });
        let conversions =
            [conversion("demote", ValType::F64, ValType::F32), conversion("promote", ValType::F32, ValType::F64)];
        let added: Vec<Added> = conversions.into_iter().chain(added).collect();
        (append(wasm, self.shape.functions.len() as u32, &added), calls)
    }

    /// Calls a function with arguments by chance, and logs its results.
    fn call(&mut self, index: usize, mark: u32) -> Function {
        let (params, results) = &self.shape.functions[index];
        let mut body = Function::new(results.iter().map(|&ty| (1, ty)));
        let mut code = body.instructions();
        code.i32_const(mark as i32).call(0).i32_const(FUEL).global_set(self.fuel);
        for param in params {
            let bits = self.interesting();
            match *param {
                ValType::I32 => code.i32_const(bits as i32),
                ValType::I64 => code.i64_const(bits as i64),
                ValType::F32 => code.i32_const(bits as i32).f32_reinterpret_i32(),
                ValType::F64 => code.i64_const(bits as i64).f64_reinterpret_i64(),
                ValType::FUNCREF => code.ref_null(wasm_encoder::HeapType::FUNC),
                _ => code.ref_null(wasm_encoder::HeapType::EXTERN),
            };
        }
        code.call(index as u32);
        for local in (0..results.len() as u32).rev() {
            code.local_set(local);
        }
        for (local, &ty) in (0..).zip(results) {
            log(&mut body, &Instruction::LocalGet(local), ty);
        }
        body.instruction(&Instruction::End);
        body
    }

    /// Bits of an argument: near a power of two, a small number, a special float, or anything.
    fn interesting(&mut self) -> u64 {
        const FLOATS: [u64; 8] =
            [0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x0000_0001, 0x4f00_0000, 0xcf00_0000, 0x3fc0_0000];
        const DOUBLES: [u64; 6] = [1 << 63, 0x7ff0 << 48, 0xfff0 << 48, 0x7ff8 << 48, 0x41e0 << 48, 0x43e0 << 48];
        let bits = self.random.next();
        let choice = (bits >> 32) as usize;
        match self.random.below(6) {
            0 => (1_u64 << (bits % 64)).wrapping_add(bits >> 8 & 3).wrapping_sub(1),
            1 => bits % 70,
            2 => (bits % 70).wrapping_neg(),
            3 => FLOATS[choice % FLOATS.len()],
            4 => DOUBLES[choice % DOUBLES.len()],
            _ => bits,
        }
    }

    /// Logs all globals, and for each memory its size and a hash of what it holds.
    fn state(&self, mark: u32) -> Function {
        let (at, hash, end) = (0, 1, 2);
        let mut body = Function::new([(3, ValType::I32)]);
        body.instructions().i32_const(mark as i32).call(0);
        for (index, &ty) in (0..).zip(&self.shape.globals) {
            log(&mut body, &Instruction::GlobalGet(index), ty);
        }
        for (index, memory) in (0..).zip(&self.shape.memories) {
            let word = MemArg { offset: 0, align: 0, memory_index: index };
            let mut code = body.instructions();
            code.memory_size(index).call(0);
            // Whole words; what remains of a memory of another size is its last word once more.
            code.memory_size(index).i32_const(memory.page_log2 as i32).i32_shl().local_tee(end);
            code.i32_const(4).i32_ge_u().if_(BlockType::Empty);
            code.i32_const(0).local_set(at).i32_const(0).local_set(hash).loop_(BlockType::Empty);
            code.local_get(hash).i32_const(31).i32_mul().local_get(at).i32_load(word).i32_add().local_set(hash);
            code.local_get(at).i32_const(4).i32_add().local_tee(at);
            code.local_get(end).i32_const(4).i32_sub().i32_le_u().br_if(0).end();
            code.local_get(hash).call(0);
            code.local_get(end).i32_const(4).i32_sub().i32_load(word).call(0).end();
        }
        body.instruction(&Instruction::End);
        body
    }
}

/// Logs a value.
fn log(body: &mut Function, value: &Instruction, ty: ValType) {
    let mut wide = |reinterpret: Option<Instruction>| {
        for shift in [0, 32] {
            body.instruction(value);
            if let Some(reinterpret) = &reinterpret {
                body.instruction(reinterpret);
            }
            body.instructions().i64_const(shift).i64_shr_u().i32_wrap_i64().call(0);
        }
    };
    match ty {
        ValType::I64 => wide(None),
        ValType::F64 => wide(Some(Instruction::I64ReinterpretF64)),
        _ => {
            body.instruction(value);
            let mut code = body.instructions();
            match ty {
                ValType::I32 => code.call(0),
                ValType::F32 => code.i32_reinterpret_f32().call(0),
                _ => code.ref_is_null().call(0),
            };
        }
    }
}
