//! What `wasmparser` found out about the imports and exports, as [`ComponentFile`].

use super::refused::{self, Refused};
use super::{
    COMPONENT_FEATURES, ComponentFile, Extern, Function, Interface, Item, Owner, Type, TypeDef, TypeId, TypeKind,
    encodings,
};
use crate::diag::Diagnostic;
use std::collections::HashMap;
use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncTypeId,
    ComponentItem, ComponentValType, ResourceId,
};
use wasmparser::types::Types;
use wasmparser::{Parser, Payload, PrimitiveValType, Validator};

/// Validates a component and keeps its imports and exports.
///
/// # Errors
/// A diagnostic without labels: whoever named the file adds where.
pub fn decode(name: &str, bytes: Vec<u8>) -> Result<ComponentFile, Diagnostic> {
    let types = match Validator::new_with_features(COMPONENT_FEATURES).validate_all(&bytes) {
        Ok(types) => types,
        Err(error) => return Err(refused::invalid(name, &bytes, &error)),
    };
    if !complete(&bytes) {
        return Err(refused::cut_off(name));
    }
    encodings::check(name, &bytes)?;
    let mut decoder = Decoder::new(name, &types);
    if decoder.component(&bytes).is_err() {
        return Err(refused::unnamed(name));
    }
    let Decoder { mut file, refused, .. } = decoder;
    if let Some(diagnostic) = refused::found(name, &refused) {
        return Err(diagnostic);
    }
    file.bytes = bytes;
    Ok(file)
}

/// Does every nested module and component end inside the file? Where a file ends between two sections of one, validation
/// takes its end for theirs.
fn complete(bytes: &[u8]) -> bool {
    Parser::new(0).parse_all(bytes).flatten().all(|payload| match payload {
        Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
            unchecked_range.end <= bytes.len()
        }
        _ => true,
    })
}

/// What is refused in a component that is valid with all proposals.
pub(super) fn refused_in(name: &str, bytes: &[u8], types: &Types) -> Vec<Refused> {
    let mut decoder = Decoder::new(name, types);
    let _ = decoder.component(bytes); // What it has found so far is found.
    decoder.refused
}

struct Decoder<'a> {
    types: &'a Types,
    file: ComponentFile,
    /// What each type of the validator is called that has a name.
    named: HashMap<ComponentAnyTypeId, TypeId>,
    resources: HashMap<ResourceId, TypeId>,
    /// The import or export that is being read, and its function or type.
    place: (String, Option<String>),
    refused: Vec<Refused>,
}

/// The names of the binary and those of the validator disagree: cannot happen, and is not worth a panic.
struct Missing;

impl<'a> Decoder<'a> {
    fn new(name: &str, types: &'a Types) -> Self {
        let file = ComponentFile {
            name: name.to_string(),
            bytes: Vec::new(),
            types: Vec::new(),
            imports: Vec::new(),
            exports: Vec::new(),
        };
        let place = (String::new(), None);
        Decoder { types, file, named: HashMap::new(), resources: HashMap::new(), place, refused: Vec::new() }
    }

