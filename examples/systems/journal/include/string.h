#pragma once
#include <stddef.h>

size_t strlen(const char *text);
void *memcpy(void *to, const void *from, size_t length);
int memcmp(const void *a, const void *b, size_t length);
