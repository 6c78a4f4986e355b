//! The intermediate forms as text, for people and for tests.

use super::compile::lower;
use super::translate::{self, Translated};
use crate::diag::Diagnostic;
use crate::link::{Linked, System};
use std::fmt::Write;

/// The optimised CLIF of function `index`; of its thunk, if it is imported.
///
/// # Errors
/// As [`translate::function`].
pub fn clif(system: &System, linked: &Linked, index: u32) -> Result<String, Diagnostic> {
    Ok(clif_text(&translated(system, linked, index)?))
}

/// The machine code of function `index` as assembly, or what lowering says.
///
/// # Errors
/// As [`translate::function`].
pub fn assembly(system: &System, linked: &Linked, index: u32) -> Result<String, Diagnostic> {
    let mut text = String::new();
    match lower(system, linked.unit, &translated(system, linked, index)?, true) {
        Ok(emitted) => {
            let _ = writeln!(text, "{} bytes, frame {}", emitted.code.len(), emitted.frame);
            for (offset, line) in &emitted.listing {
                // A label has no bytes of its own.
                let _ = match line.ends_with(':') {
                    true => writeln!(text, "{line}"),
                    false => writeln!(text, "{offset:4x}  {line}"),
                };
            }
        }
        Err(error) => {
            let _ = writeln!(text, "{error:?}");
        }
    }
    Ok(text)
}

fn translated(system: &System, linked: &Linked, index: u32) -> Result<Translated, Diagnostic> {
    match linked.module.functions[index as usize].body {
        Some(_) => translate::function(system, linked, index),
        None => translate::import_thunk(system, linked, index),
    }
}

/// CLIF with the names of symbols for their numbers.
fn clif_text(translated: &Translated) -> String {
    let mut text = translated.func.display().to_string();
    let names = translated.func.params.user_named_funcs();
    // Highest first, so that u0:1 does not match the start of u0:12.
    for (reference, name) in names.iter().collect::<Vec<_>>().into_iter().rev() {
        let symbol = format!("{:?}", translated.symbols[name.index as usize]);
        text = text.replace(&reference.to_string(), &symbol);
        text = text.replace(&format!("colocated u0:{} ", name.index), &format!("colocated {symbol} "));
    }
    for (signature, ty) in translated.indirect_types.iter() {
        if let Some(ty) = ty {
            let _ = writeln!(text, "{signature}: type {ty}");
        }
    }
    text
}
