//! What reaches what inside a module: which functions `arena take-over=#true` makes needless, and how code comes to run
//! `memory.grow` all the same.

use super::Scope;
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::{ConstExpr, ConstOp, FuncType, ImportKind, Module, ValType};
use crate::manifest::ComponentId;
use std::collections::{BTreeSet, VecDeque};

/// The export by which the canonical ABI allocates.
pub const REALLOC: &str = "cabi_realloc";

/// `(old_ptr, old_len, align, new_len) -> ptr`.
pub fn realloc_type() -> FuncType {
    FuncType { params: vec![ValType::I32; 4], results: vec![ValType::I32] }
}

/// The functions with a body that a module exports as `cabi_realloc`, or as one of the names with a version that bindings
/// give it (`cabi_realloc_wit_bindgen_0_46_0`).
pub fn reallocs(module: &Module) -> Vec<u32> {
    let named = |name: &str| name == REALLOC || name.strip_prefix(REALLOC).is_some_and(|rest| rest.starts_with('_'));
    let mut found: Vec<u32> = module
        .exports
        .iter()
        .filter(|export| named(&export.name))
        .filter_map(|export| match export.kind {
            ImportKind::Function(index) => Some(index),
            _ => None,
        })
        .filter(|&index| module.functions[index as usize].body.is_some())
        .filter(|&index| *module.function_type(index) == realloc_type())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The functions of a component that are its arena, by the manifest's wish.
pub fn replaced(scope: &Scope<'_>, id: ComponentId) -> Vec<u32> {
    match scope.manifest.component(id).take_over {
        Some(_) => reallocs(scope.module(id)),
        None => Vec::new(),
    }
}

/// Reports wishes that mean nothing, and what may give the arena's blocks to another allocator.
pub fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    for id in scope.ids() {
        let Some(span) = scope.manifest.component(id).take_over else { continue };
        let (name, module) = (scope.name(id), scope.module(id));
        let replaced = replaced(scope, id);
        if replaced.is_empty() {
            let diagnostic = match module.export(REALLOC).map(|export| export.kind) {
                Some(ImportKind::Function(index)) if module.functions[index as usize].body.is_some() => {
                    let (is, expected) = (module.function_type(index), realloc_type());
                    Diagnostic::error(&codes::TAKE_OVER, format!("the arena cannot be `{REALLOC}` of `{name}`"))
                        .note(format!("its type is {is}, the arena's is {expected}"))
                        .help("remove `take-over=#true`, and rename the function if it is another one")
                }
                Some(_) => Diagnostic::error(&codes::TAKE_OVER, format!("`{name}` only passes its `{REALLOC}` on"))
                    .help("remove `take-over=#true`: there is no code to replace"),
                None => Diagnostic::error(&codes::TAKE_OVER, format!("`{name}` exports no `{REALLOC}`"))
                    .help("remove `take-over=#true`: there is no code to replace"),
            };
            diagnostics.push(diagnostic.label(span, "to be replaced"));
            continue;
        }
        let reach = Reach::of(module, &replaced);
        let freeing = (0..module.functions.len() as u32).find(|&index| reach.reaches(index) && frees(module, index));
        if let Some(function) = freeing {
            diagnostics.push(
                Diagnostic::warning(
                    &codes::TAKE_OVER,
                    format!("`{}` of `{name}` may free what the arena has handed out", module.function_name(function)),
                )
                .label(span, "`cabi_realloc` is the arena")
                .note(format!("it is reached by {}", reach.way(module, function)))
                .help("see that it never gets such a block, or build the module with a `free` that does nothing"),
            );
        }
    }
}

/// Whether a function with a body is `free` by its name, and does anything.
fn frees(module: &Module, index: u32) -> bool {
    /// `u32` locals: none; `end`.
    const EMPTY: [u8; 2] = [0, 0x0b];
    let function = &module.functions[index as usize];
    let named = |name: &String| matches!(name.as_str(), "free" | "dlfree") || name.contains("__rust_dealloc");
    function.name.as_ref().is_some_and(named)
        && function.body.as_ref().is_some_and(|body| module.wasm[body.clone()] != EMPTY)
}

/// Which functions of a module can run, and how each is come by first.
pub struct Reach {
    by: Vec<Option<By>>,
}

#[derive(Clone, Copy)]
enum By {
    /// From outside: an export, the start function, a reference in a global.
    Outside,
    Function(u32),
}

impl Reach {
    /// `replaced` functions have no code of their own. What is in tables is reached by whoever calls its type through
    /// any table.
    pub fn of(module: &Module, replaced: &[u32]) -> Reach {
        let mut reach = Reach { by: vec![None; module.functions.len()] };
        let mut next = VecDeque::new();
        let exported = module.exports.iter().filter_map(|export| match export.kind {
            ImportKind::Function(index) => Some(index),
            _ => None,
        });
        let in_globals = module.globals.iter().filter_map(|global| global.init.as_ref()).flat_map(references);
        for index in exported.chain(module.start).chain(in_globals) {
            reach.add(index, By::Outside, replaced, &mut next);
        }
        let in_tables: Vec<u32> =
            module.elements.iter().flat_map(|element| &element.items).flat_map(references).collect();
        let mut called = BTreeSet::new();
        while let Some(at) = next.pop_front() {
            let uses = &module.uses[at as usize];
            for &index in &uses.functions {
                reach.add(index, By::Function(at), replaced, &mut next);
            }
            for &ty in uses.indirect.iter().filter(|ty| called.insert(**ty)) {
                let ty = &module.types[ty as usize];
                for &index in in_tables.iter().filter(|index| module.function_type(**index) == ty) {
                    reach.add(index, By::Function(at), replaced, &mut next);
                }
            }
        }
        reach
    }

    fn add(&mut self, index: u32, by: By, replaced: &[u32], next: &mut VecDeque<u32>) {
        let known = &mut self.by[index as usize];
        if known.is_none() && !replaced.contains(&index) {
            *known = Some(by);
            next.push_back(index);
        }
    }

    pub fn reaches(&self, index: u32) -> bool {
        self.by[index as usize].is_some()
    }

    /// A shortest way from outside to a function that is reached: `` `run` -> `malloc` -> `sbrk` ``.
    pub fn way(&self, module: &Module, index: u32) -> String {
        let mut names = vec![index];
        while let Some(By::Function(by)) = self.by[names[names.len() - 1] as usize] {
            names.push(by);
        }
        let names = names.iter().rev().map(|&index| format!("`{}`", module.function_name(index)));
        names.collect::<Vec<_>>().join(" -> ")
    }
}

fn references(expression: &ConstExpr) -> impl Iterator<Item = u32> + '_ {
    expression.0.iter().filter_map(|op| match op {
        ConstOp::RefFunc(index) => Some(*index),
        _ => None,
    })
}
