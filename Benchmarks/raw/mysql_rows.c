// Bulk protocol: https://mariadb.com/kb/en/bulk-insert-column-wise-binding/
#include "mysql_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BINARY_CHARACTERS = 63 };

static void stop(const char *what, const char *why) {
    fprintf(stderr, "rawmysql: %s: %s\n", what, why);
    exit(1);
}

/// Where the server is, and its password, stand in the environment, as its own client reads them.
MYSQL *open_database(const char *name) {
    MYSQL *database = mysql_init(NULL);
    const char *port = getenv("MYSQL_TCP_PORT");
    mysql_options(database, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(database, "127.0.0.1", "annals", getenv("MYSQL_PWD"), name,
                            port ? (unsigned)atoi(port) : 3306, NULL, 0))
        stop(name, mysql_error(database));
    return database;
}

void run(MYSQL *database, const char *sql) {
    if (mysql_query(database, sql) != 0) stop(sql, mysql_error(database));
}

// The depth of a table is how long a chain of references from it can be. The last column is the order
// in which the service wrote: by time, then by transaction.
static const char *const tables_by_depth =
    "WITH RECURSIVE depth (name, level) AS ("
    "  SELECT table_name, 0 FROM information_schema.tables"
    "  WHERE table_schema = database() AND table_type = 'BASE TABLE'"
    "  UNION"
    "  SELECT f.table_name, level + 1 FROM depth JOIN information_schema.referential_constraints f"
    "  ON f.referenced_table_name = depth.name AND f.constraint_schema = database()"
    "    AND f.table_name <> f.referenced_table_name)"
    " SELECT d.name, group_concat(concat('`', c.column_name, '`') ORDER BY c.ordinal_position),"
    "  group_concat(CASE WHEN c.column_name IN ('generated', 'minute', 'list', 'message_id')"
    "               THEN concat('`', c.column_name, '`') END"
    "               ORDER BY field(c.column_name, 'generated', 'minute', 'list', 'message_id'))"
    " FROM (SELECT name, max(level) AS level FROM depth GROUP BY name) d"
    " JOIN information_schema.columns c ON c.table_schema = database() AND c.table_name = d.name"
    " WHERE c.is_generated = 'NEVER' GROUP BY d.name, d.level ORDER BY d.level, d.name";

static int is_whole_number(const MYSQL_FIELD *field) {
    switch (field->type) {
        case MYSQL_TYPE_TINY: case MYSQL_TYPE_SHORT: case MYSQL_TYPE_INT24: case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG: return 1;
        default: return 0;
    }
}

static void make_columns(struct table *table, MYSQL_RES *result) {
    size_t rows = (size_t)table->rows + 1;
    table->column_count = (int)mysql_num_fields(result);
    if (table->column_count > COLUMNS) stop(table->name, "too many columns");
    for (int index = 0; index < table->column_count; index++) {
        const MYSQL_FIELD *field = mysql_fetch_field_direct(result, (unsigned)index);
        struct column *column = &table->columns[index];
        column->type = is_whole_number(field) ? MYSQL_TYPE_LONGLONG
                       : field->charsetnr == BINARY_CHARACTERS ? MYSQL_TYPE_BLOB
                                                               : MYSQL_TYPE_STRING;
        column->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
        column->numbers = calloc(rows, sizeof *column->numbers);
        column->values = calloc(rows, sizeof *column->values);
        column->lengths = calloc(rows, sizeof *column->lengths);
        column->indicators = calloc(rows, 1);
    }
}

static void keep_row(struct table *table, long row, MYSQL_ROW values, const unsigned long *sizes) {
    for (int index = 0; index < table->column_count; index++) {
        struct column *column = &table->columns[index];
        column->values[row] = values[index];
        column->lengths[row] = sizes[index];
        if (values[index] == NULL)
            column->indicators[row] = STMT_INDICATOR_NULL;
        else if (column->type == MYSQL_TYPE_LONGLONG)
            column->numbers[row] = column->is_unsigned
                                       ? (long long)strtoull(values[index], NULL, 10)
                                       : strtoll(values[index], NULL, 10);
    }
}

/// The result stays in memory: the values are its own.
static void read_rows(struct table *table, MYSQL *source, const char *order) {
    char sql[4096];
    snprintf(sql, sizeof sql, "SELECT %s FROM `%s`%s%s", table->names_of_columns, table->name,
             order ? " ORDER BY " : "", order ? order : "");
    run(source, sql);
    MYSQL_RES *result = mysql_store_result(source);
    if (result == NULL) stop(sql, mysql_error(source));
    table->rows = (long)mysql_num_rows(result);
    make_columns(table, result);
    MYSQL_ROW values;
    for (long row = 0; (values = mysql_fetch_row(result)) != NULL; row++)
        keep_row(table, row, values, mysql_fetch_lengths(result));
}

int read_tables(struct table *tables, MYSQL *source) {
    run(source, tables_by_depth);
    MYSQL_RES *names = mysql_store_result(source);
    if (names == NULL) stop("the list of tables", mysql_error(source));
    int count = 0;
    for (MYSQL_ROW name; count < TABLES && (name = mysql_fetch_row(names)) != NULL; count++) {
        snprintf(tables[count].name, sizeof tables[count].name, "%s", name[0]);
        snprintf(tables[count].names_of_columns, sizeof tables[count].names_of_columns, "%s",
                 name[1]);
        read_rows(&tables[count], source, name[2]);
    }
    mysql_free_result(names);
    return count;
}

MYSQL_STMT *prepare_insert(MYSQL *target, const struct table *table) {
    char sql[4096];
    int length = snprintf(sql, sizeof sql, "INSERT INTO `%s` (%s) VALUES (?", table->name,
                          table->names_of_columns);
    for (int column = 1; column < table->column_count; column++)
        length += snprintf(sql + length, sizeof sql - (size_t)length, ", ?");
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    MYSQL_STMT *insert = mysql_stmt_init(target);
    if (mysql_stmt_prepare(insert, sql, (unsigned long)strlen(sql)) != 0)
        stop(sql, mysql_stmt_error(insert));
    return insert;
}

void insert_rows(MYSQL_STMT *insert, const struct table *table, long first, unsigned count) {
    MYSQL_BIND binds[COLUMNS] = {0};
    for (int index = 0; index < table->column_count; index++) {
        const struct column *column = &table->columns[index];
        MYSQL_BIND *bind = &binds[index];
        bind->buffer_type = column->type;
        bind->is_unsigned = column->is_unsigned;
        bind->length = &column->lengths[first];
        bind->u.indicator = &column->indicators[first];
        // Many values of text are an array of addresses, one is an address.
        bind->buffer = column->type == MYSQL_TYPE_LONGLONG ? (void *)&column->numbers[first]
                       : count > 1                         ? (void *)&column->values[first]
                                                           : (void *)column->values[first];
        if (count == 1 && column->indicators[first] == STMT_INDICATOR_NULL)
            bind->buffer_type = MYSQL_TYPE_NULL;
    }
    unsigned array_size = count > 1 ? count : 0;
    mysql_stmt_attr_set(insert, STMT_ATTR_ARRAY_SIZE, &array_size);
    if (mysql_stmt_bind_param(insert, binds) != 0 || mysql_stmt_execute(insert) != 0)
        stop(table->name, mysql_stmt_error(insert));
}
