// The engine by itself: writes the rows of a database into another one that has the same tables and
// indexes and no rows. What the service is compared with.
//
//   rawmysql bulk SOURCE TARGET EVENTS     all rows by the bulk protocol, one transaction per EVENTS
//                                          rows of `event`; those of other tables go in proportion
//   rawmysql single SOURCE TARGET SECONDS CONNECTIONS
//                                          one commit per row of `event` and what belongs to it, by
//                                          prepared inserts
//
// SOURCE and TARGET are names of databases of a server on this machine. Reading SOURCE is not timed.
#include "measure.h"
#include "mysql_rows.h"

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
    fprintf(stderr, "rawmysql: no rows in a table event\n");
    exit(1);
}

static void prepare_inserts(MYSQL_STMT **inserts, MYSQL *target) {
    for (int index = 0; index < table_count; index++)
        inserts[index] = prepare_insert(target, &tables[index]);
}

/// The rows of one part of `parts` in all tables, in one transaction.
static void commit_part(MYSQL *target, MYSQL_STMT **inserts, long part, long parts) {
    for (int index = 0; index < table_count; index++) {
        long first = part_begin(tables[index].rows, part, parts, events);
        long end = part_begin(tables[index].rows, part + 1, parts, events);
        if (first < end) insert_rows(inserts[index], &tables[index], first, (unsigned)(end - first));
    }
    run(target, "COMMIT");
}

// MARK: Bulk

static void bulk(MYSQL *target, long events_per_commit) {
    MYSQL_STMT *inserts[TABLES];
    prepare_inserts(inserts, target);
    mysql_autocommit(target, 0);
    long parts = (events + events_per_commit - 1) / events_per_commit;
    double began = now();
    for (long part = 0; part < parts; part++) commit_part(target, inserts, part, parts);
    print_rate(events, now() - began);
}

// MARK: One commit per event

static const char *database_name;
static double deadline;
static atomic_long next_event = 1;
static atomic_long committed;

static void *commit_one_by_one(void *unused) {
    (void)unused;
    mysql_thread_init();
    MYSQL *target = open_database(database_name);
    MYSQL_STMT *inserts[TABLES];
    prepare_inserts(inserts, target);
    mysql_autocommit(target, 0);
    while (now() < deadline) {
        long event = atomic_fetch_add(&next_event, 1);
        if (event >= events) break;
        commit_part(target, inserts, event, events);
        atomic_fetch_add(&committed, 1);
    }
    for (int index = 0; index < table_count; index++) mysql_stmt_close(inserts[index]);
    mysql_close(target);
    mysql_thread_end();
    return NULL;
}

/// The first event goes with the names, which the service writes once and then remembers.
static void write_first(MYSQL *target) {
    MYSQL_STMT *inserts[TABLES];
    prepare_inserts(inserts, target);
    mysql_autocommit(target, 0);
    commit_part(target, inserts, 0, events);
}

static void single(const char *name, double seconds, int connections) {
    database_name = name;
    write_first(open_database(name));
    pthread_t threads[64];
    double began = now();
    deadline = began + seconds;
    for (int index = 0; index < connections && index < 64; index++)
        pthread_create(&threads[index], NULL, commit_one_by_one, NULL);
    for (int index = 0; index < connections && index < 64; index++)
        pthread_join(threads[index], NULL);
    print_rate(committed, now() - began);
}

int main(int count, char **words) {
    int is_bulk = count == 5 && strcmp(words[1], "bulk") == 0;
    if (!is_bulk && !(count == 6 && strcmp(words[1], "single") == 0)) {
        fprintf(stderr, "usage: rawmysql bulk SOURCE TARGET EVENTS\n"
                        "       rawmysql single SOURCE TARGET SECONDS CONNECTIONS\n");
        return 2;
    }
    mysql_library_init(0, NULL, NULL);
    table_count = read_tables(tables, open_database(words[2]));
    count_events();
    if (is_bulk)
        bulk(open_database(words[3]), atol(words[4]));
    else
        single(words[3], atof(words[4]), atoi(words[5]));
    return 0;
}
