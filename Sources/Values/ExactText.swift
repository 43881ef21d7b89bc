/// Text that is equal only byte for byte, and ordered by its UTF-8 bytes.
///
/// Swift's `String` treats canonically equivalent texts as one ("é" written in two ways), and a
/// store that must return what it was given cannot: ids, types and trait names compare as this.
package struct ExactText: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package init(stringLiteral value: String) {
        text = value
    }

    package static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.isExactly(right.text)
    }

    package static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.precedesExactly(right.text)
    }

    package func hash(into hasher: inout Hasher) {
        let isHashed: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if isHashed == nil {
            for byte in text.utf8 { hasher.combine(byte) }
        }
        // No UTF-8 text holds this byte: neighbouring fields stay apart.
        hasher.combine(0xFF as UInt8)
    }
}

extension String {
    /// Equality of UTF-8 bytes.
    package func isExactly(_ other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }

    /// Order of UTF-8 bytes, which is that of code points: what SQLite calls BINARY and PostgreSQL C.
    package func precedesExactly(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
