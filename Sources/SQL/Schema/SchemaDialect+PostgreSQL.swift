extension SchemaDialect {
    /// PostgreSQL takes back DDL, so a step is a transaction. The lock is one of a transaction, too:
    /// it works through a pooler that gives each transaction another session.
    package static let postgresql = SchemaDialect(
        engine: "postgresql",
        // A stricter isolation would show the history as it was before the lock was waited for.
        safety: .transactions(
            begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
            lock: SchemaLock(
                attempt: "SELECT pg_try_advisory_xact_lock(7022080515)::int",
                wait: "SELECT pg_advisory_xact_lock(7022080515)")),
        historyScript: """
            CREATE TABLE IF NOT EXISTS schema_migration (
                version integer PRIMARY KEY,
                name text NOT NULL,
                phase text NOT NULL,
                lowest integer NOT NULL,
                checksum text NOT NULL,
                applied_at timestamp with time zone NOT NULL DEFAULT now()
            );
            """,
        tables: """
            SELECT c.relname::text FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT 1 FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1
            """,
        historyColumns: """
            SELECT column_name::text FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = 'schema_migration'
            """,
        catalog: [postgresqlTables, postgresqlColumns, postgresqlIndexes, postgresqlConstraints],
        isMissingDatabase: {
            $0.state == "3D000" || $0.kind == .cannotOpen && $0.message.contains("does not exist")
        },
        creation: "CREATE DATABASE annals OWNER annals_owner ENCODING 'UTF8' TEMPLATE template0;")

    /// Partitions come and go; what counts is the table they are parts of. One that retention has taken
    /// out is called `event_expired_...` until it is dropped.
    private static let postgresqlTables: SQLStatement = """
        SELECT 'table ' || c.relname || ': ' || CASE c.relkind
            WHEN 'p' THEN 'partitioned by ' || pg_get_partkeydef(c.oid) ELSE 'plain' END
            || coalesce(', the rest in ' || r.relname, '')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
        LEFT JOIN pg_class r ON r.oid = p.partdefid
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname !~ '_expired_[0-9]+$'
        """

    private static let postgresqlColumns: SQLStatement = """
        SELECT 'column ' || c.relname || '.' || a.attname || ': '
            || format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attcollation <> t.typcollation
                THEN ' COLLATE ' || quote_ident(o.collname) ELSE '' END
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
            || CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY' END
            || coalesce(CASE a.attgenerated WHEN '' THEN ' DEFAULT ' ELSE ' GENERATED ' END
                || pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_collation o ON o.oid = a.attcollation
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname !~ '_expired_[0-9]+$'
        AND a.attnum > 0 AND NOT a.attisdropped
        """

    /// The definition names the schema, which is the operator's to choose.
    private static let postgresqlIndexes: SQLStatement = """
        SELECT 'index ' || i.relname || ': '
            || replace(pg_get_indexdef(x.indexrelid), quote_ident(n.nspname) || '.', '')
            || CASE WHEN x.indisvalid THEN '' ELSE ' (not valid)' END
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class c ON c.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname !~ '_expired_[0-9]+$'
        """

    /// Checks and references; keys are indexes.
    private static let postgresqlConstraints: SQLStatement = """
        SELECT 'constraint ' || c.relname || '.' || k.conname || ': '
            || replace(pg_get_constraintdef(k.oid), quote_ident(n.nspname) || '.', '')
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND NOT c.relispartition
        AND c.relname !~ '_expired_[0-9]+$' AND k.contype IN ('c', 'f', 'x')
        """
}
