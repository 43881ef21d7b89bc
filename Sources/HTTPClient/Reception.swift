import CCurl
import HTTP

/// What has come of an answer so far. libcurl calls back into it, on the loop's thread only.
final class Reception {
    private(set) var headers = Headers()
    private(set) var body: [UInt8] = []
    private(set) var isTooLarge = false
    private let mostBytes: Int
    private var headBytes = 0

    /// Bytes of all header fields of one answer.
    private static let mostHeadBytes = 256 << 10

    init(mostBytes: Int) {
        self.mostBytes = mostBytes
    }

    /// A line of the head, its end included.
    fileprivate func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= Self.mostHeadBytes else {
            isTooLarge = true
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // The line of the status: what came before was an answer on the way, as 100 is.
            headers = Headers()
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = text[colon...].dropFirst()
            headers.append(String(text[..<colon]), Self.trimmed(value))
        }
        return true
    }

    fileprivate func takeBody(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard body.count + piece.count <= mostBytes else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: piece)
        return true
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Unicode.Scalar) -> Bool = { [" ", "\t", "\r", "\n"].contains($0) }
        var scalars = text.unicodeScalars.drop(while: isBlank)
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return String(scalars)
    }
}

// The C callbacks recover the Swift object from the pointer C kept, and do nothing else.

let onHead: annals_curl_receiver = { bytes, _, size, receiver in
    guard let receiver else { return 0 }
    let reception = Unmanaged<Reception>.fromOpaque(receiver).takeUnretainedValue()
    return reception.takeLine(UnsafeRawBufferPointer(start: bytes, count: size)) ? size : 0
}

let onBody: annals_curl_receiver = { bytes, _, size, receiver in
    guard let receiver else { return 0 }
    let reception = Unmanaged<Reception>.fromOpaque(receiver).takeUnretainedValue()
    return reception.takeBody(UnsafeRawBufferPointer(start: bytes, count: size)) ? size : 0
}
