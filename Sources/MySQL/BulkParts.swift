import SQL

/// Cuts rows into ranges that each fit into one packet of the server.
struct BulkParts: Sequence {
    private let ranges: [Range<Int>]

    /// - Throws: `.misuse` for a row that alone is too large; the message names the server's setting.
    init(_ rows: BulkRows, mostBytes: Int) throws(SQLError) {
        // Room for the header and for what the protocol adds.
        let room = mostBytes - 4096
        var ranges: [Range<Int>] = []
        var start = 0
        var size = 0
        for row in 0..<rows.count {
            let bytes = rows.size(of: row)
            guard bytes <= room else {
                throw SQLError(
                    kind: .misuse, code: 0,
                    message: "a row of \(bytes) bytes is more than the server takes: raise its "
                        + "max_allowed_packet, which is \(mostBytes) now")
            }
            if size + bytes > Swift.min(room, Self.enough) {
                ranges.append(start..<row)
                start = row
                size = 0
            }
            size += bytes
        }
        if start < rows.count { ranges.append(start..<rows.count) }
        self.ranges = ranges
    }

    /// More in one packet is no faster and takes memory on both sides.
    private static let enough = 8 << 20

    func makeIterator() -> IndexingIterator<[Range<Int>]> { ranges.makeIterator() }
}

extension MySQLLink {
    /// For servers without the bulk protocol.
    func changeOneByOne(
        _ text: String, _ rows: BulkRows, _ range: Range<Int>
    ) throws(SQLError) -> Int {
        var count = 0
        for row in range { count += try change(text, rows.values(of: row)) }
        return count
    }
}
