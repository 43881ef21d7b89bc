/// Why a text was not read. The offsets are bytes from the beginning of the text.
package enum JSONError: Error, Sendable, Equatable {
    case syntax(offset: Int, reason: String)
    case notUTF8(offset: Int)
    /// Arrays and objects nest deeper than `JSONLimits.depth`.
    case tooDeep
    /// One value has more bytes than `JSONLimits.valueBytes`.
    case tooLarge
    case noMemory

    /// Safe to show to any client.
    package var userMessage: String {
        switch self {
        case .syntax(let offset, let reason): "not valid JSON at byte \(offset): \(reason)"
        case .notUTF8(let offset): "not valid UTF-8 at byte \(offset)"
        case .tooDeep: "nests too deep"
        case .tooLarge: "is too large"
        case .noMemory: "cannot be read now: there is no memory for it"
        }
    }
}

/// Bounds of one value, so that no text can take more than its share.
package struct JSONLimits: Sendable, Equatable {
    /// Most arrays and objects open at once.
    package var depth: Int
    /// Most bytes of one value; at most 4 GiB.
    package var valueBytes: Int

    package init(depth: Int = 64, valueBytes: Int = 4 << 20) {
        self.depth = depth
        self.valueBytes = valueBytes
    }
}
