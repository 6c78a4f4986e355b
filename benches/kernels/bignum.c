// Multiplication and addition of 256-bit numbers in 32-bit limbs: 32 x 32 -> 64 products, carries.
#include "bench.h"

enum { LIMBS = 8 };

static void multiply(uint32_t product[2 * LIMBS], const uint32_t a[LIMBS], const uint32_t b[LIMBS]) {
    for (int i = 0; i < 2 * LIMBS; i++) product[i] = 0;
    for (int i = 0; i < LIMBS; i++) {
        uint32_t carry = 0;
        for (int j = 0; j < LIMBS; j++) {
            uint64_t sum = (uint64_t)a[i] * b[j] + product[i + j] + carry;
            product[i + j] = (uint32_t)sum;
            carry = (uint32_t)(sum >> 32);
        }
        product[i + LIMBS] = carry;
    }
}

// 2^256 is 38 modulo 2^255 - 19: fold the upper half once, and what that carries out once more.
static void fold(uint32_t out[LIMBS], const uint32_t product[2 * LIMBS]) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += product[i] + (uint64_t)product[i + LIMBS] * 38;
        out[i] = (uint32_t)carry;
        carry >>= 32;
    }
    carry *= 38;
    for (int i = 0; i < LIMBS; i++) {
        carry += out[i];
        out[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static uint32_t x[LIMBS], y[LIMBS], product[2 * LIMBS];

KERNEL(n) {
    uint32_t seed = n + 12, sum = 0;
    for (int i = 0; i < LIMBS; i++) x[i] = next_random(&seed), y[i] = next_random(&seed);
    for (uint32_t round = 0; round < n; round++) {
        multiply(product, x, y);
        fold(x, product);
        multiply(product, x, x);
        fold(y, product);
    }
    for (int i = 0; i < LIMBS; i++) sum = mix(mix(sum, x[i]), y[i]);
    return sum;
}
