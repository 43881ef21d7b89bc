/// Where events wait on this machine while the store is away or slow.
package struct SpoolSettings: Sendable, Equatable {
    /// Nil: there is no spool.
    package var path: String?
    package var maximumBytes: Int
    package var after: Duration

    init(_ values: SettingValues) throws(SettingsError) {
        path = try values(Self.path)
        maximumBytes = try values(Self.maximumBytes)
        after = try values(Self.after)
    }
}

extension SpoolSettings {
    static let path = Setting(
        "ingest.spool.path", SettingKind.path.orNone(""), default: "",
        help: "Directory where events wait while the store is away or slow. Empty: 503 instead.")
    static let maximumBytes = Setting(
        "ingest.spool.maximum_bytes", .byteCount((1 << 20)...(1 << 44)), default: "1GiB",
        help: "Most bytes of the spool; beyond it publishers get 503.")
    static let after = Setting(
        "ingest.spool.after", .duration(.milliseconds(100)...Duration.seconds(60)), default: "3s",
        help: "A store that has not answered for so long is slow. Ceilometer waits for 5s.")

    static let settings: [any SettingDescription] = [path, maximumBytes, after]
}
