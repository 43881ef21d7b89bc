/// What differs between engines when a schema is looked after: texts, all of them plain SQL.
package struct SchemaDialect: Sendable {
    /// How a step and its line in the history become one.
    package enum Safety: Sendable {
        /// The engine takes back whole steps.
        ///
        /// - Parameters:
        ///   - begin: begins a transaction.
        ///   - lock: nil where the beginning of a transaction is the lock.
        case transactions(begin: SQLStatement, lock: SchemaLock?)
        /// The engine keeps what was done of a step. Each statement of one can be run again, and a
        /// lease in a table keeps other runners out.
        case lease
    }

    /// `postgresql`, `mysql`, `sqlite`.
    package let engine: String
    package let safety: Safety
    /// Makes the table `schema_migration`, and whatever the lock needs. Does no harm the second time.
    package let historyScript: String
    /// Names of the tables of the database (on PostgreSQL: of the current schema), extensions' aside.
    package let tables: SQLStatement
    /// Names of the columns of `schema_migration`; no rows where that table is not there.
    package let historyColumns: SQLStatement
    /// Queries of one column: the lines of a `SchemaDescription`.
    package let catalog: [SQLStatement]
    /// The failure says that there is no database of that name.
    package let isMissingDatabase: @Sendable (SQLError) -> Bool
    /// What an administrator runs to make a database; empty where it makes itself.
    package let creation: String

    /// The steps that were applied, one a row, for `AppliedMigration.init(row:)`.
    ///
    /// - Parameter columns: what `historyColumns` named. Histories of the first builds are shorter.
    package func history(columns: [String]) -> SQLStatement {
        columns.contains("lowest") && columns.contains("checksum")
            ? "SELECT version, name, lowest, checksum FROM schema_migration ORDER BY version"
            : "SELECT version, name, NULL, NULL FROM schema_migration ORDER BY version"
    }

    /// Notes that a step was applied.
    package func note(_ step: Migration) -> SQLStatement {
        let phase = step.phase.rawValue
        return """
            INSERT INTO schema_migration (version, name, phase, lowest, checksum)
            VALUES (\(step.version), \(step.name), \(phase), \(step.lowest), \(step.checksum))
            """
    }

    /// Everything a runner would send for these steps, for a DBA to read or to run by hand.
    package func script(for steps: [Migration]) -> String {
        if steps.isEmpty { return "" }
        let pieces = steps.map { step in
            """
            -- \(step.name): \(step.phase.rawValue), for builds of schema \(step.lowest) or higher
            \(opening)
            \(step.sql.trimmedOfNewlines)

            INSERT INTO schema_migration (version, name, phase, lowest, checksum)
            VALUES (\(step.version), '\(step.name)', '\(step.phase.rawValue)', \(step.lowest), \
            '\(step.checksum)');
            \(closing)
            """
        }
        return pieces.map { $0.trimmedOfNewlines + "\n" }.joined(separator: "\n")
    }

    private var opening: String {
        switch safety {
        case .transactions(let begin, let lock):
            ([begin] + [lock?.wait].compactMap(\.self)).map { $0.text { "$\($0)" } + ";\n" }
                .joined()
                + historyScript.trimmedOfNewlines + "\n"
        case .lease:
            "\(historyScript.trimmedOfNewlines)\n"
        }
    }

    private var closing: String {
        switch safety {
        case .transactions: "COMMIT;"
        case .lease: ""
        }
    }
}

/// A lock that COMMIT or ROLLBACK lets go.
package struct SchemaLock: Sendable {
    /// Gives 1 where the lock was free and is taken, 0 where another runner has it.
    package let attempt: SQLStatement
    /// Waits until no other runner has it.
    package let wait: SQLStatement

    package init(attempt: SQLStatement, wait: SQLStatement) {
        self.attempt = attempt
        self.wait = wait
    }
}

extension String {
    fileprivate var trimmedOfNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        while text.first?.isNewline == true { text.removeFirst() }
        return String(text)
    }
}
