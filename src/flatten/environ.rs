//! All use of `wasmtime-environ`: a composed component -> its core modules, their instances in order, and where each import
//! comes from. The crate is internal to Wasmtime and promises no stable interface: it is pinned, and nothing of it
//! leaves this file.
//!
//! Shapes and orders are those of `wasmtime_environ::component` 48.0.8 (`info.rs`, `dfg.rs`, `fact/trampoline.rs`).

use std::collections::BTreeMap;
use std::ops::Range;
use wasmtime_environ::component::{
    Component, ComponentTranslation, ComponentTypes, ComponentTypesBuilder, FixedEncoding,
};
use wasmtime_environ::component::{
    CoreDef, Export, ExportIndex, ExportItem, GlobalInitializer, InstantiateModule, ResourceIndex, RuntimeMemoryIndex,
    StaticModuleIndex, Trampoline, Transcode, Translator, TypeResourceTable, TypeResourceTableIndex,
};
use wasmtime_environ::wasmparser::{Validator, WasmFeatures};
use wasmtime_environ::{EntityIndex, EntityRef, ModuleTranslation, PrimaryMap, ScopeVec, Trap, Tunables, WasmValType};

/// A component without structure: core modules, instantiated in an order that puts what is imported first.
#[derive(Debug, Default)]
pub struct Flattened {
    pub modules: Vec<CoreModule>,
    pub instances: Vec<Instance>,
    /// What the root exports, by name; what instances export is not listed.
    pub exports: BTreeMap<String, Lifted>,
    pub resources: Vec<Resource>,
    /// By table index: what [`Def::ResourceNew`] and its like name.
    pub tables: Vec<HandleTable>,
}

#[derive(Debug)]
pub struct CoreModule {
    pub wasm: Vec<u8>,
    /// Where it is in the composed bytes; `None` for an adapter.
    pub at: Option<Range<usize>>,
}

#[derive(Debug)]
pub struct Instance {
    /// Index into [`Flattened::modules`].
    pub module: usize,
    /// The component instance that it is a part of; `None` for an adapter.
    pub component: Option<u32>,
    /// In the order of the module's imports.
    pub imports: Vec<Def>,
}

/// Something in a core instance that is defined there, not imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Item {
    /// Index into [`Flattened::instances`].
    pub instance: usize,
    pub kind: Kind,
    /// In the module's index space of that kind.
    pub index: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Function,
    Table,
    Memory,
    Global,
}

/// What satisfies an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Def {
    Item(Item),
    /// The `may_leave` flag of a component instance, a global.
    MayLeave,
    /// A function that the root imports: its path (instance and function, or function alone), the memory that its
    /// pointers point into, and the component instance that calls it.
    Host {
        path: Vec<String>,
        memory: Option<Item>,
        component: u32,
    },
    /// Copies UTF-8 from one memory to another.
    Transcode {
        from: Item,
        to: Item,
    },
    /// Takes a number that [`refusal`] knows.
    Trap,
    ResourceNew(u32),
    ResourceRep(u32),
    ResourceDrop(u32),
    TransferOwn,
    TransferBorrow,
    EnterCall,
    ExitCall,
}

/// A core function as the component exports it.
#[derive(Debug)]
pub struct Lifted {
    pub function: Item,
}

#[derive(Debug)]
pub struct Resource {
    /// The component instance that defines it.
    pub component: u32,
    pub destructor: Option<Item>,
}

/// The handles to one resource type that one component instance has.
#[derive(Debug)]
pub struct HandleTable {
    /// Index into [`Flattened::resources`].
    pub resource: usize,
    pub component: u32,
}

/// What the canonical ABI refuses (component model, CanonicalABI.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    MemoryOutOfBounds,
    CannotLeave,
    CannotEnter,
    InvalidChar,
    InvalidUtf8,
    StringOutOfBounds,
    ListOutOfBounds,
    InvalidDiscriminant,
    UnalignedPointer,
    /// A number that is no handle of this type, or not of this component.
    UnknownHandle,
    HandlesExhausted,
    /// A call returned and did not drop a borrowed handle that it was given.
    BorrowKept,
    /// An own handle was dropped or passed on while a call borrows it.
    HandleLent,
}

