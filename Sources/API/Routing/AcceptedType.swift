internal import HTTP

/// What a client wants to read (`Accept`, RFC 9110 section 12.5.1). We send JSON and nothing else.
enum AcceptedType: Sendable, Equatable {
    case json
    /// XML, which Panko sends and we do not: errors keep their status, the rest is a 406.
    case xmlOnly
    case neither

    init(_ headers: Headers) {
        guard let accept = headers["Accept"] else {
            self = .json
            return
        }
        let ranges = accept.split(separator: ",").map(MediaRange.init)
        if Self.isWanted("application", "json", ranges) {
            self = .json
        } else if Self.isWanted("application", "xml", ranges)
            || Self.isWanted("text", "xml", ranges)
        {
            self = .xmlOnly
        } else {
            self = .neither
        }
    }

    /// The most specific range decides, and 0 means no.
    private static func isWanted(_ type: String, _ subtype: String, _ ranges: [MediaRange]) -> Bool
    {
        for (type, subtype) in [(type, subtype), (type, "*"), ("*", "*")] {
            if let found = ranges.first(where: { $0.type == type && $0.subtype == subtype }) {
                return found.quality > 0
            }
        }
        return false
    }
}

private struct MediaRange {
    let type: String
    let subtype: String
    let quality: Double

    init(_ text: some StringProtocol) {
        let parts = text.split(separator: ";").map { part in
            String(part.filter { $0 != " " && $0 != "\t" })
        }
        let names = (parts.first ?? "").lowercased().split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        type = String(names.first ?? "")
        subtype = names.count == 2 ? String(names[1]) : type == "*" ? "*" : ""
        let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
        quality = weight.flatMap { Double($0.dropFirst(2)) } ?? 1
    }
}
