internal import HTTP

/// One thing that an application credential may be used for.
struct TokenAccessRule: Sendable, Equatable {
    let service: String
    let method: String
    let path: AccessRulePath

    init(service: String, method: String, path: String) {
        self.service = service
        self.method = method
        self.path = AccessRulePath(path)
    }

    /// - Parameter path: as `AccessRulePath.path(of:)` gives it.
    func allows(_ method: String, _ path: [UInt8], serviceType: String) -> Bool {
        service == serviceType && self.method == method && self.path.matches(path)
    }
}

/// The path of an access rule: `*` and `{name}` stand for one segment, `**` for anything.
///
/// Unlike in keystonemiddleware every other character stands for itself; there it is part of a
/// regular expression.
struct AccessRulePath: Sendable, Equatable {
    private let parts: [Part]

    private enum Part: Equatable {
        case byte(UInt8)
        /// One byte that is no slash.
        case inSegment
        /// Any number of bytes that are no slashes.
        case restOfSegment
        case anything
        /// Matches nothing: the brace before it has no end.
        case never
    }

    init(_ text: String) {
        var parts: [Part] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*") where rest.first == UInt8(ascii: "*"):
                rest.removeFirst()
                parts.append(.anything)
            case UInt8(ascii: "*"): parts += [.inSegment, .restOfSegment]
            case UInt8(ascii: "{"):
                let end = rest.firstIndex(of: UInt8(ascii: "}"))
                parts += end == nil ? [.never] : [.inSegment, .restOfSegment]
                rest = end.map { rest[($0 + 1)...] } ?? []
            case UInt8(ascii: "/") where parts.last == .byte(byte): break
            default: parts.append(.byte(byte))
            }
        }
        if parts.count > 1, parts.last == .byte(UInt8(ascii: "/")) { parts.removeLast() }
        self.parts = parts
    }

    /// A request's path as the router reads it, or nil where it cannot: `%2F` separates, and empty
    /// segments count for nothing. A rule must not be got round by writing a path in another way.
    static func path(of request: Request) -> [UInt8]? {
        PercentCoding.segments(of: request.path).map {
            Array(("/" + $0.joined(separator: "/")).utf8)
        }
    }

    /// All ways are followed at once, so that no pattern takes longer than its length times the
    /// path's.
    func matches(_ path: [UInt8]) -> Bool {
        var reached = [Bool](repeating: false, count: parts.count + 1)
        reached[0] = true
        skip(&reached)
        for byte in path {
            var next = [Bool](repeating: false, count: parts.count + 1)
            for (index, part) in parts.enumerated() where reached[index] {
                switch part {
                case .byte(let wanted): if byte == wanted { next[index + 1] = true }
                case .inSegment: if byte != UInt8(ascii: "/") { next[index + 1] = true }
                case .restOfSegment: if byte != UInt8(ascii: "/") { next[index] = true }
                case .anything: next[index] = true
                case .never: break
                }
            }
            skip(&next)
            reached = next
        }
        return reached[parts.count]
    }

    /// Parts that may stand for nothing are passed over as well.
    private func skip(_ reached: inout [Bool]) {
        for (index, part) in parts.enumerated() where reached[index] {
            if part == .restOfSegment || part == .anything { reached[index + 1] = true }
        }
    }
}
