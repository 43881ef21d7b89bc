package import SQL

/// The schema of each engine, step by step, carried in the binary.
package enum Migrations {
    package static let sqlite = [
        Migration(
            version: 1, name: "001_events.sql",
            sql: String(decoding: PackageResources._01_events_sql, as: UTF8.self))
    ]

    package static let mysql = [
        Migration(
            version: 1, name: "001_events_and_postings.sql",
            sql: String(decoding: PackageResources._01_events_and_postings_sql, as: UTF8.self)),
        Migration(
            version: 2, name: "002_postings_by_day.sql",
            sql: String(decoding: PackageResources._02_postings_by_day_sql, as: UTF8.self)),
    ]

    /// What these steps make, for `SchemaDescription.init(text:)`.
    package static let mysqlExpectation = String(
        decoding: PackageResources.expected_mysql_txt, as: UTF8.self)
}
