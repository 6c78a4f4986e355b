//! Writes the component that nests all others.
//!
//! In this order: imports of kernel interfaces and arenas; the components as they are; their instances, providers first,
//! each preceded by what its imports are; exports of what is to be run.

use super::builder::Builder;
use super::cycle::order;
use super::runs::Target;
use super::{ARENA, Composed, Provider, Providers, Scope};
use crate::diag::codes::flatten as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::ComponentFile;
use crate::ingest::component::{COMPONENT_FEATURES, Extern, Function, Item, Owner, Type, TypeId, TypeKind};
use std::collections::HashMap;
use std::ops::Range;
use wasm_encoder::{
    Alias, ComponentExportKind, ComponentOuterAliasKind, ComponentTypeRef, ComponentValType, InstanceType,
    PrimitiveValType,
};
use wasmparser::{Parser, Payload, Validator};

/// Encodes and validates; all imports have a provider, and types are equal.
pub fn encode(scope: &Scope<'_>, providers: &Providers, runs: &[Target]) -> (Option<Composed>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut encoder = Encoder {
        scope,
        providers,
        builder: Builder::default(),
        components: Vec::new(),
        instances: vec![0; scope.files.len()],
        host: HashMap::new(),
        arenas: Vec::new(),
        exported: HashMap::new(),
        types: HashMap::new(),
    };
    let Some(runs) = encoder.all(runs) else {
        found.push(failed(scope, "an import has no provider"));
        return (None, found);
    };
    let arenas = encoder.arenas.iter().map(|(name, ..)| name.clone()).collect();
    let bytes = encoder.builder.finish();
    if let Err(error) = Validator::new_with_features(COMPONENT_FEATURES).validate_all(&bytes) {
        found.push(failed(scope, &format!("{error}").lines().collect::<Vec<_>>().join(": ")));
        return (None, found);
    }
    let nested = scope.files.iter().map(|(id, _)| *id).zip(nested(&bytes)).collect();
    (Some(Composed { bytes, nested, runs, arenas }), found)
}

fn failed(scope: &Scope<'_>, why: &str) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error(&codes::COMPOSITION, "the composed component is not valid, and no check before says why")
            .note(why.to_string())
            .help("please report this as a bug, with the manifest and the components");
    for index in 0..scope.files.len() {
        diagnostic = diagnostic.label(scope.path(index), "one of the components");
    }
    diagnostic
}

/// Where the components directly inside a component are.
fn nested(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut depth = 0usize;
    for payload in Parser::new(0).parse_all(bytes).flatten() {
        match payload {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentSection { unchecked_range, .. } if depth == 1 => ranges.push(unchecked_range),
            _ => {}
        }
    }
    ranges
}

/// Whose types: a component's, by index, or the kernel's.
type Whose = Option<usize>;

struct Encoder<'a> {
    scope: &'a Scope<'a>,
    providers: &'a Providers,
    builder: Builder,
    /// Indices are those of the outer component. What was nested, by component.
    components: Vec<u32>,
    /// Instances, by component.
    instances: Vec<u32>,
    /// Imported interfaces of the kernel, by export.
    host: HashMap<usize, u32>,
    /// Imported arenas: name, names of the parameters and types, function.
    arenas: Vec<(String, Function, u32)>,
    /// Exported interfaces and functions that were aliased, by component and export.
    exported: HashMap<(usize, usize), u32>,
    types: HashMap<(Whose, TypeId), u32>,
}

