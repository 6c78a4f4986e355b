//! Types as WIT writes them, for messages and for `compose wit`.

use crate::ingest::ComponentFile;
use crate::ingest::component::{Function, Item, Type, TypeId, TypeKind};

/// Most functions that a message shows of an interface.
const MOST: usize = 6;

pub fn ty(file: &ComponentFile, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::S8 => "s8".into(),
        Type::U8 => "u8".into(),
        Type::S16 => "s16".into(),
        Type::U16 => "u16".into(),
        Type::S32 => "s32".into(),
        Type::U32 => "u32".into(),
        Type::S64 => "s64".into(),
        Type::U64 => "u64".into(),
        Type::F32 => "f32".into(),
        Type::F64 => "f64".into(),
        Type::Char => "char".into(),
        Type::String => "string".into(),
        Type::List(element) => format!("list<{}>", self::ty(file, element)),
        Type::Tuple(types) => format!("tuple<{}>", list(types.iter().map(|ty| self::ty(file, ty)))),
        Type::Option(inner) => format!("option<{}>", self::ty(file, inner)),
        Type::Result(None, None) => "result".into(),
        Type::Result(Some(ok), None) => format!("result<{}>", self::ty(file, ok)),
        Type::Result(ok, Some(err)) => {
            let ok = ok.as_ref().map_or("_".into(), |ok| self::ty(file, ok));
            format!("result<{ok}, {}>", self::ty(file, err))
        }
        Type::Own(id) | Type::Named(id) => name(&file.ty(*id).name),
        Type::Borrow(id) => format!("borrow<{}>", name(&file.ty(*id).name)),
    }
}

/// `name: func(a: u32) -> string`.
pub fn function(file: &ComponentFile, called: &str, function: &Function) -> String {
    format!("{called}: {}", signature(file, &function.params, function.result.as_ref()))
}

/// `func(a: u32) -> string`.
pub fn signature(file: &ComponentFile, params: &[(String, Type)], result: Option<&Type>) -> String {
    let params = list(params.iter().map(|(param, ty)| format!("{}: {}", name(param), self::ty(file, ty))));
    let result = result.map_or(String::new(), |result| format!(" -> {}", ty(file, result)));
    format!("func({params}){result}")
}

/// `record point { x: u32, y: u32 }`.
pub fn definition(file: &ComponentFile, id: TypeId) -> String {
    let def = file.ty(id);
    let called = name(&def.name);
    let braces = |parts: String| if parts.is_empty() { "{}".to_string() } else { format!("{{ {parts} }}") };
    match &def.kind {
        TypeKind::Alias(ty) => format!("type {called} = {}", self::ty(file, ty)),
        TypeKind::Record(fields) => {
            let fields = fields.iter().map(|(field, ty)| format!("{}: {}", name(field), self::ty(file, ty)));
            format!("record {called} {}", braces(list(fields)))
        }
        TypeKind::Variant(cases) => {
            let cases = cases.iter().map(|(case, ty)| match ty {
                Some(ty) => format!("{}({})", name(case), self::ty(file, ty)),
                None => name(case),
            });
            format!("variant {called} {}", braces(list(cases)))
        }
        TypeKind::Enum(cases) => format!("enum {called} {}", braces(list(cases.iter().map(|case| name(case))))),
        TypeKind::Flags(flags) => format!("flags {called} {}", braces(list(flags.iter().map(|flag| name(flag))))),
        TypeKind::Resource => format!("resource {called}"),
    }
}

/// What an import or export is, in one line; of an interface only the functions that are `asked` for, if any is.
pub fn summary(file: &ComponentFile, item: &Item, asked: &dyn Fn(&str) -> bool) -> String {
    match item {
        Item::Function(function) => signature(file, &function.params, function.result.as_ref()),
        Item::Type(id) => definition(file, *id),
        Item::Interface(interface) => {
            let mut functions: Vec<_> = interface.functions.iter().filter(|(name, _)| asked(name)).collect();
            if functions.is_empty() {
                functions = interface.functions.iter().collect();
            }
            let mut parts: Vec<String> =
                functions.iter().take(MOST).map(|(name, function)| self::function(file, name, function)).collect();
            if functions.is_empty() {
                parts.extend(interface.types.iter().take(MOST).map(|(_, id)| definition(file, *id)));
            }
            let left = functions.len().max(parts.len()) - parts.len();
            let more = if left > 0 { format!("; and {left} more") } else { String::new() };
            format!("{{ {}{more} }}", parts.join("; "))
        }
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A name as WIT takes it: one that is a word of WIT has a `%` in front.
pub fn name(name: &str) -> String {
    const WORDS: &[&str] = &[
        "as",
        "async",
        "bool",
        "borrow",
        "char",
        "constructor",
        "enum",
        "error-context",
        "export",
        "f32",
        "f64",
        "flags",
        "from",
        "func",
        "future",
        "import",
        "include",
        "interface",
        "list",
        "map",
        "option",
        "own",
        "package",
        "record",
        "resource",
        "result",
        "s16",
        "s32",
        "s64",
        "s8",
        "static",
        "stream",
        "string",
        "tuple",
        "type",
        "u16",
        "u32",
        "u64",
        "u8",
        "use",
        "variant",
        "with",
        "world",
    ];
    let word = WORDS.binary_search(&name).is_ok();
    if word { format!("%{name}") } else { crate::ingest::printable(name) }
}
