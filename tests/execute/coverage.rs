//! Which operators the programs use: all that are not floating point.

use std::collections::BTreeSet;
use wasmparser::{Operator, Parser, Payload};

/// What no valid module has.
const REFUSED: [&str; 1] = ["TypedSelectMulti"];

macro_rules! names {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        &[$( (stringify!($proposal), stringify!($op)) ),*]
    };
}

/// (proposal, operator) of all operators that there are, SIMD apart.
const ALL: &[(&str, &str)] = wasmparser::for_each_visit_operator!(names);

/// The operators that some program has to use.
fn wanted() -> BTreeSet<&'static str> {
    let ours = ["mvp", "sign_extension", "bulk_memory", "reference_types"];
    let integer = |op: &str| !op.contains("F32") && !op.contains("F64");
    let all = ALL.iter().filter(|(proposal, op)| ours.contains(proposal) && integer(op) && !REFUSED.contains(op));
    all.map(|(_, op)| *op).collect()
}

/// Those that no program uses.
pub fn missing<'a>(programs: impl Iterator<Item = &'a [u8]>) -> Vec<&'static str> {
    let mut missing = wanted();
    for wasm in programs {
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::CodeSectionEntry(body) = payload.expect("a valid module") else { continue };
            for operator in body.get_operators_reader().expect("a valid body") {
                missing.remove(name(&operator.expect("a valid operator")).as_str());
            }
        }
    }
    missing.into_iter().collect()
}

fn name(operator: &Operator) -> String {
    let text = format!("{operator:?}");
    text.split([' ', '(']).next().unwrap_or_default().to_owned()
}
