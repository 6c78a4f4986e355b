//! A component as it is written: each item a section of its own, and the next index of each index space.

use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentInstanceSection, ComponentSectionId, ComponentTypeEncoder, ComponentTypeRef, ComponentTypeSection,
    RawSection,
};

#[derive(Default)]
pub struct Builder {
    component: Component,
    components: u32,
    functions: u32,
    instances: u32,
    types: u32,
}

impl Builder {
    pub fn finish(self) -> Vec<u8> {
        self.component.finish()
    }

    /// The index space of a kind; components do without aliases here.
    fn next(&mut self, kind: ComponentExportKind) -> u32 {
        let count = match kind {
            ComponentExportKind::Func => &mut self.functions,
            ComponentExportKind::Instance => &mut self.instances,
            ComponentExportKind::Type => &mut self.types,
            _ => &mut self.components,
        };
        *count += 1;
        *count - 1
    }

    pub fn nest(&mut self, bytes: &[u8]) -> u32 {
        self.component.section(&RawSection { id: ComponentSectionId::Component.into(), data: bytes });
        self.next(ComponentExportKind::Component)
    }

    pub fn ty(&mut self, write: impl FnOnce(ComponentTypeEncoder<'_>)) -> u32 {
        let mut section = ComponentTypeSection::new();
        write(section.ty());
        self.component.section(&section);
        self.next(ComponentExportKind::Type)
    }

    /// Of a function or an instance.
    pub fn import(&mut self, name: &str, ty: ComponentTypeRef) -> u32 {
        let mut section = ComponentImportSection::new();
        section.import(name, ty);
        self.component.section(&section);
        self.next(match ty {
            ComponentTypeRef::Instance(_) => ComponentExportKind::Instance,
            _ => ComponentExportKind::Func,
        })
    }

    pub fn alias(&mut self, instance: u32, name: &str, kind: ComponentExportKind) -> u32 {
        let mut section = ComponentAliasSection::new();
        section.alias(Alias::InstanceExport { instance, kind, name });
        self.component.section(&section);
        self.next(kind)
    }

    pub fn instantiate(&mut self, component: u32, args: &[(&str, ComponentExportKind, u32)]) -> u32 {
        let mut section = ComponentInstanceSection::new();
        section.instantiate(component, args.iter().copied());
        self.component.section(&section);
        self.next(ComponentExportKind::Instance)
    }

    /// An instance of what is there already.
    pub fn bundle(&mut self, exports: &[(&str, ComponentExportKind, u32)]) -> u32 {
        let mut section = ComponentInstanceSection::new();
        section.export_items(exports.iter().copied());
        self.component.section(&section);
        self.next(ComponentExportKind::Instance)
    }

    pub fn export(&mut self, name: &str, kind: ComponentExportKind, index: u32) {
        let mut section = ComponentExportSection::new();
        section.export(name, kind, index, None);
        self.component.section(&section);
        self.next(kind);
    }
}
