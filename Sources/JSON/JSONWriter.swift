package import Values

/// Writes JSON into bytes as Python's `json.dumps` does, because clients compare the text:
/// `", "` and `": "` between tokens, everything beyond ASCII as `\uXXXX`.
///
/// The caller places commas and brackets; this is for writing known shapes fast.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Text that is JSON already, as in `{"name": `.
    package mutating func literal(_ text: StaticString) {
        bytes.append(text)
    }

    package mutating func number(_ number: some BinaryInteger) {
        bytes.append(contentsOf: String(number).utf8)
    }

    /// A string in quotes.
    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { append(content: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string in quotes, or `null`.
    package mutating func string(_ text: String?) {
        if let text { string(text) } else { literal("null") }
    }

    /// A document of the store, spaced and escaped like everything else.
    package mutating func document(_ document: JSONText) {
        var text = document.text
        text.withUTF8 { append(document: $0) }
    }

    /// Bytes of ASCII that need no escape, in quotes.
    package mutating func plain(_ ascii: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: ascii)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(content text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if Self.isPlain(byte) {
                index += 1
                continue
            }
            bytes.append(contentsOf: text[start..<index])
            if byte < 0x7F {
                bytes.append(escaped: byte)
                index += 1
            } else {
                index += append(scalarAt: index, of: text)
            }
            start = index
        }
        bytes.append(contentsOf: text[start...])
    }

    /// Canonical text has its escapes already, in Python's form: only spaces and the characters
    /// beyond ASCII are still to be done.
    private mutating func append(document text: UnsafeBufferPointer<UInt8>) {
        var isInString = false
        var start = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte >= 0x7F {
                bytes.append(contentsOf: text[start..<index])
                index += append(scalarAt: index, of: text)
                start = index
                continue
            }
            index += 1
            if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if isInString {
                if byte == UInt8(ascii: "\\") { index += 1 }
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                bytes.append(contentsOf: text[start..<index])
                bytes.append(UInt8(ascii: " "))
                start = index
            }
        }
        bytes.append(contentsOf: text[start...])
    }

    /// Printable ASCII but for the quote and the backslash.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Writes one scalar as `\uXXXX`, or two of them; gives the bytes it took. The text is valid
    /// UTF-8, as every `String` is.
    private mutating func append(
        scalarAt index: Int, of text: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let lead = text[index]
        let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var scalar = length == 1 ? UInt32(lead) : UInt32(lead) & (0x7F >> UInt32(length))
        for byte in text[index + 1..<index + length] {
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        if scalar < 0x10000 {
            bytes.append(codeUnit: UInt16(scalar))
        } else {
            let rest = scalar - 0x10000
            bytes.append(codeUnit: UInt16(0xD800 + rest >> 10))
            bytes.append(codeUnit: UInt16(0xDC00 + rest & 0x3FF))
        }
        return length
    }
}
