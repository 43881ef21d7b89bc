internal import JSON

/// What a publisher may send (settings of section `ingest`).
package struct IngestLimits: Sendable {
    /// Most bytes of a body as it is sent.
    package var bodyBytes: Int
    /// Most bytes of a body once it is unpacked.
    package var unpackedBytes: Int
    /// Most bytes of one event's JSON.
    package var eventBytes: Int
    /// Most traits of one event.
    package var traits: Int
    /// Most arrays and objects open at once in one event.
    package var depth: Int
    /// Nil where signatures do not matter.
    package var signatures: MessageSignatures?

    package init(
        bodyBytes: Int = 64 << 20, unpackedBytes: Int = 64 << 20, eventBytes: Int = 4 << 20,
        traits: Int = 1000, depth: Int = 64, signatures: MessageSignatures? = nil
    ) {
        self.bodyBytes = bodyBytes
        self.unpackedBytes = unpackedBytes
        self.eventBytes = eventBytes
        self.traits = traits
        self.depth = depth
        self.signatures = signatures
    }

    var json: JSONLimits { JSONLimits(depth: depth, valueBytes: eventBytes) }
}
