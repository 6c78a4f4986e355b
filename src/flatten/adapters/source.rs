//! Adapter modules as `wasmtime-environ` makes them, and what only concerns the flags of `may_leave` in them.

use crate::flatten::environ::{self, Def, Flattened, Item, Refusal, Refused};
use wasm_encoder::ValType;
use wasmparser::{Operator, Parser, Payload};

/// One adapter module, decoded.
pub struct Source<'a> {
    pub types: Vec<wasmparser::FuncType>,
    /// Function imports, in order.
    pub imports: Vec<(&'a Def, u32)>,
    pub memories: Vec<Item>,
    pub bodies: Vec<Body<'a>>,
}

pub struct Body<'a> {
    pub ty: u32,
    pub locals: Vec<(u32, ValType)>,
    pub operators: Vec<Operator<'a>>,
}

pub fn broken(error: impl std::fmt::Display) -> Refused {
    Refused::Invalid(format!("an adapter cannot be read: {error}"))
}

impl<'a> Source<'a> {
    pub fn read(flat: &'a Flattened, instance: usize) -> Result<Self, Refused> {
        let module = &flat.modules[flat.instances[instance].module];
        let defs = &flat.instances[instance].imports;
        let mut source = Source { types: Vec::new(), imports: Vec::new(), memories: Vec::new(), bodies: Vec::new() };
        let mut declared = Vec::new();
        for payload in Parser::new(0).parse_all(&module.wasm) {
            match payload.map_err(broken)? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        source.types.push(ty.map_err(broken)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for (import, def) in section.into_imports().zip(defs) {
                        match (import.map_err(broken)?.ty, def) {
                            (wasmparser::TypeRef::Func(ty), def) => source.imports.push((def, ty)),
                            (wasmparser::TypeRef::Memory(_), Def::Item(item)) => source.memories.push(*item),
                            (wasmparser::TypeRef::Global(_), Def::MayLeave) => {}
                            (other, _) => return Err(broken(format!("it imports {other:?}"))),
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        declared.push(ty.map_err(broken)?);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let ty = declared[source.bodies.len()];
                    let mut locals = Vec::new();
                    for local in body.get_locals_reader().map_err(broken)? {
                        let (count, ty) = local.map_err(broken)?;
                        locals.push((count, value_type(ty)?));
                    }
                    let reader = body.get_operators_reader().map_err(broken)?;
                    let operators = reader.into_iter().collect::<Result<_, _>>().map_err(broken)?;
                    source.bodies.push(Body { ty, locals, operators });
                }
                _ => {}
            }
        }
        Ok(source)
    }

    pub fn body(&self, index: u32) -> Option<&Body<'a>> {
        self.bodies.get((index as usize).checked_sub(self.imports.len())?)
    }

    pub fn import(&self, index: u32) -> Option<&'a Def> {
        self.imports.get(index as usize).map(|(def, _)| *def)
    }

    /// The function that an adapter passes calls on to: the one that is called when `may_leave` of the callee has been
    /// restored, and is neither there to allocate nor to clean up.
    pub fn callee(&self, index: u32) -> Result<&'a Def, Refused> {
        let body = self.body(index).ok_or_else(|| broken("an adapter without a body"))?;
        let called = body.operators.windows(3).find_map(|window| match window {
            [Operator::LocalGet { .. }, Operator::GlobalSet { .. }, Operator::Call { function_index }] => {
                self.import(*function_index)
            }
            _ => None,
        });
        called.ok_or_else(|| Refused::Unsupported("a call from a component into its parent or child".into()))
    }

    /// The component instances of a call that borrows handles, caller and callee.
    pub fn pair(&self, index: u32) -> Option<(i32, i32)> {
        self.body(index)?.operators.windows(ENTER).find_map(|window| self.enter(window))
    }

    /// The begin of a call that borrows handles.
    pub fn enter(&self, next: &[Operator]) -> Option<(i32, i32)> {
        match next {
            [
                Operator::I32Const { value: caller },
                Operator::I32Const { value: 0 },
                Operator::I32Const { value: callee },
                Operator::Call { function_index },
                ..,
            ] if self.import(*function_index) == Some(&Def::EnterCall) => Some((*caller, *callee)),
            _ => None,
        }
    }

    /// What is called in place of an adapter that does nothing but call.
    pub fn direct(&self, index: u32) -> Option<Def> {
        let body = self.body(index)?;
        let mut at = 0;
        let mut left = Vec::new();
        while at < body.operators.len() {
            match self.flags(&body.operators[at..]) {
                0 => {
                    left.push(&body.operators[at]);
                    at += 1;
                }
                skipped => at += skipped,
            }
        }
        let ty = &self.types[body.ty as usize];
        let (params, results) = (ty.params().len(), ty.results().len());
        let mut left = left.into_iter();
        for param in 0..params as u32 {
            matches!(left.next()?, Operator::LocalGet { local_index } if *local_index == param).then_some(())?;
        }
        let Operator::Call { function_index } = *left.next()? else { return None };
        let def = self.import(function_index)?;
        let callee = &self.types[self.imports[function_index as usize].1 as usize];
        (callee == ty).then_some(())?;
        let mut saved = Vec::new();
        for _ in 0..results {
            let Operator::LocalSet { local_index } = left.next()? else { return None };
            saved.push(*local_index);
        }
        for local in saved.into_iter().rev() {
            matches!(left.next()?, Operator::LocalGet { local_index } if *local_index == local).then_some(())?;
        }
        matches!((left.next()?, left.next()), (Operator::End, None)).then(|| def.clone())
    }

    /// How many of the next operators only concern `may_leave`.
    pub fn flags(&self, next: &[Operator]) -> usize {
        match next {
            [
                Operator::Block { .. },
                Operator::GlobalGet { .. },
                Operator::LocalTee { .. },
                Operator::BrIf { relative_depth: 0 },
                Operator::I32Const { value },
                Operator::Call { function_index },
                Operator::Unreachable,
                Operator::End,
                ..,
            ] if environ::refusal(*value) == Some(Refusal::CannotLeave)
                && self.import(*function_index) == Some(&Def::Trap) =>
            {
                8
            }
            [Operator::GlobalGet { .. }, Operator::LocalSet { .. }, ..]
            | [Operator::I32Const { value: 0 }, Operator::GlobalSet { .. }, ..]
            | [Operator::LocalGet { .. }, Operator::GlobalSet { .. }, ..] => 2,
            _ => 0,
        }
    }
}

pub fn value_type(ty: wasmparser::ValType) -> Result<ValType, Refused> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        other => return Err(broken(format!("a value of type {other}"))),
    })
}

/// Operators of [`Source::enter`].
pub const ENTER: usize = 4;
