// The engine by itself: writes the rows of a database into another one that has the same tables and
// indexes and no rows. What the service is compared with.
//
//   rawpostgresql bulk SOURCE TARGET EVENTS     all rows by COPY, one transaction per EVENTS rows of
//                                               `event`; those of other tables go along in proportion
//   rawpostgresql single SOURCE TARGET SECONDS CONNECTIONS
//                                               one commit per row of `event` and what belongs to it,
//                                               by prepared inserts in one round trip
//
// SOURCE and TARGET are names of databases; libpq's environment variables say where they are.
// Reading SOURCE is not timed.
#include "measure.h"
#include "postgresql_rows.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct table tables[TABLES];
static int table_count;
static long events;

static void count_events(void) {
    for (int index = 0; index < table_count; index++)
        if (strcmp(tables[index].name, "event") == 0) events = tables[index].rows;
    if (events > 0) return;
    fprintf(stderr, "rawpostgresql: no rows in a table event\n");
    exit(1);
}

// MARK: Bulk

static void copy_rows(PGconn *target, const struct table *table, long first, long end) {
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    static const char trailer[] = "\377\377";
    char sql[4096];
    snprintf(sql, sizeof sql, "COPY %s (%s) FROM STDIN (FORMAT binary)", table->name,
             table->columns);
    PGresult *result = PQexec(target, sql);
    check(target, result, PGRES_COPY_IN, sql);
    PQclear(result);
    const char *rows = table->bytes + table->starts[first];
    int length = (int)(table->starts[end] - table->starts[first]);
    if (PQputCopyData(target, header, sizeof header) != 1 ||
        PQputCopyData(target, rows, length) != 1 ||
        PQputCopyData(target, trailer, sizeof trailer - 1) != 1 ||
        PQputCopyEnd(target, NULL) != 1)
        fprintf(stderr, "rawpostgresql: %s", PQerrorMessage(target));
    while ((result = PQgetResult(target)) != NULL) {
        check(target, result, PGRES_COMMAND_OK, sql);
        PQclear(result);
    }
}

static void copy_part(PGconn *target, long part, long parts) {
    run(target, "BEGIN");
    for (int index = 0; index < table_count; index++) {
        long first = part_begin(tables[index].rows, part, parts, events);
        long end = part_begin(tables[index].rows, part + 1, parts, events);
        if (first < end) copy_rows(target, &tables[index], first, end);
    }
    run(target, "COMMIT");
}

static void bulk(PGconn *target, long events_per_commit) {
    long parts = (events + events_per_commit - 1) / events_per_commit;
    double began = now();
    for (long part = 0; part < parts; part++) copy_part(target, part, parts);
    print_rate(events, now() - began);
}

// MARK: One commit per event

static const char *database_name;
static double deadline;
static atomic_long next_event = 1;
static atomic_long committed;

static void prepare(PGconn *target, const struct table *table) {
    char sql[4096];
    int length = snprintf(sql, sizeof sql, "INSERT INTO %s (%s) VALUES ($1", table->name,
                          table->columns);
    for (int column = 1; column < table->column_count; column++)
        length += snprintf(sql + length, sizeof sql - (size_t)length, ", $%d", column + 1);
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    PGresult *result = PQprepare(target, table->name, sql, 0, NULL);
    check(target, result, PGRES_COMMAND_OK, sql);
    PQclear(result);
}

static void send_row(PGconn *target, const struct table *table, long row) {
    const char *values[COLUMNS];
    int lengths[COLUMNS], formats[COLUMNS];
    split_row(table, row, values, lengths);
    for (int column = 0; column < table->column_count; column++) formats[column] = 1;
    PQsendQueryPrepared(target, table->name, table->column_count, values, lengths, formats, 0);
}

/// What is sent between two syncs of a pipeline is one transaction.
static void commit_event(PGconn *target, long event) {
    for (int index = 0; index < table_count; index++) {
        const struct table *table = &tables[index];
        long end = part_begin(table->rows, event + 1, events, events);
        for (long row = part_begin(table->rows, event, events, events); row < end; row++)
            send_row(target, table, row);
    }
    int synced = !PQpipelineSync(target);
    while (!synced && PQstatus(target) == CONNECTION_OK) {
        PGresult *result = PQgetResult(target);
        if (result == NULL) continue;  // It ends the results of one statement.
        synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (!synced) check(target, result, PGRES_COMMAND_OK, "insert");
        PQclear(result);
    }
    if (PQstatus(target) == CONNECTION_OK) return;
    fprintf(stderr, "rawpostgresql: %s", PQerrorMessage(target));
    exit(1);
}

static void *commit_one_by_one(void *unused) {
    (void)unused;
    PGconn *target = open_database(database_name);
    for (int index = 0; index < table_count; index++)
        prepare(target, &tables[index]);
    PQenterPipelineMode(target);
    while (now() < deadline) {
        long event = atomic_fetch_add(&next_event, 1);
        if (event >= events) break;
        commit_event(target, event);
        atomic_fetch_add(&committed, 1);
    }
    PQfinish(target);
    return NULL;
}

static void single(const char *name, double seconds, int connections) {
    database_name = name;
    // The first event goes with the names, which the service writes once and then remembers.
    PGconn *target = open_database(name);
    copy_part(target, 0, events);
    pthread_t threads[64];
    double began = now();
    deadline = began + seconds;
    for (int index = 0; index < connections && index < 64; index++)
        pthread_create(&threads[index], NULL, commit_one_by_one, NULL);
    for (int index = 0; index < connections && index < 64; index++)
        pthread_join(threads[index], NULL);
    print_rate(committed, now() - began);
    PQfinish(target);
}

int main(int count, char **words) {
    int is_bulk = count == 5 && strcmp(words[1], "bulk") == 0;
    if (!is_bulk && !(count == 6 && strcmp(words[1], "single") == 0)) {
        fprintf(stderr, "usage: rawpostgresql bulk SOURCE TARGET EVENTS\n"
                        "       rawpostgresql single SOURCE TARGET SECONDS CONNECTIONS\n");
        return 2;
    }
    table_count = read_tables(tables, open_database(words[2]));
    count_events();
    if (is_bulk)
        bulk(open_database(words[3]), atol(words[4]));
    else
        single(words[3], atof(words[4]), atoi(words[5]));
    return 0;
}
