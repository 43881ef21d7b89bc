package import API
package import Values

/// What publishers may send, and the bounds of the queue before the store.
package struct IngestSettings: Sendable, Equatable {
    package var maximumBody: Int
    package var maximumDecompressed: Int
    package var maximumInFlight: Int
    package var maximumEvent: Int
    package var maximumTraits: Int
    package var maximumDepth: Int
    package var groupEvents: Int
    package var queueEvents: Int
    /// Nil where signatures do not matter.
    package var telemetrySecret: Secret?
    package var signatures: MessageSignatures.Demand
    package var spool: SpoolSettings

    init(_ values: SettingValues) throws(SettingsError) {
        maximumBody = try values(Self.maximumBody)
        maximumDecompressed = try values(Self.maximumDecompressed)
        maximumInFlight = try values(Self.maximumInFlight)
        maximumEvent = try values(Self.maximumEvent)
        maximumTraits = try values(Self.maximumTraits)
        maximumDepth = try values(Self.maximumDepth)
        groupEvents = try values(Self.groupEvents)
        queueEvents = try values(Self.queueEvents)
        telemetrySecret = try PasswordSource.password(
            values(Self.telemetrySecret), file: values(Self.telemetrySecretFile),
            of: Self.telemetrySecret.key)
        signatures = try values(Self.signatures)
        spool = try SpoolSettings(values)
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
        if signatures != .optional && telemetrySecret == nil {
            found.append(
                "ingest.signatures is \(signatures.rawValue), which needs ingest.telemetry_secret "
                    + "or ingest.telemetry_secret_file: without it no signature is verified.")
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

    static let telemetrySecret = Setting(
        "ingest.telemetry_secret", .secret, default: "",
        help: "Ceilometer's [publisher] telemetry_secret, to verify message_signature of events. "
            + "Empty: signatures do not matter. Better give ingest.telemetry_secret_file.")
    static let telemetrySecretFile = Setting(
        "ingest.telemetry_secret_file", SettingKind.path.orNone(""), default: "",
        help: "A file whose first line is that secret.")
    static let signatures = Setting(
        "ingest.signatures", SettingKind<MessageSignatures.Demand>.choice, default: "optional",
        help: "With a telemetry_secret, which events are taken: required, only those with a "
            + "signature that holds; optional, also those without one, but none with a wrong one; "
            + "marked, all, and the answer, the metrics and the log tell.")

    static let settings: [any SettingDescription] =
        [
            maximumBody, maximumDecompressed, maximumInFlight, maximumEvent, maximumTraits,
            maximumDepth, groupEvents, queueEvents, telemetrySecret, telemetrySecretFile,
            signatures,
        ] + SpoolSettings.settings
}
