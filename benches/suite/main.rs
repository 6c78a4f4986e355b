//! The benchmark of the code generator: kernels in C, compiled natively by gcc and clang, and as WebAssembly by wasm2c
//! and compose; run in QEMU on a Cortex-M4F, every instruction counted, every checksum compared with the host's.
//!
//! ```text
//! scripts/bench                      all of it; writes benches/results.json and book/benchmarks.md
//! cargo bench --bench suite -- [--ours] [--hot] [KERNEL...]      some kernels; writes nothing
//! ```
//!
//! `--ours` takes what others measure from the last run. `--hot` prints the instructions that run most, ours and
//! those of the best native code.

mod book;
#[path = "../calls.rs"]
#[allow(dead_code, reason = "a benchmark of its own too")]
mod calls;
mod count;
mod hot;
mod kernels;
mod native;
mod ours;
mod results;
mod tools;

use kernels::{KERNELS, Kernel};
use results::{CallResults, KernelResults, Measured, Results};
use std::collections::BTreeMap;
use tools::{Result, repository};

struct Options {
    ours: bool,
    hot: bool,
    kernels: Vec<&'static Kernel>,
}

fn options() -> Result<Options> {
    let mut options = Options { ours: false, hot: false, kernels: Vec::new() };
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--bench" => {} // Cargo's own.
            "--ours" => options.ours = true,
            "--hot" => options.hot = true,
            name => match KERNELS.iter().find(|kernel| kernel.name == name) {
                Some(kernel) => options.kernels.push(kernel),
                None => return Err(format!("there is no kernel `{name}`").into()),
            },
        }
    }
    Ok(options)
}

fn main() -> Result<()> {
    let options = options()?;
    let all = options.kernels.is_empty();
    let chosen: Vec<&Kernel> = if all { KERNELS.iter().collect() } else { options.kernels };
    let plugin = count::plugin()?;
    let mut kernels = Vec::new();
    for kernel in chosen {
        eprintln!("{}", kernel.name);
        let last = options.ours.then(|| last(kernel)).transpose()?;
        kernels.push(measure(&plugin, kernel, last.as_ref(), options.hot)?);
    }
    let variants = native::VARIANTS.iter().map(|v| v.name).chain(ours::VARIANTS.iter().map(|v| v.name));
    let results = Results {
        machine: "mps2-an386 (Cortex-M4F) in QEMU".to_owned(),
        tools: versions()?,
        variants: variants.map(str::to_owned).collect(),
        kernels,
        means: Vec::new(),
        calls: calls()?,
    };
    let results = results.finish();
    println!("instructions over those of the best native code\n\n{}", results.times());
    println!("bytes of code over those of {}\n\n{}", native::SIZE_REFERENCE, results.sizes());
    for mean in &results.means {
        println!(
            "{:<17} time {:.3}, size {:.3}, at worst {:.2} ({})",
            mean.variant, mean.time, mean.size, mean.worst, mean.worst_kernel
        );
    }
    remember(&results)?;
    if !all || options.ours {
        return Ok(());
    }
    let agreement = methods(&plugin)?;
    println!("\n{agreement}");
    if !results.complete() {
        return Err("some kernels have no result; nothing is written".into());
    }
    std::fs::write(repository("benches/results.json"), serde_json::to_string_pretty(&results)? + "\n")?;
    std::fs::write(repository("book/benchmarks.md"), book::chapter(&results, &agreement))?;
    Ok(())
}

fn calls() -> Result<Vec<CallResults>> {
    let mut results: Vec<CallResults> = calls::CALLS
        .iter()
        .map(|(_, what)| CallResults { what: (*what).to_owned(), instructions: BTreeMap::new() })
        .collect();
    for board in calls::BOARDS {
        let counts = calls::measure(board)?;
        for (result, count) in results.iter_mut().zip(counts) {
            result.instructions.insert(board.to_owned(), count);
        }
    }
    Ok(results)
}

