//! Binary component -> [`ComponentFile`]: what it imports and exports, as WIT has it.
//!
//! The types are kept apart by component, in an arena of [`TypeDef`]s, and imports apart from exports: a component that
//! imports an interface and exports the same one has both views. What is refused here, by name and place: everything
//! asynchronous, what goes past the functions of WIT (core modules and components as imports or exports, values), and
//! strings that are not UTF-8.

mod decode;
mod encodings;
mod name;
mod refused;

pub use decode::decode;
pub use name::InterfaceName;

/// What validation accepts around the core modules of a component, which are held against `ingest::FEATURES`.
pub const COMPONENT_FEATURES: wasmparser::WasmFeatures =
    super::FEATURES.union(wasmparser::WasmFeatures::COMPONENT_MODEL);

/// A validated component.
#[derive(Clone, Debug)]
pub struct ComponentFile {
    /// The manifest's name for it.
    pub name: String,
    /// The whole binary.
    pub bytes: Vec<u8>,
    pub types: Vec<TypeDef>,
    /// In the order of the binary.
    pub imports: Vec<Extern>,
    pub exports: Vec<Extern>,
}

/// Index into [`ComponentFile::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// One import or export.
#[derive(Clone, Debug)]
pub struct Extern {
    /// `ns:package/interface@1.0.0`, or a plain name.
    pub name: String,
    pub item: Item,
}

#[derive(Clone, Debug)]
pub enum Item {
    Interface(Interface),
    Function(Function),
    Type(TypeId),
}

impl Item {
    pub fn function(&self) -> Option<&Function> {
        match self {
            Item::Function(function) => Some(function),
            _ => None,
        }
    }

    /// What it is, with its article.
    pub fn kind(&self) -> &'static str {
        match self {
            Item::Interface(_) => "an interface",
            Item::Function(_) => "a function",
            Item::Type(_) => "a type",
        }
    }
}

/// As one component sees it: an importer sees no more than it uses.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    pub types: Vec<(String, TypeId)>,
    /// By their names in the binary: `[method]logger.log` belongs to resource `logger`.
    pub functions: Vec<(String, Function)>,
}

impl Interface {
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|(n, _)| n == name).map(|(_, function)| function)
    }

    pub fn ty(&self, name: &str) -> Option<TypeId> {
        self.types.iter().find(|(n, _)| n == name).map(|(_, id)| *id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub params: Vec<(String, Type)>,
    pub result: Option<Type>,
}

/// A type with a name.
#[derive(Clone, Debug)]
pub struct TypeDef {
    pub name: String,
    pub owner: Owner,
    pub kind: TypeKind,
}

/// Where a type was first named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Index into [`ComponentFile::imports`]: an interface, or the type itself.
    Import(usize),
    /// Index into [`ComponentFile::exports`].
    Export(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// Another name for a type; of a type of another owner: `use`.
    Alias(Type),
    Record(Vec<(String, Type)>),
    Variant(Vec<(String, Option<Type>)>),
    Enum(Vec<String>),
    Flags(Vec<String>),
    /// Each is a type of its own. Further names for it are aliases.
    Resource,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    String,
    List(Box<Type>),
    Tuple(Vec<Type>),
    Option(Box<Type>),
    Result(Option<Box<Type>>, Option<Box<Type>>),
    /// Of a resource.
    Own(TypeId),
    Borrow(TypeId),
    Named(TypeId),
}

impl ComponentFile {
    pub fn ty(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0 as usize]
    }

    pub fn import(&self, name: &str) -> Option<&Extern> {
        self.imports.iter().find(|import| import.name == name)
    }

    pub fn export(&self, name: &str) -> Option<&Extern> {
        self.exports.iter().find(|export| export.name == name)
    }

    /// The import or export that a type belongs to.
    pub fn owner(&self, owner: Owner) -> &Extern {
        match owner {
            Owner::Import(index) => &self.imports[index],
            Owner::Export(index) => &self.exports[index],
        }
    }

    /// The definition that a name stands for in the end: no alias of another name.
    pub fn definition(&self, mut id: TypeId) -> TypeId {
        // An alias names what was there before it, so that this ends.
        while let TypeKind::Alias(Type::Named(next)) = self.ty(id).kind {
            id = next;
        }
        id
    }
}
