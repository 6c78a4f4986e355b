//! Worlds as WIT text: of one component, and of a whole system.

use super::text::{self, name, ty};
use super::{ARENA, Provider, Providers, Scope};
use crate::ingest::component::{Function, Interface, InterfaceName, Item, Type, TypeId, TypeKind};
use crate::ingest::{ComponentFile, printable};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What a component imports, and from whom, and what it exports.
pub fn component(scope: &Scope<'_>, providers: &Providers, index: usize) -> String {
    let mut packages = Packages::default();
    let world = world(scope, providers, index, &kebab(scope.name(index), &mut BTreeSet::new()));
    // The two views of one component are two views of one text.
    let conflicts = packages.add(scope.file(index));
    debug_assert!(conflicts.is_empty(), "{conflicts:?}");
    format!("package root:component;\n\n{world}{}", packages.text())
}

/// What the whole system imports, and then the same of each component. Core modules have no world.
pub fn system(scope: &Scope<'_>, providers: &Providers) -> String {
    let mut names = BTreeSet::new();
    let mut packages = Packages::default();
    let system = kebab("system", &mut names);
    let mut out = format!("package root:system;\n\n/// What the system still imports.\nworld {system} {{\n");
    for (index, export) in scope.host.exports.iter().enumerate() {
        let users = users(scope, providers, |_, _, provider| provider == Provider::Host(index));
        if !users.is_empty() {
            let _ = writeln!(out, "  import {}; // for {}", full(&export.name), users.join(", "));
            if let Item::Interface(interface) = &export.item {
                packages.interface(&scope.host, &export.name, interface);
            }
        }
    }
    for (at, arena) in arenas(scope, providers).iter().enumerate() {
        let users = users(scope, providers, |component, import, provider| {
            provider == Provider::Arena && scope.import(component, import).item.function() == Some(arena)
        });
        let suffix = if at == 0 { String::new() } else { format!("-{at}") };
        let function = text::function(&scope.host, &format!("{ARENA}{suffix}"), arena);
        let _ = writeln!(out, "  import {function}; // for {}", users.join(", "));
    }
    out += "}\n";
    for index in 0..scope.files.len() {
        let called = kebab(scope.name(index), &mut names);
        let conflicts = packages.add(scope.file(index));
        match conflicts.first() {
            None => {
                out += "\n";
                out += &world(scope, providers, index, &called);
            }
            Some(conflict) => {
                let name = scope.name(index);
                let _ = writeln!(
                    out,
                    "\n// {name}: has another view of {conflict} than those before it: `compose wit --component {name}`"
                );
            }
        }
    }
    for (index, component) in scope.manifest.components.iter().enumerate() {
        if !scope.files.iter().any(|(id, _)| id.0 as usize == index) {
            let _ = writeln!(out, "\n// {}: a core module, which has no world", component.name);
        }
    }
    out + &packages.text()
}

/// The types that arenas are imported with, in the order of the outer component's imports.
fn arenas<'a>(scope: &Scope<'a>, providers: &Providers) -> Vec<&'a Function> {
    let mut arenas: Vec<&Function> = Vec::new();
    for (component, row) in providers.iter().enumerate() {
        for (import, provider) in row.iter().enumerate() {
            if let (Some(Provider::Arena), Item::Function(function)) = (provider, &scope.import(component, import).item)
                && !arenas.contains(&function)
            {
                arenas.push(function);
            }
        }
    }
    arenas
}

/// Names of the components with such an import.
fn users(scope: &Scope<'_>, providers: &Providers, is: impl Fn(usize, usize, Provider) -> bool) -> Vec<String> {
    let mut users = Vec::new();
    for (component, row) in providers.iter().enumerate() {
        let mut row = row.iter().enumerate();
        if row.any(|(import, provider)| provider.is_some_and(|provider| is(component, import, provider))) {
            users.push(format!("`{}`", scope.name(component)));
        }
    }
    users
}

