// Quicksort (Hoare's partition) with insertion sort for short runs: compares, swaps, recursion.
#include "bench.h"

enum { COUNT = 512 };

static int32_t items[COUNT];

static void sort(int32_t *first, int32_t *last) {
    while (last - first > 12) {
        int32_t pivot = first[(last - first) / 2];
        int32_t *i = first, *j = last;
        while (i <= j) {
            while (*i < pivot) i++;
            while (pivot < *j) j--;
            if (i <= j) {
                int32_t swap = *i;
                *i++ = *j;
                *j-- = swap;
            }
        }
        if (j - first < last - i) {
            sort(first, j);
            first = i;
        } else {
            sort(i, last);
            last = j;
        }
    }
    for (int32_t *p = first + 1; p <= last; p++) {
        int32_t item = *p;
        int32_t *q = p;
        for (; q > first && item < q[-1]; q--) *q = q[-1];
        *q = item;
    }
}

KERNEL(n) {
    uint32_t seed = n + 5, sum = 0;
    for (uint32_t round = 0; round < n; round++) {
        for (int i = 0; i < COUNT; i++) items[i] = (int32_t)next_random(&seed);
        sort(items, items + COUNT - 1);
        for (int i = 0; i < COUNT; i += 7) sum = mix(sum, (uint32_t)items[i]);
    }
    return sum;
}
