// CRC-32 (IEEE 802.3), one bit at a time: shifts, masks, a short inner loop.
#include "bench.h"

static uint8_t message[256];

KERNEL(n) {
    uint32_t seed = n + 1, crc = 0;
    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)next_random(&seed);
    for (uint32_t round = 0; round < n; round++) {
        crc = ~crc;
        for (size_t i = 0; i < sizeof message; i++) {
            crc ^= message[i];
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
        }
        crc = ~crc;
        message[round % sizeof message] ^= (uint8_t)crc;
    }
    return crc;
}
