package import SQL

/// Rows for one statement that runs once for each of them, held by column: MariaDB takes thousands
/// in one round trip.
package struct BulkRows: Sendable {
    private(set) var columns: [BulkColumn]
    package private(set) var count = 0

    /// - Parameter kinds: what each column holds, in the order of the statement's places.
    package init(_ kinds: BulkColumn.Kind...) {
        columns = kinds.map(BulkColumn.init)
    }

    package var isEmpty: Bool { count == 0 }

    /// Appends one row: as many values as there are columns, each of its column's kind.
    package mutating func append(_ values: SQLValue...) {
        precondition(values.count == columns.count, "a row has one value for each column")
        for (index, value) in values.enumerated() { columns[index].append(value) }
        count += 1
    }

    func values(of row: Int) -> [SQLValue] {
        columns.map { $0.value(of: row) }
    }

    /// About how many bytes row `row` takes on its way.
    func size(of row: Int) -> Int {
        columns.reduce(0) { $0 + $1.size(of: row) }
    }
}

package struct BulkColumn: Sendable {
    package enum Kind: Sendable {
        case integer
        case text
        case blob
    }

    enum Content: Sendable {
        case integers([Int64])
        case bytes(BulkBytes)
    }

    private(set) var content: Content
    let isText: Bool

    init(_ kind: Kind) {
        content = kind == .integer ? .integers([]) : .bytes(BulkBytes())
        isText = kind == .text
    }

    mutating func append(_ value: SQLValue) {
        switch (content, value) {
        case (.integers(var numbers), .integer(let number)):
            content = .integers([])  // So that there is one owner, and appending copies nothing.
            numbers.append(number)
            content = .integers(numbers)
        case (.bytes(var bytes), _):
            content = .integers([])
            switch value {
            case .text(let text): bytes.append(text.utf8)
            case .blob(let blob): bytes.append(blob)
            case .null: bytes.appendNull()
            case .integer, .real: preconditionFailure("a column of bytes is given a number")
            }
            content = .bytes(bytes)
        default: preconditionFailure("a column of integers is given something else")
        }
    }

    func size(of row: Int) -> Int {
        switch content {
        case .integers: 9
        case .bytes(let bytes): 10 + bytes.start(of: row + 1) - bytes.start(of: row)
        }
    }

    func value(of row: Int) -> SQLValue {
        switch content {
        case .integers(let numbers):
            return .integer(numbers[row])
        case .bytes(let bytes):
            if bytes.nulls.contains(row) { return .null }
            let value = bytes.content[bytes.start(of: row)..<bytes.start(of: row + 1)]
            return isText ? .text(String(decoding: value, as: UTF8.self)) : .blob(Array(value))
        }
    }
}

/// Many strings of bytes, end to end.
struct BulkBytes: Sendable {
    private(set) var content: [UInt8] = []
    private(set) var nulls: Set<Int> = []
    private var ends: [Int] = []

    /// Where the bytes of a row begin; for the row after the last one, where all end.
    func start(of row: Int) -> Int { row == 0 ? 0 : ends[row - 1] }

    mutating func append(_ bytes: some Collection<UInt8>) {
        content.append(contentsOf: bytes)
        ends.append(content.count)
    }

    mutating func appendNull() {
        nulls.insert(ends.count)
        ends.append(content.count)
    }
}
