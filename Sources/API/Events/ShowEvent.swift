internal import EventStore
internal import HTTP
internal import Identity
internal import JSON

/// `GET /v2/events/{message_id}`: one event, if the caller may see it.
struct ShowEvent: Sendable {
    let storage: any EventStorage
    let gate: Gate

    func respond(to routed: RoutedRequest) async throws(APIError) -> Response {
        let id = routed.parameter("message_id")
        let access = try await gate.access(of: routed.request)
        let reader = try routed.request.requireJSONReader()
        let visibility = try APIError.asking { () throws(IdentityError) in
            try access.require(BuiltInRule.showEvent)
            return try access.visibility()
        }
        try ListArgumentsBody.requireNone(routed.request)
        let event = try await APIError.storing { () throws(StorageError) in
            try await storage.event(id, visibleTo: visibility)
        }
        guard let event else { throw .eventNotFound(id) }
        try reader.requireJSON()
        var writer = JSONWriter(capacity: 1024)
        writer.event(event)
        return Response(json: writer.bytes)
    }
}
