//! What is said about imports that nobody satisfies.

use super::compare::{Difference, Side, compare};
use super::resolve::serves;
use super::{ARENA, Provider, Scope, text};
use crate::diag::codes::flatten as codes;
use crate::diag::codes::link::NO_ARENA;
use crate::diag::{Diagnostic, suggest};
use crate::ingest::ComponentFile;
use crate::ingest::component::{Extern, Function, InterfaceName, Item};
use crate::ingest::printable;
use crate::manifest::Link;

/// One import and who wants it.
pub struct Messages<'a> {
    pub scope: &'a Scope<'a>,
    pub component: usize,
    pub import: &'a Extern,
}

impl Messages<'_> {
    fn name(&self) -> &str {
        self.scope.name(self.component)
    }

    fn called(&self) -> String {
        printable(&self.import.name)
    }

    fn file(&self) -> &ComponentFile {
        self.scope.file(self.component)
    }

    fn here(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.label(self.scope.path(self.component), format!("imports `{}`", self.called()))
    }

    /// The import as WIT, as a note.
    fn imported(&self) -> String {
        format!("imported: {}", text::summary(self.file(), &self.import.item, &|_| true))
    }

    /// What a component exports, cut to what is imported.
    fn exported(&self, file: &ComponentFile, export: &Extern) -> String {
        let asked = |name: &str| match &self.import.item {
            Item::Interface(interface) => interface.function(name).is_some(),
            _ => true,
        };
        text::summary(file, &export.item, &asked)
    }

    fn base(&self) -> &str {
        InterfaceName::parse(&self.import.name).map_or(self.import.name.as_str(), |name| name.base)
    }

    pub fn root_resource(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            &codes::ROOT_IMPORT,
            format!("`{}` imports the resource `{}` outside any interface", self.name(), self.called()),
        )
        .note("a resource belongs to the interface that defines it")
        .help("put the resource into an interface, and export that interface from another component");
        self.here(diagnostic)
    }

    pub fn no_arena(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            &NO_ARENA,
            format!("`{}` imports `{}`, but the manifest gives it no arena", self.name(), self.called()),
        )
        .help(format!("add `arena (KiB)4` to component \"{}\", with the bytes that it needs at most", self.name()));
        self.here(diagnostic)
    }

    pub fn arena_type(&self, function: &Function) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            &codes::TYPE,
            format!("`{}` imports `{}` with another type than the arena has", self.name(), self.called()),
        )
        .note(format!("imported: {}", text::function(self.file(), &self.called(), function)))
        .note(format!("the arena: {ARENA}: func(old-ptr: u32, old-len: u32, align: u32, new-len: u32) -> u32"))
        .help("declare it with four parameters of type u32 and a result of type u32; the names are free");
        self.here(diagnostic)
    }

    pub fn not_of_the_kernel(&self) -> Diagnostic {
        let names = self.scope.host.exports.iter().map(|export| export.name.as_str());
        let same = self
            .scope
            .host
            .exports
            .iter()
            .find(|export| InterfaceName::parse(&export.name).is_some_and(|name| name.base == self.base()));
        if let Some(export) = same {
            let diagnostic = Diagnostic::error(
                &codes::VERSION,
                format!("`{}` imports `{}`, and the kernel has `{}`", self.name(), self.called(), export.name),
            )
            .note(self.imported())
            .note(format!("the kernel's: {}", self.exported(&self.scope.host, export)))
            .help(format!("build the component against `{}`", export.name));
            return self.here(diagnostic);
        }
        let diagnostic = Diagnostic::error(
            &codes::MISSING,
            format!("`{}` imports `{}`, which the kernel does not have", self.name(), self.called()),
        )
        .note(self.imported())
        .note(format!(
            "the kernel has {}",
            suggest::enumerated(&names.clone().map(|n| format!("`{n}`")).collect::<Vec<_>>(), "and")
        ));
        self.here(match suggest::nearest(&self.import.name, names) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("choose a name of your own for what another component is to export"),
        })
    }

    pub fn not_exported(&self, link: &Link, to: usize) -> Diagnostic {
        let (file, to_name) = (self.scope.file(to), self.scope.name(to));
        if let Some(export) = self.other_version(file) {
            return self.version(to, export).label(link.span, "linked here");
        }
        let diagnostic = Diagnostic::error(
            &codes::NOT_EXPORTED,
            format!(
                "`{}` is linked to `{to_name}` for `{}`, which `{to_name}` does not export",
                self.name(),
                self.called()
            ),
        )
        .note(self.imported());
        let exports = file.exports.iter().map(|export| export.name.as_str());
        let diagnostic = diagnostic.note(match file.exports.len() {
            0 => format!("`{to_name}` exports nothing"),
            _ => format!("`{to_name}` exports {}", suggest::enumerated(&quoted(exports), "and")),
        });
        let exporting = self.exporting();
        let help = match exporting.first() {
            Some((other, _)) => format!("`{}` exports it: link to that, or remove the link", self.scope.name(*other)),
            None => format!("export `{}` from `{to_name}`, or link another component", self.called()),
        };
        self.here(diagnostic.label(link.span, "linked here").help(help))
    }

    /// Other components that export what is imported.
    fn exporting(&self) -> Vec<(usize, &Extern)> {
        let mut found = Vec::new();
        for other in (0..self.scope.files.len()).filter(|other| *other != self.component) {
            let export = self.scope.file(other).exports.iter().find(|export| serves(&export.name, &self.import.name));
            found.extend(export.map(|export| (other, export)));
        }
        found
    }

    /// The export of the same interface in a version that does not go with the import's.
    fn other_version<'f>(&self, file: &'f ComponentFile) -> Option<&'f Extern> {
        let wanted = InterfaceName::parse(&self.import.name)?;
        file.exports.iter().find(|export| {
            InterfaceName::parse(&export.name).is_some_and(|name| name.base == wanted.base && !name.serves(&wanted))
        })
    }

    fn version(&self, to: usize, export: &Extern) -> Diagnostic {
        let to_name = self.scope.name(to);
        let diagnostic = Diagnostic::error(
            &codes::VERSION,
            format!(
                "`{}` imports `{}`, and `{to_name}` exports `{}`",
                self.name(),
                self.called(),
                printable(&export.name)
            ),
        )
        .note(self.imported())
        .note(format!("exported: {}", self.exported(self.scope.file(to), export)))
        .note("versions go together if the first number that is not zero is the same, and so is all before it")
        .help(format!("build both against one version of `{}`", printable(self.base())));
        self.here(diagnostic).label(self.scope.path(to), "exports another version")
    }

    pub fn ambiguous(&self, candidates: &[(usize, usize)], by_link: bool) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(
            &codes::AMBIGUOUS,
            format!("`{}` imports `{}`, and {} components export it", self.name(), self.called(), candidates.len()),
        )
        .note(self.imported());
        diagnostic = self.here(diagnostic);
        for (component, export) in candidates {
            let file = self.scope.file(*component);
            let name = self.scope.name(*component);
            diagnostic = diagnostic
                .note(format!("`{name}` exports: {}", self.exported(file, &file.exports[*export])))
                .label(self.scope.path(*component), "exports it");
        }
        let Some((first, _)) = candidates.first() else { return diagnostic };
        diagnostic.help(match by_link {
            true => format!(
                "choose one: `link \"{}\" to=\"{}\" interface=\"{}\"`",
                self.name(),
                self.scope.name(*first),
                printable(self.base())
            ),
            false => "remove all but one of the links".into(),
        })
    }

    pub fn unresolved(&self) -> Diagnostic {
        for other in (0..self.scope.files.len()).filter(|other| *other != self.component) {
            if let Some(export) = self.other_version(self.scope.file(other)) {
                return self.version(other, export);
            }
        }
        if self.file().exports.iter().any(|export| serves(&export.name, &self.import.name)) {
            let diagnostic = Diagnostic::error(
                &codes::ITSELF,
                format!("`{}` imports `{}`, which only itself exports", self.name(), self.called()),
            )
            .note(self.imported())
            .note("an import is what another component gives: inside a component, functions are called directly")
            .help(format!("add a component that exports `{}`, or build this one without the import", self.called()));
            return self.here(diagnostic);
        }
        if self.import.name.starts_with("wasi:") {
            let diagnostic = Diagnostic::error(
                &codes::WASI,
                format!(
                    "`{}` imports `{}`, and there is no WASI on a microcontroller here",
                    self.name(),
                    self.called()
                ),
            )
            .note(self.imported())
            .help(
                "build it without a standard library that asks for WASI: Rust target `wasm32-unknown-unknown` with \
                 `#![no_std]` or with what `std` has there, C with `-nostdlib`; the kernel has `compose:host`, see `wit/host.wit`",
            );
            return self.here(diagnostic);
        }
        if let Item::Function(_) = self.import.item {
            let diagnostic = Diagnostic::error(
                &codes::ROOT_IMPORT,
                format!("`{}` imports the function `{}`, which nothing provides", self.name(), self.called()),
            )
            .note(self.imported());
            let exported = (0..self.scope.files.len())
                .flat_map(|other| &self.scope.file(other).exports)
                .filter(|export| matches!(export.item, Item::Function(_)))
                .map(|export| export.name.as_str());
            return self.here(match suggest::nearest(&self.import.name, std::iter::once(ARENA).chain(exported)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic
                    .note(format!("outside interfaces the arena is provided, as `{ARENA}`, and what a component exports under this name"))
                    .help("move the function into an interface, and export that from another component"),
            });
        }
        let diagnostic = Diagnostic::error(
            &codes::MISSING,
            format!("`{}` imports `{}`, which nothing exports", self.name(), self.called()),
        )
        .note(self.imported());
        self.here(self.nearest(diagnostic))
    }

    /// Could one name be meant by the other? Long packages make all interfaces in them look alike.
    fn alike(&self, name: &str) -> bool {
        let last = |name: &str| {
            let base = InterfaceName::parse(name).map_or(name, |name| name.base).to_string();
            base.rsplit('/').next().unwrap_or_default().to_string()
        };
        let (a, b) = (last(&self.import.name), last(name));
        a == b || suggest::nearest(&a, [b.as_str()]).is_some()
    }

    /// The help of a missing interface.
    fn nearest(&self, diagnostic: Diagnostic) -> Diagnostic {
        let others = (0..self.scope.files.len()).filter(|other| *other != self.component);
        let exports: Vec<(usize, &Extern)> =
            others.flat_map(|other| self.scope.file(other).exports.iter().map(move |export| (other, export))).collect();
        // Another kind of thing of the same name.
        if let Some((other, export)) = exports.iter().find(|(_, export)| serves(&export.name, &self.import.name)) {
            return diagnostic
                .note(format!("`{}` exports it as {}", self.scope.name(*other), export.item.kind()))
                .label(self.scope.path(*other), "exports something else of this name")
                .help("let one of the two have another name");
        }
        let host = self.scope.host.exports.iter().map(|export| export.name.as_str());
        let names = exports.iter().map(|(_, export)| export.name.as_str()).chain(host);
        match suggest::nearest(&self.import.name, names.filter(|name| self.alike(name))) {
            Some(near) => match exports.iter().find(|(_, export)| export.name == near) {
                Some((other, export)) => diagnostic
                    .note(format!(
                        "exported: `{}`: {}",
                        printable(near),
                        self.exported(self.scope.file(*other), export)
                    ))
                    .label(self.scope.path(*other), format!("exports `{}`", printable(near)))
                    .help(format!("`{}` exports `{}`: did you mean that?", self.scope.name(*other), printable(near))),
                None => diagnostic.help(format!("the kernel has `{near}`")),
            },
            None => diagnostic.help(format!("add a component that exports `{}`", self.called())),
        }
    }

    /// Both sides' types, where they differ.
    pub fn types(&self, provider: Provider, differences: &[Difference]) -> Option<Diagnostic> {
        const MOST: usize = 4;
        let (_, export) = self.scope.export(provider)?;
        let (owner, place) = match provider {
            Provider::Component(other, _) => (format!("`{}`", self.scope.name(other)), Some(self.scope.path(other))),
            _ => ("the kernel".to_string(), None),
        };
        let missing =
            differences.iter().all(|difference| difference.exported == "nothing" && difference.whole.is_none());
        let message = if missing {
            format!("`{}` imports more of `{}` than {owner} exports", self.name(), self.called())
        } else {
            format!("`{}` imports `{}` with other types than {owner} exports", self.name(), self.called())
        };
        let mut diagnostic = Diagnostic::error(&codes::TYPE, message);
        for difference in differences.iter().take(MOST) {
            let Difference { path, imported, exported, whole } = difference;
            let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
            diagnostic = diagnostic.note(format!("{at}imported {imported}, exported {exported}"));
            if let Some((imported, exported)) = whole {
                diagnostic = diagnostic.note(format!("imported: {imported}")).note(format!("exported: {exported}"));
            }
        }
        if differences.len() > MOST {
            diagnostic = diagnostic.note(format!("and {} more", differences.len() - MOST));
        }
        let versions = InterfaceName::parse(&self.import.name)
            .zip(InterfaceName::parse(&export.name))
            .and_then(|(import, export)| import.version.zip(export.version));
        if let Some((import, export)) = versions
            && export.older_than(&import)
        {
            diagnostic = diagnostic.note(format!("the exported version {export} is older than the imported {import}"));
        }
        diagnostic = self.here(diagnostic);
        if let Some(place) = place {
            diagnostic = diagnostic.label(place, "exports it");
        }
        Some(match provider {
            Provider::Host(_) => diagnostic.help("build the component against `wit/host.wit` as it is"),
            _ => diagnostic.help(format!("build both against the same WIT of `{}`", printable(self.base()))),
        })
    }

    /// What differs between an import and who satisfies it, and the resources that must be the same.
    pub fn comparison(&self, provider: Provider) -> Option<super::compare::Comparison> {
        let (file, export) = self.scope.export(provider)?;
        Some(compare(Side { file: self.file(), of: &self.import.item }, Side { file, of: &export.item }))
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.map(|name| format!("`{}`", printable(name))).collect()
}
