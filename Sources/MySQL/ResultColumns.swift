import CMySQL
import SQL

/// Where the server's rows arrive: a small buffer for each column of a statement.
///
/// What is longer than its buffer is fetched a second time, into memory of its own size.
final class ResultColumns {
    private let statement: UnsafeMutablePointer<MYSQL_STMT>
    private let memory = BindMemory()
    private let columns: [Column]
    private let bindings: UnsafeMutablePointer<MYSQL_BIND>

    private static let bufferSize = 1024

    private struct Column {
        let kind: Kind
        let buffer: UnsafeMutableRawPointer
        let length: UnsafeMutablePointer<UInt>
        let isNull: UnsafeMutablePointer<my_bool>
    }

    private enum Kind {
        case integer
        case real
        case text
        case blob
    }

    init(of statement: UnsafeMutablePointer<MYSQL_STMT>) throws(SQLError) {
        self.statement = statement
        let count = Int(mysql_stmt_field_count(statement))
        guard count > 0, let metadata = mysql_stmt_result_metadata(statement),
            let fields = mysql_fetch_fields(metadata)
        else {
            throw SQLError(kind: .misuse, code: 0, message: "a statement gives no rows")
        }
        defer { mysql_free_result(metadata) }
        bindings = memory.bindings([SQLValue](repeating: .null, count: count))
        var columns: [Column] = []
        for place in 0..<count {
            let column = Column(
                kind: Self.kind(of: fields[place]),
                buffer: UnsafeMutableRawPointer(
                    memory.zeroed(UInt64.self, count: Self.bufferSize / 8)),
                length: memory.zeroed(UInt.self, count: 1),
                isNull: memory.zeroed(my_bool.self, count: 1))
            bindings[place].buffer_type = Self.type(of: column.kind)
            bindings[place].buffer = column.buffer
            bindings[place].buffer_length = UInt(Self.bufferSize)
            bindings[place].length = column.length
            bindings[place].is_null = column.isNull
            columns.append(column)
        }
        self.columns = columns
        if mysql_stmt_bind_result(statement, bindings) != 0 { throw SQLError(in: statement) }
    }

    /// The statement still gives columns of these kinds.
    var fit: Bool {
        guard let fields = statement.pointee.fields,
            Int(statement.pointee.field_count) == columns.count
        else { return false }
        return columns.indices.allSatisfy { columns[$0].kind == Self.kind(of: fields[$0]) }
    }

    /// - Returns: false behind the last row.
    func fetch() throws(SQLError) -> Bool {
        switch mysql_stmt_fetch(statement) {
        case 0, MYSQL_DATA_TRUNCATED: return true
        case MYSQL_NO_DATA: return false
        default: throw SQLError(in: statement)
        }
    }

    func row() throws(SQLError) -> SQLRow {
        var values: [SQLValue] = []
        values.reserveCapacity(columns.count)
        for place in columns.indices { values.append(try value(at: place)) }
        return SQLRow(values)
    }

    private func value(at place: Int) throws(SQLError) -> SQLValue {
        let column = columns[place]
        if column.isNull.pointee != 0 { return .null }
        switch column.kind {
        case .integer: return .integer(column.buffer.load(as: Int64.self))
        case .real: return .real(column.buffer.load(as: Double.self))
        case .text: return .text(String(decoding: try bytes(at: place), as: UTF8.self))
        case .blob: return .blob(try bytes(at: place))
        }
    }

    private func bytes(at place: Int) throws(SQLError) -> [UInt8] {
        let column = columns[place]
        let length = Int(column.length.pointee)
        if length <= Self.bufferSize {
            return Array(UnsafeRawBufferPointer(start: column.buffer, count: length))
        }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { room, count in
            var binding = MYSQL_BIND()
            binding.buffer_type = Self.type(of: column.kind)
            binding.buffer = UnsafeMutableRawPointer(room.baseAddress)
            binding.buffer_length = UInt(length)
            failed = mysql_stmt_fetch_column(statement, &binding, UInt32(place), 0) != 0
            count = failed ? 0 : length
        }
        if failed { throw SQLError(in: statement) }
        return bytes
    }

    private static func kind(of field: MYSQL_FIELD) -> Kind {
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG,
            MYSQL_TYPE_LONGLONG, MYSQL_TYPE_YEAR:
            .integer
        case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE: .real
        // Numbers, dates and times are given as text; only strings can be binary.
        case MYSQL_TYPE_STRING, MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_VARCHAR, MYSQL_TYPE_BLOB,
            MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_BIT:
            field.charsetnr == binaryCharacterSet ? .blob : .text
        default: .text
        }
    }

    private static let binaryCharacterSet: UInt32 = 63

    private static func type(of kind: Kind) -> enum_field_types {
        switch kind {
        case .integer: MYSQL_TYPE_LONGLONG
        case .real: MYSQL_TYPE_DOUBLE
        case .text: MYSQL_TYPE_STRING
        case .blob: MYSQL_TYPE_LONG_BLOB
        }
    }
}
