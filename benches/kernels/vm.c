// An interpreter of byte code with a stack and variables: one large switch in a loop.
#include "bench.h"

enum op { HALT, PUSH, LOAD, STORE, ADD, SUB, MUL, AND, SHIFT, LESS, JUMP, BRANCH, DUP, CALL, RETURN };

struct instruction {
    uint8_t op, operand;
};

// The longest Collatz sequence of the numbers from variable 0 down to 1, into variable 2.
static const struct instruction program[] = {
    /*  0 */ {PUSH, 0},  {STORE, 2},
    /*  2 */ {LOAD, 0},  {STORE, 1}, {PUSH, 0},   {STORE, 3},
    /*  6 */ {LOAD, 1},  {PUSH, 2},  {LESS, 0},   {BRANCH, 26},
    /* 10 */ {LOAD, 1},  {PUSH, 1},  {AND, 0},    {BRANCH, 18},
    /* 14 */ {LOAD, 1},  {PUSH, 1},  {SHIFT, 0},  {JUMP, 23},
    /* 18 */ {LOAD, 1},  {PUSH, 3},  {MUL, 0},    {PUSH, 1},   {ADD, 0},
    /* 23 */ {STORE, 1}, {CALL, 39}, {JUMP, 6},
    /* 26 */ {LOAD, 3},  {LOAD, 2},  {LESS, 0},   {BRANCH, 32},
    /* 30 */ {LOAD, 3},  {STORE, 2},
    /* 32 */ {LOAD, 0},  {PUSH, 1},  {SUB, 0},    {DUP, 0},    {STORE, 0}, {BRANCH, 2}, {HALT, 0},
    /* 39 */ {LOAD, 3},  {PUSH, 1},  {ADD, 0},    {STORE, 3},  {RETURN, 0},
};

static uint32_t stack[16], variables[4];

static uint32_t execute(const struct instruction *code) {
    const struct instruction *pc = code;
    uint32_t *sp = stack, executed = 0;
    for (;; executed++) {
        uint32_t operand = pc->operand;
        switch ((enum op)(pc++)->op) {
        case HALT: return executed;
        case PUSH: *sp++ = operand; break;
        case LOAD: *sp++ = variables[operand & 3]; break;
        case STORE: variables[operand & 3] = *--sp; break;
        case ADD: sp--, sp[-1] += sp[0]; break;
        case SUB: sp--, sp[-1] -= sp[0]; break;
        case MUL: sp--, sp[-1] *= sp[0]; break;
        case AND: sp--, sp[-1] &= sp[0]; break;
        case SHIFT: sp--, sp[-1] >>= sp[0] & 31; break;
        case LESS: sp--, sp[-1] = sp[-1] < sp[0]; break;
        case JUMP: pc = code + operand; break;
        case BRANCH: if (*--sp) pc = code + operand; break;
        case DUP: sp[0] = sp[-1], sp++; break;
        case CALL: *sp++ = (uint32_t)(pc - code), pc = code + operand; break;
        case RETURN: pc = code + *--sp; break;
        }
    }
}

KERNEL(n) {
    variables[0] = n;
    uint32_t executed = execute(program);
    return mix(executed, variables[2]);
}
