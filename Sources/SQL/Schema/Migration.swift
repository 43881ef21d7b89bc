/// One step of a schema: plain SQL that a DBA can read and run by hand.
///
/// A step that was released never changes: databases remember its checksum. On MySQL, where a server
/// keeps half a step when it is interrupted, each statement of it must do no harm the second time.
package struct Migration: Sendable, Equatable {
    /// When a step may be applied, seen from the builds that are running.
    package enum Phase: String, Sendable {
        /// Adds what a newer build needs and takes nothing from an older one.
        case expand
        /// Takes away what only older builds need: to be applied once none of them runs any more.
        case contract
    }

    /// 1, 2, 3, ... without gaps.
    package let version: Int
    /// The file's name: `001_events.sql`.
    package let name: String
    package let phase: Phase
    /// Builds that know this schema version or a higher one work with a database that has this step.
    package let lowest: Int
    package let sql: String

    package init(
        version: Int, name: String, phase: Phase = .expand, lowest: Int? = nil, sql: String
    ) {
        self.version = version
        self.name = name
        self.phase = phase
        self.lowest = lowest ?? version
        self.sql = sql
    }

    /// Tells whether a file has changed since it was applied; no proof against a forger.
    ///
    /// - Source: FNV-1a, 64 bits (draft-eastlake-fnv), in hexadecimal.
    package var checksum: String {
        let hash = sql.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// A step as the history of a database remembers it.
package struct AppliedMigration: Sendable, Equatable {
    package let version: Int
    package let name: String
    /// Nil where a build has applied it that did not write this down yet.
    package let lowest: Int?
    /// Nil where a build has applied it that did not write this down yet.
    package let checksum: String?

    package init(version: Int, name: String, lowest: Int?, checksum: String?) {
        self.version = version
        self.name = name
        self.lowest = lowest
        self.checksum = checksum
    }

    /// - Parameter row: what `SchemaDialect.history(columns:)` asks for.
    package init(row: SQLRow) {
        self.init(
            version: Int(row.integer(0)), name: row.text(1),
            lowest: row.isNull(2) ? nil : Int(row.integer(2)),
            checksum: row.isNull(3) ? nil : row.text(3))
    }
}

/// What a database remembers of its schema.
package struct SchemaHistory: Sendable, Equatable {
    package let steps: [AppliedMigration]
    /// Tables in a database that has no history at all: another program's, or made by hand.
    package let foreignTables: [String]

    package init(steps: [AppliedMigration], foreignTables: [String] = []) {
        self.steps = steps
        self.foreignTables = foreignTables
    }
}
