// Calls through tables of function pointers, as virtual methods and callbacks are: shapes, handlers, a comparator.
#include "bench.h"

struct shape;
struct methods {
    int32_t (*area)(const struct shape *);
    void (*scale)(struct shape *, int32_t);
};
struct shape {
    const struct methods *methods;
    int32_t a, b;
};

static int32_t square_area(const struct shape *s) { return s->a * s->a; }
static int32_t box_area(const struct shape *s) { return s->a * s->b; }
static int32_t triangle_area(const struct shape *s) { return s->a * s->b / 2; }
static void both(struct shape *s, int32_t by) { s->a = s->a * by & 0xff, s->b = s->b * by & 0xff; }
static void first(struct shape *s, int32_t by) { s->a = (s->a + by) & 0xff; }

static const struct methods squares = {square_area, first}, boxes = {box_area, both}, triangles = {triangle_area, both};
static const struct methods *const kinds[] = {&squares, &boxes, &triangles};

static struct shape shapes[48];

typedef int (*comparator)(const struct shape *, const struct shape *);
static int by_a(const struct shape *x, const struct shape *y) { return x->a - y->a; }
static int by_area(const struct shape *x, const struct shape *y) { return x->methods->area(x) - y->methods->area(y); }

static const struct shape *best(comparator compare) {
    const struct shape *found = shapes;
    for (int i = 1; i < 48; i++)
        if (compare(found, &shapes[i]) < 0) found = &shapes[i];
    return found;
}

KERNEL(n) {
    static comparator const comparators[] = {by_a, by_area};
    uint32_t seed = n + 16, sum = 0;
    for (int i = 0; i < 48; i++) {
        uint32_t random = next_random(&seed);
        shapes[i] = (struct shape){kinds[random % 3], (int32_t)(random >> 8 & 0xff), (int32_t)(random >> 16 & 0xff)};
    }
    for (uint32_t round = 0; round < n; round++) {
        int32_t total = 0;
        for (int i = 0; i < 48; i++) total += shapes[i].methods->area(&shapes[i]);
        for (int i = 0; i < 48; i++) shapes[i].methods->scale(&shapes[i], (int32_t)(round & 7) + 1);
        sum = mix(sum, (uint32_t)total);
        sum = mix(sum, (uint32_t)best(comparators[round & 1])->b);
    }
    return sum;
}