/// Meaning of the number that an adapter gives to [`Def::Trap`].
pub fn refusal(number: i32) -> Option<Refusal> {
    let all = [
        (Trap::MemoryOutOfBounds, Refusal::MemoryOutOfBounds),
        (Trap::CannotLeaveComponent, Refusal::CannotLeave),
        (Trap::CannotEnterComponent, Refusal::CannotEnter),
        (Trap::InvalidChar, Refusal::InvalidChar),
        (Trap::StringOutOfBounds, Refusal::StringOutOfBounds),
        (Trap::ListOutOfBounds, Refusal::ListOutOfBounds),
        (Trap::InvalidDiscriminant, Refusal::InvalidDiscriminant),
        (Trap::UnalignedPointer, Refusal::UnalignedPointer),
    ];
    all.into_iter().find(|(trap, _)| *trap as i32 == number).map(|(_, refusal)| refusal)
}

/// Why a component is not flattened.
#[derive(Debug)]
pub enum Refused {
    /// As the crate says it.
    Invalid(String),
    /// Something that this project does not have, by name.
    Unsupported(String),
}

/// What of the core language and the component model is accepted. Without multi-memory the crate panics; with exceptions
/// every adapter would have a handler for them.
fn features() -> WasmFeatures {
    let core = WasmFeatures::WASM2.difference(WasmFeatures::SIMD);
    core | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::COMPONENT_MODEL
}

/// Flattens a component.
pub fn flatten(bytes: &[u8]) -> Result<Flattened, Refused> {
    let invalid = |error: wasmtime_environ::error::Error| Refused::Invalid(format!("{error:#}"));
    let scope = ScopeVec::new();
    let mut tunables = Tunables::default_u32();
    // Else adapters would keep a task for each call.
    tunables.concurrency_support = false;
    let mut validator = Validator::new_with_features(features());
    let mut types = ComponentTypesBuilder::new(&validator);
    let translator = Translator::new(&tunables, &mut validator, &mut types, &scope);
    let (translation, modules) = translator.translate(bytes).map_err(invalid)?;
    let handle_tables = types.num_resource_tables() as u32;
    let (types, _) = types.finish(&translation.component);
    let (translation, modules, types) = (&translation, &modules, &types);
    Reader { bytes, translation, modules, types, handle_tables, memories: Vec::new(), lowered: Vec::new() }.read()
}

struct Reader<'a> {
    bytes: &'a [u8],
    translation: &'a ComponentTranslation,
    modules: &'a PrimaryMap<StaticModuleIndex, ModuleTranslation<'a>>,
    types: &'a ComponentTypes,
    /// How many there are.
    handle_tables: u32,
    /// By runtime memory index.
    memories: Vec<Item>,
    /// By lowered index: path of the import.
    lowered: Vec<Vec<String>>,
}

/// Arguments of an instance as the crate has them, in the order of the imports.
struct Arguments<'a> {
    module: StaticModuleIndex,
    defs: &'a [CoreDef],
}

