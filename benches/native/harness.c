// What runs a kernel natively: on the board (start-up, console) or on the host.
// Reference: Arm DDI 0403, B1.5 (vector table), B3.2.20 (CPACR); Arm semihosting, SYS_EXIT_EXTENDED.
#include <stdint.h>

extern void run(uint32_t count);
extern void report(void);
#ifdef WASM2C
extern void wasm2c_start(void);
#endif

// Volatile, so that no compiler knows the count or moves the kernel into its caller.
static volatile uint32_t count = RUN_COUNT;
static void (*volatile measured)(uint32_t) = run;

static void run_all(void) {
#ifdef WASM2C
    wasm2c_start();
#endif
    measured(count);
    report();
}

#ifdef HOST
#include <stdio.h>

void log_u32(uint32_t value) { printf("%u\n", value); }

int main(void) {
    run_all();
    return 0;
}
#else

extern uint8_t stack_top[];

// CMSDK UART 0 of the MPS2 boards: DATA, STATE, CTRL (bit 0: transmit), INTCLEAR, BAUDDIV (DDI 0479, 4.3).
static volatile uint32_t *const uart = (volatile uint32_t *)0x40004000;

void log_u32(uint32_t value) {
    char digits[12], *at = digits + sizeof digits;
    *--at = 0;
    *--at = '\n';
    do *--at = (char)('0' + value % 10);
    while (value /= 10);
    uart[4] = 16;
    uart[2] = 1;
    while (*at) uart[0] = (uint8_t)*at++;
}

__attribute__((noreturn)) static void stop(uint32_t code) {
    register uint32_t operation __asm__("r0") = 0x20;
    uint32_t block[2] = {0x20026, code};
    register const uint32_t *argument __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
    for (;;) {}
}

#ifdef TIMER
// CMSDK timer 0 of the MPS2 boards counts down 25 million times a second: DDI 0479, 4.4.
enum { CONTROL, VALUE, RELOAD };
static volatile uint32_t *const timer = (volatile uint32_t *)0x40000000;
#endif

static void reset(void) {
    *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; // CPACR: the floating-point unit
    __asm__ volatile("dsb\n isb");
#ifdef TIMER
    timer[RELOAD] = timer[VALUE] = 0xffffffff;
    timer[CONTROL] = 1;
    uint32_t before = timer[VALUE];
    measured(count);
    log_u32(before - timer[VALUE]);
#else
    run_all();
#endif
    stop(0);
}

static void fault(void) { stop(1); }

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault};
#endif
