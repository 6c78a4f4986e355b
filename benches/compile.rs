//! How fast modules compile: real ones from npm, with their functions 1, 4, 16 and 64 times in one module.
//!
//! ```text
//! cargo bench --bench compile
//! ```
//!
//! Time that the one thread ran.

#[path = "../tests/support/mod.rs"]
mod support;

use compose::codegen;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use wasm_encoder::{CodeSection, FunctionSection, Module, RawSection};
use wasmparser::{Parser, Payload};

const MODULES: [&str; 4] = ["blake3", "sha512", "xxhash128", "md5"];
const COPIES: [u32; 4] = [1, 4, 16, 64];

fn main() {
    println!(
        "module      copies  code section, bytes  milliseconds  MB per second  time per byte over that of one copy"
    );
    for name in MODULES {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/npm/hash-wasm/{name}.wasm"));
        let wasm = std::fs::read(file).expect("the module is in the repository");
        let mut first = None;
        for copies in COPIES {
            let (module, bytes) = repeated(&wasm, copies);
            let time = time(&module);
            let per_byte = time.as_secs_f64() / f64::from(bytes);
            let first = *first.get_or_insert(per_byte);
            println!(
                "{name:<10}  {copies:>6}  {bytes:>19}  {:>12.1}  {:>13.2}  {:>6.2}",
                time.as_secs_f64() * 1e3,
                1e-6 / per_byte,
                per_byte / first
            );
        }
    }
}

/// Of one run, on the mean of as many as take a tenth of a second: the scheduler's clock has a coarse tick.
fn time(module: &[u8]) -> Duration {
    let nodes = "  component \"main\" \"main.wasm\" { memory budget=(MiB)2; stack (KiB)8 }\n";
    let compile = |system: &compose::link::System<'_>| {
        let start = busy();
        for runs in 1.. {
            let (object, found) = codegen::unit(system, &system.components[0]);
            assert!(object.is_some(), "{:#?}", found.list);
            let all = busy() - start;
            if all >= Duration::from_millis(100) {
                return all / runs;
            }
        }
        unreachable!("time goes on")
    };
    support::with_system(nodes, &[("main", module)], compile).unwrap_or_else(|e| panic!("{e}"))
}

/// How long this thread has run: what the scheduler says, or else what a clock does.
fn busy() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ran = text.and_then(|text| text.split(' ').next()?.parse().ok()).map(Duration::from_nanos);
    ran.unwrap_or_else(|| START.elapsed())
}

/// The module with its functions `copies` times, and the bytes of its code section. All copies call the first.
fn repeated(wasm: &[u8], copies: u32) -> (Vec<u8>, u32) {
    let mut module = Module::new();
    let mut code = CodeSection::new();
    let mut bodies = Vec::new();
    let mut bytes = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a valid module") {
            Payload::FunctionSection(types) => {
                let types: Vec<u32> = types.into_iter().map(|ty| ty.expect("a valid module")).collect();
                let mut functions = FunctionSection::new();
                (0..copies).flat_map(|_| &types).for_each(|&ty| {
                    functions.function(ty);
                });
                module.section(&functions);
            }
            Payload::CodeSectionStart { range, .. } => bytes = copies * range.len() as u32,
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::CustomSection(_) => {}
            other => {
                // The code comes before the data.
                if matches!(other, Payload::DataSection(_) | Payload::End(_)) && !bodies.is_empty() {
                    (0..copies).flat_map(|_| &bodies).for_each(|body| {
                        code.raw(body.as_bytes());
                    });
                    module.section(&code);
                    bodies.clear();
                }
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    (module.finish(), bytes)
}
