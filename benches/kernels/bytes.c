// Strings as byte arrays: length, copy, compare, reverse, find, move up and down. A compiler may make some of the loops
// calls of memcpy, memmove or memset.
#include "bench.h"

enum { SIZE = 512 };

static char source[SIZE], copy[SIZE], line[SIZE];

static size_t length(const char *s) {
    size_t count = 0;
    while (s[count]) count++;
    return count;
}

static int compare(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return (uint8_t)*a - (uint8_t)*b;
}

static const char *find(const char *s, const char *word) {
    for (; *s; s++) {
        const char *a = s, *b = word;
        while (*b && *a == *b) a++, b++;
        if (!*b) return s;
    }
    return NULL;
}

static void reverse(char *s, size_t count) {
    for (size_t i = 0; i + 1 < count - i; i++) {
        char c = s[i];
        s[i] = s[count - 1 - i];
        s[count - 1 - i] = c;
    }
}

KERNEL(n) {
    uint32_t seed = n + 9, sum = 0;
    for (int i = 0; i < SIZE - 1; i++) source[i] = (char)('a' + next_random(&seed) % 8);
    for (uint32_t round = 0; round < n; round++) {
        size_t count = length(source);
        for (size_t i = 0; i <= count; i++) copy[i] = source[i];
        reverse(copy, count);
        sum = mix(sum, (uint32_t)compare(source, copy));
        const char word[] = {(char)('a' + round % 8), (char)('a' + round % 5), 'c', 0};
        const char *found = find(copy, word);
        sum = mix(sum, found ? (uint32_t)(found - copy) : 0);
        for (size_t i = 0; i < SIZE; i++) line[i] = ' ';
        for (size_t i = 0; i < 200; i++) line[i] = copy[i + round % 64];
        for (size_t i = 200; i-- > 0;) line[i + 3] = line[i];
        for (size_t i = 0; i < 200; i++) line[i] = line[i + 1];
        for (size_t i = 0; i < SIZE; i += 16) sum += (uint8_t)line[i];
        source[sum % (SIZE - 1)] = (char)('a' + sum % 16);
    }
    return sum;
}
