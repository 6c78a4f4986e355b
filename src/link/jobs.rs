//! What the kernel calls: start functions, callees first, then the manifest's `run` list.

use super::gates::{Edge, edges};
use super::imports::{Bindings, Provider};
use super::{Job, Scope};
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::ingest::{FuncType, ImportKind, ValType};
use crate::manifest::{ComponentId, Run};
use crate::source::Spanned;

pub fn list(scope: &Scope<'_>, bindings: &Bindings, diagnostics: &mut Diagnostics) -> Vec<Job> {
    let edges = edges(scope, bindings);
    let mut jobs = Vec::new();
    for id in callees_first(scope, &edges) {
        if let Some(function) = scope.module(id).start {
            jobs.extend(start(bindings, id, function));
        }
        let others = scope.wiring.starts.iter().filter(|(component, _)| *component == id);
        jobs.extend(others.map(|&(component, function)| Job { component, function, args: Vec::new() }));
    }
    for (index, run) in scope.manifest.runs.iter().enumerate() {
        let wired = scope.wiring.runs.get(&index).copied();
        match self::run(scope, bindings, run, wired) {
            Ok(job) => jobs.extend(job),
            Err(found) => found.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic)),
        }
    }
    jobs
}

/// All components, each after those that it calls; otherwise in manifest order. Cycles (inside a process) are cut
/// where they are entered.
fn callees_first(scope: &Scope<'_>, edges: &[Edge<'_>]) -> Vec<ComponentId> {
    let mut callees: Vec<Vec<ComponentId>> = vec![Vec::new(); scope.modules.len()];
    for edge in edges {
        callees[edge.from.0 as usize].push(edge.to);
    }
    let mut visited = vec![false; scope.modules.len()];
    let mut order = Vec::with_capacity(scope.modules.len());
    for root in scope.ids() {
        if std::mem::replace(&mut visited[root.0 as usize], true) {
            continue;
        }
        // Depth first: (component, how many of its callees have been entered).
        let mut path = vec![(root, 0)];
        while let Some((at, entered)) = path.last_mut() {
            match callees[at.0 as usize].get(*entered) {
                Some(callee) => {
                    *entered += 1;
                    if !std::mem::replace(&mut visited[callee.0 as usize], true) {
                        path.push((*callee, 0));
                    }
                }
                None => {
                    order.push(*at);
                    path.pop();
                }
            }
        }
    }
    order
}

/// A start function takes and gives nothing, which no function of the kernel does: it has a body in some component.
fn start(bindings: &Bindings, id: ComponentId, function: u32) -> Option<Job> {
    match bindings.definition(id, function)? {
        Provider::Component(component, function) => Some(Job { component, function, args: Vec::new() }),
        _ => None,
    }
}

/// `Ok(None)`: something that has its diagnostic already.
fn run(
    scope: &Scope<'_>,
    bindings: &Bindings,
    run: &Run,
    wired: Option<(ComponentId, u32)>,
) -> Result<Option<Job>, Vec<Diagnostic>> {
    if let Some((component, function)) = wired {
        let args = arguments(run, scope.module(component).function_type(function))?;
        return Ok(Some(Job { component, function, args }));
    }
    // The manifest has refused names that nothing has.
    let Some(id) = scope.find(&run.component) else { return Ok(None) };
    let module = scope.module(id);
    let name = scope.name(id);
    let function = match module.export(&run.export).map(|export| export.kind) {
        Some(ImportKind::Function(function)) => function,
        Some(_) => {
            return Err(vec![
                Diagnostic::error(&codes::RUN_EXPORT, format!("`{}` of `{name}` is not a function", run.export.value))
                    .label(run.export.span, "to run here")
                    .help("name an exported function"),
            ]);
        }
        None => return Err(vec![no_such_export(scope, id, &run.export)]),
    };
    let ty = module.function_type(function);
    let args = arguments(run, ty)?;
    match bindings.definition(id, function) {
        Some(Provider::Component(component, function)) => Ok(Some(Job { component, function, args })),
        Some(_) => Err(vec![
            Diagnostic::error(
                &codes::RUN_EXPORT,
                format!("`{}` of `{name}` is a function of the kernel", run.export.value),
            )
            .label(run.export.span, "only passed on by the module")
            .help("export a function of its own that calls the kernel"),
        ]),
        None => Ok(None),
    }
}

