package import EventStore
package import Identity

/// Panko's API and the publisher route, as routes over a store.
package struct EventsAPI: Sendable {
    let storage: any EventStorage
    let recorder: any EventRecorder
    let digest: ContentDigest
    let gate: Gate
    let settings: APISettings
    let retentionCutoffs: @Sendable () -> RetentionCutoffs

    /// - Parameters:
    ///   - recorder: where published events go; answers when they are durable.
    ///   - digest: SHA-256.
    ///   - policy: the rules in force. Asked for each request.
    ///   - retentionCutoffs: events generated before are not taken, because they would be deleted
    ///     at once; nil keeps events for ever. Asked for each request.
    package init(
        storage: any EventStorage, recorder: any EventRecorder,
        digest: @escaping ContentDigest, authenticator: Authenticator,
        policy: @escaping @Sendable () -> PolicyRules = { .builtIn },
        settings: APISettings = APISettings(),
        retentionCutoffs: @escaping @Sendable () -> RetentionCutoffs = { .keepingAll }
    ) {
        self.storage = storage
        self.recorder = recorder
        self.digest = digest
        self.gate = Gate(authenticator: authenticator, policy: policy)
        self.settings = settings
        self.retentionCutoffs = retentionCutoffs
    }

    /// Lets in whoever some strategy knows.
    package var admission: Router.Admission {
        { [gate] (request) throws(APIError) in _ = try await gate.access(of: request) }
    }

    /// In the order in which the router should try them.
    package var routes: [Route] {
        let versions = VersionDocument(trustsProxyHeaders: settings.trustsProxyHeaders)
        let list = ListEvents(storage: storage, gate: gate, settings: settings)
        let show = ShowEvent(storage: storage, gate: gate)
        let publish = PublishEvents(self)
        let types = EventTypes(storage: storage, gate: gate)
        let admission = admission
        return [
            Route(VersionDocument.methods, "/") { (routed) throws(APIError) in
                try versions.respond(to: routed)
            },
            Route(["GET"], "/openapi.yaml") { _ in OpenAPIDocument.response },
            Route(["GET"], "/v2/capabilities") { (routed) throws(APIError) in
                try await admission(routed.request)
                return try Capabilities().respond(to: routed)
            },
            Route(["GET"], "/v2/events") { (routed) throws(APIError) in
                try await list.respond(to: routed)
            },
            Route(["POST"], "/v2/events") { (routed) throws(APIError) in
                try await publish.respond(to: routed)
            },
            Route(["GET"], "/v2/events/{message_id}") { (routed) throws(APIError) in
                try await show.respond(to: routed)
            },
            Route(["GET"], "/v2/event_types") { (routed) throws(APIError) in
                try await types.list(routed)
            },
            Route(["GET"], "/v2/event_types/{event_type}") { (routed) throws(APIError) in
                try await types.show(routed)
            },
            Route(["GET"], "/v2/event_types/{event_type}/traits") { (routed) throws(APIError) in
                try await types.traits(routed)
            },
            Route(["GET"], "/v2/event_types/{event_type}/traits/{trait_name}") {
                (routed) throws(APIError) in
                try await types.values(routed)
            },
        ]
    }
}

/// The settings of section `api` and of `ingest`.
package struct APISettings: Sendable {
    /// Events in an answer that asks for no number. At least 1.
    package var defaultLimit: Int
    /// Most events in one answer; a larger wish is cut, not refused.
    package var maximumLimit: Int
    /// Most conditions in one query.
    package var maximumFilters: Int
    /// Believe `Forwarded` and `X-Forwarded-*` where they say how clients reach us.
    package var trustsProxyHeaders: Bool
    package var ingest: IngestLimits

    package init(
        defaultLimit: Int = 100, maximumLimit: Int = 100_000, maximumFilters: Int = 32,
        trustsProxyHeaders: Bool = false, ingest: IngestLimits = IngestLimits()
    ) {
        self.defaultLimit = defaultLimit
        self.maximumLimit = maximumLimit
        self.maximumFilters = maximumFilters
        self.trustsProxyHeaders = trustsProxyHeaders
        self.ingest = ingest
    }
}
