import NIOCore

/// Looking into bytes without making strings of them.
enum Bytes {
    /// The decimal number at `place`, after spaces; nil where there is none.
    static func number(at place: Int, in view: ByteBufferView) -> Int? {
        var place = place
        while place < view.endIndex, view[place] == UInt8(ascii: " ") { place += 1 }
        var value: Int?
        while place < view.endIndex, (48...57).contains(view[place]) {
            value = (value ?? 0) * 10 + Int(view[place] - 48)
            place += 1
        }
        return value
    }

    /// - Parameter name: in lower case; the bytes may be in any.
    static func starts(_ view: ByteBufferView, with name: [UInt8]) -> Bool {
        guard view.count >= name.count else { return false }
        for (offset, byte) in name.enumerated() {
            let other = view[view.startIndex + offset]
            let lowered = (65...90).contains(other) ? other | 0x20 : other
            if lowered != byte { return false }
        }
        return true
    }

    /// Where the first occurrence of `name` ends.
    static func end(of name: [UInt8], in view: ByteBufferView) -> Int? {
        var place = view.startIndex
        while place + name.count <= view.endIndex {
            if starts(view[place...], with: name) { return place + name.count }
            place += 1
        }
        return nil
    }
}