fn no_such_export(scope: &Scope<'_>, id: ComponentId, export: &Spanned<String>) -> Diagnostic {
    let module = scope.module(id);
    let functions: Vec<&str> = module
        .exports
        .iter()
        .filter(|export| matches!(export.kind, ImportKind::Function(_)))
        .map(|export| export.name.as_str())
        .collect();
    let diagnostic =
        Diagnostic::error(&codes::RUN_EXPORT, format!("`{}` exports no function `{}`", scope.name(id), export.value))
            .label(export.span, "to run here");
    match suggest::nearest(export, functions.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if functions.is_empty() => diagnostic
            .note("it exports no function at all")
            .help("export it: in C `__attribute__((export_name(\"...\")))`"),
        None if functions.len() > 12 => {
            diagnostic.help(format!("it exports {} functions; none is called like this", functions.len()))
        }
        None => diagnostic.help(format!("it exports {}", suggest::listed(functions))),
    }
}

/// The constant arguments of a `run` as words, or all that is wrong with them.
fn arguments(run: &Run, ty: &FuncType) -> Result<Vec<u32>, Vec<Diagnostic>> {
    let name = format!("{}#{}", run.component.value, run.export.value);
    if run.args.len() != ty.params.len() {
        return Err(vec![
            Diagnostic::error(
                &codes::RUN_ARGUMENTS,
                format!("`{name}` takes {} arguments, {} given", ty.params.len(), run.args.len()),
            )
            .label(run.span, format!("its type is {ty}"))
            .help("write one integer for each parameter"),
        ]);
    }
    let mut words = Vec::new();
    let mut wrong = Vec::new();
    for (index, (arg, param)) in run.args.iter().zip(&ty.params).enumerate() {
        let (low, high) = match param {
            ValType::I32 => (i128::from(i32::MIN), i128::from(u32::MAX)),
            ValType::I64 => (i128::from(i64::MIN), i128::from(u64::MAX)),
            _ => {
                wrong.push(
                    Diagnostic::error(
                        &codes::RUN_ARGUMENTS,
                        format!("parameter {} of `{name}` is a {param}", index + 1),
                    )
                    .label(arg.span, "an integer")
                    .note("arguments of `run` are integers")
                    .help("export a function with integer parameters"),
                );
                continue;
            }
        };
        if !(low..=high).contains(&arg.value) {
            wrong.push(
                Diagnostic::error(
                    &codes::RUN_ARGUMENTS,
                    format!("{} does not fit parameter {} of `{name}`", arg.value, index + 1),
                )
                .label(arg.span, format!("an {param} is {low} to {high}"))
                .help("write a number in that range, signed or unsigned"),
            );
            continue;
        }
        words.push(arg.value as u32);
        if *param == ValType::I64 {
            words.push((arg.value >> 32) as u32);
        }
    }
    if wrong.is_empty() { Ok(words) } else { Err(wrong) }
}

/// Warns of components that no job reaches through imports of any depth.
pub fn warn_idle(scope: &Scope<'_>, bindings: &Bindings, jobs: &[Job], diagnostics: &mut Diagnostics) {
    let mut reached = vec![false; scope.modules.len()];
    let mut next: Vec<ComponentId> = jobs.iter().map(|job| job.component).collect();
    while let Some(id) = next.pop() {
        if !std::mem::replace(&mut reached[id.0 as usize], true) {
            next.extend(bindings.providers(id));
        }
    }
    for (part, of) in &scope.wiring.parts {
        if let (true, Some(of)) = (reached[part.0 as usize], of) {
            reached[of.0 as usize] = true;
        }
    }
    let written = |id: &ComponentId| !scope.wiring.parts.contains_key(id);
    for id in scope.ids().filter(|id| written(id) && !reached[id.0 as usize]) {
        diagnostics.push(
            Diagnostic::warning(&codes::IDLE, format!("nothing ever calls `{}`", scope.name(id)))
                .label(scope.manifest.component(id).span, "no `run`, no start function, no caller that runs")
                .help(format!("add `run \"{}#...\"`, or remove the component", scope.name(id))),
        );
    }
}
