// Product of square matrices of 16-bit integers with 32-bit sums: nested counted loops, strided loads, multiply-add.
#include "bench.h"

enum { SIZE = 24 };

static int16_t left[SIZE][SIZE], right[SIZE][SIZE];
static int32_t product[SIZE][SIZE];

static void multiply(void) {
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            int32_t sum = 0;
            for (int k = 0; k < SIZE; k++) sum += (int32_t)left[row][k] * right[k][column];
            product[row][column] = sum;
        }
    }
}

KERNEL(n) {
    uint32_t seed = n + 4, sum = 0;
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            left[row][column] = (int16_t)(next_random(&seed) & 0xfff);
            right[row][column] = (int16_t)(next_random(&seed) & 0xfff);
        }
    }
    for (uint32_t round = 0; round < n; round++) {
        multiply();
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) {
                sum = mix(sum, (uint32_t)product[row][column]);
                left[row][column] = (int16_t)(product[row][column] >> 9 & 0xfff);
            }
        }
    }
    return sum;
}
