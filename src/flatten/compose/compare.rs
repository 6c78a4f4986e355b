//! Is what one component exports what another imports? Types are equal part by part, names of parameters, fields and
//! cases included; names of types do not count, resources are what they are (`resources.rs`).

use super::text;
use crate::ingest::ComponentFile;
use crate::ingest::component::{Function, Item, Type, TypeId, TypeKind};
use std::collections::HashSet;

/// Where two sides differ.
#[derive(Debug)]
pub struct Difference {
    /// From the function or type inwards: `` `greet`, parameter `name` ``.
    pub path: String,
    /// What is imported there, and what exported.
    pub imported: String,
    pub exported: String,
    /// Both sides' functions or types, as a whole.
    pub whole: Option<(String, String)>,
}

/// A component and something of it.
#[derive(Clone, Copy)]
pub struct Side<'a, T> {
    pub file: &'a ComponentFile,
    pub of: T,
}

/// What differs, and the resources that must be one and the same: of the importer, of the exporter.
#[derive(Debug, Default)]
pub struct Comparison {
    pub differences: Vec<Difference>,
    pub resources: Vec<(TypeId, TypeId)>,
}

pub fn compare(imported: Side<'_, &Item>, exported: Side<'_, &Item>) -> Comparison {
    let mut compare = Compare {
        imported: imported.file,
        exported: exported.file,
        seen: HashSet::new(),
        resources: Vec::new(),
        path: Vec::new(),
    };
    let mut differences = Vec::new();
    match (imported.of, exported.of) {
        (Item::Function(a), Item::Function(b)) => differences.extend(compare.function(None, a, b)),
        (Item::Type(a), Item::Type(b)) => differences.extend(compare.named(*a, *b).err()),
        (Item::Interface(a), Item::Interface(b)) => {
            for (name, id) in &a.types {
                compare.path = vec![format!("`{name}`")];
                differences.extend(match b.ty(name) {
                    Some(other) => compare.named(*id, other).err(),
                    None => Some(compare.missing(text::definition(imported.file, *id))),
                });
            }
            for (name, function) in &a.functions {
                compare.path = vec![format!("`{name}`")];
                differences.extend(match b.function(name) {
                    Some(other) => compare.function(Some(name), function, other),
                    None => Some(compare.missing(text::function(imported.file, name, function))),
                });
            }
        }
        (a, b) => differences.push(Difference {
            path: String::new(),
            imported: a.kind().into(),
            exported: b.kind().into(),
            whole: None,
        }),
    }
    Comparison { differences, resources: compare.resources }
}

struct Compare<'a> {
    imported: &'a ComponentFile,
    exported: &'a ComponentFile,
    /// Pairs that are equal, or are being compared.
    seen: HashSet<(TypeId, TypeId)>,
    resources: Vec<(TypeId, TypeId)>,
    path: Vec<String>,
}

type Same = Result<(), Difference>;

