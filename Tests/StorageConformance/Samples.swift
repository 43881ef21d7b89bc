package import EventStore
package import Values

extension Event {
    /// An event with the traits that matter for who sees it.
    package static func sample(
        _ id: String, type: String = "compute.instance.create.end", second: Int = 0,
        project: String? = nil, user: String? = nil, traits: [Trait] = [],
        raw: JSONText = .emptyObject
    ) -> Event {
        var all = traits
        if let project { all.append(Trait("project_id", .text(project))) }
        if let user { all.append(Trait("user_id", .text(user))) }
        return Event(
            messageID: id, eventType: type, generated: .sample(second), traits: all, raw: raw)
    }
}

extension Timestamp {
    /// 2020-01-02T10:00:00 and so many seconds.
    package static func sample(_ second: Int) -> Timestamp {
        Timestamp(microseconds: 1_577_959_200_000_000 + Int64(second) * 1_000_000) ?? .earliest
    }
}

extension IncomingEvent {
    /// With a digest that is as good as its canonical bytes: storages only compare it.
    package init(_ event: Event) {
        self.init(event: event, digest: event.canonicalBytes())
    }
}

extension EventStorage {
    package func record(_ events: Event...) async throws -> [RecordOutcome] {
        try await record(events.map { IncomingEvent($0) })
    }

    package func ids(_ query: EventQuery) async throws -> [String] {
        try await events(matching: query).map(\.messageID)
    }
}
