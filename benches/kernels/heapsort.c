// Heapsort of records by a 16-bit key: index arithmetic, halfword loads, moves of small structures.
#include "bench.h"

enum { COUNT = 256 };

struct record {
    uint16_t key, tag;
    uint32_t value;
};
static struct record records[COUNT];

static void sift(size_t at, size_t count) {
    struct record moved = records[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && records[child].key < records[child + 1].key) child++;
        if (moved.key >= records[child].key) break;
        records[at] = records[child];
    }
    records[at] = moved;
}

KERNEL(n) {
    uint32_t seed = n + 6, sum = 0;
    for (uint32_t round = 0; round < n; round++) {
        for (int i = 0; i < COUNT; i++) {
            uint32_t random = next_random(&seed);
            records[i] = (struct record){(uint16_t)(random >> 8), (uint16_t)i, random};
        }
        for (size_t i = COUNT / 2; i-- > 0;) sift(i, COUNT);
        for (size_t last = COUNT - 1; last > 0; last--) {
            struct record swap = records[0];
            records[0] = records[last];
            records[last] = swap;
            sift(0, last);
        }
        for (int i = 0; i < COUNT; i += 5) sum = mix(sum, records[i].value + records[i].key);
    }
    return sum;
}
