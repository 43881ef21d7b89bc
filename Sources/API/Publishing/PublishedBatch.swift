internal import Compression
internal import EventStore
internal import HTTP
internal import JSON
internal import Values

/// The events of one body, whatever its form.
struct PublishedBatch: Sendable {
    /// One for each event sent, in order.
    var items: [Result<DecodedEvent, Rejection>] = []

    let limits: IngestLimits
    let cutoffs: RetentionCutoffs

    init(_ request: Request, limits: IngestLimits, cutoffs: RetentionCutoffs) throws(APIError) {
        self.limits = limits
        self.cutoffs = cutoffs
        guard request.body.count <= limits.bodyBytes else {
            throw .tooLarge(
                "The body has \(request.body.count) bytes; at most \(limits.bodyBytes) are allowed."
            )
        }
        let form = try PublishedForm(request.headers)
        let text = try Self.unpacked(request, limit: limits.unpackedBytes)
        do throws(JSONError) {
            switch form {
            case .document:
                try readDocument(text)
                refuseAuditDocumentsBesidePayloads()
            case .lines: readLines(text)
            case .cloudEvent: try readCloudEvent(text)
            case .cloudEventBatch: try readCloudEvents(text)
            case .cloudEventHeaders: readCloudEvent(text, request.headers)
            }
        } catch {
            throw Self.failure(error)
        }
        // Here and not where single forms are read, so that none can be forgotten.
        if let signatures = limits.signatures { items = items.map(signatures.judged) }
    }

    /// What the body says it has once it is unpacked.
    static func unpackedBytes(of request: Request) -> Int {
        isPacked(request) ? Gunzip.claimedSize(of: request.body) : request.body.count
    }

    private static func isPacked(_ request: Request) -> Bool {
        ["gzip", "x-gzip"].contains((request.headers["Content-Encoding"] ?? "").lowercased())
    }

    private static func unpacked(_ request: Request, limit: Int) throws(APIError) -> [UInt8] {
        let encoding = (request.headers["Content-Encoding"] ?? "identity").lowercased()
        switch encoding {
        case "identity", "": return request.body
        case "gzip", "x-gzip": break
        default:
            throw .unsupportedEncoding(
                "Unknown content encoding: \(encoding). Bodies may be packed with gzip.")
        }
        do throws(GunzipError) {
            // Held to what it claims, because that decided how many others may be in memory.
            let claimed = max(Gunzip.claimedSize(of: request.body), DecodeGate.smallBody)
            return try Gunzip.inflate(request.body, limit: min(limit, claimed))
        } catch {
            let message = "Request cannot be unpacked: \(error.userMessage)."
            if case .tooLarge = error { throw .tooLarge(message) }
            if case .noMemory = error { throw .storage(.busy(detail: "no memory to unpack")) }
            throw .badRequest(message)
        }
    }

    private static func failure(_ error: JSONError) -> APIError {
        if error == .noMemory { return .storage(.busy(detail: "no memory to read JSON")) }
        return .badRequest("Request is not in valid JSON format: \(error.userMessage).")
    }

    private mutating func readDocument(_ text: [UInt8]) throws(JSONError) {
        let limits = limits
        let cutoffs = cutoffs
        items = try JSONDocument.read(text, limits: limits.json) { document throws(JSONError) in
            var decoder = EventDecoder(document, limits: limits, cutoffs: cutoffs)
            guard document.beginArray() else { return [try decoder.wholeDocument()] }
            var items: [Result<DecodedEvent, Rejection>] = []
            while let element = try document.nextElement() {
                switch element {
                case .value(let node): items.append(decoder.result(node))
                case .refused(let error): items.append(.failure(Rejection(error, limits)))
                }
            }
            return items
        }
    }

    private mutating func readLines(_ text: [UInt8]) {
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            let isBlank = text[start..<end].allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
            if !isBlank { items.append(readLine(text, start..<end)) }
            start = end + 1
        }
    }

    /// A line that is no JSON spoils itself only.
    private func readLine(_ text: [UInt8], _ range: Range<Int>) -> Result<DecodedEvent, Rejection> {
        do throws(JSONError) {
            return try JSONDocument.read(text, range: range, limits: limits.json) {
                document throws(JSONError) in
                var decoder = EventDecoder(document, limits: limits, cutoffs: cutoffs)
                return decoder.result(try document.value())
            }
        } catch {
            return .failure(Rejection(error, limits))
        }
    }
}

extension EventDecoder {
    /// A body that is one event.
    fileprivate mutating func wholeDocument() throws(JSONError)
        -> Result<DecodedEvent, Rejection>
    {
        do throws(JSONError) {
            return result(try document.value())
        } catch {
            guard error == .tooDeep || error == .tooLarge else { throw error }
            return .failure(Rejection(error, limits))
        }
    }

    mutating func result(_ node: JSONNode) -> Result<DecodedEvent, Rejection> {
        do throws(Rejection) {
            var decoded = try decode(node)
            if let signatures = limits.signatures {
                decoded.signature = signatures.verdict(on: node, in: document)
            }
            return .success(decoded)
        } catch {
            return .failure(error)
        }
    }
}

extension Rejection {
    init(_ error: JSONError, _ limits: IngestLimits) {
        switch error {
        case .tooDeep:
            self.init(.tooDeep, "The event nests deeper than \(limits.depth) levels.")
        case .tooLarge:
            self.init(.tooLarge, "The event has more than \(limits.eventBytes) bytes.")
        case .syntax, .notUTF8, .noMemory:
            self.init(.invalidJSON, "The event is \(error.userMessage).")
        }
    }
}
