//! The interpreter on the host: what a program must log, and how it must end.

use std::fmt;
use wasmi::{Caller, Config, Engine, Error, Instance, Linker, Module, Store, TrapCode};

/// What a program did.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub log: Vec<u32>,
    /// The reason, in the words of the specification, if it trapped.
    pub trap: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, value) in self.log.iter().enumerate() {
            writeln!(f, "{line:4}: {value:#010x} {value}")?;
        }
        match &self.trap {
            Some(reason) => writeln!(f, "trap: {reason}"),
            None => writeln!(f, "ends well"),
        }
    }
}

/// The host's side of a component: its log, and the arena behind `__cabi_arena_realloc`.
struct Host {
    log: Vec<u32>,
    arena: Arena,
}

/// As `arena_realloc` in the runtime, without its arithmetic.
pub struct Arena {
    start: u64,
    next: u64,
    end: u64,
    high: u64,
    last: Option<u64>,
}

impl Arena {
    /// The arena is the end of a memory of `budget` bytes.
    pub fn new(budget: u32, bytes: u32) -> Self {
        let start = u64::from(budget - bytes);
        Arena { start, next: start, end: u64::from(budget), high: start, last: None }
    }
}

/// An interpreter that keeps its state from call to call.
pub struct Machine {
    engine: Engine,
    store: Store<Host>,
    linker: Linker<Host>,
}

impl Machine {
    pub fn new(arena: Arena) -> Self {
        let mut config = Config::default();
        config.wasm_multi_memory(true).wasm_custom_page_sizes(true).wasm_extended_const(true);
        let engine = Engine::new(&config);
        let store = Store::new(&engine, Host { log: Vec::new(), arena });
        let mut linker: Linker<Host> = Linker::new(&engine);
        linker
            .func_wrap("compose", "log_u32", |mut caller: Caller<Host>, x: u32| caller.data_mut().log.push(x))
            .expect("one function of this name");
        linker.func_wrap("env", "__cabi_arena_realloc", realloc).expect("one function of this name");
        Machine { engine, store, linker }
    }

    /// Runs the start function; how that ended, if it trapped. Imports come from the host and from what was
    /// instantiated before.
    pub fn instantiate(&mut self, name: &str, wasm: &[u8]) -> Result<Instance, Outcome> {
        let module = Module::new(&self.engine, wasm).expect("the interpreter takes the module");
        let instance = self.linker.instantiate_and_start(&mut self.store, &module);
        let instance = instance.map_err(|error| self.outcome(Err(error)))?;
        self.linker.instance(&mut self.store, name, instance).expect("a name of its own");
        Ok(instance)
    }

    /// Calls an export that has neither parameters nor results.
    pub fn call(&mut self, instance: Instance, export: &str) -> Outcome {
        let function = instance.get_typed_func::<(), ()>(&self.store, export);
        let result = function.and_then(|function| function.call(&mut self.store, ()));
        self.outcome(result)
    }

    fn outcome(&mut self, result: Result<(), Error>) -> Outcome {
        Outcome { log: std::mem::take(&mut self.store.data_mut().log), trap: result.err().map(reason) }
    }
}

fn realloc(mut caller: Caller<Host>, old: u32, old_length: u32, align: u32, length: u32) -> Result<u32, Error> {
    let arena = &mut caller.data_mut().arena;
    let exhausted = |arena: &Arena| {
        let left = arena.end - arena.next;
        let before = if wide(length) <= left { " before alignment" } else { "" };
        let high = arena.high - arena.start;
        Error::new(format!("arena exhausted: {length} bytes asked for, {left} left{before}, high-water mark {high}"))
    };
    let misuse = || Error::new("invalid realloc");
    if !align.is_power_of_two() {
        return Err(misuse());
    }
    if old_length == 0 && length == 0 {
        return Ok(align);
    }
    let (wide_old, wide_length) = (wide(old), wide(length));
    if old_length != 0 && (wide_old < arena.start || wide_old + wide(old_length) > arena.next) {
        return Err(misuse());
    }
    if old_length != 0 && old.is_multiple_of(align) {
        if arena.last == Some(wide_old) {
            if wide_old + wide_length > arena.end {
                return Err(exhausted(arena));
            }
            arena.next = wide_old + wide_length;
            arena.high = arena.high.max(arena.next);
            return Ok(old);
        }
        if length <= old_length {
            return Ok(old);
        }
    }
    let new = arena.next.next_multiple_of(align.into());
    if new + wide_length > arena.end {
        return Err(exhausted(arena));
    }
    arena.high = arena.high.max(new + wide_length);
    arena.next = new + wide_length;
    arena.last = Some(new);
    if old_length != 0 {
        let memory = caller.get_export("memory").and_then(|memory| memory.into_memory()).expect("an exported memory");
        let kept = old_length.min(length) as usize;
        memory.data_mut(&mut caller).copy_within(old as usize..old as usize + kept, new as usize);
    }
    Ok(new as u32)
}

fn wide(word: u32) -> u64 {
    u64::from(word)
}

/// In the words that the kernel uses.
fn reason(error: Error) -> String {
    let text = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => "unreachable",
        Some(TrapCode::MemoryOutOfBounds) => "memory access out of bounds",
        Some(TrapCode::TableOutOfBounds) => "table access out of bounds",
        Some(TrapCode::IndirectCallToNull) => "uninitialized element",
        Some(TrapCode::IntegerDivisionByZero) => "integer divide by zero",
        Some(TrapCode::IntegerOverflow) => "integer overflow",
        Some(TrapCode::StackOverflow) => "stack overflow",
        Some(TrapCode::BadSignature) => "indirect call type mismatch",
        _ => match error.to_string() {
            text if text.starts_with("out of bounds table access") => "table access out of bounds",
            text => return text,
        },
    };
    text.to_owned()
}
