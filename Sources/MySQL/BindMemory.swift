import CMySQL
import SQL

/// What the client library reads while a statement runs: freed as a whole when it has run.
final class BindMemory {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Room for so many values, all zero bytes.
    func zeroed<Value: BitwiseCopyable>(_ type: Value.Type, count: Int) -> UnsafeMutablePointer<
        Value
    > {
        let size = max(1, count) * MemoryLayout<Value>.stride
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: size, alignment: MemoryLayout<Value>.alignment)
        block.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        blocks.append(block)
        return block.bindMemory(to: type, capacity: max(1, count))
    }

    func copy(_ bytes: some Collection<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let count = bytes.count
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 1)
        blocks.append(block)
        let start = block.bindMemory(to: UInt8.self, capacity: max(1, count))
        let isCopied: Void? = bytes.withContiguousStorageIfAvailable { source in
            if let first = source.baseAddress { start.initialize(from: first, count: count) }
        }
        if isCopied == nil {
            _ = UnsafeMutableBufferPointer(start: start, count: count).initialize(from: bytes)
        }
        return start
    }

    /// - Returns: one binding a value, for a statement that runs once.
    func bindings(_ values: [SQLValue]) -> UnsafeMutablePointer<MYSQL_BIND> {
        let bindings = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: max(1, values.count))
        blocks.append(UnsafeMutableRawPointer(bindings))
        for (index, value) in values.enumerated() {
            var binding = MYSQL_BIND()
            switch value {
            case .null:
                binding.buffer_type = MYSQL_TYPE_NULL
            case .integer(let number):
                binding.buffer_type = MYSQL_TYPE_LONGLONG
                let place = zeroed(Int64.self, count: 1)
                place.pointee = number
                binding.buffer = UnsafeMutableRawPointer(place)
            case .real(let number):
                binding.buffer_type = MYSQL_TYPE_DOUBLE
                let place = zeroed(Double.self, count: 1)
                place.pointee = number
                binding.buffer = UnsafeMutableRawPointer(place)
            case .text(let text):
                binding.buffer_type = MYSQL_TYPE_STRING
                set(&binding, copy(text.utf8), text.utf8.count)
            case .blob(let bytes):
                binding.buffer_type = MYSQL_TYPE_LONG_BLOB
                set(&binding, copy(bytes), bytes.count)
            }
            (bindings + index).initialize(to: binding)
        }
        return bindings
    }

    private func set(
        _ binding: inout MYSQL_BIND, _ start: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        binding.buffer = UnsafeMutableRawPointer(start)
        binding.buffer_length = UInt(count)
        let length = zeroed(UInt.self, count: 1)
        length.pointee = UInt(count)
        binding.length = length
    }

    /// - Returns: one binding a column, each an array of the values of `rows`.
    func bindings(
        _ columns: [BulkColumn], rows: Range<Int>
    ) -> UnsafeMutablePointer<MYSQL_BIND> {
        let bindings = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: max(1, columns.count))
        blocks.append(UnsafeMutableRawPointer(bindings))
        for (index, column) in columns.enumerated() {
            var binding = MYSQL_BIND()
            switch column.kind {
            case .integer:
                binding.buffer_type = MYSQL_TYPE_LONGLONG
                let place = zeroed(Int64.self, count: rows.count)
                for (offset, number) in column.numbers[rows].enumerated() { place[offset] = number }
                binding.buffer = UnsafeMutableRawPointer(place)
            case .text, .blob:
                binding.buffer_type = column.kind == .text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB
                set(&binding, column.bytes, rows)
            }
            (bindings + index).initialize(to: binding)
        }
        return bindings
    }

    private func set(_ binding: inout MYSQL_BIND, _ bytes: BulkBytes, _ rows: Range<Int>) {
        let starts = zeroed(UnsafeMutablePointer<UInt8>?.self, count: rows.count)
        let lengths = zeroed(UInt.self, count: rows.count)
        let indicators = zeroed(CChar.self, count: rows.count)
        let first = bytes.start(of: rows.lowerBound)
        let content = copy(bytes.content[first..<bytes.start(of: rows.upperBound)])
        for (offset, row) in rows.enumerated() {
            starts[offset] = content + (bytes.start(of: row) - first)
            lengths[offset] = UInt(bytes.start(of: row + 1) - bytes.start(of: row))
            if bytes.nulls.contains(row) {
                indicators[offset] = CChar(STMT_INDICATOR_NULL.rawValue)
            }
        }
        binding.buffer = UnsafeMutableRawPointer(starts)
        binding.length = lengths
        binding.u.indicator = indicators
    }
}
