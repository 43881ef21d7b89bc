package import EventStore
package import Observability

/// The section `store` of `/status`, and what health asks of the store.
package struct StoreStatus: StatusSource {
    private let storage: any EventStorage

    package let section = "store"

    /// An engine that could lose what it acknowledged is healthy all the same.
    private let allowsUnsafe: Bool

    package init(storage: any EventStorage, allowsUnsafe: Bool) {
        self.storage = storage
        self.allowsUnsafe = allowsUnsafe
    }

    package func facts() async -> [Fact] {
        let status = await storage.status()
        return [
            Fact("engine", .text(status.engine)),
            Fact("engine_version", .text(status.engineVersion)),
            Fact("location", .text(status.location)),
            Fact("schema_version", .integer(status.schemaVersion)),
            Fact("schema_wanted", .integer(status.schemaWanted)),
            Fact("durable", .flag(status.isDurable)),
            Fact(
                "durability",
                .group(status.durability.map { Fact($0.name, .text($0.value)) })),
            Fact("failure", status.failure.map { .text($0) } ?? .missing),
            Fact("connections", status.connections.map { .group($0.facts) } ?? .missing),
        ]
    }

    /// Named `database`, as an operator would look for it.
    package var probe: HealthProbe {
        HealthProbe("database") { [storage, allowsUnsafe] in
            let status = await storage.status()
            return status.failure ?? (allowsUnsafe ? nil : status.unsafeSettings)
        }
    }
}

extension StorageStatus {
    /// A sentence about the settings with which an acknowledged event could be lost; nil where there
    /// is none.
    package var unsafeSettings: String? {
        let unsafe = durability.filter { !$0.isSafe }.map { "\($0.name) = \($0.value)" }
        if unsafe.isEmpty { return nil }
        return "acknowledged events could be lost in a power failure: "
            + unsafe.joined(separator: ", ")
    }
}

extension StorageConnections {
    fileprivate var facts: [Fact] {
        [
            Fact("limit", .integer(limit)), Fact("open", .integer(open)),
            Fact("waiting", .integer(waiting)), Fact("opened", .integer(opened)),
            Fact("lost", .integer(lost)),
        ]
    }
}
