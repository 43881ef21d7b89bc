import EventStore
package import Values

/// How long events are kept.
package struct RetentionPolicy: Sendable, Equatable {
    /// Age at which an event goes. Nil keeps events for ever.
    package var maximumAge: Duration?
    /// The same for types that have a rule of their own.
    package var ageByType: AgeByType
    package var interval: Duration
    /// Most events in one transaction of a sweep.
    package var batchSize: Int

    package init(
        maximumAge: Duration?, ageByType: AgeByType = AgeByType(), interval: Duration,
        batchSize: Int
    ) {
        self.maximumAge = maximumAge
        self.ageByType = ageByType
        self.interval = interval
        self.batchSize = batchSize
    }

    init(_ values: SettingValues) throws(SettingsError) {
        maximumAge = try values(Self.timeToLive)
        ageByType = try values(Self.timeToLiveByType)
        interval = try values(Self.expireInterval)
        batchSize = try values(Self.expireBatch)
    }

    /// From when on events are kept at that time.
    func cutoffs(at now: Timestamp) -> RetentionCutoffs {
        RetentionCutoffs(
            general: Self.cutoff(maximumAge, at: now),
            byType: ageByType.ages.mapValues { Self.cutoff($0, at: now) })
    }

    /// Some event goes one day.
    var isOn: Bool { maximumAge != nil || ageByType.ages.values.contains { $0 != nil } }

    private static func cutoff(_ age: Duration?, at now: Timestamp) -> Timestamp? {
        age.map { now.advanced(byMicroseconds: -$0.microseconds) }
    }
}

/// `audit.http.request=365d, compute.instance.exists=7d, identity.authenticate=off`.
package struct AgeByType: Sendable, Equatable {
    /// Nil keeps events of that type for ever.
    package var ages: [ExactText: Duration?] = [:]

    package init() {}

    /// Nil where an entry is no `TYPE=DURATION`, or a type stands twice.
    init?(_ text: String) {
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1).map {
                $0.trimming(while: \.isWhitespace)
            }
            guard parts.count == 2, !parts[0].isEmpty else { return nil }
            let age = RetentionPolicy.age.read(parts[1])
            guard let age, ages.updateValue(age, forKey: ExactText(parts[0])) == nil else {
                return nil
            }
        }
    }
}

extension Substring {
    fileprivate func trimming(while isLeftOut: (Character) -> Bool) -> String {
        var rest = self.drop(while: isLeftOut)
        while let last = rest.last, isLeftOut(last) { rest.removeLast() }
        return String(rest)
    }
}

extension RetentionPolicy {
    fileprivate static let age =
        SettingKind.duration(.seconds(1)...Duration.seconds(3_153_600_000)).orNone("off")

    static let timeToLive = Setting(
        "events.time_to_live", age, default: "off",
        help: "Age at which an event is deleted, by the time it was generated.")
    static let timeToLiveByType = Setting(
        "events.time_to_live_by_type",
        SettingKind<AgeByType>(
            allowed: "a list of TYPE=DURATION or TYPE=off, such as audit.http.request=365d"
        ) { AgeByType($0) },
        default: "", help: "The same for event types that have a rule of their own.")
    static let expireInterval = Setting(
        "events.expire_interval", .duration(.seconds(1)...Duration.seconds(604_800)), default: "5m",
        help: "Time between two sweeps for events that are too old.")
    static let expireBatch = Setting(
        "events.expire_batch", .integer(1...100_000), default: "1000",
        help: "Most events one transaction of a sweep deletes; publishers wait no longer than that."
    )

    static let settings: [any SettingDescription] = [
        timeToLive, timeToLiveByType, expireInterval, expireBatch,
    ]
}
