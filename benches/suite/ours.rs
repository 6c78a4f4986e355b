//! The kernels compiled by compose.

use crate::count::{Image, functions};
use crate::kernels::Kernel;
use crate::tools::{Result, folder, repository};
use compose::diag::Diagnostics;
use compose::source::Sources;
use compose::trace::Trace;

pub struct Variant {
    pub name: &'static str,
    /// The manifest's word.
    pub bounds: &'static str,
    /// What ends the name of the module: `.small.wasm` is compiled for size.
    pub module: &'static str,
    /// The manifest's word.
    pub optimize: &'static str,
}

pub const VARIANTS: &[Variant] = &[
    Variant { name: "hardware", bounds: "hardware", module: ".wasm", optimize: "speed" },
    Variant { name: "software", bounds: "software", module: ".wasm", optimize: "speed" },
    Variant { name: "small", bounds: "hardware", module: ".small.wasm", optimize: "size" },
];

pub fn build(kernel: &Kernel, variant: &Variant) -> Result<Image> {
    let folder = folder(kernel.name, variant.name)?;
    let manifest = format!(
        r#"system "bench" {{
    board "mps2-an386"
    component "bench" "{}" {{
        memory budget=(KiB)64
        bounds "{}"
        stack (KiB)16
    }}
    run "bench#run" {}
    run "bench#report"
    policy {{ optimize "{}" }}
}}
"#,
        repository(&format!("benches/kernels/{}{}", kernel.name, variant.module)),
        variant.bounds,
        kernel.count,
        variant.optimize
    );
    std::fs::write(format!("{folder}/system.kdl"), &manifest)?;
    let mut sources = Sources::new();
    let id = sources.add("system.kdl", folder.clone(), manifest);
    let mut found = Diagnostics::new();
    let product = compose::build(&mut sources, id, &mut Trace::new(None), &mut found);
    let messages = || found.list.iter().map(|diagnostic| diagnostic.message.clone()).collect::<Vec<_>>().join("; ");
    let product = product.ok_or_else(messages)?;
    let elf = format!("{folder}/kernel.elf");
    std::fs::write(&elf, &product.image.elf)?;

    let functions = functions(&elf)?;
    let own = functions.iter().filter(|(name, _)| name.starts_with("bench!") && name != "bench!report");
    let bytes = own.map(|(_, range)| range.len() as u32).sum();
    let counted = functions
        .iter()
        .filter(|(name, _)| (name.starts_with("bench!") && name != "bench!report") || name.starts_with("runtime!"));
    let ranges = counted.map(|(_, range)| range.clone()).collect();
    let start = functions.iter().find(|(name, _)| name == "bench!run").ok_or("the kernel has no `run`")?.1.start;
    Ok(Image { elf, ranges, start, bytes })
}
