internal import CSimdJSON

/// One text while it is being read, value by value.
///
/// Exists only inside `read`: values, nodes and the document itself mean nothing after it.
package final class JSONDocument {
    private let parser: OpaquePointer
    let source: UnsafePointer<UInt8>
    /// These two move with every value that is read.
    private(set) var nodes: UnsafePointer<annals_json_node>
    private(set) var strings: UnsafePointer<UInt8>
    private var isFirstElement = true

    private init(_ parser: OpaquePointer, source: UnsafePointer<UInt8>) {
        self.parser = parser
        self.source = source
        nodes = annals_json_nodes(parser)
        strings = annals_json_strings(parser)
    }

    /// Finds the structure of `bytes` and lends it to `body`.
    ///
    /// - Parameter bytes: the text; `range` of it where only a part is meant, as in a line.
    /// - Throws: `.syntax`, `.notUTF8` or `.noMemory`, and whatever `body` throws.
    package static func read<Output>(
        _ bytes: [UInt8], range: Range<Int>? = nil, limits: JSONLimits = JSONLimits(),
        _ body: (JSONDocument) throws(JSONError) -> Output
    ) throws(JSONError) -> Output {
        guard let parser = ParserPool.take() else { throw .noMemory }
        defer { ParserPool.give(back: parser) }
        let range = range ?? 0..<bytes.count
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<Output, JSONError> in
            // An array that never had an element has no address; any other will do for no bytes.
            let source = (buffer.baseAddress ?? annals_json_strings(parser)) + range.lowerBound
            let status = annals_json_begin(
                parser, source, range.count, UInt32(clamping: limits.depth),
                UInt32(clamping: limits.valueBytes))
            do throws(JSONError) {
                let document = JSONDocument(parser, source: source)
                try document.check(status)
                return .success(try body(document))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The text as one value, with nothing behind it.
    package func value() throws(JSONError) -> JSONNode {
        let status = annals_json_value(parser)
        if status == ANNALS_JSON_END { throw .syntax(offset: 0, reason: "nothing there") }
        try check(status)
        try check(annals_json_finish(parser))
        return firstNode()
    }

    /// True where the text is an array, whose elements `nextElement` then gives; nothing has
    /// happened where it is false.
    package func beginArray() -> Bool {
        isFirstElement = true
        return annals_json_accept(parser, UInt8(ascii: "["))
    }

    /// The next element of the array that is the text; nil once array and text have ended.
    ///
    /// The nodes of the element before it are gone: memory is that of one element.
    package func nextElement() throws(JSONError) -> JSONElement? {
        defer { isFirstElement = false }
        if annals_json_accept(parser, UInt8(ascii: "]")) {
            try check(annals_json_finish(parser))
            return nil
        }
        if !isFirstElement, !annals_json_accept(parser, UInt8(ascii: ",")) {
            throw .syntax(
                offset: annals_json_offset(parser), reason: "expected a comma or a bracket")
        }
        switch annals_json_value(parser) {
        case ANNALS_JSON_OK: return .value(firstNode())
        case ANNALS_JSON_TOO_DEEP: return .refused(.tooDeep)
        case ANNALS_JSON_TOO_LARGE: return .refused(.tooLarge)
        case ANNALS_JSON_END:
            throw .syntax(
                offset: annals_json_offset(parser), reason: "the text ends too early")
        case let status:
            try check(status)
            return nil
        }
    }

    private func firstNode() -> JSONNode {
        nodes = annals_json_nodes(parser)
        strings = annals_json_strings(parser)
        return JSONNode(index: 0)
    }

    private func check(_ status: annals_json_status) throws(JSONError) {
        let offset = annals_json_failure_offset(parser)
        switch status {
        case ANNALS_JSON_OK, ANNALS_JSON_END: return
        case ANNALS_JSON_TOO_DEEP: throw .tooDeep
        case ANNALS_JSON_TOO_LARGE: throw .tooLarge
        case ANNALS_JSON_BAD_UTF8: throw .notUTF8(offset: offset)
        case ANNALS_JSON_NO_MEMORY: throw .noMemory
        default:
            throw .syntax(
                offset: offset, reason: String(cString: annals_json_failure_reason(parser)))
        }
    }
}

/// One element of an array that is read element by element.
package enum JSONElement {
    case value(JSONNode)
    /// Skipped: `.tooDeep` or `.tooLarge`. What follows can be read.
    case refused(JSONError)
}

/// A value of the document that is being read: a number that only its document understands.
package struct JSONNode: Sendable, Hashable {
    let index: UInt32
}

/// The raw values are those of `annals_json_kind`.
package enum JSONKind: UInt8, Sendable, Hashable {
    case null = 0
    case boolean
    case integer
    case bigInteger
    case float
    case nonFinite
    case string
    case array
    case object
}
