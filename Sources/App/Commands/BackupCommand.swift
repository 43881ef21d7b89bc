import ArgumentParser
import Dispatch
import SQLiteStorage

/// `annals backup FILE`: a whole copy of the store, taken while the service goes on.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store to a new file, also beside a running service.")

    @Argument(help: "The file to write; it must not be there yet.")
    var file: String

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        guard let options = settings.database.sqliteOptions else {
            Failure.say(
                "annals backup copies a SQLite store. For a server use its own tools, such as "
                    + "pg_basebackup, pg_dump, mariadb-backup or mariadb-dump.")
            throw Failure.failed
        }
        let backup = Backup(options)
        let result = await withCheckedContinuation { done in
            // Copying blocks, so it has a thread of its own.
            DispatchQueue.global().async { [file] in
                done.resume(
                    returning: Result { () throws(SQLiteStoreError) in try backup.write(to: file) })
            }
        }
        let count = try Failure.reporting { () throws(SQLiteStoreError) in try result.get() }
        print("Copied \(count) events to \(file).")
    }
}
