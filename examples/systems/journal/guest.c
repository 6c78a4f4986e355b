// What every component here is linked with: no C library, and no allocator.
//
// Strings and lists that a component is given are put where its `cabi_realloc` says. This one is the component's
// arena: a part of its memory that never grows, and that `compose` takes back as a whole, as the manifest says.

#include <stdlib.h>
#include <string.h>

__attribute__((import_module("$root"), import_name("cabi-arena-realloc")))
void *arena_realloc(void *old, size_t old_length, size_t align, size_t length);

// Takes the place of the one in the bindings, which is weak and wants `realloc`.
__attribute__((export_name("cabi_realloc")))
void *cabi_realloc(void *old, size_t old_length, size_t align, size_t length) {
    return arena_realloc(old, old_length, align, length);
}

// The bindings give back what a call has used; that is for the arena to do.
void free(void *ptr) {
    (void)ptr;
}

_Noreturn void abort(void) {
    __builtin_trap();
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

int memcmp(const void *a, const void *b, size_t length) {
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < length; i++) {
        if (x[i] != y[i]) return x[i] - y[i];
    }
    return 0;
}

// The bindings ask for an object with the world's type. It comes from `journal.wit` later (`examples/componentize.rs`).
void __component_type_object_force_link_keeper(void) {}
void __component_type_object_force_link_station(void) {}
