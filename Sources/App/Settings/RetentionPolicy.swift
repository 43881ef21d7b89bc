/// How long events are kept.
package struct RetentionPolicy: Sendable, Equatable {
    /// Age at which an event goes. Nil keeps events for ever.
    package var maximumAge: Duration?
    package var interval: Duration
    /// Most events in one transaction of a sweep.
    package var batchSize: Int

    package init(maximumAge: Duration?, interval: Duration, batchSize: Int) {
        self.maximumAge = maximumAge
        self.interval = interval
        self.batchSize = batchSize
    }

    init(_ values: SettingValues) throws(SettingsError) {
        maximumAge = try values(Self.timeToLive)
        interval = try values(Self.expireInterval)
        batchSize = try values(Self.expireBatch)
    }
}

extension RetentionPolicy {
    static let timeToLive = Setting(
        "events.time_to_live",
        SettingKind.duration(.seconds(1)...Duration.seconds(3_153_600_000)).orNone("off"),
        default: "off", help: "Age at which an event is deleted, by the time it was generated.")
    static let expireInterval = Setting(
        "events.expire_interval", .duration(.seconds(1)...Duration.seconds(604_800)), default: "5m",
        help: "Time between two sweeps for events that are too old.")
    static let expireBatch = Setting(
        "events.expire_batch", .integer(1...100_000), default: "1000",
        help: "Most events one transaction of a sweep deletes; publishers wait no longer than that."
    )

    static let settings: [any SettingDescription] = [timeToLive, expireInterval, expireBatch]
}
