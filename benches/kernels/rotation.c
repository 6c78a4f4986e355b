// Matrices of 3 x 3 floats times vectors, normalised with a reciprocal root by Newton's method: unrolled single precision.
#include "bench.h"

struct vector {
    float x, y, z;
};
struct matrix {
    struct vector rows[3];
};

static struct matrix turn = {{{0.36f, 0.48f, -0.8f}, {-0.8f, 0.6f, 0.0f}, {0.48f, 0.64f, 0.6f}}};
static struct vector points[32];

static float dot(const struct vector *a, const struct vector *b) { return a->x * b->x + a->y * b->y + a->z * b->z; }

static float reciprocal_root(float x) {
    union {
        float f;
        uint32_t u;
    } guess = {x};
    guess.u = 0x5f3759df - (guess.u >> 1);
    for (int i = 0; i < 3; i++) guess.f *= 1.5f - 0.5f * x * guess.f * guess.f;
    return guess.f;
}

KERNEL(n) {
    uint32_t seed = n + 15, sum = 0;
    for (int i = 0; i < 32; i++)
        points[i] = (struct vector){(float)(next_random(&seed) >> 24), (float)(next_random(&seed) >> 24), (float)i + 1};
    for (uint32_t round = 0; round < n; round++) {
        for (int i = 0; i < 32; i++) {
            struct vector p = points[i];
            struct vector q = {dot(&turn.rows[0], &p), dot(&turn.rows[1], &p), dot(&turn.rows[2], &p)};
            float scale = 100.0f * reciprocal_root(dot(&q, &q));
            points[i] = (struct vector){q.x * scale, q.y * scale, q.z * scale};
        }
    }
    for (int i = 0; i < 32; i++) sum = mix(sum, (uint32_t)(int32_t)(points[i].x + points[i].y * 3.0f));
    return sum;
}
