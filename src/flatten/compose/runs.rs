//! The functions that the manifest's `run` nodes name.

use super::{Scope, text};
use crate::diag::codes::flatten as codes;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::ingest::ComponentFile;
use crate::ingest::component::{Function, InterfaceName, Item, Type};
use crate::ingest::printable;
use crate::manifest::Run;

/// A function to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Index in the manifest's `runs`.
    pub run: usize,
    pub component: usize,
    /// Index of the export: the function, or its interface.
    pub export: usize,
    /// The function's name in the interface.
    pub function: Option<String>,
}

/// Most parameters that are passed without memory.
const MOST_PARAMS: usize = 16;

/// The targets of all `run` nodes of components; those of core modules are for the `link` stage.
pub fn runs(scope: &Scope<'_>) -> (Vec<Target>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut targets = Vec::new();
    for (index, run) in scope.manifest.runs.iter().enumerate() {
        let Some(component) = scope.find(&run.component) else { continue };
        let file = scope.file(component);
        let Some((export, inner, function)) = function(file, &run.export) else {
            found.push(no_such_export(scope, component, run));
            continue;
        };
        match check(file, run, function) {
            Ok(()) => targets.push(Target { run: index, component, export, function: inner.map(str::to_string) }),
            Err(diagnostic) => found.push(*diagnostic),
        }
    }
    (targets, found)
}

/// The function that `name` or `interface#name` is, with the index of the export and its name in the interface.
fn function<'f, 'n>(file: &'f ComponentFile, name: &'n str) -> Option<(usize, Option<&'n str>, &'f Function)> {
    let Some((interface, inner)) = name.rsplit_once('#') else {
        let export = file.exports.iter().position(|export| export.name == name)?;
        let Item::Function(function) = &file.exports[export].item else { return None };
        return Some((export, None, function));
    };
    let export = file.exports.iter().position(|export| super::links::means(interface, &export.name))?;
    let Item::Interface(exported) = &file.exports[export].item else { return None };
    Some((export, Some(inner), exported.function(inner)?))
}

fn no_such_export(scope: &Scope<'_>, component: usize, run: &Run) -> Diagnostic {
    let file = scope.file(component);
    let mut names = Vec::new();
    for export in &file.exports {
        match &export.item {
            Item::Function(_) => names.push(printable(&export.name)),
            Item::Interface(interface) => {
                let base = InterfaceName::parse(&export.name).map_or(export.name.as_str(), |name| name.base);
                names.extend(interface.functions.iter().map(|(name, _)| printable(&format!("{base}#{name}"))));
            }
            Item::Type(_) => {}
        }
    }
    let diagnostic = Diagnostic::error(
        &codes::RUN_EXPORT,
        format!("`{}` exports no function `{}`", scope.name(component), run.export.value.escape_debug()),
    )
    .label(run.export.span, "to run here");
    // The name alone, of a function in an interface.
    let inside = names.iter().find(|name| name.rsplit_once('#').is_some_and(|(_, inner)| inner == run.export.value));
    let near = inside.map(String::as_str).or_else(|| suggest::nearest(&run.export, names.iter().map(String::as_str)));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `run \"{}#{near}\"`?", run.component)),
        None if names.is_empty() => {
            diagnostic.note("it exports no function at all").help("export it in the component's WIT world")
        }
        None => diagnostic.help(format!("it exports {}", suggest::listed(names.iter().map(String::as_str)))),
    }
}

fn check(file: &ComponentFile, run: &Run, function: &Function) -> Result<(), Box<Diagnostic>> {
    let name = format!("{}#{}", run.component, run.export);
    let wrong = |message: String| {
        let signature = text::signature(file, &function.params, function.result.as_ref());
        Diagnostic::error(&codes::RUN_TYPE, message).note(format!("its type is {signature}"))
    };
    for (param, ty) in &function.params {
        if range(ty).is_none() {
            return Err(Box::new(
                wrong(format!("parameter `{}` of `{name}` is a {}", printable(param), text::ty(file, ty)))
                    .label(run.span, "arguments of `run` are integers")
                    .help("export a function with integer parameters that calls this one"),
            ));
        }
    }
    if let Some(result) = function.result.as_ref().filter(|result| !in_a_register(result)) {
        return Err(Box::new(
            wrong(format!("the result of `{name}` is a {}, and nobody would take it", text::ty(file, result)))
                .label(run.span, "the result is ignored")
                .help("export a function that returns nothing, a number, or a `result` without payloads"),
        ));
    }
    if function.params.len() > MOST_PARAMS {
        return Err(Box::new(
            wrong(format!("`{name}` has {} parameters, more than {MOST_PARAMS}", function.params.len()))
                .label(run.span, "they would be passed in memory")
                .help("export a function with fewer parameters"),
        ));
    }
    if run.args.len() != function.params.len() {
        let takes = match function.params.len() {
            1 => "1 argument".to_string(),
            n => format!("{n} arguments"),
        };
        return Err(Box::new(
            wrong(format!("`{name}` takes {takes}, {} given", run.args.len()))
                .label(run.span, "this run")
                .help("write one integer for each parameter"),
        ));
    }
    for (arg, (param, ty)) in run.args.iter().zip(&function.params) {
        let (low, high) = range(ty).unwrap_or_default();
        if !(low..=high).contains(&arg.value) {
            return Err(Box::new(
                wrong(format!("{} does not fit parameter `{}` of `{name}`", arg.value, printable(param)))
                    .label(arg.span, format!("a {} is {low} to {high}", text::ty(file, ty)))
                    .help("write a number in that range"),
            ));
        }
    }
    Ok(())
}

/// The integers that a type has; `None` for other types.
fn range(ty: &Type) -> Option<(i128, i128)> {
    Some(match ty {
        Type::Bool => (0, 1),
        Type::U8 => (0, u8::MAX.into()),
        Type::S8 => (i8::MIN.into(), i8::MAX.into()),
        Type::U16 => (0, u16::MAX.into()),
        Type::S16 => (i16::MIN.into(), i16::MAX.into()),
        Type::U32 => (0, u32::MAX.into()),
        Type::S32 => (i32::MIN.into(), i32::MAX.into()),
        Type::U64 => (0, u64::MAX.into()),
        Type::S64 => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    })
}

/// Is it one value that holds no handle, and has no name that would have to be exported along?
fn in_a_register(ty: &Type) -> bool {
    range(ty).is_some() || matches!(ty, Type::F32 | Type::F64 | Type::Char | Type::Result(None, None))
}
