internal import EventStore
internal import HTTP
internal import JSON

/// `GET /v2/event_types` and below: what kinds of events there are, for administrators.
struct EventTypes: Sendable {
    let storage: any EventStorage
    let gate: Gate

    func list(_ routed: RoutedRequest) async throws(APIError) -> Response {
        let reader = try await admit(routed)
        let types = try await APIError.storing { () throws(StorageError) in
            try await storage.eventTypes(visibleTo: .everything)
        }
        try reader.requireJSON()
        var writer = JSONWriter(capacity: types.count * 32)
        writer.array(types) { $0.string($1) }
        return Response(json: writer.bytes)
    }

    /// Panko has the path and nothing behind it.
    func show(_ routed: RoutedRequest) async throws(APIError) -> Response {
        _ = try await admit(routed)
        throw .nothingThere
    }

    func traits(_ routed: RoutedRequest) async throws(APIError) -> Response {
        let reader = try await admit(routed)
        let descriptions = try await descriptions(routed)
        try reader.requireJSON()
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
        let reader = try await admit(routed)
        let name = routed.parameter("trait_name")
        let types = try await descriptions(routed).filter { $0.name.utf8.elementsEqual(name.utf8) }
            .map(\.type)
        try reader.requireJSON()
        let pages = TraitPages(
            name, types: types, of: routed.parameter("event_type"), in: storage)
        let first = try await APIError.storing { () throws(StorageError) in try await pages.next() }
        let pieces = JSONPieces(first: first) { () throws(StorageError) in
            try await pages.next()
        } write: {
            $0.trait($1, type: $1.value.type)
        }
        if await pages.isDone { return Response(json: try await pieces.whole()) }
        return Response(json: ResponseStream { try await pieces.next() })
    }

    private func descriptions(_ routed: RoutedRequest) async throws(APIError) -> [TraitDescription]
    {
        let type = routed.parameter("event_type")
        return try await APIError.storing { () throws(StorageError) in
            try await storage.traitDescriptions(of: type, visibleTo: .everything)
        }
    }

    private func admit(_ routed: RoutedRequest) async throws(APIError) -> JSONReader {
        let reader = try routed.request.requireJSONReader()
        try await gate.requireAdministrator(routed.request)
        try ListArgumentsBody.requireNone(routed.request)
        return reader
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
