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
