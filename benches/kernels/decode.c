// Base64 to bytes, and UTF-8 to code points with all its checks: table look-ups, shifts, early exits.
#include "bench.h"

enum { SIZE = 384 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static int8_t digits[256];
static char encoded[SIZE / 3 * 4 + 1];
static uint8_t bytes[SIZE];

static void encode(void) {
    char *out = encoded;
    for (int i = 0; i < SIZE; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *out++ = alphabet[group >> shift & 63];
    }
    *out = 0;
}

static int decode(void) {
    const char *in = encoded;
    uint8_t *out = bytes;
    while (*in) {
        uint32_t group = 0;
        for (int i = 0; i < 4; i++) {
            int digit = digits[(uint8_t)*in++];
            if (digit < 0) return -1;
            group = group << 6 | (uint32_t)digit;
        }
        *out++ = (uint8_t)(group >> 16);
        *out++ = (uint8_t)(group >> 8);
        *out++ = (uint8_t)group;
    }
    return (int)(out - bytes);
}

// The number of bytes of the code point at `p`, or 0 if there is none.
static size_t code_point(const uint8_t *p, size_t left, uint32_t *out) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = *p;
    if (first < 0x80) {
        *out = first;
        return 1;
    }
    size_t count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || count > left) return 0;
    uint32_t value = first & (0x7fu >> count);
    for (size_t i = 1; i < count; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (p[i] & 0x3f);
    }
    if (value < least[count] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 0;
    *out = value;
    return count;
}

static void fill(uint32_t *seed) {
    for (size_t at = 0; at < SIZE;) {
        uint32_t random = next_random(seed), left = SIZE - (uint32_t)at;
        if (random % 4 == 0 && left >= 2) {
            bytes[at++] = 0xc3;
        } else if (random % 4 == 1 && left >= 3) {
            bytes[at++] = 0xe2;
            bytes[at++] = 0x80 | (random >> 8 & 0x3f);
        } else {
            bytes[at++] = random >> 8 & 0x7f;
            continue;
        }
        bytes[at++] = 0x80 | (random >> 16 & 0x3f);
    }
}

KERNEL(n) {
    uint32_t seed = n + 17, sum = 0;
    for (int i = 0; i < 256; i++) digits[i] = -1;
    for (int i = 0; i < 64; i++) digits[(uint8_t)alphabet[i]] = (int8_t)i;
    fill(&seed);
    for (uint32_t round = 0; round < n; round++) {
        encode();
        sum = mix(sum, (uint32_t)decode());
        for (size_t at = 0; at < SIZE;) {
            uint32_t value = 0xfffd;
            size_t count = code_point(bytes + at, SIZE - at, &value);
            sum = mix(sum, value);
            at += count ? count : 1;
        }
        bytes[sum % SIZE] ^= 1;
    }
    return sum;
}
