/// What a storage says of itself, for `/status`, health and the self-test.
package struct StorageStatus: Sendable {
    /// `sqlite`, `postgresql`, `mysql`.
    package var engine: String
    package var engineVersion: String
    /// Where the data is, without any secret.
    package var location: String
    package var schemaVersion: Int
    /// The schema this build works with.
    package var schemaWanted: Int
    /// What is in force now, asked of the engine and not of our settings.
    package var durability: [DurabilitySetting]
    /// Why nothing can be written now; nil while all is well.
    package var failure: String?
    /// Nil for an engine inside this process.
    package var connections: StorageConnections?

    package init(
        engine: String, engineVersion: String, location: String, schemaVersion: Int,
        schemaWanted: Int, durability: [DurabilitySetting], failure: String?
    ) {
        self.engine = engine
        self.engineVersion = engineVersion
        self.location = location
        self.schemaVersion = schemaVersion
        self.schemaWanted = schemaWanted
        self.durability = durability
        self.failure = failure
    }

    /// An acknowledgement now would survive a power loss.
    package var isDurable: Bool { failure == nil && durability.allSatisfy(\.isSafe) }
}

/// The connections to a database server, over all of a storage's pools.
package struct StorageConnections: Sendable, Hashable {
    /// Most that are open at once.
    package var limit = 0
    package var open = 0
    /// Callers that wait for one.
    package var waiting = 0
    /// Opened since the start.
    package var opened = 0
    /// Lost since the start.
    package var lost = 0

    package init() {}
}

package struct DurabilitySetting: Sendable, Hashable {
    package var name: String
    package var value: String
    package var isSafe: Bool

    package init(name: String, value: String, isSafe: Bool) {
        self.name = name
        self.value = value
        self.isSafe = isSafe
    }
}