fn world(scope: &Scope<'_>, providers: &Providers, index: usize, called: &str) -> String {
    let file = scope.file(index);
    let mut out =
        format!("/// `{}`, {}\nworld {} {{\n", scope.name(index), printable(&path(scope, index)), name(called));
    for (import, provider) in file.imports.iter().zip(&providers[index]) {
        let by = match provider {
            Some(Provider::Component(other, export)) => {
                let (file, other) = (scope.file(*other), scope.name(*other));
                let exported = &file.exports[*export].name;
                if *exported == import.name {
                    format!("by `{other}`")
                } else {
                    format!("by `{other}`, {}", printable(exported))
                }
            }
            Some(Provider::Host(_)) => "by the kernel".into(),
            Some(Provider::Arena) => "by its arena".into(),
            Some(Provider::Types) => "types alone".into(),
            None => "by nobody".into(),
        };
        out += &item("import", file, &import.name, &import.item, &by);
    }
    for export in &file.exports {
        out += &item("export", file, &export.name, &export.item, "");
    }
    out + "}\n"
}

fn path(scope: &Scope<'_>, index: usize) -> String {
    scope.manifest.component(scope.files[index].0).path.value.clone()
}

/// An import or export, with a comment.
fn item(word: &str, file: &ComponentFile, called: &str, item: &Item, comment: &str) -> String {
    let comment = if comment.is_empty() { String::new() } else { format!(" // {comment}") };
    match item {
        Item::Function(function) => {
            format!("  {word} {};{comment}\n", text::function(file, &name(called), function))
        }
        Item::Interface(_) if InterfaceName::parse(called).is_some() => {
            format!("  {word} {};{comment}\n", full(called))
        }
        Item::Interface(interface) => {
            let mut text = InterfaceText::default();
            text.add(file, called, interface);
            format!("  {word} {}: interface {{{comment}\n{}  }}\n", name(called), text.print(4))
        }
        // What a world exports of types it exports by an interface.
        Item::Type(_) if word == "export" => format!("  // {word} {called}: a type\n"),
        Item::Type(id) => match definition(file, *id, called) {
            Definition::Use { from, what } => format!("  use {}.{{{what}}};{comment}\n", full(&from)),
            Definition::Text(lines) => {
                let mut out = String::new();
                for line in lines {
                    let _ = writeln!(out, "  {line}");
                }
                out
            }
            Definition::Resource => format!("  resource {};\n", name(called)),
        },
    }
}

enum Definition {
    /// Of an interface, and perhaps under another name: `a as b`.
    Use {
        from: String,
        what: String,
    },
    Text(Vec<String>),
    Resource,
}

/// A type that stands in import or export `place`.
fn definition(file: &ComponentFile, id: TypeId, place: &str) -> Definition {
    let def = file.ty(id);
    let called = name(&def.name);
    let block = |word: &str, parts: Vec<String>| {
        let mut lines = vec![format!("{word} {called} {{")];
        lines.extend(parts.into_iter().map(|part| format!("  {part},")));
        lines.push("}".into());
        Definition::Text(lines)
    };
    match &def.kind {
        TypeKind::Alias(Type::Named(other)) if file.owner(file.ty(*other).owner).name != place => {
            let other = file.ty(*other);
            let original = name(&other.name);
            let what = if original == called { original } else { format!("{original} as {called}") };
            Definition::Use { from: file.owner(other.owner).name.clone(), what }
        }
        TypeKind::Alias(alias) => Definition::Text(vec![format!("type {called} = {};", ty(file, alias))]),
        TypeKind::Record(fields) => {
            block("record", fields.iter().map(|(field, of)| format!("{}: {}", name(field), ty(file, of))).collect())
        }
        TypeKind::Variant(cases) => {
            let case = |(case, of): &(String, Option<Type>)| match of {
                Some(of) => format!("{}({})", name(case), ty(file, of)),
                None => name(case),
            };
            block("variant", cases.iter().map(case).collect())
        }
        TypeKind::Enum(cases) => block("enum", cases.iter().map(|case| name(case)).collect()),
        TypeKind::Flags(flags) => block("flags", flags.iter().map(|flag| name(flag)).collect()),
        TypeKind::Resource => Definition::Resource,
    }
}

