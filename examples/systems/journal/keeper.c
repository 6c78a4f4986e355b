// The component `keeper`: keeps journals in memory of its own. What it is given lies in its arena and is gone after the
// call, so it copies; what it gives away it may leave where it is, since `compose` copies that to the caller.

#include "bindings/keeper.h"
#include <stdlib.h>
#include <string.h>

#define JOURNALS 2
#define READINGS 6
#define NAME 16

typedef exports_demo_journal_journals_reading_t reading_t;
typedef exports_demo_journal_journals_query_t query_t;

struct exports_demo_journal_journals_journal_t {
    bool used;
    char name[NAME];
    size_t name_length;
    size_t count;
    reading_t readings[READINGS];
    char sensors[READINGS][NAME];
};

typedef struct exports_demo_journal_journals_journal_t journal_t;

static journal_t journals[JOURNALS];

static void say(const char *text, size_t length) {
    keeper_string_t string = {(uint8_t *)text, length};
    compose_host_console_write(&string);
}

#define SAY(text) say(text, sizeof(text) - 1)

// At most NAME bytes, without a part of a character at the end.
static size_t fitting(const keeper_string_t *text) {
    size_t length = text->len < NAME ? text->len : NAME;
    if (length < text->len) {
        while (length > 0 && (text->ptr[length] & 0xc0) == 0x80) length--;
    }
    return length;
}

exports_demo_journal_journals_own_journal_t exports_demo_journal_journals_constructor_journal(keeper_string_t *name) {
    for (size_t i = 0; i < JOURNALS; i++) {
        journal_t *journal = &journals[i];
        if (journal->used) continue;
        journal->used = true;
        journal->count = 0;
        journal->name_length = fitting(name);
        memcpy(journal->name, name->ptr, journal->name_length);
        SAY("keeper: opened ");
        say(journal->name, journal->name_length);
        SAY("\n");
        return exports_demo_journal_journals_journal_new(journal);
    }
    abort();
}

void exports_demo_journal_journals_journal_destructor(journal_t *journal) {
    SAY("keeper: closed ");
    say(journal->name, journal->name_length);
    SAY("\n");
    journal->used = false;
}

bool exports_demo_journal_journals_method_journal_append(journal_t *journal,
                                                         exports_demo_journal_journals_list_reading_t *readings,
                                                         uint32_t *count,
                                                         exports_demo_journal_journals_problem_t *problem) {
    for (size_t i = 0; i < readings->len; i++) {
        const reading_t *reading = &readings->ptr[i];
        if (reading->sensor.len == 0) {
            problem->tag = EXPORTS_DEMO_JOURNAL_JOURNALS_PROBLEM_NAMELESS;
            problem->val.nameless = *reading;
            return false;
        }
        if (journal->count == READINGS) {
            problem->tag = EXPORTS_DEMO_JOURNAL_JOURNALS_PROBLEM_FULL;
            problem->val.full = i;
            return false;
        }
        char *sensor = journal->sensors[journal->count];
        size_t length = fitting(&reading->sensor);
        memcpy(sensor, reading->sensor.ptr, length);
        reading_t *kept = &journal->readings[journal->count++];
        *kept = *reading;
        kept->sensor = (keeper_string_t){(uint8_t *)sensor, length};
    }
    *count = journal->count;
    return true;
}

static bool fits(const reading_t *reading, const query_t *query) {
    switch (query->tag) {
        case EXPORTS_DEMO_JOURNAL_JOURNALS_QUERY_ABOVE: return reading->tenths > query->val.above;
        case EXPORTS_DEMO_JOURNAL_JOURNALS_QUERY_SENSOR:
            return reading->sensor.len == query->val.sensor.len &&
                   memcmp(reading->sensor.ptr, query->val.sensor.ptr, reading->sensor.len) == 0;
        default: return true;
    }
}

void exports_demo_journal_journals_method_journal_find(journal_t *journal, query_t *query,
                                                       exports_demo_journal_journals_list_reading_t *found) {
    static reading_t list[READINGS];
    found->ptr = list;
    found->len = 0;
    for (size_t i = 0; i < journal->count; i++) {
        if (fits(&journal->readings[i], query)) list[found->len++] = journal->readings[i];
    }
}
