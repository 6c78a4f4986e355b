//! The benchmark's kernels on the emulated boards: they compute what they do on an interpreter, and use no more stack
//! than the report says.

mod emulated;
#[path = "../benches/suite/kernels.rs"]
#[expect(dead_code, reason = "descriptions are for the benchmark's table")]
mod kernels;

use emulated::Said;
use kernels::{KERNELS, Kernel};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use wasmi::{Caller, Engine, Linker, Module, Store};

/// Each kernel in one of these ways.
const WAYS: [Way; 4] = [
    Way { board: "mps2-an386", bounds: "hardware", module: ".wasm" },
    Way { board: "mps2-an385", bounds: "software", module: ".wasm" },
    Way { board: "mps2-an500", bounds: "hardware", module: ".small.wasm" },
    Way { board: "mps2-an386", bounds: "software", module: ".small.wasm" },
];

struct Way {
    board: &'static str,
    bounds: &'static str,
    module: &'static str,
}

fn main() {
    let trial = |(kernel, way): (&'static Kernel, &'static Way)| {
        let name = format!("{}{} {} {}", kernel.name, way.module, way.board, way.bounds);
        Trial::test(name, move || check(kernel, way))
    };
    let trials = KERNELS.iter().zip(WAYS.iter().cycle()).map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(kernel: &Kernel, way: &Way) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/kernels");
    let file = format!("{}{}", kernel.name, way.module);
    // What is measured takes too long for an interpreter.
    let count = (kernel.count / 20).max(1);
    let expected = interpret(&folder.join(&file), count)?;
    let Way { board, bounds, .. } = way;
    let text = format!(
        r#"system "{}" {{
    board "{board}"
    component "bench" "{file}" {{
        memory budget=(KiB)64
        bounds "{bounds}"
        stack (KiB)16
    }}
    run "bench#run" {count}
    run "bench#report"
}}
"#,
        kernel.name
    );
    let Said { console, exit_code } = emulated::run(&emulated::build(&folder, &text)?)?;
    match exit_code == 0 && console == format!("{expected}\n") {
        true => Ok(()),
        false => {
            Err(format!("the checksum is {expected}, but the image says {console:?} and ends with {exit_code}").into())
        }
    }
}

/// The checksum.
fn interpret(file: &PathBuf, count: u32) -> Result<u32, Failed> {
    let engine = Engine::default();
    let module = Module::new(&engine, std::fs::read(file)?)?;
    let mut store = Store::new(&engine, None);
    let mut linker = Linker::<Option<u32>>::new(&engine);
    linker.func_wrap("compose", "log_u32", |mut caller: Caller<'_, Option<u32>>, value: u32| {
        *caller.data_mut() = Some(value);
    })?;
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    instance.get_typed_func::<u32, ()>(&store, "run")?.call(&mut store, count)?;
    instance.get_typed_func::<(), ()>(&store, "report")?.call(&mut store, ())?;
    Ok(store.data().ok_or("nothing was reported")?)
}
