internal import EventStore
internal import HTTP
internal import Identity
internal import JSON

/// `GET /v2/event_types` and below: what kinds of events there are. Each route has a rule of its own,
/// and whoever passes sees what his events have.
struct EventTypes: Sendable {
    let storage: any EventStorage
    let gate: Gate

    func list(_ routed: RoutedRequest) async throws(APIError) -> Response {
        let caller = try await admit(routed, by: BuiltInRule.listEventTypes)
        let types = try await APIError.storing { () throws(StorageError) in
            try await storage.eventTypes(visibleTo: caller.visibility)
        }
        try caller.reader.requireJSON()
        var writer = JSONWriter(capacity: types.count * 32)
        writer.array(types) { $0.string($1) }
        return Response(json: writer.bytes)
    }

    /// Panko has the path and nothing behind it.
    func show(_ routed: RoutedRequest) async throws(APIError) -> Response {
        _ = try await admit(routed, by: BuiltInRule.showEventType)
        throw .nothingThere
    }

    func traits(_ routed: RoutedRequest) async throws(APIError) -> Response {
        let caller = try await admit(routed, by: BuiltInRule.listTraits)
        let descriptions = try await descriptions(routed, visibleTo: caller.visibility)
        try caller.reader.requireJSON()
        var writer = JSONWriter(capacity: descriptions.count * 48)
        writer.array(descriptions) { writer, description in
            writer.literal("{\"type\": ")
            writer.type(description.type)
            writer.literal(", \"name\": ")
            writer.string(description.name)
            writer.literal("}")
        }
        return Response(json: writer.bytes)
    }

    /// Every value the trait ever had, in the order of the types: no limit, so it is streamed.
    func values(_ routed: RoutedRequest) async throws(APIError) -> Response {
        let caller = try await admit(routed, by: BuiltInRule.showTrait)
        let name = routed.parameter("trait_name")
        let types = try await descriptions(routed, visibleTo: caller.visibility)
            .filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.type)
        try caller.reader.requireJSON()
        let query = EventQuery(
            eventType: routed.parameter("event_type"), limit: .max, visibility: caller.visibility)
        let pages = TraitPages(name, types: types, of: query, in: storage)
        let first = try await APIError.storing { () throws(StorageError) in try await pages.next() }
        let pieces = JSONPieces(first: first) { () throws(StorageError) in
            try await pages.next()
        } write: {
            $0.trait($1, type: $1.value.type)
        }
        if await pages.isDone { return Response(json: try await pieces.whole()) }
        return Response(json: ResponseStream { try await pieces.next() })
    }

    private func descriptions(
        _ routed: RoutedRequest, visibleTo visibility: Visibility
    ) async throws(APIError) -> [TraitDescription] {
        let type = routed.parameter("event_type")
        return try await APIError.storing { () throws(StorageError) in
            try await storage.traitDescriptions(of: type, visibleTo: visibility)
        }
    }

    private struct Caller {
        let reader: JSONReader
        let visibility: Visibility
    }

    private func admit(_ routed: RoutedRequest, by rule: String) async throws(APIError) -> Caller {
        let access = try await gate.access(of: routed.request)
        let reader = try routed.request.requireJSONReader()
        let visibility = try APIError.asking { () throws(IdentityError) in
            try access.typeVisibility(by: rule)
        }
        try ListArgumentsBody.requireNone(routed.request)
        return Caller(reader: reader, visibility: visibility)
    }
}

extension JSONWriter {
    mutating func array<Element>(
        _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
    ) {
        literal("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { literal(", ") }
            write(&self, element)
        }
        literal("]")
    }
}
