// SipHash-2-4 (Aumasson and Bernstein): 64-bit additions, exclusive ors, rotates by constants.
#include "bench.h"

static uint8_t message[256];

static inline uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

#define ROUND                                                                                                          \
    do {                                                                                                               \
        v0 += v1, v1 = rotate(v1, 13), v1 ^= v0, v0 = rotate(v0, 32);                                                  \
        v2 += v3, v3 = rotate(v3, 16), v3 ^= v2;                                                                       \
        v0 += v3, v3 = rotate(v3, 21), v3 ^= v0;                                                                       \
        v2 += v1, v1 = rotate(v1, 17), v1 ^= v2, v2 = rotate(v2, 32);                                                  \
    } while (0)

static uint64_t hash(const uint8_t *in, size_t length, uint64_t k0, uint64_t k1) {
    uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du;
    uint64_t v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
    uint64_t last = (uint64_t)length << 56;
    for (; length >= 8; length -= 8, in += 8) {
        uint64_t word = 0;
        for (int i = 0; i < 8; i++) word |= (uint64_t)in[i] << (8 * i);
        v3 ^= word;
        ROUND;
        ROUND;
        v0 ^= word;
    }
    for (size_t i = 0; i < length; i++) last |= (uint64_t)in[i] << (8 * i);
    v3 ^= last;
    ROUND;
    ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    ROUND;
    ROUND;
    ROUND;
    ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

KERNEL(n) {
    uint32_t seed = n + 10;
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)next_random(&seed);
    for (uint32_t round = 0; round < n; round++) {
        sum ^= hash(message, sizeof message - round % 16, sum, 0x0706050403020100u);
        message[round % sizeof message] ^= (uint8_t)sum;
    }
    return (uint32_t)(sum ^ sum >> 32);
}