fn measure(plugin: &str, kernel: &Kernel, last: Option<&KernelResults>, hot: bool) -> Result<KernelResults> {
    let checksum = native::on_host(kernel)?;
    let mut variants = BTreeMap::new();
    let mut images = BTreeMap::new();
    for variant in native::VARIANTS {
        if let Some(last) = last.filter(|_| !hot) {
            variants.insert(variant.name.to_owned(), last.variants[variant.name]);
            continue;
        }
        let image = native::build(kernel, variant)?;
        let counted = verified(plugin, &image, checksum, variant.name)?;
        variants.insert(variant.name.to_owned(), Measured { instructions: counted.instructions, bytes: image.bytes });
        images.insert(variant.name, (image, counted));
    }
    let native = native::VARIANTS.iter().filter(|variant| variant.native).map(|variant| variant.name);
    let best = native.min_by_key(|name| variants[*name].instructions).expect("there are native variants");
    for variant in ours::VARIANTS {
        match ours::build(kernel, variant) {
            Ok(image) => {
                let counted = verified(plugin, &image, checksum, variant.name)?;
                let measured = Measured { instructions: counted.instructions, bytes: image.bytes };
                variants.insert(variant.name.to_owned(), measured);
                images.insert(variant.name, (image, counted));
            }
            Err(error) => eprintln!("    {}: {error}", variant.name),
        }
    }
    if hot {
        for name in [best, ours::VARIANTS[0].name, ours::VARIANTS[1].name] {
            if let Some((image, counted)) = images.get(name) {
                println!(
                    "{} by {name}: {} instructions\n{}",
                    kernel.name,
                    counted.instructions,
                    hot::listing(image, counted)?
                );
            }
        }
    }
    Ok(KernelResults {
        name: kernel.name.to_owned(),
        what: kernel.what.to_owned(),
        checksum,
        best_native: variants[best].instructions,
        variants,
    })
}

fn verified(plugin: &str, image: &count::Image, checksum: u32, variant: &str) -> Result<count::Counted> {
    let counted = count::count(plugin, image).map_err(|error| format!("{variant}: {error}"))?;
    if counted.checksum != checksum {
        return Err(format!("{variant} computes {} where the host computes {checksum}", counted.checksum).into());
    }
    Ok(counted)
}

/// Counts one kernel by other means: a native one by the emulator's virtual time, ours by its log of every instruction.
fn methods(plugin: &str) -> Result<String> {
    let kernel = &KERNELS[0];
    let counted = count::count(plugin, &native::build(kernel, &native::VARIANTS[0])?)?.instructions;
    let timed = count::by_timer(&native::build_with(kernel, &native::VARIANTS[0], &["-DTIMER"])?.elf)?;
    let short = Kernel { count: 2, ..*kernel };
    let image = ours::build(&short, &ours::VARIANTS[0])?;
    let (ours, logged) = (count::count(plugin, &image)?.instructions, count::by_log(&image)?);
    if timed.abs_diff(counted) > 25 || ours != logged {
        return Err(format!("the methods differ: counted {counted} and {ours}, timed {timed}, logged {logged}").into());
    }
    Ok(format!(
        "`{}` by {}: {counted} instructions counted, {timed} by the emulator's clock with the call around it. A short run \
         of the same kernel by compose: {ours} counted, {logged} in the emulator's log.",
        kernel.name,
        native::VARIANTS[0].name
    ))
}

/// Where the last result of each kernel is.
fn last_file(kernel: &str) -> Result<String> {
    Ok(format!("{}/last.json", tools::folder(kernel, "")?))
}

fn remember(results: &Results) -> Result<()> {
    for kernel in &results.kernels {
        std::fs::write(last_file(&kernel.name)?, serde_json::to_string(kernel)?)?;
    }
    Ok(())
}

/// What was measured last.
fn last(kernel: &Kernel) -> Result<KernelResults> {
    let text = std::fs::read_to_string(last_file(kernel.name)?);
    let text = text.map_err(|_| format!("`{}` was not measured yet: run without --ours", kernel.name))?;
    Ok(serde_json::from_str(&text)?)
}

fn versions() -> Result<Vec<String>> {
    let first = |text: String| text.lines().next().unwrap_or("").trim().to_owned();
    let tools = ["arm-none-eabi-gcc", "clang-19", "wasm2c", "qemu-system-arm"];
    tools.iter().map(|tool| Ok(format!("{tool}: {}", first(tools::run(tool, ["--version"])?)))).collect()
}
