// Three bodies in double precision, with a root by Newton's method: what a CPU without doubles does in software.
#include "bench.h"

struct body {
    double x, y, vx, vy, mass;
};
static struct body bodies[3];

static double root(double x) {
    double r = x > 1 ? x * 0.5 : x + 0.25;
    for (int i = 0; i < 6; i++) r = 0.5 * (r + x / r);
    return r;
}

static void step(double dt) {
    for (int i = 0; i < 3; i++) {
        for (int j = i + 1; j < 3; j++) {
            struct body *a = &bodies[i], *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y;
            double square = dx * dx + dy * dy + 0.01;
            double pull = dt / (square * root(square));
            a->vx -= dx * b->mass * pull, a->vy -= dy * b->mass * pull;
            b->vx += dx * a->mass * pull, b->vy += dy * a->mass * pull;
        }
    }
    for (int i = 0; i < 3; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
    }
}

KERNEL(n) {
    bodies[0] = (struct body){0, 0, 0, 0, 10};
    bodies[1] = (struct body){4, 0, 0, 1.5, 0.5};
    bodies[2] = (struct body){-7, 1, 0.1, -1.1, 0.25};
    for (uint32_t i = 0; i < n; i++) step(0.01);
    uint32_t sum = 0;
    for (int i = 0; i < 3; i++) {
        sum = mix(sum, (uint32_t)(int32_t)(bodies[i].x * 1e6));
        sum = mix(sum, (uint32_t)(int32_t)(bodies[i].vy * 1e6));
    }
    return sum;
}
