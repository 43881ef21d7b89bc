/// Numeric network addresses, as far as settings need to understand them.
enum NetworkAddress {
    static func isNumeric(_ text: String) -> Bool {
        isVersion4(text) || isVersion6(text)
    }

    /// Only this machine can reach it: 127.0.0.0/8 and ::1.
    static func isLoopback(_ text: String) -> Bool {
        isVersion4(text) && text.hasPrefix("127.") || text == "::1"
    }

    /// The address as it stands in a URL: version 6 in brackets.
    static func inURL(_ text: String) -> String {
        text.contains(":") ? "[\(text)]" : text
    }

    private static func isVersion4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy(isByte)
    }

    private static func isByte(_ part: Substring) -> Bool {
        part.allSatisfy { $0.isASCII && $0.isNumber } && UInt8(part) != nil
    }

    /// The shape only; binding tells the rest.
    private static func isVersion6(_ text: String) -> Bool {
        text.contains(":") && text.count <= 45
            && text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
}
