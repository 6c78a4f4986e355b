// What a module that wasm2c (wabt 1.0.32, `--module-name bench`) turned into C wants to be given: memory, table, traps.
#include "kernel.h"
#include <stdarg.h>

void log_u32(uint32_t value);

uint8_t bench_memory[65536] __attribute__((aligned(16)));
static wasm_rt_funcref_t functions[64];
static Z_bench_instance_t instance;

void wasm_rt_trap(wasm_rt_trap_t code) {
    log_u32(0xdead0000u + (uint32_t)code);
    for (;;) {}
}

// Every type is another one here: equal ones are registered once in a module.
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...) {
    static uint32_t count;
    (void)params, (void)results;
    return ++count;
}

bool wasm_rt_is_initialized(void) { return true; }

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t most) {
    (void)most;
    *memory = (wasm_rt_memory_t){.data = bench_memory, .pages = pages, .max_pages = pages, .size = sizeof bench_memory};
    if (pages != 1) wasm_rt_trap(WASM_RT_TRAP_OOB);
}

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t count, uint32_t most) {
    (void)most;
    *table = (wasm_rt_funcref_table_t){.data = functions, .size = count, .max_size = count};
    if (count > sizeof functions / sizeof functions[0]) wasm_rt_trap(WASM_RT_TRAP_OOB);
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) { (void)memory; }
void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table) { (void)table; }
void Z_composeZ_log_u32(struct Z_compose_instance_t *none, uint32_t value) { (void)none, log_u32(value); }

void wasm2c_start(void) {
    Z_bench_init_module();
    Z_bench_instantiate(&instance, 0);
}
void run(uint32_t count) { Z_benchZ_run(&instance, count); }
void report(void) { Z_benchZ_report(&instance); }
