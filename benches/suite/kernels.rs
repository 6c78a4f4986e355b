//! What is measured. `count` is the argument of `run`: some hundred thousand to a few million instructions natively.

pub struct Kernel {
    pub name: &'static str,
    /// What it exercises, for the table.
    pub what: &'static str,
    pub count: u32,
}

const fn kernel(name: &'static str, what: &'static str, count: u32) -> Kernel {
    Kernel { name, what, count }
}

pub const KERNELS: &[Kernel] = &[
    kernel("crc32_bits", "CRC-32, bit by bit", 60),
    kernel("crc32_table", "CRC-32 by table", 80),
    kernel("sha256", "SHA-256", 100),
    kernel("matmul", "integer matrix product", 8),
    kernel("quicksort", "quicksort", 20),
    kernel("heapsort", "heapsort of records", 16),
    kernel("list", "linked lists: find, reverse, sort", 60),
    kernel("tokens", "tokeniser, state machine", 100),
    kernel("recursion", "Fibonacci, Ackermann", 20),
    kernel("queens", "n queens by bit masks", 9),
    kernel("sieve", "sieve over bytes and bits", 6),
    kernel("bytes", "strings and memory copying", 80),
    kernel("decode", "Base64 and UTF-8", 40),
    kernel("huffman", "bit packing, prefix code", 16),
    kernel("vm", "byte-code interpreter", 80),
    kernel("dispatch", "calls through tables", 300),
    kernel("siphash", "SipHash, i64", 80),
    kernel("wide", "i64: generator, shifts, division", 3000),
    kernel("bignum", "256-bit products", 300),
    kernel("fir", "f32: filter", 40),
    kernel("biquad", "f32: cascade and controller", 3000),
    kernel("rotation", "f32: vectors, root", 200),
    kernel("nbody", "f64: three bodies", 30),
];
