import SQL

/// The servers Panko's SQLAlchemy driver ran on, and what differs between them for a reader.
///
/// - Source: the schemas that `panko-dbsync` 10.0.0 makes, recorded in Tests/PankoStorageTests.
package enum PankoDialect: Sendable, CaseIterable {
    case sqlite
    case postgresql
    /// MySQL and MariaDB.
    case mysql

    /// Begins a view of the database that does not change while a page is read: an event and its
    /// traits are several statements, and Panko's expirer may be at work between them.
    var begin: String {
        switch self {
        case .sqlite: "BEGIN"
        case .postgresql:
            // The forms of times and floats are session settings that a DBA may have changed.
            """
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL datestyle = 'ISO, YMD';
            SET LOCAL extra_float_digits = 3
            """
        case .mysql:
            """
            SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
            START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY
            """
        }
    }

    /// `desc` and `key` are words of SQL.
    var description: SQLStatement { self == .mysql ? "`desc`" : "\"desc\"" }
    var key: SQLStatement { self == .mysql ? "`key`" : "\"key\"" }

    /// A time as text: ISO 8601 with a space, or seconds since 1970 with six decimals on MySQL, where
    /// the column is DECIMAL(20,6). SQLite's columns hold whatever was put there.
    func time(_ column: SQLStatement) -> SQLStatement {
        switch self {
        case .sqlite: column
        case .postgresql: "CAST(\(column) AS text)"
        case .mysql: "CAST(\(column) AS char)"
        }
    }

    /// Bytes of `raw`, without reading it where the server can tell.
    var rawSize: SQLStatement {
        switch self {
        case .sqlite: "length(CAST(raw AS blob))"
        case .postgresql, .mysql: "octet_length(raw)"
        }
    }
}
