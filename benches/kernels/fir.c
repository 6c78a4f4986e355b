// A finite impulse response filter in single precision over a circular history.
#include "bench.h"

enum { TAPS = 32, BLOCK = 64 };

static float taps[TAPS], history[TAPS + BLOCK], output[BLOCK];

static void filter(void) {
    for (int i = 0; i < BLOCK; i++) {
        float sum = 0;
        for (int k = 0; k < TAPS; k++) sum += taps[k] * history[i + k];
        output[i] = sum;
    }
}

KERNEL(n) {
    uint32_t seed = n + 13, sum = 0;
    for (int i = 0; i < TAPS; i++) taps[i] = (float)(int32_t)(next_random(&seed) >> 8 & 0xff) / 4096.0f;
    for (uint32_t round = 0; round < n; round++) {
        for (int i = 0; i < TAPS; i++) history[i] = history[i + BLOCK];
        for (int i = 0; i < BLOCK; i++) history[i + TAPS] = (float)((int32_t)(next_random(&seed) & 0xfff) - 2048);
        filter();
        for (int i = 0; i < BLOCK; i += 8) sum = mix(sum, (uint32_t)(int32_t)(output[i] * 16.0f));
    }
    return sum;
}
