//! The results: as JSON, and as tables.

use crate::native::SIZE_REFERENCE;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Measured {
    pub instructions: u64,
    /// Code of the kernel's own functions.
    pub bytes: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct KernelResults {
    pub name: String,
    pub what: String,
    pub checksum: u32,
    /// Instructions of the best of gcc and clang, -O2 and -O3.
    pub best_native: u64,
    pub variants: BTreeMap<String, Measured>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Results {
    pub machine: String,
    /// First lines of `--version`.
    pub tools: Vec<String>,
    /// Names of the variants, in the order of the table.
    pub variants: Vec<String>,
    pub kernels: Vec<KernelResults>,
    pub means: Vec<Mean>,
    pub calls: Vec<CallResults>,
}

/// A call between two components.
#[derive(Debug, Serialize, Deserialize)]
pub struct CallResults {
    pub what: String,
    /// By board.
    pub instructions: BTreeMap<String, usize>,
}

/// Geometric means over all kernels.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mean {
    pub variant: String,
    /// Instructions over the best native ones.
    pub time: f64,
    /// Bytes over those of the size reference.
    pub size: f64,
    /// The largest ratio of instructions, and whose it is.
    pub worst: f64,
    pub worst_kernel: String,
}

impl KernelResults {
    fn time(&self, variant: &str) -> Option<f64> {
        Some(self.variants.get(variant)?.instructions as f64 / self.best_native as f64)
    }

    fn size(&self, variant: &str) -> Option<f64> {
        let reference = self.variants.get(SIZE_REFERENCE)?.bytes;
        Some(f64::from(self.variants.get(variant)?.bytes) / f64::from(reference))
    }
}

impl Results {
    /// Fills in the means.
    pub fn finish(mut self) -> Results {
        self.means = self.variants.iter().filter_map(|variant| self.mean(variant)).collect();
        self
    }

    fn mean(&self, variant: &str) -> Option<Mean> {
        let times: Vec<f64> = self.kernels.iter().filter_map(|kernel| kernel.time(variant)).collect();
        let sizes: Vec<f64> = self.kernels.iter().filter_map(|kernel| kernel.size(variant)).collect();
        let worst = self.kernels.iter().filter(|kernel| kernel.time(variant).is_some());
        let worst = worst.max_by(|a, b| a.time(variant).partial_cmp(&b.time(variant)).expect("ratios are numbers"))?;
        let rounded = |ratio: f64| (ratio * 1000.0).round() / 1000.0;
        Some(Mean {
            variant: variant.to_owned(),
            time: rounded(geometric(&times)),
            size: rounded(geometric(&sizes)),
            worst: rounded(worst.time(variant)?),
            worst_kernel: worst.name.clone(),
        })
    }

    /// Every variant of every kernel is there.
    pub fn complete(&self) -> bool {
        self.kernels.iter().all(|kernel| self.variants.iter().all(|variant| kernel.variants.contains_key(variant)))
    }

    /// A Markdown table that is also readable as it is: a row for each kernel, `cell` for each variant, means below.
    fn table(&self, first: &str, cell: fn(&KernelResults, &str) -> Option<f64>, mean: fn(&Mean) -> f64) -> String {
        let mut text = format!("| kernel      | {first:>10} |");
        for variant in &self.variants {
            let _ = write!(text, " {variant} |");
        }
        text += "\n|-------------|-----------:|";
        for variant in &self.variants {
            let _ = write!(text, "{}:|", "-".repeat(variant.len() + 1));
        }
        let ratio = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        for kernel in &self.kernels {
            let reference = match first {
                "bytes" => kernel.variants.get(SIZE_REFERENCE).map_or(0, |measured| measured.bytes.into()),
                _ => kernel.best_native,
            };
            let _ = write!(text, "\n| {:<11} | {reference:>10} |", kernel.name);
            for variant in &self.variants {
                let _ = write!(text, " {:>1$} |", ratio(cell(kernel, variant)), variant.len());
            }
        }
        let _ = write!(text, "\n| {:<11} | {:>10} |", "mean", "");
        for variant in &self.variants {
            let found = self.means.iter().find(|of| of.variant == *variant).map(mean);
            let _ = write!(text, " {:>1$} |", ratio(found), variant.len());
        }
        text + "\n"
    }

    /// Instructions of calls between components, by board.
    pub fn calls(&self) -> String {
        let boards: Vec<&String> = self.calls.first().map_or(Vec::new(), |call| call.instructions.keys().collect());
        let mut text = "| what is passed |".to_owned();
        boards.iter().for_each(|board| text += &format!(" {board} |"));
        text += "\n|---|";
        boards.iter().for_each(|_| text += "---:|");
        for call in &self.calls {
            let _ = write!(text, "\n| {} |", call.what);
            call.instructions.values().for_each(|count| text += &format!(" {count} |"));
        }
        text + "\n"
    }

    /// Instructions over those of the best native code.
    pub fn times(&self) -> String {
        self.table("best native", KernelResults::time, |mean| mean.time)
    }

    /// Bytes over those of the size reference.
    pub fn sizes(&self) -> String {
        self.table("bytes", KernelResults::size, |mean| mean.size)
    }
}

fn geometric(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}
