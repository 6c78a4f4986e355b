// 64-bit numbers in general: a congruential generator, shifts by a variable, compares, minima, division by a constant
// and by a variable.
#include "bench.h"

static uint64_t history[32];

KERNEL(n) {
    uint64_t state = n, low = UINT64_MAX;
    int64_t sum = 0;
    uint32_t above = 0;
    for (uint32_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t drawn = (state >> (state >> 59)) ^ (state << 7);
        if (drawn < low) low = drawn;
        if ((int64_t)drawn > sum) above++;
        sum += (int64_t)(drawn % 1000003u) - (int64_t)(drawn >> 40);
        history[i % 32] += drawn;
        if (i % 8 == 0) sum ^= (int64_t)(history[i * 7 % 32] / ((state >> 35) | 1));
        if (i % 16 == 3) sum -= (int64_t)state / (int64_t)(history[i % 32] >> 20 | 1);
    }
    uint64_t total = (uint64_t)sum ^ low;
    return (uint32_t)(total ^ total >> 32) + above;
}
