// swift-tools-version: 6.2
import PackageDescription

// The dependency table of docs/architecture.md, as code. An arrow that is not here does not build:
// CI builds with `--explicit-target-dependency-import-check error`.

/// Every target of ours: Swift 6 mode comes with the tools version; a warning is an error.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
/// Targets that hold no C: every unsafe construct has to be marked.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
    name: "Configuration", package: "swift-configuration")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "annals",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "annals", targets: ["annals"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["CommandLineArguments", "YAML"]),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        // What swift-configuration reads YAML with, and what reads rules and accounts.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C libraries: a module map and a shim each, nothing else.
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "CMicroHTTPD",
            linkerSettings: [.linkedLibrary("microhttpd"), .linkedLibrary("gnutls")]),
        .target(
            name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "CSimdJSON", cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CMySQL", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        .target(name: "CCrypt", linkerSettings: [.linkedLibrary("crypt")]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Values and contracts.
        .target(name: "Values", swiftSettings: safe),
        .target(name: "HTTP", dependencies: ["Values"], swiftSettings: safe),
        .target(name: "EventStore", dependencies: ["Values"], swiftSettings: safe),
        .target(name: "SQL", dependencies: ["Values"], swiftSettings: safe),

        // Wrappers around one C library each.
        .target(name: "JSON", dependencies: ["Values", "CSimdJSON"], swiftSettings: strict),
        .target(name: "Compression", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "OpenSSL", dependencies: ["Values", "COpenSSL"], swiftSettings: strict),
        .target(
            name: "Passwords", dependencies: ["OpenSSL", "Values", "CCrypt"],
            swiftSettings: strict),
        .target(name: "SQLite", dependencies: ["SQL", "Values", "CSQLite"], swiftSettings: strict),
        .target(
            name: "PostgreSQL", dependencies: ["SQL", "Values", "CLibPQ"], swiftSettings: strict),
        .target(name: "MySQL", dependencies: ["SQL", "Values", "CMySQL"], swiftSettings: strict),
        .target(
            name: "Listener", dependencies: ["HTTP", "Values", "CMicroHTTPD", logging],
            swiftSettings: strict),
        .target(
            name: "HTTPClient", dependencies: ["HTTP", "Values", "CCurl", logging],
            swiftSettings: strict),

        // What the product does.
        .target(
            name: "Migrations", dependencies: ["SQL"], path: "migrations",
            resources: [
                .embedInCode("sqlite/001_events.sql"),
                .embedInCode("postgresql/001_postgresql_events.sql"),
                .embedInCode("postgresql/002_postgresql_time_ranges.sql"),
                .embedInCode("postgresql/expected_postgresql.txt"),
                .embedInCode("mysql/001_events_and_postings.sql"),
                .embedInCode("mysql/002_postings_by_day.sql"),
                .embedInCode("mysql/expected_mysql.txt"),
            ], swiftSettings: safe),
        .target(
            name: "SQLiteStorage",
            dependencies: [
                "EventStore", "SQL", "SQLStorage", "SQLite", "Migrations", "Values", logging,
            ],
            swiftSettings: safe),
        // What the storages on database servers share, and one storage for each kind of server.
        .target(
            name: "SQLStorage",
            dependencies: ["EventStore", "SQL", "JSON", "Values", logging, metrics],
            swiftSettings: safe),
        .target(
            name: "PostgreSQLStorage",
            dependencies: [
                "EventStore", "SQL", "SQLStorage", "PostgreSQL", "Migrations", "JSON", "Values",
                logging, metrics,
            ], swiftSettings: safe),
        .target(
            name: "MySQLStorage",
            dependencies: [
                "EventStore", "SQL", "SQLStorage", "MySQL", "Migrations", "JSON", "Values",
                logging, metrics,
            ], swiftSettings: safe),
        // Moves events from anywhere into a store, and compares the two.
        .target(name: "EventCopy", dependencies: ["EventStore", "Values"], swiftSettings: safe),
        // Keeps events on this machine's disk while the store is away or slow.
        .target(
            name: "Spool", dependencies: ["EventStore", "Values", logging, metrics],
            swiftSettings: safe),
        // Reads the databases of Panko, whatever server they are on.
        .target(
            name: "PankoStorage",
            dependencies: ["EventCopy", "EventStore", "SQL", "SQLStorage", "JSON", "Values"],
            swiftSettings: safe),
        .target(
            name: "MemoryStorage", dependencies: ["EventStore", "Values"], swiftSettings: safe),
        .target(
            name: "Identity",
            dependencies: [
                "EventStore", "HTTP", "HTTPClient", "JSON", "OpenSSL", "Passwords", "Values",
                logging,
                metrics, yams,
            ],
            swiftSettings: safe),
        .target(
            name: "Observability", dependencies: ["HTTP", "Values", logging, metrics],
            swiftSettings: safe),
        .target(
            name: "API",
            dependencies: [
                "EventStore", "Identity", "HTTP", "JSON", "Compression", "OpenSSL", "Values",
                logging,
                metrics,
            ],
            resources: [.embedInCode("openapi.yaml")], swiftSettings: safe),
        .target(
            name: "App",
            dependencies: [
                "Values", "HTTP", "EventStore", "SQL", "JSON", "Compression", "OpenSSL", "SQLite",
                "SQLiteStorage", "SQLStorage", "PostgreSQL", "PostgreSQLStorage", "MySQL",
                "MySQLStorage", "PankoStorage", "EventCopy", "MemoryStorage", "Migrations",
                "Identity", "Passwords", "Observability", "API", "Listener", "HTTPClient",
                "Spool",
                argumentParser, configuration, logging, metrics,
            ],
            swiftSettings: safe),
        .executableTarget(name: "annals", dependencies: ["App"], swiftSettings: safe),

        // Tests: one target per room, and the storage contract as values.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "StorageConformance", dependencies: ["EventStore", "TestSupport", "Values"],
            path: "Tests/StorageConformance", swiftSettings: safe),
        .testTarget(name: "ValuesTests", dependencies: ["Values"], swiftSettings: strict),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP"], swiftSettings: strict),
        .testTarget(
            name: "EventStoreTests",
            dependencies: ["EventStore", "MemoryStorage", "StorageConformance", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "SQLiteStorageTests",
            dependencies: [
                "SQLiteStorage", "SQLite", "SQL", "EventStore", "MemoryStorage",
                "StorageConformance",
                "OpenSSL", "Values",
            ], swiftSettings: strict),
        .testTarget(
            name: "SQLTests",
            dependencies: [
                "SQL", "SQLStorage", "PostgreSQL", "MySQL", "Migrations", "EventStore",
                "TestSupport", "Values",
            ], swiftSettings: strict),
        .testTarget(
            name: "PostgreSQLTests", dependencies: ["PostgreSQL", "SQL", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "MySQLTests", dependencies: ["MySQL", "SQL", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgreSQLStorageTests",
            dependencies: [
                "PostgreSQLStorage", "PostgreSQL", "Migrations", "SQLStorage", "SQL", "EventStore",
                "MemoryStorage", "StorageConformance", "TestSupport", "Values",
            ], swiftSettings: strict),
        .testTarget(
            name: "MySQLStorageTests",
            dependencies: [
                "MySQLStorage", "MySQL", "SQLStorage", "SQL", "EventStore", "Migrations",
                "MemoryStorage", "StorageConformance", "TestSupport", "Values",
            ], swiftSettings: strict),
        .testTarget(
            name: "EventCopyTests",
            dependencies: [
                "EventCopy", "EventStore", "MemoryStorage", "OpenSSL", "StorageConformance",
                "TestSupport", "Values",
            ], swiftSettings: strict),
        .testTarget(
            name: "SpoolTests",
            dependencies: [
                "Spool", "EventStore", "MemoryStorage", "StorageConformance", "SQL", "OpenSSL",
                "TestSupport", "Values", logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "PankoStorageTests",
            dependencies: [
                "PankoStorage", "EventCopy", "SQL", "SQLite", "PostgreSQL", "MySQL", "EventStore",
                "MemoryStorage", "OpenSSL", "API", "HTTP", "TestSupport", "Values",
            ], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "JSONTests", dependencies: ["JSON", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(name: "CompressionTests", dependencies: ["Compression"], swiftSettings: strict),
        .testTarget(
            name: "OpenSSLTests", dependencies: ["OpenSSL", "Values", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ListenerTests",
            dependencies: ["Listener", "HTTP", "OpenSSL", "Values", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PasswordsTests", dependencies: ["Passwords", "Values"], swiftSettings: strict),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "Identity", "EventStore", "HTTP", "HTTPClient", "OpenSSL", "Passwords",
                "TestSupport", "Values", logging,
            ], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: [
                "HTTPClient", "HTTP", "Listener", "OpenSSL", "Values", "TestSupport", logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Identity", "EventStore", "MemoryStorage", "OpenSSL", "HTTP", "JSON",
                "Compression", "Observability", "TestSupport", "Values", logging, yams,
            ], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "ObservabilityTests",
            dependencies: ["Observability", "HTTP", "Values", logging, metrics],
            swiftSettings: strict),
        .testTarget(
            name: "AppTests",
            dependencies: [
                "API", "App", "EventCopy", "EventStore", "MemoryStorage", "HTTP", "Identity",
                "Values",
                "OpenSSL", "SQL", "SQLite", "SQLiteStorage", "Observability", "Listener",
                "HTTPClient", "Compression", "TestSupport",
                logging, metrics,
            ],
            swiftSettings: strict),
    ]
)