/// What is known of an interface, from all who see it.
#[derive(Clone, Default)]
struct InterfaceText {
    /// Types and functions by name, in the order seen.
    order: Vec<String>,
    uses: BTreeMap<String, (String, String)>,
    texts: BTreeMap<String, Vec<String>>,
    /// Functions of resources, by resource.
    resources: BTreeMap<String, Vec<(String, String)>>,
}

impl InterfaceText {
    /// Adds a view; false if it contradicts another.
    fn add(&mut self, file: &ComponentFile, called: &str, interface: &Interface) -> bool {
        let mut fits = true;
        for (name, id) in &interface.types {
            if !self.order.contains(name) {
                self.order.push(name.clone());
            }
            fits &= match definition(file, *id, called) {
                Definition::Use { from, what } => {
                    // Inside a package its interfaces have short names.
                    let short = |full: &str| full.split_once('/').map(|(package, _)| package.to_string());
                    let version =
                        |full: &str| InterfaceName::parse(full).and_then(|n| n.version.map(|v| v.to_string()));
                    let same = short(&from) == short(called) && version(&from) == version(called);
                    let from = match InterfaceName::parse(&from) {
                        Some(parsed) if same => text::name(parsed.base.rsplit('/').next().unwrap_or_default()),
                        _ => full(&from),
                    };
                    same_or_new(&mut self.uses, name, (from, what))
                }
                Definition::Text(lines) => same_or_new(&mut self.texts, name, lines),
                Definition::Resource => {
                    self.resources.entry(name.clone()).or_default();
                    true
                }
            };
            let kinds =
                [self.uses.contains_key(name), self.texts.contains_key(name), self.resources.contains_key(name)];
            fits &= kinds.into_iter().filter(|is| *is).count() == 1;
        }
        for (name, function) in &interface.functions {
            fits &= match resource_function(name) {
                None => {
                    if !self.order.contains(name) {
                        self.order.push(name.clone());
                    }
                    let line = format!("{};", text::function(file, &text::name(name), function));
                    same_or_new(&mut self.texts, name, vec![line])
                }
                Some((resource, kind)) => {
                    let line = method(file, &kind, function);
                    let known = self.resources.entry(resource.to_string()).or_default();
                    match known.iter().find(|(n, _)| n == name) {
                        Some((_, other)) => *other == line,
                        None => {
                            known.push((name.clone(), line));
                            true
                        }
                    }
                }
            };
        }
        fits
    }

    fn print(&self, indent: usize) -> String {
        let mut out = String::new();
        let pad = " ".repeat(indent);
        for name in &self.order {
            if let Some((from, what)) = self.uses.get(name) {
                let _ = writeln!(out, "{pad}use {from}.{{{what}}};");
            }
            for line in self.texts.get(name).into_iter().flatten() {
                let _ = writeln!(out, "{pad}{line}");
            }
            match self.resources.get(name).map(Vec::as_slice) {
                None => {}
                Some([]) => {
                    let _ = writeln!(out, "{pad}resource {};", text::name(name));
                }
                Some(functions) => {
                    let _ = writeln!(out, "{pad}resource {} {{", text::name(name));
                    for (_, line) in functions {
                        let _ = writeln!(out, "{pad}  {line}");
                    }
                    let _ = writeln!(out, "{pad}}}");
                }
            }
        }
        out
    }
}

fn same_or_new<T: PartialEq>(map: &mut BTreeMap<String, T>, name: &str, value: T) -> bool {
    match map.get(name) {
        Some(known) => *known == value,
        None => {
            map.insert(name.to_string(), value);
            true
        }
    }
}

