// Fibonacci numbers and Ackermann's function by recursion: calls, returns, saved registers.
#include "bench.h"

__attribute__((noinline)) static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

__attribute__((noinline)) static uint32_t ackermann(uint32_t m, uint32_t n) {
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

KERNEL(n) { return mix(fibonacci(n), ackermann(2, 8 * n)); }
