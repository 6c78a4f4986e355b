//! Typed values, and how a KDL value becomes one.

use super::Type;
use crate::diag::codes::schema as code;
use crate::diag::suggest::{joined, listed, nearest};
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use kdl::{KdlEntry, KdlValue};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Integer(i128),
    /// Bytes.
    Size(u32),
    /// Microseconds.
    Time(u64),
    Percent(u32),
    Bool(bool),
    Word(&'static str),
}

/// What a field's value is read as; the table's type says which of these works.
pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}

impl FromValue for &'static str {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Word(word) = value { Some(word) } else { None }
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Bool(b) = value { Some(*b) } else { None }
    }
}

impl FromValue for i128 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(i) = value { Some(*i) } else { None }
    }
}

impl FromValue for u32 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Size(n) | Value::Percent(n) => Some(*n),
            Value::Integer(i) => u32::try_from(*i).ok(),
            _ => None,
        }
    }
}

/// A unit: the annotation's text, and how many of the base unit (bytes, microseconds, percent) it is.
struct Unit {
    name: &'static str,
    scale: u32,
    /// What people write for it.
    also: &'static [&'static str],
}

const SIZES: &[Unit] = &[
    Unit { name: "B", scale: 1, also: &["b", "byte", "bytes"] },
    Unit { name: "KiB", scale: 1 << 10, also: &["k", "kb", "kib"] },
    Unit { name: "MiB", scale: 1 << 20, also: &["m", "mb", "mib"] },
];
const TIMES: &[Unit] = &[
    Unit { name: "us", scale: 1, also: &["µs", "usec", "microseconds"] },
    Unit { name: "ms", scale: 1_000, also: &["msec", "milliseconds"] },
    Unit { name: "s", scale: 1_000_000, also: &["sec", "seconds"] },
];
const PERCENTS: &[Unit] = &[Unit { name: "percent", scale: 1, also: &["%", "pct", "percentage"] }];

/// The unit that people mean by `text`, of whatever kind.
pub(super) fn unit_for(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let meant = |u: &&Unit| u.also.contains(&lower.as_str()) || u.name.to_lowercase() == lower;
    [SIZES, TIMES, PERCENTS].into_iter().flatten().find(meant).map(|u| u.name)
}

impl Type {
    fn units(self) -> &'static [Unit] {
        match self {
            Type::Size => SIZES,
            Type::Time => TIMES,
            Type::Percent => PERCENTS,
            Type::Either(types) => types.iter().map(|t| t.units()).find(|u| !u.is_empty()).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// For messages: ``a size such as `(KiB)4` or `"auto"` ``.
    pub fn describe(self) -> String {
        joined(&self.kinds())
    }

    fn kinds(self) -> Vec<String> {
        match self {
            Type::Text => vec!["a string".into()],
            Type::Name => vec!["a name".into()],
            Type::Integer(..) => vec!["an integer".into()],
            Type::Size => vec!["a size such as `(KiB)4`".into()],
            Type::Time => vec!["a time such as `(ms)10`".into()],
            Type::Percent => vec!["a share such as `(percent)3`".into()],
            Type::Bool => vec!["`#true`".into(), "`#false`".into()],
            Type::Word(words) => words.iter().map(|w| format!("`\"{w}\"`")).collect(),
            Type::Either(types) => types.iter().flat_map(|t| t.kinds()).collect(),
        }
    }

    fn words(self) -> Vec<&'static str> {
        match self {
            Type::Word(words) => words.to_vec(),
            Type::Bool => vec!["#true", "#false"],
            Type::Either(types) => types.iter().flat_map(|t| t.words()).collect(),
            _ => vec![],
        }
    }

    /// Whether values of this kind are of this type at all, so that what is wrong with one is a matter of the value.
    pub(super) fn takes(self, value: &KdlValue) -> bool {
        match (self, value) {
            (Type::Text | Type::Name | Type::Word(_), KdlValue::String(_)) => true,
            (Type::Integer(..) | Type::Size | Type::Time | Type::Percent, KdlValue::Integer(_)) => true,
            (Type::Bool, KdlValue::Bool(_)) => true,
            (Type::Either(types), value) => types.iter().any(|t| t.takes(value)),
            _ => false,
        }
    }
}

/// Reads `entry` as a value of type `ty`; `what` names the field for messages.
pub(super) fn convert(ty: Type, entry: &KdlEntry, what: &str, span: Span) -> Result<Spanned<Value>, Diagnostic> {
    let written = entry.format().map_or("", |f| f.value_repr.as_str());
    let reader = Reader { what, span, written, unit: entry.ty().map(|u| u.value()) };
    reader.read(ty, entry.value()).map(|value| Spanned::new(value, span))
}

struct Reader<'a> {
    what: &'a str,
    span: Span,
    /// The value as it stands in the text.
    written: &'a str,
    unit: Option<&'a str>,
}

