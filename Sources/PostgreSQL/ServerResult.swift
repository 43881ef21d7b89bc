import CLibPQ
import SQL

/// One answer of the server. Owns a `PGresult`; cleared exactly once, when the value dies.
struct ServerResult: ~Copyable {
    private let handle: OpaquePointer

    init(owning handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    /// Nil where the statement went well.
    var failure: SQLError? {
        switch PQresultStatus(handle) {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: SQLError(handle)
        default: nil
        }
    }

    var awaitsCopyData: Bool { PQresultStatus(handle) == PGRES_COPY_IN }

    /// All that was sent before the sync has been answered.
    var endsPipeline: Bool { PQresultStatus(handle) == PGRES_PIPELINE_SYNC }

    /// How many rows the statement changed; 0 where it changes none.
    var changes: Int {
        PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0
    }

    func rows() throws(SQLError) -> [SQLRow] {
        let columns = PQnfields(handle)
        var readers: [ColumnReader] = []
        for column in 0..<columns {
            readers.append(try ColumnReader(type: PQftype(handle, column), column: Int(column)))
        }
        var rows: [SQLRow] = []
        rows.reserveCapacity(Int(PQntuples(handle)))
        for row in 0..<PQntuples(handle) {
            var values: [SQLValue] = []
            values.reserveCapacity(Int(columns))
            for column in 0..<columns {
                values.append(value(row, column, readers[Int(column)]))
            }
            rows.append(SQLRow(values))
        }
        return rows
    }

    private func value(_ row: Int32, _ column: Int32, _ reader: ColumnReader) -> SQLValue {
        if PQgetisnull(handle, row, column) == 1 { return .null }
        return reader.value(
            UnsafeRawBufferPointer(
                start: PQgetvalue(handle, row, column),
                count: Int(PQgetlength(handle, row, column))))
    }
}

/// Reads the binary form of one column.
///
/// Times become microseconds since 1970, truth 0 or 1, a `numeric` its decimal text, jsonb its text.
/// An array stays as the server sends it.
///
/// - Source: the `send` functions of PostgreSQL's types (src/backend/utils/adt); type numbers from
///   `pg_type`.
private enum ColumnReader {
    case boolean
    case integer
    case float4
    case float8
    case text
    case jsonb
    case timestamp
    case numeric
    case bytes

    init(type: Oid, column: Int) throws(SQLError) {
        switch type {
        case 16: self = .boolean
        case 20, 21, 23, 26: self = .integer
        case 700: self = .float4
        case 701: self = .float8
        // "char", name, text, json, xml, unknown, bpchar, varchar.
        case 18, 19, 25, 114, 142, 705, 1042, 1043: self = .text
        case 3802: self = .jsonb
        case 1114, 1184: self = .timestamp
        case 1700: self = .numeric
        // bytea; arrays of int4, text, int8, timestamptz, bytea; void.
        case 17, 1007, 1009, 1016, 1185, 1001, 2278: self = .bytes
        default:
            throw SQLError(
                kind: .misuse, code: 0,
                message: "column \(column + 1) has the type number \(type), which is not read "
                    + "here; cast it to text in the statement")
        }
    }

    func value(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
        switch self {
        case .boolean: .integer(bytes.first == 0 ? 0 : 1)
        case .integer: .integer(bytes.bigEndianInteger)
        case .float4:
            .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bytes.bigEndianInteger))))
        case .float8: .real(Double(bitPattern: UInt64(bitPattern: bytes.bigEndianInteger)))
        case .text: .text(String(decoding: bytes, as: UTF8.self))
        // The first byte is the version of the form.
        case .jsonb: .text(String(decoding: bytes.dropFirst(), as: UTF8.self))
        case .timestamp: .integer(PostgreSQLTime.microseconds(sinceEpoch: bytes.bigEndianInteger))
        case .numeric: .text(DecimalText(bytes).text)
        case .bytes: .blob(Array(bytes))
        }
    }
}

/// PostgreSQL counts microseconds from 2000-01-01 on, where Annals counts them from 1970 on.
package enum PostgreSQLTime {
    private static let distance: Int64 = 946_684_800_000_000

    static func microseconds(sinceEpoch time: Int64) -> Int64 {
        // The infinities are the ends of the range.
        time == .max || time == .min ? time : time &+ distance
    }

    /// - Parameter microseconds: since 1970.
    /// - Returns: the binary form of a timestamp, for a value of kind `.blob`.
    package static func binary(microseconds: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt64(bitPattern: microseconds &- distance))
        return bytes
    }
}

extension UnsafeRawBufferPointer {
    /// A signed integer of 1 to 8 bytes in the order of the network.
    var bigEndianInteger: Int64 {
        guard let first else { return 0 }
        return dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
    }
}
