// CRC-32 with a table of 256 words that is made first: byte loads and an indexed table.
#include "bench.h"

static uint32_t table[256];
static uint8_t message[1024];

KERNEL(n) {
    uint32_t seed = n + 2, crc = 0;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t entry = i;
        for (int bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >> 1) ^ 0xedb88320u : entry >> 1;
        table[i] = entry;
    }
    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)next_random(&seed);
    for (uint32_t round = 0; round < n; round++) {
        crc = ~crc;
        for (size_t i = 0; i < sizeof message; i++) crc = table[(crc ^ message[i]) & 0xff] ^ (crc >> 8);
        crc = ~crc;
        message[round % sizeof message] ^= (uint8_t)crc;
    }
    return crc;
}
