package import EventStore
package import Observability

/// The section `store` of `/status`, and what health asks of the store.
package struct StoreStatus: StatusSource {
    private let storage: any EventStorage

    package let section = "store"

    package init(storage: any EventStorage) {
        self.storage = storage
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
        ]
    }

    /// Named `database`, as an operator would look for it.
    package var probe: HealthProbe {
        HealthProbe("database") { [storage] in await storage.status().failure }
    }
}
