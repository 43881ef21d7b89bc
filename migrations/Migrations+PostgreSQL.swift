package import SQL

extension Migrations {
    package static let postgresql = [
        Migration(
            version: 1, name: "001_postgresql_events.sql",
            sql: String(decoding: PackageResources._01_postgresql_events_sql, as: UTF8.self)),
        Migration(
            version: 2, name: "002_postgresql_time_ranges.sql", lowest: 1,
            sql: String(
                decoding: PackageResources._02_postgresql_time_ranges_sql, as: UTF8.self)),
    ]

    /// What these steps make, for `SchemaDescription.init(text:)`.
    package static let postgresqlExpectation = String(
        decoding: PackageResources.expected_postgresql_txt, as: UTF8.self)
}
