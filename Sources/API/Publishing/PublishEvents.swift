internal import EventStore
internal import HTTP
internal import Identity
internal import Values

/// `POST /v2/events`: stores events exactly once, and answers when they are durable.
struct PublishEvents: Sendable {
    private let recorder: any EventRecorder
    private let arrivalTimes: ArrivalTimes
    private let digest: ContentDigest
    private let gate: Gate
    private let limits: IngestLimits
    private let retentionCutoffs: @Sendable () -> RetentionCutoffs
    private let decodeGate = DecodeGate()
    private let metrics = PublishMetrics()

    init(_ api: EventsAPI) {
        recorder = api.recorder
        arrivalTimes = ArrivalTimes(storage: api.storage)
        digest = api.digest
        gate = api.gate
        limits = api.settings.ingest
        retentionCutoffs = api.retentionCutoffs
    }

    func respond(to routed: RoutedRequest) async throws(APIError) -> Response {
        do throws(APIError) {
            let response = try await answer(routed)
            if response.status.code >= 400 { metrics.count(refusal: response.status) }
            return response
        } catch {
            metrics.count(refusal: ErrorResponder.status(of: error))
            throw error
        }
    }

    private func answer(_ routed: RoutedRequest) async throws(APIError) -> Response {
        let access = try await gate.access(of: routed.request)
        try APIError.asking { () throws(IdentityError) in
            try access.require(BuiltInRule.createEvents)
        }
        let isVerbose = Self.isVerbose(routed.request)
        let bytes = PublishedBatch.unpackedBytes(of: routed.request)
        return try await decodeGate.pass(bytes) { () async throws(APIError) in
            try await publish(routed.request, isVerbose: isVerbose)
        }
    }

    private func publish(
        _ request: Request, isVerbose: Bool
    ) async throws(APIError) -> Response {
        let batch = try PublishedBatch(request, limits: limits, cutoffs: retentionCutoffs())
        let receipt = try await APIError.storing { () async throws(StorageError) in
            try await take(batch)
        }
        let report = PublishReport(batch, receipt)
        metrics.count(report)
        return report.response(isVerbose: isVerbose)
    }

    private func take(_ batch: PublishedBatch) async throws(StorageError) -> EventReceipt {
        let incoming = batch.events.map { IncomingEvent($0, digest: digest) }
        let receipt = try await recorder.take(incoming)
        guard case .stored(let outcomes) = receipt else { return receipt }
        // An event without an outcome must not be taken for one that is stored.
        guard outcomes.count == incoming.count else {
            throw .failed(detail: "\(outcomes.count) outcomes for \(incoming.count) events")
        }
        return .stored(try await arrivalTimes.judged(outcomes, of: batch))
    }

    /// Any other text means false, and other parameters do not matter: Ceilometer passes on whatever
    /// the operator wrote into its URL, and a refusal would lose the events.
    private static func isVerbose(_ request: Request) -> Bool {
        guard let query = try? QueryString(request.query) else { return false }
        return query.values(of: "verbose").contains { ["true", "1"].contains($0.lowercased()) }
    }
}

extension PublishedBatch {
    /// Those that can be stored.
    var events: [Event] { items.compactMap { try? $0.get().event } }
}