    /// Imports and exports of the outermost component.
    fn component(&mut self, bytes: &[u8]) -> Result<(), Missing> {
        let mut depth = 0usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(|_| Missing)? {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(imports) if depth == 1 => {
                    for import in imports {
                        let name = import.map_err(|_| Missing)?.name.name;
                        let item = self.types.component_item_for_import(name).ok_or(Missing)?;
                        self.place = (format!("import `{}`", super::super::printable(name)), None);
                        let owner = Owner::Import(self.file.imports.len());
                        if let Some(item) = self.item(name, item, owner) {
                            self.file.imports.push(Extern { name: name.to_string(), item });
                        }
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 1 => {
                    for export in exports {
                        let name = export.map_err(|_| Missing)?.name.name;
                        let item = self.types.component_item_for_export(name).ok_or(Missing)?;
                        self.place = (format!("export `{}`", super::super::printable(name)), None);
                        let owner = Owner::Export(self.file.exports.len());
                        if let Some(item) = self.item(name, item, owner) {
                            self.file.exports.push(Extern { name: name.to_string(), item });
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `None` for what is refused.
    fn item(&mut self, name: &str, item: &ComponentItem, owner: Owner) -> Option<Item> {
        match item.ty {
            ComponentEntityType::Instance(id) => {
                let mut interface = Interface::default();
                for (name, item) in &self.types[id].exports {
                    self.place.1 = Some(name.clone());
                    match item.ty {
                        ComponentEntityType::Type { referenced, created } => {
                            let id = self.name(name, owner, referenced, created);
                            interface.types.push((name.clone(), id));
                        }
                        ComponentEntityType::Func(ty) => {
                            interface.functions.push((name.clone(), self.function(ty)));
                        }
                        ComponentEntityType::Instance(_) => self.refuse("an interface inside an interface"),
                        ComponentEntityType::Component(_) => self.refuse("a component"),
                        ComponentEntityType::Module(_) => self.refuse("a core module"),
                        ComponentEntityType::Value(_) => self.refuse("a value"),
                    }
                }
                Some(Item::Interface(interface))
            }
            ComponentEntityType::Func(ty) => Some(Item::Function(self.function(ty))),
            ComponentEntityType::Type { referenced, created } => {
                Some(Item::Type(self.name(name, owner, referenced, created)))
            }
            ComponentEntityType::Component(_) => {
                self.refuse("a component");
                None
            }
            ComponentEntityType::Module(_) => {
                self.refuse("a core module");
                None
            }
            ComponentEntityType::Value(_) => {
                self.refuse("a value");
                None
            }
        }
    }

    fn refuse(&mut self, what: &'static str) {
        let place = match &self.place {
            (place, None) => place.clone(),
            (place, Some(inside)) => format!("{place}, `{}`", super::super::printable(inside)),
        };
        let refused = Refused { what, place };
        if !self.refused.contains(&refused) {
            self.refused.push(refused);
        }
    }

    /// Gives a type a name; of a type that has one, an alias.
    fn name(
        &mut self,
        name: &str,
        owner: Owner,
        referenced: ComponentAnyTypeId,
        created: ComponentAnyTypeId,
    ) -> TypeId {
        let id = TypeId(self.file.types.len() as u32);
        let kind = match referenced {
            ComponentAnyTypeId::Resource(resource) => match self.resources.get(&resource.resource()) {
                Some(first) => TypeKind::Alias(Type::Named(*first)),
                None => {
                    self.resources.insert(resource.resource(), id);
                    TypeKind::Resource
                }
            },
            ComponentAnyTypeId::Defined(defined) => match self.find(referenced) {
                Some(first) => TypeKind::Alias(Type::Named(first)),
                None => {
                    let types = self.types;
                    self.kind(&types[defined])
                }
            },
            // A file of WIT packages exports component types.
            ComponentAnyTypeId::Component(_) => {
                self.refuse("a type of components");
                TypeKind::Resource
            }
            ComponentAnyTypeId::Func(_) | ComponentAnyTypeId::Instance(_) => {
                self.refuse("a type of functions or interfaces");
                TypeKind::Resource
            }
        };
        self.named.insert(created, id);
        self.file.types.push(TypeDef { name: name.to_string(), owner, kind });
        id
    }

    /// The name of a type, or of what it is an alias of.
    fn find(&self, id: ComponentAnyTypeId) -> Option<TypeId> {
        let mut at = Some(id);
        while let Some(id) = at {
            if let Some(named) = self.named.get(&id) {
                return Some(*named);
            }
            at = self.types.peel_alias(id);
        }
        None
    }

    fn function(&mut self, id: ComponentFuncTypeId) -> Function {
        let types = self.types;
        let ty = &types[id];
        if ty.async_ {
            self.refuse("an async function");
        }
        let params = ty.params.iter().map(|(name, ty)| (name.to_string(), self.ty(ty))).collect();
        Function { params, result: ty.result.as_ref().map(|ty| self.ty(ty)) }
    }

    fn ty(&mut self, ty: &ComponentValType) -> Type {
        let types = self.types;
        match ty {
            ComponentValType::Primitive(ty) => self.primitive(*ty),
            ComponentValType::Type(id) => match self.find((*id).into()) {
                Some(id) => Type::Named(id),
                None => match self.kind(&types[*id]) {
                    TypeKind::Alias(ty) => ty,
                    _ => {
                        self.refuse("a record, variant, enum or flags without a name");
                        Type::Bool
                    }
                },
            },
        }
    }

    fn option(&mut self, ty: &Option<ComponentValType>) -> Option<Box<Type>> {
        ty.as_ref().map(|ty| Box::new(self.ty(ty)))
    }

    fn kind(&mut self, ty: &ComponentDefinedType) -> TypeKind {
        let names = |names: &mut dyn Iterator<Item = String>| names.collect();
        TypeKind::Alias(match ty {
            ComponentDefinedType::Record(record) => {
                let fields = record.fields.iter().map(|(name, ty)| (name.to_string(), self.ty(ty)));
                return TypeKind::Record(fields.collect());
            }
            ComponentDefinedType::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases = cases.map(|(name, case)| (name.to_string(), case.ty.as_ref().map(|ty| self.ty(ty))));
                return TypeKind::Variant(cases.collect());
            }
            ComponentDefinedType::Enum(cases) => {
                return TypeKind::Enum(names(&mut cases.iter().map(|name| name.to_string())));
            }
            ComponentDefinedType::Flags(flags) => {
                return TypeKind::Flags(names(&mut flags.iter().map(|name| name.to_string())));
            }
            ComponentDefinedType::Primitive(ty) => self.primitive(*ty),
            ComponentDefinedType::List { element, .. } => Type::List(Box::new(self.ty(element))),
            ComponentDefinedType::Tuple(tuple) => Type::Tuple(tuple.types.iter().map(|ty| self.ty(ty)).collect()),
            ComponentDefinedType::Option { ty, .. } => Type::Option(Box::new(self.ty(ty))),
            ComponentDefinedType::Result { ok, err, .. } => Type::Result(self.option(ok), self.option(err)),
            ComponentDefinedType::Own(resource) => self.handle(*resource, Type::Own),
            ComponentDefinedType::Borrow(resource) => self.handle(*resource, Type::Borrow),
            ComponentDefinedType::Map { .. } => self.unsupported("a map"),
            ComponentDefinedType::FixedLengthList { .. } => self.unsupported("a list of fixed length"),
            ComponentDefinedType::Future { .. } => self.unsupported("a future"),
            ComponentDefinedType::Stream { .. } => self.unsupported("a stream"),
        })
    }

    fn handle(&mut self, resource: AliasableResourceId, handle: fn(TypeId) -> Type) -> Type {
        match self.find(resource.into()).or_else(|| self.resources.get(&resource.resource()).copied()) {
            Some(id) => handle(id),
            None => self.unsupported("a resource without a name"),
        }
    }

    /// What stands in its place is not looked at: nothing comes of a component with something refused in it.
    fn unsupported(&mut self, what: &'static str) -> Type {
        self.refuse(what);
        Type::Bool
    }

    fn primitive(&mut self, ty: PrimitiveValType) -> Type {
        match ty {
            PrimitiveValType::Bool => Type::Bool,
            PrimitiveValType::S8 => Type::S8,
            PrimitiveValType::U8 => Type::U8,
            PrimitiveValType::S16 => Type::S16,
            PrimitiveValType::U16 => Type::U16,
            PrimitiveValType::S32 => Type::S32,
            PrimitiveValType::U32 => Type::U32,
            PrimitiveValType::S64 => Type::S64,
            PrimitiveValType::U64 => Type::U64,
            PrimitiveValType::F32 => Type::F32,
            PrimitiveValType::F64 => Type::F64,
            PrimitiveValType::Char => Type::Char,
            PrimitiveValType::String => Type::String,
            PrimitiveValType::ErrorContext => self.unsupported("an error-context"),
        }
    }
}
