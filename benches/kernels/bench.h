// What a kernel of the benchmark includes. The same source is compiled natively and to WebAssembly, and needs no C
// library: what a compiler makes a call of memcpy or of a 64-bit division, it brings along.
//
// A kernel is `KERNEL(n) { ...; return checksum; }`. `run` is what is measured; `report` prints the checksum and is not.
// Input starts from n, which no compiler knows: from a constant, it would be computed when the kernel is compiled.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
__attribute__((import_module("compose"), import_name("log_u32"))) void log_u32(uint32_t value);
#else
#define EXPORT(name)
void log_u32(uint32_t value);
#endif

#define KERNEL(n)                                                                                                      \
    static uint32_t kernel(uint32_t n);                                                                                \
    static uint32_t result;                                                                                            \
    EXPORT("run") void run(uint32_t count) { result = kernel(count); }                                                 \
    EXPORT("report") void report(void) { log_u32(result); }                                                            \
    static uint32_t kernel(uint32_t n)

// Marsaglia's xorshift32: reproducible input.
static inline uint32_t next_random(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

// A checksum that depends on the order of what is added.
static inline uint32_t mix(uint32_t sum, uint32_t value) { return (sum ^ value) * 0x01000193u; }