impl Reader<'_> {
    fn error(&self, code: &'static Code, message: String, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).label(self.span, label)
    }

    fn read(&self, ty: Type, value: &KdlValue) -> Result<Value, Diagnostic> {
        if let Type::Either(types) = ty {
            return match types.iter().find(|t| t.takes(value)) {
                // A word that is none of the words, where other types were possible too: say all of them.
                Some(Type::Word(words)) => self.word(words, ty, value),
                Some(t) => self.read(*t, value),
                None => Err(self.wrong_type(ty, value)),
            };
        }
        match (ty, value) {
            (Type::Text | Type::Name | Type::Word(_) | Type::Bool | Type::Integer(..), _)
                if self.unit.is_some() && ty.takes(value) =>
            {
                let unit = self.unit.unwrap_or_default();
                Err(self
                    .error(&code::UNEXPECTED_UNIT, format!("{} takes no unit", self.what), format!("`({unit})` here"))
                    .help(format!("remove `({unit})`: {} is {}", self.what, ty.describe())))
            }
            (Type::Text, KdlValue::String(text)) => self.text(text).map(Value::Text),
            (Type::Name, KdlValue::String(text)) => self.name(text).map(Value::Text),
            (Type::Word(words), KdlValue::String(_)) => self.word(words, ty, value),
            (Type::Bool, KdlValue::Bool(b)) => Ok(Value::Bool(*b)),
            (Type::Integer(min, max), KdlValue::Integer(i)) => {
                if (min..=max).contains(i) {
                    return Ok(Value::Integer(*i));
                }
                Err(self
                    .error(&code::OUT_OF_RANGE, format!("{} is out of range", self.what), format!("{i}"))
                    .help(format!("write a number from {min} to {max}")))
            }
            (Type::Size, KdlValue::Integer(i)) => {
                let bytes = self.scaled(ty, *i, 1, u64::from(u32::MAX), "4 GiB - 1 B")?;
                Ok(Value::Size(u32::try_from(bytes).expect("at most the limit")))
            }
            (Type::Time, KdlValue::Integer(i)) => {
                Ok(Value::Time(self.scaled(ty, *i, 1, u64::from(u32::MAX), "4294 s")?))
            }
            (Type::Percent, KdlValue::Integer(i)) => {
                let percent = self.scaled(ty, *i, 0, 100, "100")?;
                Ok(Value::Percent(u32::try_from(percent).expect("at most the limit")))
            }
            _ => Err(self.wrong_type(ty, value)),
        }
    }

    fn text(&self, text: &str) -> Result<String, Diagnostic> {
        if text.is_empty() {
            return Err(self
                .error(&code::EMPTY, format!("{} is empty", self.what), "empty")
                .help("write it, or leave it out if it is optional"));
        }
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return Err(self
                .error(
                    &code::BAD_CHARACTER,
                    format!("{} holds a control character", self.what),
                    format!("U+{:04X} in here", control as u32),
                )
                .help("remove it"));
        }
        Ok(text.into())
    }

    fn name(&self, text: &str) -> Result<String, Diagnostic> {
        self.text(text)?;
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if let Some(bad) = text.chars().find(|c| !legal(*c)) {
            let better: String = text.chars().map(|c| if legal(c) { c } else { '-' }).collect();
            return Err(self
                .error(
                    &code::BAD_CHARACTER,
                    format!("{} holds a character that names may not have", self.what),
                    format!("`{bad}` in here"),
                )
                .note("names become section and symbol names: letters, digits, `_`, `.` and `-`")
                .help(format!("for example `\"{better}\"`")));
        }
        if text.starts_with(['.', '-']) || text.len() > 64 {
            let why = if text.len() > 64 { format!("{} letters", text.len()) } else { "starts with `.` or `-`".into() };
            return Err(self
                .error(&code::BAD_CHARACTER, format!("{} is not a legal name", self.what), why)
                .help("start with a letter, a digit or `_`, and use at most 64 of them"));
        }
        Ok(text.into())
    }

    fn word(&self, words: &[&'static str], ty: Type, value: &KdlValue) -> Result<Value, Diagnostic> {
        let text = value.as_string().unwrap_or_default();
        if let Some(word) = words.iter().find(|w| **w == text) {
            return match self.unit {
                None => Ok(Value::Word(word)),
                Some(unit) => Err(self
                    .error(
                        &code::UNEXPECTED_UNIT,
                        format!("{} takes no unit here", self.what),
                        format!("`({unit})` here"),
                    )
                    .help(format!("remove `({unit})`"))),
            };
        }
        // A size or a flag in quotes gets its own advice.
        if let Some(help) = self.quoted(ty, text) {
            return Err(self.mismatch(ty, "this is a string".into()).help(help));
        }
        let error = self.error(
            &code::UNKNOWN_VALUE,
            format!("{} cannot be `{}`", self.what, text.escape_debug()),
            format!("not {}", ty.describe()),
        );
        Err(match nearest(text, ty.words()) {
            Some(near) if near.starts_with('#') => error.help(format!("did you mean `{near}`?")),
            Some(near) => error.help(format!("did you mean `\"{near}\"`?")),
            None => error.help(format!("write {}", ty.describe())),
        })
    }

    /// `value` of the base unit, with its annotation, in `min..=max`.
    fn scaled(&self, ty: Type, value: i128, min: u64, max: u64, max_text: &str) -> Result<u64, Diagnostic> {
        let units = ty.units();
        let names = match units {
            [_] => String::new(),
            _ => format!("; units are {}", listed(units.iter().map(|u| u.name))),
        };
        let Some(written) = self.unit else {
            let first = units.first().map_or("", |u| u.name);
            return Err(self
                .error(&code::MISSING_UNIT, format!("{} has no unit", self.what), "a number without a unit")
                .help(format!("write the unit in front: `({first}){value}`{names}")));
        };
        let Some(unit) = units.iter().find(|u| u.name == written) else {
            let lower = written.to_lowercase();
            let meant = units.iter().find(|u| u.also.contains(&lower.as_str()) || u.name.to_lowercase() == lower);
            let error = self.error(
                &code::UNKNOWN_UNIT,
                format!("{} has an unknown unit", self.what),
                format!("`{written}` is not {}", listed(units.iter().map(|u| u.name))),
            );
            return Err(match meant {
                Some(unit) => error.help(format!("write `({}){value}`", unit.name)),
                None => error.help(format!("write {}", ty.describe())),
            });
        };
        let scaled = value.checked_mul(i128::from(unit.scale));
        if scaled.is_some_and(|s| s < i128::from(min)) {
            let what = if value == 0 { "is zero" } else { "is negative" };
            return Err(self
                .error(&code::OUT_OF_RANGE, format!("{} {what}", self.what), format!("must be at least {min}"))
                .help("write a larger number, or leave it out if it is optional"));
        }
        match scaled.and_then(|s| u64::try_from(s).ok()).filter(|s| *s <= max) {
            Some(s) => Ok(s),
            None => Err(self
                .error(
                    &code::OUT_OF_RANGE,
                    format!("{} is too large", self.what),
                    format!("must be at most {max_text}"),
                )
                .help("write a smaller number")),
        }
    }

    fn mismatch(&self, ty: Type, label: String) -> Diagnostic {
        self.error(&code::WRONG_TYPE, format!("{} must be {}", self.what, ty.describe()), label)
    }

    fn wrong_type(&self, ty: Type, value: &KdlValue) -> Diagnostic {
        let error = self.mismatch(ty, format!("this is {}", kind(value)));
        let number = matches!(value, KdlValue::Integer(_) | KdlValue::Float(_));
        let help = match value {
            KdlValue::String(text) => self.quoted(ty, text),
            KdlValue::Integer(i @ (0 | 1)) if ty.takes(&KdlValue::Bool(true)) => {
                Some(format!("write `{}`", if *i == 1 { "#true" } else { "#false" }))
            }
            _ if number && matches!(ty, Type::Text | Type::Name) && self.unit.is_none() => {
                Some(format!("write it in quotes: `\"{}\"`", self.written))
            }
            KdlValue::Float(f) => self.whole(ty, *f),
            _ => None,
        };
        error.help(help.unwrap_or_else(|| format!("write {}", ty.describe())))
    }

    /// A string where something else is asked for: a bare word or a quoted number that was meant as a value.
    fn quoted(&self, ty: Type, text: &str) -> Option<String> {
        if ty.takes(&KdlValue::Bool(true)) {
            let lower = text.to_lowercase();
            let yes = ["true", "yes", "on", "1"].contains(&lower.as_str());
            let no = ["false", "no", "off", "0"].contains(&lower.as_str());
            let word = match nearest(&lower, ["true", "false"]) {
                Some(near) => near,
                None if yes => "true",
                None if no => "false",
                None => return None,
            };
            return Some(format!("a bare word is a string in KDL 2: write `#{word}`"));
        }
        let digits = text.trim().find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.trim().len());
        let (number, unit) = text.trim().split_at(digits);
        if number.is_empty() || !ty.takes(&KdlValue::Integer(0)) {
            return None;
        }
        let units = ty.units();
        let lower = unit.trim().to_lowercase();
        if units.is_empty() {
            return unit.is_empty().then(|| format!("write it without quotes: `{number}`"));
        }
        let unit = units.iter().find(|u| u.name.to_lowercase() == lower || u.also.contains(&lower.as_str()))?;
        Some(format!("write `({}){number}`", unit.name))
    }

    /// A fraction of a unit that is a whole number of smaller ones.
    fn whole(&self, ty: Type, value: f64) -> Option<String> {
        let units = ty.units();
        let unit = units.iter().find(|u| Some(u.name) == self.unit)?;
        let base = value * f64::from(unit.scale);
        let first = units.first()?;
        let exact = base.fract() == 0.0 && base > 0.0 && base < f64::from(u32::MAX) && unit.scale > 1;
        exact.then(|| format!("numbers here are whole: write `({}){}`", first.name, base as u64))
    }
}

fn kind(value: &KdlValue) -> &'static str {
    match value {
        KdlValue::String(_) => "a string",
        KdlValue::Integer(_) => "an integer",
        KdlValue::Float(_) => "a fraction",
        KdlValue::Bool(_) => "a flag",
        KdlValue::Null => "null",
    }
}
