//! Values of constant expressions: globals, offsets of segments, elements of tables.

use super::imports::Bindings;
use super::{FuncRef, Scope};
use crate::diag::codes::link as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ingest::{ConstExpr, ConstOp, Unit};

/// A value that is known when the image is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The bit pattern; 32-bit types have zeros above.
    Bits(u64),
    Reference(Option<FuncRef>),
}

/// The initial value of every global, by component and index; `None` where a diagnostic says why.
pub type Globals = Vec<Vec<Option<Value>>>;

/// An initialiser may name an imported global whose own initialiser names another component's: passes over all
/// globals until one brings nothing new. There are as many passes as such steps in the longest chain.
pub fn globals(scope: &Scope<'_>, bindings: &Bindings, diagnostics: &mut Diagnostics) -> Globals {
    let mut values: Globals = scope.ids().map(|id| vec![None; scope.module(id).globals.len()]).collect();
    loop {
        let mut found = false;
        for id in scope.ids() {
            let module = scope.module(id);
            for (index, global) in module.globals.iter().enumerate() {
                if values[id.0 as usize][index].is_some() {
                    continue;
                }
                let value = match &global.init {
                    Some(init) => evaluate(init, module.unit, &values[id.0 as usize]),
                    None => bindings
                        .global(id, index as u32)
                        .and_then(|(owner, global)| values[owner.0 as usize][global as usize]),
                };
                found |= value.is_some();
                values[id.0 as usize][index] = value;
            }
        }
        if !found {
            break;
        }
    }
    // Values may be missing because an import is: that has its own diagnostic, and one is enough.
    if diagnostics.has_errors() {
        return values;
    }
    for id in scope.ids() {
        for (index, value) in values[id.0 as usize].iter().enumerate() {
            if value.is_none() && bindings.global(id, index as u32).is_some() {
                let import_name = imported_global_name(scope, id, index);
                diagnostics.push(
                    Diagnostic::error(
                        &codes::GLOBAL_CYCLE,
                        format!("the value of `{import_name}`, which `{}` imports, is not known", scope.name(id)),
                    )
                    .label(scope.manifest.component(id).path.span, "imported here")
                    .note("it depends on itself through other components")
                    .help("give the constant a value in the component that exports it"),
                );
            }
        }
    }
    values
}

fn imported_global_name(scope: &Scope<'_>, id: crate::manifest::ComponentId, index: usize) -> String {
    scope
        .module(id)
        .imports
        .iter()
        .find(|import| import.kind == crate::ingest::ImportKind::Global(index as u32))
        .map_or_else(|| format!("global[{index}]"), |import| format!("{}::{}", import.module, import.field))
}

/// The value of an expression that has been validated; `None` if it names a global whose value is not known.
pub fn evaluate(expression: &ConstExpr, unit: Unit, globals: &[Option<Value>]) -> Option<Value> {
    let mut stack: Vec<Value> = Vec::new();
    for op in &expression.0 {
        let value = match *op {
            ConstOp::I32(value) => Value::Bits(u64::from(value as u32)),
            ConstOp::I64(value) => Value::Bits(value as u64),
            ConstOp::F32(bits) => Value::Bits(u64::from(bits)),
            ConstOp::F64(bits) => Value::Bits(bits),
            ConstOp::GlobalGet(index) => (*globals.get(index as usize)?)?,
            ConstOp::RefNull => Value::Reference(None),
            ConstOp::RefFunc(index) => Value::Reference(Some(FuncRef { unit, index })),
            ConstOp::I32Add => binary32(&mut stack, u32::wrapping_add)?,
            ConstOp::I32Sub => binary32(&mut stack, u32::wrapping_sub)?,
            ConstOp::I32Mul => binary32(&mut stack, u32::wrapping_mul)?,
            ConstOp::I64Add => binary64(&mut stack, u64::wrapping_add)?,
            ConstOp::I64Sub => binary64(&mut stack, u64::wrapping_sub)?,
            ConstOp::I64Mul => binary64(&mut stack, u64::wrapping_mul)?,
        };
        stack.push(value);
    }
    stack.pop()
}

/// An expression whose type is `i32`, as an offset.
pub fn evaluate_offset(expression: &ConstExpr, unit: Unit, globals: &[Option<Value>]) -> Option<u32> {
    match evaluate(expression, unit, globals)? {
        Value::Bits(bits) => Some(bits as u32),
        Value::Reference(_) => None,
    }
}

fn binary32(stack: &mut Vec<Value>, operation: fn(u32, u32) -> u32) -> Option<Value> {
    let (Value::Bits(right), Value::Bits(left)) = (stack.pop()?, stack.pop()?) else { return None };
    Some(Value::Bits(u64::from(operation(left as u32, right as u32))))
}

fn binary64(stack: &mut Vec<Value>, operation: fn(u64, u64) -> u64) -> Option<Value> {
    let (Value::Bits(right), Value::Bits(left)) = (stack.pop()?, stack.pop()?) else { return None };
    Some(Value::Bits(operation(left, right)))
}