impl Compare<'_> {
    fn missing(&self, imported: String) -> Difference {
        Difference { path: self.path.join(", "), imported: quoted(imported), exported: "nothing".into(), whole: None }
    }

    fn differ(&self, imported: impl Into<String>, exported: impl Into<String>) -> Same {
        Err(Difference {
            path: self.path.join(", "),
            imported: imported.into(),
            exported: exported.into(),
            whole: None,
        })
    }

    fn inside(&mut self, part: String, a: &Type, b: &Type) -> Same {
        self.path.push(part);
        let same = self.ty(a, b);
        self.path.pop();
        same
    }

    fn function(&mut self, name: Option<&str>, a: &Function, b: &Function) -> Option<Difference> {
        let shown = |file: &ComponentFile, function: &Function| match name {
            Some(name) => text::function(file, name, function),
            None => text::signature(file, &function.params, function.result.as_ref()),
        };
        let mut difference = self.parts(a, b).err()?;
        difference.whole.get_or_insert_with(|| (shown(self.imported, a), shown(self.exported, b)));
        Some(difference)
    }

    fn parts(&mut self, a: &Function, b: &Function) -> Same {
        if a.params.len() != b.params.len() {
            return self.differ(count(a.params.len(), "parameter"), count(b.params.len(), "parameter"));
        }
        for (index, ((a_name, a), (b_name, b))) in a.params.iter().zip(&b.params).enumerate() {
            if a_name != b_name {
                self.path.push(format!("name of parameter {}", index + 1));
                return self.differ(quoted(a_name), quoted(b_name));
            }
            self.inside(format!("parameter `{a_name}`"), a, b)?;
        }
        match (&a.result, &b.result) {
            (Some(a), Some(b)) => self.inside("result".into(), a, b),
            (None, None) => Ok(()),
            (a, b) => {
                self.path.push("result".into());
                self.differ(self.optional(self.imported, a.as_ref()), self.optional(self.exported, b.as_ref()))
            }
        }
    }

    fn optional(&self, file: &ComponentFile, ty: Option<&Type>) -> String {
        ty.map_or("nothing".into(), |ty| quoted(text::ty(file, ty)))
    }

    /// Types that both sides name; shows both definitions if they differ.
    fn named(&mut self, a: TypeId, b: TypeId) -> Same {
        let (a, b) = (self.imported.definition(a), self.exported.definition(b));
        if !self.seen.insert((a, b)) {
            return Ok(());
        }
        let same = self.kinds(a, b);
        same.map_err(|difference| Difference {
            whole: Some((text::definition(self.imported, a), text::definition(self.exported, b))),
            ..difference
        })
    }

    fn kinds(&mut self, a: TypeId, b: TypeId) -> Same {
        let (a_def, b_def) = (self.imported.ty(a), self.exported.ty(b));
        match (&a_def.kind, &b_def.kind) {
            (TypeKind::Resource, TypeKind::Resource) => {
                self.resources.push((a, b));
                Ok(())
            }
            (TypeKind::Alias(a), TypeKind::Alias(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.ty(&a, &b)
            }
            (TypeKind::Record(a), TypeKind::Record(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.names("field", a.iter().map(|(name, _)| name), b.iter().map(|(name, _)| name))?;
                for ((name, a), (_, b)) in a.iter().zip(&b) {
                    self.inside(format!("field `{name}`"), a, b)?;
                }
                Ok(())
            }
            (TypeKind::Variant(a), TypeKind::Variant(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.names("case", a.iter().map(|(name, _)| name), b.iter().map(|(name, _)| name))?;
                for ((name, a), (_, b)) in a.iter().zip(&b) {
                    let part = format!("case `{name}`");
                    match (a, b) {
                        (Some(a), Some(b)) => self.inside(part, a, b)?,
                        (None, None) => {}
                        (a, b) => {
                            self.path.push(part);
                            return self.differ(
                                self.optional(self.imported, a.as_ref()),
                                self.optional(self.exported, b.as_ref()),
                            );
                        }
                    }
                }
                Ok(())
            }
            (TypeKind::Enum(a), TypeKind::Enum(b)) => self.names("case", a.iter(), b.iter()),
            (TypeKind::Flags(a), TypeKind::Flags(b)) => self.names("flag", a.iter(), b.iter()),
            _ => self.differ(quoted(kind(self.imported, a)), quoted(kind(self.exported, b))),
        }
    }

    fn names<'n>(
        &self,
        what: &str,
        a: impl ExactSizeIterator<Item = &'n String>,
        b: impl ExactSizeIterator<Item = &'n String>,
    ) -> Same {
        let (many, other) = (a.len(), b.len());
        for (index, (a, b)) in a.zip(b).enumerate() {
            if a != b {
                return self.differ(format!("`{a}` as {what} {}", index + 1), format!("`{b}` as {what} {}", index + 1));
            }
        }
        if many != other {
            return self.differ(count(many, what), count(other, what));
        }
        Ok(())
    }

    fn ty(&mut self, a: &Type, b: &Type) -> Same {
        // An alias of a type without a name is that type.
        let (a, b) = (unnamed(self.imported, a), unnamed(self.exported, b));
        match (&a, &b) {
            (Type::Named(a), Type::Named(b)) => self.named(*a, *b),
            (Type::Own(a), Type::Own(b)) | (Type::Borrow(a), Type::Borrow(b)) => self.named(*a, *b),
            (Type::List(a), Type::List(b)) => self.inside("element".into(), a, b),
            (Type::Option(a), Type::Option(b)) => self.inside("some".into(), a, b),
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                for (index, (a, b)) in a.iter().zip(b).enumerate() {
                    self.inside(format!("part {}", index + 1), a, b)?;
                }
                Ok(())
            }
            (Type::Result(a_ok, a_err), Type::Result(b_ok, b_err)) => {
                for (part, a, b) in [("ok", a_ok, b_ok), ("err", a_err, b_err)] {
                    match (a, b) {
                        (Some(a), Some(b)) => self.inside(part.into(), a, b)?,
                        (None, None) => {}
                        (a, b) => {
                            self.path.push(part.into());
                            return self.differ(
                                self.optional(self.imported, a.as_deref()),
                                self.optional(self.exported, b.as_deref()),
                            );
                        }
                    }
                }
                Ok(())
            }
            (a, b) if a == b => Ok(()),
            (a, b) => self.differ(quoted(shown(self.imported, a)), quoted(shown(self.exported, b))),
        }
    }
}

/// What an alias stands for in the end.
fn unnamed(file: &ComponentFile, ty: &Type) -> Type {
    let mut ty = ty.clone();
    while let Type::Named(id) = ty {
        match &file.ty(file.definition(id)).kind {
            TypeKind::Alias(other) => ty = other.clone(),
            _ => break,
        }
    }
    ty
}

fn shown(file: &ComponentFile, ty: &Type) -> String {
    match ty {
        Type::Named(id) => kind(file, file.definition(*id)),
        Type::Own(_) => format!("own<{}>", text::ty(file, ty)),
        _ => text::ty(file, ty),
    }
}

/// `record point`.
fn kind(file: &ComponentFile, id: TypeId) -> String {
    let def = file.ty(id);
    let word = match &def.kind {
        TypeKind::Alias(ty) => return text::ty(file, ty),
        TypeKind::Record(_) => "record",
        TypeKind::Variant(_) => "variant",
        TypeKind::Enum(_) => "enum",
        TypeKind::Flags(_) => "flags",
        TypeKind::Resource => "resource",
    };
    format!("{word} {}", text::name(&def.name))
}

fn quoted(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
