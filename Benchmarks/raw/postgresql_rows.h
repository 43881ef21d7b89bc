// The rows of a database in memory, as COPY in binary format writes them.
#ifndef POSTGRESQL_ROWS_H
#define POSTGRESQL_ROWS_H

#include <libpq-fe.h>
#include <stddef.h>

enum { TABLES = 32, COLUMNS = 32 };

struct table {
    char name[256];
    char columns[2048];
    int column_count;
    long rows;
    char *bytes;
    /// Where each row begins in `bytes`, and where the last one ends.
    size_t *starts;
};

PGconn *open_database(const char *name);
/// Ends the program unless the result is what `what` should have brought.
void check(PGconn *database, PGresult *result, ExecStatusType wanted, const char *what);
void run(PGconn *database, const char *sql);
/// All tables, those that others refer to first. Rows come in the order of their times.
int read_tables(struct table *tables, PGconn *source);
/// Splits a row into binary values; NULL has no address.
void split_row(const struct table *table, long row, const char **values, int *lengths);

#endif
