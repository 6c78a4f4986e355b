//! Components are instantiated after those that they import from: imports must not go in a circle.

use super::{Provider, Providers, Scope};
use crate::diag::codes::flatten as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::printable;

/// Reports each circle once. Is there one?
pub fn check(scope: &Scope<'_>, providers: &Providers) -> (bool, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut state = vec![State::New; providers.len()];
    for start in 0..providers.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        visit(scope, providers, start, &mut state, &mut path, &mut found);
    }
    (found.has_errors(), found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnPath,
    Done,
}

/// `path` has components, each with the import that led on from it. Its depth is the number of components at most.
fn visit(
    scope: &Scope<'_>,
    providers: &Providers,
    at: usize,
    state: &mut [State],
    path: &mut Vec<(usize, usize)>,
    found: &mut Diagnostics,
) {
    match state[at] {
        State::Done => return,
        State::OnPath => {
            let start = path.iter().position(|(component, _)| *component == at).unwrap_or(0);
            found.push(circle(scope, &path[start..]));
            return;
        }
        State::New => state[at] = State::OnPath,
    }
    for (import, provider) in providers[at].iter().enumerate() {
        if let Some(Provider::Component(next, _)) = provider {
            path.push((at, import));
            visit(scope, providers, *next, state, path, found);
            path.pop();
        }
    }
    state[at] = State::Done;
}

fn circle(scope: &Scope<'_>, path: &[(usize, usize)]) -> Diagnostic {
    let names: Vec<String> = path.iter().chain(path.first()).map(|(at, _)| format!("`{}`", scope.name(*at))).collect();
    let mut diagnostic = Diagnostic::error(
        &codes::CYCLE,
        format!("components import from one another in a circle: {}", names.join(" -> ")),
    );
    for (at, import) in path {
        let import = printable(&scope.import(*at, *import).name);
        diagnostic = diagnostic.label(scope.path(*at), format!("imports `{import}`"));
    }
    diagnostic
        .note("a component is instantiated after those that it imports from")
        .help("move what one of them needs from the other into a third component, or let one poll the other")
}

/// Components in an order in which each comes after those that it imports from; there is no circle.
pub fn order(providers: &Providers) -> Vec<usize> {
    let mut order = Vec::new();
    let mut done = vec![false; providers.len()];
    for start in 0..providers.len() {
        after(providers, start, &mut done, &mut order);
    }
    order
}

fn after(providers: &Providers, at: usize, done: &mut [bool], order: &mut Vec<usize>) {
    if std::mem::replace(&mut done[at], true) {
        return;
    }
    for provider in &providers[at] {
        if let Some(Provider::Component(next, _)) = provider {
            after(providers, *next, done, order);
        }
    }
    order.push(at);
}
