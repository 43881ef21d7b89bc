internal import EventStore
internal import JSON

/// A JSON array written page by page.
actor JSONPieces<Element: Sendable> {
    private var page: [Element]?
    private var isFirst = true
    private var isClosed = false
    private let more: @Sendable () async throws(StorageError) -> [Element]
    private let write: @Sendable (inout JSONWriter, Element) -> Void

    /// - Parameters:
    ///   - first: the page that was read already.
    ///   - more: the pages after it; an empty one is the end.
    init(
        first: [Element], more: @escaping @Sendable () async throws(StorageError) -> [Element],
        write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        page = first
        self.more = more
        self.write = write
    }

    /// The next piece of text, never empty; nil after the closing bracket.
    func next() async throws(StorageError) -> [UInt8]? {
        if isClosed { return nil }
        let elements: [Element]
        if let page { elements = page } else { elements = try await more() }
        page = nil
        var writer = JSONWriter(capacity: elements.count * 1024)
        if isFirst { writer.literal("[") }
        if elements.isEmpty {
            writer.literal("]")
            isClosed = true
        }
        for (index, element) in elements.enumerated() {
            if index > 0 || !isFirst { writer.literal(", ") }
            write(&writer, element)
        }
        isFirst = false
        return writer.bytes
    }

    /// All that is left as one text.
    func whole() async throws(APIError) -> [UInt8] {
        var text: [UInt8] = []
        do throws(StorageError) {
            while let piece = try await next() { text += piece }
        } catch {
            throw .storage(error)
        }
        return text
    }
}