impl Encoder<'_> {
    /// The names of what is to be run; `None` where an import has no provider.
    fn all(&mut self, runs: &[Target]) -> Option<Vec<(usize, String)>> {
        self.imports()?;
        for (_, file) in self.scope.files {
            let index = self.builder.nest(&file.bytes);
            self.components.push(index);
        }
        for component in order(self.providers) {
            self.instantiate(component)?;
        }
        let mut names = Vec::new();
        for target in runs {
            let function = match &target.function {
                None => self.exported(target.component, target.export),
                Some(function) => {
                    let instance = self.exported(target.component, target.export);
                    self.builder.alias(instance, function, ComponentExportKind::Func)
                }
            };
            let name = format!("run-{}", target.run);
            self.builder.export(&name, ComponentExportKind::Func, function);
            names.push((target.run, name));
        }
        Some(names)
    }

    /// Imports what any component asks of the kernel.
    fn imports(&mut self) -> Option<()> {
        for (component, row) in self.providers.iter().enumerate() {
            for (import, provider) in row.iter().enumerate() {
                match (*provider)? {
                    Provider::Host(export) if !self.host.contains_key(&export) => {
                        let instance = self.host_interface(export);
                        self.host.insert(export, instance);
                    }
                    Provider::Arena => {
                        let Item::Function(function) = &self.scope.import(component, import).item else { return None };
                        if !self.arenas.iter().any(|(_, known, _)| known == function) {
                            self.arena(function);
                        }
                    }
                    _ => {}
                }
            }
        }
        Some(())
    }

    fn host_interface(&mut self, export: usize) -> u32 {
        let scope = self.scope;
        let export = &scope.host.exports[export];
        let mut ty = InstanceType::new();
        if let Item::Interface(interface) = &export.item {
            for (name, function) in &interface.functions {
                let params: Vec<_> =
                    function.params.iter().map(|(name, param)| (name.as_str(), self.inside(&mut ty, param))).collect();
                let result = function.result.as_ref().map(|result| self.inside(&mut ty, result));
                let index = ty.type_count();
                ty.ty().function().params(params).result(result);
                ty.export(name, ComponentTypeRef::Func(index));
            }
        }
        let ty = self.builder.ty(|encoder| encoder.instance(&ty));
        self.builder.import(&export.name, ComponentTypeRef::Instance(ty))
    }

    /// A type of the kernel as an instance type names it.
    fn inside(&mut self, instance: &mut InstanceType, ty: &Type) -> ComponentValType {
        match self.value(None, ty) {
            ComponentValType::Type(index) => {
                instance.alias(Alias::Outer { kind: ComponentOuterAliasKind::Type, count: 1, index });
                ComponentValType::Type(instance.type_count() - 1)
            }
            primitive => primitive,
        }
    }

    fn arena(&mut self, function: &Function) {
        let name = match self.arenas.len() {
            0 => ARENA.to_string(),
            n => format!("{ARENA}-{n}"),
        };
        let params: Vec<_> = function.params.iter().map(|(name, ty)| (name.as_str(), self.value(None, ty))).collect();
        let result = function.result.as_ref().map(|ty| self.value(None, ty));
        let ty = self.builder.ty(|ty| {
            ty.function().params(params).result(result);
        });
        let index = self.builder.import(&name, ComponentTypeRef::Func(ty));
        self.arenas.push((name, function.clone(), index));
    }

    fn instantiate(&mut self, component: usize) -> Option<()> {
        let file = self.scope.file(component);
        let mut args = Vec::new();
        for (import, provider) in self.providers[component].iter().enumerate() {
            let Extern { name, item } = &file.imports[import];
            let provider = (*provider)?;
            let (kind, index) = match (provider, item) {
                (Provider::Component(..) | Provider::Host(_), Item::Interface(_)) => {
                    (ComponentExportKind::Instance, self.instance(provider)?)
                }
                (Provider::Component(other, export), Item::Function(_)) => {
                    (ComponentExportKind::Func, self.exported(other, export))
                }
                (Provider::Arena, Item::Function(function)) => {
                    let (.., index) = self.arenas.iter().find(|(_, known, _)| known == function)?;
                    (ComponentExportKind::Func, *index)
                }
                (Provider::Types, Item::Type(id)) => (ComponentExportKind::Type, self.named(Some(component), *id)),
                (Provider::Types, Item::Interface(interface)) => {
                    let exports: Vec<_> = interface
                        .types
                        .iter()
                        .map(|(name, id)| (name.as_str(), ComponentExportKind::Type, self.named(Some(component), *id)))
                        .collect();
                    (ComponentExportKind::Instance, self.builder.bundle(&exports))
                }
                _ => return None,
            };
            args.push((name.as_str(), kind, index));
        }
        self.instances[component] = self.builder.instantiate(self.components[component], &args);
        Some(())
    }

    fn instance(&mut self, provider: Provider) -> Option<u32> {
        match provider {
            Provider::Component(component, export) => Some(self.exported(component, export)),
            Provider::Host(export) => self.host.get(&export).copied(),
            Provider::Arena | Provider::Types => None,
        }
    }

    /// An exported interface or function of an instance.
    fn exported(&mut self, component: usize, export: usize) -> u32 {
        if let Some(index) = self.exported.get(&(component, export)) {
            return *index;
        }
        let exported = &self.scope.file(component).exports[export];
        let kind = match exported.item {
            Item::Interface(_) => ComponentExportKind::Instance,
            Item::Function(_) => ComponentExportKind::Func,
            Item::Type(_) => ComponentExportKind::Type,
        };
        let index = self.builder.alias(self.instances[component], &exported.name, kind);
        self.exported.insert((component, export), index);
        index
    }

    fn file(&self, whose: Whose) -> &ComponentFile {
        match whose {
            Some(component) => self.scope.file(component),
            None => &self.scope.host,
        }
    }

    /// A type of a component, as the outer component has it: equal types are the same type, and a resource is that of the
    /// instance that satisfies its import.
    fn named(&mut self, whose: Whose, id: TypeId) -> u32 {
        let id = self.file(whose).definition(id);
        if let Some(index) = self.types.get(&(whose, id)) {
            return *index;
        }
        let def = self.file(whose).ty(id).clone();
        let index = match def.kind {
            TypeKind::Alias(ty) => self.defined(whose, &ty),
            TypeKind::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, ty)| (name.as_str(), self.value(whose, ty))).collect();
                self.builder.ty(|ty| ty.defined_type().record(fields))
            }
            TypeKind::Variant(cases) => {
                let cases: Vec<_> = cases
                    .iter()
                    .map(|(name, ty)| (name.as_str(), ty.as_ref().map(|ty| self.value(whose, ty))))
                    .collect();
                self.builder.ty(|ty| ty.defined_type().variant(cases))
            }
            TypeKind::Enum(cases) => {
                self.builder.ty(|ty| ty.defined_type().enum_type(cases.iter().map(String::as_str)))
            }
            TypeKind::Flags(flags) => self.builder.ty(|ty| ty.defined_type().flags(flags.iter().map(String::as_str))),
            TypeKind::Resource => {
                let provider = match (whose, def.owner) {
                    (Some(component), Owner::Import(import)) => self.providers[component][import],
                    _ => None,
                };
                match provider.and_then(|provider| self.instance(provider)) {
                    Some(instance) => self.builder.alias(instance, &def.name, ComponentExportKind::Type),
                    // Validation refuses the result.
                    None => self.builder.ty(|ty| ty.resource(wasm_encoder::ValType::I32, None)),
                }
            }
        };
        self.types.insert((whose, id), index);
        index
    }

    fn value(&mut self, whose: Whose, ty: &Type) -> ComponentValType {
        match primitive(ty) {
            Some(primitive) => ComponentValType::Primitive(primitive),
            None => ComponentValType::Type(self.defined(whose, ty)),
        }
    }

    fn defined(&mut self, whose: Whose, ty: &Type) -> u32 {
        let optional = |encoder: &mut Self, ty: &Option<Box<Type>>| ty.as_ref().map(|ty| encoder.value(whose, ty));
        match ty {
            Type::Named(id) => self.named(whose, *id),
            Type::List(element) => {
                let element = self.value(whose, element);
                self.builder.ty(|ty| ty.defined_type().list(element))
            }
            Type::Tuple(types) => {
                let types: Vec<_> = types.iter().map(|ty| self.value(whose, ty)).collect();
                self.builder.ty(|ty| ty.defined_type().tuple(types))
            }
            Type::Option(inner) => {
                let inner = self.value(whose, inner);
                self.builder.ty(|ty| ty.defined_type().option(inner))
            }
            Type::Result(ok, err) => {
                let (ok, err) = (optional(self, ok), optional(self, err));
                self.builder.ty(|ty| ty.defined_type().result(ok, err))
            }
            Type::Own(id) => {
                let resource = self.named(whose, *id);
                self.builder.ty(|ty| ty.defined_type().own(resource))
            }
            Type::Borrow(id) => {
                let resource = self.named(whose, *id);
                self.builder.ty(|ty| ty.defined_type().borrow(resource))
            }
            _ => {
                let primitive = primitive(ty).unwrap_or(PrimitiveValType::Bool);
                self.builder.ty(|ty| ty.defined_type().primitive(primitive))
            }
        }
    }
}

fn primitive(ty: &Type) -> Option<PrimitiveValType> {
    Some(match ty {
        Type::Bool => PrimitiveValType::Bool,
        Type::S8 => PrimitiveValType::S8,
        Type::U8 => PrimitiveValType::U8,
        Type::S16 => PrimitiveValType::S16,
        Type::U16 => PrimitiveValType::U16,
        Type::S32 => PrimitiveValType::S32,
        Type::U32 => PrimitiveValType::U32,
        Type::S64 => PrimitiveValType::S64,
        Type::U64 => PrimitiveValType::U64,
        Type::F32 => PrimitiveValType::F32,
        Type::F64 => PrimitiveValType::F64,
        Type::Char => PrimitiveValType::Char,
        Type::String => PrimitiveValType::String,
        _ => return None,
    })
}
