internal import EventStore
internal import HTTP
internal import JSON

/// What became of each event of a batch.
struct PublishReport: Sendable {
    struct Item: Sendable, Equatable {
        let index: Int
        let messageID: String?
        let status: Status
        /// Nil where there is nothing to say.
        let code: String?
        let detail: String?
    }

    enum Status: String, Sendable, CaseIterable {
        case accepted, duplicate, conflict, rejected, spooled
    }

    private(set) var items: [Item] = []
    /// Why the first of the rejected was.
    private var firstRejection: Rejection?

    /// - Parameter receipt: of the events of `batch` that could be read; one outcome for each, in order.
    init(_ batch: PublishedBatch, _ receipt: EventReceipt) {
        items.reserveCapacity(batch.items.count)
        var next = 0
        for (index, result) in batch.items.enumerated() {
            switch result {
            case .success(let decoded):
                switch receipt {
                case .stored(let outcomes): items.append(Item(index, decoded, outcomes[next]))
                case .spooled: items.append(Item(spooled: decoded, index))
                }
                next += 1
            case .failure(let rejection):
                firstRejection = firstRejection ?? rejection
                items.append(Item(index, rejection))
            }
        }
    }

    func count(_ status: Status) -> Int {
        items.count { $0.status == status }
    }

    /// 200; 202 where the events wait in the spool; 400 where nothing could be used.
    func response(isVerbose: Bool) -> Response {
        var writer = JSONWriter(capacity: 256)
        writer.literal("{")
        let refusal = self.refusal
        if let refusal {
            writer.literal("\"error_message\": ")
            ErrorResponder.append(refusal, .badRequest, to: &writer)
            writer.literal(", ")
        }
        writer.literal("\"accepted\": ")
        writer.number(count(.accepted))
        writer.literal(", \"duplicates\": ")
        writer.number(count(.duplicate))
        writer.literal(", \"conflicts\": ")
        writer.number(count(.conflict))
        writer.literal(", \"rejected\": ")
        writer.number(count(.rejected))
        let spooled = count(.spooled)
        if spooled > 0 {
            writer.literal(", \"spooled\": ")
            writer.number(spooled)
        }
        writer.literal(", \"items\": ")
        let shown = isVerbose ? items : items.filter { $0.status != .accepted || $0.code != nil }
        writer.array(shown) { $0.item($1) }
        writer.literal("}")
        var response = Response(json: writer.bytes)
        if spooled > 0 { response.status = .accepted }
        if refusal != nil { response.status = .badRequest }
        return response
    }

    private var refusal: APIError? {
        guard let firstRejection, count(.rejected) == items.count else { return nil }
        return .badRequest("None of the events can be stored. \(firstRejection.detail)")
    }
}

extension PublishReport.Item {
    fileprivate init(_ index: Int, _ decoded: DecodedEvent, _ outcome: RecordOutcome) {
        let notes = decoded.notes
        var code = notes.first?.code.rawValue
        // A hostile event can have a note for each trait; a few tell the story.
        var sentences = notes.prefix(5).map(\.detail)
        if notes.count > 5 { sentences.append("And \(notes.count - 5) more.") }
        let status: PublishReport.Status
        switch outcome {
        case .accepted: status = .accepted
        case .duplicate:
            status = .duplicate
            code = "duplicate"
            sentences = ["The same event is stored already."]
        case .conflict:
            status = .conflict
            code = "conflict"
            sentences = ["An event with this message_id and other content is stored already."]
        }
        self.init(
            index: index, messageID: decoded.event.messageID, status: status, code: code,
            detail: sentences.isEmpty ? nil : sentences.joined(separator: " "))
    }

    fileprivate init(spooled decoded: DecodedEvent, _ index: Int) {
        self.init(
            index: index, messageID: decoded.event.messageID, status: .spooled, code: "spooled",
            detail: "The event is safe on this server's disk and waits for the database.")
    }

    fileprivate init(_ index: Int, _ rejection: Rejection) {
        self.init(
            index: index, messageID: rejection.messageID, status: .rejected,
            code: rejection.code.rawValue, detail: rejection.detail)
    }
}

extension JSONWriter {
    fileprivate mutating func item(_ item: PublishReport.Item) {
        literal("{\"index\": ")
        number(item.index)
        literal(", \"message_id\": ")
        string(item.messageID)
        literal(", \"status\": ")
        string(item.status.rawValue)
        literal(", \"code\": ")
        string(item.code)
        literal(", \"detail\": ")
        string(item.detail)
        literal("}")
    }
}
