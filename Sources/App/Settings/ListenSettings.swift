/// Where the service listens, and how much it takes from one client and from all.
package struct ListenSettings: Sendable, Equatable {
    package var address: String
    package var port: Int
    /// Nil: one per core.
    package var threads: Int?
    package var connections: Int
    package var connectionsPerAddress: Int
    package var idleTimeout: Duration
    package var headTimeout: Duration
    package var bodyTimeout: Duration
    package var drainTimeout: Duration

    init(_ values: SettingValues) throws(SettingsError) {
        address = try values(Self.address)
        port = try values(Self.port)
        threads = try values(Self.threads)
        connections = try values(Self.connections)
        connectionsPerAddress = try values(Self.connectionsPerAddress)
        idleTimeout = try values(Self.idleTimeout)
        headTimeout = try values(Self.headTimeout)
        bodyTimeout = try values(Self.bodyTimeout)
        drainTimeout = try values(Self.drainTimeout)
    }

    package var isLoopback: Bool { NetworkAddress.isLoopback(address) }
}

extension ListenSettings {
    static let address = Setting(
        "listen.address", .address, default: "127.0.0.1",
        help: "The address to listen on. 0.0.0.0 or :: is every address of the machine.")
    static let port = Setting(
        "listen.port", .integer(0...65_535), default: "8977",
        help: "The TCP port. 0 takes a free one and names it in the log.")
    static let threads = Setting(
        "listen.threads", SettingKind.integer(1...256).orNone("auto"), default: "auto",
        help: "Threads that read from and write to sockets. auto is one per core.")
    static let connections = Setting(
        "listen.connections", .integer(1...1_000_000), default: "4096",
        help: "Most connections at a time; beyond it new ones are closed.")
    static let connectionsPerAddress = Setting(
        "listen.connections_per_address", .integer(1...1_000_000), default: "1024",
        help: "Most connections at a time from one address. Raise it behind a proxy.")
    static let idleTimeout = Setting(
        "listen.idle_timeout", .duration(.seconds(1)...timeLimit), default: "60s",
        help: "A connection on which nothing moves for so long is closed.")
    static let headTimeout = Setting(
        "listen.head_timeout", .duration(.seconds(1)...timeLimit), default: "10s",
        help: "The request line and headers must be here after so long.")
    static let bodyTimeout = Setting(
        "listen.body_timeout", .duration(.seconds(1)...timeLimit), default: "60s",
        help: "The body must be here after so long.")
    static let drainTimeout = Setting(
        "listen.drain_timeout", .duration(.zero...timeLimit), default: "10s",
        help: "How long a stop waits for requests that are under way.")

    private static let timeLimit = Duration.seconds(86_400)

    static let settings: [any SettingDescription] = [
        address, port, threads, connections, connectionsPerAddress, idleTimeout, headTimeout,
        bodyTimeout, drainTimeout,
    ]
}
