// The component `station`: reads sensors, has `keeper` write the journal, and asks what is in it. A journal is a resource:
// `station` holds a handle, which is nothing but a number, and only `keeper` can reach what it stands for.

#include "bindings/station.h"
#include <stdlib.h>
#include <string.h>

typedef demo_journal_journals_reading_t reading_t;

static char line[80];
static size_t length;

static void put(const char *text, size_t count) {
    if (count > sizeof line - length) count = sizeof line - length;
    memcpy(line + length, text, count);
    length += count;
}

#define PUT(text) put(text, sizeof(text) - 1)

static void put_number(uint32_t number) {
    char digits[10];
    size_t first = sizeof digits;
    do {
        digits[--first] = '0' + number % 10;
        number /= 10;
    } while (number);
    put(digits + first, sizeof digits - first);
}

// 214 -> "21.4"
static void put_tenths(int32_t tenths) {
    uint32_t size = tenths < 0 ? -(uint32_t)tenths : (uint32_t)tenths;
    if (tenths < 0) PUT("-");
    put_number(size / 10);
    PUT(".");
    put_number(size % 10);
}

static void put_reading(const reading_t *reading) {
    put((const char *)reading->sensor.ptr, reading->sensor.len);
    PUT(" ");
    put_tenths(reading->tenths);
    if (reading->at.is_some) {
        PUT(" at ");
        put_number(reading->at.val);
    }
}

static void end_line(void) {
    PUT("\n");
    station_string_t text = {(uint8_t *)line, length};
    compose_host_console_write(&text);
    length = 0;
}

static reading_t reading(const char *sensor, int32_t tenths) {
    reading_t reading = {.tenths = tenths};
    station_string_set(&reading.sensor, sensor);
    return reading;
}

static void append(demo_journal_journals_borrow_journal_t journal, reading_t *readings, size_t count) {
    demo_journal_journals_list_reading_t list = {readings, count};
    demo_journal_journals_problem_t problem;
    uint32_t now;
    PUT("station: ");
    if (demo_journal_journals_method_journal_append(journal, &list, &now, &problem)) {
        put_number(now);
        PUT(" readings now");
    } else if (problem.tag == DEMO_JOURNAL_JOURNALS_PROBLEM_FULL) {
        PUT("full after ");
        put_number(problem.val.full);
        PUT(" more");
    } else {
        PUT("this has no name:");
        put_reading(&problem.val.nameless);
    }
    end_line();
}

static void find(demo_journal_journals_borrow_journal_t journal, demo_journal_journals_query_t query) {
    demo_journal_journals_list_reading_t found;
    demo_journal_journals_method_journal_find(journal, &query, &found);
    PUT("station: found ");
    put_number(found.len);
    for (size_t i = 0; i < found.len; i++) {
        PUT(", ");
        put_reading(&found.ptr[i]);
    }
    end_line();
}

void exports_station_measure(uint32_t rounds) {
    station_string_t name;
    station_string_set(&name, "today");
    demo_journal_journals_own_journal_t own = demo_journal_journals_constructor_journal(&name);
    demo_journal_journals_borrow_journal_t journal = demo_journal_journals_borrow_journal(own);
    for (uint32_t i = 0; i < rounds; i++) {
        reading_t readings[] = {reading("roof", 214 + (int32_t)i), reading("k\u00fche", -50)};
        readings[0].at.is_some = true;
        readings[0].at.val = 60 * i;
        append(journal, readings, 2);
    }
    find(journal, (demo_journal_journals_query_t){.tag = DEMO_JOURNAL_JOURNALS_QUERY_EVERYTHING});
    find(journal, (demo_journal_journals_query_t){.tag = DEMO_JOURNAL_JOURNALS_QUERY_ABOVE, .val.above = 214});
    demo_journal_journals_query_t query = {.tag = DEMO_JOURNAL_JOURNALS_QUERY_SENSOR};
    station_string_set(&query.val.sensor, "k\u00fche");
    find(journal, query);
    reading_t nameless = reading("", 1);
    append(journal, &nameless, 1);
    reading_t many[] = {reading("a", 1), reading("b", 2), reading("c", 3)};
    append(journal, many, 3);
    demo_journal_journals_journal_drop_own(own);
}
