// The rows of a database in memory, column by column, as the bulk protocol wants them.
#ifndef MYSQL_ROWS_H
#define MYSQL_ROWS_H

#include <mysql.h>

enum { TABLES = 32, COLUMNS = 32 };

struct column {
    enum enum_field_types type;
    my_bool is_unsigned;
    /// Of whole numbers.
    long long *numbers;
    /// Of everything else.
    char **values;
    unsigned long *lengths;
    /// One for each row: STMT_INDICATOR_NONE or STMT_INDICATOR_NULL.
    char *indicators;
};

struct table {
    char name[256];
    char names_of_columns[2048];
    int column_count;
    long rows;
    struct column columns[COLUMNS];
};

MYSQL *open_database(const char *name);
void run(MYSQL *database, const char *sql);
/// All tables, those that others refer to first. Rows come in the order of their times.
int read_tables(struct table *tables, MYSQL *source);
/// INSERT with one row of places.
MYSQL_STMT *prepare_insert(MYSQL *target, const struct table *table);
/// Inserts `count` rows from `first` on by one execution; more than one by the bulk protocol.
void insert_rows(MYSQL_STMT *insert, const struct table *table, long first, unsigned count);

#endif
