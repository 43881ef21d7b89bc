import CSQLite
import SQL

/// One compiled statement. Owned by the `Database` that made it, used on that database's thread.
final class PreparedStatement {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    init(_ text: String, in database: OpaquePointer) throws(SQLError) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            database, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLError(code: code, in: database) }
        self.handle = handle
        self.database = database
    }

    deinit {
        sqlite3_finalize(handle)
    }

    func bind(_ values: [SQLValue]) throws(SQLError) {
        for (index, value) in values.enumerated() {
            let code = bind(value, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw SQLError(code: code, in: database) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        // A null pointer would bind NULL, and empty text may have no address of its own.
        case .text(""): annals_bind_text(handle, index, "", 0)
        case .text(var text):
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    annals_bind_text(handle, index, $0.baseAddress, Int32($0.count))
                }
            }
        case .blob(let bytes):
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : bytes.withUnsafeBytes {
                    annals_bind_blob(handle, index, $0.baseAddress, Int32($0.count))
                }
        }
    }

    /// - Returns: true while there is a row.
    func step() throws(SQLError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLError(code: code, in: database)
        }
    }

    /// Ready for the next use; locks of an unfinished read are let go.
    func reset() {
        sqlite3_reset(handle)
    }

    var row: Row { Row(handle: handle) }

    var text: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }

    var scannedRows: Int {
        Int(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0))
    }
}

/// The row a statement stands on. Valid inside the closure that receives it, not longer.
package struct Row {
    fileprivate let handle: OpaquePointer

    package func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(column))
    }

    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    func type(_ column: Int) -> Int32 {
        sqlite3_column_type(handle, Int32(column))
    }

    func real(_ column: Int) -> Double {
        sqlite3_column_double(handle, Int32(column))
    }

    /// The bytes of a text as they are stored, UTF-8 or not.
    func textBytes(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_text(handle, Int32(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return Array(UnsafeBufferPointer(start: start, count: count))
    }

    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    package func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func blob(_ column: Int) -> [UInt8] {
        withBlob(column) { Array($0) }
    }

    /// The bytes where SQLite holds them, without a copy.
    package func withBlob<Output>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) -> Output
    ) -> Output {
        let start = sqlite3_column_blob(handle, Int32(column))
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
