extension SchemaDialect {
    /// SQLite takes back DDL; the lock is the one that a writing transaction takes by itself.
    package static let sqlite = SchemaDialect(
        engine: "sqlite",
        safety: .transactions(begin: "BEGIN IMMEDIATE", lock: nil),
        // The columns may be NULL where the first builds have made the table with three of them.
        historyScript: """
            CREATE TABLE IF NOT EXISTS schema_migration (
                version INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
                phase TEXT,
                lowest INTEGER,
                checksum TEXT
            ) STRICT;
            """,
        tables: """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
            ORDER BY name
            """,
        historyColumns: "SELECT name FROM pragma_table_info('schema_migration')",
        catalog: [sqliteTables, sqliteColumns, sqliteIndexes, sqliteReferences],
        isMissingDatabase: { _ in false },
        creation: "")

    private static let sqliteTables: SQLStatement = """
        SELECT 'table ' || name || ': ' || CASE strict WHEN 1 THEN 'STRICT' ELSE 'plain' END
            || CASE wr WHEN 1 THEN ', WITHOUT ROWID' ELSE '' END
        FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'
        """

    private static let sqliteColumns: SQLStatement = """
        SELECT 'column ' || t.name || '.' || c.name || ': ' || c.type
            || CASE c."notnull" WHEN 1 THEN ' NOT NULL' ELSE '' END
            || coalesce(' DEFAULT ' || c.dflt_value, '')
            || CASE c.pk WHEN 0 THEN '' ELSE ' PRIMARY KEY ' || c.pk END
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
        """

    private static let sqliteIndexes: SQLStatement = """
        SELECT 'index ' || i.name || ': ' || CASE i."unique" WHEN 1 THEN 'UNIQUE ' ELSE '' END
            || 'ON ' || t.name || ' (' || (SELECT group_concat(coalesce(name, '?'), ', ')
                FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')'
        FROM sqlite_schema t, pragma_index_list(t.name) i
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
        """

    private static let sqliteReferences: SQLStatement = """
        SELECT 'constraint ' || t.name || '.' || f."from" || ': REFERENCES ' || f."table"
            || coalesce(' (' || f."to" || ')', '')
        FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
        """
}
