// Counts executed instructions by address: a plug-in of QEMU's (interface version 1, docs/devel/tcg-plugins.rst).
//
//     -plugin count.so,from=LOW,to=HIGH,start=ENTRY,out=FILE
//
// Counted is what runs in LOW..HIGH (several pairs may be given) from the first time that ENTRY runs. FILE gets one line
// "address count" for each instruction that ran, in hexadecimal and decimal. The few declarations are repeated here,
// since distributions do not ship the header.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
typedef void (*vcpu_callback)(unsigned int vcpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void *), void *);
void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *, vcpu_callback, enum qemu_plugin_cb_flags, void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, enum qemu_plugin_op, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { RANGES = 64 };
static struct {
    uint64_t from, to;
    uint64_t *counts; // one for each halfword
} ranges[RANGES];
static int range_count;
static uint64_t start;
static int started;
static const char *out;

static void clear(void) {
    for (int i = 0; i < range_count; i++) memset(ranges[i].counts, 0, (ranges[i].to - ranges[i].from) / 2 * sizeof(uint64_t));
}

// Runs before `start` itself does, which is counted here.
static void at_start(unsigned int vcpu, void *count) {
    (void)vcpu;
    if (!started) clear();
    started = 1;
    ++*(uint64_t *)count;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        uint64_t at = qemu_plugin_insn_vaddr(insn);
        for (int r = 0; r < range_count; r++) {
            if (at < ranges[r].from || at >= ranges[r].to) continue;
            uint64_t *count = &ranges[r].counts[(at - ranges[r].from) / 2];
            if (at == start) qemu_plugin_register_vcpu_insn_exec_cb(insn, at_start, QEMU_PLUGIN_CB_NO_REGS, count);
            else qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, count, 1);
            break;
        }
    }
}

static void finish(qemu_plugin_id_t id, void *data) {
    (void)id, (void)data;
    FILE *file = fopen(out, "w");
    if (!file) return;
    for (int r = 0; started && r < range_count; r++)
        for (uint64_t at = ranges[r].from; at < ranges[r].to; at += 2) {
            uint64_t count = ranges[r].counts[(at - ranges[r].from) / 2];
            if (count) fprintf(file, "%" PRIx64 " %" PRIu64 "\n", at, count);
        }
    fclose(file);
}

__attribute__((visibility("default"))) int qemu_plugin_install(
    qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value) return -1;
        *value++ = 0;
        if (!strcmp(argv[i], "from") && range_count < RANGES) ranges[range_count].from = strtoull(value, NULL, 0);
        else if (!strcmp(argv[i], "to") && range_count < RANGES) {
            ranges[range_count].to = strtoull(value, NULL, 0);
            uint64_t bytes = ranges[range_count].to - ranges[range_count].from;
            ranges[range_count++].counts = calloc(bytes / 2 + 1, sizeof(uint64_t));
        } else if (!strcmp(argv[i], "start")) start = strtoull(value, NULL, 0);
        else if (!strcmp(argv[i], "out")) out = strdup(value);
        else return -1;
    }
    if (!out) return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
