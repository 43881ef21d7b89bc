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

    let kind: Kind
    /// Of a column of integers. Beside `bytes`, and not one of two cases of an enum: what is taken out
    /// of a case to be appended to is copied whole for each row.
    private(set) var numbers: [Int64] = []
    /// Of a column of texts or blobs.
    private(set) var bytes = BulkBytes()

    init(_ kind: Kind) {
        self.kind = kind
    }

    mutating func append(_ value: SQLValue) {
        switch (kind, value) {
        case (.integer, .integer(let number)): numbers.append(number)
        case (.integer, _): preconditionFailure("a column of integers is given something else")
        case (_, .text(let text)): bytes.append(text.utf8)
        case (_, .blob(let blob)): bytes.append(blob)
        case (_, .null): bytes.appendNull()
        case (_, .integer), (_, .real):
            preconditionFailure("a column of bytes is given a number")
        }
    }

    func size(of row: Int) -> Int {
        kind == .integer ? 9 : 10 + bytes.start(of: row + 1) - bytes.start(of: row)
    }

    func value(of row: Int) -> SQLValue {
        if kind == .integer { return .integer(numbers[row]) }
        if bytes.nulls.contains(row) { return .null }
        let value = bytes.content[bytes.start(of: row)..<bytes.start(of: row + 1)]
        return kind == .text ? .text(String(decoding: value, as: UTF8.self)) : .blob(Array(value))
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
