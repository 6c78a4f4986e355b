// What the bindings want of a C library. `guest.c` has it.
#pragma once
#include <stddef.h>

void *realloc(void *ptr, size_t size);
void free(void *ptr);
_Noreturn void abort(void);
