/// Bounds of what publishers may send, and of the queue before the store.
package struct IngestSettings: Sendable, Equatable {
    package var maximumBody: Int
    package var maximumDecompressed: Int
    package var maximumInFlight: Int
    package var maximumEvent: Int
    package var maximumTraits: Int
    package var maximumDepth: Int
    package var groupEvents: Int
    package var queueEvents: Int

    init(_ values: SettingValues) throws(SettingsError) {
        maximumBody = try values(Self.maximumBody)
        maximumDecompressed = try values(Self.maximumDecompressed)
        maximumInFlight = try values(Self.maximumInFlight)
        maximumEvent = try values(Self.maximumEvent)
        maximumTraits = try values(Self.maximumTraits)
        maximumDepth = try values(Self.maximumDepth)
        groupEvents = try values(Self.groupEvents)
        queueEvents = try values(Self.queueEvents)
    }

    var contradictions: [String] {
        var found: [String] = []
        if maximumEvent > maximumDecompressed {
            found.append("ingest.maximum_event is above ingest.maximum_decompressed.")
        }
        if maximumBody > maximumDecompressed {
            found.append("ingest.maximum_body is above ingest.maximum_decompressed.")
        }
        if maximumBody > maximumInFlight {
            found.append("ingest.maximum_body is above ingest.maximum_in_flight.")
        }
        return found
    }
}

extension IngestSettings {
    static let maximumBody = Setting(
        "ingest.maximum_body", .byteCount(1024...(1 << 30)), default: "16MiB",
        help: "Most bytes of a request's body as sent; more is answered with 413.")
    static let maximumDecompressed = Setting(
        "ingest.maximum_decompressed", .byteCount(1024...(1 << 30)), default: "32MiB",
        help: "Most bytes a compressed body may grow to; more is answered with 413.")
    static let maximumInFlight = Setting(
        "ingest.maximum_in_flight", .byteCount(1024...(1 << 36)), default: "64MiB",
        help: "Most bytes of all bodies in memory at a time; beyond it clients get 503.")
    static let maximumEvent = Setting(
        "ingest.maximum_event", .byteCount(1024...(1 << 28)), default: "4MiB",
        help: "Most bytes of one event's JSON; a larger one is rejected, the others are kept.")
    static let maximumTraits = Setting(
        "ingest.maximum_traits", .integer(1...100_000), default: "1000",
        help: "Most traits of one event.")
    static let maximumDepth = Setting(
        "ingest.maximum_depth", .integer(4...1000), default: "64",
        help: "How deep objects and lists may nest in an event.")
    static let groupEvents = Setting(
        "ingest.group_events", .integer(1...1_000_000), default: "4096",
        help: "Most events written in one transaction; a larger batch has one of its own.")
    static let queueEvents = Setting(
        "ingest.queue_events", .integer(1...10_000_000), default: "65536",
        help: "Most events that wait to be written; beyond it publishers get 503 and Retry-After.")

    static let settings: [any SettingDescription] = [
        maximumBody, maximumDecompressed, maximumInFlight, maximumEvent, maximumTraits,
        maximumDepth, groupEvents,
        queueEvents,
    ]
}
