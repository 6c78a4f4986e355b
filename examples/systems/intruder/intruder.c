// The component `intruder`: stores wherever it is told to. Think of a wild pointer, or of an exploit.

#include <stddef.h>
#include <stdint.h>

__attribute__((import_module("compose"), import_name("write"))) void compose_write(const char *text, size_t length);

static const char before[] = "intruder: storing\n";
static const char after[] = "intruder: DONE, nobody stopped me\n";

// To WebAssembly `address` is an offset into this component's own memory. Added to the memory's native base in 32 bits it
// can name any address there is.
__attribute__((export_name("poke"))) void poke(uint32_t address, uint32_t value) {
    compose_write(before, sizeof before - 1);
    *(volatile uint32_t *)address = value;
    compose_write(after, sizeof after - 1);
}
