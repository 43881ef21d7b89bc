import CSQLite
package import SQL

extension Database {
    /// The rows of a statement that is compiled for this one use, each column as it is stored.
    ///
    /// Text that is no UTF-8 comes as a blob, so that its bytes are not lost.
    package func rows(_ statement: SQLStatement) throws(SQLError) -> [SQLRow] {
        let prepared = try PreparedStatement(statement.text { "?\($0)" }, in: handle)
        try prepared.bind(statement.values)
        var rows: [SQLRow] = []
        while try prepared.step() { rows.append(prepared.row.stored) }
        return rows
    }

    /// Lets `watch` end what runs: its `isOver` is asked every few thousand steps.
    package func attach(_ watch: StatementWatch) {
        sqlite3_progress_handler(
            handle, 4000,
            { context in
                guard let context else { return 0 }
                let watch = Unmanaged<StatementWatch>.fromOpaque(context).takeUnretainedValue()
                return watch.isOver ? 1 : 0
            }, Unmanaged.passUnretained(watch).toOpaque())
    }

    package func detachWatch() {
        sqlite3_progress_handler(handle, 0, nil, nil)
    }
}

extension Row {
    fileprivate var stored: SQLRow {
        SQLRow((0..<columnCount).map { value($0) })
    }

    private func value(_ column: Int) -> SQLValue {
        switch type(column) {
        case SQLITE_INTEGER: return .integer(integer(column))
        case SQLITE_FLOAT: return .real(real(column))
        case SQLITE_TEXT:
            let bytes = textBytes(column)
            return String(validating: bytes, as: UTF8.self).map(SQLValue.text) ?? .blob(bytes)
        case SQLITE_BLOB: return .blob(blob(column))
        default: return .null
        }
    }
}
