// All placements of n queens, by bit masks and recursion.
#include "bench.h"

static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
    if (columns == all) return 1;
    uint32_t count = 0;
    for (uint32_t free = all & ~(columns | left | right); free;) {
        uint32_t bit = free & (0u - free);
        free ^= bit;
        count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

KERNEL(n) {
    uint32_t sum = 0;
    for (uint32_t size = 4; size <= n; size++) sum = mix(sum, place((1u << size) - 1, 0, 0, 0));
    return sum;
}
