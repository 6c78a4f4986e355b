//! The manifest's links between components.

use super::Scope;
use crate::diag::codes::flatten as codes;
use crate::diag::codes::link::UNUSED_LINK;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::component::InterfaceName;
use crate::manifest::Link;

pub struct Links<'a> {
    /// With the components by index, and whether an import used it.
    pub list: Vec<(&'a Link, usize, usize, bool)>,
    /// Links from a component, by index, to a core module: reported, and what they are for is not missing.
    refused: Vec<(&'a Link, usize)>,
}

impl<'a> Links<'a> {
    /// Reports links that have a component at one end and a core module at the other. Links of core modules alone are
    /// for the `link` stage.
    pub fn new(scope: &Scope<'a>, found: &mut Diagnostics) -> Self {
        let (mut list, mut refused) = (Vec::new(), Vec::new());
        for link in &scope.manifest.links {
            match (scope.find(&link.from), scope.find(&link.to)) {
                (Some(from), Some(to)) => list.push((link, from, to, false)),
                (Some(from), None) => {
                    refused.push((link, from));
                    found.push(
                    Diagnostic::error(
                        &codes::CORE_MODULE,
                        format!("the component `{}` cannot import from the core module `{}`", link.from, link.to),
                    )
                    .label(link.span, "this link")
                    .label(scope.path(from), "a component")
                    .note("a core module says nothing about strings, lists and records: its functions have numbers alone")
                    .help(format!(
                        "make `{0}` a component too: `wasm-tools component embed` with the WIT that `{1}` imports, then \
                         `wasm-tools component new`",
                        link.to, link.from
                    )),
                );
                }
                (None, Some(to)) => found.push(
                    Diagnostic::error(
                        &codes::CORE_MODULE,
                        format!("the core module `{}` cannot import from the component `{}`", link.from, link.to),
                    )
                    .label(link.span, "this link")
                    .label(scope.path(to), "a component")
                    .note("what a component exports has types that a core module cannot name")
                    .help(format!(
                        "make `{0}` a component too, with an import of what `{1}` exports; or let `{1}` be a core module",
                        link.from, link.to
                    )),
                ),
                (None, None) => {}
            }
        }
        Links { list, refused }
    }

    /// Is an import of a component what a refused link is for?
    pub fn refused(&self, component: usize, import: &str) -> bool {
        let of = |link: &Link| link.interface.as_ref().is_none_or(|interface| means(interface, import));
        self.refused.iter().any(|(link, from)| *from == component && of(link))
    }

    pub fn warn_unused(&self, found: &mut Diagnostics) {
        for (link, ..) in self.list.iter().filter(|(.., used)| !used) {
            let what = match &link.interface {
                Some(interface) => {
                    format!("`{}` imports nothing called `{}`", link.from, interface.value.escape_debug())
                }
                None => format!("`{}` imports nothing that `{}` exports", link.from, link.to),
            };
            found.push(
                Diagnostic::warning(&UNUSED_LINK, format!("a link that binds nothing: {what}"))
                    .label(link.span, "this link")
                    .help("remove it"),
            );
        }
    }
}

/// Does a link's `interface` mean this import? With a version it means that one, without it any.
pub fn means(interface: &str, import: &str) -> bool {
    interface == import
        || InterfaceName::parse(import).is_some_and(|import| {
            InterfaceName::parse(interface).is_some_and(|i| i.version.is_none() && i.base == import.base)
        })
}
