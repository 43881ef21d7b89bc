// Reads tables by COPY in binary format: https://www.postgresql.org/docs/15/sql-copy.html
#include "postgresql_rows.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The signature, flags and the length of the header's extension.
enum { HEADER = 19 };

PGconn *open_database(const char *name) {
    char words[512];
    snprintf(words, sizeof words, "dbname='%s'", name);
    PGconn *database = PQconnectdb(words);  // Host, port and password come from the environment.
    if (PQstatus(database) == CONNECTION_OK) return database;
    fprintf(stderr, "rawpostgresql: %s", PQerrorMessage(database));
    exit(1);
}

void check(PGconn *database, PGresult *result, ExecStatusType wanted, const char *what) {
    if (PQresultStatus(result) == wanted) return;
    fprintf(stderr, "rawpostgresql: %s: %s", what, PQerrorMessage(database));
    exit(1);
}

void run(PGconn *database, const char *sql) {
    PGresult *result = PQexec(database, sql);
    check(database, result, PGRES_COMMAND_OK, sql);
    PQclear(result);
}

// The depth of a table is how long a chain of references from it can be.
static const char *const tables_by_depth =
    "WITH RECURSIVE depth (oid, level) AS ("
    "  SELECT c.oid, 0 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    "  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'"
    "    AND n.nspname !~ '^(pg_|information_schema$)'"
    "  UNION"
    "  SELECT f.conrelid, level + 1 FROM depth JOIN pg_constraint f ON f.confrelid = depth.oid"
    "  WHERE f.contype = 'f' AND f.conrelid <> f.confrelid AND f.conparentid = 0)"
    " SELECT oid::regclass::text,"
    "  (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
    "   WHERE attrelid = depth.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),"
    "  (SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_attribute"
    "   WHERE attrelid = depth.oid AND attname IN ('generated', 'message_id'))"
    " FROM depth GROUP BY oid ORDER BY max(level), oid";

static uint16_t number16(const char *bytes) {
    uint16_t number;
    memcpy(&number, bytes, sizeof number);
    return ntohs(number);
}

static int32_t number32(const char *bytes) {
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return (int32_t)ntohl(number);
}

static size_t read_bytes(struct table *table, PGconn *source, const char *order) {
    char sql[4096];
    snprintf(sql, sizeof sql, "COPY (SELECT %s FROM %s%s%s) TO STDOUT (FORMAT binary)",
             table->columns, table->name, *order ? " ORDER BY " : "", order);
    PGresult *result = PQexec(source, sql);
    check(source, result, PGRES_COPY_OUT, sql);
    table->column_count = PQnfields(result);
    PQclear(result);
    size_t length = 0, capacity = 0;
    char *part;
    for (int size; (size = PQgetCopyData(source, &part, 0)) > 0; PQfreemem(part)) {
        if (length + (size_t)size > capacity) {
            capacity = 2 * capacity + (size_t)size;
            table->bytes = realloc(table->bytes, capacity);
        }
        memcpy(table->bytes + length, part, (size_t)size);
        length += (size_t)size;
    }
    result = PQgetResult(source);
    check(source, result, PGRES_COMMAND_OK, sql);
    PQclear(result);
    while ((result = PQgetResult(source)) != NULL) PQclear(result);
    return length;
}

/// A row is the number of its fields, then the length and the bytes of each. -1 fields end the rows.
static void find_rows(struct table *table, size_t length) {
    long capacity = 0;
    size_t place = HEADER;
    for (; place + 2 < length && number16(table->bytes + place) != UINT16_MAX; table->rows++) {
        if (table->rows + 2 > capacity) {
            capacity = 2 * capacity + 1024;
            table->starts = realloc(table->starts, (size_t)capacity * sizeof *table->starts);
        }
        table->starts[table->rows] = place;
        place += 2;
        for (int field = 0; field < table->column_count; field++) {
            int32_t size = number32(table->bytes + place);
            place += 4 + (size > 0 ? (size_t)size : 0);
        }
        table->starts[table->rows + 1] = place;
    }
}

int read_tables(struct table *tables, PGconn *source) {
    PGresult *names = PQexec(source, tables_by_depth);
    check(source, names, PGRES_TUPLES_OK, "the list of tables");
    int count = PQntuples(names) < TABLES ? PQntuples(names) : TABLES;
    for (int index = 0; index < count; index++) {
        struct table *table = &tables[index];
        snprintf(table->name, sizeof table->name, "%s", PQgetvalue(names, index, 0));
        snprintf(table->columns, sizeof table->columns, "%s", PQgetvalue(names, index, 1));
        find_rows(table, read_bytes(table, source, PQgetvalue(names, index, 2)));
    }
    PQclear(names);
    return count;
}

void split_row(const struct table *table, long row, const char **values, int *lengths) {
    const char *place = table->bytes + table->starts[row] + 2;
    for (int field = 0; field < table->column_count; field++) {
        int32_t size = number32(place);
        place += 4;
        values[field] = size < 0 ? NULL : place;
        lengths[field] = size < 0 ? 0 : size;
        place += lengths[field];
    }
}
