internal import HTTP
internal import Values

/// The tokens that a request shows.
struct PresentedTokens {
    let user: String?
    /// Of the service that sends the request on for a user.
    let service: String?

    init(_ headers: Headers) {
        user =
            Self.value("x-auth-token", in: headers) ?? Self.value("x-storage-token", in: headers)
            ?? Self.bearer(headers)
        service = Self.value("x-service-token", in: headers)
    }

    /// Longer than any token of Keystone's; it would not be forwarded.
    private static let mostBytes = 8192

    /// Visible ASCII and not too long: anything else is no token, and must not reach Keystone.
    static func isPlausible(_ token: String) -> Bool {
        token.utf8.count <= mostBytes && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Without the blanks around it. Sent twice, it counts as one with a comma, as WSGI has it,
    /// so that no proxy before us can have looked at another one. Empty is missing.
    private static func value(_ name: String, in headers: Headers) -> String? {
        let found = headers.values(name)
        return found.isEmpty ? nil : trimmed(found.joined(separator: ","))
    }

    private static func bearer(_ headers: Headers) -> String? {
        guard let value = value("authorization", in: headers) else { return nil }
        let parts = value.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return trimmed(String(parts[1]))
    }

    private static func trimmed(_ text: String) -> String? {
        var rest = text[...]
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return rest.isEmpty ? nil : String(rest)
    }
}
