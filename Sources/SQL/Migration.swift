/// One step of a schema: plain SQL that a DBA can read and run by hand.
package struct Migration: Sendable, Equatable {
    /// 1, 2, 3, ... without gaps.
    package let version: Int
    /// The file's name: `001_events.sql`.
    package let name: String
    package let sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}
