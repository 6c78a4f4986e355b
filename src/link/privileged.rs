//! The kernel's and the runtime's own modules. They are part of `compose`: what is wrong with them is a bug here,
//! and stops the program.

use super::constants::{evaluate, evaluate_offset};
use super::unit::{Instance, Types};
use super::{Linked, LinkedMemory, MemoryBase, NativeFunction, Target};
use crate::ingest::{ImportKind, Module, SegmentMode, Unit};
use crate::manifest::Bounds;

/// Binds the module of [`Unit::Kernel`] or [`Unit::Runtime`].
///
/// - Functions are imported from module `native` only.
/// - The kernel's memory that is called `phys` (imported under that name, or `$phys` in its text) is all addresses,
///   from 0 on: [`MemoryBase::Zero`]. Its other memory is its home. The runtime's only memory is `Zero`.
/// - Such code is privileged or runs as part of a component: it has no bounds checks.
///
/// # Panics
/// If the module is not what is said above, or has tables or passive segments.
pub fn privileged(module: &Module) -> Linked<'_> {
    let name = &module.name;
    assert!(!matches!(module.unit, Unit::Component(_)), "`{name}` is a component");
    assert!(module.tables.is_empty(), "`{name}` has a table");
    let functions = (0..module.functions.len() as u32).map(Target::Own);
    let mut functions: Vec<Target> = functions.collect();
    for import in &module.imports {
        match import.kind {
            ImportKind::Function(index) => {
                let native = NativeFunction::ALL.into_iter().find(|native| native.name() == import.field);
                let native = native.filter(|_| import.module == "native" && module.unit == Unit::Kernel);
                functions[index as usize] = Target::Native(
                    native.unwrap_or_else(|| panic!("`{name}` imports `{}::{}`", import.module, import.field)),
                );
            }
            ImportKind::Memory(index) => {
                assert!(is_phys(module, index), "`{name}` imports a memory that is not `phys`")
            }
            ImportKind::Global(_) | ImportKind::Table(_) => panic!("`{name}` imports a global or table"),
        }
    }
    let mut homes = 0;
    let memories = (0..module.memories.len() as u32).map(|index| {
        let memory = &module.memories[index as usize];
        if module.unit == Unit::Runtime || is_phys(module, index) {
            // All of the address space: nothing looks at these sizes.
            return LinkedMemory {
                name: "phys".to_string(),
                base: MemoryBase::Zero,
                bytes: u32::MAX,
                max_bytes: u32::MAX,
                budget: 0,
                least: 0,
                page_log2: memory.page_log2,
                bounds: Bounds::Hardware,
                size_cell: None,
            };
        }
        homes += 1;
        assert!(homes == 1, "`{name}` has more than one memory besides `phys`");
        let bytes = u32::try_from(memory.min.saturating_mul(1 << memory.page_log2)).ok();
        let bytes = bytes.unwrap_or_else(|| panic!("the memory of `{name}` is too large"));
        LinkedMemory {
            name: memory.name.clone().unwrap_or_else(|| "memory".to_string()),
            base: MemoryBase::Home,
            bytes,
            max_bytes: bytes,
            budget: bytes,
            least: bytes,
            page_log2: memory.page_log2,
            bounds: Bounds::Hardware,
            size_cell: None,
        }
    });
    let memories = memories.collect();
    let mut values = Vec::new();
    for global in &module.globals {
        values.push(global.init.as_ref().and_then(|init| evaluate(init, module.unit, &values)));
    }
    let data = module.data.iter().map(|segment| match &segment.mode {
        SegmentMode::Active { target, offset } => {
            let offset = evaluate_offset(offset, module.unit, &values).expect("an offset of the kernel is constant");
            (*target, offset, segment.bytes.clone())
        }
        _ => panic!("`{name}` has a passive data segment"),
    });
    let data = data.collect();
    let mut instance = Instance::default();
    let globals = instance.globals(module, &values);
    let mut types = Types::default();
    let mut linked = Linked {
        unit: module.unit,
        module,
        functions,
        memories,
        globals,
        tables: Vec::new(),
        passive_data: vec![None; module.data.len()],
        passive_elements: vec![None; module.elements.len()],
        data,
        arena: None,
        parties: None,
        type_ids: module.types.iter().map(|ty| types.id(ty)).collect(),
        instance: Vec::new(),
    };
    instance.finish(&mut linked);
    linked
}

fn is_phys(module: &Module, index: u32) -> bool {
    let imported = module.imports.iter().find(|import| import.kind == ImportKind::Memory(index));
    imported.is_some_and(|import| import.field == "phys")
        || module.memories[index as usize].name.as_deref() == Some("phys")
}