enum ResourceFunction<'a> {
    Constructor,
    Method(&'a str),
    Static(&'a str),
}

/// `[method]logger.log` -> `logger`, `log`.
fn resource_function(name: &str) -> Option<(&str, ResourceFunction<'_>)> {
    if let Some(resource) = name.strip_prefix("[constructor]") {
        return Some((resource, ResourceFunction::Constructor));
    }
    if let Some((resource, method)) = name.strip_prefix("[method]").and_then(|name| name.split_once('.')) {
        return Some((resource, ResourceFunction::Method(method)));
    }
    let (resource, function) = name.strip_prefix("[static]")?.split_once('.')?;
    Some((resource, ResourceFunction::Static(function)))
}

fn method(file: &ComponentFile, kind: &ResourceFunction<'_>, function: &Function) -> String {
    let Function { params, result } = function;
    match kind {
        ResourceFunction::Constructor => {
            // The resource itself goes without saying; a `result` of it does not.
            let result = result.as_ref().filter(|result| !matches!(result, Type::Own(_)));
            let signature = text::signature(file, params, result);
            format!("constructor{};", signature.trim_start_matches("func"))
        }
        // `self` goes without saying.
        ResourceFunction::Method(method) => {
            let signature = text::signature(file, params.get(1..).unwrap_or_default(), result.as_ref());
            format!("{}: {signature};", name(method))
        }
        ResourceFunction::Static(function) => {
            format!("{}: static {};", name(function), text::signature(file, params, result.as_ref()))
        }
    }
}

/// Packages, as `namespace:name@version`, with their interfaces.
#[derive(Default)]
struct Packages {
    packages: BTreeMap<String, BTreeMap<String, InterfaceText>>,
}

impl Packages {
    /// Adds what a component sees of all interfaces. If some of that contradicts what is known, nothing is added, and
    /// the names of those interfaces come back.
    fn add(&mut self, file: &ComponentFile) -> Vec<String> {
        let before = self.packages.clone();
        let mut conflicts = Vec::new();
        for import_or_export in file.imports.iter().chain(&file.exports) {
            if let Item::Interface(interface) = &import_or_export.item
                && !self.interface(file, &import_or_export.name, interface)
            {
                conflicts.push(printable(&import_or_export.name));
            }
        }
        if !conflicts.is_empty() {
            self.packages = before;
        }
        conflicts
    }

    fn interface(&mut self, file: &ComponentFile, called: &str, interface: &Interface) -> bool {
        let Some(parsed) = InterfaceName::parse(called) else { return true };
        let Some((package, short)) = parsed.base.split_once('/') else { return true };
        let version = called.split_once('@').map_or(String::new(), |(_, version)| format!("@{version}"));
        let package = self.packages.entry(format!("{package}{version}")).or_default();
        package.entry(short.to_string()).or_default().add(file, called, interface)
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for (package, interfaces) in &self.packages {
            let _ = writeln!(out, "\npackage {} {{", escaped(package));
            for (interface, text) in interfaces {
                let _ = writeln!(out, "  interface {} {{\n{}  }}", name(interface), text.print(4));
            }
            out += "}\n";
        }
        out
    }
}

/// The name of an interface, each part as WIT takes it.
fn full(interface: &str) -> String {
    match interface.split_once('/') {
        Some((package, rest)) => {
            let (short, version) = rest.split_once('@').map_or((rest, String::new()), |(s, v)| (s, format!("@{v}")));
            format!("{}/{}{version}", escaped(package), name(short))
        }
        None => name(interface),
    }
}

fn escaped(package: &str) -> String {
    let (namespace, rest) = package.split_once(':').unwrap_or(("", package));
    let (package, version) = rest.split_once('@').map_or((rest, String::new()), |(p, v)| (p, format!("@{v}")));
    format!("{}:{}{version}", name(namespace), name(package))
}

/// A name of the manifest as WIT takes it; each once.
fn kebab(name: &str, taken: &mut BTreeSet<String>) -> String {
    let letters: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words = letters.split('-').filter(|word| !word.is_empty());
    let words =
        words.map(|word| if word.starts_with(|c: char| c.is_ascii_digit()) { format!("n{word}") } else { word.into() });
    let mut base = words.collect::<Vec<String>>().join("-");
    if base.is_empty() {
        base = "component".into();
    }
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}-n{number}");
        number += 1;
    }
    name
}
