import SQL
import SQLite

/// A whole copy of a database, taken while the service goes on.
package struct Backup: Sendable {
    private let options: SQLiteStoreOptions

    package init(_ options: SQLiteStoreOptions) {
        self.options = options
    }

    /// Copies one moment of the database. Blocks; not for Swift's own threads.
    ///
    /// The copy is made under another name, checked, brought to the disk and only then named
    /// `target`: a backup of that name is always whole.
    ///
    /// - Returns: how many events the copy holds.
    package func write(to target: String) throws(SQLiteStoreError) -> Int {
        do throws(SQLError) {
            guard !DurableFile.exists(target) else {
                throw SQLError(
                    kind: .cannotOpen, code: 0,
                    message: "\(target) is there already; name a new file, or remove the old one")
            }
            let unfinished = target + ".unfinished"
            DurableFile.remove(unfinished)
            let source = try Database(
                path: options.path, access: .readWrite, busyTimeout: options.busyTimeout)
            try source.execute("VACUUM INTO ?1", [.text(unfinished)])
            let count = try check(unfinished)
            try DurableFile.publish(unfinished, as: target)
            return count
        } catch {
            throw .database(path: options.path, error)
        }
    }

    private func check(_ path: String) throws(SQLError) -> Int {
        let copy = try Database(path: path, access: .read, busyTimeout: options.busyTimeout)
        let verdict = try copy.first("PRAGMA quick_check(1)") { $0.text(0) }
        guard verdict == "ok" else {
            throw SQLError(
                kind: .corrupt, code: 0, message: "the copy is damaged: \(verdict ?? "no verdict")")
        }
        return Int(try copy.first("SELECT count(*) FROM event") { $0.integer(0) } ?? 0)
    }
}
