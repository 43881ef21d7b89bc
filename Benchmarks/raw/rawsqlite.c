// The engine by itself: writes the rows of a store into the same tables with the same indexes, by
// prepared inserts. What the service is compared with.
//
//   rawsqlite version                       of the engine, as JSON
//   rawsqlite bulk SOURCE TARGET EVENTS     all rows, one transaction per EVENTS rows of `event`;
//                                           the rows of the other tables go along in proportion
//   rawsqlite single SOURCE TARGET SECONDS CONNECTIONS
//                                           one commit per row of `event`, from several connections
//                                           that take turns
//
// SOURCE is a store that the service filled, TARGET a new file. Reading SOURCE is not timed.
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TABLES = 32, COLUMNS = 16, ROWS_IN_MEMORY = 200000 };

struct row {
    sqlite3_value *values[COLUMNS];
};

struct table {
    char name[64];
    int columns;
    long rows;
    long written;
    sqlite3_stmt *reader;
    sqlite3_stmt *writer;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(int code, sqlite3 *database, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "rawsqlite: %s: %s\n", what, sqlite3_errmsg(database));
    exit(1);
}

static void run(sqlite3 *database, const char *sql) {
    check(sqlite3_exec(database, sql, NULL, NULL, NULL), database, sql);
}

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), database, sql);
    return statement;
}

/// The settings of the service: WAL, every commit synced, the same cache and checkpoints.
static sqlite3 *open_target(const char *path) {
    sqlite3 *database;
    check(sqlite3_open(path, &database), NULL, path);
    sqlite3_busy_timeout(database, 20000);
    run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4096;");
    return database;
}

static sqlite3 *open_source(const char *path) {
    sqlite3 *database;
    check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), NULL, path);
    return database;
}

static void copy_schema(sqlite3 *source, sqlite3 *target) {
    // Tables before indexes: 'table' sorts after 'index'.
    sqlite3_stmt *schema = prepare(
        source, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
                " ORDER BY type DESC");
    while (sqlite3_step(schema) == SQLITE_ROW)
        run(target, (const char *)sqlite3_column_text(schema, 0));
    sqlite3_finalize(schema);
}

static void prepare_table(struct table *table, const char *name, sqlite3 *source, sqlite3 *target) {
    char sql[512];
    snprintf(table->name, sizeof table->name, "%s", name);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", name);
    sqlite3_stmt *count = prepare(source, sql);
    sqlite3_step(count);
    table->rows = sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", name);
    table->reader = prepare(source, sql);
    table->columns = sqlite3_column_count(table->reader);
    int length = snprintf(sql, sizeof sql, "INSERT INTO \"%s\" VALUES (?", name);
    for (int column = 1; column < table->columns; column++)
        length += snprintf(sql + length, sizeof sql - (size_t)length, ",?");
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    table->writer = prepare(target, sql);
}

