//! Are both sides of each import of one type?

use super::messages::Messages;
use super::resources::origin;
use super::{Provider, Providers, Scope};
use crate::diag::codes::flatten as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::component::TypeId;
use crate::ingest::printable;

/// Compares types, and follows resources unless imports go in a circle.
pub fn check(scope: &Scope<'_>, providers: &Providers, circular: bool) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (component, row) in providers.iter().enumerate() {
        let mut said: Vec<TypeId> = Vec::new();
        for (import, provider) in row.iter().enumerate() {
            let Some(provider) = *provider else { continue };
            let messages = Messages { scope, component, import: scope.import(component, import) };
            let Some(comparison) = messages.comparison(provider) else { continue };
            if !comparison.differences.is_empty() {
                found.list.extend(messages.types(provider, &comparison.differences));
                continue;
            }
            let Provider::Component(other, _) = provider else { continue };
            for (mine, theirs) in comparison.resources.into_iter().filter(|_| !circular) {
                let origins = origin(scope, providers, component, mine).zip(origin(scope, providers, other, theirs));
                let Some((wanted, given)) = origins else { continue };
                if wanted != given && !said.contains(&mine) {
                    said.push(mine);
                    found.push(two(scope, component, import, mine, other, (wanted.0, given.0)));
                }
            }
        }
    }
    found
}

fn two(
    scope: &Scope<'_>,
    component: usize,
    import: usize,
    resource: TypeId,
    other: usize,
    (wanted, given): (Option<usize>, Option<usize>),
) -> Diagnostic {
    let file = scope.file(component);
    let def = file.ty(resource);
    let (name, other_name) = (scope.name(component), scope.name(other));
    let interface = printable(&scope.import(component, import).name);
    let resource = printable(&def.name);
    let from = printable(&file.owner(def.owner).name);
    let who =
        |origin: Option<usize>| origin.map_or("the kernel".to_string(), |origin| format!("`{}`", scope.name(origin)));
    Diagnostic::error(
        &codes::RESOURCE,
        format!("`{name}` and `{other_name}` mean two resources by `{resource}` in `{interface}`"),
    )
    .label(scope.path(component), format!("has `{resource}` from {}, by `{from}`", who(wanted)))
    .label(scope.path(other), format!("has `{resource}` from {}", who(given)))
    .note("a handle is an index into the table of the component that defines the resource: another component's means nothing to it")
    .help(format!("let both import `{from}` from the same component: `link \"{name}\" to=...` chooses"))
}
