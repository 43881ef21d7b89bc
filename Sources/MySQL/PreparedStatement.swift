import CMySQL
import SQL

/// One statement the server has prepared. Owned by the `MySQLLink` that made it, used on that link's
/// thread, closed before the link is.
final class PreparedStatement {
    private let handle: UnsafeMutablePointer<MYSQL_STMT>
    private var columns: ResultColumns?

    init(_ text: String, on link: UnsafeMutablePointer<MYSQL>) throws(SQLError) {
        guard let handle = mysql_stmt_init(link) else { throw SQLError(in: link) }
        self.handle = handle
        guard mysql_stmt_prepare(handle, text, UInt(text.utf8.count)) == 0 else {
            throw SQLError(in: handle)
        }
    }

    deinit {
        mysql_stmt_close(handle)
    }

    func query(_ values: [SQLValue]) throws(SQLError) -> [SQLRow] {
        try execute(values)
        defer { mysql_stmt_free_result(handle) }
        let columns = try resultColumns()
        var rows: [SQLRow] = []
        while try columns.fetch() { rows.append(try columns.row()) }
        return rows
    }

    /// - Returns: how many rows were changed.
    func change(_ values: [SQLValue]) throws(SQLError) -> Int {
        try execute(values)
        defer { mysql_stmt_free_result(handle) }
        return Int(truncatingIfNeeded: mysql_stmt_affected_rows(handle))
    }

    /// Runs the statement once for each row, in one round trip.
    func change(_ rows: BulkRows, _ range: Range<Int>) throws(SQLError) -> Int {
        let memory = BindMemory()
        var size = UInt32(range.count)
        mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &size)
        try check(places: rows.columns.count)
        let bindings = memory.bindings(rows.columns, rows: range)
        guard mysql_stmt_bind_param(handle, bindings) == 0, mysql_stmt_execute(handle) == 0 else {
            throw SQLError(in: handle)
        }
        return withExtendedLifetime(memory) {
            Int(truncatingIfNeeded: mysql_stmt_affected_rows(handle))
        }
    }

    private func resultColumns() throws(SQLError) -> ResultColumns {
        // A column that is a value of ours has the type of this value, each time anew.
        if let columns, columns.fit { return columns }
        let made = try ResultColumns(of: handle)
        columns = made
        return made
    }

    private func execute(_ values: [SQLValue]) throws(SQLError) {
        let memory = BindMemory()
        try check(places: values.count)
        let isBound = values.isEmpty || mysql_stmt_bind_param(handle, memory.bindings(values)) == 0
        let isRun = isBound && mysql_stmt_execute(handle) == 0
        guard withExtendedLifetime(memory, { isRun }) else { throw SQLError(in: handle) }
    }

    private func check(places: Int) throws(SQLError) {
        guard Int(mysql_stmt_param_count(handle)) == places else {
            throw SQLError(
                kind: .misuse, code: 0,
                message: "a statement has \(mysql_stmt_param_count(handle)) places and got "
                    + "\(places) values")
        }
    }
}
