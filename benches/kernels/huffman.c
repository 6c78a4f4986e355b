// A canonical prefix code: bits packed and unpacked through a 32-bit window, decoded by code length.
#include "bench.h"

enum { COUNT = 600, LONGEST = 9 };

// How many symbols have a code of each length; the sum over lengths of count / 2^length is 1.
static const uint8_t lengths[LONGEST + 1] = {0, 0, 1, 3, 2, 4, 4, 4, 4, 8};

static uint16_t codes[32];
static uint8_t sizes[32], symbols[COUNT], packed[COUNT * LONGEST / 8 + 4];

static uint32_t assign(void) {
    uint32_t code = 0, symbol = 0;
    for (uint32_t length = 1; length <= LONGEST; length++) {
        code <<= 1;
        for (uint32_t i = 0; i < lengths[length]; i++, symbol++, code++) {
            codes[symbol] = (uint16_t)code;
            sizes[symbol] = (uint8_t)length;
        }
    }
    return symbol;
}

static size_t pack(void) {
    uint32_t window = 0, held = 0;
    uint8_t *out = packed;
    for (int i = 0; i < COUNT; i++) {
        uint32_t symbol = symbols[i];
        window = window << sizes[symbol] | codes[symbol];
        for (held += sizes[symbol]; held >= 8; held -= 8) *out++ = (uint8_t)(window >> (held - 8));
    }
    *out++ = (uint8_t)(window << (8 - held));
    return (size_t)(out - packed);
}

static uint32_t unpack(uint32_t sum) {
    const uint8_t *in = packed;
    uint32_t window = 0, held = 0;
    for (int i = 0; i < COUNT; i++) {
        while (held <= 24) {
            window |= (uint32_t)*in++ << (24 - held);
            held += 8;
        }
        uint32_t code = 0, first = 0, index = 0, length = 1;
        for (; length <= LONGEST; length++) {
            code |= window >> (32 - length) & 1;
            uint32_t count = lengths[length];
            if (code - first < count) break;
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        window <<= length;
        held -= length;
        sum = mix(sum, index + code - first);
    }
    return sum;
}

KERNEL(n) {
    uint32_t seed = n + 18, sum = 0, count = assign();
    for (int i = 0; i < COUNT; i++) symbols[i] = (uint8_t)((next_random(&seed) >> 8 & next_random(&seed) >> 9) % count);
    for (uint32_t round = 0; round < n; round++) {
        sum = mix(sum, (uint32_t)pack());
        sum = unpack(sum);
        symbols[sum % COUNT] = (uint8_t)(sum >> 16) % count;
    }
    return sum;
}
