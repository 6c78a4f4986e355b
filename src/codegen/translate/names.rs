//! The text-format names of operators, for messages.

use wasmparser::Operator;

/// `F32Add` -> `f32.add`, `TableGrow` -> `table.grow`, `ReturnCall` -> `return_call`.
pub(super) fn operator_name(operator: &Operator) -> String {
    let debug = format!("{operator:?}");
    let camel = debug.split([' ', '(']).next().unwrap_or_default();
    let mut words: Vec<String> = Vec::new();
    for c in camel.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_lowercase().collect()),
        }
    }
    let Some((first, rest)) = words.split_first() else { return debug };
    let dotted = ["table", "memory", "data", "elem", "ref", "struct", "array", "local", "global", "any", "extern"];
    let is_type = first.contains(|c: char| c.is_ascii_digit());
    let separator = if is_type || dotted.contains(&first.as_str()) { "." } else { "_" };
    if rest.is_empty() { first.clone() } else { format!("{first}{separator}{}", rest.join("_")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_text_format() {
        assert_eq!(operator_name(&Operator::F32Add), "f32.add");
        assert_eq!(operator_name(&Operator::I32TruncSatF32S), "i32.trunc_sat_f32_s");
        assert_eq!(operator_name(&Operator::TableGrow { table: 3 }), "table.grow");
        assert_eq!(operator_name(&Operator::ReturnCall { function_index: 1 }), "return_call");
        assert_eq!(operator_name(&Operator::Unreachable), "unreachable");
    }
}
