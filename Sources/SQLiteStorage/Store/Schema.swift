import Migrations
import SQL
import SQLite

/// The schema of a database file: which version it has, and how it gets to ours.
package enum Schema {
    /// The version this build works with.
    package static var wanted: Int { Migrations.sqlite.last?.version ?? 0 }

    /// 0 for an empty file.
    static func version(of database: Database) throws(SQLError) -> Int {
        let table = try database.first(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'"
        ) { $0.integer(0) }
        guard table != nil else { return 0 }
        let version = try database.first("SELECT max(version) FROM schema_migration") {
            $0.integer(0)
        }
        return Int(version ?? 0)
    }

    /// Applies what is missing, one transaction a step: a process that is killed in between leaves a
    /// whole number of steps behind, and the next one goes on from there.
    ///
    /// - Returns: names of the steps that were applied.
    /// - Throws: `.other` for a file that a newer build has written, or that is none of ours.
    static func upgrade(_ database: Database) throws(SQLError) -> [String] {
        try refuseForeign(database)
        var applied: [String] = []
        for migration in Migrations.sqlite {
            let isNew = try database.transaction { () throws(SQLError) -> Bool in
                // Asked inside the transaction: another process may be upgrading, too.
                guard try version(of: database) < migration.version else { return false }
                try database.run(script: Self.history)
                try database.run(script: migration.sql)
                try database.execute(
                    "INSERT INTO schema_migration (version, name) VALUES (?1, ?2)",
                    [.integer(Int64(migration.version)), .text(migration.name)])
                return true
            }
            if isNew { applied.append(migration.name) }
        }
        return applied
    }

    private static let history = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            version INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
        ) STRICT;
        """

    private static func refuseForeign(_ database: Database) throws(SQLError) {
        let version = try version(of: database)
        if version > wanted {
            throw SQLError(
                kind: .other, code: 0,
                message: "the database has schema \(version), this build knows up to \(wanted); "
                    + "run the newer build, or restore a backup made by this one")
        }
        let tables = try database.first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) } ?? 0
        if version == 0 && tables > 0 {
            throw SQLError(
                kind: .other, code: 0,
                message: "the file is a database of another program; name a new file")
        }
    }
}