static int prepare_tables(struct table *tables, sqlite3 *source, sqlite3 *target) {
    int count = 0;
    sqlite3_stmt *names = prepare(
        source, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (sqlite3_step(names) == SQLITE_ROW && count < TABLES)
        prepare_table(&tables[count++], (const char *)sqlite3_column_text(names, 0), source, target);
    sqlite3_finalize(names);
    return count;
}

static bool read_row(struct table *table, struct row *row) {
    if (sqlite3_step(table->reader) != SQLITE_ROW) return false;
    for (int column = 0; column < table->columns; column++)
        row->values[column] = sqlite3_value_dup(sqlite3_column_value(table->reader, column));
    return true;
}

static void write_row(sqlite3 *target, sqlite3_stmt *writer, const struct row *row, int columns) {
    for (int column = 0; column < columns; column++)
        sqlite3_bind_value(writer, column + 1, row->values[column]);
    check(sqlite3_step(writer), target, "insert");
    sqlite3_reset(writer);
}

static void free_row(struct row *row, int columns) {
    for (int column = 0; column < columns; column++) sqlite3_value_free(row->values[column]);
}

static struct table *find(struct table *tables, int count, const char *name) {
    for (int index = 0; index < count; index++)
        if (strcmp(tables[index].name, name) == 0) return &tables[index];
    fprintf(stderr, "rawsqlite: no table %s\n", name);
    exit(1);
}

// MARK: Bulk

/// One transaction: of each table the share that belongs to the first `part` of `parts`.
static double write_part(
    sqlite3 *target, struct table *tables, int count, long part, long parts, struct row *rows) {
    double seconds = 0;
    for (int index = 0; index <= count; index++) {
        if (index == 0 || index == count) {
            double began = now();
            run(target, index == 0 ? "BEGIN IMMEDIATE" : "COMMIT");
            seconds += now() - began;
            if (index == count) break;
        }
        struct table *table = &tables[index];
        long wanted = table->rows * (part + 1) / parts - table->written;
        for (long left = wanted; left > 0;) {
            int loaded = 0;
            while (loaded < left && loaded < ROWS_IN_MEMORY && read_row(table, &rows[loaded]))
                loaded++;
            if (loaded == 0) break;
            double began = now();
            for (int row = 0; row < loaded; row++)
                write_row(target, table->writer, &rows[row], table->columns);
            seconds += now() - began;
            for (int row = 0; row < loaded; row++) free_row(&rows[row], table->columns);
            table->written += loaded;
            left -= loaded;
        }
    }
    return seconds;
}

static void bulk(sqlite3 *source, const char *path, long events_per_commit) {
    sqlite3 *target = open_target(path);
    copy_schema(source, target);
    struct table *tables = calloc(TABLES, sizeof *tables);
    struct row *rows = calloc(ROWS_IN_MEMORY, sizeof *rows);
    int count = prepare_tables(tables, source, target);
    long events = find(tables, count, "event")->rows;
    long parts = (events + events_per_commit - 1) / events_per_commit;
    double seconds = 0;
    for (long part = 0; part < parts; part++)
        seconds += write_part(target, tables, count, part, parts, rows);
    printf("{\"events\": %ld, \"seconds\": %.3f, \"eventsPerSecond\": %.0f}\n", events, seconds,
           (double)events / seconds);
}

// MARK: One commit per event

struct turns {
    pthread_mutex_t lock;
    const char *path;
    struct row *rows;
    int columns;
    long loaded;
    atomic_long next;
    atomic_long committed;
    double deadline;
    char sql[512];
};

static void *commit_one_by_one(void *shared) {
    struct turns *turns = shared;
    sqlite3 *target = open_target(turns->path);
    sqlite3_stmt *writer = prepare(target, turns->sql);
    while (now() < turns->deadline) {
        long row = atomic_fetch_add(&turns->next, 1);
        if (row >= turns->loaded) break;
        // Taking turns here is quicker than the engine's own waiting, which sleeps.
        pthread_mutex_lock(&turns->lock);
        run(target, "BEGIN IMMEDIATE");
        write_row(target, writer, &turns->rows[row], turns->columns);
        run(target, "COMMIT");
        pthread_mutex_unlock(&turns->lock);
        atomic_fetch_add(&turns->committed, 1);
    }
    sqlite3_finalize(writer);
    sqlite3_close(target);
    return NULL;
}

static void single(sqlite3 *source, const char *path, double seconds, int connections) {
    sqlite3 *target = open_target(path);
    copy_schema(source, target);
    struct table table = {0};
    prepare_table(&table, "event", source, target);
    struct turns turns = {.lock = PTHREAD_MUTEX_INITIALIZER, .path = path,
                          .columns = table.columns};
    turns.rows = calloc(ROWS_IN_MEMORY, sizeof *turns.rows);
    while (turns.loaded < ROWS_IN_MEMORY && read_row(&table, &turns.rows[turns.loaded]))
        turns.loaded++;
    snprintf(turns.sql, sizeof turns.sql, "%s", sqlite3_sql(table.writer));
    pthread_t threads[64];
    double began = now();
    turns.deadline = began + seconds;
    for (int index = 0; index < connections && index < 64; index++)
        pthread_create(&threads[index], NULL, commit_one_by_one, &turns);
    for (int index = 0; index < connections && index < 64; index++)
        pthread_join(threads[index], NULL);
    double taken = now() - began;
    printf("{\"events\": %ld, \"seconds\": %.3f, \"eventsPerSecond\": %.0f}\n", turns.committed,
           taken, (double)turns.committed / taken);
}

int main(int count, char **words) {
    if (count == 5 && strcmp(words[1], "bulk") == 0) {
        bulk(open_source(words[2]), words[3], atol(words[4]));
    } else if (count == 6 && strcmp(words[1], "single") == 0) {
        single(open_source(words[2]), words[3], atof(words[4]), atoi(words[5]));
    } else if (count == 2 && strcmp(words[1], "version") == 0) {
        printf("\"%s\"\n", sqlite3_libversion());
    } else {
        fprintf(stderr, "usage: rawsqlite version\n"
                        "       rawsqlite bulk SOURCE TARGET EVENTS\n"
                        "       rawsqlite single SOURCE TARGET SECONDS CONNECTIONS\n");
        return 2;
    }
    return 0;
}
