//! Binary -> [`Module`], by `wasmparser`: one pass that validates and keeps.

use super::{
    ConstExpr, ConstOp, Data, Element, Export, FuncType, Function, Global, Import, ImportKind, Memory, Module,
    SegmentMode, Table, Unit, Uses, ValType, limits, proposals,
};
use crate::diag::Diagnostic;
use crate::diag::codes::ingest as codes;
use std::ops::Range;
use wasmparser::{
    ElementItems, ElementKind, ExternalKind, FuncValidatorAllocations, FunctionBody, KnownCustom, Name, Operator,
    Parser, Payload, TypeRef, ValidPayload, Validator, WasmFeatures,
};

/// What validation accepts. Floats are here because they are WebAssembly 1.0; whether a board can run them is for
/// code generation to say.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .difference(WasmFeatures::SIMD)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL);

/// Validates `wasm` and keeps what later stages ask for.
pub fn decode(name: &str, unit: Unit, wasm: Vec<u8>) -> Result<Module, Diagnostic> {
    if Parser::is_component(&wasm) {
        let message = format!("`{name}` is a component, not a core module");
        return Err(Diagnostic::error(&codes::NOT_WASM, message).help("name the core module inside it"));
    }
    let mut reader = Reader::new(name, unit);
    let result = reader.payloads(&wasm);
    let Reader { mut module, .. } = reader;
    match result {
        Ok(()) => {
            module.wasm = wasm;
            name_unnamed(&mut module);
            Ok(module)
        }
        Err(Stop::Refused(diagnostic)) => Err(diagnostic),
        Err(Stop::Invalid(error)) => Err(invalid(name, unit, &wasm, &error)),
    }
}

/// Why a pass over the binary ended early.
enum Stop {
    Invalid(wasmparser::Error),
    Refused(Diagnostic),
}

impl From<wasmparser::Error> for Stop {
    fn from(error: wasmparser::Error) -> Self {
        Stop::Invalid(error)
    }
}

struct Reader {
    module: Module,
    /// Functions with a body that the code section has shown so far.
    bodies: usize,
    imported_functions: usize,
}

impl Reader {
    fn new(name: &str, unit: Unit) -> Self {
        let module = Module {
            name: name.to_string(),
            unit,
            wasm: Vec::new(),
            types: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            memories: Vec::new(),
            globals: Vec::new(),
            exports: Vec::new(),
            start: None,
            elements: Vec::new(),
            data: Vec::new(),
            uses: Vec::new(),
        };
        Reader { module, bodies: 0, imported_functions: 0 }
    }

