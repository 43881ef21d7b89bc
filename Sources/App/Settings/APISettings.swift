/// Bounds of what one query may ask.
package struct APISettings: Sendable, Equatable {
    package var defaultLimit: Int
    package var maximumLimit: Int
    package var maximumFilters: Int
    package var trustsProxyHeaders: Bool

    init(_ values: SettingValues) throws(SettingsError) {
        defaultLimit = try values(Self.defaultLimit)
        maximumLimit = try values(Self.maximumLimit)
        maximumFilters = try values(Self.maximumFilters)
        trustsProxyHeaders = try values(Self.trustProxyHeaders)
    }

    var contradictions: [String] {
        if defaultLimit <= maximumLimit { return [] }
        return ["api.default_limit (\(defaultLimit)) is above api.maximum_limit (\(maximumLimit))."]
    }
}

extension APISettings {
    static let defaultLimit = Setting(
        "api.default_limit", .integer(1...1_000_000), default: "100",
        help: "Events in an answer where the request names no limit.")
    static let maximumLimit = Setting(
        "api.maximum_limit", .integer(1...1_000_000), default: "100000",
        help: "Most events in an answer; a larger limit is lowered to it.")
    static let maximumFilters = Setting(
        "api.maximum_filters", .integer(1...1000), default: "32",
        help: "Most filters in one query.")
    static let trustProxyHeaders = Setting(
        "api.trust_proxy_headers", .flag, default: "false",
        help: "Believe Forwarded and X-Forwarded-* in links: only behind a proxy that sets them.")

    static let settings: [any SettingDescription] = [
        defaultLimit, maximumLimit, maximumFilters, trustProxyHeaders,
    ]
}
