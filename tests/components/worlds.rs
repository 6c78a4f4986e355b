//! Random interfaces as WIT, and core modules that import or export them.

use arbtest::arbitrary::{Result, Unstructured};
use std::fmt::Write;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldItem};

/// An interface `demo:api/svc`, some of whose types are in `demo:api/types`.
#[derive(Clone, Debug)]
pub struct Api {
    /// Each but the first has the one before it as a part, so that the functions reach all of them.
    types: Vec<Kind>,
    functions: Vec<Signature>,
    /// A resource with a constructor, a method and a function that takes it.
    resource: bool,
}

#[derive(Clone, Debug)]
enum Kind {
    Record(Vec<String>),
    Variant(Vec<Option<String>>),
    Enum(usize),
    Flags(usize),
    Alias(String),
}

#[derive(Clone, Debug)]
struct Signature {
    params: Vec<(String, String)>,
    result: Option<String>,
}

const PRIMITIVES: [&str; 13] =
    ["bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char", "string"];

fn ty(u: &mut Unstructured<'_>, types: usize, depth: usize) -> Result<String> {
    if depth == 0 || u.ratio(1, 2)? {
        if types > 0 && u.ratio(1, 3)? {
            return Ok(format!("t{}", u.choose_index(types)?));
        }
        return Ok((*u.choose(&PRIMITIVES)?).to_string());
    }
    let mut inner = || ty(u, types, depth - 1);
    let (a, b) = (inner()?, inner()?);
    Ok(match u.int_in_range(0..=6)? {
        0 | 1 => format!("list<{a}>"),
        2 => format!("option<{a}>"),
        3 => format!("tuple<{a}, {b}>"),
        4 => format!("result<{a}, {b}>"),
        5 => format!("result<_, {b}>"),
        _ => "result".into(),
    })
}

fn kind(u: &mut Unstructured<'_>, before: usize) -> Result<Kind> {
    let last = before.checked_sub(1).map(|last| format!("t{last}"));
    let parts = u.int_in_range(1..=3)?;
    let mut types = (0..parts).map(|_| ty(u, before, 2)).collect::<Result<Vec<_>>>()?;
    Ok(match u.int_in_range(0..=4)? {
        0 | 1 => {
            types.extend(last);
            Kind::Record(types)
        }
        2 => Kind::Variant(types.into_iter().map(Some).chain([None, last]).collect()),
        3 if last.is_none() => Kind::Enum(u.int_in_range(1..=5)?),
        4 if last.is_none() => Kind::Flags(u.int_in_range(1..=9)?),
        _ => Kind::Alias(last.map_or("u32".into(), |last| format!("list<{last}>"))),
    })
}

impl Api {
    pub fn arbitrary(u: &mut Unstructured<'_>) -> Result<Api> {
        let types = u.int_in_range(1..=4)?;
        let types = (0..types).map(|before| kind(u, before)).collect::<Result<Vec<_>>>()?;
        let mut functions = Vec::new();
        for index in 0..u.int_in_range(1..=4)? {
            let mut params = Vec::new();
            for param in 0..u.int_in_range(0..=4)? {
                params.push((format!("p{param}"), ty(u, types.len(), 2)?));
            }
            if index == 0 {
                params.push(("all".into(), format!("t{}", types.len() - 1)));
            }
            let result = if u.ratio(1, 2)? { Some(ty(u, types.len(), 2)?) } else { None };
            functions.push(Signature { params, result });
        }
        Ok(Api { types, functions, resource: u.ratio(1, 3)? })
    }

    /// Another interface: one change, somewhere that the functions reach.
    pub fn changed(&self, u: &mut Unstructured<'_>) -> Result<Api> {
        let mut api = self.clone();
        let functions = api.functions.len();
        if u.ratio(1, 2)? {
            let function = &mut api.functions[u.choose_index(functions)?];
            match u.int_in_range(0..=3)? {
                0 => function.params.push(("more".into(), "u32".into())),
                1 if function.result.is_some() => function.result = None,
                2 if !function.params.is_empty() => function.params[0].0 = "renamed".into(),
                3 if !function.params.is_empty() => {
                    let param = &mut function.params[0].1;
                    *param = format!("list<list<list<{param}>>>");
                }
                _ => function.params.insert(0, ("more".into(), "string".into())),
            }
            return Ok(api);
        }
        let at = u.choose_index(api.types.len())?;
        match &mut api.types[at] {
            Kind::Record(fields) => fields.push("u8".into()),
            Kind::Variant(cases) => cases.push(None),
            Kind::Enum(count) | Kind::Flags(count) => *count += 1,
            Kind::Alias(alias) => *alias = format!("option<{alias}>"),
        }
        Ok(api)
    }

