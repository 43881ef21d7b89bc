/// Finds events in JSON that comes piece by piece: the elements of arrays, objects one after the
/// other, or one on each line. Whether they are good JSON is for the server to say.
///
/// Where the first event stands whole on a line of its own, every line is one, so that a bad one
/// spoils itself only.
package struct EventSplitter {
    private enum Layout {
        /// The first value is not over, or the line behind it.
        case unknown
        case lines
        case values
    }

    private var layout = Layout.unknown
    private var scanner = ValueScanner()
    private var text: [UInt8] = []
    private var line = 1
    private var startLine = 1
    private var number = 0
    private var isInArray = false
    /// What may still come of a byte order mark, last byte first.
    private var mark: [UInt8] = [0xBF, 0xBB, 0xEF]
    private let mostBytes: Int
    private var events: [InputEvent] = []

    /// - Parameter mostBytes: of one event; it is held in memory until its end has come.
    package init(mostBytes: Int = 64 << 20) {
        self.mostBytes = mostBytes
    }

    /// The events that have ended since the last call.
    package mutating func takeEvents() -> [InputEvent] {
        defer { events = [] }
        return events
    }

    /// - Throws: where an event is too long.
    package mutating func take(_ piece: [UInt8]) throws(SendFailure) {
        for byte in piece {
            if !mark.isEmpty {
                if mark.popLast() == byte { continue }
                mark = []
            }
            if layout == .lines { takeOfLine(byte) } else { takeOfValue(byte) }
            if byte == UInt8(ascii: "\n") { line += 1 }
            if text.count > mostBytes {
                throw SendFailure(
                    .badInput,
                    "the event that begins in line \(startLine) has more than \(mostBytes) bytes")
            }
        }
    }

    /// Ends the last event, where no line end came behind it.
    ///
    /// - Throws: where the input ends within an event or an array.
    package mutating func finish() throws(SendFailure) {
        if layout == .lines || scanner.isOverAtEnd { emit() }
        guard text.isEmpty, !isInArray else {
            throw SendFailure(
                .badInput,
                text.isEmpty
                    ? "the input ends within an array"
                    : "the input ends within the event that begins in line \(startLine)")
        }
    }

    private mutating func takeOfLine(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") {
            emit()
        } else if !text.isEmpty || !Self.isBlank(byte) {
            append(byte)
        }
    }

    private mutating func takeOfValue(_ byte: UInt8) {
        if text.isEmpty { return takeBetween(byte) }
        // A number or a word ends where something else begins.
        if scanner.ends(before: byte, isInArray: isInArray) {
            emit()
            return takeBetween(byte)
        }
        append(scanner.isBetweenTokens && Self.isBlank(byte) ? UInt8(ascii: " ") : byte)
        if scanner.take(byte) { emit() }
    }

    /// Between two values: white space, commas and the brackets of an array.
    private mutating func takeBetween(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"):
            // The first event has ended on the line it began on.
            if layout == .unknown, number == 1, !isInArray { layout = .lines }
        case UInt8(ascii: "["):
            if !isInArray {
                isInArray = true
                layout = .values
            } else {
                begin(byte)
            }
        case UInt8(ascii: "]") where isInArray: isInArray = false
        case UInt8(ascii: ",") where isInArray: break
        case _ where Self.isBlank(byte): break
        default: begin(byte)
        }
    }

    private mutating func begin(_ byte: UInt8) {
        append(byte)
        _ = scanner.take(byte)
    }

    private mutating func append(_ byte: UInt8) {
        if text.isEmpty { startLine = line }
        text.append(byte)
    }

    private mutating func emit() {
        defer {
            text.removeAll(keepingCapacity: true)
            scanner = ValueScanner()
        }
        while let last = text.last, Self.isBlank(last) { text.removeLast() }
        guard !text.isEmpty else { return }
        number += 1
        if layout == .unknown, startLine != line { layout = .values }
        events.append(
            InputEvent(
                number: number, line: startLine, text: text,
                isBroken: layout != .lines && scanner.holdsControl))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}

/// Follows one value to its end by its brackets and quotes.
private struct ValueScanner {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isScalar = false
    private var hasBegun = false
    /// A control character stands in a string.
    private(set) var holdsControl = false

    /// White space here means nothing.
    var isBetweenTokens: Bool { !isInString }

    /// Only a number or a word may end with the input.
    var isOverAtEnd: Bool { isScalar }

    func ends(before byte: UInt8, isInArray: Bool) -> Bool {
        guard isScalar else { return false }
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return true
        case UInt8(ascii: ","), UInt8(ascii: "]"): return isInArray
        default: return false
        }
    }

    /// - Returns: true where the value ends with this byte.
    mutating func take(_ byte: UInt8) -> Bool {
        if isInString {
            takeOfString(byte)
            return !isInString && depth == 0
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = !isScalar
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += isScalar ? 0 : 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth > 0 {
                depth -= 1
                return depth == 0
            }
            isScalar = true
        default: if !hasBegun { isScalar = true }
        }
        hasBegun = true
        return false
    }

    private mutating func takeOfString(_ byte: UInt8) {
        if byte < 0x20 { holdsControl = true }
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }
}
