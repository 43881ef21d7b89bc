internal import EventStore
internal import HTTP
internal import Values

/// `POST /v2/events`: stores events exactly once, and answers when they are durable.
struct PublishEvents: Sendable {
    private let recorder: any EventRecorder
    private let digest: ContentDigest
    private let gate: Gate
    private let limits: IngestLimits
    private let retentionCutoffs: @Sendable () -> RetentionCutoffs
    private let decodeGate = DecodeGate()
    private let metrics = PublishMetrics()

    init(_ api: EventsAPI) {
        recorder = api.recorder
        digest = api.digest
        gate = api.gate
        limits = api.settings.ingest
        retentionCutoffs = api.retentionCutoffs
    }

    func respond(to routed: RoutedRequest) async throws(APIError) -> Response {
        // Whoever can reach us may publish, but not with credentials that are wrong.
        _ = try await gate.identity(of: routed.request)
        let isVerbose = try Self.isVerbose(routed.request)
        let bytes = PublishedBatch.unpackedBytes(of: routed.request)
        return try await decodeGate.pass(bytes) { () async throws(APIError) in
            try await publish(routed.request, isVerbose: isVerbose)
        }
    }

    private func publish(
        _ request: Request, isVerbose: Bool
    ) async throws(APIError) -> Response {
        let batch = try PublishedBatch(request, limits: limits, cutoffs: retentionCutoffs())
        let incoming = batch.events.map { IncomingEvent($0, digest: digest) }
        let outcomes = try await APIError.storing { () throws(StorageError) in
            try await recorder.record(incoming)
        }
        // An event without an outcome must not be taken for one that is stored.
        guard outcomes.count == incoming.count else {
            throw .storage(
                .failed(detail: "\(outcomes.count) outcomes for \(incoming.count) events"))
        }
        let report = PublishReport(batch, outcomes)
        metrics.count(report)
        return report.response(isVerbose: isVerbose)
    }

    /// Other parameters are the publisher's own and do not matter: Ceilometer passes on what the
    /// operator wrote into its URL.
    private static func isVerbose(_ request: Request) throws(APIError) -> Bool {
        let values = try QueryString(request.query).values(of: "verbose")
        guard let value = values.first else { return false }
        switch value.lowercased() {
        case _ where values.count > 1: break
        case "true", "1": return true
        case "false", "0": return false
        default: break
        }
        throw .invalid(
            "verbose", value: values.joined(separator: ", "), "Expected true or false, once.")
    }
}

extension PublishedBatch {
    /// Those that can be stored.
    var events: [Event] { items.compactMap { try? $0.get().event } }
}
