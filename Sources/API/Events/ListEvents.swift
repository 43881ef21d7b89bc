internal import EventStore
internal import HTTP
internal import Identity
internal import JSON

/// `GET /v2/events`: the events that match, oldest first unless asked otherwise.
struct ListEvents: Sendable {
    private let storage: any EventStorage
    private let gate: Gate
    private let settings: APISettings
    private let recent = RecentPositions()

    init(storage: any EventStorage, gate: Gate, settings: APISettings) {
        self.storage = storage
        self.gate = gate
        self.settings = settings
    }

    func respond(to routed: RoutedRequest) async throws(APIError) -> Response {
        let request = routed.request
        let access = try await gate.access(of: request)
        let reader = try request.requireJSONReader()
        try APIError.asking { () throws(IdentityError) in
            try access.require(BuiltInRule.listEvents)
            _ = try access.visibility()
        }
        let arguments = try ListArguments(request)
        let filters = try EventFilters(
            arguments.filters ?? [], isAdministrator: access.isAdministrator,
            maximumCount: settings.maximumFilters)
        let visibility = try APIError.asking { () throws(IdentityError) in
            try access.visibility(allTenants: filters.allTenants)
        }
        let query = EventQuery(
            eventType: filters.eventType, messageID: filters.messageID, start: filters.start,
            end: filters.end, traits: filters.traits,
            order: try EventOrder(sort: arguments.sort ?? []),
            after: try await position(of: arguments.marker, visibility),
            limit: limit(arguments.limit), visibility: visibility)
        try reader.requireJSON()
        if filters.matchNothing { return Response(json: Array("[]".utf8)) }
        return try await answer(query)
    }

    private func limit(_ argument: LimitArgument?) -> Int {
        let wanted = argument?.count ?? 0
        return min(wanted == 0 ? settings.defaultLimit : wanted, settings.maximumLimit)
    }

    /// The marker is looked up as the caller sees the store: another's event is as good as none.
    private func position(
        of marker: MarkerArgument?, _ visibility: Visibility
    ) async throws(APIError) -> EventPosition? {
        guard let id = marker?.messageID else { return nil }
        if let known = recent.position(of: id, seenWith: visibility) { return known }
        let event = try await APIError.storing { () throws(StorageError) in
            try await storage.event(id, visibleTo: visibility)
        }
        guard let event else { throw .badRequest("Marker \(id) not found.") }
        return EventPosition(of: event)
    }

    /// The first page is there before the status is decided: what fails later cuts the connection.
    private func answer(_ query: EventQuery) async throws(APIError) -> Response {
        let pages = EventPages(query, in: storage, notingEndIn: recent)
        let first = try await APIError.storing { () throws(StorageError) in try await pages.next() }
        let pieces = JSONPieces(first: first) { () throws(StorageError) in
            try await pages.next()
        } write: {
            $0.event($1)
        }
        if await pages.isDone { return Response(json: try await pieces.whole()) }
        return Response(json: ResponseStream { try await pieces.next() })
    }
}
