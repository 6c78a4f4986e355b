// The sieve of Eratosthenes over bytes, and over bits: strided stores, read-modify-write of single bits.
#include "bench.h"

enum { LIMIT = 8192 };

static uint8_t composite[LIMIT];
static uint32_t bits[LIMIT / 32];

KERNEL(n) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < n; round++) {
        for (uint32_t i = 0; i < LIMIT; i++) composite[i] = 0;
        for (uint32_t i = 0; i < LIMIT / 32; i++) bits[i] = 0;
        for (uint32_t i = 2; i < LIMIT; i++) {
            if (composite[i]) continue;
            sum = mix(sum, i + round);
            for (uint32_t multiple = i * i; multiple < LIMIT; multiple += i) composite[multiple] = 1;
        }
        for (uint32_t i = 3; i < LIMIT; i += 2) {
            if (bits[i / 32] >> i % 32 & 1) continue;
            sum += i;
            for (uint32_t multiple = i * i; multiple < LIMIT; multiple += 2 * i) bits[multiple / 32] |= 1u << multiple % 32;
        }
    }
    return sum;
}
