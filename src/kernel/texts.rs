//! What the kernel says: all its texts, in flash, by index. The trap codes come first, by their numbers.

use crate::codegen::TrapCode;

macro_rules! texts {
    ($($name:ident $text:literal)*) => {
        /// Those that are not a trap's: name of the index in the WAT, and text.
        const OTHERS: &[(&str, &str)] = &[$((stringify!($name), $text)),*];
    };
}

texts! {
    TEXT_UNDEFINED  "undefined instruction"
    TEXT_OUTSIDE    "execution outside of code"
    TEXT_UNALIGNED  "unaligned access"
    TEXT_TRAP       "trap: component `"
    TEXT_NAME_END   "`: "
    TEXT_AT         " at "
    TEXT_CODE       " (code "
    TEXT_REASON     ": "
    TEXT_ASKED      " bytes asked for, "
    TEXT_LEFT       " left, high-water mark "
    TEXT_UNALIGNED_LEFT " left before alignment, high-water mark "
    TEXT_END        ")\n"
    TEXT_SKIPPED    "skipped: component `"
    TEXT_IS_STOPPED "` is stopped\n"
    TEXT_FATAL      "fatal: fault in the kernel (code "
}

const FIRST_OTHER: usize = TrapCode::ALL.len() + 1;

/// All texts, by index.
pub fn all() -> Vec<&'static str> {
    let mut texts = vec![""; FIRST_OTHER];
    for code in TrapCode::ALL {
        texts[code as usize] = code.text();
    }
    texts.extend(OTHERS.iter().map(|(_, text)| text));
    texts
}

/// The indices as constant globals of the text format.
pub fn globals() -> String {
    let codes = [
        ("MEMORY_OUT_OF_BOUNDS", TrapCode::MemoryOutOfBounds as usize),
        ("INTEGER_DIVIDE_BY_ZERO", TrapCode::IntegerDivideByZero as usize),
        ("STACK_OVERFLOW", TrapCode::StackOverflow as usize),
        ("HOST_ARGUMENT", TrapCode::HostArgument as usize),
        ("ARENA_EXHAUSTED", TrapCode::ArenaExhausted as usize),
        ("STOPPED", TrapCode::Stopped as usize),
        ("FORGED", TrapCode::Forged as usize),
        ("TRAP_CODES", TrapCode::ALL.len()),
    ];
    let others = OTHERS.iter().enumerate().map(|(k, (name, _))| (*name, FIRST_OTHER + k));
    let line = |(name, value)| format!("  (global ${name} i32 (i32.const {value}))\n");
    codes.into_iter().chain(others).map(line).collect()
}
