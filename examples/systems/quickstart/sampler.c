// The component `sampler`: takes readings, has `filter` smooth them, and prints what comes back.
//
// Its imports are functions of the kernel (module `compose`) and of another component (module `filter`, by name).
// To C a call into another component looks like any call; between the two the kernel switches the regions.

#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("compose", "write") void compose_write(const char *text, size_t length);
IMPORT("filter", "push") int32_t filter_push(int32_t reading);

// What a sensor would have said, in tenths of a degree.
static const int16_t readings[] = {215, 217, 214, -40, 216, 219, 230, 221};

static size_t print(char *out, const char *text) {
    size_t length = 0;
    while (text[length]) {
        out[length] = text[length];
        length++;
    }
    return length;
}

// Tenths as a decimal: 214 -> "21.4".
static size_t print_tenths(char *out, int32_t tenths) {
    char digits[12];
    size_t count = 0, length = 0;
    uint32_t rest = tenths < 0 ? -(uint32_t)tenths : (uint32_t)tenths;
    if (tenths < 0) out[length++] = '-';
    do {
        digits[count++] = '0' + rest % 10;
        rest /= 10;
    } while (rest || count < 2);
    while (count > 1) out[length++] = digits[--count];
    out[length++] = '.';
    out[length++] = digits[0];
    return length;
}

EXPORT("sample") void sample(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        int32_t reading = readings[i % (sizeof readings / sizeof readings[0])];
        int32_t median = filter_push(reading);
        char line[64];
        size_t length = print(line, "sampler: read ");
        length += print_tenths(line + length, reading);
        length += print(line + length, ", median of three ");
        length += print_tenths(line + length, median);
        line[length++] = '\n';
        compose_write(line, length);
    }
}