impl<'a> Reader<'a> {
    fn component(&self) -> &'a Component {
        &self.translation.component
    }

    fn read(mut self) -> Result<Flattened, Refused> {
        let mut out = Flattened::default();
        for module in self.modules.values() {
            let start = (module.wasm.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize);
            let at = start.filter(|start| start + module.wasm.len() <= self.bytes.len());
            out.modules
                .push(CoreModule { wasm: module.wasm.to_vec(), at: at.map(|start| start..start + module.wasm.len()) });
        }
        let mut arguments: Vec<Arguments> = Vec::new();
        // Instances first: what they are made with names memories and imports by tables that come in between.
        for initializer in &self.component().initializers {
            match initializer {
                GlobalInitializer::InstantiateModule(InstantiateModule::Static(module, defs), component) => {
                    arguments.push(Arguments { module: *module, defs });
                    let component = component.map(|component| component.as_u32());
                    out.instances.push(Instance { module: module.index(), component, imports: Vec::new() });
                }
                GlobalInitializer::InstantiateModule(InstantiateModule::Import(..), _) => {
                    return Err(Refused::Unsupported("an imported core module".into()));
                }
                _ => {}
            }
        }
        for initializer in &self.component().initializers {
            match initializer {
                GlobalInitializer::InstantiateModule(..) => {}
                GlobalInitializer::LowerImport { import, .. } => {
                    let (index, names) = &self.component().imports[*import];
                    let (name, _) = &self.component().import_types[*index];
                    self.lowered.push(std::iter::once(name).chain(names).cloned().collect());
                }
                GlobalInitializer::ExtractMemory(memory) => {
                    let export = CoreDef::from(memory.export.clone());
                    let memory = self.item(&arguments, &export)?;
                    self.memories.push(memory);
                }
                GlobalInitializer::ExtractRealloc(_) | GlobalInitializer::ExtractPostReturn(_) => {}
                GlobalInitializer::Resource(resource) => {
                    if resource.rep != WasmValType::I32 {
                        return Err(Refused::Unsupported("a resource whose representation is not an i32".into()));
                    }
                    let destructor = match &resource.dtor {
                        Some(destructor) => self.function(&arguments, destructor)?,
                        None => None,
                    };
                    out.resources.push(Resource { component: resource.instance.as_u32(), destructor });
                }
                GlobalInitializer::ExtractCallback(_) => return Err(Refused::Unsupported("an async function".into())),
                GlobalInitializer::ExtractTable(_) => return Err(Refused::Unsupported("threads".into())),
            }
        }
        out.tables = self.handle_tables()?;
        for index in 0..arguments.len() {
            let defs = arguments[index].defs;
            out.instances[index].imports =
                defs.iter().map(|def| self.def(&arguments, def)).collect::<Result<_, Refused>>()?;
        }
        for (name, (index, _)) in self.component().exports.raw_iter() {
            out.exports.extend(self.lifted(&arguments, *index)?.map(|lifted| (name.to_string(), lifted)));
        }
        Ok(out)
    }

    /// The handle tables, by their index.
    fn handle_tables(&self) -> Result<Vec<HandleTable>, Refused> {
        let mut tables = Vec::new();
        for index in 0..self.handle_tables {
            let table = match &self.types[TypeResourceTableIndex::from_u32(index)] {
                TypeResourceTable::Concrete { ty, instance } => {
                    let resource = self.resource(*ty)?;
                    HandleTable { resource, component: instance.as_u32() }
                }
                TypeResourceTable::Abstract(_) => return Err(Refused::Unsupported("a resource of the host".into())),
            };
            tables.push(table);
        }
        Ok(tables)
    }

    fn resource(&self, index: ResourceIndex) -> Result<usize, Refused> {
        match self.component().defined_resource_index(index) {
            Some(defined) => Ok(defined.index()),
            None => Err(Refused::Unsupported("a resource of the host".into())),
        }
    }

    fn lifted(&self, arguments: &[Arguments], index: ExportIndex) -> Result<Option<Lifted>, Refused> {
        let Export::LiftedFunction { func, options, .. } = &self.component().export_items[index] else {
            return Ok(None);
        };
        let options = &self.component().options[*options];
        if options.async_ {
            return Err(Refused::Unsupported("an async function".into()));
        }
        Ok(self.function(arguments, func)?.map(|function| Lifted { function }))
    }

    /// The function that a definition is, if a core instance defines it.
    fn function(&self, arguments: &[Arguments], def: &CoreDef) -> Result<Option<Item>, Refused> {
        match self.def(arguments, def)? {
            Def::Item(item) => Ok(Some(item)),
            _ => Ok(None),
        }
    }

    fn item(&self, arguments: &[Arguments], def: &CoreDef) -> Result<Item, Refused> {
        match self.def(arguments, def)? {
            Def::Item(item) => Ok(item),
            other => Err(Refused::Unsupported(format!("a core item that is no export: {other:?}"))),
        }
    }

    fn memory(&self, index: RuntimeMemoryIndex) -> Result<Item, Refused> {
        let known = self.memories.get(index.index()).copied();
        known.ok_or_else(|| Refused::Invalid("a memory is used before it is there".into()))
    }

    /// Follows imports that are exported again to where something is defined.
    fn def(&self, arguments: &[Arguments], def: &CoreDef) -> Result<Def, Refused> {
        let export = match def {
            CoreDef::Export(export) => export,
            CoreDef::InstanceFlags(_) => return Ok(Def::MayLeave),
            CoreDef::Trampoline(index) => return self.trampoline(&self.translation.trampolines[*index]),
            CoreDef::UnsafeIntrinsic(_) => return Err(Refused::Unsupported("an intrinsic of Wasmtime".into())),
            CoreDef::TaskMayBlock => return Err(Refused::Unsupported("an async function".into())),
        };
        let ExportItem::Index(index) = &export.item else {
            return Err(Refused::Unsupported("an imported core module".into()));
        };
        let instance = export.instance.index();
        let Arguments { module, defs } = &arguments[instance];
        let module = &self.modules[*module].module;
        let (kind, index, imported) = match index {
            EntityIndex::Function(index) => (Kind::Function, index.as_u32(), module.num_imported_funcs),
            EntityIndex::Table(index) => (Kind::Table, index.as_u32(), module.num_imported_tables),
            EntityIndex::Memory(index) => (Kind::Memory, index.as_u32(), module.num_imported_memories),
            EntityIndex::Global(index) => (Kind::Global, index.as_u32(), module.num_imported_globals),
            EntityIndex::Tag(_) => return Err(Refused::Unsupported("exceptions".into())),
        };
        if index as usize >= imported {
            return Ok(Def::Item(Item { instance, kind, index }));
        }
        let same_kind = |ty: &wasmtime_environ::EntityType| match kind {
            Kind::Function => matches!(ty, wasmtime_environ::EntityType::Function(_)),
            Kind::Table => matches!(ty, wasmtime_environ::EntityType::Table(_)),
            Kind::Memory => matches!(ty, wasmtime_environ::EntityType::Memory(_)),
            Kind::Global => matches!(ty, wasmtime_environ::EntityType::Global(_)),
        };
        let of_kind = module.imports().zip(defs.iter()).filter(|((.., ty), _)| same_kind(ty));
        let satisfied = of_kind.map(|(_, def)| def).nth(index as usize);
        let def = satisfied.ok_or_else(|| Refused::Invalid("an import has no argument".into()))?;
        self.def(arguments, def)
    }

    fn trampoline(&self, trampoline: &Trampoline) -> Result<Def, Refused> {
        Ok(match trampoline {
            Trampoline::LowerImport { index, options, .. } => {
                let options = &self.component().options[*options];
                if options.async_ {
                    return Err(Refused::Unsupported("an async function".into()));
                }
                let path = self.lowered.get(index.index()).cloned();
                let path = path.ok_or_else(|| Refused::Invalid("an import is used before it is there".into()))?;
                let memory = options.memory().map(|memory| self.memory(memory)).transpose()?;
                Def::Host { path, memory, component: options.instance.as_u32() }
            }
            Trampoline::Transcoder {
                op: Transcode::Copy(FixedEncoding::Utf8),
                from,
                from64: false,
                to,
                to64: false,
            } => Def::Transcode { from: self.memory(*from)?, to: self.memory(*to)? },
            Trampoline::Transcoder { op, .. } => {
                return Err(Refused::Unsupported(format!("strings that are not UTF-8 ({})", op.desc())));
            }
            Trampoline::Trap => Def::Trap,
            Trampoline::ResourceNew { ty, .. } => Def::ResourceNew(ty.as_u32()),
            Trampoline::ResourceRep { ty, .. } => Def::ResourceRep(ty.as_u32()),
            Trampoline::ResourceDrop { ty, .. } => Def::ResourceDrop(ty.as_u32()),
            Trampoline::ResourceTransferOwn => Def::TransferOwn,
            Trampoline::ResourceTransferBorrow => Def::TransferBorrow,
            Trampoline::EnterSyncCall => Def::EnterCall,
            Trampoline::ExitSyncCall => Def::ExitCall,
            other => return Err(Refused::Unsupported(format!("`{}`", trampoline_name(other)))),
        })
    }
}

/// The variant's name.
fn trampoline_name(trampoline: &Trampoline) -> String {
    let text = format!("{trampoline:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_string()
}
