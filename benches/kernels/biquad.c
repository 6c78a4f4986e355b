// A cascade of second-order sections and a controller with limits, in single precision: loop-carried floats,
// structures, compares and selects of floats.
#include "bench.h"

struct section {
    float b0, b1, b2, a1, a2, z1, z2;
};
struct controller {
    float gain, integral, limit, slew, last;
};

static struct section sections[4];
static struct controller controller = {0.75f, 0, 900.0f, 25.0f, 0};

static float filter(float x) {
    for (int i = 0; i < 4; i++) {
        struct section *s = &sections[i];
        float y = s->b0 * x + s->z1;
        s->z1 = s->b1 * x - s->a1 * y + s->z2;
        s->z2 = s->b2 * x - s->a2 * y;
        x = y;
    }
    return x;
}

static float control(struct controller *c, float error) {
    c->integral += error * 0.01f;
    if (c->integral > c->limit) c->integral = c->limit;
    if (c->integral < -c->limit) c->integral = -c->limit;
    float wanted = c->gain * error + c->integral;
    float step = wanted - c->last;
    if (step > c->slew) step = c->slew;
    else if (step < -c->slew) step = -c->slew;
    return c->last += step;
}

KERNEL(n) {
    uint32_t seed = n + 14, sum = 0;
    for (int i = 0; i < 4; i++)
        sections[i] = (struct section){0.2f + 0.05f * (float)i, 0.31f, 0.17f, -0.42f, 0.11f * (float)(i + 1), 0, 0};
    float target = 0, position = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i % 50 == 0) target = (float)((int32_t)(next_random(&seed) & 0x7ff) - 1024);
        float noise = (float)(int32_t)(next_random(&seed) >> 28);
        position += control(&controller, target - filter(position + noise)) * 0.05f;
        if (i % 16 == 0) sum = mix(sum, (uint32_t)(int32_t)(position * 8.0f));
    }
    return sum;
}
