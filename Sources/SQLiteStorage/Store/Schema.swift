import Migrations
package import SQL
import SQLite

/// The schema of a database file: which version it has, and how it gets to ours.
package enum Schema {
    /// The version this build works with.
    package static var wanted: Int { Migrations.sqlite.last?.version ?? 0 }

    static func status(of database: Database) throws(SQLError) -> SchemaStatus {
        SchemaStatus(try history(of: database), migrations: Migrations.sqlite)
    }

    /// 0 for an empty file.
    static func version(of database: Database) throws(SQLError) -> Int {
        try status(of: database).current
    }

    /// Applies what is missing, unless a newer build that leaves room for this one has been there.
    static func prepare(_ database: Database) throws(SQLError) {
        if try status(of: database).verdict == .ahead { return }
        _ = try upgrade(database)
    }

    /// Applies what is missing, one transaction a step: a process that is killed in between leaves a
    /// whole number of steps behind, and the next one goes on from there.
    ///
    /// - Returns: the steps that were applied.
    /// - Throws: `.other` for a file that a newer build has written, or that is none of ours.
    static func upgrade(
        _ database: Database, _ scope: UpgradeScope = .everything
    ) throws(SQLError) -> [Migration] {
        var applied: [Migration] = []
        while let step = try applyNext(scope, to: database) { applied.append(step) }
        return applied
    }

    /// What a file should look like, made of the same steps in memory.
    package static func expectation() throws(SQLError) -> SchemaDescription {
        let database = try Database(
            path: ":memory:", access: .readWriteCreate, busyTimeout: .zero)
        _ = try upgrade(database)
        var lines: [String] = []
        for query in SchemaDialect.sqlite.catalog {
            lines += try database.rows(query).map { $0.text(0) }
        }
        return SchemaDescription(lines: lines)
    }

    private static func applyNext(
        _ scope: UpgradeScope, to database: Database
    ) throws(SQLError) -> Migration? {
        try database.transaction { () throws(SQLError) in
            // Asked inside the transaction: another process may be upgrading, too.
            let plan = try plan(scope, try history(of: database))
            try completeHistory(in: database)
            guard let step = plan.steps.first else { return nil }
            try database.run(script: SchemaDialect.sqlite.historyScript)
            try database.run(script: step.sql)
            _ = try database.rows(SchemaDialect.sqlite.note(step))
            return step
        }
    }

    private static func plan(
        _ scope: UpgradeScope, _ history: SchemaHistory
    ) throws(SQLError) -> SchemaPlan {
        do throws(SchemaRefusal) {
            return try SchemaPlan(scope, history: history, migrations: Migrations.sqlite)
        } catch {
            throw SQLError(kind: .other, code: 0, message: error.description)
        }
    }

    private static func history(of database: Database) throws(SQLError) -> SchemaHistory {
        let dialect = SchemaDialect.sqlite
        // The tables first: another process may be making the history this very moment.
        let tables = try database.rows(dialect.tables).map { $0.text(0) }
        let columns = try database.rows(dialect.historyColumns).map { $0.text(0) }
        if columns.isEmpty { return SchemaHistory(steps: [], foreignTables: tables) }
        let rows = try database.rows(dialect.history(columns: columns))
        return SchemaHistory(steps: rows.map(AppliedMigration.init(row:)))
    }

    /// The first builds wrote less down.
    private static func completeHistory(in database: Database) throws(SQLError) {
        let columns = try database.rows(SchemaDialect.sqlite.historyColumns).map { $0.text(0) }
        guard !columns.isEmpty, !columns.contains("lowest") else { return }
        try database.run(
            script: """
                ALTER TABLE schema_migration ADD COLUMN phase TEXT;
                ALTER TABLE schema_migration ADD COLUMN lowest INTEGER;
                ALTER TABLE schema_migration ADD COLUMN checksum TEXT;
                """)
    }
}
