//! The interfaces of the kernel, `wit/host.wit`, as exports of a component that has no bytes.

use crate::ingest::ComponentFile;
use crate::ingest::component::{Extern, Function, Interface, Item, Type};
use wit_parser::{Resolve, TypeDefKind};

/// The text that others can build against.
pub const WIT: &str = include_str!("../../../wit/host.wit");

/// What all host interfaces are called in front.
pub const NAMESPACE: &str = "compose:host/";

/// The kernel, as if it were a component.
pub fn file() -> ComponentFile {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("wit/host.wit", WIT).expect("the interfaces of the kernel are right");
    let package = &resolve.packages[package];
    let mut exports = Vec::new();
    for (name, id) in &package.interfaces {
        let mut interface = Interface::default();
        for (name, function) in &resolve.interfaces[*id].functions {
            let params = function.params.iter().map(|param| (param.name.clone(), ty(&resolve, &param.ty))).collect();
            let result = function.result.as_ref().map(|result| ty(&resolve, result));
            interface.functions.push((name.clone(), Function { params, result }));
        }
        exports.push(Extern { name: package.name.interface_id(name), item: Item::Interface(interface) });
    }
    ComponentFile { name: "kernel".into(), bytes: Vec::new(), types: Vec::new(), imports: Vec::new(), exports }
}

/// The types that the kernel's functions may have: without names, so that they mean the same everywhere.
fn ty(resolve: &Resolve, ty: &wit_parser::Type) -> Type {
    match ty {
        wit_parser::Type::Bool => Type::Bool,
        wit_parser::Type::U8 => Type::U8,
        wit_parser::Type::U16 => Type::U16,
        wit_parser::Type::U32 => Type::U32,
        wit_parser::Type::U64 => Type::U64,
        wit_parser::Type::S8 => Type::S8,
        wit_parser::Type::S16 => Type::S16,
        wit_parser::Type::S32 => Type::S32,
        wit_parser::Type::S64 => Type::S64,
        wit_parser::Type::F32 => Type::F32,
        wit_parser::Type::F64 => Type::F64,
        wit_parser::Type::Char => Type::Char,
        wit_parser::Type::String => Type::String,
        wit_parser::Type::Id(id) => match &resolve.types[*id].kind {
            TypeDefKind::List(element) => Type::List(Box::new(self::ty(resolve, element))),
            other => unreachable!("a {} in the interfaces of the kernel", other.as_str()),
        },
        wit_parser::Type::ErrorContext => unreachable!("an error-context in the interfaces of the kernel"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn interfaces_of_the_kernel() {
        let file = super::file();
        let names: Vec<&str> = file.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(names, ["compose:host/console@0.1.0", "compose:host/clock@0.1.0", "compose:host/exit@0.1.0"]);
    }
}
