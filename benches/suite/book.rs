//! The book's chapter.

use crate::results::Results;
use std::fmt::Write;

const BEFORE: &str = "\
# Benchmarks

How fast and how large is the code that `compose` makes, beside other ways from the same C source to a Cortex-M4F? This
chapter is written by

    scripts/bench

which installs what it needs (Debian or Ubuntu), compiles the kernels in `benches/kernels/` in every way, runs each in
QEMU on the board `mps2-an386`, and compares every checksum with a run on the host. `benches/results.json` holds the
same numbers.

- Counted are executed instructions, exactly, by a plug-in of QEMU's, from the entry of the kernel to its return, in the
  kernel and in the library functions that it calls. What starts the board and prints the checksum is not counted.
- An instruction is not a cycle: loads, taken branches and divisions take several on a real Cortex-M4, in native code
  as in ours.
- The best native code is the fewest instructions of gcc and clang, -O2 and -O3, for each kernel. Native code uses the
  floating-point unit and its registers for arguments. Multiply and add are not fused, since WebAssembly rounds twice.
- Sizes are the kernel's own functions, without library functions, beside `gcc -Os`.
- `wasm2c` is wabt's C from the same WebAssembly, compiled by gcc -O2: as it comes, with a compare before every access;
  and `unchecked`, with no compare and with the memory at an address that the compiler knows.
- `hardware` and `software` are compose's two modes of `bounds`. `small` is `hardware`, from modules that clang compiled
  with -Oz instead of -O2.

";

const CALLS: &str = "\
## Calls between components

Instructions from the caller's BL up to the instruction after it: kernel, adapter, allocation in the receiver's arena, copy,
and the callee, which returns at once. Caller and callee are components in two processes; a call of numbers alone is one
gate, everything else goes through an adapter in a process of its own. Counted one by one by `cargo bench --bench calls`;
`mps2-an386` is a Cortex-M4, `mps2-an505` a Cortex-M33.
";

pub fn chapter(results: &Results, agreement: &str) -> String {
    let mut text = BEFORE.to_owned();
    let _ = writeln!(text, "## Instructions, over those of the best native code\n\n{}", results.times());
    let _ = writeln!(text, "## Bytes of code, over those of gcc -Os\n\n{}", results.sizes());
    text += "## Means\n\nGeometric means over all kernels, and the kernel that fares worst.\n\n";
    text += "| | instructions | bytes | at worst |\n|---|---|---|---|\n";
    for mean in &results.means {
        let (worst, kernel) = (mean.worst, &mean.worst_kernel);
        let _ = writeln!(text, "| {} | {:.2} | {:.2} | {worst:.2} (`{kernel}`) |", mean.variant, mean.time, mean.size);
    }
    let _ = writeln!(text, "\n{CALLS}\n{}", results.calls());
    text += "## The kernels\n\n| kernel | what it does |\n|---|---|\n";
    for kernel in &results.kernels {
        let _ = writeln!(text, "| `{}` | {} |", kernel.name, kernel.what);
    }
    let _ = writeln!(text, "\n## Another way to count\n\n{agreement}\n\n## Tools\n");
    for tool in &results.tools {
        let _ = writeln!(text, "- {tool}");
    }
    text
}
