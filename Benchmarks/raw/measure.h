// What the programs against the servers share: time, shares of rows, and what they print.
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <time.h>

static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/// Few rows are names, of types for instance. They are written first: other rows refer to them.
static inline int are_names(long rows, long events) { return rows < events / 20; }

/// Where part `part` of `parts` begins in `rows` rows; names all belong to the first part.
static inline long part_begin(long rows, long part, long parts, long events) {
    return part > 0 && are_names(rows, events) ? rows : rows * part / parts;
}

static inline void print_rate(long events, double seconds) {
    printf("{\"events\": %ld, \"seconds\": %.3f, \"eventsPerSecond\": %.0f}\n", events, seconds,
           (double)events / seconds);
}

#endif