    /// The packages; half of the types are in an interface of their own.
    pub fn wit(&self, version: &str) -> String {
        let mut out = format!("package demo:api{version} {{\n");
        let apart = self.types.len() / 2;
        let _ = writeln!(out, "interface types {{");
        for (index, kind) in self.types[..apart].iter().enumerate() {
            out += &definition(index, kind);
        }
        let _ = writeln!(out, "}}\ninterface svc {{");
        for index in 0..apart {
            let _ = writeln!(out, "use types.{{t{index}}};");
        }
        for (index, kind) in self.types.iter().enumerate().skip(apart) {
            out += &definition(index, kind);
        }
        if self.resource {
            out += "resource thing { constructor(of: string); look: func() -> u32; }\ntake: func(it: thing);\n";
        }
        for (index, function) in self.functions.iter().enumerate() {
            let params: Vec<String> = function.params.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
            let result = function.result.as_ref().map_or(String::new(), |result| format!(" -> {result}"));
            let _ = writeln!(out, "f{index}: func({}){result};", params.join(", "));
        }
        out + "}\n}\n"
    }

    /// A component that imports the interface, and one that exports it.
    pub fn importer(&self, version: &str) -> Vec<u8> {
        component(&format!("package demo:a;\nworld a {{ import demo:api/svc{version}; }}\n{}", self.wit(version)))
    }

    pub fn exporter(&self, version: &str) -> Vec<u8> {
        component(&format!("package demo:b;\nworld b {{ export demo:api/svc{version}; }}\n{}", self.wit(version)))
    }
}

fn definition(index: usize, kind: &Kind) -> String {
    let each = |count: usize| (0..count).map(|n| format!("n{n}, ")).collect::<String>();
    match kind {
        Kind::Record(fields) => {
            let fields: Vec<String> = fields.iter().enumerate().map(|(n, ty)| format!("n{n}: {ty}")).collect();
            format!("record t{index} {{ {} }}\n", fields.join(", "))
        }
        Kind::Variant(cases) => {
            let case = |(n, ty): (usize, &Option<String>)| match ty {
                Some(ty) => format!("n{n}({ty})"),
                None => format!("n{n}"),
            };
            let cases: Vec<String> = cases.iter().enumerate().map(case).collect();
            format!("variant t{index} {{ {} }}\n", cases.join(", "))
        }
        Kind::Enum(count) => format!("enum t{index} {{ {} }}\n", each(*count)),
        Kind::Flags(count) => format!("flags t{index} {{ {} }}\n", each(*count)),
        Kind::Alias(ty) => format!("type t{index} = {ty};\n"),
    }
}

/// A component for the one world of the first package, whose functions all trap.
fn component(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("random.wit", wit).unwrap_or_else(|error| panic!("{wit}\n{error:?}"));
    let world = resolve.select_world(&[package], None).expect("one world");
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    let mut defined = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        let WorldItem::Interface { id, .. } = item else { continue };
        for function in resolve.interfaces[*id].functions.values() {
            let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
            types.ty().function(values(&signature.params), values(&signature.results));
            imports.import(&resolve.name_world_key(key), &function.name, EntityType::Function(types.len() - 1));
        }
    }
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else { continue };
        for function in resolve.interfaces[*id].functions.values() {
            let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
            types.ty().function(values(&signature.params), values(&signature.results));
            defined.push((format!("{}#{}", resolve.name_world_key(key), function.name), types.len() - 1));
        }
    }
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    defined.push(("cabi_realloc".into(), types.len() - 1));
    for (index, (name, ty)) in (imports.len()..).zip(&defined) {
        functions.function(*ty);
        exports.export(name, ExportKind::Func, index);
        let mut body = Function::new([]);
        body.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
        code.function(&body);
    }
    exports.export("memory", ExportKind::Memory, 0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&memories).section(&exports).section(&code);
    let mut bytes = module.finish();
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    let mut encoder = ComponentEncoder::default().module(&bytes).expect("a module for the world");
    encoder.encode().unwrap_or_else(|error| panic!("{wit}\n{error:?}"))
}

fn values(types: &[WasmType]) -> Vec<ValType> {
    let value = |ty: &WasmType| match ty {
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
    };
    types.iter().map(value).collect()
}