    /// The whole binary. The validator sees each section before it is kept, so that indices are in range, and all
    /// bodies after the last section, since they refer to any of them.
    fn payloads(&mut self, wasm: &[u8]) -> Result<(), Stop> {
        let mut validator = Validator::new_with_features(FEATURES);
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        let mut bodies = Vec::new();
        for payload in parser.parse_all(wasm) {
            let payload = payload?;
            if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
                bodies.push((function, body));
            }
            self.payload(payload)?;
        }
        let mut allocations = FuncValidatorAllocations::default();
        for (function, body) in bodies {
            let index = function.index;
            self.check_locals(index, &body)?;
            let mut validator = function.into_validator(allocations);
            validator.validate(&body)?;
            allocations = validator.into_allocations();
            self.scan(index, &body)?;
        }
        Ok(())
    }

    /// Keeps a section. [`function_at`] calls this without validation: indices may be out of range.
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), Stop> {
        let module = &mut self.module;
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    let ty = ty?;
                    module
                        .types
                        .push(FuncType { params: value_types(ty.params())?, results: value_types(ty.results())? });
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.import(import?)?;
                }
                self.imported_functions = self.module.functions.len();
            }
            Payload::FunctionSection(functions) => {
                if functions.count() as usize > limits::FUNCTIONS {
                    return Err(Stop::Refused(
                        Diagnostic::error(
                            &codes::LIMIT,
                            format!(
                                "`{}` has {} functions, more than {}",
                                module.name,
                                functions.count(),
                                limits::FUNCTIONS
                            ),
                        )
                        .help("build the component with link-time optimisation, or leave out what it does not call"),
                    ));
                }
                for ty in functions {
                    module.functions.push(Function { ty: ty?, name: None, body: None });
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    module.tables.push(self::table(table?.ty, false)?);
                }
            }
            Payload::MemorySection(memories) => {
                for ty in memories {
                    module.memories.push(memory(ty?, false));
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let global = global?;
                    module.globals.push(Global {
                        ty: value_type(global.ty.content_type)?,
                        mutable: global.ty.mutable,
                        name: None,
                        init: Some(const_expr(&global.init_expr)?),
                    });
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    let kind = match export.kind {
                        ExternalKind::Func => ImportKind::Function(export.index),
                        ExternalKind::Table => ImportKind::Table(export.index),
                        ExternalKind::Memory => ImportKind::Memory(export.index),
                        ExternalKind::Global => ImportKind::Global(export.index),
                        // Refused by validation: their proposals are off.
                        ExternalKind::Tag | ExternalKind::FuncExact => continue,
                    };
                    module.exports.push(Export { name: export.name.to_string(), kind });
                }
            }
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    module.elements.push(self::element(element?)?);
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    let mode = match segment.kind {
                        wasmparser::DataKind::Passive => SegmentMode::Passive,
                        wasmparser::DataKind::Active { memory_index, offset_expr } => {
                            SegmentMode::Active { target: memory_index, offset: const_expr(&offset_expr)? }
                        }
                    };
                    // The bytes are the end of the segment.
                    let bytes = segment.range.end - segment.data.len()..segment.range.end;
                    module.data.push(Data { mode, bytes });
                }
            }
            Payload::CodeSectionEntry(body) => {
                if let Some(function) = module.functions.get_mut(self.imported_functions + self.bodies) {
                    function.body = Some(body.range());
                }
                self.bodies += 1;
            }
            Payload::CustomSection(section) => {
                // Custom sections are not part of validity: a broken name section costs the names.
                if let KnownCustom::Name(names) = section.as_known() {
                    for subsection in names {
                        let Ok(subsection) = subsection else { break };
                        self.names(subsection);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'_>) -> Result<(), Stop> {
        let module = &mut self.module;
        let kind = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                module.functions.push(Function { ty, name: None, body: None });
                ImportKind::Function(module.functions.len() as u32 - 1)
            }
            TypeRef::Table(ty) => {
                module.tables.push(table(ty, true)?);
                ImportKind::Table(module.tables.len() as u32 - 1)
            }
            TypeRef::Memory(ty) => {
                module.memories.push(memory(ty, true));
                ImportKind::Memory(module.memories.len() as u32 - 1)
            }
            TypeRef::Global(ty) => {
                module.globals.push(Global {
                    ty: value_type(ty.content_type)?,
                    mutable: ty.mutable,
                    name: None,
                    init: None,
                });
                ImportKind::Global(module.globals.len() as u32 - 1)
            }
            // Refused by validation: exceptions are off.
            TypeRef::Tag(_) => return Ok(()),
        };
        module.imports.push(Import { module: import.module.to_string(), field: import.name.to_string(), kind });
        Ok(())
    }

    fn names(&mut self, subsection: Name<'_>) {
        let module = &mut self.module;
        match subsection {
            Name::Function(map) => assign(map, |index, name| module.functions.get_mut(index).map(|f| f.name = name)),
            Name::Memory(map) => assign(map, |index, name| module.memories.get_mut(index).map(|m| m.name = name)),
            Name::Global(map) => assign(map, |index, name| module.globals.get_mut(index).map(|g| g.name = name)),
            _ => {}
        }
    }

    fn check_locals(&self, index: u32, body: &FunctionBody<'_>) -> Result<(), Stop> {
        let mut total = 0u32;
        for group in body.get_locals_reader()? {
            total = total.saturating_add(group?.0);
        }
        if total <= limits::LOCALS {
            return Ok(());
        }
        let module = &self.module;
        Err(Stop::Refused(
            Diagnostic::error(
                &codes::LIMIT,
                format!(
                    "function `{}` of `{}` has {total} locals, more than {}",
                    module.function_name(index),
                    module.name,
                    limits::LOCALS
                ),
            )
            .note(format!("at offset {:#x}", body.range().start))
            .help("split the function, or build it with optimisation"),
        ))
    }

    /// Notes what the body does that concerns other stages.
    fn scan(&mut self, index: u32, body: &FunctionBody<'_>) -> Result<(), Stop> {
        let module = &mut self.module;
        module.uses.resize(module.functions.len(), Uses::default());
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            let uses = &mut module.uses[index as usize];
            match operator {
                Operator::ReturnCall { function_index } => {
                    uses.tail_calls.push(module.functions[function_index as usize].ty);
                    insert(&mut uses.functions, function_index);
                }
                Operator::ReturnCallIndirect { type_index, .. } => {
                    uses.tail_calls.push(type_index);
                    insert(&mut uses.indirect, type_index);
                }
                Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                    insert(&mut uses.functions, function_index);
                }
                Operator::CallIndirect { type_index, .. } => insert(&mut uses.indirect, type_index),
                Operator::MemoryGrow { mem } => uses.memory_grow.push((mem, offset)),
                Operator::MemorySize { mem } => uses.memory_size.push((mem, offset)),
                Operator::TableGrow { table } => {
                    module.tables[table as usize].mutated = true;
                    module.tables[table as usize].grown = true;
                }
                Operator::TableSet { table }
                | Operator::TableFill { table }
                | Operator::TableInit { table, .. }
                | Operator::TableCopy { dst_table: table, .. } => module.tables[table as usize].mutated = true,
                Operator::F32Const { .. }
                | Operator::F64Const { .. }
                | Operator::F32Load { .. }
                | Operator::F64Load { .. }
                | Operator::F32ReinterpretI32
                | Operator::F64ReinterpretI64
                | Operator::F32ConvertI32S
                | Operator::F32ConvertI32U
                | Operator::F32ConvertI64S
                | Operator::F32ConvertI64U
                | Operator::F64ConvertI32S
                | Operator::F64ConvertI32U
                | Operator::F64ConvertI64S
                | Operator::F64ConvertI64U => uses.floats = true,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Adds to an ascending list.
fn insert(list: &mut Vec<u32>, value: u32) {
    if let Err(at) = list.binary_search(&value) {
        list.insert(at, value);
    }
}

/// Functions that the name section leaves out take the name of an export.
fn name_unnamed(module: &mut Module) {
    module.uses.resize(module.functions.len(), Uses::default());
    for export in &module.exports {
        let name = match export.kind {
            ImportKind::Function(index) => &mut module.functions[index as usize].name,
            ImportKind::Memory(index) => &mut module.memories[index as usize].name,
            ImportKind::Global(index) => &mut module.globals[index as usize].name,
            ImportKind::Table(_) => continue,
        };
        if name.is_none() {
            *name = Some(export.name.clone());
        }
    }
}

fn assign(map: wasmparser::NameMap<'_>, mut set: impl FnMut(usize, Option<String>) -> Option<()>) {
    for naming in map {
        let Ok(naming) = naming else { break };
        if !naming.name.is_empty() {
            set(naming.index as usize, Some(naming.name.to_string()));
        }
    }
}

fn value_types(types: &[wasmparser::ValType]) -> Result<Vec<ValType>, Stop> {
    types.iter().map(|ty| value_type(*ty)).collect()
}

fn value_type(ty: wasmparser::ValType) -> Result<ValType, Stop> {
    use wasmparser::ValType as V;
    Ok(match ty {
        V::I32 => ValType::I32,
        V::I64 => ValType::I64,
        V::F32 => ValType::F32,
        V::F64 => ValType::F64,
        V::Ref(ty) if ty == wasmparser::RefType::FUNCREF => ValType::FuncRef,
        V::Ref(ty) if ty == wasmparser::RefType::EXTERNREF => ValType::ExternRef,
        V::V128 | V::Ref(_) => return Err(unsupported(format_args!("the type `{ty}`"))),
    })
}

/// What gets past validation and has no place in a [`Module`]: nothing, as long as [`FEATURES`] stays what it is.
fn unsupported(what: impl std::fmt::Display) -> Stop {
    let diagnostic = Diagnostic::error(&codes::UNSUPPORTED, format!("{what} is not supported"));
    Stop::Refused(diagnostic.help("build the component without it"))
}

fn table(ty: wasmparser::TableType, imported: bool) -> Result<Table, Stop> {
    Ok(Table {
        element: value_type(wasmparser::ValType::Ref(ty.element_type))?,
        // Validation bounds both: 64-bit tables are off.
        min: u32::try_from(ty.initial).unwrap_or(u32::MAX),
        max: ty.maximum.map(|max| u32::try_from(max).unwrap_or(u32::MAX)),
        imported,
        mutated: false,
        grown: false,
    })
}

fn memory(ty: wasmparser::MemoryType, imported: bool) -> Memory {
    Memory {
        name: None,
        min: ty.initial,
        max: ty.maximum,
        page_log2: ty.page_size_log2.map_or(16, |log2| log2.min(16) as u8),
        imported,
    }
}

fn element(element: wasmparser::Element<'_>) -> Result<Element, Stop> {
    let mode = match element.kind {
        ElementKind::Passive => SegmentMode::Passive,
        ElementKind::Declared => SegmentMode::Declared,
        ElementKind::Active { table_index, offset_expr } => {
            SegmentMode::Active { target: table_index.unwrap_or(0), offset: const_expr(&offset_expr)? }
        }
    };
    let mut items = Vec::new();
    match element.items {
        ElementItems::Functions(functions) => {
            for function in functions {
                items.push(ConstExpr(vec![ConstOp::RefFunc(function?)]));
            }
        }
        ElementItems::Expressions(_, expressions) => {
            for expression in expressions {
                items.push(const_expr(&expression?)?);
            }
        }
    }
    Ok(Element { mode, items })
}

fn const_expr(expression: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Stop> {
    let mut ops = Vec::new();
    for operator in expression.get_operators_reader() {
        ops.push(match operator? {
            Operator::I32Const { value } => ConstOp::I32(value),
            Operator::I64Const { value } => ConstOp::I64(value),
            Operator::F32Const { value } => ConstOp::F32(value.bits()),
            Operator::F64Const { value } => ConstOp::F64(value.bits()),
            Operator::GlobalGet { global_index } => ConstOp::GlobalGet(global_index),
            Operator::RefNull { .. } => ConstOp::RefNull,
            Operator::RefFunc { function_index } => ConstOp::RefFunc(function_index),
            Operator::I32Add => ConstOp::I32Add,
            Operator::I32Sub => ConstOp::I32Sub,
            Operator::I32Mul => ConstOp::I32Mul,
            Operator::I64Add => ConstOp::I64Add,
            Operator::I64Sub => ConstOp::I64Sub,
            Operator::I64Mul => ConstOp::I64Mul,
            Operator::End => break,
            other => return Err(unsupported(format_args!("`{other:?}` in a constant expression"))),
        });
    }
    Ok(ConstExpr(ops))
}

/// The diagnostic for a binary that did not validate: what is not supported is refused by name, the rest is broken.
fn invalid(name: &str, unit: Unit, wasm: &[u8], error: &wasmparser::Error) -> Diagnostic {
    let place = match function_at(name, unit, wasm, error.offset()) {
        Some(function) => format!("in function `{function}`, at offset {:#x}", error.offset()),
        None => format!("at offset {:#x}", error.offset()),
    };
    if let Some(proposal) = proposals::missing(wasm, error) {
        return Diagnostic::error(
            &codes::UNSUPPORTED,
            format!("`{name}` uses {}, and that is not supported", proposal.name),
        )
        .note(format!("{place}: {}", error.message()))
        .help(proposal.help);
    }
    let diagnostic =
        Diagnostic::error(&codes::INVALID, format!("the module of `{name}` is not valid: {}", error.message()))
            .note(place);
    if error.message().contains("unexpected end") || error.offset() >= wasm.len() {
        diagnostic.help("the file looks cut off: build or copy it again")
    } else {
        diagnostic.help("build the component again; if this stays, the tool that wrote the file has a bug")
    }
}

/// The function whose body holds `offset`, found by a pass that does not validate: the file is broken somewhere.
fn function_at(name: &str, unit: Unit, wasm: &[u8], offset: usize) -> Option<String> {
    let mut reader = Reader::new(name, unit);
    for payload in Parser::new(0).parse_all(wasm) {
        let Ok(payload) = payload else { break };
        if reader.payload(payload).is_err() {
            break;
        }
    }
    let holds = |body: &Option<Range<usize>>| body.as_ref().is_some_and(|body| body.contains(&offset));
    let index = reader.module.functions.iter().position(|function| holds(&function.body))?;
    // Exports may name what does not exist here: look, do not index.
    let export = reader.module.exports.iter().find(|export| export.kind == ImportKind::Function(index as u32));
    match (&reader.module.functions[index].name, export) {
        (None, Some(export)) => Some(super::printable(&export.name)),
        _ => Some(reader.module.function_name(index as u32)),
    }
}
