internal import HTTP

/// The parameters of a URL in the order they came.
///
/// `&` and `;` separate, empty parameters do not count, `+` is a space, a name without `=` has an
/// empty value: as the Python servers read it that Panko ran in.
struct QueryString: Sendable {
    private(set) var parameters: [(name: String, value: String)] = []

    /// - Throws: where a name or value is not UTF-8.
    init(_ text: String?) throws(APIError) {
        let separators = [UInt8(ascii: "&"), UInt8(ascii: ";")]
        for part in (text ?? "").utf8.split(whereSeparator: separators.contains) {
            let mark = part.firstIndex(of: UInt8(ascii: "="))
            let name = part[..<(mark ?? part.endIndex)]
            let value = mark.map { part[part.index(after: $0)...] } ?? part[part.endIndex...]
            guard let name = Self.decoded(name), let value = Self.decoded(value) else {
                throw .badRequest("The query string is not valid UTF-8.")
            }
            parameters.append((name, value))
        }
    }

    private static func decoded(_ text: Substring.UTF8View) -> String? {
        PercentCoding.text(
            of: text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
    }

    func values(of name: String) -> [String] {
        parameters.filter { $0.name == name }.map(\.value)
    }
}
