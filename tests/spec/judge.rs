//! What the console says, and what it means for a check.

use crate::Configuration;
use crate::script::{Check, Outcome};
use compose::manifest::Bounds;

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed(String),
    /// Hardware bounds: an access outside the memory that no region refused.
    Unseen,
}

/// A line of the console.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    Number(u32),
    Trap { component: String, reason: String },
    Other,
}

impl Event {
    pub fn read(line: &str) -> Event {
        if let Ok(number) = line.parse() {
            return Event::Number(number);
        }
        let trap = line.strip_prefix("trap: component `").and_then(|rest| rest.split_once("`: "));
        match trap {
            Some((component, reason)) => Event::Trap { component: component.to_owned(), reason: reason.to_owned() },
            None => Event::Other,
        }
    }
}

/// Whether the kernel's reason is what the specification's tests call so.
pub fn is_reason(phrase: &str, reason: &str) -> bool {
    let ours = match phrase {
        OUTSIDE => "memory access out of bounds",
        "out of bounds table access" | "undefined element" => "table access out of bounds",
        "uninitialized element 2" => "uninitialized element",
        phrase => phrase,
    };
    reason.starts_with(ours)
}

const OUTSIDE: &str = "out of bounds memory access";

/// Whether an access outside a memory must trap.
pub fn is_outside(check: &Check) -> bool {
    matches!(&check.outcome, Outcome::Traps(phrase) if phrase == OUTSIDE)
}

/// `words`: of the results, as many as were logged.
pub fn verdict(check: &Check, words: &[u32], trap: Option<&str>, configuration: &Configuration) -> Verdict {
    let shown = || match trap {
        Some(reason) => format!("traps: {reason}"),
        None => format!("returns {words:x?}"),
    };
    match (&check.outcome, trap) {
        (Outcome::Traps(phrase), Some(reason)) if is_reason(phrase, reason) => Verdict::Passed,
        (Outcome::Exhausts, Some(reason)) if reason.starts_with("stack overflow") => Verdict::Passed,
        // The reason may be another one, where what was stored came to lie on the stack.
        (Outcome::Traps(phrase), _) if phrase == OUTSIDE && configuration.bounds == Bounds::Hardware => Verdict::Unseen,
        (Outcome::Traps(phrase), _) => Verdict::Failed(format!("must trap for `{phrase}`: {}", shown())),
        (Outcome::Exhausts, _) => Verdict::Failed(format!("must exhaust the stack: {}", shown())),
        (_, Some(_)) => Verdict::Failed(shown()),
        (Outcome::Any, None) => Verdict::Passed,
        (Outcome::Returns(expected), None) => {
            let mut words = words.iter().copied();
            for (index, expected) in expected.iter().enumerate() {
                let low = words.next().map(u64::from);
                let actual = match expected.ty().words() {
                    1 => low,
                    _ => low.zip(words.next()).map(|(low, high)| low | u64::from(high) << 32),
                };
                if actual.is_none_or(|actual| !expected.matches(actual)) {
                    let actual = actual.map_or("nothing".to_owned(), |actual| format!("{actual:#x}"));
                    return Verdict::Failed(format!("result {index} is {actual}, must be {expected:x?}"));
                }
            }
            match words.next() {
                None => Verdict::Passed,
                Some(word) => Verdict::Failed(format!("one result more: {word:#x}")),
            }
        }
    }
}
