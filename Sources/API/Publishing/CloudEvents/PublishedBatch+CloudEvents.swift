internal import EventStore
internal import HTTP
internal import JSON

extension PublishedBatch {
    /// A body that is one CloudEvent.
    mutating func readCloudEvent(_ text: [UInt8]) throws(JSONError) {
        let (limits, cutoffs) = (limits, cutoffs)
        let item = try JSONDocument.read(text, limits: limits.json) { document throws(JSONError) in
            do throws(JSONError) {
                return Self.item(try document.value(), in: document, limits, cutoffs)
            } catch {
                guard error == .tooDeep || error == .tooLarge else { throw error }
                return .failure(Rejection(error, limits))
            }
        }
        items = [item]
    }

    /// A body that is an array of them.
    mutating func readCloudEvents(_ text: [UInt8]) throws(JSONError) {
        let (limits, cutoffs) = (limits, cutoffs)
        items = try JSONDocument.read(text, limits: limits.json) { document throws(JSONError) in
            guard document.beginArray() else {
                _ = try document.value()
                return [
                    .failure(
                        Rejection(
                            .invalidEvent,
                            "A batch of CloudEvents is an array; a single one is sent as "
                                + "application/cloudevents+json."))
                ]
            }
            var items: [Result<DecodedEvent, Rejection>] = []
            while let element = try document.nextElement() {
                switch element {
                case .value(let node): items.append(Self.item(node, in: document, limits, cutoffs))
                case .refused(let error): items.append(.failure(Rejection(error, limits)))
                }
            }
            return items
        }
    }

    /// A body that is the data of one whose attributes are header fields.
    mutating func readCloudEvent(_ data: [UInt8], _ headers: Headers) {
        do throws(Rejection) {
            let event = try BinaryCloudEvent.read(data, headers, limits: limits)
            items = [.success(try event.checked(limits, cutoffs))]
        } catch {
            items = [.failure(error)]
        }
    }

    private static func item(
        _ node: JSONNode, in document: JSONDocument, _ limits: IngestLimits,
        _ cutoffs: RetentionCutoffs
    ) -> Result<DecodedEvent, Rejection> {
        do throws(Rejection) {
            let event = try CloudEventReader.read(node, in: document, limits: limits)
            var decoded = try event.checked(limits, cutoffs)
            if let signatures = limits.signatures {
                decoded.signature = signatures.verdict(on: node, in: document)
            }
            return .success(decoded)
        } catch {
            return .failure(error)
        }
    }
}
