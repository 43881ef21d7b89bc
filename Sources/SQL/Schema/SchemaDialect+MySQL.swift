extension SchemaDialect {
    /// MySQL and MariaDB commit at each DDL statement, and a Galera cluster has neither named locks
    /// nor row locks that hold on all nodes. What it does have is one order of commits: so the lock is
    /// a row with an owner and a counter that the owner keeps raising (see `SchemaLease`).
    package static let mysql = SchemaDialect(
        engine: "mysql", safety: .lease,
        historyScript: """
            CREATE TABLE IF NOT EXISTS schema_migration (
                version INT NOT NULL PRIMARY KEY,
                name VARCHAR(255) NOT NULL,
                phase VARCHAR(16) NOT NULL,
                lowest INT NOT NULL,
                checksum VARCHAR(64) NOT NULL,
                applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
            ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
            CREATE TABLE IF NOT EXISTS schema_lock (
                lock_id INT NOT NULL PRIMARY KEY,
                owner VARCHAR(255) NOT NULL,
                beat BIGINT NOT NULL
            ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
            INSERT IGNORE INTO schema_lock (lock_id, owner, beat) VALUES (1, '', 0);
            """,
        tables: """
            SELECT table_name FROM information_schema.tables
            WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name
            """,
        historyColumns: """
            SELECT column_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'schema_migration'
            """,
        catalog: [mysqlTables, mysqlColumns, mysqlIndexes, mysqlReferences],
        isMissingDatabase: { $0.code == 1049 },
        creation: "CREATE DATABASE annals CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;")

    /// Partitions come and go; what counts is how a table is divided.
    private static let mysqlTables: SQLStatement = """
        SELECT CONCAT('table ', t.table_name, ': ', t.engine, ' ', t.table_collation,
            COALESCE((SELECT CONCAT(' partitioned by ', MAX(p.partition_method), ' (',
                    MAX(p.partition_expression), ')',
                    CASE SUM(p.partition_description = 'MAXVALUE')
                        WHEN 0 THEN '' ELSE ', the last one open' END)
                FROM information_schema.partitions p
                WHERE p.table_schema = t.table_schema AND p.table_name = t.table_name
                AND p.partition_name IS NOT NULL), ''))
        FROM information_schema.tables t
        WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
        """

    /// Written alike for MariaDB and MySQL, which show widths of integers and defaults differently.
    private static let mysqlColumns: SQLStatement = """
        SELECT CONCAT('column ', table_name, '.', column_name, ': ',
            REGEXP_REPLACE(column_type, 'int[(][0-9]+[)]', 'int'),
            COALESCE(CONCAT(' COLLATE ', collation_name), ''),
            CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END,
            CASE WHEN column_default IS NULL OR column_default = 'NULL' THEN ''
                WHEN column_default LIKE 'current_timestamp%' THEN ' DEFAULT current_timestamp'
                ELSE CONCAT(' DEFAULT ', column_default) END,
            CASE extra WHEN '' THEN '' WHEN 'DEFAULT_GENERATED' THEN ''
                ELSE CONCAT(' ', extra) END,
            COALESCE(CONCAT(' AS ', NULLIF(generation_expression, '')), ''))
        FROM information_schema.columns WHERE table_schema = DATABASE()
        """

    private static let mysqlIndexes: SQLStatement = """
        SELECT CONCAT('index ', table_name, '.', index_name, ': ',
            CASE MAX(non_unique) WHEN 0 THEN 'UNIQUE ' ELSE '' END, MAX(index_type), ' (',
            GROUP_CONCAT(CONCAT(COALESCE(column_name, '?'), COALESCE(CONCAT('(', sub_part, ')'), ''),
                CASE collation WHEN 'D' THEN ' DESC' ELSE '' END)
                ORDER BY seq_in_index SEPARATOR ', '), ')')
        FROM information_schema.statistics WHERE table_schema = DATABASE()
        GROUP BY table_name, index_name
        """

    private static let mysqlReferences: SQLStatement = """
        SELECT CONCAT('constraint ', table_name, '.', constraint_name, ': REFERENCES ',
            referenced_table_name)
        FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()
        """
}
