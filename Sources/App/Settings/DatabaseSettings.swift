package import SQLStorage
import Values

/// Where events are kept, and how the engine is used.
package struct DatabaseSettings: Sendable, Equatable {
    package var url: DatabaseURL
    package var allowUnsafe: Bool
    package var queryTimeout: Duration
    package var writers: Int
    package var readers: Int
    package var connectTimeout: Duration
    package var connectionMaximumAge: Duration
    package var preparedStatements: Bool
    package var partitions: PartitionInterval
    package var partitionsAhead: Int
    package var mergeAfter: Duration?

    init(_ values: SettingValues) throws(SettingsError) {
        let url = try values(Self.url)
        let password = try PasswordSource.password(
            values(Self.password), file: values(Self.passwordFile))
        connectTimeout = try values(Self.connectTimeout)
        let isGiven = values.place(Self.connectTimeout) != .defaults
        self.url = url.with(password: password, connectTimeout: isGiven ? connectTimeout : nil)
        allowUnsafe = try values(Self.allowUnsafe)
        queryTimeout = try values(Self.queryTimeout)
        writers = try values(Self.writers)
        readers = try values(Self.readers)
        connectionMaximumAge = try values(Self.connectionMaximumAge)
        preparedStatements = try values(Self.preparedStatements)
        partitions = try values(Self.partitions)
        partitionsAhead = try values(Self.partitionsAhead)
        mergeAfter = try values(Self.mergeAfter)
    }

    /// How the store is to use its server.
    package var serverOptions: ServerStoreOptions {
        ServerStoreOptions(
            queryTimeout: queryTimeout, writers: writers, readers: readers,
            maximumAge: connectionMaximumAge, partitions: partitions,
            partitionsAhead: partitionsAhead, mergeAfter: mergeAfter,
            usesPreparedStatements: preparedStatements)
    }

    /// Groups of events that are written side by side: SQLite has one writer.
    var parallelGroups: Int {
        if case .sqlite = url { 1 } else { writers }
    }
}

extension DatabaseSettings {
    static let url = Setting(
        "database.url", .databaseURL, default: "sqlite:///var/lib/annals/annals.db",
        help: "The store: SQLite's file, or a server. See docs/operations.md, The database.")
    static let password = Setting(
        "database.password", .secret, default: "",
        help: "The password for the server. Give it in the environment, ANNALS_DATABASE_PASSWORD.")
    static let passwordFile = Setting(
        "database.password_file", SettingKind.path.orNone(""), default: "",
        help: "A file whose first line is the password for the server.")
    static let allowUnsafe = Setting(
        "database.allow_unsafe", .flag, default: "false",
        help: "Start although the engine's settings can lose acknowledged events in a power loss.")
    static let queryTimeout = Setting(
        "database.query_timeout", .duration(.milliseconds(100)...Duration.seconds(3600)),
        default: "30s",
        help: "A query that runs for longer is stopped and answered with an error.")
    static let writers = Setting(
        "database.writers", .integer(1...64), default: "2",
        help: "Most connections that write to a server. SQLite always has one.")
    static let readers = Setting(
        "database.readers", .integer(1...256), default: "8",
        help: "Most connections that read from a server.")
    static let connectTimeout = Setting(
        "database.connect_timeout", .duration(.milliseconds(100)...Duration.seconds(60)),
        default: "5s", help: "How long a server may take to let us in, for each of its hosts.")
    static let connectionMaximumAge = Setting(
        "database.connection_maximum_age", .duration(.seconds(1)...Duration.seconds(86_400)),
        default: "30m", help: "A connection older than this is replaced when it is not in use.")
    static let preparedStatements = Setting(
        "database.prepared_statements", .flag, default: "true",
        help: "false behind a pooler that hands a connection on after each transaction.")
    static let partitions = Setting(
        "database.partitions", SettingKind<PartitionInterval>.choice,
        default: PartitionInterval.week.rawValue,
        help:
            "How much time a partition of a server's tables holds: 1 to 10 million events are good."
    )
    static let partitionsAhead = Setting(
        "database.partitions_ahead", .integer(1...60), default: "4",
        help: "Partitions that are there before their time has come.")

    static let mergeAfter = Setting(
        "database.merge_after",
        SettingKind.duration(.seconds(1)...Duration.seconds(86_400)).orNone("off"), default: "10m",
        help: "MariaDB: the index of a day is made smaller once no events came for so long.")

    static let settings: [any SettingDescription] = [
        url, password, passwordFile, allowUnsafe, queryTimeout, writers, readers, connectTimeout,
        connectionMaximumAge, preparedStatements, partitions, partitionsAhead, mergeAfter,
    ]
}
