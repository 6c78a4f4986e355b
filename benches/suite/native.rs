//! The kernels compiled by others: natively, and from the same WebAssembly by wasm2c.

use crate::count::{Image, functions};
use crate::kernels::Kernel;
use crate::tools::{self, Result, folder, repository, run};
use goblin::elf::Elf;

/// A way to compile a kernel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Compiler {
    Gcc,
    Clang,
    Wasm2c { checks: bool },
}

pub struct Variant {
    pub name: &'static str,
    pub compiler: Compiler,
    pub level: &'static str,
    /// One of the four that the best native code is taken from.
    pub native: bool,
}

pub const SIZE_REFERENCE: &str = "gcc -Os";

pub const VARIANTS: &[Variant] = &[
    Variant { name: "gcc -O2", compiler: Compiler::Gcc, level: "-O2", native: true },
    Variant { name: "gcc -O3", compiler: Compiler::Gcc, level: "-O3", native: true },
    Variant { name: "clang -O2", compiler: Compiler::Clang, level: "-O2", native: true },
    Variant { name: "clang -O3", compiler: Compiler::Clang, level: "-O3", native: true },
    Variant { name: SIZE_REFERENCE, compiler: Compiler::Gcc, level: "-Os", native: false },
    Variant { name: "wasm2c", compiler: Compiler::Wasm2c { checks: true }, level: "-O2", native: false },
    Variant { name: "wasm2c unchecked", compiler: Compiler::Wasm2c { checks: false }, level: "-O2", native: false },
];

const GCC: &str = "arm-none-eabi-gcc";
const CLANG: &str = "clang-19";

/// The best that native code can use: the floating-point unit, and its registers for arguments.
const CPU: &[&str] = &["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-ffunction-sections"];

/// Multiply and add stay two roundings, as WebAssembly has them: fused, the checksums would differ.
const SAME_FLOATS: &str = "-ffp-contract=off";

/// Where Debian's package has wasm2c's header.
const WASM2C_HEADERS: &str = "-I/usr/src/wasm2c";

pub fn build(kernel: &Kernel, variant: &Variant) -> Result<Image> {
    build_with(kernel, variant, &[])
}

/// With more definitions for the harness.
pub fn build_with(kernel: &Kernel, variant: &Variant, definitions: &[&str]) -> Result<Image> {
    let folder = folder(kernel.name, variant.name)?;
    let [object, harness, elf] = ["kernel.o", "harness.o", "kernel.elf"].map(|file| format!("{folder}/{file}"));
    let source = repository(&format!("benches/kernels/{}.c", kernel.name));
    let mut objects = vec![object.clone(), harness.clone()];
    let mut definitions = definitions.to_vec();
    match variant.compiler {
        Compiler::Gcc => compile(GCC, &[variant.level, SAME_FLOATS, "-o", &object, &source])?,
        Compiler::Clang => {
            compile(CLANG, &["--target=thumbv7em-none-eabihf", variant.level, SAME_FLOATS, "-o", &object, &source])?;
        }
        Compiler::Wasm2c { checks } => {
            let c = wasm2c(kernel, &folder, checks)?;
            let options = ["-DWASM_RT_USE_STACK_DEPTH_COUNT=0", "-DNDEBUG", "-w", WASM2C_HEADERS];
            compile(GCC, &[&[variant.level, SAME_FLOATS, "-o", &object, &c], &options[..]].concat())?;
            let (glue, include) = (format!("{folder}/glue.o"), format!("-I{folder}"));
            compile(GCC, &["-O2", WASM2C_HEADERS, &include, "-o", &glue, &repository("benches/native/glue.c")])?;
            objects.push(glue);
            definitions.push("-DWASM2C");
        }
    }
    let count = format!("-DRUN_COUNT={}u", kernel.count);
    let harness_source = repository("benches/native/harness.c");
    compile(GCC, &[&["-O2", &count, "-o", &harness, &harness_source], &definitions[..]].concat())?;
    let script = repository("benches/native/link.ld");
    let link = ["-nostartfiles", "-Wl,--gc-sections", "-T", &script, "-o", &elf];
    let objects = objects.iter().map(String::as_str);
    run(GCC, CPU.iter().chain(&link).copied().chain(objects).chain(["-lm"]))?;
    image(elf, variant)
}

fn compile(program: &str, args: &[&str]) -> Result<()> {
    run(program, CPU.iter().chain(&["-c"]).chain(args)).map(|_| ())
}

/// The C of wasm2c. Without checks: no compare before an access, and the memory is an array whose address is a constant.
fn wasm2c(kernel: &Kernel, folder: &str, checks: bool) -> Result<String> {
    let c = format!("{folder}/kernel.c");
    let wasm = repository(&format!("benches/kernels/{}.wasm", kernel.name));
    run("wasm2c", ["--module-name", "bench", &wasm, "-o", &c])?;
    if !checks {
        let mut text = std::fs::read_to_string(&c)?;
        for (from, to) in [
            ("#define MEMCHECK(mem, a, t) RANGE_CHECK(mem, a, sizeof(t))", "#define MEMCHECK(mem, a, t)"),
            ("&mem->data[addr]", "&bench_memory[addr]"),
            ("#include \"kernel.h\"", "#include \"kernel.h\"\nextern uint8_t bench_memory[];"),
        ] {
            if !text.contains(from) {
                return Err(format!("wasm2c made other code than version 1.0.32 does: no `{from}`").into());
            }
            text = text.replace(from, to);
        }
        std::fs::write(&c, text)?;
    }
    Ok(c)
}

/// Functions that are no part of the kernel: set-up, and the printing of the checksum.
fn is_glue(name: &str) -> bool {
    name == "report" || ["init", "instantiate", "free", "report", "func_types"].iter().any(|part| name.contains(part))
}

fn image(elf: String, variant: &Variant) -> Result<Image> {
    let functions = functions(&elf)?;
    let bytes = std::fs::read(&elf)?;
    let parsed = Elf::parse(&bytes)?;
    let section = |name: &str| {
        let found = parsed.section_headers.iter().find(|s| parsed.shdr_strtab.get_at(s.sh_name) == Some(name));
        found.map_or(0..0, |s| s.sh_addr as u32..(s.sh_addr + s.sh_size) as u32)
    };
    let (kernel, library) = (section(".kernel"), section(".library"));
    let entry = match variant.compiler {
        Compiler::Wasm2c { .. } => "Z_benchZ_run",
        _ => "run",
    };
    let start = functions.iter().find(|(name, _)| name == entry).ok_or("the kernel has no `run`")?.1.start;
    let own = functions.iter().filter(|(name, range)| kernel.contains(&range.start) && !is_glue(name));
    let bytes = own.map(|(_, range)| range.len() as u32).sum();
    Ok(Image { elf, ranges: vec![kernel, library], start, bytes })
}

/// What the kernel computes on the host.
pub fn on_host(kernel: &Kernel) -> Result<u32> {
    let file = format!("{}/kernel", folder(kernel.name, "host")?);
    let source = repository(&format!("benches/kernels/{}.c", kernel.name));
    let (count, harness) = (format!("-DRUN_COUNT={}u", kernel.count), repository("benches/native/harness.c"));
    run("gcc", ["-O1", SAME_FLOATS, "-DHOST", &count, "-o", &file, &source, &harness])?;
    let text = tools::run(&file, [] as [&str; 0])?;
    Ok(text.trim().parse()?)
}
