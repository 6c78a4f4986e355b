//! Which functions of a component take or give strings that are not UTF-8.

use super::refused;
use crate::diag::Diagnostic;
use crate::diag::codes::ingest as codes;
use crate::ingest::limits;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentTypeRef,
    Parser, Payload,
};

/// One component or module of the nest, and what its functions are called.
#[derive(Default)]
struct Level {
    /// By function index: what an alias or an import called it, or what it is passed on as.
    functions: Vec<Option<String>>,
    /// Functions with a refused encoding.
    wrong: Vec<(u32, &'static str)>,
}

impl Level {
    fn called(&mut self, function: u32, name: &str) {
        if let Some(slot @ None) = self.functions.get_mut(function as usize) {
            *slot = Some(name.strip_prefix("import-func-").unwrap_or(name).to_string());
        }
    }
}

/// Walks through all nested components; `bytes` are a valid component.
///
/// # Errors
/// A diagnostic without labels: strings that are not UTF-8, or more modules than the limit.
pub fn check(name: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
    let mut levels: Vec<Level> = Vec::new();
    let mut wrong: Vec<(String, &'static str)> = Vec::new();
    let mut nested = 0usize;
    for payload in Parser::new(0).parse_all(bytes) {
        // Validation has read all of it.
        let Ok(payload) = payload else { break };
        if let Payload::Version { .. } = payload {
            levels.push(Level::default());
            nested += 1;
            if nested > limits::NESTED {
                return Err(Diagnostic::error(
                    &codes::LIMIT,
                    format!("`{name}` has more than {} modules and components in it", limits::NESTED),
                )
                .help("compose fewer of them beforehand: each can be a `component` of the manifest"));
            }
        }
        let Some(level) = levels.last_mut() else { break };
        match payload {
            Payload::ComponentImportSection(imports) => {
                for import in imports.into_iter().flatten() {
                    if let ComponentTypeRef::Func(_) = import.ty {
                        level.functions.push(Some(import.name.name.to_string()));
                    }
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases.into_iter().flatten() {
                    if let ComponentAlias::InstanceExport { kind: ComponentExternalKind::Func, name, .. } = alias {
                        level.functions.push(Some(name.to_string()));
                    }
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions.into_iter().flatten() {
                    match function {
                        CanonicalFunction::Lift { options, .. } => {
                            level.functions.push(None);
                            if let Some(encoding) = encoding(&options) {
                                level.wrong.push((level.functions.len() as u32 - 1, encoding));
                            }
                        }
                        CanonicalFunction::Lower { func_index, options } => {
                            if let Some(encoding) = encoding(&options) {
                                level.wrong.push((func_index, encoding));
                            }
                        }
                        _ => {}
                    }
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances.into_iter().flatten() {
                    match instance {
                        ComponentInstance::Instantiate { args, .. } => {
                            for arg in args.iter().filter(|arg| arg.kind == ComponentExternalKind::Func) {
                                level.called(arg.index, arg.name);
                            }
                        }
                        ComponentInstance::FromExports(exports) => {
                            for export in exports.iter().filter(|e| e.kind == ComponentExternalKind::Func) {
                                level.called(export.index, export.name.name);
                            }
                        }
                    }
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports.into_iter().flatten() {
                    if export.kind == ComponentExternalKind::Func {
                        level.called(export.index, export.name.name);
                        // An export is a function of its own, of the same name.
                        level.functions.push(Some(export.name.name.to_string()));
                    }
                }
            }
            Payload::End(_) => {
                let level = levels.pop().unwrap_or_default();
                for (function, encoding) in level.wrong {
                    let name = level.functions.get(function as usize).cloned().flatten().unwrap_or_default();
                    if !wrong.contains(&(name.clone(), encoding)) {
                        wrong.push((name, encoding));
                    }
                }
            }
            _ => {}
        }
    }
    let Some((_, encoding)) = wrong.first().cloned() else { return Ok(()) };
    let functions: Vec<String> = wrong
        .into_iter()
        .filter(|(name, e)| *e == encoding && !name.is_empty())
        .map(|(name, _)| crate::ingest::printable(&name))
        .collect();
    Err(refused::encoding(name, &functions, encoding))
}

fn encoding(options: &[CanonicalOption]) -> Option<&'static str> {
    options.iter().find_map(|option| match option {
        CanonicalOption::UTF16 => Some("UTF-16"),
        CanonicalOption::CompactUTF16 => Some("Latin-1 or UTF-16"),
        _ => None,
    })
}
