import CSQLite
package import SQL

/// The write-ahead log: what is committed stands there first, and is moved into the database file by
/// checkpoints.
extension Database {
    package struct LogState: Sendable, Equatable {
        /// Pages in the log.
        package let pages: Int
        /// How many of them are in the database file as well. With all of them there, and no reader
        /// in the log, the next commit begins the log anew.
        package let moved: Int
    }

    /// From now on commits of this connection make no checkpoints, and `logPages` is kept.
    package func takeOverCheckpoints() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                let database = Unmanaged<Database>.fromOpaque(context).takeUnretainedValue()
                database.logPages = Int(pages)
                return SQLITE_OK
            }, context)
    }

    /// Moves what no reader holds back, up to the last commit there is, and waits for nobody.
    /// Commits of other connections go on meanwhile.
    ///
    /// - Throws: `.busy` where another connection is at it.
    package func checkpoint() throws(SQLError) -> LogState {
        var pages: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            handle, nil, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved)
        guard code == SQLITE_OK else { throw SQLError(code: code, in: handle) }
        return LogState(pages: Int(pages), moved: Int(moved))
    }
    /// Brings to the disk what checkpoints have written into the database file so far. A checkpoint
    /// does so itself only where it reaches the end of the log.
    package func syncFile() throws(SQLError) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let sync = file.pointee.pMethods.pointee.xSync else {
            throw SQLError(code: code, in: handle)
        }
        let result = sync(file, SQLITE_SYNC_NORMAL)
        guard result == SQLITE_OK else { throw SQLError(code: result, in: nil) }
    }
}
