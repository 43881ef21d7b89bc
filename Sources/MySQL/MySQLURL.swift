import SQL
import Values

/// The parts of `mysql://user:password@host1,host2:3306/name?parameter=value&...`.
///
/// A host may be an address in brackets, `[::1]`. Everywhere `%40` and its like stand for the
/// character itself, so that a password may hold any.
struct MySQLURL {
    private(set) var user = ""
    private(set) var password: Secret?
    private(set) var hosts: [MySQLHost] = []
    private(set) var database = ""
    private(set) var parameters: [(name: String, value: String)] = []

    private static let scheme = "mysql://"

    init(_ url: String) throws(SQLError) {
        guard url.hasPrefix(Self.scheme) else {
            throw .badURL("it must begin with mysql://")
        }
        var rest = url.dropFirst(Self.scheme.count)
        if let mark = rest.firstIndex(of: "?") {
            try readParameters(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: "/") else { throw Self.noDatabase }
        database = try Self.decode(rest[rest.index(after: slash)...])
        if database.isEmpty || database.contains("/") { throw Self.noDatabase }
        var authority = rest[..<slash]
        if let at = authority.lastIndex(of: "@") {
            try readUser(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        for host in authority.split(separator: ",") { hosts.append(try Self.host(host)) }
        if user.isEmpty {
            throw .badURL("it names no user; write mysql://user:password@host/name")
        }
    }

    private static var noDatabase: SQLError {
        .badURL("it names no database; write mysql://user:password@host/name")
    }

    private mutating func readUser(_ text: Substring) throws(SQLError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = try Self.decode(parts[0])
        if parts.count == 2 { password = Secret(try Self.decode(parts[1])) }
    }

    private mutating func readParameters(_ text: Substring) throws(SQLError) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0])
            guard parts.count == 2, !parts[1].isEmpty else {
                throw .badURL("its parameter \(name.debugDescription) has no value")
            }
            if parameters.contains(where: { $0.name == name }) {
                throw .badURL("its parameter \(name.debugDescription) stands there twice")
            }
            parameters.append((name, try Self.decode(parts[1])))
        }
    }

    private static func host(_ text: Substring) throws(SQLError) -> MySQLHost {
        var name = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw .badURL("\(text.debugDescription) is no host")
            }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw .badURL("\(text.debugDescription) is no host")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            name = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        var host = MySQLHost(name: try decode(name))
        if host.name.isEmpty { throw .badURL("\(text.debugDescription) has no host name") }
        if let port {
            guard let number = UInt16(port), number > 0 else {
                throw .badURL("\(port.debugDescription) is no port; ports are 1 to 65535")
            }
            host.port = number
        }
        return host
    }

    /// Percent decoding.
    private static func decode(_ text: Substring) throws(SQLError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16), value != 0 else {
                throw .badURL("a % in it is not followed by two digits; write %25 for a %")
            }
            bytes.append(value)
            rest.removeFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .badURL("what stands behind a % in it is no UTF-8")
        }
        return decoded
    }
}
