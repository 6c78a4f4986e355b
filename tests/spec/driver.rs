//! The component that calls an instance.

use crate::script::{Call, CallKind, Instance};
use compose::ingest::{FuncType, ImportKind, Module, ValType};
use std::collections::BTreeMap;

/// One function for each export that is called. It takes the number of the check and the arguments.
pub struct Driver<'a> {
    index: usize,
    instance: &'a Instance,
    module: &'a Module,
    known: BTreeMap<(CallKind, String), usize>,
    imports: String,
    functions: String,
}

impl<'a> Driver<'a> {
    pub fn new(index: usize, instance: &'a Instance, module: &'a Module) -> Self {
        Driver { index, instance, module, known: BTreeMap::new(), imports: String::new(), functions: String::new() }
    }

    /// The line of the manifest for one check.
    pub fn run(&mut self, check: usize, call: &Call) -> Result<String, String> {
        let key = (call.kind, call.export.clone());
        let function = match self.known.get(&key) {
            Some(&function) => function,
            None => {
                let ty = signature(self.instance, self.module, call)
                    .ok_or_else(|| format!("{:?} is not exported", call.export))?;
                let next = self.known.len();
                self.function(next, call, &ty);
                self.known.insert(key, next);
                next
            }
        };
        let arguments: String = call.arguments.iter().map(|argument| format!(" {argument}")).collect();
        Ok(format!("  run \"d{}#f{function}\" {check}{arguments}\n", self.index))
    }

    fn function(&mut self, k: usize, call: &Call, ty: &FuncType) {
        let name = escaped(&call.export);
        let list =
            |word: &str, types: &[ValType]| -> String { types.iter().map(|ty| format!(" ({word} {ty})")).collect() };
        let (import, target) = match call.kind {
            CallKind::Function => {
                let ty = list("param", &ty.params) + &list("result", &ty.results);
                (format!("(func $t{k}{ty})"), format!("call $t{k}"))
            }
            CallKind::Global => (format!("(global $t{k} {})", ty.results[0]), format!("global.get $t{k}")),
        };
        self.imports += &format!("  (import \"m{}\" \"{name}\" {import})\n", self.index);
        // `run` has integers only.
        let params: String = ty.params.iter().map(|ty| if ty.words() == 2 { " i64" } else { " i32" }).collect();
        let mut text = format!("  (func (export \"f{k}\") (param i32{params})");
        for (n, ty) in ty.results.iter().enumerate() {
            text += &format!(" (local $r{n} {ty})");
        }
        let arguments = ty.params.iter().zip(1..).map(|(ty, n)| match ty {
            ValType::F32 => format!(" (f32.reinterpret_i32 (local.get {n}))"),
            ValType::F64 => format!(" (f64.reinterpret_i64 (local.get {n}))"),
            _ => format!(" (local.get {n})"),
        });
        text += &format!("\n    (call $log (local.get 0))\n    ({target}{})", arguments.collect::<String>());
        for n in (0..ty.results.len()).rev() {
            text += &format!(" (local.set $r{n})");
        }
        for (n, ty) in ty.results.iter().enumerate() {
            let value = match ty {
                ValType::F32 => format!("(i32.reinterpret_f32 (local.get $r{n}))"),
                ValType::F64 => format!("(i64.reinterpret_f64 (local.get $r{n}))"),
                _ => format!("(local.get $r{n})"),
            };
            text += &match ty.words() {
                1 => format!("\n    (call $log {value})"),
                _ => format!(
                    "\n    (call $log (i32.wrap_i64 {value}))\n    (call $log (i32.wrap_i64 (i64.shr_u {value} (i64.const 32))))"
                ),
            };
        }
        self.functions += &(text + ")\n");
    }

    /// The module; `None` if nothing is called.
    pub fn text(&self) -> Option<String> {
        let log = "  (import \"compose\" \"log_u32\" (func $log (param i32)))";
        let Driver { imports, functions, .. } = self;
        (!self.known.is_empty()).then(|| format!("(module\n{log}\n{imports}{functions})\n"))
    }
}

/// The type of what is called; a global is a function of nothing.
pub fn signature(instance: &Instance, module: &Module, call: &Call) -> Option<FuncType> {
    if let Some(ty) = instance.added_type(&call.export) {
        return Some(ty);
    }
    match (call.kind, module.export(&call.export)?.kind) {
        (CallKind::Function, ImportKind::Function(index)) => Some(module.function_type(index).clone()),
        (CallKind::Global, ImportKind::Global(index)) => {
            Some(FuncType { params: Vec::new(), results: vec![module.globals[index as usize].ty] })
        }
        _ => None,
    }
}

/// A string of the text format: every byte by its number.
fn escaped(name: &str) -> String {
    name.bytes().map(|byte| format!("\\{byte:02x}")).collect()
}
